// Calls and returns: helpers, functions of the program itself, global functions (taken to be safe, verified by themselves), the end of a
// function and of the program.
// Linux: do_check_insn() (BPF_CALL, BPF_EXIT), check_func_call(), check_return_code().
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL } from '../../isa/index.ts'
import { checkGlobalCall, checkSubprogCall } from '../check/global.ts'
import { checkHelperCall } from '../check/helper.ts'
import { FUNC_KPTR_XCHG, FUNC_SPIN_UNLOCK } from '../check/helper-ids.ts'
import { checkKfuncCall } from '../check/kfunc.ts'
import { checkRegRead } from '../check/mem.ts'
import { checkRetRange } from '../check/ret-range.ts'
import { FRAME_FLAGS, FRAME_SUBPROG, IN_ASYNC_CALLBACK_FN, RET_RANGE_MAX, RET_RANGE_MIN, SCALAR_VALUE, TYPE } from '../domain/layout.ts'
import { curReg, type Env, findSubprog, scratchReg } from '../env.ts'
import { EFAULT, EINVAL, UNSUPPORTED } from '../errno.ts'
import { enterFunction, leaveFunction } from '../frames.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { checkResourceLeak } from '../references.ts'
import { verbose } from '../verbose.ts'

/** Helpers that may be called with a lock held. */
const LOCKED_HELPERS: ReadonlySet<number> = new Set([FUNC_SPIN_UNLOCK, FUNC_KPTR_XCHG])

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
  if (env.cur.locks.count > 0 && src === 0 && !LOCKED_HELPERS.has(insns.imm[insnIdx]!)) {
    verbose(env.log, 'function calls are not allowed while holding a lock\n')
    return -EINVAL
  }
  const err = src === BPF_PSEUDO_CALL ? checkFuncCall(env) : src === BPF_PSEUDO_KFUNC_CALL ? checkKfuncCall(env) : checkHelperCall(env)
  if (!err) scratchReg(env, 0)
  return err
}

function checkFuncCall(env: Env): number {
  const { insns, insnIdx } = env
  const subprog = findSubprog(env, insnIdx + insns.imm[insnIdx]! + 1)
  if (subprog < 0) return -EFAULT
  // For a static function, which is walked with what it is given, a type that does not fit is only said.
  const err = checkSubprogCall(env, subprog)
  if (err === -EFAULT || err === UNSUPPORTED) return err
  if (env.subprogs[subprog]!.isGlobal) return checkGlobalCall(env, subprog, err)
  return enterFunction(env, subprog)
}

/** The path ends with the program. */
export const PATH_END = 1

export function checkExit(env: Env): number {
  const { insns, insnIdx, log } = env
  if (insns.opcode[insnIdx] !== (BPF_JMP | BPF_EXIT) || insns.imm[insnIdx] !== 0 || insns.src[insnIdx] !== 0 || insns.dst[insnIdx] !== 0) {
    verbose(log, 'BPF_EXIT uses reserved fields\n')
    return -EINVAL
  }
  const err = checkResourceLeak(env, 'BPF_EXIT instruction in main prog', env.cur.curframe === 0)
  if (err) return err
  if (env.cur.curframe > 0) {
    env.printState = true
    return leaveFunction(env)
  }
  return checkReturnCode(env) || PATH_END
}

function checkReturnCode(env: Env): number {
  const { words: s, cur, log } = env
  if (s[cur.at[0]! + FRAME_SUBPROG] === 0 && returnsNothing(env)) return 0
  const err = checkRegRead(env, 0)
  if (err) return err
  const r0 = curReg(env, 0)
  const type = s[r0 + TYPE]!
  const frame = cur.at[0]!
  if (s[frame + FRAME_FLAGS]! & IN_ASYNC_CALLBACK_FN) {
    return enforceRange(env, r0, s[frame + RET_RANGE_MIN]!, s[frame + RET_RANGE_MAX]!, 'At async callback return')
  }
  if (s[frame + FRAME_SUBPROG] !== 0) {
    if (type === SCALAR_VALUE) return 0
    verbose(log, `At subprogram exit the register R0 is not a scalar value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const range = env.progType.retRange
  if (!range) return 0
  return enforceRange(env, r0, range[0], range[1], 'At program exit')
}

/** An operation without a result. */
const returnsNothing = (env: Env): boolean => env.progType.name === 'struct_ops' && env.attach?.proto.ret === 0

function enforceRange(env: Env, r0: number, min: number, max: number, where: string): number {
  const type = env.words[r0 + TYPE]!
  if (type !== SCALAR_VALUE) {
    verbose(env.log, `${where} the register R0 is not a known value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  return markChainPrecision(env, 0) || checkRetRange(env, r0, min, max, where)
}
