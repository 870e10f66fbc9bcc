// What a function may return where somebody else than the program reads it.
// Linux: retval_range_within(), verbose_invalid_scalar().
import { S32MAX, S32MIN, SMAX_HI, SMIN_HI } from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { smaxOf, sminOf } from '../values.ts'
import { verbose } from '../verbose.ts'

/** The number in a register lies within [min, max]; `where` begins the message; `is32`: the lower half of it does. */
export function checkRetRange(env: Env, regno: number, min: number, max: number, where: string, is32 = false): number {
  const s = env.words
  const r = curReg(env, regno)
  const [low, high] = is32 ? [s[r + S32MIN]!, s[r + S32MAX]!] : [sminOf(s, r), smaxOf(s, r)]
  if (min <= low && high <= max) return 0
  verbose(env.log, `${where} the register R${regno} has${boundsText(s, r)} should have been in [${min}, ${max}]\n`)
  return -EINVAL
}

function boundsText(s: Int32Array, r: number): string {
  const s64 = (at: number): bigint => (BigInt(s[at]!) << 32n) | BigInt(s[at + 1]! >>> 0)
  const min = s64(r + SMIN_HI)
  const max = s64(r + SMAX_HI)
  const low = min > -(1n << 63n) ? ` smin=${min}` : ''
  const high = max < (1n << 63n) - 1n ? ` smax=${max}` : ''
  return low || high ? low + high : ' unknown scalar value'
}
