// Helpers that change a socket buffer's length or headers: tail, head, room for encapsulation, protocol, VLAN tags. A VLAN tag lives
// outside of the packet (as hardware keeps it) until a second one pushes it into the bytes.
// Linux: net/core/filter.c, skb_vlan_push() and skb_vlan_pop() in net/core/skbuff.c.
import { EALREADY, EFAULT, EINVAL, ENOMEM, ENOTSUPP } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { PACKET_BUFFER, showPacket } from '../packet-buffer.ts'
import { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, NET_SKB_PAD, SKB_MAX_LEN } from '../sk-buff.ts'
import { type HelperBody, ret, s32, u32, u64 } from './body.ts'

const ETH_HLEN = 14
const ETH_ALEN = 6
const VLAN_HLEN = 4
// Ethernet types as a little-endian load sees them.
const ETH_P_IP = 0x0008
const ETH_P_IPV6 = 0xdd86
const ETH_P_8021Q = 0x0081
const ETH_P_8021AD = 0xa888
const ETH_P_802_3 = 0x0100
const ETH_P_802_2 = 0x0400

const isVlan = (proto: number): boolean => proto === ETH_P_8021Q || proto === ETH_P_8021AD
const length = (k: Kernel): number => k.packet.end - k.packet.data

/**
 * `len` zero bytes in front of the packet. Where the headroom is too small, Linux takes a new buffer: what lay behind the packet is lost,
 * and a transport header that was never set comes out "set" just before the old buffer, as its offset of 0xffff wraps.
 * Linux: skb_cow(), pskb_expand_head(), skb_headers_offset_update().
 */
function push(k: Kernel, len: number): void {
  const p = k.packet
  const s = k.skb
  const missing = len - (p.data - s.head)
  if (missing > 0) {
    if (s.transportHeader < 0) s.transportHeader = s.head - 1
    s.head -= (missing + NET_SKB_PAD - 1) & ~(NET_SKB_PAD - 1)
    k.memory.ram.fill(p.ram + p.end, PACKET_BUFFER - p.end, 0)
  }
  p.data -= len
  p.meta = p.data
  k.memory.ram.fill(p.ram + p.data, len, 0)
}

function pull(k: Kernel, len: number): void {
  k.packet.data += len
  k.packet.meta = k.packet.data
}

export const skbChangeTail: HelperBody = (k, m) => {
  const p = k.packet
  const s = k.skb
  const len = u32(m, 2)
  let least = Math.max(0, s.networkHeader - p.data)
  if (s.transportHeader >= 0 && s.transportHeader > p.data) least = s.transportHeader - p.data
  if (u64(m, 3) !== 0 || len > SKB_MAX_LEN || len < least) return ret(m, -EINVAL)
  if (s.encapsulation) return ret(m, -ENOTSUPP)
  const end = p.data + len
  if (end > p.end) k.memory.ram.fill(p.ram + p.end, end - p.end, 0)
  p.end = end
  showPacket(p)
  return ret(m, 0)
}

export const skbChangeHead: HelperBody = (k, m) => {
  const room = u32(m, 2)
  if (u64(m, 3) !== 0 || length(k) + room > SKB_MAX_LEN) return ret(m, -EINVAL)
  push(k, room)
  k.skb.macHeader = k.packet.data
  k.skb.macLen = k.skb.networkHeader - k.skb.macHeader
  showPacket(k.packet)
  return ret(m, 0)
}

/** Puts `len` zero bytes in after the first `off` ones, moving those to the front. */
function insert(k: Kernel, off: number, len: number): void {
  const { ram } = k.memory
  const p = k.packet
  push(k, len)
  ram.copy(p.ram + p.data, p.ram + p.data + len, off)
  ram.fill(p.ram + p.data + off, len, 0)
  shiftHeaders(k, -len)
}

/** Takes `len` bytes out after the first `off` ones. */
function remove(k: Kernel, off: number, len: number): number {
  const p = k.packet
  if (off + len > length(k)) return -ENOMEM
  k.memory.ram.copy(p.ram + p.data + len, p.ram + p.data, off)
  pull(k, len)
  shiftHeaders(k, len)
  return 0
}

function shiftHeaders(k: Kernel, by: number): void {
  const s = k.skb
  const same = s.transportHeader === s.networkHeader
  s.macHeader += by
  s.networkHeader += by
  if (same) s.transportHeader = s.networkHeader
}

const IPV4_TO_IPV6 = 20

export const skbChangeProto: HelperBody = (k, m) => {
  const s = k.skb
  const to = u32(m, 2) & 0xffff
  if (u64(m, 3) !== 0) return ret(m, -EINVAL)
  const off = s.networkHeader - s.macHeader
  let err = -ENOTSUPP
  if (s.protocol === ETH_P_IP && to === ETH_P_IPV6) {
    insert(k, off, IPV4_TO_IPV6)
    err = 0
  } else if (s.protocol === ETH_P_IPV6 && to === ETH_P_IP) err = remove(k, off, IPV4_TO_IPV6)
  if (err === 0) {
    s.protocol = to
    s.hash = 0
    s.hashValid = false
  }
  showPacket(k.packet)
  return ret(m, err)
}

const PACKET_OTHERHOST = 3

export const skbChangeType: HelperBody = (k, m) => {
  const type = u32(m, 2)
  if (k.skb.pktType > PACKET_OTHERHOST || type > PACKET_OTHERHOST) return ret(m, -EINVAL)
  k.skb.pktType = type
  return ret(m, 0)
}

const FIXED_GSO = 1 << 0
const ENCAP_L3_IPV4 = 1 << 1
const ENCAP_L3_IPV6 = 1 << 2
const ENCAP_L4_GRE = 1 << 3
const ENCAP_L4_UDP = 1 << 4
const NO_CSUM_RESET = 1 << 5
const ENCAP_L2_ETH = 1 << 6
const DECAP_L3_IPV4 = 1 << 7
const DECAP_L3_IPV6 = 1 << 8
const ENCAP_L3 = ENCAP_L3_IPV4 | ENCAP_L3_IPV6
const DECAP_L3 = DECAP_L3_IPV4 | DECAP_L3_IPV6
const ADJ_ROOM = FIXED_GSO | ENCAP_L3 | ENCAP_L4_GRE | ENCAP_L4_UDP | NO_CSUM_RESET | ENCAP_L2_ETH | DECAP_L3
/** The length of the inner link header stands in the top byte of the flags. */
const ENCAP_L2_SHIFT_HI = 24

const baseLength = (proto: number): number => (proto === ETH_P_IP ? 20 : 40)

export const skbAdjustRoom: HelperBody = (k, m) => {
  const s = k.skb
  const diff = s32(m, 2)
  const by = Math.abs(diff)
  const mode = u32(m, 3)
  const flags = m.lo[4]
  const innerMac = m.hi[4] >>> ENCAP_L2_SHIFT_HI
  if ((flags & ~ADJ_ROOM) !== 0 || (m.hi[4] & 0x00ffffff) !== 0) return ret(m, -EINVAL)
  if (by > 0xfff) return ret(m, -EFAULT)
  if (s.protocol !== ETH_P_IP && s.protocol !== ETH_P_IPV6) return ret(m, -ENOTSUPP)
  if (mode > 1) return ret(m, -ENOTSUPP)
  let least = baseLength(s.protocol)
  const off = s.networkHeader - s.macHeader + (mode === 0 ? least : 0)
  if (flags & DECAP_L3) {
    if (diff >= 0 || (flags & DECAP_L3) === DECAP_L3) return ret(m, -EINVAL)
    least = flags & DECAP_L3_IPV4 ? 20 : 40
  }
  const current = length(k) - (s.networkHeader - k.packet.data)
  if (diff < 0 ? by >= current || current - by < least : length(k) + by > SKB_MAX_LEN) return ret(m, -ENOTSUPP)
  const err = diff < 0 ? shrink(k, off, by, flags) : grow(k, off, by, flags, innerMac)
  if (err === 0 && !(flags & NO_CSUM_RESET) && s.ipSummed === CHECKSUM_UNNECESSARY) {
    s.ipSummed = CHECKSUM_NONE
    s.csumLevel = 0
  }
  showPacket(k.packet)
  return ret(m, err)
}

function shrink(k: Kernel, off: number, by: number, flags: number): number {
  if (flags & ~(FIXED_GSO | DECAP_L3 | NO_CSUM_RESET)) return -EINVAL
  const err = remove(k, off, by)
  if (err !== 0) return err
  if (k.skb.protocol === ETH_P_IP && flags & DECAP_L3_IPV6) k.skb.protocol = ETH_P_IPV6
  else if (k.skb.protocol === ETH_P_IPV6 && flags & DECAP_L3_IPV4) k.skb.protocol = ETH_P_IP
  return 0
}

function grow(k: Kernel, off: number, by: number, flags: number, innerMac: number): number {
  const s = k.skb
  const encap = (flags & ENCAP_L3) !== 0
  const macLen = s.networkHeader - s.macHeader
  if (encap) {
    if ((flags & ENCAP_L3) === ENCAP_L3) return -EINVAL
    if (flags & ENCAP_L4_GRE && flags & ENCAP_L4_UDP) return -EINVAL
    if (flags & ENCAP_L2_ETH && innerMac < ETH_HLEN) return -EINVAL
    if (s.encapsulation) return -EALREADY
    if (innerMac > by) return -EINVAL
  }
  insert(k, off, by)
  if (!encap) return 0
  s.encapsulation = true
  s.networkHeader = k.packet.data + macLen
  if (flags & (ENCAP_L4_GRE | ENCAP_L4_UDP)) s.transportHeader = s.networkHeader + (flags & ENCAP_L3_IPV6 ? 40 : 20)
  if (s.protocol === ETH_P_IP && flags & ENCAP_L3_IPV6) s.protocol = ETH_P_IPV6
  else if (s.protocol === ETH_P_IPV6 && flags & ENCAP_L3_IPV4) s.protocol = ETH_P_IP
  return 0
}

export const skbVlanPush: HelperBody = (k, m) => {
  const s = k.skb
  const p = k.packet
  const { ram } = k.memory
  const asked = u32(m, 2) & 0xffff
  if (s.vlanPresent) {
    if (s.macHeader !== p.data) return ret(m, -EINVAL)
    push(k, VLAN_HLEN)
    ram.copy(p.ram + p.data, p.ram + p.data + VLAN_HLEN, 2 * ETH_ALEN)
    const tag = p.ram + p.data + 2 * ETH_ALEN
    ram.view.setUint16(tag, s.vlanProto, true)
    ram.view.setUint16(tag + 2, s.vlanTci)
    ram.touch(tag, 4)
    s.macHeader -= VLAN_HLEN
    s.networkHeader -= VLAN_HLEN
    s.protocol = s.vlanProto
  }
  s.vlanPresent = true
  s.vlanProto = isVlan(asked) ? asked : ETH_P_8021Q
  s.vlanTci = u32(m, 3) & 0xffff
  s.macLen = s.networkHeader - s.macHeader
  showPacket(p)
  return ret(m, 0)
}

export const skbVlanPop: HelperBody = (k, m) => {
  const s = k.skb
  let err = 0
  if (s.vlanPresent) {
    s.vlanPresent = false
    s.vlanTci = s.vlanProto = 0
  } else if (isVlan(s.protocol)) err = popTag(k)
  else return ret(m, 0)
  if (err === 0 && isVlan(s.protocol)) {
    // The next tag becomes the one outside of the packet.
    const proto = s.protocol
    const tci = k.memory.ram.view.getUint16(k.packet.ram + k.packet.data + ETH_HLEN)
    err = popTag(k)
    if (err === 0) {
      s.vlanPresent = true
      s.vlanProto = proto
      s.vlanTci = tci
    }
  }
  showPacket(k.packet)
  return ret(m, err)
}

/** Takes the tag behind the Ethernet addresses out of the packet. */
function popTag(k: Kernel): number {
  const s = k.skb
  const p = k.packet
  const { ram } = k.memory
  if (s.macHeader !== p.data) return -EINVAL
  if (length(k) < ETH_HLEN + VLAN_HLEN) return -ENOMEM
  const start = p.ram + p.data
  const inner = ram.view.getUint16(start + ETH_HLEN + 2)
  if (inner >= 0x600) s.protocol = ram.view.getUint16(start + ETH_HLEN + 2, true)
  else s.protocol = ram.view.getUint16(start + ETH_HLEN + VLAN_HLEN) === 0xffff ? ETH_P_802_3 : ETH_P_802_2
  ram.copy(start + VLAN_HLEN, start, 2 * ETH_ALEN)
  pull(k, VLAN_HLEN)
  s.macHeader += VLAN_HLEN
  if (s.networkHeader - p.data < ETH_HLEN) s.networkHeader = p.data + ETH_HLEN
  s.macLen = s.networkHeader - s.macHeader
  return 0
}
