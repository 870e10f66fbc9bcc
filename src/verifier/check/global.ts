// Calls of global functions: their types say what they may be given, so they are verified once, alone.
// Linux: check_func_call() (global part), btf_check_func_arg_match().
import { type Env, unsupported } from '../env.ts'

export function checkGlobalCall(env: Env, subprog: number): number {
  return unsupported(env, `global function ${env.subprogs[subprog]!.name}()`)
}

/** The frame of a global function that is verified by itself: arguments as its type says. */
export function giveArguments(env: Env, subprog: number): number {
  return unsupported(env, `global function ${env.subprogs[subprog]!.name}()`)
}
