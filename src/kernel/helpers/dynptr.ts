// Dynptrs: a pointer with a size that is known at run time only, kept in 16 bytes of the program's stack that nobody else may touch.
//
//   +0 data    +8 size (24 bits) | type << 28    +12 offset
//
// Local ones point to memory of the program, ring buffer ones to a reserved record. A null dynptr has data 0.
// Linux: kernel/bpf/helpers.c, kernel/bpf/ringbuf.c, struct bpf_dynptr_kern.
import { type Machine, READ, stopAccess, WRITE } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EINVAL } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { type HelperBody, readable, ret, ret64, ringbufArg, u32, u64, writable } from './body.ts'
import { commitRecord } from './ringbuf.ts'

const DYNPTR_BYTES = 16
const MAX_SIZE = (1 << 24) - 1
const TYPE_SHIFT = 28
const LOCAL = 1
const RINGBUF = 2

interface Dynptr {
  /** Ram offset of the 16 bytes. */
  readonly at: number
  readonly lo: number
  readonly hi: number
  readonly size: number
  readonly isNull: boolean
}

function put(k: Kernel, at: number, lo: number, hi: number, size: number, type: number): void {
  const { view } = k.memory.ram
  view.setInt32(at, lo, true)
  view.setInt32(at + 4, hi, true)
  view.setInt32(at + 8, type === 0 ? 0 : size | (type << TYPE_SHIFT), true)
  view.setInt32(at + 12, 0, true)
}

/** The dynptr that a register points to; undefined = the machine has stopped. */
function dynptrArg(k: Kernel, m: Machine, reg: number): Dynptr | undefined {
  const at = writable(k, m, reg, DYNPTR_BYTES)
  if (at < 0) return undefined
  const { view } = k.memory.ram
  const lo = view.getInt32(at, true)
  const hi = view.getInt32(at + 4, true)
  return { at, lo, hi, size: view.getInt32(at + 8, true) & MAX_SIZE, isNull: (lo | hi) === 0 }
}

export const dynptrFromMem: HelperBody = (k, m) => {
  const at = writable(k, m, 4, DYNPTR_BYTES)
  if (at < 0) return 'stopped'
  const size = u32(m, 2)
  const err = size > MAX_SIZE ? -E2BIG : u64(m, 3) !== 0 ? -EINVAL : 0
  if (err === 0) put(k, at, m.lo[1], m.hi[1], size, LOCAL)
  else put(k, at, 0, 0, 0, 0)
  return ret(m, err)
}

export const ringbufReserveDynptr: HelperBody = (k, m) => {
  const map = ringbufArg(k, m, 1)
  if (!map) return 'stopped'
  const at = writable(k, m, 4, DYNPTR_BYTES)
  if (at < 0) return 'stopped'
  const size = u32(m, 2)
  const refused = u64(m, 3) !== 0 ? -EINVAL : size > MAX_SIZE ? -E2BIG : 0
  const record = refused === 0 ? map.ring.reserve(size) : 0
  if (record === 0) put(k, at, 0, 0, 0, 0)
  else put(k, at, record, DIRECT_HI, size, RINGBUF)
  return ret(m, record === 0 && refused === 0 ? -EINVAL : refused)
}

const commits =
  (discard: boolean): HelperBody =>
  (k, m) => {
    const p = dynptrArg(k, m, 1)
    if (!p) return 'stopped'
    if (p.isNull) return ret(m, 0)
    if (!commitRecord(k, m, p.lo, p.hi, discard)) return 'stopped'
    put(k, p.at, 0, 0, 0, 0)
    return ret(m, 0)
  }

export const ringbufSubmitDynptr: HelperBody = commits(false)
export const ringbufDiscardDynptr: HelperBody = commits(true)

const outside = (p: Dynptr, offset: number, len: number): boolean => len > p.size || offset > p.size - len

/** Address of an offset in what the dynptr points to. */
function addressOf(p: Dynptr, offset: number): readonly [number, number] {
  const lo = (p.lo + offset) | 0
  return [lo, lo >>> 0 < p.lo >>> 0 ? p.hi + 1 : p.hi]
}

export const dynptrRead: HelperBody = (k, m) => {
  const len = u32(m, 2)
  const to = writable(k, m, 1, len)
  if (to < 0) return 'stopped'
  const p = dynptrArg(k, m, 3)
  if (!p) return 'stopped'
  const offset = u32(m, 4)
  if (p.isNull || u64(m, 5) !== 0) return ret(m, -EINVAL)
  if (outside(p, offset, len)) return ret(m, -E2BIG)
  const [lo, hi] = addressOf(p, offset)
  const from = k.memory.at(hi, lo, len, READ)
  if (from < 0) {
    stopAccess(m, hi, lo, len, false)
    return 'stopped'
  }
  k.memory.ram.copy(to, from, len)
  return ret(m, 0)
}

export const dynptrWrite: HelperBody = (k, m) => {
  const len = u32(m, 4)
  const from = readable(k, m, 3, len)
  if (from < 0) return 'stopped'
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const offset = u32(m, 2)
  if (p.isNull) return ret(m, -EINVAL)
  if (outside(p, offset, len)) return ret(m, -E2BIG)
  if (u64(m, 5) !== 0) return ret(m, -EINVAL)
  const [lo, hi] = addressOf(p, offset)
  const to = k.memory.at(hi, lo, len, WRITE)
  if (to < 0) {
    stopAccess(m, hi, lo, len, true)
    return 'stopped'
  }
  k.memory.ram.copy(to, from, len)
  return ret(m, 0)
}

export const dynptrData: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const offset = u32(m, 2)
  if (p.isNull || outside(p, offset, u32(m, 3))) return ret(m, 0)
  const [lo, hi] = addressOf(p, offset)
  return ret64(m, lo, hi)
}
