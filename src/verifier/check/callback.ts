// Functions of the program that helpers call back. The walk does not go through the helper: it puts by the function's body as a path of
// its own, which comes back to the call, and goes on behind the call as if all turns were over. A function that is called later (by a timer)
// is walked as a program of its own.
//
//   r1 = 10; r2 = f; call bpf_loop  --goes on-->  r0 = ...
//        ^                 |put by
//        |                 v
//        '----------- f: ...; exit          until a state at the call equals one of an earlier turn
//
// Linux: push_callback_call(), set_*_callback_state(), update_loop_inline_state().
import { pushAsync, pushBranch } from '../branches.ts'
import { isRegNull, markRegKnownZero, markRegNotInit, markRegUnknown } from '../domain/bounds.ts'
import {
  ASYNC_ENTRY_CNT,
  BTF,
  BTF_ID,
  CALLBACK_DEPTH,
  CONST_PTR_TO_MAP,
  copyReg,
  FRAME_FLAGS,
  FRAME_WORDS,
  IN_ASYNC_CALLBACK_FN,
  IN_CALLBACK_FN,
  MAP,
  MAP_UID,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  RET_RANGE_MAX,
  RET_RANGE_MIN,
  regAt,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, MAIN_FUNC, unsupported } from '../env.ts'
import { EFAULT, ENOMEM, ENOTSUPP, UNSUPPORTED } from '../errno.ts'
import { initFrameAt, setupFrame } from '../frames.ts'
import { markChainPrecision } from '../precision.ts'
import { saveFrame } from '../state.ts'
import { umaxOf } from '../values.ts'
import { LOG_LEVEL2, trace, verbose } from '../verbose.ts'
import { KERNEL_BTF, kernelStruct } from './btf-types.ts'
import { markDynptr } from './dynptr.ts'
import { DYNPTR_LOCAL } from './dynptr-slots.ts'
import { checkSubprogCall } from './global.ts'
import { mapOf } from './map.ts'

/** Gives the arguments of the function whose frame lies at `callee` of `s`; the caller's are those of the innermost frame. */
type SetArgs = (env: Env, s: Int32Array, callee: number) => number

/** Puts by the body of a function that the helper at this instruction may call any number of times. */
export function pushCallback(env: Env, subprog: number, setArgs: SetArgs): number {
  const { words: s, cur } = env
  const err = checkCallee(env, subprog) || setupFrame(env, subprog)
  if (err) return err
  const caller = cur.at[cur.curframe]!
  const callee = cur.at[cur.curframe + 1]!
  const unset = setArgs(env, s, callee)
  if (unset) return unset
  cur.curframe++
  s[caller + CALLBACK_DEPTH]!++
  const pushed = pushBranch(env, env.subprogs[subprog]!.start, env.insnIdx)
  cur.curframe--
  s[caller + CALLBACK_DEPTH] = 0
  if (!pushed) return -ENOMEM
  pushed.callbackUnrollDepth++
  return 0
}

/** Puts by a function that is called when the program is long over. */
export function pushAsyncCallback(env: Env, subprog: number, sleepable: boolean, setArgs: SetArgs): number {
  const err = checkCallee(env, subprog)
  if (err) return err
  env.subprogs[subprog]!.isAsyncCb = true
  const frame = new Int32Array(FRAME_WORDS)
  initFrameAt(env, frame, 0, 0, MAIN_FUNC, subprog)
  frame[ASYNC_ENTRY_CNT] = env.words[env.cur.at[env.cur.curframe]! + ASYNC_ENTRY_CNT]! + 1
  const unset = setArgs(env, frame, 0)
  if (unset) return unset
  const state = saveFrame(frame, 0)
  state.inSleepable = sleepable
  return pushAsync(env, env.subprogs[subprog]!.start, state) ? 0 : -EFAULT
}

/** The call's own registers are held against the function's type too, which only says what does not fit. */
function checkCallee(env: Env, subprog: number): number {
  const err = checkSubprogCall(env, subprog)
  if (err === -EFAULT || err === UNSUPPORTED) return err
  env.subprogs[subprog]!.isCb = true
  return 0
}

export function setReturn(s: Int32Array, callee: number, flag: number, min: number, max: number): void {
  s[callee + FRAME_FLAGS]! |= flag
  s[callee + RET_RANGE_MIN] = min
  s[callee + RET_RANGE_MAX] = max
}

export function unsetFrom(s: Int32Array, callee: number, regno: number): void {
  for (let i = regno; i <= 5; i++) markRegNotInit(s, regAt(callee, i))
}

/** A key or value of the map that register `from` names. */
function setMapPart(env: Env, s: Int32Array, r: number, type: number, from: number): void {
  markRegKnownZero(s, r)
  s[r + TYPE] = type
  s[r + MAP] = env.words[from + MAP]!
  s[r + MAP_UID] = env.words[from + MAP_UID]!
}

// ---- bpf_loop ----

/** Turns that are walked one by one: no more than the count says. */
export function callLoop(env: Env, subprog: number): number {
  noteInlining(env, subprog)
  const err = markChainPrecision(env, 1)
  if (err) return err
  const { words: s, cur, log } = env
  const frame = cur.at[cur.curframe]!
  if (s[frame + CALLBACK_DEPTH]! < umaxOf(s, curReg(env, 1))) return pushCallback(env, subprog, setLoopArgs)
  s[frame + CALLBACK_DEPTH] = 0
  if (log.level & LOG_LEVEL2) trace(log, `frame${cur.curframe} bpf_loop iteration limit reached\n`)
  return 0
}

const setLoopArgs: SetArgs = (env, s, callee) => {
  markRegUnknown(s, regAt(callee, 1))
  copyReg(s, regAt(callee, 2), env.words, curReg(env, 3))
  unsetFrom(s, callee, 3)
  setReturn(s, callee, IN_CALLBACK_FN, 0, 1)
  return 0
}

/** The kernel writes a loop out in place of the call where the function and flags 0 are known; that takes stack. */
function noteInlining(env: Env, subprog: number): void {
  const before = env.loopInlining.get(env.insnIdx)
  if (before === -1) return
  const flags = curReg(env, 4)
  const zero = isRegNull(env.words, flags)
  if (zero) markChainPrecision(env, 4)
  env.loopInlining.set(env.insnIdx, zero && (before === undefined || before === subprog) ? subprog : -1)
}

// ---- bpf_for_each_map_elem ----

const WALKED_MAPS: ReadonlySet<string> = new Set(['array', 'percpu_array', 'hash', 'lru_hash', 'percpu_hash', 'lru_percpu_hash'])

export const callForEachMapElem = (env: Env, subprog: number): number => pushCallback(env, subprog, setMapElemArgs)

const setMapElemArgs: SetArgs = (env, s, callee) => {
  const map = curReg(env, 1)
  if (!WALKED_MAPS.has(mapOf(env, map).type)) {
    verbose(env.log, 'callback function not allowed for map\n')
    return -ENOTSUPP
  }
  copyReg(s, regAt(callee, 1), env.words, map)
  setMapPart(env, s, regAt(callee, 2), PTR_TO_MAP_KEY, map)
  setMapPart(env, s, regAt(callee, 3), PTR_TO_MAP_VALUE, map)
  copyReg(s, regAt(callee, 4), env.words, curReg(env, 3))
  unsetFrom(s, callee, 5)
  setReturn(s, callee, IN_CALLBACK_FN, 0, 1)
  return 0
}

// ---- bpf_timer_set_callback ----

export const callTimerLater = (env: Env, subprog: number): number => pushAsyncCallback(env, subprog, false, setMapCallbackArgs(1, 0, 0))

/** Map, key and value of the map that register `regno` points to or into; the result lies within [min, max]. */
export const setMapCallbackArgs =
  (regno: number, min: number, max: number): SetArgs =>
  (env, s, callee) => {
    const value = curReg(env, regno)
    const map = regAt(callee, 1)
    setMapPart(env, s, map, CONST_PTR_TO_MAP, value)
    setMapPart(env, s, regAt(callee, 2), PTR_TO_MAP_KEY, value)
    setMapPart(env, s, regAt(callee, 3), PTR_TO_MAP_VALUE, value)
    for (let i = 1; i <= 3; i++) s[regAt(callee, i) + MAP_UID] = 0
    unsetFrom(s, callee, 4)
    setReturn(s, callee, IN_ASYNC_CALLBACK_FN, min, max)
    return 0
  }

// ---- bpf_user_ringbuf_drain ----

export const callUserRingbufDrain = (env: Env, subprog: number): number => pushCallback(env, subprog, setDrainArgs)

const setDrainArgs: SetArgs = (env, s, callee) => {
  markDynptr(s, regAt(callee, 1), DYNPTR_LOCAL, true, ++env.idGen)
  copyReg(s, regAt(callee, 2), env.words, curReg(env, 3))
  unsetFrom(s, callee, 3)
  setReturn(s, callee, IN_CALLBACK_FN, 0, 1)
  return 0
}

// ---- bpf_find_vma ----

export const callFindVma = (env: Env, subprog: number): number => pushCallback(env, subprog, setVmaArgs)

const setVmaArgs: SetArgs = (env, s, callee) => {
  const vma = kernelStruct(env, 'vm_area_struct')
  if (vma === undefined) return unsupported(env, 'struct vm_area_struct of the kernel')
  copyReg(s, regAt(callee, 1), env.words, curReg(env, 1))
  const r = regAt(callee, 2)
  markRegKnownZero(s, r)
  s[r + TYPE] = PTR_TO_BTF_ID
  s[r + BTF] = KERNEL_BTF
  s[r + BTF_ID] = vma
  copyReg(s, regAt(callee, 3), env.words, curReg(env, 4))
  unsetFrom(s, callee, 4)
  setReturn(s, callee, IN_CALLBACK_FN, 0, 1)
  return 0
}
