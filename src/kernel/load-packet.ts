// The loads of classic BPF, LD_ABS and LD_IND: 1, 2 or 4 bytes of the packet in network byte order. Negative offsets from SKF_NET_OFF
// and SKF_LL_OFF count from the network and the MAC header. Outside of the packet the program ends with 0.
// Linux: bpf_skb_load_helper_*() in net/core/filter.c.
import type { Machine } from '../vm/index.ts'
import type { Kernel } from './kernel.ts'

const SKF_NET_OFF = -0x100000
const SKF_LL_OFF = -0x200000

/** Puts the value into r0; false where the packet has no such bytes. */
export function loadPacket(k: Kernel, m: Machine, offset: number, size: number): boolean {
  const p = k.packet
  let at = p.data + offset
  if (offset < 0) {
    if (offset >= SKF_NET_OFF) at = k.skb.networkHeader + (offset - SKF_NET_OFF)
    else if (offset >= SKF_LL_OFF && k.skb.macHeader >= 0) at = k.skb.macHeader + (offset - SKF_LL_OFF)
    else return false
  }
  // Linux reads before the data too, as long as it is in the buffer.
  if (at < 0 || at + size > p.end) return false
  const view = k.memory.ram.view
  const ram = p.ram + at
  m.lo[0] = size === 1 ? view.getUint8(ram) : size === 2 ? view.getUint16(ram) : view.getInt32(ram)
  m.hi[0] = 0
  k.memory.trace?.push({ kind: 'read', hi: p.region.baseHi, lo: p.region.baseLo + at, size })
  return true
}
