// Checkpoints, in lists hashed by instruction and innermost call site as in Linux, whose statistics count what shares a list.
// Linux: explored_state(), update_peak_states().
import { CALLSITE } from './domain/layout.ts'
import type { Env } from './env.ts'

/** Index in env.explored of the list for an instruction in the current frame. */
export function exploredHead(env: Env, insnIdx: number): number {
  const callsite = env.words[env.cur.at[env.cur.curframe]! + CALLSITE]!
  return ((insnIdx ^ callsite) >>> 0) % env.insns.length
}

export function updatePeakStates(env: Env): void {
  const { counters } = env
  const now = counters.exploredStates + counters.freeListSize + counters.backedges
  if (now > counters.peakStates) counters.peakStates = now
}
