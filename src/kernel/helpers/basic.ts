// Helpers that ask for the time, a number or the CPU. Time and randomness are simulated: the clock stands at the
// invocation's time and moves a nanosecond with each instruction; random numbers come from the scenario's seed.
// Linux: kernel/bpf/helpers.c.

import type { Machine } from '../../vm/index.ts'
import type { Kernel } from '../kernel.ts'
import { nextU32 } from '../random.ts'
import { type HelperBody, ret, ret64, retU32 } from './body.ts'

const TWO32 = 4294967296
/** Between the start of the epoch and boot in the simulated world. */
const EPOCH_NS = 1_767_225_600_000_000_000n
const JIFFY_NS = 4_000_000

const now = (k: Kernel, m: Machine): number => k.nowNs + m.steps
const retNumber = (m: Machine, n: number): undefined => ret64(m, n | 0, Math.floor(n / TWO32) | 0)

export const ktimeGetNs: HelperBody = (k, m) => retNumber(m, now(k, m))
/** A boot never slept, so boot time is the same; a tick is a millisecond's worth of "coarse". */
export const ktimeGetBootNs: HelperBody = ktimeGetNs
export const ktimeGetCoarseNs: HelperBody = (k, m) => retNumber(m, now(k, m) - (now(k, m) % JIFFY_NS))
export const ktimeGetTaiNs: HelperBody = (k, m) => {
  const t = EPOCH_NS + BigInt(now(k, m))
  return ret64(m, Number(BigInt.asIntN(32, t)), Number(BigInt.asIntN(32, t >> 32n)))
}
/** HZ is 250; jiffies begin five minutes before they overflow 32 bits. */
export const jiffies64: HelperBody = (k, m) => retNumber(m, TWO32 - 300 * 250 + Math.floor(now(k, m) / JIFFY_NS))

export const getPrandomU32: HelperBody = (k, m) => retU32(m, nextU32(k.random))
export const getSmpProcessorId: HelperBody = (k, m) => ret(m, k.cpu)
export const getNumaNodeId: HelperBody = (_k, m) => ret(m, 0)
