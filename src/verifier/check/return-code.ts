// What the program itself may return, or throw: a number in a range that its type tells.
// Linux: check_return_code().
import {
  FRAME_FLAGS,
  FRAME_SUBPROG,
  IN_ASYNC_CALLBACK_FN,
  IN_EXCEPTION_CALLBACK_FN,
  RET_RANGE_MAX,
  RET_RANGE_MIN,
  SCALAR_VALUE,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { verbose } from '../verbose.ts'
import { hookRange, isCgroupHook } from './attach.ts'
import { checkRegRead, leaks, refuseLeak } from './mem.ts'
import { checkRetRange } from './ret-range.ts'

/** `regno` holds the value: r0 at an exit, r1 where an exception is thrown. */
export function checkReturnCode(env: Env, regno: number): number {
  const { words: s, cur, log } = env
  const frame = cur.at[0]!
  const isMain = s[frame + FRAME_SUBPROG] === 0 || (s[frame + FRAME_FLAGS]! & IN_EXCEPTION_CALLBACK_FN) !== 0
  if (isMain && returnsNothing(env)) return 0
  const err = checkRegRead(env, regno)
  if (err) return err
  if (leaks(env, regno)) return refuseLeak(env, regno, 'leaks addr as return value')
  const type = s[curReg(env, regno) + TYPE]!
  if (s[frame + FRAME_FLAGS]! & IN_ASYNC_CALLBACK_FN) {
    return enforceRange(env, regno, s[frame + RET_RANGE_MIN]!, s[frame + RET_RANGE_MAX]!, 'At async callback return')
  }
  if (!isMain) {
    if (type === SCALAR_VALUE) return 0
    verbose(log, `At subprogram exit the register R${regno} is not a scalar value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const hook = hookRange(env)
  const range = hook ?? (isCgroupHook(env) ? cgroupRange(env) : env.progType.retRange)
  if (!range) return 0
  const refused = enforceRange(env, regno, range[0], range[1], 'At program exit', hook !== undefined)
  if (refused && type === SCALAR_VALUE && isCgroupHook(env) && env.attach?.proto.ret === 0)
    verbose(log, "Note, BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!\n")
  return refused
}

const cgroupRange = (env: Env): readonly [number, number] => [env.attach?.proto.ret === 0 ? 1 : 0, 1]

/** An operation, or a hook, without a result. */
const returnsNothing = (env: Env): boolean =>
  (env.progType.name === 'struct_ops' || (env.progType.name === 'lsm' && !isCgroupHook(env))) && env.attach?.proto.ret === 0

/** `is32`: only the lower half of the register counts. */
function enforceRange(env: Env, regno: number, min: number, max: number, where: string, is32 = false): number {
  const type = env.words[curReg(env, regno) + TYPE]!
  if (type !== SCALAR_VALUE) {
    verbose(env.log, `${where} the register R${regno} is not a known value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  return markChainPrecision(env, regno) || checkRetRange(env, regno, min, max, where, is32)
}
