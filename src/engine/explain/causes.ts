// The instructions that a register owes its value to. Walks a path backwards from its end: a copy is followed to where it was copied from, a
// value read back from the stack to where it was put there, an argument to the caller and a return value to the callee; a change of what was
// believed without a write is a proof (a comparison that narrowed it) or a loss (a call that made it forgotten).
// Invariant: only what changed the value on this path is named; the first of the list made it, the last is closest to the end.
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_JMP,
  BPF_LD,
  BPF_LDX,
  BPF_MEM,
  BPF_MOV,
  BPF_ST,
  BPF_STX,
  BPF_X,
  bpfClass,
  bpfMode,
  bpfOp,
  type InsnTable,
} from '../../isa/index.ts'
import type { StateView } from '../../verifier/index.ts'

export interface Cause {
  /** Number of the verifier's step, which orders causes. */
  readonly step: number
  readonly insn: number
  /**
   * 'made' by this instruction, 'moved' from another register, 'changed' by arithmetic, 'narrowed' by a comparison, 'forgotten' at a call,
   * 'spilled' to the stack and 'filled' from it.
   */
  readonly kind: 'made' | 'moved' | 'changed' | 'narrowed' | 'forgotten' | 'spilled' | 'filled'
  readonly reg: number
  /** What the verifier believed of the register afterwards, as in the log. */
  readonly believed: string
}

const MAX_CAUSES = 12
const LAST_ARGUMENT = 5
const FIRST_KEPT = 6

/** Why the register holds what it holds before the last instruction of `path`. A number added to a pointer has its own causes named too. */
export function causesOf(path: readonly StateView[], table: InsnTable, register: number, isOffset = false): readonly Cause[] {
  const causes: Cause[] = []
  let reg = register
  let frame = path.at(-1)?.frame ?? 0
  for (let i = path.length - 2; i >= 0 && causes.length < MAX_CAUSES; i--) {
    const before = path[i]
    const after = path[i + 1]
    const { insn, step } = before
    if (before.frame > frame) {
      // A callee that has returned: its R0 is what the caller got, the registers that it keeps are none of its business.
      if (after.frame !== frame || reg !== 0) continue
      frame = before.frame
    } else if (before.frame < frame) {
      if (reg === 0 || reg > LAST_ARGUMENT) break
      frame = before.frame
    }
    if (before.frame !== after.frame) continue
    const believed = after.regs[reg]?.text ?? ''
    const write = writes(table, insn, reg)
    if (write === 'no') {
      const was = before.regs[reg]
      if (was === undefined || withoutId(was.text) === withoutId(believed)) continue
      const isLoss = was.kind.startsWith('pkt') && !after.regs[reg].kind.startsWith('pkt')
      causes.push({ step, insn, kind: isLoss ? 'forgotten' : 'narrowed', reg, believed })
      if (isLoss) break
      continue
    }
    const stored = write === 'new' ? storeOf(path, table, i) : undefined
    if (stored) {
      causes.push({ step, insn, kind: 'filled', reg, believed })
      const store = path[stored.at]
      const kept = store.regs[stored.reg]?.text ?? ''
      causes.push({ step: store.step, insn: store.insn, kind: 'spilled', reg: stored.reg, believed: kept })
      reg = stored.reg
      i = stored.at
      continue
    }
    causes.push({ step, insn, kind: write === 'copy' ? 'moved' : write === 'update' ? 'changed' : 'made', reg, believed })
    if (write === 'new') break
    const src = table.src[insn]
    if (write === 'copy') reg = src
    if (write === 'update' && !isOffset && isRegister(table, insn) && isOffsetOf(before, reg, src)) {
      causes.push(...causesOf(path.slice(0, i + 1), table, src, true))
    }
  }
  return causes.sort((a, b) => a.step - b.step)
}

/** Two registers with one id are linked; a new link is no news about the value. */
const withoutId = (text: string): string => text.replace(/\bid=\d+,?/, '')

const isRegister = (table: InsnTable, insn: number): boolean => (table.opcode[insn] & BPF_X) !== 0

const isOffsetOf = (state: StateView, pointer: number, offset: number): boolean =>
  state.regs[pointer].kind !== 'scalar' && state.regs[offset].kind === 'scalar'

/** Where on the path the register was stored that step `at` reads back from the stack; undefined where it reads something else. */
function storeOf(path: readonly StateView[], table: InsnTable, at: number): { readonly at: number; readonly reg: number } | undefined {
  const { insn, frame, regs } = path[at]
  if (bpfClass(table.opcode[insn]) !== BPF_LDX || bpfMode(table.opcode[insn]) !== BPF_MEM) return undefined
  const slot = stackPlace(path[at], table.src[insn], table.off[insn])
  if (slot === undefined || regs[table.src[insn]].kind !== 'fp') return undefined
  for (let i = at - 1; i >= 0; i--) {
    const { insn: other, frame: depth } = path[i]
    if (depth < frame) return undefined
    if (depth > frame) continue
    const cls = bpfClass(table.opcode[other])
    if (cls !== BPF_STX && cls !== BPF_ST) continue
    if (stackPlace(path[i], table.dst[other], table.off[other]) !== slot) continue
    return cls === BPF_STX && bpfMode(table.opcode[other]) === BPF_MEM ? { at: i, reg: table.src[other] } : undefined
  }
  return undefined
}

function stackPlace(state: StateView, reg: number, off: number): number | undefined {
  const base = state.regs[reg]
  return base?.kind === 'fp' && base.varOff.mask === 0n ? base.off + off : undefined
}

/** How an instruction writes a register: not at all, as a copy of another one, from its own value, or anew. */
function writes(table: InsnTable, insn: number, reg: number): 'no' | 'copy' | 'update' | 'new' {
  const op = table.opcode[insn]
  const cls = bpfClass(op)
  if (cls === BPF_JMP && bpfOp(op) === BPF_CALL) return reg < FIRST_KEPT ? 'new' : 'no'
  if (table.dst[insn] !== reg) return 'no'
  if (cls === BPF_LD || cls === BPF_LDX) return 'new'
  if (cls !== BPF_ALU && cls !== BPF_ALU64) return 'no'
  if (bpfOp(op) !== BPF_MOV) return 'update'
  return isRegister(table, insn) ? 'copy' : 'new'
}
