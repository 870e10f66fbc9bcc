// Helpers on dynptrs: to memory of the program and to records of ring buffers, reading, writing, and a pointer into one.
// Linux: kernel/bpf/helpers.c, kernel/bpf/ringbuf.c.
import { DIRECT_HI } from '../address.ts'
import {
  DYNPTR_BYTES,
  dynptrAddress,
  dynptrArg,
  isOutside,
  isPacket,
  LOCAL,
  MAX_DYNPTR_SIZE,
  NULL_DYNPTR,
  putDynptr,
  RINGBUF,
  readDynptr,
  writeDynptr,
} from '../dynptr.ts'
import { E2BIG, EINVAL } from '../errno.ts'
import { type HelperBody, readable, ret, ret64, ringbufArg, u32, u64, writable } from './body.ts'
import { commitRecord } from './ringbuf.ts'

const NEW = { isReadOnly: false, offset: 0 } as const

export const dynptrFromMem: HelperBody = (k, m) => {
  const at = writable(k, m, 4, DYNPTR_BYTES)
  if (at < 0) return 'stopped'
  const size = u32(m, 2)
  const err = size > MAX_DYNPTR_SIZE ? -E2BIG : u64(m, 3) !== 0 ? -EINVAL : 0
  putDynptr(k, at, err === 0 ? { ...NEW, lo: m.lo[1], hi: m.hi[1], size, type: LOCAL } : NULL_DYNPTR)
  return ret(m, err)
}

export const ringbufReserveDynptr: HelperBody = (k, m) => {
  const map = ringbufArg(k, m, 1)
  if (!map) return 'stopped'
  const at = writable(k, m, 4, DYNPTR_BYTES)
  if (at < 0) return 'stopped'
  const size = u32(m, 2)
  const refused = u64(m, 3) !== 0 ? -EINVAL : size > MAX_DYNPTR_SIZE ? -E2BIG : 0
  const record = refused === 0 ? map.ring.reserve(size) : 0
  putDynptr(k, at, record === 0 ? NULL_DYNPTR : { ...NEW, lo: record, hi: DIRECT_HI, size, type: RINGBUF })
  return ret(m, record === 0 && refused === 0 ? -EINVAL : refused)
}

const commits =
  (discard: boolean): HelperBody =>
  (k, m) => {
    const p = dynptrArg(k, m, 1)
    if (!p) return 'stopped'
    if (p.isNull) return ret(m, 0)
    if (!commitRecord(k, m, p.lo, p.hi, discard)) return 'stopped'
    putDynptr(k, p.at, NULL_DYNPTR)
    return ret(m, 0)
  }

export const ringbufSubmitDynptr: HelperBody = commits(false)
export const ringbufDiscardDynptr: HelperBody = commits(true)

export const dynptrRead: HelperBody = (k, m) => {
  const len = u32(m, 2)
  const to = writable(k, m, 1, len)
  if (to < 0) return 'stopped'
  const p = dynptrArg(k, m, 3)
  if (!p) return 'stopped'
  const err = u64(m, 5) !== 0 ? -EINVAL : readDynptr(k, m, p, u32(m, 4), to, len)
  return err === undefined ? 'stopped' : ret(m, err)
}

export const dynptrWrite: HelperBody = (k, m) => {
  const len = u32(m, 4)
  const from = readable(k, m, 3, len)
  if (from < 0) return 'stopped'
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const err = writeDynptr(k, m, p, u32(m, 2), from, len, u64(m, 5))
  return err === undefined ? 'stopped' : ret(m, err)
}

export const dynptrData: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const offset = u32(m, 2)
  if (p.isNull || p.isReadOnly || isPacket(p) || isOutside(p, offset, u32(m, 3))) return ret(m, 0)
  const [lo, hi] = dynptrAddress(p, offset)
  return ret64(m, lo, hi)
}
