// Sockets and pipes of processes: their objects (struct socket, struct sock), the states of TCP with its tracepoint, and bytes that go from one end to the
// other. Both ends on one host are connected here; a server of the scenario that is no process answers by itself after its time.
//
//   connect ─ SYN_SENT ──(round trip)──▶ ESTABLISHED ─ write ──(half a trip)──▶ inbox of the other end ─ read
//
// Linux: net/socket.c, net/ipv4/af_inet.c, net/ipv4/tcp.c.

import { DIRECT_HI } from '../address.ts'
import { EAGAIN, EBADF, EFAULT } from '../errno.ts'
import { addSock } from '../kernel.ts'
import type { Sock } from '../sock.ts'
import type { Happening } from '../world/engine.ts'
import { call, enter, security, trace } from './calls.ts'
import { fsOf, makeInode, openFile, setInode, words } from './files.ts'
import { AF_INET, AF_UNIX, errno, SOCK_DGRAM, SOCK_STREAM, TCP_CLOSE, TCP_ESTABLISHED, TCP_LISTEN, TCP_SYN_SENT } from './numbers.ts'
import { cgroupIds, netObject } from './objects.ts'
import { draw, type Runtime } from './runtime.ts'
import { wake } from './schedule.ts'
import type { Dentry, OpenFile, SocketState, TaskState } from './state.ts'
import { make, pointer, put, textObject } from './structs.ts'
import type { Outcome } from './syscalls/body.ts'
import { textBytes, write as writeUser } from './user-memory.ts'

const TCP_FIN_WAIT1 = 4
const TCP_CLOSE_WAIT = 8
const IPPROTO_TCP = 6
const IPPROTO_UDP = 17
/** Round trips: within a host, and to another one. */
const NEAR_NS = 40_000
const FAR_NS = 350_000
const MAX_INBOX = 1 << 20

const STRUCTS = { tcp: 'tcp_sock', udp: 'udp_sock', unix: 'unix_sock', pipe: '' } as const

export function newSocket(rt: Runtime, t: TaskState, kind: SocketState['kind']): SocketState {
  const s: SocketState = {
    id: rt.state.sockets.length,
    kind,
    owner: t.tgid,
    cgroup: t.cgroup,
    node: t.node,
    local: '0.0.0.0',
    localPort: 0,
    remote: '0.0.0.0',
    remotePort: 0,
    tcp: TCP_CLOSE,
    peer: -1,
    served: false,
    inbox: '',
    closed: false,
    ended: false,
    sentNs: 0,
    backlog: [],
    sock: 0,
    socket: 0,
    error: 0,
  }
  rt.state.sockets.push(s)
  if (kind === 'pipe') return s
  const { kernel: k, structs } = rt
  const type = kind === 'udp' ? SOCK_DGRAM : SOCK_STREAM
  s.sock = make(k, structs, STRUCTS[kind], {})
  s.socket = make(k, structs, 'socket', { type, sk: pointer(s.sock), state: 1 })
  put(k, structs, s.sock, 'sock', {
    '__sk_common.skc_net.net': pointer(netObject(rt, t)),
    sk_type: type,
    sk_protocol: kind === 'tcp' ? IPPROTO_TCP : kind === 'udp' ? IPPROTO_UDP : 0,
    sk_socket: pointer(s.socket),
    'sk_uid.val': t.euid,
    sk_sndbuf: 87040,
    sk_rcvbuf: 131072,
  })
  const view = addSock(k)
  view.object = [s.sock, DIRECT_HI]
  view.uid = t.euid
  view.type = type
  view.family = kind === 'unix' ? AF_UNIX : AF_INET
  view.protocol = kind === 'tcp' ? IPPROTO_TCP : kind === 'udp' ? IPPROTO_UDP : 0
  view.cgroups = cgroupIds(rt, t)
  view.netnsCookie = BigInt(rt.network.netnsCookie(t.node))
  showSocket(rt, s)
  return s
}

/** The socket as programs see it. */
export const viewOf = (rt: Runtime, s: SocketState): Sock | undefined => rt.kernel.socks.find((v) => v.object[0] === s.sock && s.sock !== 0)

/** Addresses, ports and state as struct sock has them. */
function showSocket(rt: Runtime, s: SocketState): void {
  if (s.sock === 0) return
  const view = viewOf(rt, s)
  if (view) {
    view.state = s.tcp
    view.localPort = s.localPort
    view.remotePort = swap16(s.remotePort)
    if (s.kind !== 'unix') {
      view.localIp4 = networkWord(s.local) | 0
      view.remoteIp4 = networkWord(s.remote) | 0
    }
  }
  put(rt.kernel, rt.structs, s.sock, 'sock', {
    '__sk_common.skc_family': s.kind === 'unix' ? AF_UNIX : AF_INET,
    '__sk_common.skc_state': s.tcp,
    '__sk_common.skc_daddr': networkWord(s.remote),
    '__sk_common.skc_rcv_saddr': networkWord(s.local),
    '__sk_common.skc_dport': swap16(s.remotePort),
    '__sk_common.skc_num': s.localPort,
    sk_ack_backlog: s.backlog.length,
  })
  if (s.kind === 'tcp' || s.kind === 'udp')
    put(rt.kernel, rt.structs, s.sock, 'inet_sock', { inet_saddr: networkWord(s.local), inet_sport: swap16(s.localPort) })
  put(rt.kernel, rt.structs, s.socket, 'socket', { state: s.tcp === TCP_ESTABLISHED ? 3 : s.tcp === TCP_SYN_SENT ? 2 : 1 })
}

/** "10.0.0.9" as a little-endian load of the network-order word sees it. */
export const networkWord = (address: string): number => address.split('.').reduce((word, byte, i) => word + Number(byte) * 2 ** (8 * i), 0)
export const swap16 = (port: number): number => ((port & 0xff) << 8) | (port >> 8)
const dotted = (bytes: Uint8Array): string => [...bytes].join('.')

/** The file of a socket, in a file system of its own. */
export function socketFile(rt: Runtime, t: TaskState, s: SocketState, flags = 2): OpenFile {
  const name = s.kind === 'pipe' ? `pipe:[${rt.state.nextIno}]` : `socket:[${rt.state.nextIno}]`
  const kind = s.kind === 'pipe' ? 'pipe' : 'socket'
  const inode = makeInode(rt, '', name, kind, 0o777, '', t.euid)
  const ram = make(rt.kernel, rt.structs, 'dentry', { 'd_name.len': 0, 'd_name.name': pointer(textObject(rt, '')) })
  const dentry: Dentry = { path: name, fs: fsOf(t), inode: -1, ram }
  setInode(rt, dentry, inode)
  const file = openFile(rt, t, dentry, flags, kind, s.id)
  if (s.socket !== 0) {
    put(rt.kernel, rt.structs, file.ram, 'file', { private_data: pointer(s.socket) })
    put(rt.kernel, rt.structs, s.socket, 'socket', { file: pointer(file.ram) })
  }
  return file
}

/** A struct sockaddr_in of user space, copied for the kernel; undefined = -EFAULT or not IPv4. */
export function addressAt(bytes: Uint8Array): { readonly address: string; readonly port: number } | undefined {
  if (bytes.length < 16 || (bytes[0] | (bytes[1] << 8)) !== AF_INET) return undefined
  return { address: dotted(bytes.subarray(4, 8)), port: (bytes[2] << 8) | bytes[3] }
}

export function sockaddrBytes(address: string, port: number): Uint8Array {
  const out = new Uint8Array(16)
  out.set([AF_INET, 0, port >> 8, port & 0xff, ...address.split('.').map(Number)])
  return out
}

/** The same in the kernel's memory. */
export function kernelSockaddr(rt: Runtime, bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return words(rt, [view.getBigUint64(0, true), view.getBigUint64(8, true)])
}

/** tcp_set_state() and the tracepoint in it. */
export function* setTcpState(rt: Runtime, s: SocketState, to: number): Happening {
  const from = s.tcp
  if (from === to) return
  yield* call(rt, 'tcp_set_state', [pointer(s.sock), BigInt(to)], function* () {
    yield* trace(rt, 'sock/inet_sock_set_state', [pointer(s.sock), BigInt(from), BigInt(to)], {
      skaddr: pointer(s.sock),
      oldstate: from,
      newstate: to,
      sport: s.localPort,
      dport: s.remotePort,
      family: AF_INET,
      protocol: IPPROTO_TCP,
      saddr: networkWord(s.local),
      daddr: networkWord(s.remote),
    })
    s.tcp = to
    showSocket(rt, s)
    return 0n
  })
}

const isLocal = (rt: Runtime, node: string, address: string): boolean =>
  address.startsWith('127.') || address === rt.network.addressOf(node)

/** The listening (or bound) socket of a process of this host at an address. */
export function listener(rt: Runtime, from: string, address: string, port: number, kind: 'tcp' | 'udp'): SocketState | undefined {
  return rt.state.sockets.find(
    (s) =>
      s.kind === kind &&
      !s.closed &&
      s.localPort === port &&
      (kind === 'udp' ? s.remotePort === 0 : s.tcp === TCP_LISTEN) &&
      (s.local === address || (s.local === '0.0.0.0' && (address.startsWith('127.') ? s.node === from : isLocal(rt, s.node, address)))),
  )
}

export function bindLocal(rt: Runtime, s: SocketState, address: string, port: number): void {
  s.local = address
  s.localPort = port === 0 ? rt.state.nextPort++ : port
  showSocket(rt, s)
}

/** The first half of connect(): the handshake is on its way. What it waits for, or an error. */
export function* startConnect(rt: Runtime, t: TaskState, s: SocketState, address: string, port: number): Happening<Outcome> {
  s.remote = address
  s.remotePort = port
  if (s.localPort === 0) bindLocal(rt, s, rt.network.addressOf(t.node), 0)
  const uaddr = kernelSockaddr(rt, sockaddrBytes(address, port))
  const started = yield* call(rt, 'tcp_v4_connect', [pointer(s.sock), uaddr, 16n], function* () {
    yield* setTcpState(rt, s, TCP_SYN_SENT)
    yield* call(rt, 'tcp_connect', [pointer(s.sock)])
    return 0n
  })
  if (started !== 0n) {
    yield* setTcpState(rt, s, TCP_CLOSE)
    return started
  }
  rt.world.schedule(tripNs(rt, t.node, address), rt.part, { kind: 'handshake', socket: s.id })
  return { wait: { kind: 'connected', socket: s.id } }
}

function tripNs(rt: Runtime, node: string, address: string): number {
  const near = isLocal(rt, node, address) || rt.state.sockets.some((s) => isLocal(rt, s.node, address))
  const base = near ? NEAR_NS : FAR_NS
  return base + draw(rt, base >> 2)
}

/** The answer to a SYN has come: in the softirq of whatever runs. */
export function* finishHandshake(rt: Runtime, s: SocketState): Happening {
  const target = listener(rt, s.node, s.remote, s.remotePort, 'tcp')
  const served = !target && rt.network.server(s.remote, s.remotePort, 'tcp') !== undefined
  if (!target && !served) {
    s.error = errno('ECONNREFUSED')
    yield* setTcpState(rt, s, TCP_CLOSE)
  } else {
    yield* call(rt, 'tcp_finish_connect', [pointer(s.sock), 0n], function* () {
      yield* setTcpState(rt, s, TCP_ESTABLISHED)
      return 0n
    })
    s.served = served
    if (target) yield* arrive(rt, target, s)
  }
  yield* wakeWaiters(rt, (t) => t.wait?.kind === 'connected' && t.wait.socket === s.id)
}

/** A connection for a listening socket: the socket that accept() will hand out. */
function* arrive(rt: Runtime, target: SocketState, from: SocketState): Happening {
  const owner = rt.state.tasks.get(target.owner)
  if (!owner) return
  const s = newSocket(rt, owner, 'tcp')
  Object.assign(s, { local: from.remote, localPort: target.localPort, remote: from.local, remotePort: from.localPort, peer: from.id })
  from.peer = s.id
  yield* setTcpState(rt, s, TCP_ESTABLISHED)
  target.backlog.push(s.id)
  showSocket(rt, target)
  yield* wakeWaiters(rt, (t) => t.wait?.kind === 'connection' && t.wait.socket === target.id)
}

export function* wakeWaiters(rt: Runtime, waits: (t: TaskState) => boolean): Happening {
  for (const t of [...rt.state.tasks.values()]) if (t.run === 'blocked' && waits(t)) yield* wake(rt, t)
}

/** struct msghdr is not filled in: what programs get of it is its address. */
const message = (rt: Runtime): bigint => {
  const known = rt.state.shared.get('msghdr')
  const ram = known ?? make(rt.kernel, rt.structs, 'msghdr', {})
  if (known === undefined) rt.state.shared.set('msghdr', ram)
  return pointer(ram)
}

const O_NONBLOCK = 0x800

/** Bytes that have come, the end (0), or a wait for more. The functions are entered once, when it starts to wait or reads at once. */
export function* readSocket(rt: Runtime, t: TaskState, file: OpenFile, to: number, wanted: number): Happening<Outcome> {
  const s = rt.state.sockets[file.socket]
  const waited = t.call?.rest['entered'] === 1
  if (!waited && s.kind !== 'pipe') {
    const refused = yield* security(rt, 'socket_recvmsg', [pointer(s.socket), message(rt), BigInt(wanted), 0n])
    if (refused !== 0) return BigInt(refused)
    const instead = yield* enter(rt, 'sock_recvmsg', [pointer(s.socket), message(rt), 0n])
    if (instead !== undefined) return instead
    const receive = s.kind === 'udp' ? 'udp_recvmsg' : 'tcp_recvmsg'
    if (s.kind !== 'unix') {
      const over = yield* enter(rt, receive, [pointer(s.sock), message(rt), BigInt(wanted), 0n])
      if (over !== undefined) return over
    }
  }
  if (s.inbox === '') {
    const peer = rt.state.sockets[s.peer]
    if (s.ended || (s.kind === 'tcp' && s.tcp !== TCP_ESTABLISHED && s.tcp !== TCP_CLOSE_WAIT) || (s.kind === 'pipe' && !peer)) return 0n
    if (file.flags & O_NONBLOCK) return BigInt(-EAGAIN)
    return { wait: { kind: 'data', socket: s.id }, rest: { entered: 1 } }
  }
  const part = s.kind === 'udp' ? datagram(s) : s.inbox
  const bytes = textBytes(part).subarray(0, wanted)
  if (!writeUser(rt.state.spaces[t.mm], to, bytes)) return BigInt(-EFAULT)
  s.inbox = s.kind === 'udp' ? s.inbox.slice(part.length + 1) : s.inbox.slice(bytes.length)
  if (s.kind === 'tcp') yield* call(rt, 'tcp_cleanup_rbuf', [pointer(s.sock), BigInt(bytes.length)])
  return BigInt(bytes.length)
}

/** Datagrams end with this; it does not occur among bytes. */
const END = '\u{ffff}'
const datagram = (s: SocketState): string => s.inbox.slice(0, s.inbox.indexOf(END))

/** Sends to the other end. `from`: where the bytes lie in user space. */
export function* writeSocket(rt: Runtime, _t: TaskState, file: OpenFile, _from: number, text: string): Happening<bigint> {
  const s = rt.state.sockets[file.socket]
  if (s.kind === 'pipe') {
    const peer = rt.state.sockets[s.peer]
    if (!peer || peer.closed) return BigInt(errno('EPIPE'))
    yield* deliver(rt, peer, text)
    return BigInt(text.length)
  }
  const length = BigInt(text.length)
  return yield* call(rt, 'sock_sendmsg', [pointer(s.socket), message(rt)], function* () {
    const refused = yield* security(rt, 'socket_sendmsg', [pointer(s.socket), message(rt), length])
    if (refused !== 0) return BigInt(refused)
    if (s.kind === 'unix') return length
    return yield* call(rt, 'inet_sendmsg', [pointer(s.socket), message(rt), length], function* () {
      if (s.kind === 'udp') return yield* sendDatagram(rt, s, s.remote, s.remotePort, text)
      return yield* call(rt, 'tcp_sendmsg', [pointer(s.sock), message(rt), length], () => sendStream(rt, s, text))
    })
  })
}

function* sendStream(rt: Runtime, s: SocketState, text: string): Happening<bigint> {
  return yield* call(rt, 'tcp_sendmsg_locked', [pointer(s.sock), message(rt), BigInt(text.length)], () => {
    if (s.tcp !== TCP_ESTABLISHED && s.tcp !== TCP_CLOSE_WAIT) return BigInt(errno('EPIPE'))
    send(rt, s, { kind: 'segment', socket: s.id, text })
    return BigInt(text.length)
  })
}

/** What a stream carries arrives in the order in which it was sent. */
function send(rt: Runtime, s: SocketState, what: object): void {
  const { nowNs } = rt.world
  s.sentNs = Math.max(nowNs + (tripNs(rt, s.node, s.remote) >> 1), s.sentNs + 1)
  rt.world.schedule(s.sentNs - nowNs, rt.part, what)
}

/** udp_sendmsg() to an address. */
export function* sendDatagram(rt: Runtime, s: SocketState, address: string, port: number, text: string): Happening<bigint> {
  if (port === 0) return BigInt(errno('EDESTADDRREQ'))
  if (s.localPort === 0) bindLocal(rt, s, rt.network.addressOf(s.node), 0)
  return yield* call(rt, 'udp_sendmsg', [pointer(s.sock), message(rt), BigInt(text.length)], () => {
    rt.world.schedule(tripNs(rt, s.node, address) >> 1, rt.part, { kind: 'datagram', socket: s.id, address, port, text })
    return BigInt(text.length)
  })
}

/** Bytes of a stream have come to the other end, or to a server that answers by itself. */
export function* arriveSegment(rt: Runtime, s: SocketState, text: string): Happening {
  const peer = rt.state.sockets[s.peer]
  if (peer) {
    if (!peer.closed) yield* deliver(rt, peer, text)
    return
  }
  const server = rt.network.server(s.remote, s.remotePort, 'tcp')
  if (!server || server.answers === 'nothing') return
  const answer = server.answers === 'echo' ? text : httpAnswer(server.status ?? {}, text)
  rt.world.schedule((server.serviceMs ?? 1) * 1e6 + FAR_NS / 2, rt.part, { kind: 'answer', socket: s.id, text: answer })
}

export function* arriveDatagram(rt: Runtime, s: SocketState, address: string, port: number, text: string): Happening {
  const target =
    listener(rt, s.node, address, port, 'udp') ??
    rt.state.sockets.find((o) => o.kind === 'udp' && !o.closed && o.localPort === port && isLocal(rt, o.node, address))
  if (target) {
    yield* deliver(rt, target, text + END)
    return
  }
  const server = rt.network.server(address, port, 'udp')
  if (server && server.answers !== 'nothing')
    rt.world.schedule((server.serviceMs ?? 1) * 1e6 + FAR_NS / 2, rt.part, { kind: 'answer', socket: s.id, text: text + END })
}

export function* deliver(rt: Runtime, s: SocketState, text: string): Happening {
  if (s.inbox.length + text.length > MAX_INBOX) return
  s.inbox += text
  yield* wakeWaiters(rt, (t) => t.wait?.kind === 'data' && t.wait.socket === s.id)
}

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 404: 'Not Found', 500: 'Internal Server Error', 503: 'Service Unavailable' }

function httpAnswer(status: Readonly<Record<string, number>>, request: string): string {
  const path = /^\w+ (\S+)/.exec(request)?.[1] ?? '/'
  const code = status[path] ?? 200
  const body = `${path}\n`
  return `HTTP/1.1 ${code} ${REASONS[code] ?? 'Status'}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** The last descriptor of a socket is gone. */
export function* closeSocket(rt: Runtime, _t: TaskState, s: SocketState): Happening {
  s.closed = true
  const peer = rt.state.sockets[s.peer]
  if (s.kind === 'tcp') {
    yield* call(rt, 'tcp_close', [pointer(s.sock), 0n], function* () {
      if (s.tcp === TCP_ESTABLISHED) {
        yield* setTcpState(rt, s, TCP_FIN_WAIT1)
        send(rt, s, { kind: 'closed', socket: s.id })
      } else yield* setTcpState(rt, s, TCP_CLOSE)
      return 0n
    })
  }
  if (s.kind === 'pipe' && peer) yield* end(rt, peer)
}

/** Nothing more comes to a socket: who waits for data gets the end. */
function* end(rt: Runtime, s: SocketState): Happening {
  s.ended = true
  yield* wakeWaiters(rt, (t) => t.wait?.kind === 'data' && t.wait.socket === s.id)
}

/** A FIN has come to the other end. */
export function* finishClose(rt: Runtime, s: SocketState): Happening {
  const peer = rt.state.sockets[s.peer]
  if (peer && !peer.closed) {
    yield* setTcpState(rt, peer, TCP_CLOSE_WAIT)
    yield* end(rt, peer)
  }
  yield* setTcpState(rt, s, TCP_CLOSE)
}

export const notSocket = (file: OpenFile | undefined): bigint => BigInt(file ? errno('ENOTSOCK') : -EBADF)
