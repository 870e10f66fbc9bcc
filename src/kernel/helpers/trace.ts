// Helpers of tracing programs that are about neither memory nor tasks: counters, text of iterators, paths, symbols, per-CPU objects of the kernel.
// Linux: kernel/trace/bpf_trace.c, kernel/bpf/helpers.c, kernel/bpf/syscall.c.
import { type Machine, stopUnsupported } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EINVAL, ENAMETOOLONG, ENOENT, EOVERFLOW } from '../errno.ts'
import type { Counter } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { fdArrayArg, type HelperBody, isNull, readable, ret, ret64, u32, u64, writable } from './body.ts'
import { formatArgs } from './print.ts'

const CURRENT_CPU = 0xffffffff
const COUNTER_BYTES = 24

/** The counter that flags name: an error, or 'stopped' where nobody keeps counters. */
function counterOf(k: Kernel, m: Machine, mapReg: number, flagsReg: number): Counter | number | 'stopped' {
  const map = fdArrayArg(k, m, mapReg)
  if (!map) return 'stopped'
  if (m.hi[flagsReg] !== 0) return -EINVAL
  const index = u32(m, flagsReg) === CURRENT_CPU ? k.cpu : u32(m, flagsReg)
  if (index >= map.def.maxEntries) return -E2BIG
  if (map.slot(index) < 0) return -ENOENT
  const { counter } = k.host.perf
  return counter ? (counter(map.id, index) ?? -ENOENT) : stopUnsupported(m, 'hardware counters')
}

/** (map, flags): the value, or an error that looks like one. */
export const perfEventRead: HelperBody = (k, m) => {
  const c = counterOf(k, m, 1, 2)
  if (c === 'stopped') return 'stopped'
  if (typeof c === 'number') return ret(m, c)
  return ret64(m, Number(BigInt.asIntN(32, c.value)), Number(BigInt.asIntN(32, c.value >> 32n)))
}

/** (map, flags, buffer, size) */
export const perfEventReadValue: HelperBody = (k, m) => {
  const size = u32(m, 4)
  const at = writable(k, m, 3, size)
  if (at < 0) return 'stopped'
  const c = size === COUNTER_BYTES ? counterOf(k, m, 1, 2) : -EINVAL
  if (c === 'stopped') return 'stopped'
  if (typeof c !== 'number') putCounter(k, at, c)
  else k.memory.ram.fill(at, size, 0)
  return ret(m, typeof c === 'number' ? c : 0)
}

function putCounter(k: Kernel, at: number, c: Counter): void {
  const { view } = k.memory.ram
  view.setBigUint64(at, BigInt.asUintN(64, c.value), true)
  view.setBigUint64(at + 8, BigInt.asUintN(64, c.enabledNs), true)
  view.setBigUint64(at + 16, BigInt.asUintN(64, c.runningNs), true)
}

/** (ctx, buffer, size): the counter that the program was called for. */
export const perfProgReadValue: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  if (size !== COUNTER_BYTES) {
    k.memory.ram.fill(at, size, 0)
    return ret(m, -EINVAL)
  }
  const c = k.host.perf.counter?.(-1, 0)
  if (!c) return stopUnsupported(m, 'the counter of a perf event')
  putCounter(k, at, c)
  return ret(m, 0)
}

/** Linux: BPF iterators have a buffer of 8 pages for each read of user space. */
const SEQ_BUFFER = 8 * 4096

function putSeq(k: Kernel, m: Machine, bytes: Uint8Array): undefined {
  if (bytes.length > SEQ_BUFFER) return ret(m, -EOVERFLOW)
  append(k.effects, { kind: 'seq', bytes })
  return ret(m, 0)
}

/** (seq, data, size) */
export const seqWrite: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = readable(k, m, 2, size)
  return at < 0 ? 'stopped' : putSeq(k, m, k.memory.ram.read(at, size))
}

/** (seq, format, its size, arguments, their size) */
export const seqPrintf: HelperBody = (k, m) => {
  const text = formatArgs(k, m, { fmt: 2, size: 3, data: 4, dataSize: 5 })
  if (text === 'stopped') return 'stopped'
  return text === undefined
    ? ret(m, -EINVAL)
    : putSeq(
        k,
        m,
        Uint8Array.from(text, (c) => c.charCodeAt(0)),
      )
}

/** (path, buffer, size): the length with its 0. */
export const dPath: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  if (size === 0) return ret(m, 0)
  const path = k.host.names.path?.([m.lo[1], m.hi[1]])
  if (path === undefined) return stopUnsupported(m, 'the path of a struct path')
  const bytes = new TextEncoder().encode(path)
  if (bytes.length + 1 > size) return ret(m, -ENAMETOOLONG)
  k.memory.ram.write(at, bytes)
  k.memory.ram.fill(at + bytes.length, 1, 0)
  return ret(m, bytes.length + 1)
}

/** (name, size, flags, to) */
export const kallsymsLookupName: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const at = readable(k, m, 1, size)
  const to = at < 0 ? -1 : writable(k, m, 4, 8)
  if (to < 0) return 'stopped'
  const { ram } = k.memory
  ram.fill(to, 8, 0)
  if (u64(m, 3) !== 0 || size <= 1 || ram.u8[at + size - 1] !== 0) return ret(m, -EINVAL)
  const { symbol } = k.host.names
  if (!symbol) return stopUnsupported(m, 'symbols of the kernel')
  const found = symbol(new TextDecoder().decode(ram.read(at, size - 1)).split('\0', 1)[0])
  if (!found) return ret(m, -ENOENT)
  ram.setI32(to, found[0])
  ram.setI32(to + 4, found[1])
  return ret(m, 0)
}

/** (pointer, cpu): per-CPU objects lie side by side in one region. */
export const perCpuPtr: HelperBody = (k, m) => {
  if (u32(m, 2) >= k.cpus) return ret(m, 0)
  return ret64(m, perCpuLo(k, m.lo[1], u32(m, 2)), DIRECT_HI)
}

export const thisCpuPtr: HelperBody = (k, m) => ret64(m, perCpuLo(k, m.lo[1], k.cpu), DIRECT_HI)

const perCpuLo = (k: Kernel, lo: number, cpu: number): number => lo + cpu * k.memory.nearest(DIRECT_HI, lo).stride

/** (place, pointer or NULL): exchanges a pointer that a map's value or an object holds. */
export const kptrXchg: HelperBody = (k, m) => {
  const at = writable(k, m, 1, 8)
  if (at < 0) return 'stopped'
  const { ram } = k.memory
  const [lo, hi] = [ram.view.getInt32(at, true), ram.view.getInt32(at + 4, true)]
  ram.view.setInt32(at, m.lo[2], true)
  ram.view.setInt32(at + 4, m.hi[2], true)
  return ret64(m, lo, hi)
}

/** Branch records are something of the processor that nobody keeps here; Linux says so too where there are none. */
export const readBranchRecords: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = isNull(m, 2) ? 0 : writable(k, m, 2, size)
  return at < 0 ? 'stopped' : ret(m, u64(m, 4) > 1 ? -EINVAL : -ENOENT)
}

export const getBranchSnapshot: HelperBody = (k, m) => {
  const at = writable(k, m, 1, u32(m, 2))
  return at < 0 ? 'stopped' : ret(m, u64(m, 3) !== 0 ? -EINVAL : -ENOENT)
}
