// What programs ask of the network, answered from its tables: interfaces, sockets, the forwarding table. One for each kernel; questions are about the
// namespace in which the program runs, which the network notes before it lets one run.
// Linux: bpf_ipv4_fib_lookup(), bpf_ipv6_fib_lookup(), bpf_sk_lookup() in net/core/filter.c.
import { EAFNOSUPPORT, EINVAL, ENODEV } from '../errno.ts'
import type { FibQuery, NetHost, SocketQuery } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import type { Sock } from '../sock.ts'
import {
  addressAt,
  addressBytes,
  type Ip,
  isAny,
  isLinkLocal,
  isMulticast6,
  LOOPBACK6,
  networkOf,
  prefixText,
  swapped16,
} from './address.ts'
import { putMac } from './headers.ts'
import { neighbour } from './neighbour.ts'
import { isUp, type Net } from './net.ts'
import { type Decision, routeTo } from './route.ts'
import { connectedTo, listeningAt, socketOfSock } from './socket.ts'
import type { Namespace, NetInterface } from './types.ts'

const ETH_HLEN = 14
const PORTS = 65536
const VLAN_HLEN = 4

export function netHost(net: Net, host: string, kernel: Kernel, current: () => Namespace | undefined): NetHost {
  const here = (): Namespace | undefined => current() ?? net.namespaces.get(host)
  const device = (ifindex: number): NetInterface | undefined => here()?.interfaces.get(ifindex)
  return {
    device: (ifindex) => {
      const found = device(ifindex)
      return found && { ifindex, mtu: found.mtu, headerLength: ETH_HLEN }
    },
    lookup: (query) => lookup(net, kernel, here(), host, query),
    fib: (query) => fib(net, here(), query),
    cloneRedirect: (ifindex) => (device(ifindex) ? 0 : -EINVAL),
    netnsCookie: (sock) => (sock ? sock.netnsCookie : (here()?.cookie ?? 1n)),
    socket: (fd) => {
      // A descriptor is not there to be had: user space of a scenario calls its sockets by the port that they listen on, and by 65536 more for each of the
      // others on that port (IPv6 after IPv4, workers in their order).
      const own = [...net.state.sockets.values()].filter((s) => s.local.port === fd % PORTS && net.namespaces.get(s.ns)?.host === host)
      const found = [...own.filter((s) => s.state === 'listen'), ...own.filter((s) => s.state === 'bound')][Math.floor(fd / PORTS)]
      return found && kernel.socks[found.sock]
    },
    optionSet: (sock) => {
      const socket = socketOfSock(net, host, sock.id)
      if (socket) net.state.sockets.set(socket.id, { ...socket, mark: sock.mark, priority: sock.priority })
    },
  }
}

/** The socket of a tuple whose destination is ours; of another namespace of the host where its cookie is given. */
function lookup(net: Net, kernel: Kernel, here: Namespace | undefined, host: string, query: SocketQuery): Sock | undefined {
  const ns = query.netns < 0 ? here : [...net.namespaces.values()].find((n) => n.host === host && n.cookie === BigInt(query.netns))
  if (!ns) return undefined
  const local = { ip: addressAt(query.dest, 0, query.family), port: swapped16(query.destPort) }
  const remote = { ip: addressAt(query.source, 0, query.family), port: swapped16(query.sourcePort) }
  const socket = connectedTo(net, ns.name, query.protocol, local, remote) ?? listeningAt(net, ns.name, query.protocol, local)
  return socket && kernel.socks[socket.sock]
}

// BPF_FIB_LKUP_RET_
const SUCCESS = 0
const NOT_FWDED = 4
const FWD_DISABLED = 5
const NO_NEIGH = 7
const FRAG_NEEDED = 8
const NO_SRC_ADDR = 9

// BPF_FIB_LOOKUP_
const DIRECT = 1
const OUTPUT = 2
const SKIP_NEIGH = 4
const SRC = 16

const AF_INET = 2
const AF_INET6 = 10
const PARAMS = {
  sport: 2,
  dport: 4,
  totalLength: 6,
  ifindex: 8,
  tos: 12,
  source: 16,
  dest: 32,
  vlan: 48,
  sourceMac: 52,
  destMac: 58,
} as const

/** Linux: rt6_need_strict() */
const staysOnLink = (ip: Ip): boolean => isMulticast6(ip) || isLinkLocal(ip) || ip === LOOPBACK6

/** Fills struct bpf_fib_lookup as Linux does. */
function fib(net: Net, ns: Namespace | undefined, { params, flags, packetLength }: FibQuery): number {
  const af = params.getUint8(0)
  if (af !== AF_INET && af !== AF_INET6) return -EAFNOSUPPORT
  const bytes = new Uint8Array(params.buffer, params.byteOffset, params.byteLength)
  const family = af === AF_INET ? 'ip4' : 'ip6'
  const dest = addressAt(bytes, PARAMS.dest, family)
  if (family === 'ip6' && (staysOnLink(dest) || staysOnLink(addressAt(bytes, PARAMS.source, family)))) return NOT_FWDED
  const from = ns?.interfaces.get(params.getUint32(PARAMS.ifindex, true))
  if (!ns || !from) return -ENODEV
  if (!ns.forwards && !(flags & (OUTPUT | DIRECT))) return FWD_DISABLED
  const way = routeTo(ns, dest)
  if (way.kind !== 'unicast') return NOT_FWDED
  const { device } = way
  const told = params.getUint16(PARAMS.totalLength, true)
  const isChecked = told !== 0 || packetLength === 0
  if (isChecked && told > device.mtu) {
    params.setUint16(PARAMS.totalLength, device.mtu, true)
    return FRAG_NEEDED
  }
  params.setUint32(PARAMS.ifindex, device.ifindex, true)
  // The next hop replaces the destination, the metric shares its place with the sender's traffic class.
  params.setUint32(PARAMS.tos, family === 'ip4' ? 0 : metricOf(way), true)
  if (flags & SRC) {
    if (isAny(way.source)) return NO_SRC_ADDR
    bytes.set(addressBytes(way.source), PARAMS.source)
  }
  bytes.set(addressBytes(way.next), PARAMS.dest)
  if (!(flags & SKIP_NEIGH)) {
    const mac = device.kind === 'lo' ? device.mac : neighbour(net, device, way.next)
    if (mac === undefined || !isUp(net, device)) return NO_NEIGH
    putMac(bytes, PARAMS.sourceMac, device.mac)
    putMac(bytes, PARAMS.destMac, mac)
  }
  params.setUint32(PARAMS.vlan, 0, true)
  params.setUint16(PARAMS.totalLength, device.mtu, true)
  return !isChecked && packetLength > device.mtu + ETH_HLEN + VLAN_HLEN ? FRAG_NEEDED : SUCCESS
}

/** Of routes that addresses bring, and that `ip route` makes. */
const metricOf = ({ device, to }: Decision & { kind: 'unicast' }): number =>
  device.addresses.some((a) => prefixText(networkOf(a)) === prefixText(to)) ? 256 : 1024
