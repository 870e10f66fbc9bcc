// Stack slots and what is spilled in them, as far as every part of the verifier asks.
import { ALLOCATED_SLOTS, REGS, regAt, STACK_ITER, STACK_SPILL, slotAt, slotType } from './layout.ts'

/** The slot holds a spilled register. */
export const isSpilled = (s: Int32Array, slot: number): boolean => slotType(s, slot, 7) === STACK_SPILL

/** A slot as a bit of two words. */
export const slotBitLo = (spi: number): number => (spi < 32 ? 1 << spi : 0)
export const slotBitHi = (spi: number): number => (spi < 32 ? 0 : 1 << (spi - 32))

/** Calls `visit` for each register and each spilled register of the state. Linux: bpf_for_each_reg_in_vstate(). */
export function forEachReg(s: Int32Array, at: ArrayLike<number>, curframe: number, visit: (r: number) => void): void {
  visitRegs(s, at, curframe, false, visit)
}

/** The same, and each slot of an iterator. */
export function forEachRegOrIter(s: Int32Array, at: ArrayLike<number>, curframe: number, visit: (r: number) => void): void {
  visitRegs(s, at, curframe, true, visit)
}

function visitRegs(s: Int32Array, at: ArrayLike<number>, curframe: number, iters: boolean, visit: (r: number) => void): void {
  for (let i = 0; i <= curframe; i++) {
    const frame = at[i]!
    for (let j = 0; j < REGS; j++) visit(regAt(frame, j))
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let j = 0; j < slots; j++) {
      const slot = slotAt(frame, j)
      if (isSpilled(s, slot) || (iters && slotType(s, slot, 7) === STACK_ITER)) visit(slot)
    }
  }
}
