// Kernel functions on dynptrs: to packets, parts of them, copies, and pointers into them (slices).
// Linux: bpf_dynptr_slice() and others in kernel/bpf/helpers.c; bpf_dynptr_from_skb(), bpf_dynptr_from_xdp() in net/core/filter.c.
import { DIRECT_HI } from '../address.ts'
import {
  DYNPTR_BYTES,
  dynptrAddress,
  dynptrArg,
  isOutside,
  metaAt,
  NULL_DYNPTR,
  putDynptr,
  readDynptr,
  SKB,
  SKB_META,
  writeDynptr,
  XDP,
} from '../dynptr.ts'
import { E2BIG, EINVAL, ERANGE } from '../errno.ts'
import { type HelperBody, isNull, ret, ret64, retU32, u32, u64, writable } from '../helpers/body.ts'
import { copyXdp, pieces } from '../helpers/xdp.ts'
import type { Kernel } from '../kernel.ts'
import { packetLo } from '../packet-buffer.ts'
import { xdpLength } from '../xdp-buff.ts'

/** Program types that may write to the packet in place. Linux: may_access_direct_pkt_data(). */
const WRITERS = new Set(['sched_cls', 'sched_act', 'lwt_xmit', 'sk_skb', 'sk_msg'])

const fromPacket =
  (type: number, size: (k: Kernel) => number, readOnly: (k: Kernel) => boolean): HelperBody =>
  (k, m) => {
    const at = writable(k, m, 3, DYNPTR_BYTES)
    if (at < 0) return 'stopped'
    const err = u64(m, 2) !== 0 ? -EINVAL : 0
    const made = { lo: m.lo[1], hi: m.hi[1], size: size(k), type, isReadOnly: readOnly(k), offset: 0 }
    putDynptr(k, at, err === 0 ? made : NULL_DYNPTR)
    return ret(m, err)
  }

export const fromSkb: HelperBody = fromPacket(
  SKB,
  (k) => k.packet.end - k.packet.data,
  (k) => !WRITERS.has(k.progType),
)
export const fromSkbMeta: HelperBody = fromPacket(
  SKB_META,
  (k) => k.packet.data - k.packet.meta,
  () => false,
)
export const fromXdp: HelperBody = fromPacket(
  XDP,
  (k) => xdpLength(k.packet, k.xdp),
  () => false,
)

export const adjust: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const start = u32(m, 2)
  const end = u32(m, 3)
  if (p.isNull || start > end) return ret(m, -EINVAL)
  if (end > p.size) return ret(m, -ERANGE)
  putDynptr(k, p.at, { ...p, size: end - start, offset: p.offset + start })
  return ret(m, 0)
}

export const isNullDynptr: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  return p ? ret(m, p.isNull ? 1 : 0) : 'stopped'
}

export const isReadOnly: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  return p ? ret(m, !p.isNull && p.isReadOnly ? 1 : 0) : 'stopped'
}

export const size: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  return p ? retU32(m, p.isNull ? -EINVAL : p.size) : 'stopped'
}

export const clone: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  const to = p ? writable(k, m, 2, DYNPTR_BYTES) : -1
  if (!p || to < 0) return 'stopped'
  putDynptr(k, to, p.isNull ? NULL_DYNPTR : p)
  return ret(m, p.isNull ? -EINVAL : 0)
}

/** A pointer to bytes in one piece: where they lie, or a copy in the program's buffer (r3, whose size is r4) where they lie in several. */
const slices =
  (writes: boolean): HelperBody =>
  (k, m) => {
    const p = dynptrArg(k, m, 1)
    if (!p) return 'stopped'
    const offset = u32(m, 2)
    const len = u32(m, 4)
    if (p.isNull || (writes && p.isReadOnly) || isOutside(p, offset, len)) return ret(m, 0)
    if (p.type === SKB) {
      const { packet } = k
      const at = packet.data + p.offset + offset
      return at + len > packet.end ? ret(m, 0) : ret64(m, packetLo(packet, at), DIRECT_HI)
    }
    if (p.type === SKB_META) return ret64(m, metaAt(k, p, offset), DIRECT_HI)
    if (p.type !== XDP) return ret64(m, ...dynptrAddress(p, offset))
    const found = pieces(k, p.offset + offset, len)
    if (typeof found === 'number') return ret(m, 0)
    if (found.length === 1) return ret64(m, found[0].at, DIRECT_HI)
    if (isNull(m, 3)) return ret(m, 0)
    const buffer = writable(k, m, 3, len)
    if (buffer < 0) return 'stopped'
    copyXdp(k, 'read', p.offset + offset, len, buffer)
    return ret64(m, m.lo[3], m.hi[3])
  }

export const slice: HelperBody = slices(false)
export const sliceRdwr: HelperBody = slices(true)

/** Bytes that are copied at a time; a record is in no hurry. */
const CHUNK = 256

/** (to, its offset, from, its offset, size) */
export const copy: HelperBody = (k, m) => {
  const to = dynptrArg(k, m, 1)
  const from = to ? dynptrArg(k, m, 3) : undefined
  if (!to || !from) return 'stopped'
  const [toOffset, fromOffset, len] = [u32(m, 2), u32(m, 4), u32(m, 5)]
  if (to.isNull || from.isNull || to.isReadOnly) return ret(m, -EINVAL)
  if (isOutside(to, toOffset, len) || isOutside(from, fromOffset, len)) return ret(m, -E2BIG)
  const { ram } = k.memory
  const block = Math.max(1, len)
  const buffer = ram.allocBlock(block)
  const read = readDynptr(k, m, from, fromOffset, buffer, len)
  const err = read === 0 ? writeDynptr(k, m, to, toOffset, buffer, len, 0) : read
  ram.release(buffer, block)
  return err === undefined ? 'stopped' : ret(m, err)
}

/** (dynptr, offset, size, byte) */
export const memset: HelperBody = (k, m) => {
  const p = dynptrArg(k, m, 1)
  if (!p) return 'stopped'
  const [offset, len, byte] = [u32(m, 2), u32(m, 3), u32(m, 4) & 0xff]
  if (p.isNull || p.isReadOnly) return ret(m, -EINVAL)
  if (isOutside(p, offset, len)) return ret(m, -E2BIG)
  const { ram } = k.memory
  const buffer = ram.allocBlock(CHUNK)
  ram.fill(buffer, CHUNK, byte)
  let err: number | undefined = 0
  for (let done = 0; done < len && err === 0; done += CHUNK) {
    err = writeDynptr(k, m, p, offset + done, buffer, Math.min(CHUNK, len - done), 0)
  }
  ram.release(buffer, CHUNK)
  return err === undefined ? 'stopped' : ret(m, err)
}
