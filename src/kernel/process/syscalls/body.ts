// How bodies of system calls are written: a generator (or, where no hook can fire, a function) that is given the arguments as registers hold them, goes through the functions of the kernel, and
// answers the result (negative errno), or what it waits for; `resume` goes on then. Functions that it entered and did not leave end with the call,
// with the call's result.
import type { Happening } from '../../world/engine.ts'
import type { Runtime } from '../runtime.ts'
import type { SystemCall, TaskState, Wait } from '../state.ts'
import { readText } from '../user-memory.ts'

export interface Waiting {
  readonly wait: Wait
  /** What the second half needs. */
  readonly rest?: Readonly<Record<string, number>>
}

export type Outcome = bigint | Waiting

export interface SyscallBody {
  readonly start: (rt: Runtime, t: TaskState, args: readonly bigint[]) => Happening<Outcome> | Outcome
  readonly resume?: (rt: Runtime, t: TaskState, call: SystemCall) => Happening<Outcome> | Outcome
  /** What it usually takes besides waiting, in nanoseconds. */
  readonly costNs: number
}

export const int = (word: bigint | undefined): number => Number(BigInt.asIntN(32, word ?? 0n))
export const size = (word: bigint | undefined): number => Number(BigInt.asUintN(48, word ?? 0n))

/** A text in the task's memory; undefined where none lies there (-EFAULT). */
export function userText(rt: Runtime, t: TaskState, address: bigint | undefined): string | undefined {
  const space = rt.state.spaces[t.mm]
  return space && readText(space, size(address))
}
