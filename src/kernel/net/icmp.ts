// ICMP: echoes are answered, errors are sent about packets that go nowhere. In: a packet. Out: another one on its way.
// RFC 792, RFC 1812 §4.3.2.7 (no errors about errors, fragments and broadcasts). Linux: net/ipv4/icmp.c.
import { buildPacket } from '../../packet/index.ts'
import type { Happening } from '../world/engine.ts'
import { type Ip, ipText } from './address.ts'
import { IPPROTO_ICMP, type IpHeader } from './headers.ts'
import { type Net, nextPacket } from './net.ts'
import { routeTo } from './route.ts'
import { type Namespace, newSkb, type Skb } from './types.ts'

export const ECHO_REPLY = 0
export const ECHO_REQUEST = 8

/** An ICMP packet from one of our addresses. */
export function icmpPacket(net: Net, source: Ip, dest: Ip, type: number, code: number, rest: number, payload: Uint8Array): Skb {
  const id = (net.state.nextId = (net.state.nextId + 1) & 0xffff)
  const bytes = buildPacket(
    [
      { kind: 'ethernet' },
      { kind: 'ipv4', source: ipText(source), destination: ipText(dest), id },
      { kind: 'icmp', type, code, rest: rest >>> 0 },
    ],
    payload,
  )
  return newSkb(nextPacket(net), bytes)
}

/** Tells the sender of a packet why it went nowhere, with the beginning of that packet. */
export function* sendIcmpError(net: Net, ns: Namespace, skb: Skb, ip: IpHeader, type: number, code: number, rest = 0): Happening {
  const isAboutIcmp = ip.protocol === IPPROTO_ICMP && ![ECHO_REPLY, ECHO_REQUEST].includes(skb.bytes[ip.l4])
  if (isAboutIcmp || ip.isFragment || (skb.bytes[0] & 1) !== 0) return
  const way = routeTo(ns, ip.source)
  if (way.kind !== 'unicast') return
  const quoted = skb.bytes.slice(ip.at, Math.min(ip.end, ip.at + 548))
  yield* net.output(ns, icmpPacket(net, way.source, ip.source, type, code, rest, quoted))
}
