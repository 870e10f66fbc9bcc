// The state before any step of a recorded walk: from the nearest copy on its path (steps.ts), the instructions from there on are done again.
// Nothing is compared or pruned meanwhile, no checkpoint is made and nothing marked precise, so two things cannot be found anew and are taken
// from the record: the counter of ids where a path was taken up, and what widening forgot.
// Invariant: replayed and walked states are the same, word for word (replay.test.ts).
import type { Program } from '../isa/index.ts'
import type { Env } from './env.ts'
import { runInsn } from './explore.ts'
import { NO_ENTRY, newHistory } from './history.ts'
import { flowOf } from './liveness/flow.ts'
import { stackLiveness } from './liveness/of-env.ts'
import { newArena, restoreState, workingState } from './state.ts'
import type { StepRecorder } from './steps.ts'
import type { VerifyOptions } from './types.ts'
import { newLog } from './verbose.ts'

export interface RecordedWalk {
  readonly program: Program
  readonly options: VerifyOptions
  readonly recorder: StepRecorder
  /** What the walk found out about the program; not changed any more. */
  readonly env: Env
  /** Where steps are done again; made when first needed. */
  stage: Env | undefined
}

/** Of a walk that ended: what it had put by is let go of. */
export function recordedWalk(env: Env, options: VerifyOptions): RecordedWalk {
  env.explored.fill(null)
  env.sccVisits.clear()
  env.branches.length = 0
  return { program: env.program, options, recorder: env.recorder!, env, stage: undefined }
}

function newStage(walk: RecordedWalk): Env {
  const { env, recorder } = walk
  const cur = workingState()
  const flow = flowOf(
    env.insns,
    env.subprogs.map((s) => s.start),
  )
  const stage: Env = {
    ...env,
    cur,
    words: cur.words,
    log: newLog(0, env.program.lines),
    branchArena: newArena(),
    branches: [],
    history: newHistory(),
    live: env.live,
    recorder: undefined,
    replayed: recorder,
    onStep: undefined,
    onCovered: undefined,
  }
  stage.live = stackLiveness(stage, flow)
  return stage
}

/** The verification as it stood before a step; undefined where the walk has no such step. What is returned is valid until the next call. */
export function replayTo(walk: RecordedWalk, step: number): Env | undefined {
  const { recorder } = walk
  if (!(step >= 0 && step < recorder.count)) return undefined
  const path: number[] = []
  let at = step
  while (!recorder.snapshots.has(at)) {
    path.push(at)
    at = recorder.parent[at]!
  }
  walk.stage ??= newStage(walk)
  const env = walk.stage
  const { state, prevInsnIdx, idGen } = recorder.snapshots.get(at)!
  restoreState(env.cur, state)
  env.idGen = idGen
  env.prevInsnIdx = prevInsnIdx
  enter(env, recorder, at)
  for (let i = path.length - 1; i >= 0; i--) {
    env.history.used = 0
    env.cur.history = env.histEntry = NO_ENTRY
    runInsn(env)
    if (path[i] !== at + 1) takeUp(env, recorder, at, path[i]!)
    env.branches.length = 0
    env.branchArena.used = 0
    at = path[i]!
    enter(env, recorder, at)
  }
  return env
}

/** Stands before a step. A replay has no checkpoints; where one is asked for, the state itself is it. */
function enter(env: Env, recorder: StepRecorder, step: number): void {
  env.step = step
  env.insnIdx = env.cur.insnIdx = recorder.insn[step]!
  env.cur.parent = env.cur
}

/** Goes on with one of the ways that step `at` put by: they were taken up one after the other, the last one first. */
function takeUp(env: Env, recorder: StepRecorder, at: number, next: number): void {
  let later = 0
  if (env.branches.length > 1) for (let i = at + 2; i < next; i++) if (recorder.parent[i] === at) later++
  const branch = env.branches[env.branches.length - 1 - later]!
  restoreState(env.cur, branch.state)
  env.prevInsnIdx = branch.prevInsnIdx
  env.idGen = recorder.resumed.get(next)!
}
