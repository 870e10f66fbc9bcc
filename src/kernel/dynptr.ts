// Dynptrs: a pointer with a size that is known at run time only, kept in 16 bytes of the program's stack that nobody else may touch.
//
//   +0 data    +8 size (24 bits) | type << 28 | read-only << 31    +12 offset
//
// Local ones point to memory of the program, ring buffer ones to a reserved record; those of packets hold the context, and offsets count
// from the start of the packet at the time of the access. A null dynptr has data 0.
// Linux: kernel/bpf/helpers.c, struct bpf_dynptr_kern.
import { type Machine, READ, stopAccess, WRITE } from '../vm/index.ts'
import { E2BIG, EINVAL } from './errno.ts'
import { writable } from './helpers/body.ts'
import { loadSkb, storeSkb } from './helpers/skb-bytes.ts'
import { copyXdp } from './helpers/xdp.ts'
import type { Kernel } from './kernel.ts'
import { packetLo } from './packet-buffer.ts'

export const DYNPTR_BYTES = 16
export const MAX_DYNPTR_SIZE = (1 << 24) - 1
const TYPE_SHIFT = 28
const TYPE_MASK = 7
const RDONLY = 0x80000000 | 0

export const LOCAL = 1
export const RINGBUF = 2
export const SKB = 3
export const XDP = 4
/** What XDP put in front of a packet. */
export const SKB_META = 5

export interface Dynptr {
  /** Ram offset of the 16 bytes. */
  readonly at: number
  readonly lo: number
  readonly hi: number
  readonly size: number
  readonly type: number
  readonly isReadOnly: boolean
  readonly offset: number
  readonly isNull: boolean
}

/** What is written into the 16 bytes. */
export type DynptrParts = Pick<Dynptr, 'lo' | 'hi' | 'size' | 'type' | 'isReadOnly' | 'offset'>

export const NULL_DYNPTR: DynptrParts = { lo: 0, hi: 0, size: 0, type: 0, isReadOnly: false, offset: 0 }

export function putDynptr(k: Kernel, at: number, p: DynptrParts): void {
  const { view } = k.memory.ram
  view.setInt32(at, p.lo, true)
  view.setInt32(at + 4, p.hi, true)
  view.setInt32(at + 8, p.size | (p.type << TYPE_SHIFT) | (p.isReadOnly ? RDONLY : 0), true)
  view.setInt32(at + 12, p.offset, true)
}

/** The dynptr that a register points to; undefined = the machine has stopped. */
export function dynptrArg(k: Kernel, m: Machine, reg: number): Dynptr | undefined {
  const at = writable(k, m, reg, DYNPTR_BYTES)
  if (at < 0) return undefined
  const { view } = k.memory.ram
  const lo = view.getInt32(at, true)
  const hi = view.getInt32(at + 4, true)
  const word = view.getInt32(at + 8, true)
  return {
    at,
    lo,
    hi,
    size: word & MAX_DYNPTR_SIZE,
    type: (word >> TYPE_SHIFT) & TYPE_MASK,
    isReadOnly: (word & RDONLY) !== 0,
    offset: view.getUint32(at + 12, true),
    isNull: (lo | hi) === 0,
  }
}

export const isOutside = (p: Dynptr, offset: number, len: number): boolean => len > p.size || offset > p.size - len
export const isPacket = (p: Dynptr): boolean => p.type === SKB || p.type === XDP || p.type === SKB_META

/** Address of an offset in the memory that a dynptr points to. */
export function dynptrAddress(p: Dynptr, offset: number): readonly [lo: number, hi: number] {
  const lo = (p.lo + p.offset + offset) | 0
  return [lo, lo >>> 0 < p.lo >>> 0 ? p.hi + 1 : p.hi]
}

/** Copies `len` bytes to a Ram offset: 0 or an error number; undefined = the machine has stopped. Linux: __bpf_dynptr_read(). */
export function readDynptr(k: Kernel, m: Machine, p: Dynptr, offset: number, to: number, len: number): number | undefined {
  if (p.isNull) return -EINVAL
  if (isOutside(p, offset, len)) return -E2BIG
  if (p.type === SKB) return loadSkb(k, to, p.offset + offset, len)
  if (p.type === XDP) return copyXdp(k, 'read', p.offset + offset, len, to)
  if (p.type === SKB_META) {
    k.memory.ram.copy(to, metaAt(k, p, offset), len)
    return 0
  }
  const from = memoryOf(k, m, p, offset, len, READ)
  if (from < 0) return undefined
  k.memory.ram.copy(to, from, len)
  return 0
}

/** Copies `len` bytes from a Ram offset. Linux: __bpf_dynptr_write(). */
export function writeDynptr(
  k: Kernel,
  m: Machine,
  p: Dynptr,
  offset: number,
  from: number,
  len: number,
  flags: number,
): number | undefined {
  if (p.isNull || p.isReadOnly) return -EINVAL
  if (isOutside(p, offset, len)) return -E2BIG
  if (p.type === SKB) return storeSkb(k, from, p.offset + offset, len, flags)
  if (flags !== 0) return -EINVAL
  if (p.type === XDP) return copyXdp(k, 'write', p.offset + offset, len, from)
  if (p.type === SKB_META) {
    k.memory.ram.copy(metaAt(k, p, offset), from, len)
    return 0
  }
  const to = memoryOf(k, m, p, offset, len, WRITE)
  if (to < 0) return undefined
  k.memory.ram.copy(to, from, len)
  return 0
}

/** Ram offset of an offset in metadata, which ends where the packet begins. */
export const metaAt = ({ packet }: Kernel, p: Dynptr, offset: number): number => packetLo(packet, packet.meta + p.offset + offset)

function memoryOf(k: Kernel, m: Machine, p: Dynptr, offset: number, len: number, rights: number): number {
  const [lo, hi] = dynptrAddress(p, offset)
  const at = k.memory.at(hi, lo, len, rights)
  if (at < 0) stopAccess(m, hi, lo, len, rights === WRITE)
  return at
}
