// Helpers on ring buffers and perf event arrays: ways to send records to user space. Linux: kernel/bpf/ringbuf.c,
// kernel/trace/bpf_trace.c, bpf_event_output().

import { type Machine, stopAccess } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EAGAIN, EFAULT, EINVAL, ENOENT } from '../errno.ts'
import { packetBytes, runsPackets } from '../invocation.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import type { RingbufMap } from '../maps/ringbuf.ts'
import { fdArrayArg, type HelperBody, mapArg, readable, ret, ret64, ringbufArg, u32, u64 } from './body.ts'

const BPF_RB_NO_WAKEUP = 1
const BPF_RB_FORCE_WAKEUP = 2
const NO_KEY = new Uint8Array(0)
const TWO32 = 4294967296

export const ringbufOutput: HelperBody = (k, m) => {
  const map = ringbufArg(k, m, 1)
  if (!map) return 'stopped'
  const size = u64(m, 3)
  const data = readable(k, m, 2, Math.min(size, 0x7fffffff))
  if (data < 0) return 'stopped'
  if (u64(m, 4) > (BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP)) return ret(m, -EINVAL)
  const record = map.ring.reserve(size)
  if (record === 0) return ret(m, -EAGAIN)
  k.memory.ram.copy(record, data, size)
  map.ring.commit(record, false)
  append(k.changes, { map: map.id, kind: 'record', key: NO_KEY })
  return ret(m, 0)
}

export const ringbufReserve: HelperBody = (k, m) => {
  const map = ringbufArg(k, m, 1)
  if (!map) return 'stopped'
  const record = u64(m, 3) === 0 ? map.ring.reserve(u64(m, 2)) : 0
  return record === 0 ? ret(m, 0) : ret64(m, record, DIRECT_HI)
}

/** Commits the record whose data begins at an address; false = the machine has stopped, as there is no such record. */
export function commitRecord(k: Kernel, m: Machine, lo: number, hi: number, discard: boolean): boolean {
  const at = lo
  const map = hi === DIRECT_HI ? k.maps.find((r) => r.def.type === 'ringbuf' && r.locate(at)) : undefined
  if (!map) return stopAccess(m, hi, lo, 1, true)
  ;(map as RingbufMap).ring.commit(at, discard)
  if (!discard) append(k.changes, { map: map.id, kind: 'record', key: NO_KEY })
  return true
}

const commits =
  (discard: boolean): HelperBody =>
  (k, m) =>
    commitRecord(k, m, m.lo[1], m.hi[1], discard) ? ret(m, 0) : 'stopped'

export const ringbufSubmit: HelperBody = commits(false)
export const ringbufDiscard: HelperBody = commits(true)

export const ringbufQuery: HelperBody = (k, m) => {
  const map = ringbufArg(k, m, 1)
  if (!map) return 'stopped'
  const what = u64(m, 2)
  const n = what > 3 ? 0 : map.ring.query(what)
  return ret64(m, n | 0, Math.floor(n / TWO32))
}

const BPF_F_INDEX_MASK = 0xffffffff
const BPF_F_CTXLEN_MASK_HI = 0xfffff

/** r4 = data, r5 = its size; up to flags >> 32 bytes of the packet follow. */
export const perfEventOutput: HelperBody = (k, m) => {
  const map = fdArrayArg(k, m, 2)
  if (!map) return 'stopped'
  const size = u64(m, 5)
  const data = readable(k, m, 4, Math.min(size, 0x7fffffff))
  if (data < 0) return 'stopped'
  if (m.hi[3] & ~BPF_F_CTXLEN_MASK_HI) return ret(m, -EINVAL)
  const extra = m.hi[3]
  if (extra !== 0 && !runsPackets(k.progType)) return ret(m, -EINVAL)
  const packet = extra > 0 ? packetBytes(k) : NO_KEY
  // What a program sends along begins at data; a test run's output at the metadata.
  const skip = k.packet.data - k.packet.meta
  if (extra > packet.length - skip && extra > 0) return ret(m, -EFAULT)
  const index = u32(m, 3) === BPF_F_INDEX_MASK ? k.cpu : u32(m, 3)
  if (index >= map.def.maxEntries) return ret(m, -E2BIG)
  if (map.slot(index) < 0) return ret(m, -ENOENT)
  const { ram } = k.memory
  const record = new Uint8Array(size + extra)
  record.set(ram.read(data, size))
  record.set(packet.subarray(skip, skip + extra), size)
  append(k.perfRecords, { map: map.id, cpu: index, data: record })
  append(k.changes, { map: map.id, kind: 'record', key: NO_KEY })
  return ret(m, 0)
}

/** User space has produced nothing: there is nobody who would. */
export const userRingbufDrain: HelperBody = (k, m) => {
  if (!mapArg(k, m, 1)) return 'stopped'
  return ret(m, u64(m, 4) > (BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP) ? -EINVAL : 0)
}
