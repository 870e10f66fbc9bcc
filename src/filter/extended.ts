// Classic BPF to eBPF, as Linux does when a classic filter is attached: A is r0, X is r7, the context is kept in r6 for the packet
// loads. A load outside the packet ends the program with 0 (that is what LD_ABS and LD_IND do). Reference: bpf_convert_filter().
import { encode, type Insn, imm, reg } from '../isa/index.ts'
import type { ClassicInsn } from './classic.ts'

/** Bytes of a socket-filter or tc program that answers as the classic one does. */
export function toExtended(classic: readonly ClassicInsn[]): Uint8Array {
  // Each classic instruction has a fixed number of slots, so distances can be computed before anything is emitted.
  const start: number[] = []
  let length = PROLOGUE.length
  for (const insn of classic) {
    start.push(length)
    length += slots(insn)
  }
  const out: Insn[] = [...PROLOGUE]
  for (const [i, insn] of classic.entries()) {
    const jump = (distance: number, at: number) => start[i + 1 + distance] - (start[i] + at + 1)
    switch (insn.op) {
      case 'ld':
      case 'ldh':
      case 'ldb':
        out.push({ kind: 'ld_abs', size: insn.op === 'ld' ? 4 : insn.op === 'ldh' ? 2 : 1, imm: insn.k })
        break
      case 'ldh_ind':
        out.push({ kind: 'ld_ind', size: 2, src: 7, imm: insn.k })
        break
      case 'ldxb_msh':
        // The load leaves A in r0 changed; every node loads A anew after it.
        out.push({ kind: 'ld_abs', size: 1, imm: insn.k }, alu('and', 15), alu('lsh', 2), {
          kind: 'alu',
          op: 'mov',
          width: 64,
          dst: 7,
          src: reg(0),
        })
        break
      case 'jeq':
      case 'jset':
        out.push(
          { kind: 'jump', op: insn.op, width: 32, dst: 0, src: imm(insn.k | 0), off: jump(insn.jt, 0) },
          { kind: 'goto', long: false, off: jump(insn.jf, 1) },
        )
        break
      case 'ret':
        out.push({ kind: 'alu', op: 'mov', width: 32, dst: 0, src: imm(insn.k) }, { kind: 'exit' })
    }
  }
  return encode(out)
}

const alu = (op: 'and' | 'lsh', k: number): Insn => ({ kind: 'alu', op, width: 32, dst: 0, src: imm(k) })
const PROLOGUE: readonly Insn[] = [
  { kind: 'alu', op: 'mov', width: 64, dst: 6, src: reg(1) },
  { kind: 'alu', op: 'mov', width: 64, dst: 7, src: imm(0) },
]

function slots(insn: ClassicInsn): number {
  if (insn.op === 'ldxb_msh') return 4
  return insn.op === 'jeq' || insn.op === 'jset' || insn.op === 'ret' ? 2 : 1
}
