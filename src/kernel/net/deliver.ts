// Packets that have arrived where they are going: to a socket (through cgroup_skb and, for new connections, sk_lookup), to ICMP, out of a tunnel.
// Linux: ip_local_deliver(), tcp_v4_rcv(), udp_rcv(), icmp_rcv(), net/ipv4/ipip.c, fou.c.
import type { Happening } from '../world/engine.ts'
import { ipAt, ipText } from './address.ts'
import { IPPROTO_ICMP, IPPROTO_IPIP, IPPROTO_TCP, IPPROTO_UDP, type IpHeader, readIp, unwrapped } from './headers.ts'
import { ECHO_REPLY, ECHO_REQUEST, icmpPacket, sendIcmpError } from './icmp.ts'
import { later, type Net, tell } from './net.ts'
import { pingAnswered, pingFailed } from './outcome.ts'
import { runCgroupSkb } from './packet-hooks.ts'
import { connectedTo, listeningAt, type Socket } from './socket.ts'
import { runSkLookup } from './socket-hooks.ts'
import { receiveTcp, unreachable } from './tcp.ts'
import { type Namespace, type NetInterface, NO_META, type Skb } from './types.ts'
import { receiveUdp } from './udp.ts'

const DEST_UNREACHABLE = 3
const PROTOCOL_UNREACHABLE = 2
const TIME_EXCEEDED = 11

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
      return yield* toIcmp(net, ns, skb, ip)
    case IPPROTO_IPIP: {
      const tunnel = tunnelOf(ns, 'ipip', 0)
      if (tunnel) return outOf(net, tunnel, skb, ip.l4)
    }
  }
  tell(net, skb, at, 'dropped', `no protocol ${ip.protocol}`)
  yield* sendIcmpError(net, ns, skb, ip, DEST_UNREACHABLE, PROTOCOL_UNREACHABLE)
}

function tunnelOf(ns: Namespace, kind: 'ipip' | 'gue', port: number): NetInterface | undefined {
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
  const local = { ip: ip.dest, port: ip.dport }
  const remote = { ip: ip.source, port: ip.sport }
  const at = { ns: ns.name, place: `${protocol} ${ip.dport}` }
  let socket: Socket | undefined = skb.socket === 0 ? undefined : net.state.sockets.get(skb.socket)
  if (socket?.ns !== ns.name || (socket.state !== 'listen' && socket.state !== 'bound')) socket = undefined
  socket ??= connectedTo(net, ns.name, protocol, local, remote)
  if (!socket) {
    const chosen = yield* runSkLookup(net, ns, protocol, local, remote, device.ifindex)
    if (chosen === 'drop') return tell(net, skb, at, 'dropped', 'sk_lookup')
    socket = chosen ?? listeningAt(net, ns.name, protocol, local)
  }
  const mine = { ...skb, socket: socket?.id ?? 0 }
  if (socket) {
    const cgroup = yield* runCgroupSkb(net, ns, device, mine, 'ingress')
    if (cgroup.kind === 'drop') return tell(net, mine, at, 'dropped', cgroup.why)
  }
  if (protocol === 'tcp') yield* receiveTcp(net, ns, mine, ip, socket)
  else yield* receiveUdp(net, ns, mine, ip, socket)
}

function* toIcmp(net: Net, ns: Namespace, skb: Skb, ip: IpHeader): Happening {
  const at = { ns: ns.name, place: 'icmp' }
  const b = skb.bytes
  if (ip.l4 + 8 > ip.end) return tell(net, skb, at, 'dropped', 'bad ICMP')
  const rest = ipAt(b, ip.l4 + 4)
  switch (b[ip.l4]) {
    case ECHO_REQUEST: {
      tell(net, skb, at, 'answered', 'echo')
      return yield* net.output(ns, icmpPacket(net, ip.dest, ip.source, ECHO_REPLY, 0, rest, b.slice(ip.l4 + 8, ip.end)))
    }
    case ECHO_REPLY:
      tell(net, skb, at, 'delivered', 'echo reply')
      return pingAnswered(net, ns.name, rest, ipText(ip.source), ip.end - ip.l4)
    case DEST_UNREACHABLE:
    case TIME_EXCEEDED:
      tell(net, skb, at, 'delivered', b[ip.l4] === TIME_EXCEEDED ? 'time exceeded' : 'destination unreachable')
      return yield* aboutPacket(
        net,
        ns,
        b,
        ip,
        b[ip.l4] === TIME_EXCEEDED ? 'time to live exceeded' : (UNREACHABLE[b[ip.l4 + 1]] ?? 'unreachable'),
      )
    default:
      return tell(net, skb, at, 'dropped', `ICMP type ${b[ip.l4]}`)
  }
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'no route to host',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  13: 'administratively prohibited',
}

/** An error about a packet of ours: its first bytes are quoted, cut as they are. */
function* aboutPacket(net: Net, ns: Namespace, b: Uint8Array, outer: IpHeader, why: string): Happening {
  const at = outer.l4 + 8
  if (at + 28 > outer.end) return
  const l4 = at + (b[at] & 15) * 4
  const protocol = b[at + 9]
  if (protocol === IPPROTO_ICMP) return pingFailed(net, ns.name, ipAt(b, l4 + 4), why)
  // A socket of UDP that is not connected is not told (no IP_RECVERR).
  if (protocol !== IPPROTO_TCP) return
  const local = { ip: ipAt(b, at + 12), port: (b[l4] << 8) | b[l4 + 1] }
  const remote = { ip: ipAt(b, at + 16), port: (b[l4 + 2] << 8) | b[l4 + 3] }
  const socket = connectedTo(net, ns.name, 'tcp', local, remote)
  if (socket) yield* unreachable(net, socket, why)
}
