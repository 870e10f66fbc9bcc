// ICMP of both families: echoes are answered, errors are sent about packets that go nowhere. In: a packet. Out: another one on its way.
// RFC 792, RFC 1812 §4.3.2.7, RFC 4443 §2.4 (no errors about errors, fragments and groups). Linux: net/ipv4/icmp.c, net/ipv6/icmp.c.
import { buildPacket, type LayerSpec } from '../../packet/index.ts'
import type { Happening } from '../world/engine.ts'
import { type Family, familyOf, type Ip, ipText, isAny, isMulticast6 } from './address.ts'
import { IPPROTO_ICMP, IPPROTO_ICMPV6, type IpHeader } from './headers.ts'
import { type Net, nextPacket } from './net.ts'
import { isLocal, routeTo } from './route.ts'
import { type Namespace, newSkb, type Skb } from './types.ts'

/** Type and code of each message in each family. */
const TYPES = {
  echo: { ip4: [8, 0], ip6: [128, 0] },
  'echo reply': { ip4: [0, 0], ip6: [129, 0] },
  'network unreachable': { ip4: [3, 0], ip6: [1, 0] },
  'host unreachable': { ip4: [3, 1], ip6: [1, 3] },
  'protocol unreachable': { ip4: [3, 2], ip6: [4, 1] },
  'port unreachable': { ip4: [3, 3], ip6: [1, 4] },
  'too big': { ip4: [3, 4], ip6: [2, 0] },
  'time exceeded': { ip4: [11, 0], ip6: [3, 0] },
} as const satisfies Readonly<Record<string, Readonly<Record<Family, readonly [type: number, code: number]>>>>

export type IcmpKind = keyof typeof TYPES
export type IcmpError = Exclude<IcmpKind, 'echo' | 'echo reply'>

/** Of ICMPv6 every type below this is an error. */
const INFORMATION = 128

export const isIcmp = (ip: IpHeader): boolean => ip.protocol === (ip.family === 'ip4' ? IPPROTO_ICMP : IPPROTO_ICMPV6)

/** Which message stands at an offset; undefined = another one. */
export function icmpKind(family: Family, type: number, code: number): IcmpKind | undefined {
  const names = Object.keys(TYPES) as IcmpKind[]
  return names.find((name) => TYPES[name][family][0] === type && TYPES[name][family][1] === code)
}

/** The header of an IP packet that is made here. */
export function ipLayer(net: Net, source: Ip, dest: Ip, dontFragment = false): LayerSpec {
  if (familyOf(dest) === 'ip6') return { kind: 'ipv6', source: ipText(source), destination: ipText(dest) }
  const id = (net.state.nextId = (net.state.nextId + 1) & 0xffff)
  return { kind: 'ipv4', source: ipText(source), destination: ipText(dest), id, dontFragment }
}

/** An ICMP packet from one of our addresses. */
export function icmpPacket(net: Net, source: Ip, dest: Ip, what: IcmpKind, rest: number, payload: Uint8Array): Skb {
  const family = familyOf(dest)
  const [type, code] = TYPES[what][family]
  const bytes = buildPacket(
    [{ kind: 'ethernet' }, ipLayer(net, source, dest), { kind: family === 'ip4' ? 'icmp' : 'icmpv6', type, code, rest: rest >>> 0 }],
    payload,
  )
  return newSkb(nextPacket(net), bytes)
}

const QUOTED = { ip4: 548, ip6: 1280 - 48 } as const

/** Tells the sender of a packet why it went nowhere, with the beginning of that packet. */
export function* sendIcmpError(net: Net, ns: Namespace, skb: Skb, ip: IpHeader, what: IcmpError, rest = 0): Happening {
  if (isAboutError(skb, ip) || ip.isFragment || isAny(ip.source) || isMulticast6(ip.source)) return
  const isGroup = (skb.bytes[0] & 1) !== 0 || isMulticast6(ip.dest)
  if (isGroup && !(ip.family === 'ip6' && what === 'too big')) return
  const way = routeTo(ns, ip.source)
  if (way.kind !== 'unicast') return
  const source = isLocal(ns, ip.dest) ? ip.dest : way.source
  const quoted = skb.bytes.slice(ip.at, Math.min(ip.end, ip.at + QUOTED[ip.family]))
  yield* net.output(ns, icmpPacket(net, source, ip.source, what, rest, quoted))
}

function isAboutError({ bytes }: Skb, ip: IpHeader): boolean {
  if (!isIcmp(ip)) return false
  if (ip.family === 'ip6') return bytes[ip.l4] < INFORMATION
  const kind = icmpKind('ip4', bytes[ip.l4], 0)
  return kind !== 'echo' && kind !== 'echo reply'
}
