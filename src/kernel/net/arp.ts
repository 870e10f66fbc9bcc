// ARP: neighbours of IPv4 are asked for, learned from what is heard, and answered for own addresses. Linux: net/ipv4/arp.c.
import { buildPacket } from '../../packet/index.ts'
import { ipAt, ipText, macText } from './address.ts'
import { isExpected, learn } from './neighbour.ts'
import { later, type Net, namespaceOf, nextPacket, placeOf, tell } from './net.ts'
import { isLocal, sourceOn } from './route.ts'
import { type NetInterface, newSkb, type Skb } from './types.ts'

const REQUEST = 1
const REPLY = 2

/** Asks everybody on the link. */
export function requestArp(net: Net, device: NetInterface, ip: number): void {
  const ns = namespaceOf(net, device.ns)
  const senderIp = ipText(sourceOn(ns, device, 'ip4'))
  const bytes = buildPacket([
    { kind: 'ethernet', source: device.mac, destination: 'ff:ff:ff:ff:ff:ff' },
    { kind: 'arp', operation: 'request', senderMac: device.mac, senderIp, targetIp: ipText(ip) },
  ])
  later(net, 0, { kind: 'transmit', at: device, skb: newSkb(nextPacket(net), bytes) })
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
  if (sender !== 0 && (isMine || isExpected(net, device, sender))) learn(net, device, sender, macText(b, 22))
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

const OUTSIDE_MAC = [2, 0, 0, 0xff, 0xff, 1] as const
export const OUTSIDE = '02:00:00:ff:ff:01'

/** The answer of somebody out there, who has every address that is asked for. */
export function outsideArp(frame: Uint8Array): Uint8Array | undefined {
  if (frame.length < 42 || frame[21] !== REQUEST) return undefined
  const reply = frame.slice()
  reply.set(frame.subarray(6, 12), 0)
  reply.set(OUTSIDE_MAC, 6)
  reply[21] = REPLY
  reply.set(OUTSIDE_MAC, 22)
  reply.set(frame.subarray(38, 42), 28)
  reply.set(frame.subarray(22, 32), 32)
  return reply
}
