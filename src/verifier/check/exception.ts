// Exceptions: bpf_throw() ends the program from any depth with its argument as result, so it has to be a result that the program may have, and
// nothing may be owed or held. Functions that helpers call back must not throw.
// Linux: check_kfunc_call() (bpf_throw), process_bpf_exit_full(), check_max_stack_depth_subprog().
import type { Env } from '../env.ts'
import { checkResourceLeak } from '../references.ts'
import { checkReturnCode } from './return-code.ts'

export function throwException(env: Env): number {
  env.seenException = true
  return checkReturnCode(env, 1)
}

/** The path ends here. */
export function leaveByThrow(env: Env): number {
  return checkResourceLeak(env, 'bpf_throw', true, true)
}
