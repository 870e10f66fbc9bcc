// How helper bodies are written: a function of the kernel and the machine that reads r1 to r5, writes r0 and says undefined, or that
// moves or stops the machine. Pointers are checked here once, as the verifier vouched for them in Linux: a pointer that reaches
// nothing is a fault of the run.
import { type HelperResult, type Machine, READ, stop, stopAccess, WRITE } from '../../vm/index.ts'
import { type Kernel, mapAt } from '../kernel.ts'
import type { FdArrayMap } from '../maps/fd-array.ts'
import type { KernelMap } from '../maps/map.ts'
import type { RingbufMap } from '../maps/ringbuf.ts'

export type HelperBody = (k: Kernel, m: Machine) => HelperResult

const TWO32 = 4294967296

/** r0 = a signed result. */
export function ret(m: Machine, value: number): undefined {
  m.lo[0] = value
  m.hi[0] = value < 0 ? -1 : 0
}

/** r0 = an unsigned 32-bit result. */
export function retU32(m: Machine, value: number): undefined {
  m.lo[0] = value
  m.hi[0] = 0
}

export function ret64(m: Machine, lo: number, hi: number): undefined {
  m.lo[0] = lo
  m.hi[0] = hi
}

/** The u64 in a register as a number; exact below 2^53, and beyond it still larger than anything that is allowed. */
export const u64 = (m: Machine, reg: number): number => (m.hi[reg] >>> 0) * TWO32 + (m.lo[reg] >>> 0)
export const u32 = (m: Machine, reg: number): number => m.lo[reg] >>> 0
export const s32 = (m: Machine, reg: number): number => m.lo[reg]

/** Ram offset of `size` readable bytes at the pointer in a register; -1 = the machine has stopped. */
export function readable(k: Kernel, m: Machine, reg: number, size: number): number {
  const at = k.memory.at(m.hi[reg], m.lo[reg], size, READ)
  if (at < 0) stopAccess(m, m.hi[reg], m.lo[reg], size, false)
  return at
}

/** The same for bytes that are written. */
export function writable(k: Kernel, m: Machine, reg: number, size: number): number {
  const at = k.memory.at(m.hi[reg], m.lo[reg], size, WRITE)
  if (at < 0) stopAccess(m, m.hi[reg], m.lo[reg], size, true)
  return at
}

/** The map that a register points to; undefined = the machine has stopped. */
export function mapArg(k: Kernel, m: Machine, reg: number): KernelMap | undefined {
  const map = mapAt(k, m.lo[reg], m.hi[reg])
  if (!map) stop(m, 'bad-argument', `r${reg} is no map`)
  return map
}

/** The same for a ring buffer. */
export function ringbufArg(k: Kernel, m: Machine, reg: number): RingbufMap | undefined {
  const map = mapArg(k, m, reg)
  if (!map || 'ring' in map) return map as RingbufMap | undefined
  stop(m, 'bad-argument', `r${reg} is no ring buffer`)
  return undefined
}

/** The same for an array of things of the kernel. */
export function fdArrayArg(k: Kernel, m: Machine, reg: number): FdArrayMap | undefined {
  const map = mapArg(k, m, reg)
  if (!map || 'slot' in map) return map as FdArrayMap | undefined
  stop(m, 'bad-argument', `r${reg} is no map of that kind`)
  return undefined
}

/** Whether the register holds a null pointer. */
export const isNull = (m: Machine, reg: number): boolean => (m.lo[reg] | m.hi[reg]) === 0
