// Objects that the kernel keeps on the program's stack: dynptrs, iterators, saved interrupt flags. Each fills whole slots, first slot at the highest
// address; the program only passes pointers to them.
// Linux: stack_slot_obj_get_spi(), is_spi_bounds_valid(), mark_stack_slot_obj_read().
import { ALLOCATED_SLOTS, FRAME_NO, OFF, VALUE_HI } from '../domain/layout.ts'
import { slotBitHi, slotBitLo } from '../domain/slots.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { type Env, scratchSlot } from '../env.ts'
import { EINVAL, ERANGE } from '../errno.ts'
import { markStackRead, markStackWrite } from '../liveness/stack.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { stackFrame } from './stack.ts'

const SLOT_BYTES = 8

/** The first slot of the object that register at `r` points to, or would point to; -ERANGE where the stack does not reach that far. */
export function objectSlot(env: Env, r: number, what: string, slots: number): number {
  const { words: s, log } = env
  if (!tnumIsConst(s, r + VALUE_HI)) {
    verbose(log, `${what} has to be at a constant offset\n`)
    return -EINVAL
  }
  const off = s[r + OFF]! + varOffOf(s, r)
  const spi = Math.trunc((-off - 1) / SLOT_BYTES)
  if (off % SLOT_BYTES !== 0 || spi + 1 < slots) {
    verbose(log, `cannot pass in ${what} at an offset=${off}\n`)
    return -EINVAL
  }
  return spi - slots + 1 >= 0 && spi < s[stackFrame(env, r) + ALLOCATED_SLOTS]! ? spi : -ERANGE
}

/** All slots of the object may be read here. */
export function markObjectRead(env: Env, frame: number, spi: number, slots: number): void {
  for (let i = 0; i < slots; i++) {
    markStackRead(env.live, env.cur, env.words[frame + FRAME_NO]!, env.insnIdx, slotBitLo(spi - i), slotBitHi(spi - i))
    scratchSlot(env, spi - i)
  }
}

/** All slots of the object are written here. */
export function markObjectWrite(env: Env, frame: number, spi: number, slots: number): void {
  for (let i = 0; i < slots; i++) markStackWrite(env.live, env.words[frame + FRAME_NO]!, slotBitLo(spi - i), slotBitHi(spi - i))
}
