// Datagrams: sent with the programs that may change where to, delivered to the socket that takes them, answered by servers.
// Linux: net/ipv4/udp.c.
import { buildPacket } from '../../packet/index.ts'
import type { Happening } from '../world/engine.ts'
import { endpointText } from './address.ts'
import { nameOf } from './app.ts'
import type { Endpoint } from './endpoint.ts'
import { type IpHeader, readUdp } from './headers.ts'
import { ipLayer, sendIcmpError } from './icmp.ts'
import { later, type Net, namespaceOf, nextPacket, tell } from './net.ts'
import { requestDone } from './outcome.ts'
import { put, type Socket } from './socket.ts'
import { runAddressHook } from './socket-hooks.ts'
import { type Namespace, newSkb, type Skb } from './types.ts'

const NS_PER_MS = 1_000_000

/** A datagram from a socket of ours. */
export function* sendDatagram(net: Net, socket: Socket, from: Endpoint, to: Endpoint, data: Uint8Array): Happening {
  const bytes = buildPacket([{ kind: 'ethernet' }, ipLayer(net, from.ip, to.ip), { kind: 'udp', sport: from.port, dport: to.port }], data)
  yield* net.output(namespaceOf(net, socket.ns), newSkb(nextPacket(net), bytes, { socket: socket.id }))
}

/** A datagram for this namespace. */
export function* receiveUdp(net: Net, ns: Namespace, skb: Skb, ip: IpHeader, socket: Socket | undefined): Happening {
  const data = readUdp(skb.bytes, ip)
  const at = { ns: ns.name, place: `udp ${ip.dport}` }
  if (!data) return tell(net, skb, at, 'dropped', 'bad UDP header or checksum')
  if (!socket) {
    tell(net, skb, at, 'dropped', 'no socket')
    return yield* sendIcmpError(net, ns, skb, ip, 'port unreachable')
  }
  tell(net, skb, at, 'delivered', socket.app.kind === 'listener' ? nameOf('', socket.app.server, socket.app.worker).trim() : '')
  const from = { ip: ip.source, port: ip.sport }
  const shown = yield* runAddressHook(net, 'recvmsg', socket, from)
  const { app } = socket
  if (app.kind === 'client') {
    if (app.isDone) return
    put(net, { ...socket, app: { ...app, isDone: true } })
    const who = shown === 'denied' ? from : shown
    return requestDone(net, ns.name, app, `${data.length} bytes from ${endpointText(who.ip, who.port)}`, true)
  }
  if (app.kind !== 'listener' || app.server.answers === 'nothing') return
  const answer = app.server.answers === 'echo' ? data : new TextEncoder().encode(`${nameOf(ns.name, app.server, app.worker)}\n`)
  const { serviceMs = 0 } = app.server
  const reply = { local: { ip: ip.dest, port: ip.dport }, to: from, answer }
  if (serviceMs === 0) return yield* sendDatagram(net, socket, reply.local, reply.to, answer)
  later(net, Math.round(serviceMs * NS_PER_MS), { kind: 'datagram', socket: socket.id, ...reply })
}
