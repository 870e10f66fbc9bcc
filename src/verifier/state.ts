// Verifier states: the one that is worked on, and those that are put by (branches to explore, checkpoints, back edges).
//
//   cur.words     |frame 0, room for 64 slots|frame 1|...|frame 7|       frames at fixed places, so that stacks can grow
//   saved.words   ...|frame 0|frame 1|...                                frames end to end, slots in use only, never grows
//
// References and the jump history are persistent: a change makes a new list, so a copy of a state shares them. The history is a
// chain from the newest entry backwards, the order in which precision backtracking walks it.
// Linux: struct bpf_verifier_state, copy_verifier_state().
import { ALLOCATED_SLOTS, CALLSITE, copyFrame, FRAME_WORDS, frameWords, MAX_FRAMES, STATE_WORDS } from './domain/layout.ts'
import type { SccVisit } from './env.ts'
import { NO_ENTRY } from './history.ts'
import { type LockKind, type Locks, NO_LOCKS } from './locks.ts'

/** A reference that the program holds and has to give back. */
export interface Reference {
  readonly id: number
  /** Instruction that acquired it. */
  readonly insn: number
  /** An object, a lock that is held, a saved interrupt flag. */
  readonly kind: 'ptr' | 'irq' | LockKind
  /** Of a lock: what it belongs to. */
  readonly owner: number
}

/** Where saved states get their words: they share arrays, since a small array of its own costs more than its words. */
export interface Arena {
  chunk: Int32Array
  used: number
  /** The last chunk that was given back. */
  spare: Int32Array | undefined
}
const FIRST_CHUNK_WORDS = 1 << 10
const CHUNK_WORDS = 1 << 17

export const newArena = (): Arena => ({ chunk: new Int32Array(0), used: 0, spare: undefined })

/** Makes room for so many words at `arena.used`. What they hold is whatever was there. */
function makeRoom(arena: Arena, words: number): void {
  if (arena.used + words <= arena.chunk.length) return
  const wanted = Math.max(words, Math.min(2 * arena.chunk.length, CHUNK_WORDS), FIRST_CHUNK_WORDS)
  arena.chunk = arena.spare && arena.spare.length >= wanted ? arena.spare : new Int32Array(wanted)
  arena.spare = undefined
  arena.used = 0
}

/** Gives back all that was taken since the arena stood at `used` of `chunk`. */
export function giveBack(arena: Arena, chunk: Int32Array, used: number): void {
  if (arena.chunk !== chunk) arena.spare = arena.chunk
  arena.chunk = chunk
  arena.used = used
}

export interface State {
  // What a comparison of a checkpoint with the current state touches stands together: long lists of checkpoints do not fit into caches.
  insnIdx: number
  /** Paths through this checkpoint that are not explored yet. */
  branches: number
  /** Dead registers and slots were already cleared. */
  cleaned: boolean
  /** Checkpoints in a loop: the stay in it. */
  visit: SccVisit | null
  /** Checkpoints: the register of the innermost frame that told a state apart from this one at last, -1 for none; and what it has to meet (compare.ts). */
  told: number
  toldNumber: boolean
  toldLow: number
  toldHigh: number
  curframe: number
  /** The program may sleep here. */
  inSleepable: boolean
  /** Only a mispredicted branch leads here. */
  speculative: boolean
  /** In a section between bpf_rcu_read_lock() and bpf_rcu_read_unlock(). */
  rcuLock: boolean
  /** How often preemption was turned off. */
  preemptLocks: number
  refs: readonly Reference[]
  locks: Locks
  words: Int32Array
  /** Offset of each frame in `words`. */
  readonly at: number[]
  missCnt: number
  hitCnt: number
  inFreeList: boolean
  /** Every number of this checkpoint and of those before it was marked precise. */
  allPrecise: boolean
  readonly arena: Arena
  /** Last entry of the jump history since the last checkpoint. */
  history: number
  parent: State | null
  firstInsnIdx: number
  lastInsnIdx: number
  dfsDepth: number
  mayGotoDepth: number
  callbackUnrollDepth: number
  /** Back edges: the checkpoint that this state equals. */
  equalState: State | null
  /** Checkpoints: the step (steps.ts) before which the state was this one; -1 where steps are not recorded. */
  step: number
}

const NO_REFS: readonly Reference[] = []

function bareState(words: Int32Array, at: number[], arena: Arena): State {
  return {
    insnIdx: 0,
    branches: 0,
    cleaned: false,
    visit: null,
    told: -1,
    toldNumber: false,
    toldLow: 0,
    toldHigh: 0,
    curframe: 0,
    inSleepable: false,
    speculative: false,
    rcuLock: false,
    preemptLocks: 0,
    refs: NO_REFS,
    locks: NO_LOCKS,
    words,
    at,
    missCnt: 0,
    hitCnt: 0,
    inFreeList: false,
    allPrecise: false,
    arena,
    history: NO_ENTRY,
    parent: null,
    firstInsnIdx: 0,
    lastInsnIdx: 0,
    dfsDepth: 0,
    mayGotoDepth: 0,
    callbackUnrollDepth: 0,
    equalState: null,
    step: -1,
  }
}

/** Offset of a frame in a working state. */
export const workingFrame = (frameno: number): number => frameno * FRAME_WORDS

/** A state to work on, with room for every frame at its largest. */
export function workingState(): State {
  const at: number[] = []
  for (let i = 0; i < MAX_FRAMES; i++) at.push(workingFrame(i))
  return bareState(new Int32Array(STATE_WORDS), at, newArena())
}

/** A copy that takes no more room than it needs, among the checkpoints' words or those of `arena`. Linux: copy_verifier_state() into a fresh state. */
export function saveState(src: State, arena = src.arena): State {
  const { words, at, curframe } = src
  let total = 0
  for (let i = 0; i <= curframe; i++) total += frameWords(words[at[i]! + ALLOCATED_SLOTS]!)
  makeRoom(arena, total)
  let to = arena.used
  arena.used += total
  const { chunk } = arena
  const places = [to]
  copyFrame(chunk, to, words, at[0]!)
  for (let i = 1; i <= curframe; i++) {
    to += frameWords(words[at[i - 1]! + ALLOCATED_SLOTS]!)
    places.push(to)
    copyFrame(chunk, to, words, at[i]!)
  }
  const saved = bareState(chunk, places, arena)
  copyFields(saved, src)
  return saved
}

/** A state of its own with one frame, which lies at `frame` of `words`: where a function is called later, outside the program. */
export function saveFrame(words: Int32Array, frame: number): State {
  const chunk = words.slice(frame, frame + frameWords(words[frame + ALLOCATED_SLOTS]!))
  return bareState(chunk, [0], newArena())
}

/** Goes on with a state that was put by. Linux: copy_verifier_state() in pop_stack(). */
export function restoreState(cur: State, src: State): void {
  for (let i = 0; i <= src.curframe; i++) copyFrame(cur.words, cur.at[i]!, src.words, src.at[i]!)
  copyFields(cur, src)
}

function copyFields(dst: State, src: State): void {
  dst.curframe = src.curframe
  dst.refs = src.refs
  dst.locks = src.locks
  dst.history = src.history
  dst.parent = src.parent
  dst.branches = src.branches
  dst.insnIdx = src.insnIdx
  dst.firstInsnIdx = src.firstInsnIdx
  dst.lastInsnIdx = src.lastInsnIdx
  dst.dfsDepth = src.dfsDepth
  dst.mayGotoDepth = src.mayGotoDepth
  dst.callbackUnrollDepth = src.callbackUnrollDepth
  dst.inSleepable = src.inSleepable
  dst.speculative = src.speculative
  dst.rcuLock = src.rcuLock
  dst.preemptLocks = src.preemptLocks
  dst.equalState = src.equalState
  dst.cleaned = src.cleaned
}

/** Where a frame stands: the next instruction of the innermost one, the call of the others. Linux: frame_insn_idx(). */
export const frameInsnIdx = (state: State, frame: number): number =>
  frame === state.curframe ? state.insnIdx : state.words[state.at[frame + 1]! + CALLSITE]!

/** Linux: same_callsites(). */
export function sameCallsites(a: State, b: State): boolean {
  if (a.curframe !== b.curframe) return false
  for (let i = a.curframe; i >= 0; i--) if (a.words[a.at[i]! + CALLSITE] !== b.words[b.at[i]! + CALLSITE]) return false
  return true
}
