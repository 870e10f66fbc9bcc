// What the scenario's clients ask for: HTTP, TCP, UDP, ping. A request begins at its time, and ends as a note in the log that says how it went and how
// long it took.
import type { Happening } from '../world/engine.ts'
import type { Stimulus } from '../world/scenario.ts'
import { anyOf, familyOf, type Ip } from './address.ts'
import { addressOf, dialTcp, openSocket, withLocal } from './dial.ts'
import { splitHostPort } from './endpoint.ts'
import { httpRequest } from './http.ts'
import { icmpPacket } from './icmp.ts'
import { later, type Net } from './net.ts'
import { type Client, ended, type Ping, requestDone } from './outcome.ts'
import { routeTo } from './route.ts'
import { forget, put } from './socket.ts'
import { runAddressHook, runSockHook } from './socket-hooks.ts'
import type { Namespace } from './types.ts'
import { sendDatagram } from './udp.ts'

export type Request = Stimulus & { readonly kind: 'request' }
const NO_BYTES = new Uint8Array(0)
const WAIT_NS = 1_000_000_000
const TCP_WAIT_NS = 30_000_000_000
const PING_BYTES = 56
const DEFAULT_BODY = 'hello\n'

export interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
}

/** "http://shop:8080/cart", "10.0.0.1:53", "[fd00::1]:53", "shop"; undefined = it is none of these. */
export function parseTarget(to: string, protocol: Request['protocol']): Target | undefined {
  const m = /^(?:(?:https?|tcp|udp):\/\/)?([^\s/]+)(\/\S*)?$/.exec(to)
  const named = m && splitHostPort(m[1])
  if (!named) return undefined
  const port = named.port >= 0 ? named.port : protocol === 'http' ? 80 : protocol === 'ping' ? 0 : -1
  return port < 0 ? undefined : { host: named.host, port, path: m[2] ?? '/' }
}

/** Begins one turn of a request. */
export function* startRequest(net: Net, ns: Namespace, request: Request, index: number, turn: number): Happening {
  const target = parseTarget(request.to, request.protocol)
  const { protocol } = request
  const about = `${protocol === 'http' ? (request.method ?? 'GET') : protocol} ${request.to}${protocol === 'http' && request.path ? request.path : ''}`
  const base = { request: index, turn, startedNs: net.world.nowNs, about }
  if (!target) return ended(net, ns.name, base, 'no address', false)
  const ip = addressOf(net, ns, target.host, request.family)
  if (ip === undefined) return ended(net, ns.name, base, `${target.host} is not known`, false)
  if (protocol === 'ping') return yield* ping(net, ns, ip, base)
  const body = request.body ?? (protocol === 'http' ? '' : DEFAULT_BODY)
  const payload =
    protocol === 'http'
      ? httpRequest(request.method ?? 'GET', target.host, request.path ?? target.path, body)
      : new TextEncoder().encode(body)
  const client: Client = { ...base, kind: 'client', protocol, payload, buffer: NO_BYTES, isDone: false }
  if (protocol === 'udp') return yield* askUdp(net, ns, { ip, port: target.port }, client)
  const socket = yield* dialTcp(net, ns, target.host, target.port, client, request.family, (why) =>
    requestDone(net, ns.name, client, why, false),
  )
  if (socket !== undefined) later(net, TCP_WAIT_NS, { kind: 'socket', socket, what: 'timeout', mark: 0 })
}

function* askUdp(net: Net, ns: Namespace, asked: { readonly ip: Ip; readonly port: number }, client: Client): Happening {
  const socket = yield* openSocket(net, ns, familyOf(asked.ip), 'udp', client)
  if (!socket) return requestDone(net, ns.name, client, 'denied by cgroup/sock_create', false)
  const to = yield* runAddressHook(net, 'sendmsg', socket, asked)
  const ready = to === 'denied' ? undefined : withLocal(net, ns, socket, to)
  if (!ready || to === 'denied') {
    yield* runSockHook(net, 'sock_release', socket)
    forget(net, socket)
    return requestDone(
      net,
      ns.name,
      client,
      to === 'denied' ? `denied by cgroup/sendmsg${familyOf(asked.ip) === 'ip4' ? 4 : 6}` : 'no route',
      false,
    )
  }
  // It is not connected: answers may come from anywhere.
  const own = put(net, { ...ready, remote: { ip: anyOf(socket.family), port: 0 }, asked, state: 'bound' })
  later(net, WAIT_NS, { kind: 'socket', socket: own.id, what: 'timeout', mark: 0 })
  yield* sendDatagram(net, own, own.local, to, client.payload)
}

/** A second without an answer to a datagram; the socket goes in any case. */
export function* udpTimeout(net: Net, id: number): Happening {
  const socket = net.state.sockets.get(id)
  if (!socket) return
  if (socket.app.kind === 'client' && !socket.app.isDone) requestDone(net, socket.ns, socket.app, 'no answer', false)
  yield* runSockHook(net, 'sock_release', socket)
  forget(net, socket)
}

function* ping(net: Net, ns: Namespace, ip: Ip, about: Ping): Happening {
  const way = routeTo(ns, ip)
  if (way.kind === 'none') return ended(net, ns.name, about, 'network unreachable', false)
  const source = way.kind === 'local' ? ip : way.source
  const rest = (((about.request + 1) << 16) | (about.turn + 1)) >>> 0
  const key = `${ns.name} ${rest}`
  net.state.pings.set(key, about)
  later(net, WAIT_NS, { kind: 'ping', key })
  const payload = Uint8Array.from({ length: PING_BYTES }, (_, i) => i)
  yield* net.output(ns, icmpPacket(net, source, ip, 'echo', rest, payload))
}
