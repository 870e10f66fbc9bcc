// Paths still to be explored: a stack, so that the walk is depth first. Linux: push_stack(), pop_stack().
import { COMPLEXITY_LIMIT_JMP_SEQ, type Env } from './env.ts'
import { giveBack, restoreState, type State, saveState } from './state.ts'
import { logMark, verbose } from './verbose.ts'

const sinceKept = (env: Env): number => env.recorder?.sinceKept ?? 0

/** Puts by a copy of the current state, to go on from `insnIdx` later; null where there are too many, whose errno is the caller's. */
export function pushBranch(env: Env, insnIdx: number, prevInsnIdx: number, speculative = false): State | null {
  const { chunk, used } = env.branchArena
  const state = saveState(env.cur, env.branchArena)
  if (speculative) state.speculative = true
  const mark = logMark(env.log)
  env.branches.push({
    state,
    insnIdx,
    prevInsnIdx,
    textPos: mark.text,
    saidPos: mark.said,
    step: env.step,
    sinceKept: sinceKept(env),
    chunk,
    used,
  })
  if (env.branches.length > COMPLEXITY_LIMIT_JMP_SEQ) {
    verbose(env.log, `The sequence of ${env.branches.length} jumps is too complex.\n`)
    return null
  }
  if (state.parent) state.parent.branches++
  return state
}

/**
 * Puts by a function that is called later and on its own, from a state that has only its frame; null where there are too many.
 * Linux: push_async_cb().
 */
export function pushAsync(env: Env, insnIdx: number, state: State): State | null {
  const mark = logMark(env.log)
  const { chunk, used } = env.branchArena
  env.branches.push({
    state,
    insnIdx,
    prevInsnIdx: env.insnIdx,
    textPos: mark.text,
    saidPos: mark.said,
    step: env.step,
    sinceKept: sinceKept(env),
    chunk,
    used,
  })
  if (env.branches.length > COMPLEXITY_LIMIT_JMP_SEQ) {
    verbose(env.log, `The sequence of ${env.branches.length} jumps is too complex for async cb.\n`)
    return null
  }
  state.branches = 1
  return state
}

/** Goes on with the path that was put by last; false where none is left. The words of its state are given to those that are put by next. */
export function popBranch(env: Env): boolean {
  const branch = env.branches.pop()
  if (!branch) return false
  restoreState(env.cur, branch.state)
  giveBack(env.branchArena, branch.chunk, branch.used)
  env.insnIdx = branch.insnIdx
  env.prevInsnIdx = branch.prevInsnIdx
  env.step = branch.step
  if (env.recorder) env.recorder.sinceKept = branch.sinceKept
  return true
}
