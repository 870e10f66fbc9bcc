// Loops whose number of rounds is not known (may_goto): a number that changed since the last round and on which nothing relied is
// forgotten, so that the rounds come to equal states. Linux: find_prev_entry(), widen_imprecise_scalars().

import { regsExact } from './compare.ts'
import { markRegUnknown } from './domain/bounds.ts'
import { ALLOCATED_SLOTS, PRECISE, REGS, regAt, SCALAR_VALUE, slotAt, TYPE } from './domain/layout.ts'
import { isSpilled } from './domain/slots.ts'
import type { Env, IdMap } from './env.ts'
import { exploredHead } from './explored.ts'
import { type State, sameCallsites } from './state.ts'

/**
 * Forgets in `target` the numbers that differ from those of the nearest checkpoint before `from` at `insnIdx`, where there is one. What is
 * forgotten depends on marks of that checkpoint that change later, so it is recorded, and a replay does as was recorded.
 */
export function widenSincePrevEntry(env: Env, from: State, insnIdx: number, target: State): void {
  const forgotten = env.replayed ? (env.replayed.widened.get(env.step) ?? []) : differing(env, findPrevEntry(env, from, insnIdx), target)
  for (const place of forgotten) markRegUnknown(target.words, regOfPlace(target, place))
  if (env.recorder && forgotten.length > 0) env.recorder.widened.set(env.step, forgotten)
}

/** The nearest earlier checkpoint of this path at an instruction, with the same calls. */
function findPrevEntry(env: Env, cur: State, insnIdx: number): State | null {
  const list = env.explored[exploredHead(env, insnIdx)]
  if (!list) return null
  for (let i = list.length - 1; i >= 0; i--) {
    const st = list[i]!
    if (st.insnIdx === insnIdx && st.branches > 0 && sameCallsites(st, cur) && st.dfsDepth < cur.dfsDepth) return st
  }
  return null
}

// A place is a register or slot of a frame as one number.
const FRAME_SHIFT = 8
const FIRST_SLOT_PLACE = 16
function regOfPlace(state: State, place: number): number {
  const frame = state.at[place >> FRAME_SHIFT]!
  const i = place & ((1 << FRAME_SHIFT) - 1)
  return i < FIRST_SLOT_PLACE ? regAt(frame, i) : slotAt(frame, i - FIRST_SLOT_PLACE)
}

function differing(env: Env, old: State | null, cur: State): readonly number[] {
  const places: number[] = []
  if (!old) return places
  const { idmap } = env
  idmap.tmpIdGen = env.idGen
  idmap.count = 0
  const a = old.words
  const b = cur.words
  for (let fr = old.curframe; fr >= 0; fr--) {
    const fa = old.at[fr]!
    const fb = cur.at[fr]!
    for (let i = 0; i < REGS; i++) {
      if (isForgotten(a, regAt(fa, i), b, regAt(fb, i), idmap)) places.push((fr << FRAME_SHIFT) | i)
    }
    const slots = Math.min(a[fa + ALLOCATED_SLOTS]!, b[fb + ALLOCATED_SLOTS]!)
    for (let i = 0; i < slots; i++) {
      const sa = slotAt(fa, i)
      const sb = slotAt(fb, i)
      if (!isSpilled(a, sa) || !isSpilled(b, sb)) continue
      if (isForgotten(a, sa, b, sb, idmap)) places.push((fr << FRAME_SHIFT) | (i + FIRST_SLOT_PLACE))
    }
  }
  return places
}

function isForgotten(a: Int32Array, ra: number, b: Int32Array, rb: number, idmap: IdMap): boolean {
  if (a[ra + TYPE] !== SCALAR_VALUE || b[rb + TYPE] !== SCALAR_VALUE) return false
  return a[ra + PRECISE] === 0 && b[rb + PRECISE] === 0 && !regsExact(a, ra, b, rb, idmap)
}
