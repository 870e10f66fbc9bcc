// Link layer addresses of neighbours: asked for by ARP when a packet needs one, learned from what is heard, answered for own addresses. Packets wait
// meanwhile; after three questions a second apart without an answer they go nowhere and whoever sent them is told.
// Linux: net/ipv4/arp.c, net/core/neighbour.c (mcast_solicit 3, retrans_time 1 s, unres_qlen of 101 packets).
import { buildPacket } from '../../packet/index.ts'
import { type Ip, ipAt, ipText, macText } from './address.ts'
import { deviceOf, later, type Net, namespaceOf, nextPacket, placeOf, tell } from './net.ts'
import { isLocal, sourceOn } from './route.ts'
import { neighbourKey } from './state.ts'
import { type NetInterface, newSkb, type Skb } from './types.ts'

const RETRY_NS = 1_000_000_000
const MAX_TRIES = 3
const MAX_WAITING = 101
const REQUEST = 1
const REPLY = 2

/** The address of a neighbour; undefined = the packet waits for it. */
export function resolve(net: Net, device: NetInterface, next: Ip, skb: Skb): string | undefined {
  const { state } = net
  const key = neighbourKey(device.ns, device.ifindex, next)
  const known = state.neighbours.get(key)
  if (known) return known
  const waiting = state.waiting.get(key)
  const skbs = [...(waiting?.skbs ?? []), skb].slice(-MAX_WAITING)
  state.waiting.set(key, { to: device, skbs, tries: waiting?.tries ?? 1 })
  if (!waiting) ask(net, device, next, key)
  return undefined
}

/** Bytes before a link layer header that are written with it where it is kept ready. Linux: HH_DATA_MOD less ETH_HLEN. */
const HEADER_ALIGN = 2

/** What is left of metadata in front of a frame when a neighbour's header is put on: a header that is kept ready runs over its last bytes. */
export function metaBehindHeader({ state }: Net, device: NetInterface, next: Ip, { meta }: Skb): Uint8Array {
  const key = neighbourKey(device.ns, device.ifindex, next)
  if (!state.headers.has(key)) {
    state.headers.add(key)
    return meta
  }
  return meta.length === 0 ? meta : meta.slice().fill(0, meta.length - HEADER_ALIGN)
}

/** Known neighbour, without asking. */
export const neighbour = (net: Net, device: NetInterface, next: Ip): string | undefined =>
  net.state.neighbours.get(neighbourKey(device.ns, device.ifindex, next))

function ask(net: Net, device: NetInterface, ip: Ip, key: string): void {
  const ns = namespaceOf(net, device.ns)
  const senderIp = ipText(sourceOn(ns, device))
  const bytes = buildPacket([
    { kind: 'ethernet', source: device.mac, destination: 'ff:ff:ff:ff:ff:ff' },
    { kind: 'arp', operation: 'request', senderMac: device.mac, senderIp, targetIp: ipText(ip) },
  ])
  later(net, 0, { kind: 'transmit', at: device, skb: newSkb(nextPacket(net), bytes) })
  later(net, RETRY_NS, { kind: 'neighbour', key })
}

/** A second has passed since a question: what still waits asks again, or gives up. The packets that went nowhere. */
export function askAgain(net: Net, key: string): readonly { readonly device: NetInterface; readonly skb: Skb }[] {
  const { state } = net
  const waiting = state.waiting.get(key)
  const device = waiting && deviceOf(net, waiting.to)
  if (!waiting || !device) return []
  if (waiting.tries < MAX_TRIES) {
    state.waiting.set(key, { ...waiting, tries: waiting.tries + 1 })
    ask(net, device, Number(key.split(' ')[2]), key)
    return []
  }
  state.waiting.delete(key)
  for (const skb of waiting.skbs) tell(net, skb, placeOf(device), 'dropped', 'no answer to ARP')
  return waiting.skbs.map((skb) => ({ device, skb }))
}

export function receiveArp(net: Net, device: NetInterface, skb: Skb): undefined {
  const b = skb.bytes
  const at = placeOf(device)
  if (b.length < 42 || b[15] !== 1 || b[18] !== 6 || b[19] !== 4) return tell(net, skb, at, 'dropped', 'bad ARP')
  const operation = b[21]
  const sender = ipAt(b, 28)
  const target = ipAt(b, 38)
  const isMine = isLocal(namespaceOf(net, device.ns), target) !== undefined
  // A neighbour is noted where it asks for us or is known or waited for already.
  const key = neighbourKey(device.ns, device.ifindex, sender)
  if (sender !== 0 && (isMine || net.state.neighbours.has(key) || net.state.waiting.has(key))) learn(net, device, key, macText(b, 22))
  if (operation === REPLY) return tell(net, skb, at, 'delivered', 'arp')
  if (operation !== REQUEST || !isMine) return tell(net, skb, at, 'dropped', 'ARP for another host')
  tell(net, skb, at, 'answered', 'arp')
  const bytes = buildPacket([
    { kind: 'ethernet', source: device.mac, destination: macText(b, 22) },
    {
      kind: 'arp',
      operation: 'reply',
      senderMac: device.mac,
      senderIp: ipText(target),
      targetMac: macText(b, 22),
      targetIp: ipText(sender),
    },
  ])
  later(net, 0, { kind: 'transmit', at: device, skb: newSkb(nextPacket(net), bytes) })
}

/** Notes an address and lets what waited for it leave. */
function learn(net: Net, device: NetInterface, key: string, mac: string): void {
  const { state } = net
  state.neighbours.set(key, mac)
  const waiting = state.waiting.get(key)
  if (!waiting) return
  state.waiting.delete(key)
  if (waiting.skbs.length > 0) state.headers.add(key)
  for (const skb of waiting.skbs) {
    const bytes = skb.bytes.slice()
    for (let i = 0; i < 6; i++) {
      bytes[i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16)
      bytes[6 + i] = Number.parseInt(device.mac.slice(3 * i, 3 * i + 2), 16)
    }
    later(net, 0, { kind: 'transmit', at: device, skb: { ...skb, bytes } })
  }
}
