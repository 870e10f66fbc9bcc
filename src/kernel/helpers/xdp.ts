// Helpers on XDP frames: moving the start, the end and the metadata, and copying bytes, over fragments where there are any.
// Linux: net/core/filter.c.
import { DIRECT_HI } from '../address.ts'
import { EACCES, EFAULT, EINVAL } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { showPacket } from '../packet-buffer.ts'
import { FRAG_SIZE, frameEnd, xdpLength } from '../xdp-buff.ts'
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
  if (k.xdp.frags.length > 0) return ret(m, offset < 0 ? shrinkFrags(k, -offset) : growFrags(k, offset))
  const end = p.end + offset
  if (end > frameEnd(k.xdp) || end < p.data + ETH_HLEN) return ret(m, -EINVAL)
  if (offset > 0) k.memory.ram.fill(p.ram + p.end, offset, 0)
  p.end = end
  showPacket(p)
  return ret(m, 0)
}

/** Takes bytes off the last fragments, and off the linear part once none is left. */
function shrinkFrags(k: Kernel, by: number): number {
  const { frags } = k.xdp
  const p = k.packet
  if (by > xdpLength(p, k.xdp) - ETH_HLEN) return -EINVAL
  let left = by
  while (frags.length > 0 && left > 0) {
    const last = frags.length - 1
    const taken = Math.min(left, frags[last])
    left -= taken
    frags[last] -= taken
    if (frags[last] > 0) break
    frags.pop()
  }
  if (frags.length === 0) p.end -= left
  showPacket(p)
  return 0
}

function growFrags(k: Kernel, by: number): number {
  const last = k.xdp.frags.length - 1
  const size = k.xdp.frags[last]
  if (by > FRAG_SIZE - size) return -EINVAL
  k.memory.ram.fill(k.fragRam + last * FRAG_SIZE + size, by, 0)
  k.xdp.frags[last] += by
  return 0
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

export const xdpGetBuffLen: HelperBody = (k, m) => ret(m, xdpLength(k.packet, k.xdp))

/** The pieces of Ram, in order, that `len` bytes of the frame at `offset` lie in; an errno where it has no such bytes. */
export function pieces(k: Kernel, offset: number, len: number): { readonly at: number; readonly size: number }[] | number {
  const p = k.packet
  if (offset > 0xffff || len > 0xffff) return -EFAULT
  if (offset + len > xdpLength(p, k.xdp)) return -EINVAL
  const parts = [{ at: p.ram + p.data, size: p.end - p.data }, ...k.xdp.frags.map((size, i) => ({ at: k.fragRam + i * FRAG_SIZE, size }))]
  const out: { at: number; size: number }[] = []
  let skip = offset
  let left = len
  for (const part of parts) {
    const size = Math.min(left, part.size - skip)
    if (size > 0) {
      out.push({ at: part.at + skip, size })
      left -= size
    }
    skip = Math.max(0, skip - part.size)
  }
  return out
}

const copies =
  (kind: 'read' | 'write'): HelperBody =>
  (k, m) => {
    const len = u32(m, 4)
    const buffer = kind === 'read' ? writable(k, m, 3, len) : readable(k, m, 3, len)
    return buffer < 0 ? 'stopped' : ret(m, copyXdp(k, kind, u32(m, 2), len, buffer))
  }

/** Copies between the frame and a Ram offset; 0 or an error number. Linux: __bpf_xdp_load_bytes(), __bpf_xdp_store_bytes(). */
export function copyXdp(k: Kernel, kind: 'read' | 'write', offset: number, len: number, buffer: number): number {
  const { ram, trace } = k.memory
  const found = pieces(k, offset, len)
  if (typeof found === 'number') return found
  let done = 0
  for (const { at, size } of found) {
    if (kind === 'read') ram.copy(buffer + done, at, size)
    else ram.copy(at, buffer + done, size)
    trace?.push({ kind, hi: DIRECT_HI, lo: at, size })
    done += size
  }
  return 0
}

export const xdpLoadBytes: HelperBody = copies('read')
export const xdpStoreBytes: HelperBody = copies('write')
