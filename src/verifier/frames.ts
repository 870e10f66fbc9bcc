// Frames of functions that call each other: a new one with the arguments in r1 to r5, and back to the caller with r0.
// Linux: init_func_state(), setup_func_entry(), set_callee_state(), prepare_func_exit().
import { checkRetRange } from './check/ret-range.ts'
import { markRegKnownZero, markRegNotInit } from './domain/bounds.ts'
import {
  CALLSITE,
  copyReg,
  FRAME_FLAGS,
  FRAME_HEADER_WORDS,
  FRAME_NO,
  FRAME_SUBPROG,
  FRAMENO,
  IN_CALLBACK_FN,
  PTR_TO_STACK,
  REGS,
  RET_RANGE_MAX,
  RET_RANGE_MIN,
  regAt,
  SCALAR_VALUE,
  SUBREG_DEF,
  TYPE,
} from './domain/layout.ts'
import { curReg, type Env, MAX_CALL_FRAMES, scratchAll, scratchReg } from './env.ts'
import { E2BIG, EACCES, EINVAL } from './errno.ts'
import { resetCallchain, updateLiveStack } from './liveness/stack.ts'
import { markChainPrecision } from './precision.ts'
import { traceState } from './show.ts'
import { LOG_LEVEL, trace, verbose } from './verbose.ts'
import { widenSincePrevEntry } from './widen.ts'

/** A frame with nothing in it but its own frame pointer. Linux: init_func_state(). */
export function initFrame(env: Env, frameno: number, callsite: number, subprog: number): void {
  initFrameAt(env, env.words, env.cur.at[frameno]!, frameno, callsite, subprog)
}

/** The same in whatever words. */
export function initFrameAt(env: Env, s: Int32Array, frame: number, frameno: number, callsite: number, subprog: number): void {
  s.fill(0, frame, frame + FRAME_HEADER_WORDS)
  s[frame + CALLSITE] = callsite
  s[frame + FRAME_NO] = frameno
  s[frame + FRAME_SUBPROG] = subprog
  for (let i = 0; i < REGS; i++) {
    const r = regAt(frame, i)
    markRegNotInit(s, r)
    s[r + SUBREG_DEF] = 0
  }
  const fp = regAt(frame, REGS - 1)
  s[fp + TYPE] = PTR_TO_STACK
  markRegKnownZero(s, fp)
  s[fp + FRAMENO] = frameno
  scratchAll(env)
}

/** r0 to r5 are gone after a call. */
export function clearCallerSaved(env: Env): void {
  for (let i = 0; i <= 5; i++) {
    const r = curReg(env, i)
    markRegNotInit(env.words, r)
    env.words[r + SUBREG_DEF] = env.insnIdx + 1
    scratchReg(env, i)
  }
}

/** Makes the frame of a function that is called here, behind the innermost one, which stays the one that is worked on. */
export function setupFrame(env: Env, subprog: number): number {
  const depth = env.cur.curframe + 1
  if (depth >= MAX_CALL_FRAMES) {
    verbose(env.log, `the call stack of ${depth + 1} frames is too deep\n`)
    return -E2BIG
  }
  initFrame(env, depth, env.insnIdx, subprog)
  return 0
}

/** Goes on at the first instruction of a function of the program. */
export function enterFunction(env: Env, subprog: number): number {
  const { words: s, cur, log } = env
  const depth = cur.curframe + 1
  const err = setupFrame(env, subprog)
  if (err) return err
  for (let i = 1; i <= 5; i++) copyReg(s, regAt(cur.at[depth]!, i), s, regAt(cur.at[depth - 1]!, i))
  clearCallerSaved(env)
  cur.curframe = depth
  env.insnIdx = env.subprogs[subprog]!.start - 1
  resetCallchain(env.live)
  if (log.level & LOG_LEVEL) {
    trace(log, 'caller:\n')
    traceState(env, cur, depth - 1)
    trace(log, 'callee:\n')
    traceState(env, cur, depth)
  }
  return 0
}

/** Goes on behind the call, with r0 as the function left it; a function that was called back returns to the call itself, to be called again. */
export function leaveFunction(env: Env): number {
  const { words: s, cur, log } = env
  updateLiveStack(env.live, cur)
  const callee = cur.at[cur.curframe]!
  const caller = cur.at[cur.curframe - 1]!
  const r0 = regAt(callee, 0)
  if (s[r0 + TYPE] === PTR_TO_STACK) {
    verbose(log, 'cannot return stack pointer to the caller\n')
    return -EINVAL
  }
  const calledBack = (s[callee + FRAME_FLAGS]! & IN_CALLBACK_FN) !== 0
  if (calledBack) {
    const err = checkCallbackReturn(env, callee, r0)
    if (err) return err
  } else copyReg(s, regAt(caller, 0), s, r0)
  env.insnIdx = s[callee + CALLSITE]! + (calledBack ? 0 : 1)
  if (log.level & LOG_LEVEL) {
    trace(log, 'returning from callee:\n')
    traceState(env, cur, cur.curframe)
    trace(log, `to caller at ${env.insnIdx}:\n`)
    traceState(env, cur, cur.curframe - 1)
  }
  cur.curframe--
  // What one turn after another changes must not keep the turns from coming to equal states.
  if (calledBack) widenSincePrevEntry(env, cur, env.insnIdx, cur)
  return 0
}

function checkCallbackReturn(env: Env, callee: number, r0: number): number {
  const s = env.words
  if (s[r0 + TYPE] !== SCALAR_VALUE) {
    verbose(env.log, 'R0 not a scalar value\n')
    return -EACCES
  }
  const min = s[callee + RET_RANGE_MIN]!
  const max = s[callee + RET_RANGE_MAX]!
  return markChainPrecision(env, 0) || checkRetRange(env, 0, min, max, 'At callback return')
}
