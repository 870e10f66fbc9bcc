// Datagrams: sent with the programs that may change where to, delivered to the socket that takes them, answered by servers.
// Linux: net/ipv4/udp.c.
import { buildPacket } from '../../packet/index.ts'
import type { Happening } from '../world/engine.ts'
import { ipText } from './address.ts'
import { type IpHeader, readUdp } from './headers.ts'
import { sendIcmpError } from './icmp.ts'
import { later, type Net, namespaceOf, nextPacket, tell } from './net.ts'
import { requestDone } from './outcome.ts'
import { type Endpoint, put, type Socket } from './socket.ts'
import { runAddressHook } from './socket-hooks.ts'
import { type Namespace, newSkb, type Skb } from './types.ts'

const DEST_UNREACHABLE = 3
const PORT_UNREACHABLE = 3
const NS_PER_MS = 1_000_000

/** A datagram from a socket of ours. */
export function* sendDatagram(net: Net, socket: Socket, from: Endpoint, to: Endpoint, data: Uint8Array): Happening {
  const id = (net.state.nextId = (net.state.nextId + 1) & 0xffff)
  const bytes = buildPacket(
    [
      { kind: 'ethernet' },
      { kind: 'ipv4', source: ipText(from.ip), destination: ipText(to.ip), id },
      { kind: 'udp', sport: from.port, dport: to.port },
    ],
    data,
  )
  yield* net.output(namespaceOf(net, socket.ns), newSkb(nextPacket(net), bytes, { socket: socket.id }))
}

/** A datagram for this namespace. */
export function* receiveUdp(net: Net, ns: Namespace, skb: Skb, ip: IpHeader, socket: Socket | undefined): Happening {
  const data = readUdp(skb.bytes, ip)
  const at = { ns: ns.name, place: `udp ${ip.dport}` }
  if (!data) return tell(net, skb, at, 'dropped', 'bad UDP header or checksum')
  if (!socket) {
    tell(net, skb, at, 'dropped', 'no socket')
    return yield* sendIcmpError(net, ns, skb, ip, DEST_UNREACHABLE, PORT_UNREACHABLE)
  }
  tell(net, skb, at, 'delivered', '')
  const from = { ip: ip.source, port: ip.sport }
  const shown = yield* runAddressHook(net, 'recvmsg4', socket, from)
  const { app } = socket
  if (app.kind === 'client') {
    if (app.isDone) return
    put(net, { ...socket, app: { ...app, isDone: true } })
    const who = shown === 'denied' ? from : shown
    return requestDone(net, ns.name, app, `${data.length} bytes from ${ipText(who.ip)}:${who.port}`, true)
  }
  if (app.kind !== 'listener' || app.server.answers === 'nothing') return
  const answer = app.server.answers === 'echo' ? data : new TextEncoder().encode(`${ns.name}\n`)
  const { serviceMs = 0 } = app.server
  const reply = { local: { ip: ip.dest, port: ip.dport }, to: from, answer }
  if (serviceMs === 0) return yield* sendDatagram(net, socket, reply.local, reply.to, answer)
  later(net, Math.round(serviceMs * NS_PER_MS), { kind: 'datagram', socket: socket.id, ...reply })
}
