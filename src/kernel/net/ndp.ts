// Neighbour discovery: the ARP of IPv6, in ICMPv6 messages. A solicitation goes to the group of the address that is asked for and is answered by an
// advertisement. Duplicates are not looked for, and routers do not advertise themselves: addresses and routes are the scenario's.
// RFC 4861. Linux: net/ipv6/ndisc.c.
import { buildPacket, parseMac } from '../../packet/index.ts'
import { addressBytes, groupMac, type Ip, ip6At, ipText, isAny, isMulticast6, macText, solicitedNode } from './address.ts'
import { OUTSIDE } from './arp.ts'
import { ETH_HLEN, IPPROTO_ICMPV6, type IpHeader, readIp } from './headers.ts'
import { isExpected, learn } from './neighbour.ts'
import { later, type Net, namespaceOf, nextPacket, tell } from './net.ts'
import { sourceOn } from './route.ts'
import { type NetInterface, newSkb, type Skb } from './types.ts'

export const SOLICITATION = 135
export const ADVERTISEMENT = 136
const HOP_LIMIT = 255
const SOURCE_MAC = 1
const TARGET_MAC = 2
const IS_ROUTER = 0x80000000
const IS_SOLICITED = 0x40000000
const OVERRIDES = 0x20000000
/** Type, code, checksum, a word of flags, the address in question. */
const MESSAGE = 24

/** A frame with a message about a neighbour and one option, the MAC address of who sends it. */
export function ndpMessage(
  source: Ip,
  dest: Ip,
  macs: readonly [string, string],
  type: number,
  rest: number,
  target: Ip,
  option: number,
): Uint8Array {
  const [sourceMac, destMac] = macs
  return buildPacket(
    [
      { kind: 'ethernet', source: sourceMac, destination: destMac },
      { kind: 'ipv6', source: ipText(source), destination: ipText(dest), hopLimit: HOP_LIMIT },
      { kind: 'icmpv6', type, rest: rest >>> 0 },
    ],
    Uint8Array.from([...addressBytes(target), option, 1, ...parseMac(sourceMac)!]),
  )
}

/** Asks for a neighbour in the name of the packet's source where that is on this interface. */
export function solicit(net: Net, device: NetInterface, ip: bigint, source: Ip | undefined): void {
  const group = solicitedNode(ip)
  const own = device.addresses.find((a) => a.ip === source)?.ip ?? sourceOn(namespaceOf(net, device.ns), device, 'ip6', group)
  const bytes = ndpMessage(own, group, [device.mac, groupMac(group)], SOLICITATION, 0, ip, SOURCE_MAC)
  later(net, 0, { kind: 'transmit', at: device, skb: newSkb(nextPacket(net), bytes) })
}

/** The MAC address in an option behind the message. */
function macOption(b: Uint8Array, ip: IpHeader, wanted: number): string {
  for (let at = ip.l4 + MESSAGE; at + 8 <= ip.end && b[at + 1] !== 0; at += 8 * b[at + 1]) if (b[at] === wanted) return macText(b, at + 2)
  return ''
}

/** A solicitation or an advertisement that was delivered here; its checksum is right. */
export function receiveNdp(net: Net, device: NetInterface, skb: Skb, ip: IpHeader): undefined {
  const b = skb.bytes
  const at = { ns: device.ns, place: device.name }
  const target = ip.end - ip.l4 < MESSAGE ? undefined : ip6At(b, ip.l4 + 8)
  if (target === undefined || ip.ttl !== HOP_LIMIT || isMulticast6(target)) return tell(net, skb, at, 'dropped', 'bad neighbour discovery')
  const isGroup = isMulticast6(ip.dest)
  if (b[ip.l4] === ADVERTISEMENT) {
    const mac = macOption(b, ip, TARGET_MAC)
    if (mac !== '' && isExpected(net, device, target)) learn(net, device, target, mac)
    return tell(net, skb, at, 'delivered', 'neighbour advertisement')
  }
  if (!device.addresses.some((a) => a.ip === target)) return tell(net, skb, at, 'dropped', 'solicitation for another host')
  const mac = macOption(b, ip, SOURCE_MAC)
  // Without a source somebody asks whether an address is free; nobody here does.
  if (isAny(ip.source) || mac === '') return tell(net, skb, at, 'dropped', 'solicitation without a source')
  learn(net, device, ip.source, mac)
  tell(net, skb, at, 'answered', 'neighbour solicitation')
  const router = namespaceOf(net, device.ns).forwards ? IS_ROUTER : 0
  const flags = router | IS_SOLICITED | (isGroup ? OVERRIDES : 0)
  const bytes = ndpMessage(target, ip.source, [device.mac, mac], ADVERTISEMENT, flags, target, TARGET_MAC)
  later(net, 0, { kind: 'transmit', at: device, skb: newSkb(nextPacket(net), bytes) })
}

/** The answer of somebody out there, who has every address that is asked for. */
export function outsideNdp(frame: Uint8Array): Uint8Array | undefined {
  const ip = readIp(frame)
  if (ip?.protocol !== IPPROTO_ICMPV6 || frame[ip.l4] !== SOLICITATION || ip.end - ip.l4 < MESSAGE) return undefined
  const target = ip6At(frame, ETH_HLEN + 48)
  return ndpMessage(target, ip.source, [OUTSIDE, macText(frame, 6)], ADVERTISEMENT, IS_SOLICITED | OVERRIDES, target, TARGET_MAC)
}
