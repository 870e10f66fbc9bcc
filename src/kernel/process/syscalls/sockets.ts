// System calls on sockets and pipes. Linux: net/socket.c, net/ipv4/af_inet.c, fs/pipe.c.
import { EFAULT, EINVAL } from '../../errno.ts'
import type { Happening } from '../../world/engine.ts'
import { call, enter, leave, security } from '../calls.ts'
import { fileAt, install } from '../files.ts'
import { AF_INET, AF_UNIX, errno, SOCK_DGRAM, SOCK_STREAM, TCP_LISTEN } from '../numbers.ts'
import type { Runtime } from '../runtime.ts'
import {
  addressAt,
  bindLocal,
  kernelSockaddr,
  newSocket,
  notSocket,
  readSocket,
  sendDatagram,
  setTcpState,
  sockaddrBytes,
  socketFile,
  startConnect,
  writeSocket,
} from '../sockets.ts'
import type { OpenFile, SocketState, SystemCall, TaskState } from '../state.ts'
import { pointer } from '../structs.ts'
import { read as readUser, textOf, write as writeUser } from '../user-memory.ts'
import { int, type Outcome, type SyscallBody, size } from './body.ts'

const SOCK_TYPE_MASK = 0xf
const MAX_SEND = 65536

interface Found {
  readonly file: OpenFile
  readonly socket: SocketState
}

export function socketAt(rt: Runtime, t: TaskState, fd: bigint | undefined): Found | bigint {
  const file = fileAt(rt, t, int(fd))
  return file && file.socket >= 0 && file.kind === 'socket' ? { file, socket: rt.state.sockets[file.socket] } : notSocket(file)
}

function* create(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_socket', args.slice(0, 3), function* () {
    const [family, type, protocol] = args.map(int)
    const refused = yield* security(rt, 'socket_create', [BigInt(family), BigInt(type & SOCK_TYPE_MASK), BigInt(protocol), 0n])
    if (refused !== 0) return BigInt(refused)
    if (family !== AF_INET && family !== AF_UNIX) return BigInt(errno('EAFNOSUPPORT'))
    const base = type & SOCK_TYPE_MASK
    if (base !== SOCK_STREAM && base !== SOCK_DGRAM) return BigInt(errno('ESOCKTNOSUPPORT'))
    const s = newSocket(rt, t, family === AF_UNIX ? 'unix' : base === SOCK_DGRAM ? 'udp' : 'tcp')
    yield* security(rt, 'socket_post_create', [pointer(s.socket), BigInt(family), BigInt(base), BigInt(protocol), 0n])
    return BigInt(install(rt, t, socketFile(rt, t, s, 2 | (type & 0x800))))
  })
}

function addressArg(
  rt: Runtime,
  t: TaskState,
  address: bigint | undefined,
): { readonly bytes: Uint8Array; readonly to: { address: string; port: number } } | undefined {
  const bytes = readUser(rt.state.spaces[t.mm], size(address), 16)
  const to = addressAt(bytes)
  return to && { bytes, to }
}

function* connect(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const instead = yield* enter(rt, '__sys_connect', args.slice(0, 3))
  if (instead !== undefined) return instead
  const found = socketAt(rt, t, args[0])
  if (typeof found === 'bigint') return found
  const { socket: s } = found
  const named = addressArg(rt, t, args[1])
  if (!named) return BigInt(-EFAULT)
  const { bytes, to } = named
  const refused = yield* security(rt, 'socket_connect', [pointer(s.socket), kernelSockaddr(rt, bytes), 16n])
  if (refused !== 0) return BigInt(refused)
  const outer = s.kind === 'udp' ? 'inet_dgram_connect' : 'inet_stream_connect'
  const over = yield* enter(rt, outer, [pointer(s.socket), kernelSockaddr(rt, bytes), 16n, 2n])
  if (over !== undefined) return over
  const changed = rt.network.hook ? yield* rt.network.hook('connect', t, s, to) : 0
  if (changed !== 0) return BigInt(changed)
  if (s.kind === 'udp') {
    s.remote = to.address
    s.remotePort = to.port
    if (s.localPort === 0) bindLocal(rt, s, rt.network.addressOf(t.node), 0)
    yield* call(rt, 'ip4_datagram_connect', [pointer(s.sock), kernelSockaddr(rt, sockaddrBytes(to.address, to.port)), 16n])
    return 0n
  }
  if (s.peer >= 0 || s.served) return BigInt(errno('EISCONN'))
  return yield* startConnect(rt, t, s, to.address, to.port)
}

function connected(rt: Runtime, t: TaskState, c: SystemCall): Outcome {
  const found = socketAt(rt, t, c.args[0])
  return typeof found === 'bigint' ? found : BigInt(found.socket.error)
}

function* bind(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_bind', args.slice(0, 3), function* () {
    const found = socketAt(rt, t, args[0])
    if (typeof found === 'bigint') return found
    const named = addressArg(rt, t, args[1])
    if (!named) return BigInt(-EFAULT)
    const { socket: s } = found
    const { bytes, to } = named
    const refused = yield* security(rt, 'socket_bind', [pointer(s.socket), kernelSockaddr(rt, bytes), 16n])
    if (refused !== 0) return BigInt(refused)
    return yield* call(rt, 'inet_bind', [pointer(s.socket), kernelSockaddr(rt, bytes), 16n], function* () {
      const changed = rt.network.hook ? yield* rt.network.hook('bind', t, s, to) : 0
      if (changed !== 0) return BigInt(changed)
      if (to.port > 0 && to.port < FIRST_FREE_PORT && !(t.caps & CAP_NET_BIND_SERVICE)) return BigInt(errno('EACCES'))
      const taken = rt.state.sockets.some(
        (o) => o !== s && o.kind === s.kind && !o.closed && o.localPort === to.port && o.node === s.node && o.remotePort === 0,
      )
      if (to.port !== 0 && taken) return BigInt(errno('EADDRINUSE'))
      bindLocal(rt, s, to.address, to.port)
      return 0n
    })
  })
}

const FIRST_FREE_PORT = 1024
const CAP_NET_BIND_SERVICE = 1n << 10n

function* listen(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_listen', args.slice(0, 2), function* () {
    const found = socketAt(rt, t, args[0])
    if (typeof found === 'bigint') return found
    const { socket: s } = found
    const refused = yield* security(rt, 'socket_listen', [pointer(s.socket), args[1]])
    if (refused !== 0) return BigInt(refused)
    if (s.kind !== 'tcp') return BigInt(errno('EOPNOTSUPP'))
    return yield* call(rt, 'inet_listen', [pointer(s.socket), args[1]], function* () {
      if (s.localPort === 0) bindLocal(rt, s, '0.0.0.0', 0)
      return yield* call(rt, 'inet_csk_listen_start', [pointer(s.sock)], function* () {
        yield* setTcpState(rt, s, TCP_LISTEN)
        return 0n
      })
    })
  })
}

function* accept(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const instead = yield* enter(rt, '__sys_accept4', [args[0], args[1], args[2], args[3] ?? 0n])
  if (instead !== undefined) return instead
  const found = socketAt(rt, t, args[0])
  if (typeof found === 'bigint') return found
  const { socket: s } = found
  if (s.tcp !== TCP_LISTEN) return BigInt(-EINVAL)
  const refused = yield* security(rt, 'socket_accept', [pointer(s.socket), 0n])
  if (refused !== 0) return BigInt(refused)
  const over = yield* enter(rt, 'inet_accept', [pointer(s.socket), 0n, 0n])
  if (over !== undefined) return over
  const none = yield* enter(rt, 'inet_csk_accept', [pointer(s.sock), 0n])
  if (none !== undefined) return none
  return yield* takeConnection(rt, t, s, args)
}

/** inet_csk_accept() gives the new struct sock back, whenever there is one. */
function* takeConnection(rt: Runtime, t: TaskState, s: SocketState, args: readonly bigint[]): Happening<Outcome> {
  const id = s.backlog.shift()
  if (id === undefined) return { wait: { kind: 'connection', socket: s.id } }
  const fresh = rt.state.sockets[id]
  yield* leave(rt, pointer(fresh.sock))
  if (args[1] !== 0n) writeUser(rt.state.spaces[t.mm], size(args[1]), sockaddrBytes(fresh.remote, fresh.remotePort))
  return BigInt(install(rt, t, socketFile(rt, t, fresh)))
}

function* accepted(rt: Runtime, t: TaskState, c: SystemCall): Happening<Outcome> {
  const found = socketAt(rt, t, c.args[0])
  return typeof found === 'bigint' ? found : yield* takeConnection(rt, t, found.socket, c.args)
}

function* sendTo(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const instead = yield* enter(rt, '__sys_sendto', args.slice(0, 6))
  if (instead !== undefined) return instead
  const found = socketAt(rt, t, args[0])
  if (typeof found === 'bigint') return found
  const { file, socket: s } = found
  const bytes = readUser(rt.state.spaces[t.mm], size(args[1]), Math.min(size(args[2]), MAX_SEND))
  if (bytes.length < Math.min(size(args[2]), MAX_SEND)) return BigInt(-EFAULT)
  const named = args[4] ? addressArg(rt, t, args[4]) : undefined
  if (!named || s.kind !== 'udp') return yield* writeSocket(rt, t, file, size(args[1]), textOf(bytes))
  const { to } = named
  const changed = rt.network.hook ? yield* rt.network.hook('send', t, s, to) : 0
  if (changed !== 0) return BigInt(changed)
  const refused = yield* security(rt, 'socket_sendmsg', [pointer(s.socket), 0n, BigInt(bytes.length)])
  return refused !== 0 ? BigInt(refused) : yield* sendDatagram(rt, s, to.address, to.port, textOf(bytes))
}

function* receiveFrom(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const instead = yield* enter(rt, '__sys_recvfrom', args.slice(0, 6))
  if (instead !== undefined) return instead
  return yield* received(rt, t, args)
}

function* received(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<Outcome> {
  const found = socketAt(rt, t, args[0])
  return typeof found === 'bigint' ? found : yield* readSocket(rt, t, found.file, size(args[1]), Math.min(size(args[2]), MAX_SEND))
}

function pipe(rt: Runtime, t: TaskState, args: readonly bigint[]): bigint {
  const reading = newSocket(rt, t, 'pipe')
  const writing = newSocket(rt, t, 'pipe')
  reading.peer = writing.id
  writing.peer = reading.id
  const fds = [install(rt, t, socketFile(rt, t, reading, 0)), install(rt, t, socketFile(rt, t, writing, 1))]
  if (!writeUser(rt.state.spaces[t.mm], size(args[0]), Uint8Array.of(fds[0], 0, 0, 0, fds[1], 0, 0, 0))) return BigInt(-EFAULT)
  t.vars['pipe.r'] = fds[0]
  t.vars['pipe.w'] = fds[1]
  return 0n
}

const ACCEPT: SyscallBody = { costNs: 3000, start: accept, resume: accepted }

export const SOCKET_CALLS: Readonly<Record<string, SyscallBody>> = {
  socket: { costNs: 3500, start: create },
  connect: { costNs: 4000, start: connect, resume: connected },
  bind: { costNs: 1500, start: bind },
  listen: { costNs: 1500, start: listen },
  accept: ACCEPT,
  accept4: ACCEPT,
  sendto: { costNs: 5000, start: sendTo },
  recvfrom: { costNs: 2000, start: receiveFrom, resume: (rt, t, c) => received(rt, t, c.args) },
  pipe: { costNs: 3000, start: pipe },
  pipe2: { costNs: 3000, start: pipe },
}
