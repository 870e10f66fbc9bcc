// What programs ask of the network, answered from its tables: interfaces, sockets, the forwarding table. One for each kernel; questions are about the
// namespace in which the program runs, which the network notes before it lets one run.
// Linux: bpf_ipv4_fib_lookup(), bpf_sk_lookup() in net/core/filter.c.
import { EINVAL, ENODEV, ENOENT } from '../errno.ts'
import type { FibQuery, NetHost, SocketQuery } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import type { Sock } from '../sock.ts'
import { type Ip, ipAt, swapped16 } from './address.ts'
import { neighbour } from './arp.ts'
import { putMac } from './headers.ts'
import { isUp, type Net } from './net.ts'
import { routeTo } from './route.ts'
import { connectedTo, listeningAt, socketOfSock } from './socket.ts'
import type { Namespace, NetInterface } from './types.ts'

const ETH_HLEN = 14

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
      // A descriptor is not there to be had: user space of a scenario calls its sockets by the port that they listen on.
      const found = [...net.state.sockets.values()].find(
        (s) => s.local.port === fd && s.state === 'listen' && net.namespaces.get(s.ns)?.host === host,
      )
      return found && kernel.socks[found.sock]
    },
    setOption: (sock, level, name, value) => setOption(net, host, sock, level, name, value),
    getOption: (sock, level, name, value) => getOption(net, host, sock, level, name, value),
  }
}

/** The socket of a tuple whose destination is ours; of another namespace of the host where its cookie is given. */
function lookup(net: Net, kernel: Kernel, here: Namespace | undefined, host: string, query: SocketQuery): Sock | undefined {
  if (query.family !== 'ip4') return undefined
  const ns = query.netns < 0 ? here : [...net.namespaces.values()].find((n) => n.host === host && n.cookie === BigInt(query.netns))
  if (!ns) return undefined
  const local = { ip: ipAt(query.dest, 0), port: swapped16(query.destPort) }
  const remote = { ip: ipAt(query.source, 0), port: swapped16(query.sourcePort) }
  const socket = connectedTo(net, ns.name, query.protocol, local, remote) ?? listeningAt(net, ns.name, query.protocol, local)
  return socket && kernel.socks[socket.sock]
}

// BPF_FIB_LKUP_RET_
const SUCCESS = 0
const NOT_FWDED = 4
const FWD_DISABLED = 5
const NO_NEIGH = 7
const FRAG_NEEDED = 8
const UNREACHABLE = 2
const NO_SRC_ADDR = 9

// BPF_FIB_LOOKUP_
const DIRECT = 1
const OUTPUT = 2
const SKIP_NEIGH = 4
const SRC = 16

const AF_INET = 2
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

/** Fills struct bpf_fib_lookup as Linux does. */
function fib(net: Net, ns: Namespace | undefined, { params, flags, packetLength }: FibQuery): number {
  if (params.getUint8(0) !== AF_INET) return NOT_FWDED
  const from = ns?.interfaces.get(params.getUint32(PARAMS.ifindex, true))
  if (!ns || !from) return -ENODEV
  if (!ns.forwards && !(flags & (OUTPUT | DIRECT))) return FWD_DISABLED
  const dest: Ip = params.getUint32(PARAMS.dest)
  const way = routeTo(ns, dest)
  if (way.kind === 'none') return UNREACHABLE
  if (way.kind === 'local') return NOT_FWDED
  const length = params.getUint16(PARAMS.totalLength, true) || Math.max(0, packetLength - ETH_HLEN)
  const { device } = way
  params.setUint32(PARAMS.ifindex, device.ifindex, true)
  if (length > device.mtu) {
    params.setUint16(PARAMS.totalLength, device.mtu, true)
    return FRAG_NEEDED
  }
  // The next hop replaces the destination, the metric shares its place with the sender's traffic class.
  params.setUint32(PARAMS.dest, way.next)
  if (flags & SRC) {
    if (way.source === 0) return NO_SRC_ADDR
    params.setUint32(PARAMS.source, way.source)
  }
  params.setUint32(PARAMS.vlan, 0, true)
  if (flags & SKIP_NEIGH) return SUCCESS
  const mac = device.kind === 'lo' ? device.mac : neighbour(net, device, way.next)
  if (mac === undefined || !isUp(net, device)) return NO_NEIGH
  const out = new Uint8Array(params.buffer, params.byteOffset, params.byteLength)
  putMac(out, PARAMS.sourceMac, device.mac)
  putMac(out, PARAMS.destMac, mac)
  return SUCCESS
}

const SOL_SOCKET = 1
const SO_PRIORITY = 12
const SO_MARK = 36
const ENOPROTOOPT = 92

/** bpf_setsockopt(): mark and priority are kept and go with the packets; TCP options that steer what is not modelled are taken and do nothing. */
function setOption(net: Net, host: string, sock: Sock, level: number, name: number, value: Uint8Array): number {
  if (value.length < 4) return -EINVAL
  const number = new DataView(value.buffer, value.byteOffset).getUint32(0, true)
  const socket = socketOfSock(net, host, sock.id)
  if (level === SOL_SOCKET && (name === SO_MARK || name === SO_PRIORITY)) {
    if (name === SO_MARK) sock.mark = number
    else sock.priority = number
    if (socket) net.state.sockets.set(socket.id, { ...socket, mark: sock.mark, priority: sock.priority })
    return 0
  }
  return -ENOPROTOOPT
}

function getOption(net: Net, host: string, sock: Sock, level: number, name: number, value: Uint8Array): number {
  if (value.length < 4) return -EINVAL
  const view = new DataView(value.buffer, value.byteOffset)
  if (level === SOL_SOCKET && name === SO_MARK) view.setUint32(0, sock.mark, true)
  else if (level === SOL_SOCKET && name === SO_PRIORITY) view.setUint32(0, sock.priority, true)
  else if (level === 0 && name === SO_ORIGINAL_DST) return originalDst(net, host, sock, value)
  else return -ENOPROTOOPT
  return 0
}

const SO_ORIGINAL_DST = 80
const SOCKADDR_IN = 16

/** Where a connection was meant to go before it was translated. */
function originalDst(net: Net, host: string, sock: Sock, value: Uint8Array): number {
  const socket = socketOfSock(net, host, sock.id)
  if (!socket || value.length < SOCKADDR_IN) return -EINVAL
  for (const conn of net.state.tracked.values()) {
    const { original, reply } = conn
    if (reply.source !== socket.local.ip || reply.sport !== socket.local.port || reply.dest !== socket.remote.ip) continue
    if (reply.dport !== socket.remote.port) continue
    const view = new DataView(value.buffer, value.byteOffset)
    view.setUint16(0, AF_INET, true)
    view.setUint16(2, original.dport)
    view.setUint32(4, original.dest)
    return 0
  }
  return -ENOENT
}
