// Helpers on what a socket buffer carries besides its bytes: hash, congestion mark, time stamp.
// Linux: net/core/filter.c.
import { EINVAL, EOPNOTSUPP } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { jhash } from '../maps/jhash.ts'
import { type HelperBody, isNull, ret, retU32, u32, writable } from './body.ts'

/** A hash over the flow's addresses and ports; which one Linux draws differs from boot to boot. */
export const getHashRecalc: HelperBody = (k, m) => {
  const s = k.skb
  if (!s.hashValid) {
    s.hash = s.flowHash || flowHash(k)
    s.hashValid = true
  }
  return retU32(m, s.hash)
}

const HASH_SEED = 0x666c6f77
const ETH_P_IP = 0x0008
const ETH_P_IPV6 = 0xdd86
const TCP = 6
const UDP = 17

function flowHash(k: Kernel): number {
  const p = k.packet
  const { view, u8 } = k.memory.ram
  const net = p.ram + k.skb.networkHeader
  const end = p.ram + p.end
  const v4 = k.skb.protocol === ETH_P_IP && net + 20 <= end
  const v6 = k.skb.protocol === ETH_P_IPV6 && net + 40 <= end
  if (!v4 && !v6) return jhash(view, net, Math.max(0, Math.min(4, end - net)), HASH_SEED)
  const proto = u8[net + (v4 ? 9 : 6)]
  const l4 = net + (v4 ? 4 * (u8[net] & 0xf) : 40)
  const hasPorts = (proto === TCP || proto === UDP) && l4 + 4 <= end
  const flow = new Uint8Array(37)
  flow.set(u8.subarray(net + (v4 ? 12 : 8), net + (v4 ? 20 : 40)))
  if (hasPorts) flow.set(u8.subarray(l4, l4 + 4), 32)
  flow[36] = proto
  return jhash(new DataView(flow.buffer), 0, flow.length, HASH_SEED) || 1
}

const ETH_HLEN = 14

/** Marks "congestion experienced" where the transport can take it. Linux: bpf_skb_ecn_set_ce(), INET_ECN_set_ce(). */
export const skbEcnSetCe: HelperBody = (k, m) => {
  const p = k.packet
  const { u8, view } = k.memory.ram
  const net = p.ram + k.skb.networkHeader
  const proto = innerProtocol(k)
  if (proto === ETH_P_IP && net + 20 <= p.ram + p.end) {
    const ecn = u8[net + 1] & 3
    if (ecn === 3) return ret(m, 1)
    if (ecn === 0) return ret(m, 0)
    // The checksum is corrected by the difference of the first word.
    const sum = view.getUint16(net + 10) + (ecn === 2 ? -1 : -2)
    u8[net + 1] |= 3
    view.setUint16(net + 10, sum <= 0 ? sum + 0xffff : sum)
    k.memory.ram.touch(net, 20)
    return ret(m, 1)
  }
  if (proto === ETH_P_IPV6 && net + 40 <= p.ram + p.end) {
    const ecn = (u8[net + 1] >> 4) & 3
    if (ecn === 3) return ret(m, 1)
    if (ecn === 0) return ret(m, 0)
    u8[net + 1] |= 0x30
    k.memory.ram.touch(net, 2)
    return ret(m, 1)
  }
  return ret(m, 0)
}

const ETH_P_8021Q = 0x0081
const ETH_P_8021AD = 0xa888
const VLAN_HLEN = 4
const MAX_TAGS = 8

/** The protocol behind VLAN tags in the packet. Linux: skb_protocol(skb, true). */
function innerProtocol(k: Kernel): number {
  const p = k.packet
  let proto = k.skb.protocol
  let at = k.skb.macLen > 0 ? k.skb.macLen - VLAN_HLEN : ETH_HLEN
  for (let tags = 1; proto === ETH_P_8021Q || proto === ETH_P_8021AD; tags++) {
    if (tags === MAX_TAGS || p.data + at + VLAN_HLEN > p.end || at < 0) return 0
    proto = k.memory.ram.view.getUint16(p.ram + p.data + at + 2, true)
    at += VLAN_HLEN
  }
  return proto
}

const CLOCK_TAI = 2

export const skbSetTstamp: HelperBody = (k, m) => {
  const s = k.skb
  const type = u32(m, 3)
  if (s.protocol !== ETH_P_IP && s.protocol !== ETH_P_IPV6) return ret(m, -EOPNOTSUPP)
  if (type > CLOCK_TAI || (type > 0 && isNull(m, 2))) return ret(m, -EINVAL)
  s.tstampLo = m.lo[2]
  s.tstampHi = m.hi[2]
  s.tstampType = type
  return ret(m, 0)
}

/** No packet came through IPsec. */
export const skbGetXfrmState: HelperBody = (k, m) => {
  const size = u32(m, 4)
  const at = writable(k, m, 3, size)
  if (at < 0) return 'stopped'
  k.memory.ram.fill(at, size, 0)
  return ret(m, -EINVAL)
}
