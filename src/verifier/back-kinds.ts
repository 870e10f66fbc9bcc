// What each instruction can do to what precision backtracking looks for, at a glance: most instructions touch nothing of it, which a few
// bits can tell. Linux: backtrack_insn().
import * as c from '../isa/index.ts'

/** Where none of `touch` is looked for, nothing changes. */
export const BACK_NOTHING = 0
/** Else `touch` is no longer looked for, `take` is. */
export const BACK_MOV = 1
/** Else `take` is looked for too. */
export const BACK_ALU = 2
/** Else backtrackInsn() has to look. */
export const BACK_LOOK = 3
/** backtrackInsn() has to look at any rate. */
export const BACK_ALWAYS = 4

export interface BackKinds {
  readonly kind: Uint8Array
  readonly touch: Uint16Array
  readonly take: Uint16Array
}

export function backKinds(insns: c.InsnTable): BackKinds {
  const n = insns.length
  const kinds: BackKinds = { kind: new Uint8Array(n), touch: new Uint16Array(n), take: new Uint16Array(n) }
  for (let i = 0; i < n; i++) {
    const opcode = insns.opcode[i]!
    if (opcode === 0) continue
    const dst = 1 << insns.dst[i]!
    const src = 1 << insns.src[i]!
    const op = c.bpfOp(opcode)
    const fromReg = c.bpfSrc(opcode) === c.BPF_X
    kinds.touch[i] = dst
    switch (c.bpfClass(opcode)) {
      case c.BPF_ALU:
      case c.BPF_ALU64:
        if (op === c.BPF_END || op === c.BPF_NEG) break
        kinds.kind[i] = op === c.BPF_MOV ? BACK_MOV : BACK_ALU
        if (fromReg && insns.src[i] !== 10) kinds.take[i] = src
        break
      case c.BPF_LDX:
      case c.BPF_LD:
      case c.BPF_ST:
      case c.BPF_STX:
        kinds.kind[i] = BACK_LOOK
        break
      default:
        if (op === c.BPF_CALL || op === c.BPF_EXIT) kinds.kind[i] = BACK_ALWAYS
        else if (fromReg && op !== c.BPF_JA && op !== c.BPF_JCOND) {
          kinds.kind[i] = BACK_LOOK
          kinds.touch[i] = dst | src
        }
    }
  }
  return kinds
}
