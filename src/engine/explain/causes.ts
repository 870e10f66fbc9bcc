// The instructions that a register owes its value to. Walks a path backwards from its end: a copy is followed to where it was copied from, a
// change of what was believed without a write is a proof (a comparison that narrowed it) or a loss (a call that made it forgotten).
// Invariant: only what changed the value on this path is named; the first of the list made it, the last is closest to the end.
import { BPF_ALU, BPF_ALU64, BPF_CALL, BPF_JMP, BPF_LD, BPF_LDX, BPF_MOV, BPF_X, bpfClass, bpfOp, type InsnTable } from '../../isa/index.ts'
import type { StateView } from '../../verifier/index.ts'

export interface Cause {
  /** Number of the verifier's step, which orders causes. */
  readonly step: number
  readonly insn: number
  /** 'made' by this instruction, 'moved' from another register, 'changed' by arithmetic, 'narrowed' by a comparison, 'forgotten' at a call. */
  readonly kind: 'made' | 'moved' | 'changed' | 'narrowed' | 'forgotten'
  readonly reg: number
  /** What the verifier believed of the register afterwards, as in the log. */
  readonly believed: string
}

const MAX_CAUSES = 12

/** Why the register holds what it holds before the last instruction of `path`. A number added to a pointer has its own causes named too. */
export function causesOf(path: readonly StateView[], table: InsnTable, register: number, isOffset = false): readonly Cause[] {
  const causes: Cause[] = []
  let reg = register
  for (let i = path.length - 2; i >= 0 && causes.length < MAX_CAUSES; i--) {
    const before = path[i]
    const after = path[i + 1]
    if (before.frame !== after.frame) break
    const { insn, step } = before
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

/** How an instruction writes a register: not at all, as a copy of another one, from its own value, or anew. */
function writes(table: InsnTable, insn: number, reg: number): 'no' | 'copy' | 'update' | 'new' {
  const op = table.opcode[insn]
  const cls = bpfClass(op)
  if (cls === BPF_JMP && bpfOp(op) === BPF_CALL) return reg <= 5 ? 'new' : 'no'
  if (table.dst[insn] !== reg) return 'no'
  if (cls === BPF_LD || cls === BPF_LDX) return 'new'
  if (cls !== BPF_ALU && cls !== BPF_ALU64) return 'no'
  if (bpfOp(op) !== BPF_MOV) return 'update'
  return isRegister(table, insn) ? 'copy' : 'new'
}
