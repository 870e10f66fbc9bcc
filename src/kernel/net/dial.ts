// From a name to a connection: what socket(), connect() and sendto() do in order, with the programs that have a say in each.
// Linux: __sys_socket(), inet_create(), tcp_v4_connect(), udp_sendmsg().
import type { Happening } from '../world/engine.ts'
import { type Family, familyOf, type Ip, isLinkLocal, LOOPBACK6, parseIp } from './address.ts'
import type { App } from './app.ts'
import type { Endpoint } from './endpoint.ts'
import type { Net } from './net.ts'
import { routeTo } from './route.ts'
import { createSocket, forget, freePort, put, type Socket } from './socket.ts'
import { runAddressHook, runSockHook } from './socket-hooks.ts'
import { connect } from './tcp.ts'
import type { Namespace } from './types.ts'

/**
 * The address of "10.0.0.9", "fd00::9", "localhost", or of a node by its name: of the family that is wanted, else of IPv6 where the one who asks has a way
 * there, as getaddrinfo() sorts them (RFC 6724).
 */
export function addressOf(net: Net, from: Namespace, host: string, family?: Family): Ip | undefined {
  const ip = parseIp(host)
  if (ip !== undefined) return ip
  if (host === 'localhost') return family === 'ip6' ? LOOPBACK6 : 0x7f000001
  const all = [...(net.namespaces.get(host)?.interfaces.values() ?? [])].flatMap((d) => (d.kind === 'lo' ? [] : d.addresses))
  const of = (wanted: Family): Ip | undefined => all.find((a) => familyOf(a.ip) === wanted && !isLinkLocal(a.ip))?.ip
  if (family) return of(family)
  const six = of('ip6')
  return six !== undefined && routeTo(from, six).kind !== 'none' ? six : (of('ip4') ?? six)
}

/** A socket that may be made; undefined = a program denied it. */
export function* openSocket(net: Net, ns: Namespace, family: Family, protocol: 'tcp' | 'udp', app: App): Happening<Socket | undefined> {
  const socket = createSocket(net, ns, family, protocol, app)
  if (yield* runSockHook(net, 'sock_create', socket)) return socket
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
  family?: Family,
  why?: (text: string) => void,
): Happening<number | undefined> {
  const ip = addressOf(net, ns, host, family)
  if (ip === undefined) {
    why?.(`${host} is not known`)
    return undefined
  }
  const socket = yield* openSocket(net, ns, familyOf(ip), 'tcp', app)
  if (!socket) {
    why?.('denied by cgroup/sock_create')
    return undefined
  }
  const asked = { ip, port }
  const to = yield* runAddressHook(net, 'connect', socket, asked)
  const ready = to === 'denied' ? undefined : withLocal(net, ns, socket, to)
  if (!ready) {
    yield* runSockHook(net, 'sock_release', socket)
    forget(net, socket)
    why?.(to === 'denied' ? `denied by cgroup/connect${familyOf(ip) === 'ip4' ? 4 : 6}` : 'no route')
    return undefined
  }
  yield* connect(net, put(net, { ...ready, asked }))
  return socket.id
}
