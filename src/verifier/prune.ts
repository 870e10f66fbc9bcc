// At a prune point: if a checkpoint equals the current state, the path ends here; else the state may become a checkpoint itself. Which
// states are kept, and for how long, follows the kernel's rules of thumb, since the number of processed instructions depends on them.
// Linux: is_state_visited(), clean_live_states(), clean_verifier_state(), clean_func_state(), update_branch_counts(),
// maybe_free_verifier_state().

import { BPF_JCOND, BPF_JMP } from '../isa/index.ts'
import { isIterActive, iterDepthsDiffer } from './check/iter.ts'
import { clearSlot } from './check/stack.ts'
import { EXACT, type ExactLevel, NOT_EXACT, RANGE_WITHIN, statesEqual } from './compare.ts'
import { markRegNotInit } from './domain/bounds.ts'
import {
  ALLOCATED_SLOTS,
  ASYNC_ENTRY_CNT,
  FRAME_FLAGS,
  FRAME_NO,
  FRAMENO,
  IN_ASYNC_CALLBACK_FN,
  REGS,
  regAt,
  slotAt,
} from './domain/layout.ts'
import { CALLS_CALLBACK, type Env, FORCE_CHECKPOINT, ITER_NEXT, JMP_POINT } from './env.ts'
import { EINVAL } from './errno.ts'
import { exploredHead, updatePeakStates } from './explored.ts'
import { historyLength, NO_ENTRY, pushJmpHistory } from './history.ts'
import { isSlotAlive, queryInit } from './liveness/stack.ts'
import { markAllScalarsImprecise, propagatePrecision } from './precision.ts'
import { addBackedge, incompleteReadMarks, maybeEnterScc, maybeExitScc, maybeExitSccOf } from './scc.ts'
import { wholeState } from './show.ts'
import { frameInsnIdx, type State, sameCallsites, saveState } from './state.ts'
import { dump, lineInfo, verbose } from './verbose.ts'

/** Checkpoints of an instruction where CAP_BPF is missing. Linux: BPF_COMPLEXITY_LIMIT_STATES. */
const UNPRIVILEGED_STATES = 64

const NONE_EXPLORED: State[] = []

/** 1: nothing new can come of this path; 0: go on; negative: an error. */
export function isStateVisited(env: Env): number {
  const { cur, counters, insnIdx } = env
  env.covering = null
  const force = env.testStateFreq || (env.aux.flags[insnIdx]! & FORCE_CHECKPOINT) !== 0 || historyLength(env.history, cur.history) > 40
  const jumps = counters.jmpsProcessed - counters.prevJmpsProcessed
  const insns = counters.insnProcessed - counters.prevInsnProcessed
  let addNew = force || (jumps >= 2 && insns >= 8)
  const head = exploredHead(env, insnIdx)
  const list = env.explored[head] ?? NONE_EXPLORED
  cleanLiveStates(env, list)
  const callsCallback = (env.aux.flags[insnIdx]! & CALLS_CALLBACK) !== 0
  const isIterNext = (env.aux.flags[insnIdx]! & ITER_NEXT) !== 0

  let count = 0
  // As in Linux it keeps its value from one checkpoint to the next.
  let loop = false
  for (let i = list.length - 1; i >= 0; i--) {
    const st = list[i]!
    count++
    if (st.insnIdx !== insnIdx) continue
    let hit = false
    let exact: ExactLevel = RANGE_WITHIN
    if (st.branches > 0) {
      if (entersAgain(st, cur)) {
        // Neither a loop nor safe yet.
      } else if (callsCallback) hit = statesEqual(env, st, cur, RANGE_WITHIN)
      else if (isIterNext) {
        if (statesEqual(env, st, cur, RANGE_WITHIN) && isIterActive(env)) loop = hit = true
      } else if (isMayGoto(env, insnIdx) && st.mayGotoDepth !== cur.mayGotoDepth && statesEqual(env, st, cur, RANGE_WITHIN)) {
        loop = hit = true
      } else {
        const err = detectInfiniteLoop(env, st)
        if (err) return err
      }
      if (!hit && !force && jumps < 20 && insns < 100) addNew = false
    } else {
      loop = incompleteReadMarks(st)
      exact = loop ? RANGE_WITHIN : NOT_EXACT
      hit = statesEqual(env, st, cur, exact)
    }
    if (hit) return endPath(env, st, loop, exact)
    if (addNew) st.missCnt++
    const n = env.aux.flags[insnIdx]! & FORCE_CHECKPOINT && st.branches > 0 ? 64 : 3
    if (st.missCnt > st.hitCnt * n + n) {
      list.splice(i, 1)
      st.inFreeList = true
      counters.freeListSize++
      counters.exploredStates--
      maybeFree(env, st)
    }
  }
  if (counters.maxStatesPerInsn < count) counters.maxStatesPerInsn = count
  if (addNew && (env.bpfCapable || count <= UNPRIVILEGED_STATES)) addCheckpoint(env, head)
  return 0
}

/** Another call of a function that is called later. */
function entersAgain(st: State, cur: State): boolean {
  const s = st.words
  const frame = st.at[st.curframe]!
  if (!(s[frame + FRAME_FLAGS]! & IN_ASYNC_CALLBACK_FN)) return false
  return s[frame + ASYNC_ENTRY_CNT] !== cur.words[cur.at[cur.curframe]! + ASYNC_ENTRY_CNT]
}

const isMayGoto = (env: Env, insn: number): boolean => env.insns.opcode[insn] === (BPF_JMP | BPF_JCOND)

/** The state equals a checkpoint: what was relied upon there is relied upon here. */
function endPath(env: Env, st: State, loop: boolean, exact: ExactLevel): number {
  st.hitCnt++
  env.covering = st
  env.onCovered?.(env, exact)
  if (env.aux.flags[env.insnIdx]! & JMP_POINT) pushJmpHistory(env, 0, null)
  const err = propagatePrecision(env, st, env.cur)
  if (err) return err
  if (loop) {
    const backedge = saveState(env.cur)
    backedge.equalState = st
    backedge.insnIdx = env.insnIdx
    const added = addBackedge(env, st, backedge)
    if (added) return added
  }
  return 1
}

/** The same state again on the same path. */
function detectInfiniteLoop(env: Env, st: State): number {
  const { cur, log, insnIdx } = env
  if (!mayBeLooping(env, st, cur) || !statesEqual(env, st, cur, EXACT) || iterDepthsDiffer(st, cur)) return 0
  if (st.mayGotoDepth !== cur.mayGotoDepth || st.callbackUnrollDepth !== cur.callbackUnrollDepth) return 0
  env.covering = st
  env.onCovered?.(env, EXACT)
  lineInfo(log, insnIdx, true)
  verbose(log, `infinite loop detected at insn ${insnIdx}\n`)
  dump(log, `cur state:${wholeState(env, cur, cur.curframe)}\n`)
  dump(log, `old state:${wholeState(env, st, cur.curframe)}\n`)
  return -EINVAL
}

/** Compares the innermost frames word for word, first the one that told the last two states apart. */
function mayBeLooping(env: Env, old: State, cur: State): boolean {
  if (old.curframe !== cur.curframe) return false
  const fa = old.at[old.curframe]!
  const fb = cur.at[cur.curframe]!
  const a = old.words
  const b = cur.words
  if (a[fa + env.tellingWord] !== b[fb + env.tellingWord]) return false
  for (let i = 0; i < REGS; i++) {
    const r = regAt(0, i)
    for (let w = r; w < r + FRAMENO; w++) {
      if (a[fa + w] === b[fb + w]) continue
      env.tellingWord = w
      return false
    }
  }
  return true
}

function addCheckpoint(env: Env, head: number): void {
  const { cur, counters } = env
  counters.totalStates++
  counters.exploredStates++
  updatePeakStates(env)
  counters.prevJmpsProcessed = counters.jmpsProcessed
  counters.prevInsnProcessed = counters.insnProcessed
  if (env.bpfCapable) markAllScalarsImprecise(cur)
  const checkpoint = saveState(cur)
  checkpoint.insnIdx = env.insnIdx
  // The step that is about to be recorded.
  if (env.recorder) checkpoint.step = env.recorder.count
  maybeEnterScc(env, checkpoint)
  cur.parent = checkpoint
  cur.firstInsnIdx = env.insnIdx
  cur.dfsDepth = checkpoint.dfsDepth + 1
  cur.history = NO_ENTRY
  const list = env.explored[head]
  if (list) list.push(checkpoint)
  else env.explored[head] = [checkpoint]
}

// ---- what nobody reads any more ----

/** Clears dead registers and slots of the checkpoints at the current instruction that no path leads through any more. */
function cleanLiveStates(env: Env, list: readonly State[]): void {
  const { cur, insnIdx } = env
  for (let i = list.length - 1; i >= 0; i--) {
    const st = list[i]!
    if (st.branches > 0 || st.insnIdx !== insnIdx || st.cleaned || !sameCallsites(st, cur) || incompleteReadMarks(st)) continue
    cleanState(env, st)
  }
}

function cleanState(env: Env, st: State): void {
  queryInit(env.live, st)
  st.cleaned = true
  const s = st.words
  for (let i = 0; i <= st.curframe; i++) {
    const frame = st.at[i]!
    const live = env.aux.liveRegs[frameInsnIdx(st, i)]!
    for (let j = 0; j < 10; j++) if (!(live & (1 << j))) markRegNotInit(s, regAt(frame, j))
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let j = 0; j < slots; j++) if (!isSlotAlive(env.live, s[frame + FRAME_NO]!, j)) clearSlot(s, slotAt(frame, j))
  }
}

// ---- the end of a path ----

/** One path less through the checkpoints that led here; those without any are complete, and so may be the loops that they began. */
export function updateBranchCounts(env: Env): number {
  env.cur.branches--
  if (env.cur.branches > 0) return 0
  const err = maybeExitScc(env, env.cur)
  if (err) return err
  for (let st = env.cur.parent; st; st = st.parent) {
    st.branches--
    if (st.branches > 0) break
    const exitErr = maybeExitSccOf(env, st)
    if (exitErr) return exitErr
    maybeFree(env, st)
  }
  return 0
}

/** A checkpoint that was taken off its list goes when no path leads through it any more. */
function maybeFree(env: Env, state: State): void {
  if (!state.inFreeList || state.branches !== 0 || incompleteReadMarks(state)) return
  state.inFreeList = false
  env.counters.freeListSize--
}
