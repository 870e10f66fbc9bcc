// A rejection explained: which kind it is, in which register, which check was too weak, and by which instructions the value got there.
// In: a program and what the verifier answered. Out: codes with parameters for the texts of diag, and the causal path: only the instructions
// that made, narrowed or forgot the value that was refused. The path is read off the verifier's own states, which are rebuilt by walking
// again; a log that was pasted brings its own.
import { helperById } from '../../abi/index.ts'
import type { RejectionCode, WeaknessCode } from '../../diag/index.ts'
import { type InsnTable, insnTable, insnText, type Program } from '../../isa/index.ts'
import { rejectedPath, type StateView, type VerifyOptions, type VerifyResult } from '../../verifier/index.ts'
import { linesBySlot } from '../listing.ts'
import { type Cause, causesOf } from './causes.ts'
import { type Place, RULES } from './rules.ts'
import { culpritOf, findWeakness, isCallAt, isConditional, nameOf, type Scene } from './weakness.ts'

export interface Explanation {
  readonly code: RejectionCode
  readonly params: readonly string[]
  /** What was tried; absent where no instruction was refused. */
  readonly tried?: Tried
  /** The check that should have helped. */
  readonly weakness?: WeaknessView
  /** From the first to the last; empty where no register is at fault. */
  readonly causes: readonly CauseView[]
  /** The turns of the refused path, the last at the end. */
  readonly turns: readonly TurnView[]
}

export interface Tried {
  readonly insn: number
  /** C line; 0 where unknown. */
  readonly line: number
  readonly text: string
  /** The C line itself; empty where unknown. */
  readonly source: string
  /** "R2 (ip)" and what was believed of it; empty where no register is at fault. */
  readonly register: string
  readonly believed: string
}

export interface WeaknessView {
  readonly code: WeaknessCode
  readonly params: readonly string[]
  /** -1 where there is no check; `line` likewise 0. */
  readonly insn: number
  readonly line: number
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

export interface TurnView {
  readonly insn: number
  readonly line: number
  readonly text: string
  readonly source: string
  readonly isTaken: boolean
}

/** Steps of the refused path that are looked back on, and the longest walk that is walked again for it. */
const PATH = 600
const LONGEST_WALK = 200_000
const MAX_TURNS = 16

/** Undefined where the program was not rejected. */
export function explain(program: Program, options: VerifyOptions, result: VerifyResult, mainFile: string): Explanation | undefined {
  if (result.verdict !== 'rejected') return undefined
  const path = result.stats.processed > LONGEST_WALK ? [] : rejectedPath(program, options, PATH, LONGEST_WALK)
  return explainPath(program, result, path, mainFile)
}

/** The same with the path at hand; `path` ends with the state before the refused instruction, or is empty. */
export function explainPath(
  program: Program,
  { message, insn }: Pick<VerifyResult, 'message' | 'insn'>,
  path: readonly StateView[],
  mainFile: string,
): Explanation | undefined {
  const table = insnTable(program.code)
  const words = essential(message)
  const place = placeOf(program, insn, path, table)
  for (const rule of RULES) {
    const match = rule.pattern.exec(words)
    const params = match && rule.params(match.slice(1), place)
    if (!match || !params) continue
    const reg = registerOf(words)
    const scene: Scene = { program, table, path, message: words, code: rule.code, reg }
    const culprit = culpritOf(scene)
    const lines = linesBySlot(program, mainFile)
    const causes = culprit < 0 ? acquired(path, words) : causesOf(path, table, culprit)
    const weakness = findWeakness(scene)
    return {
      code: rule.code,
      params,
      ...(insn >= 0 && insn < table.length ? { tried: triedView(scene, insn, culprit, lines) } : {}),
      ...(weakness ? { weakness: { ...weakness, line: weakness.insn < 0 ? 0 : lines[weakness.insn] } } : {}),
      causes: causes.map((c) => causeView(c, table, lines)),
      turns: turnsOf(scene, lines),
    }
  }
  return undefined
}

/** What was acquired and is not given back has one cause: the call that gave it. */
function acquired(path: readonly StateView[], message: string): readonly Cause[] {
  const at = Number(/alloc_insn=(\d+)/.exec(message)?.[1] ?? -1)
  const i = path.findLastIndex((s) => s.insn === at)
  const after = path[i + 1]
  return i < 0 || !after ? [] : [{ step: path[i].step, insn: at, kind: 'made', reg: 0, believed: after.regs[0].text }]
}

/** Lines that Linux prints about arguments whether or not they matter. */
const NOISE = /^arg#\d+ reference type\(.*\) size cannot be determined: -22$/

const essential = (message: string): string => {
  const kept = message.split('\n').filter((line) => !NOISE.test(line))
  return kept.length === 0 ? message : kept.join('\n')
}

const registerOf = (message: string): number => Number(/\bR(\d+)\b/.exec(message)?.[1] ?? -1)

function triedView(scene: Scene, insn: number, reg: number, lines: Int32Array): Tried {
  const value = scene.path.at(-1)?.regs[reg]
  return {
    insn,
    line: lines[insn],
    text: textOf(scene.table, insn),
    source: sourceOf(scene.program, insn),
    register: reg < 0 ? '' : nameOf(scene.program, reg, insn),
    believed: value?.text ?? '',
  }
}

function causeView(cause: Cause, table: InsnTable, lines: Int32Array): CauseView {
  const { insn, kind, reg, believed } = cause
  return { insn, line: lines[insn], text: textOf(table, insn), kind, register: `R${reg}`, believed }
}

const textOf = (table: InsnTable, insn: number): string => insnText(table, insn, { helper: (id) => helperById(id)?.name })

const sourceOf = ({ lines }: Program, insn: number): string => lines.findLast((l) => l.insn <= insn)?.text.trim() ?? ''

function turnsOf({ program, table, path }: Scene, lines: Int32Array): TurnView[] {
  const turns: TurnView[] = []
  for (let i = path.length - 2; i >= 0 && turns.length < MAX_TURNS; i--) {
    const { insn } = path[i]
    if (!isConditional(table, insn)) continue
    const isTaken = path[i + 1].insn !== insn + 1
    turns.push({ insn, line: lines[insn], text: textOf(table, insn), source: sourceOf(program, insn), isTaken })
  }
  return turns.reverse()
}

function placeOf(program: Program, insn: number, path: readonly StateView[], table: InsnTable): Place {
  const last = path.at(-1)
  const calls = path.slice(0, -1).filter((s) => isCallAt(table, s.insn))
  return {
    insn,
    isCall: insn >= 0 && insn < table.length && isCallAt(table, insn),
    lastCall: calls.at(-1)?.insn ?? -1,
    inGlobal: last !== undefined && last.frame === 0 && insn >= (program.subprogs[1]?.start ?? Number.POSITIVE_INFINITY),
    comparedOther: path.some((s) => s.regs.some((v) => v.kind === 'pkt' && v.range > 0 && v.id !== 0)),
    who: (reg) => nameOf(program, reg, insn),
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
