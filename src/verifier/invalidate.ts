// A register whose object is gone, or may have moved: root may still look at the number. Linux: mark_reg_invalid().
import { markRegNotInit, markRegUnknown } from './domain/bounds.ts'
import type { Env } from './env.ts'

export function markRegInvalid(env: Env, s: Int32Array, r: number): void {
  if (env.perfmon) markRegUnknown(s, r)
  else markRegNotInit(s, r)
}
