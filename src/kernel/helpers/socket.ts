// Helpers on sockets, cgroups, devices and routes. The simulated host has a root cgroup, loopback (interface 1) and those interfaces that
// a scenario adds; no sockets listen on it and it has no routes: what is looked up there is not found, as in a test run.
// Linux: net/core/filter.c.
import { DIRECT_HI, SOCK_LO } from '../address.ts'
import { EAFNOSUPPORT, EINVAL, ENODEV, ENOENT, EOPNOTSUPP } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { jhash } from '../maps/jhash.ts'
import { type HelperBody, isNull, ret, ret64, retU32, s32, u32, u64, writable } from './body.ts'

/** Sockets are numbered when they are first asked. */
export const getSocketCookie: HelperBody = (k, m) => {
  if (k.skb.sock.cookie === 0) k.skb.sock.cookie = ++k.sockets
  return ret(m, k.skb.sock.cookie)
}

const INIT_NET_COOKIE = 1
const ROOT_CGROUP_ID = 1

export const getNetnsCookie: HelperBody = (_k, m) => ret(m, INIT_NET_COOKIE)
export const getSocketUid: HelperBody = (_k, m) => ret(m, 0)
export const getCgroupClassid: HelperBody = (_k, m) => ret(m, 0)
export const getRouteRealm: HelperBody = (_k, m) => ret(m, 0)
export const cgroupId: HelperBody = (_k, m) => ret(m, ROOT_CGROUP_ID)
/** The root is its own ancestor at level 0, and there is no deeper level. */
export const ancestorCgroupId: HelperBody = (_k, m) => ret(m, s32(m, 2) === 0 ? ROOT_CGROUP_ID : 0)

/** A hash over the flow's addresses and ports; which one Linux draws differs from boot to boot. */
export const getHashRecalc: HelperBody = (k, m) => {
  const s = k.skb
  if (!s.hashValid) {
    s.hash = flowHash(k)
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

const NO_SOCKET: HelperBody = (_k, m) => ret(m, 0)
export const skLookup = NO_SOCKET
export const skRelease: HelperBody = (_k, m) => ret(m, 0)

/** A test run's socket is a full one, but not of TCP and not listening. */
export const skFullsock: HelperBody = (_k, m) => (isNull(m, 1) ? ret(m, 0) : ret64(m, SOCK_LO, DIRECT_HI))
export const tcpSock = NO_SOCKET
export const getListenerSock = NO_SOCKET

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

const LOOPBACK = 1
const LOOPBACK_MTU = 65536
const ETH_MTU = 1500
const ETH_HLEN = 14
const FRAG_NEEDED = 1

/** MTU of an interface; undefined = there is no such. */
function mtuOf(k: Kernel, ifindex: number): number | undefined {
  const at = ifindex === 0 ? currentDevice(k) : ifindex
  if (at === LOOPBACK) return LOOPBACK_MTU
  return k.ifindexes.has(at) ? ETH_MTU : undefined
}

const currentDevice = (k: Kernel): number => (k.progType === 'xdp' ? k.xdp.ingressIfindex : k.skb.ifindex)

export const checkMtu: HelperBody = (k, m) => {
  const at = writable(k, m, 3, 4)
  if (at < 0) return 'stopped'
  const { view } = k.memory.ram
  const asked = view.getUint32(at, true)
  const flags = u64(m, 5)
  const diff = s32(m, 4)
  const segs = k.progType !== 'xdp' && flags === 1
  if (flags !== 0 && !segs) return ret(m, -EINVAL)
  if (segs && (diff !== 0 || asked !== 0)) return ret(m, -EINVAL)
  const mtu = mtuOf(k, u32(m, 2))
  if (mtu === undefined) return ret(m, -ENODEV)
  const length = (asked !== 0 ? asked + ETH_HLEN : k.packet.end - k.packet.data) + diff
  view.setUint32(at, mtu, true)
  return ret(m, length > mtu + ETH_HLEN ? FRAG_NEEDED : 0)
}

const BPF_F_INGRESS = 1

/** The clone leaves through an interface of this host, where nobody takes it. */
export const cloneRedirect: HelperBody = (k, m) => {
  if (u64(m, 3) > BPF_F_INGRESS) return ret(m, -EINVAL)
  const ifindex = u32(m, 2)
  if (ifindex !== LOOPBACK && !k.ifindexes.has(ifindex)) return ret(m, -EINVAL)
  return ret(m, 0)
}

/** No packet came through a tunnel. */
export const skbGetTunnelKey: HelperBody = (k, m) => {
  const at = writable(k, m, 2, u32(m, 3))
  if (at < 0) return 'stopped'
  k.memory.ram.fill(at, u32(m, 3), 0)
  return ret(m, -EINVAL)
}

export const skbGetTunnelOpt: HelperBody = (k, m) => {
  const at = writable(k, m, 2, u32(m, 3))
  if (at < 0) return 'stopped'
  k.memory.ram.fill(at, u32(m, 3), 0)
  return ret(m, -ENOENT)
}

const FIB_PARAMS = 64
const FIB_FLAGS = 0x3f
const AF_INET = 2
const AF_INET6 = 10
const FIB_IFINDEX = 8
const FIB_SRC = 16
const FIB_DST = 32
const NOT_FWDED = 4
const FWD_DISABLED = 5

/** Multicast, link-local and loopback addresses are never forwarded. Linux: rt6_need_strict(). */
function staysOnLink(k: Kernel, at: number): boolean {
  const { u8 } = k.memory.ram
  if (u8[at] === 0xff || (u8[at] === 0xfe && (u8[at + 1] & 0xc0) === 0x80)) return true
  for (let i = 0; i < 15; i++) if (u8[at + i] !== 0) return false
  return u8[at + 15] === 1
}

/** A host does not forward unless it is told to. */
export const fibLookup: HelperBody = (k, m) => {
  const size = s32(m, 3)
  const at = writable(k, m, 2, Math.max(0, size))
  if (at < 0) return 'stopped'
  if (size < FIB_PARAMS || u32(m, 4) & ~FIB_FLAGS) return ret(m, -EINVAL)
  const family = k.memory.ram.u8[at]
  if (family !== AF_INET && family !== AF_INET6) return ret(m, -EAFNOSUPPORT)
  if (family === AF_INET6 && (staysOnLink(k, at + FIB_SRC) || staysOnLink(k, at + FIB_DST))) return ret(m, NOT_FWDED)
  const ifindex = k.memory.ram.view.getUint32(at + FIB_IFINDEX, true)
  if (ifindex !== LOOPBACK && !k.ifindexes.has(ifindex)) return ret(m, -ENODEV)
  return ret(m, FWD_DISABLED)
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
