// Loops whose number of rounds is not known (may_goto): a number that changed since the last round and on which nothing relied is
// forgotten, so that the rounds come to equal states. Linux: find_prev_entry(), widen_imprecise_scalars().

import { regsExact } from './compare.ts'
import { markRegUnknown } from './domain/bounds.ts'
import { ALLOCATED_SLOTS, PRECISE, REGS, regAt, SCALAR_VALUE, STACK_SPILL, slotAt, slotType, TYPE } from './domain/layout.ts'
import type { Env, IdMap } from './env.ts'
import { exploredHead } from './explored.ts'
import { type State, sameCallsites } from './state.ts'

/** The nearest earlier checkpoint of this path at an instruction, with the same calls. */
export function findPrevEntry(env: Env, cur: State, insnIdx: number): State | null {
  for (let st = env.explored[exploredHead(env, insnIdx)] ?? null; st; st = st.next) {
    if (st.insnIdx === insnIdx && st.branches > 0 && sameCallsites(st, cur) && st.dfsDepth < cur.dfsDepth) return st
  }
  return null
}

export function widenImpreciseScalars(env: Env, old: State, cur: State): void {
  const { idmap } = env
  idmap.tmpIdGen = env.idGen
  idmap.count = 0
  const a = old.words
  const b = cur.words
  for (let fr = old.curframe; fr >= 0; fr--) {
    const fa = old.at[fr]!
    const fb = cur.at[fr]!
    for (let i = 0; i < REGS; i++) widen(a, regAt(fa, i), b, regAt(fb, i), idmap)
    const slots = Math.min(a[fa + ALLOCATED_SLOTS]!, b[fb + ALLOCATED_SLOTS]!)
    for (let i = 0; i < slots; i++) {
      const sa = slotAt(fa, i)
      const sb = slotAt(fb, i)
      if (slotType(a, sa, 7) === STACK_SPILL && slotType(b, sb, 7) === STACK_SPILL) widen(a, sa, b, sb, idmap)
    }
  }
}

function widen(a: Int32Array, ra: number, b: Int32Array, rb: number, idmap: IdMap): void {
  if (a[ra + TYPE] !== SCALAR_VALUE || b[rb + TYPE] !== SCALAR_VALUE) return
  if (a[ra + PRECISE] !== 0 || b[rb + PRECISE] !== 0) return
  if (!regsExact(a, ra, b, rb, idmap)) markRegUnknown(b, rb)
}
