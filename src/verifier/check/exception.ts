// Exceptions: bpf_throw() ends the program from any depth. What it throws is the program's result, so it has to be one that the program may have,
// unless the program names a function of its own to take it, by a tag on its type ("exception_callback:NAME"); then that function's result is the
// program's. Nothing may be owed or held. Functions that helpers call back must not throw.
// Linux: check_kfunc_call() (bpf_throw), process_bpf_exit_full(), bpf_find_exception_callback_insn_off(), mark_subprog_exc_cb(), do_check_common().
import { btfType } from '../../btf/index.ts'
import { FRAME_FLAGS, IN_EXCEPTION_CALLBACK_FN } from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { EEXIST, EINVAL, ENOENT } from '../errno.ts'
import { checkResourceLeak } from '../references.ts'
import { verbose } from '../verbose.ts'
import type { FuncArg } from './func-args.ts'
import { checkReturnCode } from './return-code.ts'

export function throwException(env: Env): number {
  env.seenException = true
  return env.exceptionCb ? 0 : checkReturnCode(env, 1)
}

/** The path ends here. */
export function leaveByThrow(env: Env): number {
  return checkResourceLeak(env, 'bpf_throw', true, true)
}

const TAG = 'exception_callback:'

/** Where the function for exceptions begins; 0 where there is none, or a negative errno. */
export function exceptionCallbackStart(env: Env): number {
  const { btf, log, program } = env
  if (!env.hasFuncInfo || !btf) return 0
  const say = (text: string, err: number): number => {
    verbose(log, `${text}\n`)
    return -err
  }
  const main = program.subprogs[0]!.typeId
  const tags = btf.types.flatMap((t) =>
    t.kind === 'decl_tag' && t.type === main && t.component < 0 && t.name.startsWith(TAG) ? [t.name] : [],
  )
  if (tags.length > 1) return say('multiple exception callback tags for main subprog', EEXIST)
  if (tags.length === 0) return 0
  const name = tags[0]!.slice(TAG.length)
  const id = btf.types.findIndex((t) => t.kind === 'func' && t.name === name)
  if (id < 0) return say(`exception callback '${name}' could not be found in BTF`, ENOENT)
  const func = btfType(btf, id)
  if (func.kind !== 'func' || func.linkage !== GLOBAL) return say(`exception callback '${name}' must have global linkage`, EINVAL)
  const named = program.subprogs.filter((s) => s.typeId === id).at(-1)
  if (!named) return say('exception callback type id not found in func_info', EINVAL)
  if (named.start === 0) return say('invalid exception callback insn_off in func_info: 0', EINVAL)
  return named.start
}

const GLOBAL = 1

export function markExceptionCallback(env: Env, subprog: number): void {
  env.exceptionCb = subprog
  Object.assign(env.subprogs[subprog]!, { isCb: true, isAsyncCb: true, isExceptionCb: true, called: true })
}

/** Its one argument is what was thrown. */
export function startExceptionCallback(env: Env, args: readonly FuncArg[]): number {
  env.words[env.cur.at[0]! + FRAME_FLAGS]! |= IN_EXCEPTION_CALLBACK_FN
  if (args.length === 1 && args[0]!.kind === 'scalar') return 0
  verbose(env.log, 'exception cb only supports single integer argument\n')
  return -EINVAL
}
