// Sockets of the network's servers and clients: records in tables, found by port or by whole tuple, each with the kernel's Sock that programs see.
// Linux: __inet_lookup_established(), __inet_lookup_listener().
import { addSock } from '../kernel.ts'
import { isSockTable } from '../maps/sock-table.ts'
import { createSock, type Sock } from '../sock.ts'
import { anyOf, type Family, familyOf, type Ip, isAny, swapped, swapped16, words6 } from './address.ts'
import type { App } from './app.ts'
import { type Endpoint, keyOfEndpoint } from './endpoint.ts'
import type { Net } from './net.ts'
import type { Tcp } from './tcp.ts'
import type { Namespace } from './types.ts'

export type SocketState =
  | 'closed'
  | 'listen'
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'closing'
  | 'close-wait'
  | 'last-ack'
  /** Of UDP. */
  | 'bound'

/** Immutable; `put` replaces it. */
export interface Socket {
  readonly id: number
  readonly ns: string
  readonly family: Family
  readonly protocol: 'tcp' | 'udp'
  readonly state: SocketState
  readonly local: Endpoint
  readonly remote: Endpoint
  /** What connect() was called with, before programs changed it. */
  readonly asked: Endpoint
  /** Number of the kernel's Sock. */
  readonly sock: number
  /** Listening socket that it came from; 0 = none. */
  readonly listener: number
  readonly app: App
  readonly tcp: Tcp | undefined
  readonly mark: number
  readonly priority: number
  /** Number of its group where several sockets share the address and port; 0 = none do. */
  readonly reuseport: number
}

const AF = { ip4: 2, ip6: 10 } as const
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const IPPROTO_TCP = 6
const IPPROTO_UDP = 17

/** States as TCP_ numbers. */
const STATES: Readonly<Record<SocketState, number>> = {
  closed: 7,
  listen: 10,
  'syn-sent': 2,
  'syn-received': 3,
  established: 1,
  'fin-wait-1': 4,
  'fin-wait-2': 5,
  closing: 11,
  'close-wait': 8,
  'last-ack': 9,
  bound: 7,
}
export const stateNumber = (state: SocketState): number => STATES[state]

/** A new socket of a namespace, known to nobody yet. */
export function createSocket(net: Net, ns: Namespace, family: Family, protocol: 'tcp' | 'udp', app: App): Socket {
  const nobody: Endpoint = { ip: anyOf(family), port: 0 }
  const id = net.state.nextSocket++
  const free = net.state.freeSocks.get(ns.host) ?? []
  const { kernel } = ns
  const reused = free[free.length - 1]
  if (reused !== undefined) {
    net.state.freeSocks.set(ns.host, free.slice(0, -1))
    kernel.socks[reused] = createSock(reused)
  }
  const sock = reused === undefined ? addSock(kernel) : kernel.socks[reused]
  sock.family = AF[family]
  sock.isV6Only = family === 'ip6'
  sock.type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM
  sock.protocol = protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP
  sock.netnsCookie = ns.cookie
  sock.cgroups = ns.cgroupIds
  const socket: Socket = {
    id,
    ns: ns.name,
    family,
    protocol,
    state: 'closed',
    local: nobody,
    remote: nobody,
    asked: nobody,
    sock: sock.id,
    listener: 0,
    app,
    tcp: undefined,
    mark: 0,
    priority: 0,
    reuseport: 0,
  }
  net.state.sockets.set(id, socket)
  return socket
}

/** Puts a changed record in, and shows programs what is new of it. */
export function put(net: Net, socket: Socket): Socket {
  const { state, namespaces } = net
  const before = state.sockets.get(socket.id)
  state.sockets.set(socket.id, socket)
  if (before && keyOf(before) !== keyOf(socket)) {
    unbind(net, before)
    bind(net, socket)
  } else if (before && before.state !== socket.state && !state.bound.has(keyOf(socket))) bind(net, socket)
  const sock = namespaces.get(socket.ns)?.kernel.socks[socket.sock]
  if (sock) {
    sock.state = stateNumber(socket.state)
    showAddress(sock, 'local', socket.local.ip)
    showAddress(sock, 'remote', socket.remote.ip)
    sock.localPort = socket.local.port
    sock.remotePort = swapped16(socket.remote.port)
    sock.mark = socket.mark
    sock.priority = socket.priority
    sock.reuseport = socket.reuseport
    if (socket.tcp) {
      const { sndNxt, sndUna, rcvNxt, mss } = socket.tcp
      sock.tcp = { snd_nxt: sndNxt, snd_una: sndUna, rcv_nxt: rcvNxt, mss_cache: mss, snd_cwnd: 10 }
    }
  }
  return socket
}

function showAddress(sock: Sock, end: 'local' | 'remote', ip: Ip): void {
  if (typeof ip === 'number') sock[`${end}Ip4`] = swapped(ip) | 0
  else sock[`${end}Ip6`].set(words6(ip))
}

/** A socket that is closed: nobody finds it any more. */
export function forget(net: Net, socket: Socket): void {
  const { state, namespaces } = net
  unbind(net, state.sockets.get(socket.id) ?? socket)
  state.sockets.delete(socket.id)
  const ns = namespaces.get(socket.ns)
  if (!ns) return
  ns.kernel.socks[socket.sock].state = stateNumber('closed')
  for (const map of ns.kernel.maps) if (isSockTable(map)) map.dropSock(socket.sock)
  state.freeSocks.set(ns.host, [...(state.freeSocks.get(ns.host) ?? []), socket.sock])
}

const isConnected = (s: Socket): boolean => s.remote.port !== 0

/** Key of the table of ports and tuples; empty = it has no port yet. */
function keyOf(s: Socket): string {
  if (s.local.port === 0) return ''
  if (!isConnected(s)) return portKey(s.ns, s.protocol, s.local.port)
  return tupleKey(s.ns, s.protocol, s.local, s.remote)
}

const portKey = (ns: string, protocol: string, port: number): string => `${ns} ${protocol} ${port}`
const tupleKey = (ns: string, protocol: string, local: Endpoint, remote: Endpoint): string =>
  `${ns} ${protocol} ${keyOfEndpoint(local)} ${keyOfEndpoint(remote)}`

function bind({ state }: Net, socket: Socket): void {
  const key = keyOf(socket)
  if (key === '') return
  const there = state.bound.get(key) ?? []
  if (!there.includes(socket.id)) state.bound.set(key, [...there, socket.id])
}

function unbind({ state }: Net, socket: Socket): void {
  const key = keyOf(socket)
  const left = (state.bound.get(key) ?? []).filter((id) => id !== socket.id)
  if (left.length === 0) state.bound.delete(key)
  else state.bound.set(key, left)
}

function first({ state }: Net, key: string, fits: (s: Socket) => boolean): Socket | undefined {
  for (const id of state.bound.get(key) ?? []) {
    const socket = state.sockets.get(id)
    if (socket && fits(socket)) return socket
  }
  return undefined
}

/** The connected socket of a tuple. */
export const connectedTo = (net: Net, ns: string, protocol: 'tcp' | 'udp', local: Endpoint, remote: Endpoint): Socket | undefined =>
  first(net, tupleKey(ns, protocol, local, remote), () => true)

/** The socket that takes new connections or datagrams at an address. */
export const listeningAt = (net: Net, ns: string, protocol: 'tcp' | 'udp', local: Endpoint): Socket | undefined =>
  first(net, portKey(ns, protocol, local.port), (s) => s.local.ip === local.ip && takesNew(s)) ??
  first(net, portKey(ns, protocol, local.port), (s) => isAny(s.local.ip) && s.family === familyOf(local.ip) && takesNew(s))

const takesNew = (s: Socket): boolean => s.state === 'listen' || s.state === 'bound'

/** The sockets of a group, in the order in which they were bound. */
export const socketsOfGroup = ({ state }: Net, { ns, protocol, local, reuseport }: Socket): Socket[] =>
  (state.bound.get(portKey(ns, protocol, local.port)) ?? []).flatMap((id) => {
    const s = state.sockets.get(id)
    return s && s.reuseport === reuseport && takesNew(s) ? [s] : []
  })

/** Number of the group at an address: that of the sockets that are there already, or a new one. */
export function groupAt(net: Net, socket: Socket, at: Endpoint): number {
  const there = first(net, portKey(socket.ns, socket.protocol, at.port), (s) => s.reuseport !== 0 && s.local.ip === at.ip)
  return there ? there.reuseport : net.state.nextGroup++
}

/** The socket of a number of the kernel's. */
export function socketOfSock(net: Net, host: string, sock: number): Socket | undefined {
  for (const s of net.state.sockets.values()) if (s.sock === sock && net.namespaces.get(s.ns)?.host === host) return s
  return undefined
}

const FIRST_PORT = 32768
const PORTS = 28232

/** A port that the system chooses: ip_local_port_range, spread by the seed. */
export function freePort(net: Net, ns: string, protocol: 'tcp' | 'udp', local: Ip, remote: Endpoint): number {
  for (let i = 0; i < PORTS; i++) {
    const n = net.state.nextPort++
    const port = FIRST_PORT + ((n * 2 + net.seed * 7919) % PORTS)
    const isTaken =
      net.state.bound.has(portKey(ns, protocol, port)) || net.state.bound.has(tupleKey(ns, protocol, { ip: local, port }, remote))
    if (!isTaken) return port
  }
  return 0
}
