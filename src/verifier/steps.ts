// Columns about each step of the walk, for those who want to show it: instruction, the step before on the same path, what happened, which
// earlier state a path that was cut short was covered by, and where the log speaks of it. Row i is step i; columns grow by doubling.
// Beside them stands what replay.ts needs to rebuild the state before any step: copies of the state now and then along each path, the
// counter of ids where a path that was put by is taken up again, and what widening forgot, which depends on marks that come and go.
import type { Env } from './env.ts'
import { type Arena, newArena, type State, saveState } from './state.ts'
import type { StepTable } from './types.ts'

export const STEP_STEPPED = 0
export const STEP_EXIT = 1
export const STEP_PRUNED = 2
export const STEP_REJECTED = 3
export const STEP_BRANCHED = 4
export const STEP_LOOP = 5

/** A copy of the state before a step. */
export interface Snapshot {
  readonly state: State
  readonly prevInsnIdx: number
  readonly idGen: number
}

export interface StepRecorder {
  count: number
  insn: Int32Array
  parent: Int32Array
  kind: Uint8Array
  link: Int32Array
  cover: Int32Array
  /** By step. */
  readonly snapshots: Map<number, Snapshot>
  readonly arena: Arena
  /** Steps on the current path since one was kept; kept with branches that are put by. */
  sinceKept: number
  lastKept: number
  /** Steps between two of them. */
  interval: number
  keptWords: number
  /** Counter of ids at each step that takes up a path that was put by. */
  readonly resumed: Map<number, number>
  /** Places of registers that widening forgot (widen.ts), by step. */
  readonly widened: Map<number, readonly number[]>
}

const FIRST_ROWS = 1024
const FIRST_INTERVAL = 128
/** Bushy trees must not keep a copy for every few steps. */
const LEAST_DISTANCE = 32
/** Each time that so many words were kept, the interval doubles. */
const WORDS_PER_INTERVAL = 1 << 20

export const newRecorder = (): StepRecorder => ({
  count: 0,
  insn: new Int32Array(FIRST_ROWS),
  parent: new Int32Array(FIRST_ROWS),
  kind: new Uint8Array(FIRST_ROWS),
  link: new Int32Array(FIRST_ROWS),
  cover: new Int32Array(FIRST_ROWS),
  snapshots: new Map(),
  arena: newArena(),
  sinceKept: 0,
  lastKept: 0,
  interval: FIRST_INTERVAL,
  keptWords: 0,
  resumed: new Map(),
  widened: new Map(),
})

/** A new step at the current instruction, behind env.step, which becomes it. */
export function addStep(recorder: StepRecorder, env: Env, kind: number, cover: number): void {
  const i = recorder.count
  const parent = env.step
  if (i === recorder.insn.length) grow(recorder)
  recorder.insn[i] = env.insnIdx
  recorder.parent[i] = parent
  recorder.kind[i] = kind
  recorder.link[i] = env.log.text.end
  recorder.cover[i] = cover
  recorder.count = i + 1
  env.step = i
  recorder.sinceKept++
  if (parent < 0 || (recorder.sinceKept >= recorder.interval && i - recorder.lastKept >= LEAST_DISTANCE)) keep(recorder, env)
  else if (parent !== i - 1) recorder.resumed.set(i, env.idGen)
}

function keep(recorder: StepRecorder, env: Env): void {
  const state = saveState(env.cur, recorder.arena)
  // The chain of checkpoints would be kept alive by it.
  state.parent = null
  recorder.snapshots.set(env.step, { state, prevInsnIdx: env.prevInsnIdx, idGen: env.idGen })
  recorder.sinceKept = 0
  recorder.lastKept = env.step
  recorder.keptWords += recorder.arena.used - state.at[0]!
  if (recorder.keptWords < WORDS_PER_INTERVAL) return
  recorder.keptWords = 0
  recorder.interval *= 2
}

function grow(recorder: StepRecorder): void {
  const rows = recorder.insn.length * 2
  const wider = (from: Int32Array): Int32Array => {
    const to = new Int32Array(rows)
    to.set(from)
    return to
  }
  recorder.insn = wider(recorder.insn)
  recorder.parent = wider(recorder.parent)
  recorder.link = wider(recorder.link)
  recorder.cover = wider(recorder.cover)
  const kind = new Uint8Array(rows)
  kind.set(recorder.kind)
  recorder.kind = kind
}

/** The table without the rows that are not used; links count from `logStart`, the first character of the log that is kept. */
export function stepTable(recorder: StepRecorder | undefined, logStart = 0): StepTable {
  const r = recorder ?? newRecorder()
  const link = r.link.slice(0, r.count)
  if (logStart > 0) for (let i = 0; i < link.length; i++) link[i] = Math.max(-1, link[i]! - logStart)
  return {
    count: r.count,
    insn: r.insn.slice(0, r.count),
    parent: r.parent.slice(0, r.count),
    kind: r.kind.slice(0, r.count),
    link,
    cover: r.cover.slice(0, r.count),
  }
}
