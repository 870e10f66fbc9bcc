// Says so where the bounds of a register contradict each other: a bug of the rules, which programs can provoke on ways that no run takes.
// Linux: reg_bounds_sanity_check().
import { boundsSanityCheck } from '../domain/bounds.ts'
import type { Env } from '../env.ts'
import { EFAULT } from '../errno.ts'
import { verbose } from '../verbose.ts'

export function checkSanity(env: Env, s: Int32Array, r: number, where: string): number {
  const violation = boundsSanityCheck(s, r, where)
  if (violation === undefined) return 0
  verbose(env.log, `verifier bug: ${violation}\n`)
  return env.testRegInvariants ? -EFAULT : 0
}
