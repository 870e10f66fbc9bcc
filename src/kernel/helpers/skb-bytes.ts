// Helpers that read and write bytes of a socket buffer. The whole packet is linear here, so that making it writable only checks that
// it is long enough. Linux: net/core/filter.c.

import { DIRECT_HI } from '../address.ts'
import { EFAULT, EINVAL, ENOMEM } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { packetLo } from '../packet-buffer.ts'
import { type HelperBody, readable, ret, u32, u64, writable } from './body.ts'

const BPF_F_RECOMPUTE_CSUM = 1
const BPF_F_INVALIDATE_HASH = 2
const INT_MAX = 0x7fffffff

/** Notes what a helper does to the packet itself, for the page. */
function touched(k: Kernel, kind: 'read' | 'write', offset: number, size: number): void {
  k.memory.trace?.push({ kind, hi: DIRECT_HI, lo: packetLo(k.packet, offset), size })
}

export const skbStoreBytes: HelperBody = (k, m) => {
  const offset = u32(m, 2)
  const len = u32(m, 4)
  const flags = u64(m, 5)
  const from = readable(k, m, 3, len)
  return from < 0 ? 'stopped' : ret(m, storeSkb(k, from, offset, len, flags))
}

/** Copies from a Ram offset into the packet; 0 or an error number. Linux: __bpf_skb_store_bytes(). */
export function storeSkb(k: Kernel, from: number, offset: number, len: number, flags: number): number {
  const p = k.packet
  if (flags > (BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)) return -EINVAL
  if (offset > INT_MAX || offset + len > p.end - p.data) return -EFAULT
  k.memory.ram.copy(p.ram + p.data + offset, from, len)
  touched(k, 'write', p.data + offset, len)
  if (flags & BPF_F_INVALIDATE_HASH) clearHash(k)
  return 0
}

export const skbLoadBytes: HelperBody = (k, m) => {
  const len = u32(m, 4)
  const to = writable(k, m, 3, len)
  if (to < 0) return 'stopped'
  // A flow dissector in a test run has no socket buffer. Linux: bpf_flow_dissector_load_bytes().
  const hasSkb = k.progType !== 'flow_dissector' || k.skb.isDissected
  return ret(m, hasSkb ? loadSkb(k, to, u32(m, 2), len) : load(k, to, -1, len))
}

/** Copies from the packet to a Ram offset; 0 or an error number, with zeros then. Linux: __bpf_skb_load_bytes(). */
export const loadSkb = (k: Kernel, to: number, offset: number, len: number): number =>
  load(k, to, offset > INT_MAX ? -1 : k.packet.data + offset, len)

export const skbLoadBytesRelative: HelperBody = (k, m) => {
  const offset = u32(m, 2)
  const len = u32(m, 4)
  const to = writable(k, m, 3, len)
  if (to < 0) return 'stopped'
  const start = u32(m, 5)
  const header = start === 0 ? k.skb.macHeader : start === 1 ? k.skb.networkHeader : -1
  return ret(m, load(k, to, offset > 0xffff || header < 0 ? -1 : header + offset, len))
}

/** Copies from an offset of the buffer; -1 or bytes beyond the end give zeros and EFAULT. */
function load(k: Kernel, to: number, from: number, len: number): number {
  const p = k.packet
  if (from < 0 || from + len > p.end) {
    k.memory.ram.fill(to, len, 0)
    return -EFAULT
  }
  k.memory.ram.copy(to, p.ram + from, len)
  touched(k, 'read', from, len)
  return 0
}

export const skbPullData: HelperBody = (k, m) => {
  const p = k.packet
  return ret(m, u32(m, 2) > p.end - p.data ? -ENOMEM : 0)
}

export const setHashInvalid: HelperBody = (k, m) => {
  clearHash(k)
  return ret(m, 0)
}

export const setHash: HelperBody = (k, m) => {
  k.skb.hash = m.lo[2]
  k.skb.hashValid = true
  return ret(m, 0)
}

function clearHash(k: Kernel): void {
  k.skb.hash = 0
  k.skb.hashValid = false
}
