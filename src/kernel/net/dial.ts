// From a name to a connection: what socket(), connect() and sendto() do in order, with the programs that have a say in each.
// Linux: __sys_socket(), inet_create(), tcp_v4_connect(), udp_sendmsg().
import type { Happening } from '../world/engine.ts'
import { type Ip, parseIp } from './address.ts'
import type { App } from './app.ts'
import type { Net } from './net.ts'
import { routeTo } from './route.ts'
import { createSocket, type Endpoint, forget, freePort, put, type Socket } from './socket.ts'
import { runAddressHook, runSockHook } from './socket-hooks.ts'
import { connect } from './tcp.ts'
import type { Namespace } from './types.ts'

/** The address of "10.0.0.9", of "localhost", or of a node by its name. */
export function addressOf(net: Net, host: string): Ip | undefined {
  const ip = parseIp(host)
  if (ip !== undefined) return ip
  if (host === 'localhost') return 0x7f000001
  for (const { kind, addresses } of net.namespaces.get(host)?.interfaces.values() ?? []) {
    const own = kind === 'lo' ? undefined : addresses.find((a) => a.ip >>> 16 !== 0xa9fe)
    if (own) return own.ip
  }
  return undefined
}

/** A socket that may be made; undefined = a program denied it. */
export function* openSocket(net: Net, ns: Namespace, protocol: 'tcp' | 'udp', app: App): Happening<Socket | undefined> {
  const socket = createSocket(net, ns, protocol, app)
  if (yield* runSockHook(net, 'cgroup_sock_create', socket)) return socket
  forget(net, socket)
  return undefined
}

/** Address and port of its own for a socket that sends to somebody; undefined = there is no route. */
export function withLocal(net: Net, ns: Namespace, socket: Socket, to: Endpoint): Socket | undefined {
  const way = routeTo(ns, to.ip)
  if (way.kind === 'none') return undefined
  const ip = way.kind === 'local' ? to.ip : way.source
  const port = socket.local.port || freePort(net, ns.name, socket.protocol, ip, to)
  return { ...socket, local: { ip, port }, remote: to }
}

/** connect(): the socket's number; undefined = it could not even begin, and `why` says so. */
export function* dialTcp(
  net: Net,
  ns: Namespace,
  host: string,
  port: number,
  app: App,
  why?: (text: string) => void,
): Happening<number | undefined> {
  const ip = addressOf(net, host)
  if (ip === undefined) {
    why?.(`${host} is not known`)
    return undefined
  }
  const socket = yield* openSocket(net, ns, 'tcp', app)
  if (!socket) {
    why?.('denied by cgroup/sock_create')
    return undefined
  }
  const asked = { ip, port }
  const to = yield* runAddressHook(net, 'connect4', socket, asked)
  const ready = to === 'denied' ? undefined : withLocal(net, ns, socket, to)
  if (!ready) {
    forget(net, socket)
    why?.(to === 'denied' ? 'denied by cgroup/connect4' : 'no route')
    return undefined
  }
  yield* connect(net, put(net, { ...ready, asked }))
  return socket.id
}
