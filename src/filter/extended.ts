// Classic BPF to eBPF, as Linux does when a classic filter is attached: A is r0, X is r7, the context is kept in r6 for the packet loads, the
// scratch words lie on the stack. A load outside the packet ends the program with 0 (that is what LD_ABS and LD_IND do), and so does a
// division by 0. Reference: bpf_convert_filter().
import { encode, type Insn, imm, reg } from '../isa/index.ts'
import type { ClassicInsn } from './instruction.ts'

const A = 0
const X = 7
const CTX = 6
const FP = 10
/** Offset of `len` in struct __sk_buff. */
const SKB_LEN = 0

/** Bytes of a socket-filter or tc program that answers as the classic one does. */
export function toExtended(classic: readonly ClassicInsn[]): Uint8Array {
  const scratch = [...new Set(classic.flatMap((insn) => (insn.op === 'st' ? [insn.k] : [])))]
  const prologue: Insn[] = [move(CTX, reg(1)), move(A, imm(0)), move(X, imm(0))]
  for (const k of scratch) prologue.push({ kind: 'store', size: 4, dst: FP, off: place(k), src: imm(0) })
  // Distances count in slots, so every instruction is translated once to know its length.
  const start: number[] = []
  let length = prologue.length
  for (const insn of classic) {
    start.push(length)
    length += translate(insn, () => 0).length
  }
  return encode([
    ...prologue,
    ...classic.flatMap((insn, i) => translate(insn, (distance, from) => start[i + 1 + distance] - (start[i] + from + 1))),
  ])
}

const place = (k: number): number => -4 * (k + 1)
const move = (dst: number, src: ReturnType<typeof imm>): Insn => ({ kind: 'alu', op: 'mov', width: 64, dst, src })
const alu = (op: 'and' | 'lsh' | 'mov', dst: number, src: ReturnType<typeof imm>): Insn => ({ kind: 'alu', op, width: 32, dst, src })
const EXIT_0: readonly Insn[] = [move(A, imm(0)), { kind: 'exit' }]

/** `jump(distance, from)` is the offset for a jump that stands `from` slots behind the instruction's first. */
function translate(insn: ClassicInsn, jump: (distance: number, from: number) => number): Insn[] {
  switch (insn.op) {
    case 'ld':
    case 'ldh':
    case 'ldb': {
      const size = insn.op === 'ld' ? 4 : insn.op === 'ldh' ? 2 : 1
      if (insn.from === 'packet') return [{ kind: 'ld_abs', size, imm: insn.k | 0 }]
      if (insn.from === 'indexed') return [{ kind: 'ld_ind', size, src: X, imm: insn.k | 0 }]
      if (insn.from === 'length') return [{ kind: 'load', size: 4, signed: false, dst: A, src: CTX, off: SKB_LEN }]
      if (insn.from === 'immediate') return [alu('mov', A, imm(insn.k | 0))]
      return [{ kind: 'load', size: 4, signed: false, dst: A, src: FP, off: place(insn.k) }]
    }
    case 'ldx':
      if (insn.from === 'immediate') return [alu('mov', X, imm(insn.k | 0))]
      if (insn.from === 'memory') return [{ kind: 'load', size: 4, signed: false, dst: X, src: FP, off: place(insn.k) }]
      // LD_ABS answers in r0, so A waits in r8 meanwhile.
      return [
        move(8, reg(A)),
        { kind: 'ld_abs', size: 1, imm: insn.k },
        alu('and', A, imm(15)),
        alu('lsh', A, imm(2)),
        move(X, reg(A)),
        move(A, reg(8)),
      ]
    case 'st':
      return [{ kind: 'store', size: 4, dst: FP, off: place(insn.k), src: reg(A) }]
    case 'neg':
      return [{ kind: 'neg', width: 32, dst: A }]
    case 'tax':
      return [move(X, reg(A))]
    case 'jeq':
    case 'jgt':
    case 'jge':
    case 'jset':
      return [
        { kind: 'jump', op: insn.op, width: 32, dst: A, src: insn.by === 'x' ? reg(X) : imm(insn.k | 0), off: jump(insn.jt, 0) },
        { kind: 'goto', long: false, off: jump(insn.jf, 1) },
      ]
    case 'ret':
      return [alu('mov', A, imm(insn.k)), { kind: 'exit' }]
    default: {
      const src = insn.by === 'x' ? reg(X) : imm(insn.k | 0)
      const compute: Insn = { kind: 'alu', op: insn.op, width: 32, dst: A, src }
      const mayBeZero = insn.by === 'x' && (insn.op === 'div' || insn.op === 'mod')
      return mayBeZero ? [{ kind: 'jump', op: 'jne', width: 32, dst: X, src: imm(0), off: 2 }, ...EXIT_0, compute] : [compute]
    }
  }
}
