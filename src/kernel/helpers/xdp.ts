// Helpers on XDP frames: moving the start, the end and the metadata, and copying bytes. Frames have no fragments here.
// Linux: net/core/filter.c.
import { EACCES, EFAULT, EINVAL } from '../errno.ts'
import { showPacket } from '../packet-buffer.ts'
import { frameEnd } from '../xdp-buff.ts'
import { type HelperBody, readable, ret, s32, u32, writable } from './body.ts'

const ETH_HLEN = 14
/** sizeof(struct xdp_frame), which Linux keeps at the start of the headroom. */
const XDP_FRAME = 40
const META_MAX = 252

export const xdpAdjustHead: HelperBody = (k, m) => {
  const p = k.packet
  const offset = s32(m, 2)
  const metaLen = p.data - p.meta
  const data = p.data + offset
  if (data < k.xdp.hardStart + XDP_FRAME + metaLen || data > p.end - ETH_HLEN) return ret(m, -EINVAL)
  if (metaLen > 0) k.memory.ram.copy(p.ram + p.meta + offset, p.ram + p.meta, metaLen)
  p.data = data
  p.meta += offset
  showPacket(p)
  return ret(m, 0)
}

export const xdpAdjustTail: HelperBody = (k, m) => {
  const p = k.packet
  const offset = s32(m, 2)
  const end = p.end + offset
  if (end > frameEnd(k.xdp) || end < p.data + ETH_HLEN) return ret(m, -EINVAL)
  if (offset > 0) k.memory.ram.fill(p.ram + p.end, offset, 0)
  p.end = end
  showPacket(p)
  return ret(m, 0)
}

export const xdpAdjustMeta: HelperBody = (k, m) => {
  const p = k.packet
  const meta = p.meta + s32(m, 2)
  if (meta < k.xdp.hardStart + XDP_FRAME || meta > p.data) return ret(m, -EINVAL)
  const length = p.data - meta
  if (length % 4 !== 0 || length > META_MAX) return ret(m, -EACCES)
  p.meta = meta
  showPacket(p)
  return ret(m, 0)
}

export const xdpGetBuffLen: HelperBody = (k, m) => ret(m, k.packet.end - k.packet.data)

/** 0 where the frame has `len` bytes at `offset`. */
function check(offset: number, len: number, size: number): number {
  if (offset > 0xffff || len > 0xffff) return -EFAULT
  return offset + len > size ? -EINVAL : 0
}

export const xdpLoadBytes: HelperBody = (k, m) => {
  const p = k.packet
  const offset = u32(m, 2)
  const len = u32(m, 4)
  const to = writable(k, m, 3, len)
  if (to < 0) return 'stopped'
  const err = check(offset, len, p.end - p.data)
  if (err === 0) {
    k.memory.ram.copy(to, p.ram + p.data + offset, len)
    k.memory.trace?.push({ kind: 'read', hi: p.region.baseHi, lo: p.region.baseLo + p.data + offset, size: len })
  }
  return ret(m, err)
}

export const xdpStoreBytes: HelperBody = (k, m) => {
  const p = k.packet
  const offset = u32(m, 2)
  const len = u32(m, 4)
  const from = readable(k, m, 3, len)
  if (from < 0) return 'stopped'
  const err = check(offset, len, p.end - p.data)
  if (err === 0) {
    k.memory.ram.copy(p.ram + p.data + offset, from, len)
    k.memory.trace?.push({ kind: 'write', hi: p.region.baseHi, lo: p.region.baseLo + p.data + offset, size: len })
  }
  return ret(m, err)
}
