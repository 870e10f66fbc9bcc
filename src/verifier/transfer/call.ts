// Calls and returns: helpers, functions of the program itself (a new frame), global functions (taken to be safe, verified by themselves),
// the end of a function and of the program.
// Linux: do_check_insn() (BPF_CALL, BPF_EXIT), check_func_call(), setup_func_entry(), prepare_func_exit(), check_return_code().
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL } from '../../isa/index.ts'
import { checkGlobalCall } from '../check/global.ts'
import { checkHelperCall } from '../check/helper.ts'
import { checkRegRead } from '../check/mem.ts'
import { markRegKnownZero, markRegNotInit } from '../domain/bounds.ts'
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
  SCALAR_VALUE,
  SMAX_HI,
  SMIN_HI,
  SUBREG_DEF,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, findSubprog, MAX_CALL_FRAMES, scratchAll, scratchReg } from '../env.ts'
import { E2BIG, EFAULT, EINVAL } from '../errno.ts'
import { resetCallchain, updateLiveStack } from '../liveness/stack.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { checkResourceLeak } from '../references.ts'
import { traceState } from '../show.ts'
import { smaxOf, sminOf } from '../values.ts'
import { LOG_LEVEL, trace, verbose } from '../verbose.ts'
import { clearCallerSaved } from './ld.ts'

export function checkCall(env: Env): number {
  const { insns, insnIdx } = env
  const src = insns.src[insnIdx]!
  if (
    insns.opcode[insnIdx] !== (BPF_JMP | BPF_CALL) ||
    (src !== BPF_PSEUDO_KFUNC_CALL && insns.off[insnIdx] !== 0) ||
    (src !== 0 && src !== BPF_PSEUDO_CALL && src !== BPF_PSEUDO_KFUNC_CALL) ||
    insns.dst[insnIdx] !== 0
  ) {
    verbose(env.log, 'BPF_CALL uses reserved fields\n')
    return -EINVAL
  }
  // Kfunc 0 does nothing here; if the call is not dead code it is refused in the end.
  const err = src === BPF_PSEUDO_CALL ? checkFuncCall(env) : src === BPF_PSEUDO_KFUNC_CALL ? 0 : checkHelperCall(env)
  if (!err) scratchReg(env, 0)
  return err
}

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

function checkFuncCall(env: Env): number {
  const { insns, insnIdx, words: s, cur, log } = env
  const subprog = findSubprog(env, insnIdx + insns.imm[insnIdx]! + 1)
  if (subprog < 0) return -EFAULT
  const called = env.subprogs[subprog]!
  if (called.isGlobal) return checkGlobalCall(env, subprog)
  const depth = cur.curframe + 1
  if (depth >= MAX_CALL_FRAMES) {
    verbose(log, `the call stack of ${depth + 1} frames is too deep\n`)
    return -E2BIG
  }
  initFrame(env, depth, insnIdx, subprog)
  for (let i = 1; i <= 5; i++) copyReg(s, regAt(cur.at[depth]!, i), s, regAt(cur.at[depth - 1]!, i))
  clearCallerSaved(env, false)
  cur.curframe = depth
  env.insnIdx = called.start - 1
  resetCallchain(env.live)
  if (log.level & LOG_LEVEL) {
    trace(log, 'caller:\n')
    traceState(env, cur, depth - 1)
    trace(log, 'callee:\n')
    traceState(env, cur, depth)
  }
  return 0
}

/** The path ends with the program. */
export const PATH_END = 1

export function checkExit(env: Env): number {
  const { insns, insnIdx, log } = env
  if (insns.opcode[insnIdx] !== (BPF_JMP | BPF_EXIT) || insns.imm[insnIdx] !== 0 || insns.src[insnIdx] !== 0 || insns.dst[insnIdx] !== 0) {
    verbose(log, 'BPF_EXIT uses reserved fields\n')
    return -EINVAL
  }
  const err = checkResourceLeak(env, 'BPF_EXIT instruction in main prog')
  if (err) return err
  if (env.cur.curframe > 0) return leaveFunction(env)
  return checkReturnCode(env) || PATH_END
}

/** Goes on behind the call, with r0 as the function left it. */
function leaveFunction(env: Env): number {
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
  env.printState = true
  return 0
}

function checkReturnCode(env: Env): number {
  const { words: s, cur, log } = env
  const err = checkRegRead(env, 0)
  if (err) return err
  const r0 = curReg(env, 0)
  const type = s[r0 + TYPE]!
  if (s[cur.at[0]! + FRAME_SUBPROG] !== 0) {
    if (type === SCALAR_VALUE) return 0
    verbose(log, `At subprogram exit the register R0 is not a scalar value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const range = env.progType.retRange
  if (!range) return 0
  if (type !== SCALAR_VALUE) {
    verbose(log, `At program exit the register R0 is not a known value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const marked = markChainPrecision(env, 0)
  if (marked) return marked
  if (range[0] <= sminOf(s, r0) && smaxOf(s, r0) <= range[1]) return 0
  verbose(log, `At program exit the register R0 has${boundsText(s, r0)} should have been in [${range[0]}, ${range[1]}]\n`)
  return -EINVAL
}

/** Linux: verbose_invalid_scalar(). */
function boundsText(s: Int32Array, r: number): string {
  const s64 = (at: number): bigint => (BigInt(s[at]!) << 32n) | BigInt(s[at + 1]! >>> 0)
  const min = s64(r + SMIN_HI)
  const max = s64(r + SMAX_HI)
  const low = min > -(1n << 63n) ? ` smin=${min}` : ''
  const high = max < (1n << 63n) - 1n ? ` smax=${max}` : ''
  return low || high ? low + high : ' unknown scalar value'
}
