// Dynptrs as the two stack slots that they fill: what a write over one of them does, and how they go.
// Linux: destroy_if_dynptr_stack_slot(), invalidate_dynptr().
import { markRegNotInit } from '../domain/bounds.ts'
import {
  DYNPTR_ID,
  DYNPTR_TYPE,
  FIRST_SLOT,
  FRAME_NO,
  fillSlotType,
  ID,
  PTR_MAYBE_NULL,
  PTR_TO_MEM,
  STACK_DYNPTR,
  STACK_INVALID,
  slotAt,
  slotType,
  TYPE,
} from '../domain/layout.ts'
import { forEachReg, slotBitHi, slotBitLo } from '../domain/slots.ts'
import { type Env, scratchSlot } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { markRegInvalid } from '../invalidate.ts'
import { markStackWrite } from '../liveness/stack.ts'
import { verbose } from '../verbose.ts'

// Kinds as in the word DYNPTR_TYPE.
export const DYNPTR_LOCAL = 1
export const DYNPTR_RINGBUF = 2
export const DYNPTR_SKB = 3
export const DYNPTR_SKB_META = 5

/** Holds a reference. */
export const isCounted = (kind: number): boolean => kind === DYNPTR_RINGBUF

export const isDynptrSlot = (s: Int32Array, slot: number): boolean => slotType(s, slot, 0) === STACK_DYNPTR

/** Empties both slots of the dynptr whose first slot is `spi`. */
export function invalidateDynptr(env: Env, frame: number, spi: number): void {
  const s = env.words
  for (const i of [spi, spi - 1]) {
    fillSlotType(s, slotAt(frame, i), STACK_INVALID)
    markRegNotInit(s, slotAt(frame, i))
    markStackWrite(env.live, s[frame + FRAME_NO]!, slotBitLo(i), slotBitHi(i))
  }
}

/** Something is written over a slot: if a dynptr is there, it is gone as a whole, unless it holds a reference. */
export function destroyDynptr(env: Env, frame: number, at: number): number {
  const { words: s, cur } = env
  const slot = slotAt(frame, at)
  if (!isDynptrSlot(s, slot)) return 0
  const spi = s[slot + FIRST_SLOT] !== 0 ? at : at + 1
  const first = slotAt(frame, spi)
  if (isCounted(s[first + DYNPTR_TYPE]!)) {
    verbose(env.log, 'cannot overwrite referenced dynptr\n')
    return -EINVAL
  }
  scratchSlot(env, spi)
  scratchSlot(env, spi - 1)
  const id = s[first + ID]!
  forEachReg(s, cur.at, cur.curframe, (r) => {
    if ((s[r + TYPE]! & ~PTR_MAYBE_NULL) === PTR_TO_MEM && s[r + DYNPTR_ID] === id) markRegInvalid(env, s, r)
  })
  invalidateDynptr(env, frame, spi)
  return 0
}
