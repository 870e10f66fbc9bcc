// Which registers hold something at each instruction: r1 and r10 at the start of the program, r1 to r5 and r10 at that of a subprogram, then
// what was written; a call leaves r0 and takes r1 to r5 away. A register counts as set where it is on some path (a verified program
// reads none that is not set on all). For showing "not yet written"; a forward data flow over the code, made once.
import { controlFlow, decodeInsn, type Insn, insnTable } from '../isa/index.ts'

const R0 = 1
const ARGS = 0b111110
const FP = 1 << 10

/** Bit r of element i: register r is set before instruction i (0 where control never comes). */
export function registersSet(code: Uint8Array): Int32Array {
  const t = insnTable(code)
  const flow = controlFlow(t)
  const before = new Int32Array(t.length)
  const queue: number[] = []
  const arrive = (slot: number, mask: number): void => {
    if (slot < 0 || (before[slot] | mask) === before[slot]) return
    before[slot] |= mask
    queue.push(slot)
  }
  for (const start of flow.subprogs) arrive(start, start === 0 ? FP | (1 << 1) : FP | ARGS)
  for (let slot = queue.pop(); slot !== undefined; slot = queue.pop()) {
    const after = transfer(decodeInsn(t, slot), before[slot])
    arrive(flow.next[slot], after)
    arrive(flow.target[slot], after)
  }
  return before
}

function transfer(insn: Insn, mask: number): number {
  switch (insn.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'end':
    case 'addr_space_cast':
    case 'load':
    case 'load_acquire':
    case 'ld_imm64':
      return mask | (1 << insn.dst)
    case 'atomic':
      if (insn.op === 'cmpxchg') return mask | R0
      return insn.op.startsWith('fetch_') || insn.op === 'xchg' ? mask | (1 << insn.src) : mask
    case 'ld_abs':
    case 'ld_ind':
    case 'call':
      return (mask & ~ARGS) | R0
    default:
      return mask
  }
}
