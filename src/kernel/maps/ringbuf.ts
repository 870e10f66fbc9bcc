// BPF_MAP_TYPE_RINGBUF: records of any size in one ring, each behind a header of 8 bytes whose first word is its length and
// two bits. A reservation fails when the ring would hold more than its size less one byte.
//
//   +0 length | BUSY | DISCARD    +4 page offset    +8 data, rounded up to 8
//
// Linux maps the ring's pages twice in a row, so that a record that runs over the end is in one piece; here the second copy is
// kept in step by hand when such a record is reserved and when it is committed.
// Linux: kernel/bpf/ringbuf.c.
import type { MapDef } from '../../isa/index.ts'
import { READ, type Region, WRITE } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EINVAL } from '../errno.ts'
import type { KernelMap, MapHost } from './map.ts'

const HEADER = 8
const BUSY = 0x80000000
const DISCARD = 0x40000000
const LENGTH = 0x3fffffff
/** Linux: RINGBUF_MAX_RECORD_SZ. */
const MAX_RECORD = 0x3fffffff

export interface RingRecord {
  readonly state: 'submitted' | 'discarded' | 'busy'
  readonly data: Uint8Array
}

export interface RingBuffer {
  /** Ram offset of the record's data, or 0. */
  readonly reserve: (size: number) => number
  readonly commit: (data: number, discard: boolean) => void
  /** Answers of bpf_ringbuf_query() 0 to 3. */
  readonly query: (what: number) => number
  /** Bytes reserved for the record whose data begins there. */
  readonly sizeOf: (data: number) => number
  /** Records that user space has not consumed yet, oldest first. */
  readonly records: () => RingRecord[]
  /** Takes what was submitted, up to the first busy record, as libbpf's ring_buffer__consume() does. */
  readonly consume: () => Uint8Array[]
}

/** A ringbuf map, with what only ring buffers can do. */
export interface RingbufMap extends KernelMap {
  readonly ring: RingBuffer
}

export function createRingbuf(host: MapHost, def: MapDef, id: number): RingbufMap | undefined {
  const ram = host.memory.ram
  const size = def.maxEntries
  const mask = size - 1
  const data = ram.alloc(2 * size)
  // positions as 52-bit numbers in float64: consumer, producer, pending
  const state = ram.alloc(24)
  if (data === 0 || state === 0) return undefined
  const CONS = state
  const PROD = state + 8
  const PEND = state + 16
  const pos = (at: number): number => ram.view.getFloat64(at, true)
  const setPos = (at: number, value: number): void => {
    ram.view.setFloat64(at, value, true)
    ram.touch(at, 8)
  }
  const word = (p: number): number => ram.view.getUint32(data + (p & mask), true)
  const step = (length: number): number => (length + HEADER + 7) & ~7
  const region: Region = host.memory.map({
    kind: 'ringbuf',
    baseHi: DIRECT_HI,
    baseLo: data,
    to: 2 * size,
    rights: READ | WRITE,
    label: (offset) => place(offset),
  })

  /** The record that an offset lies in, for people. */
  const place = (offset: number) => {
    for (let p = pos(CONS); p < pos(PROD); p += step(word(p) & LENGTH)) {
      const from = (p & mask) + HEADER
      const length = word(p) & LENGTH
      if (offset >= from - HEADER && offset < from + length) return { name: `${def.name || 'ringbuf'} record`, offset: offset - from }
    }
    return { name: def.name || 'ringbuf', offset }
  }

  const reserve = (want: number): number => {
    if (want > MAX_RECORD) return 0
    const length = step(want)
    if (length > size) return 0
    const prod = pos(PROD)
    let pend = pos(PEND)
    while (prod > pend && word(pend) < BUSY) pend += step(word(pend) & LENGTH)
    setPos(PEND, pend)
    if (prod + length - pos(CONS) > mask || prod + length - pend > mask) return 0
    const at = prod & mask
    if (at + length > size) ram.copy(data + size, data, at + length - size)
    ram.view.setUint32(data + at, (want | BUSY) >>> 0, true)
    ram.touch(data + at, 4)
    setPos(PROD, prod + length)
    return data + at + HEADER
  }

  const commit = (record: number, discard: boolean): void => {
    const at = record - HEADER
    const length = ram.view.getUint32(at, true) & LENGTH
    ram.view.setUint32(at, (length | (discard ? DISCARD : 0)) >>> 0, true)
    ram.touch(at, 4)
    const end = at - data + step(length)
    if (end > size) ram.copy(data, data + size, end - size)
  }

  const records = (): RingRecord[] => {
    const out: RingRecord[] = []
    for (let p = pos(CONS); p < pos(PROD); p += step(word(p) & LENGTH)) {
      const w = word(p)
      const state = w >= BUSY ? 'busy' : w & DISCARD ? 'discarded' : 'submitted'
      out.push({ state, data: ram.read(data + (p & mask) + HEADER, w & LENGTH) })
    }
    return out
  }

  const ring: RingBuffer = {
    reserve,
    commit,
    query: (what) => {
      if (what === 0) return Math.min(size, pos(PROD) - pos(CONS))
      if (what === 1) return size
      if (what === 2) return pos(CONS)
      return what === 3 ? pos(PROD) : 0
    },
    sizeOf: (record) => ram.view.getUint32(record - HEADER, true) & LENGTH,
    records,
    consume: () => {
      const out: Uint8Array[] = []
      let p = pos(CONS)
      for (const r of records()) {
        if (r.state === 'busy') break
        if (r.state === 'submitted') out.push(r.data)
        p += step(r.data.length)
      }
      setPos(CONS, p)
      return out
    },
  }

  return {
    def,
    id,
    percpu: false,
    ring,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: () => undefined,
    userUpdate: () => -EINVAL,
    userDelete: () => -EINVAL,
    nextKey: () => undefined,
    count: () => records().length,
    entries: () => [],
    locate: (at) =>
      at >= data && at < data + 2 * size && region.to > 0 ? { key: new Uint8Array(0), cpu: 0, offset: at - data } : undefined,
  }
}
