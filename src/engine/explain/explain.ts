// A rejection explained: which kind it is, in which register, and by which instructions the value got there. In: a program and what the
// verifier answered. Out: a code with parameters for the texts of diag, and the causal path: only the instructions that made, narrowed or
// forgot the value that was refused. The path is read off the verifier's own states, which are rebuilt by walking again.
import { helperById } from '../../abi/index.ts'
import type { RejectionCode } from '../../diag/index.ts'
import { BPF_CALL, BPF_JMP, bpfClass, bpfOp, type InsnTable, insnTable, insnText, type Program } from '../../isa/index.ts'
import { rejectedPath, type StateView, type VerifyOptions, type VerifyResult } from '../../verifier/index.ts'
import { linesBySlot } from '../listing.ts'
import { type Cause, causesOf } from './causes.ts'
import { type Place, RULES } from './rules.ts'

export interface Explanation {
  readonly code: RejectionCode
  readonly params: readonly string[]
  /** From the first to the last; empty where no register is at fault. */
  readonly causes: readonly CauseView[]
}

export interface CauseView {
  readonly insn: number
  /** C line; 0 where unknown. */
  readonly line: number
  readonly text: string
  readonly kind: Cause['kind']
  /** "R1", and what was believed of it after the instruction, as in the log. */
  readonly register: string
  readonly believed: string
}

/** Steps of the refused path that are looked back on, and the longest walk that is walked again for it. */
const PATH = 600
const LONGEST_WALK = 200_000

/** Undefined where the program was not rejected, or the message is of no kind that is known. */
export function explain(program: Program, options: VerifyOptions, result: VerifyResult, mainFile: string): Explanation | undefined {
  if (result.verdict !== 'rejected') return undefined
  const path = result.stats.processed > LONGEST_WALK ? [] : rejectedPath(program, options, PATH, LONGEST_WALK)
  const table = insnTable(program.code)
  const place = placeOf(program, result, path, table)
  for (const rule of RULES) {
    const match = rule.pattern.exec(result.message)
    const params = match && rule.params(match.slice(1), place)
    if (!match || !params) continue
    const reg = registerOf(result.message)
    const lines = linesBySlot(program, mainFile)
    const causes = reg < 0 ? [] : causesOf(path, table, reg)
    return { code: rule.code, params, causes: causes.map((c) => causeView(c, table, lines)) }
  }
  return undefined
}

const registerOf = (message: string): number => Number(/\bR(\d+)/.exec(message)?.[1] ?? -1)

function causeView(cause: Cause, table: InsnTable, lines: Int32Array): CauseView {
  const { insn, kind, reg, believed } = cause
  return {
    insn,
    line: lines[insn],
    text: insnText(table, insn, { helper: (id) => helperById(id)?.name }),
    kind,
    register: `R${reg}`,
    believed,
  }
}

function placeOf(program: Program, result: VerifyResult, path: readonly StateView[], table: InsnTable): Place {
  const last = path.at(-1)
  const insn = result.insn
  const calls = path.slice(0, -1).filter((s) => isCall(table, s.insn))
  return {
    insn,
    isCall: insn >= 0 && isCall(table, insn),
    lastCall: calls.at(-1)?.insn ?? -1,
    inGlobal: last !== undefined && last.frame === 0 && insn >= (program.subprogs[1]?.start ?? Number.POSITIVE_INFINITY),
    who(reg) {
      const names = program.vars.filter((v) => v.from <= insn && insn < v.to && v.place.kind === 'reg' && v.place.reg === reg)
      const name = [...new Set(names.map((v) => v.name))].join(', ')
      return name === '' ? `R${reg}` : `R${reg} (${name})`
    },
    believed: (reg) => last?.regs[reg]?.text ?? '',
    maxOffset: (reg) => {
      const value = last?.regs[reg]
      return value && value.kind !== 'none' ? String(value.umax + BigInt(value.off)) : ''
    },
    forgottenAt(reg) {
      const lost = causesOf(path, table, reg).find((c) => c.kind === 'forgotten')
      return lost ? lost.insn : -1
    },
  }
}

const isCall = (table: InsnTable, insn: number): boolean =>
  bpfClass(table.opcode[insn]) === BPF_JMP && bpfOp(table.opcode[insn]) === BPF_CALL
