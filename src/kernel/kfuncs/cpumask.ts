// Sets of CPUs (struct bpf_cpumask): bits in memory of the kernel, as many as it was built for; the possible CPUs are the first ones.
// Linux: kernel/bpf/cpumask.c.
import { type Machine, READ } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { type HelperBody, readable, ret, ret64, retU32, u32 } from '../helpers/body.ts'
import type { Kernel } from '../kernel.ts'
import { addObject, removeObject } from '../objects.ts'
import { nextU32 } from '../random.ts'

/** CONFIG_NR_CPUS is 256 here; a reference count follows. */
const MASK_BYTES = 32
const USAGE = MASK_BYTES
const BYTES = 40

/** Ram offset of a mask in a register; -1 = the machine has stopped. */
const maskArg = (k: Kernel, m: Machine, reg: number): number => readable(k, m, reg, MASK_BYTES)

const bit = (k: Kernel, at: number, cpu: number): boolean => (k.memory.ram.u8[at + (cpu >> 3)] & (1 << (cpu & 7))) !== 0
function put(k: Kernel, at: number, cpu: number, on: boolean): void {
  const old = k.memory.ram.u8[at + (cpu >> 3)]
  k.memory.ram.fill(at + (cpu >> 3), 1, on ? old | (1 << (cpu & 7)) : old & ~(1 << (cpu & 7)))
}
const cpus = (k: Kernel): number[] => Array.from({ length: k.cpus }, (_, i) => i)

export const create: HelperBody = (k, m) => {
  const at = addObject(k, { name: 'bpf_cpumask', sizeBytes: BYTES, writable: true })
  if (at === 0) return ret(m, 0)
  k.memory.ram.setI32(at + USAGE, 1)
  return ret64(m, at, DIRECT_HI)
}

export const acquire: HelperBody = (k, m) => {
  k.memory.ram.setI32(m.lo[1] + USAGE, k.memory.ram.i32[(m.lo[1] + USAGE) >> 2] + 1)
  return ret64(m, m.lo[1], m.hi[1])
}

export const release: HelperBody = (k, m) => {
  const at = m.lo[1]
  const left = k.memory.ram.i32[(at + USAGE) >> 2] - 1
  k.memory.ram.setI32(at + USAGE, left)
  if (left === 0) removeObject(k, at)
  return undefined
}

/** First CPU for which something holds; one past the last where there is none. */
const firsts =
  (masks: number, holds: (bits: readonly boolean[]) => boolean): HelperBody =>
  (k, m) => {
    const at = Array.from({ length: masks }, (_, i) => maskArg(k, m, i + 1))
    if (at.some((a) => a < 0)) return 'stopped'
    return retU32(m, cpus(k).find((cpu) => holds(at.map((a) => bit(k, a, cpu)))) ?? k.cpus)
  }

export const first: HelperBody = firsts(1, ([a]) => a)
export const firstZero: HelperBody = firsts(1, ([a]) => !a)
export const firstAnd: HelperBody = firsts(2, ([a, b]) => a && b)

/** Any CPU of a set: Linux goes round, so that all get their turn. */
const anys =
  (masks: number): HelperBody =>
  (k, m) => {
    const at = Array.from({ length: masks }, (_, i) => maskArg(k, m, i + 1))
    if (at.some((a) => a < 0)) return 'stopped'
    const all = cpus(k).filter((cpu) => at.every((a) => bit(k, a, cpu)))
    return retU32(m, all.length === 0 ? k.cpus : all[nextU32(k.random) % all.length])
  }

export const anyDistribute: HelperBody = anys(1)
export const anyAndDistribute: HelperBody = anys(2)

/** (cpu, mask): what the bit was; and what it becomes, where it is told. */
const ofBit =
  (to: boolean | undefined, tells: boolean): HelperBody =>
  (k, m) => {
    const at = maskArg(k, m, 2)
    if (at < 0) return 'stopped'
    const cpu = u32(m, 1)
    if (cpu >= k.cpus) return tells ? ret(m, 0) : undefined
    const old = bit(k, at, cpu)
    if (to !== undefined) put(k, at, cpu, to)
    return tells ? ret(m, old ? 1 : 0) : undefined
  }

export const setCpu: HelperBody = ofBit(true, false)
export const clearCpu: HelperBody = ofBit(false, false)
export const testCpu: HelperBody = ofBit(undefined, true)
export const testAndSetCpu: HelperBody = ofBit(true, true)
export const testAndClearCpu: HelperBody = ofBit(false, true)

const fills =
  (on: boolean): HelperBody =>
  (k, m) => {
    const at = maskArg(k, m, 1)
    if (at < 0) return 'stopped'
    for (const cpu of cpus(k)) put(k, at, cpu, on)
    return undefined
  }

export const setall: HelperBody = fills(true)
export const clear: HelperBody = fills(false)

/** (to, a, b) */
const combines =
  (op: (a: boolean, b: boolean) => boolean, tells: boolean): HelperBody =>
  (k, m) => {
    const [to, a, b] = [1, 2, 3].map((r) => maskArg(k, m, r))
    if (to < 0 || a < 0 || b < 0) return 'stopped'
    const bits = cpus(k).map((cpu) => op(bit(k, a, cpu), bit(k, b, cpu)))
    for (const [cpu, on] of bits.entries()) put(k, to, cpu, on)
    return tells ? ret(m, bits.some((on) => on) ? 1 : 0) : undefined
  }

export const and: HelperBody = combines((a, b) => a && b, true)
export const or: HelperBody = combines((a, b) => a || b, false)
export const xor: HelperBody = combines((a, b) => a !== b, false)

/** (a, b): whether something holds of all CPUs, or of any. */
const compares =
  (holds: (a: boolean, b: boolean) => boolean, ofAll: boolean): HelperBody =>
  (k, m) => {
    const [a, b] = [maskArg(k, m, 1), maskArg(k, m, 2)]
    if (a < 0 || b < 0) return 'stopped'
    const of = (cpu: number): boolean => holds(bit(k, a, cpu), bit(k, b, cpu))
    return ret(m, (ofAll ? cpus(k).every(of) : cpus(k).some(of)) ? 1 : 0)
  }

export const equal: HelperBody = compares((a, b) => a === b, true)
export const intersects: HelperBody = compares((a, b) => a && b, false)
export const subset: HelperBody = compares((a, b) => !a || b, true)

const counts =
  (answer: (on: number, all: number) => number): HelperBody =>
  (k, m) => {
    const at = maskArg(k, m, 1)
    return at < 0 ? 'stopped' : retU32(m, answer(cpus(k).filter((cpu) => bit(k, at, cpu)).length, k.cpus))
  }

export const empty: HelperBody = counts((on) => (on === 0 ? 1 : 0))
export const full: HelperBody = counts((on, all) => (on === all ? 1 : 0))
export const weight: HelperBody = counts((on) => on)

/** (to, from) */
export const copy: HelperBody = (k, m) => {
  const [to, from] = [maskArg(k, m, 1), maskArg(k, m, 2)]
  if (to < 0 || from < 0) return 'stopped'
  k.memory.ram.copy(to, from, MASK_BYTES)
  return undefined
}

/** (to, bytes, size) */
export const populate: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const to = maskArg(k, m, 1)
  const from = k.memory.at(m.hi[2], m.lo[2], size, READ)
  if (to < 0) return 'stopped'
  const needed = Math.ceil(k.cpus / 64) * 8
  if (size < needed) return ret(m, -EACCES)
  if (from < 0 || from % 8 !== 0) return ret(m, -EINVAL)
  k.memory.ram.copy(to, from, needed)
  return ret(m, 0)
}
