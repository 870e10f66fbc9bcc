// Packets that have arrived where they are going: to a socket (through cgroup_skb and, for new connections, sk_lookup), to ICMP, out of a tunnel.
// Linux: ip_local_deliver(), ip6_input(), tcp_v4_rcv(), udp_rcv(), icmp_rcv(), net/ipv4/ipip.c, fou.c.
import type { Happening } from '../world/engine.ts'
import { addressAt, type Family, ipAt, ipText, isMulticast6 } from './address.ts'
import {
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IPIP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type IpHeader,
  isSumRight,
  readIp,
  unwrapped,
} from './headers.ts'
import { icmpKind, icmpPacket, isIcmp, sendIcmpError } from './icmp.ts'
import { ADVERTISEMENT, receiveNdp, SOLICITATION } from './ndp.ts'
import { later, type Net, tell } from './net.ts'
import { pingAnswered, pingFailed } from './outcome.ts'
import { runCgroupSkb } from './packet-hooks.ts'
import { chooseOfGroup } from './reuseport.ts'
import { routeTo } from './route.ts'
import { connectedTo, listeningAt, type Socket } from './socket.ts'
import { runSkLookup } from './socket-hooks.ts'
import { receiveTcp, unreachable } from './tcp.ts'
import { type Namespace, type NetInterface, NO_META, type Skb } from './types.ts'
import { receiveUdp } from './udp.ts'

export function* deliver(net: Net, ns: Namespace, device: NetInterface, skb: Skb): Happening {
  const ip = readIp(skb.bytes)
  const at = { ns: ns.name, place: 'ip' }
  if (!ip) return
  if (ip.isFragment) return tell(net, skb, at, 'dropped', 'fragments are not put together')
  switch (ip.protocol) {
    case IPPROTO_TCP:
    case IPPROTO_UDP:
      return yield* toSocket(net, ns, device, skb, ip)
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      if (isIcmp(ip)) return yield* toIcmp(net, ns, device, skb, ip)
      break
    case IPPROTO_IPIP:
    case IPPROTO_IPV6: {
      const tunnel = tunnelOf(ns, TUNNELS[ip.family][ip.protocol], 0)
      if (tunnel) return outOf(net, tunnel, skb, ip.l4)
    }
  }
  tell(net, skb, at, 'dropped', `no protocol ${ip.protocol}`)
  // IPv6 tells where the number stands.
  yield* sendIcmpError(net, ns, skb, ip, 'protocol unreachable', ip.family === 'ip6' ? ip.protocolAt - ip.at : 0)
}

/** Which tunnel takes the outer header off, by the family outside and the protocol that says which is inside. */
const TUNNELS: Readonly<Record<Family, Readonly<Record<number, 'ipip' | 'sit' | 'ip6tnl'>>>> = {
  ip4: { [IPPROTO_IPIP]: 'ipip', [IPPROTO_IPV6]: 'sit' },
  ip6: { [IPPROTO_IPIP]: 'ip6tnl', [IPPROTO_IPV6]: 'ip6tnl' },
}

function tunnelOf(ns: Namespace, kind: NetInterface['kind'], port: number): NetInterface | undefined {
  for (const d of ns.interfaces.values()) if (d.kind === kind && d.port === port) return d
  return undefined
}

/** The inner packet comes in at the tunnel's interface. */
function outOf(net: Net, tunnel: NetInterface, skb: Skb, inner: number): void {
  tell(net, skb, { ns: tunnel.ns, place: tunnel.name }, 'rewritten', 'outer header off')
  const bytes = unwrapped(skb.bytes, inner)
  later(net, 0, { kind: 'input', at: tunnel, skb: { ...skb, bytes, meta: NO_META, ingress: tunnel.ifindex, ct: '', hops: skb.hops + 1 } })
}

function* toSocket(net: Net, ns: Namespace, device: NetInterface, skb: Skb, ip: IpHeader): Happening {
  const protocol = ip.protocol === IPPROTO_TCP ? 'tcp' : 'udp'
  const tunnel = protocol === 'udp' ? tunnelOf(ns, 'gue', ip.dport) : undefined
  if (tunnel) return outOf(net, tunnel, skb, ip.l4 + 8)
  const at = { ns: ns.name, place: `${protocol} ${ip.dport}` }
  const found = yield* findSocket(net, ns, device, skb, ip)
  if (found === 'drop') return tell(net, skb, at, 'dropped', 'sk_lookup')
  const socket = found
  const mine = { ...skb, socket: socket?.id ?? 0 }
  if (socket) {
    const cgroup = yield* runCgroupSkb(net, ns, device, mine, 'ingress')
    if (cgroup.kind === 'drop') return tell(net, mine, at, 'dropped', cgroup.why)
  }
  if (protocol === 'tcp') yield* receiveTcp(net, ns, mine, ip, socket)
  else yield* receiveUdp(net, ns, mine, ip, socket)
}

/** A connection's own socket, the one that programs chose, or the one that waits at the address. */
function* findSocket(net: Net, ns: Namespace, device: NetInterface, skb: Skb, ip: IpHeader): Happening<Socket | 'drop' | undefined> {
  const protocol = ip.protocol === IPPROTO_TCP ? 'tcp' : 'udp'
  const local = { ip: ip.dest, port: ip.dport }
  const remote = { ip: ip.source, port: ip.sport }
  // tc has given the packet to a socket (bpf_sk_assign()).
  const given = net.state.sockets.get(skb.socket)
  let socket = given?.ns === ns.name ? given : connectedTo(net, ns.name, protocol, local, remote)
  if (socket && socket.state !== 'listen' && socket.state !== 'bound') return socket
  if (!socket) {
    const chosen = yield* runSkLookup(net, ns, protocol, local, remote, device.ifindex)
    if (chosen === 'drop') return 'drop'
    if (chosen && !chosen.sharesPort) return chosen.socket
    socket = chosen ? chosen.socket : listeningAt(net, ns.name, protocol, local)
  }
  const own = socket && (yield* chooseOfGroup(net, ns, socket, skb, ip))
  return own === 'refused' ? undefined : own
}

function* toIcmp(net: Net, ns: Namespace, device: NetInterface, skb: Skb, ip: IpHeader): Happening {
  const at = { ns: ns.name, place: ip.family === 'ip4' ? 'icmp' : 'icmpv6' }
  const b = skb.bytes
  if (ip.l4 + 8 > ip.end) return tell(net, skb, at, 'dropped', 'bad ICMP')
  if (ip.family === 'ip6' && !isSumRight(b, ip)) return tell(net, skb, at, 'dropped', 'bad ICMPv6 checksum')
  const type = b[ip.l4]
  if (ip.family === 'ip6' && (type === SOLICITATION || type === ADVERTISEMENT)) return receiveNdp(net, device, skb, ip)
  const rest = ipAt(b, ip.l4 + 4)
  const kind = icmpKind(ip.family, type, b[ip.l4 + 1])
  switch (kind) {
    case 'echo': {
      tell(net, skb, at, 'answered', 'echo')
      // A group has no address to answer from.
      const way = isMulticast6(ip.dest) ? routeTo(ns, ip.source) : undefined
      const source = way?.kind === 'unicast' ? way.source : ip.dest
      return yield* net.output(ns, icmpPacket(net, source, ip.source, 'echo reply', rest, b.slice(ip.l4 + 8, ip.end)))
    }
    case 'echo reply':
      tell(net, skb, at, 'delivered', 'echo reply')
      return pingAnswered(net, ns.name, rest, ipText(ip.source), ip.end - ip.l4)
  }
  if (!ERROR_TYPES[ip.family].includes(type)) return tell(net, skb, at, 'dropped', `ICMP type ${type}`)
  const shown = kind === 'time exceeded' || (kind === 'too big' && ip.family === 'ip6') ? kind : 'destination unreachable'
  tell(net, skb, at, 'delivered', shown)
  const why = kind === undefined ? (OTHERS[ip.family][b[ip.l4 + 1]] ?? 'unreachable') : (WORDS[kind] ?? kind)
  yield* aboutPacket(net, ns, b, ip, why)
}

/** Destination unreachable, time exceeded; of ICMPv6 also too big and a bad header. */
const ERROR_TYPES: Readonly<Record<Family, readonly number[]>> = { ip4: [3, 11], ip6: [1, 2, 3, 4] }

const WORDS: Readonly<Record<string, string>> = {
  'host unreachable': 'no route to host',
  'too big': 'fragmentation needed',
  'time exceeded': 'time to live exceeded',
}
const OTHERS: Readonly<Record<Family, Readonly<Record<number, string>>>> = {
  ip4: { 13: 'administratively prohibited' },
  ip6: { 1: 'administratively prohibited' },
}

/** An error about a packet of ours: its first bytes are quoted, cut as they are. */
function* aboutPacket(net: Net, ns: Namespace, b: Uint8Array, outer: IpHeader, why: string): Happening {
  const at = outer.l4 + 8
  const { family } = outer
  const l4 = family === 'ip4' ? at + (b[at] & 15) * 4 : at + 40
  if (l4 + 8 > outer.end) return
  const protocol = b[at + (family === 'ip4' ? 9 : 6)]
  if (protocol === IPPROTO_ICMP || protocol === IPPROTO_ICMPV6) return pingFailed(net, ns.name, ipAt(b, l4 + 4), why)
  // A socket of UDP that is not connected is not told (no IP_RECVERR).
  if (protocol !== IPPROTO_TCP) return
  const sourceAt = at + (family === 'ip4' ? 12 : 8)
  const local = { ip: addressAt(b, sourceAt, family), port: (b[l4] << 8) | b[l4 + 1] }
  const remote = { ip: addressAt(b, sourceAt + (family === 'ip4' ? 4 : 16), family), port: (b[l4 + 2] << 8) | b[l4 + 3] }
  const socket = connectedTo(net, ns.name, 'tcp', local, remote)
  if (socket) yield* unreachable(net, socket, why)
}
