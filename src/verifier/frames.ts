// Frames of functions that call each other: a new one with the arguments in r1 to r5, and back to the caller with r0.
// Linux: init_func_state(), setup_func_entry(), set_callee_state(), prepare_func_exit().
import { markRegKnownZero, markRegNotInit } from './domain/bounds.ts'
import {
  CALLSITE,
  copyReg,
  FRAME_HEADER_WORDS,
  FRAME_NO,
  FRAME_SUBPROG,
  FRAMENO,
  PTR_TO_STACK,
  REGS,
  regAt,
  SUBREG_DEF,
  TYPE,
} from './domain/layout.ts'
import { curReg, type Env, MAX_CALL_FRAMES, scratchAll, scratchReg } from './env.ts'
import { E2BIG, EINVAL } from './errno.ts'
import { resetCallchain, updateLiveStack } from './liveness/stack.ts'
import { traceState } from './show.ts'
import { LOG_LEVEL, trace, verbose } from './verbose.ts'

/** A frame with nothing in it but its own frame pointer. Linux: init_func_state(). */
export function initFrame(env: Env, frameno: number, callsite: number, subprog: number): void {
  const { words: s, cur } = env
  const frame = cur.at[frameno]!
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

/** Goes on at the first instruction of a function of the program. */
export function enterFunction(env: Env, subprog: number): number {
  const { words: s, cur, log } = env
  const depth = cur.curframe + 1
  if (depth >= MAX_CALL_FRAMES) {
    verbose(log, `the call stack of ${depth + 1} frames is too deep\n`)
    return -E2BIG
  }
  initFrame(env, depth, env.insnIdx, subprog)
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

/** Goes on behind the call, with r0 as the function left it. */
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
  copyReg(s, regAt(caller, 0), s, r0)
  env.insnIdx = s[callee + CALLSITE]! + 1
  if (log.level & LOG_LEVEL) {
    trace(log, 'returning from callee:\n')
    traceState(env, cur, cur.curframe)
    trace(log, `to caller at ${env.insnIdx}:\n`)
    traceState(env, cur, cur.curframe - 1)
  }
  cur.curframe--
  return 0
}
