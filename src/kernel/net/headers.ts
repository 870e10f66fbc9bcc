// Where what stands in a frame, as the stack needs it, and the small changes that it makes to headers with their checksums kept right.
// In: Ethernet frames with IPv4 or IPv6. Out: offsets and numbers; undefined where the bytes are no such packet. Changes answer a new frame.
import { fold16, internetChecksum, pseudoHeaderSum } from '../../packet/index.ts'
import { addressAt, addressBytes, type Family, type Ip, ipAt } from './address.ts'

export const ETH_HLEN = 14
export const ETH_P_IP = 0x0800
export const ETH_P_ARP = 0x0806
export const ETH_P_IPV6 = 0x86dd
export const IPPROTO_ICMP = 1
export const IPPROTO_IPIP = 4
export const IPPROTO_TCP = 6
export const IPPROTO_UDP = 17
export const IPPROTO_IPV6 = 41
export const IPPROTO_ICMPV6 = 58

export interface IpHeader {
  readonly family: Family
  readonly at: number
  /** Of IPv6 with the extension headers that follow. */
  readonly headerLength: number
  /** Behind the last byte of the IP packet. */
  readonly end: number
  /** Of IPv6 what follows the extension headers. */
  readonly protocol: number
  /** Where the number of the protocol stands. */
  readonly protocolAt: number
  readonly ttl: number
  readonly tos: number
  readonly source: Ip
  readonly dest: Ip
  readonly isFragment: boolean
  /** Behind the IP header. */
  readonly l4: number
  /** 0 where the protocol has no ports or the header is cut. */
  readonly sport: number
  readonly dport: number
}

export const etherTypeOf = (frame: Uint8Array): number => (frame.length < ETH_HLEN ? 0 : (frame[12] << 8) | frame[13])
const u16 = (b: Uint8Array, at: number): number => (b[at] << 8) | b[at + 1]

/** The IPv4 or IPv6 header at `at`; undefined where it is cut, too short, or its checksum is wrong. */
export function readIp(frame: Uint8Array, at = ETH_HLEN): IpHeader | undefined {
  return frame[at] >> 4 === 6 ? readIpv6(frame, at) : readIpv4(frame, at)
}

function readIpv4(frame: Uint8Array, at: number): IpHeader | undefined {
  if (frame.length < at + 20 || frame[at] >> 4 !== 4) return undefined
  const headerLength = (frame[at] & 15) * 4
  const total = u16(frame, at + 2)
  if (headerLength < 20 || total < headerLength || at + total > frame.length) return undefined
  if (internetChecksum(frame.subarray(at, at + headerLength)) !== 0) return undefined
  const fragment = u16(frame, at + 6)
  return {
    family: 'ip4',
    at,
    headerLength,
    end: at + total,
    protocol: frame[at + 9],
    protocolAt: at + 9,
    ttl: frame[at + 8],
    tos: frame[at + 1],
    source: ipAt(frame, at + 12),
    dest: ipAt(frame, at + 16),
    isFragment: (fragment & 0x3fff) !== 0,
    ...upperLayer(frame, frame[at + 9], at + headerLength, at + total, (fragment & 0x1fff) === 0),
  }
}

const IPV6_HLEN = 40
const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const DEST_OPTIONS = 60

function readIpv6(frame: Uint8Array, at: number): IpHeader | undefined {
  const end = at + IPV6_HLEN + u16(frame, at + 4)
  if (frame.length < at + IPV6_HLEN || end > frame.length) return undefined
  let protocolAt = at + 6
  let l4 = at + IPV6_HLEN
  let isFragment = false
  let isFirst = true
  for (;;) {
    const kind = frame[protocolAt]
    if (kind !== HOP_BY_HOP && kind !== ROUTING && kind !== FRAGMENT && kind !== DEST_OPTIONS) break
    const size = kind === FRAGMENT ? 8 : 8 * (frame[l4 + 1] + 1)
    if (l4 + 8 > end || l4 + size > end) return undefined
    if (kind === FRAGMENT) {
      isFragment = true
      isFirst = u16(frame, l4 + 2) >> 3 === 0
    }
    protocolAt = l4
    l4 += size
    if (!isFirst) break
  }
  return {
    family: 'ip6',
    at,
    headerLength: l4 - at,
    end,
    protocol: frame[protocolAt],
    protocolAt,
    ttl: frame[at + 7],
    tos: ((frame[at] & 15) << 4) | (frame[at + 1] >> 4),
    source: addressAt(frame, at + 8, 'ip6'),
    dest: addressAt(frame, at + 24, 'ip6'),
    isFragment,
    ...upperLayer(frame, frame[protocolAt], l4, end, isFirst),
  }
}

function upperLayer(
  frame: Uint8Array,
  protocol: number,
  l4: number,
  end: number,
  isFirst: boolean,
): Pick<IpHeader, 'l4' | 'sport' | 'dport'> {
  const hasPorts = (protocol === IPPROTO_TCP || protocol === IPPROTO_UDP) && l4 + 4 <= end && isFirst
  return { l4, sport: hasPorts ? u16(frame, l4) : 0, dport: hasPorts ? u16(frame, l4 + 2) : 0 }
}

export interface TcpHeader {
  readonly seq: number
  readonly ack: number
  readonly flags: number
  readonly window: number
  readonly data: Uint8Array
  /** 0 = the option is not there. */
  readonly mss: number
}

export const FIN = 1
export const SYN = 2
export const RST = 4
export const ACK = 16

/** The TCP header of a packet; undefined where it is cut or its checksum is wrong. */
export function readTcp(frame: Uint8Array, ip: IpHeader): TcpHeader | undefined {
  const at = ip.l4
  if (ip.end < at + 20) return undefined
  const length = (frame[at + 12] >> 4) * 4
  if (length < 20 || at + length > ip.end || !isSumRight(frame, ip)) return undefined
  let mss = 0
  for (let o = at + 20; o < at + length && frame[o] !== 0; o += frame[o] === 1 ? 1 : Math.max(2, frame[o + 1])) {
    if (frame[o] === 2 && frame[o + 1] === 4) mss = u16(frame, o + 2)
  }
  return {
    seq: ipAt(frame, at + 4),
    ack: ipAt(frame, at + 8),
    flags: frame[at + 13],
    window: u16(frame, at + 14),
    data: frame.slice(at + length, ip.end),
    mss,
  }
}

/** The payload of a UDP packet; undefined where it is cut or its checksum is wrong. */
export function readUdp(frame: Uint8Array, ip: IpHeader): Uint8Array | undefined {
  const length = ip.end >= ip.l4 + 8 ? u16(frame, ip.l4 + 4) : 0
  if (length < 8 || ip.l4 + length > ip.end) return undefined
  // Without a checksum: IPv4 alone allows that.
  const isSummed = u16(frame, ip.l4 + 6) !== 0
  if (isSummed ? !isSumRight(frame, ip) : ip.family === 'ip6') return undefined
  return frame.slice(ip.l4 + 8, ip.l4 + length)
}

/** Whether the checksum of TCP, UDP or ICMPv6 is right. */
export function isSumRight(frame: Uint8Array, ip: IpHeader): boolean {
  const segment = frame.subarray(ip.l4, ip.end)
  return internetChecksum(segment, pseudoHeaderSum(addressBytes(ip.source), addressBytes(ip.dest), ip.protocol, segment.length)) === 0
}

/** A change of addresses and ports. */
export interface Rewrite {
  readonly source?: Ip
  readonly sport?: number
  readonly dest?: Ip
  readonly dport?: number
}

const SUM_AT: Readonly<Record<number, number>> = { [IPPROTO_TCP]: 16, [IPPROTO_UDP]: 6, [IPPROTO_ICMPV6]: 2 }

/** The frame with other addresses and ports, checksums of all layers kept right. Linux: nf_nat_ipv4_manip_pkt(), nf_nat_ipv6_manip_pkt(). */
export function rewritten(frame: Uint8Array, ip: IpHeader, to: Rewrite): Uint8Array {
  const out = frame.slice()
  const hasPorts = ip.protocol === IPPROTO_TCP || ip.protocol === IPPROTO_UDP
  const sumAt = ip.l4 + (SUM_AT[ip.protocol] ?? ip.end)
  const isUnsummed = ip.protocol === IPPROTO_UDP && u16(frame, sumAt) === 0
  const l4Sum = sumAt + 2 <= ip.end && !isUnsummed ? sumAt : -1
  const sums = ip.family === 'ip4' ? [ip.at + 10, l4Sum] : [l4Sum]
  const put16 = (at: number, value: number, changed: readonly number[]): void => {
    for (const sum of changed) if (sum >= 0) replaceSum(out, sum, u16(out, at), value)
    out[at] = value >> 8
    out[at + 1] = value
  }
  const putAddress = (at: number, value: Ip): void => {
    const bytes = addressBytes(value)
    for (let i = 0; i < bytes.length; i += 2) put16(at + i, u16(bytes, i), sums)
  }
  const sourceAt = ip.at + (ip.family === 'ip4' ? 12 : 8)
  if (to.source !== undefined) putAddress(sourceAt, to.source)
  if (to.dest !== undefined) putAddress(sourceAt + addressBytes(to.dest).length, to.dest)
  if (to.sport !== undefined && hasPorts) put16(ip.l4, to.sport, [l4Sum])
  if (to.dport !== undefined && hasPorts) put16(ip.l4 + 2, to.dport, [l4Sum])
  // A sum of 0 would say that there is none.
  if (ip.protocol === IPPROTO_UDP && l4Sum >= 0 && u16(out, l4Sum) === 0) out.fill(0xff, l4Sum, l4Sum + 2)
  return out
}

/** RFC 1624: the sum after a 16-bit word changed. */
function replaceSum(frame: Uint8Array, at: number, from: number, to: number): void {
  const sum = fold16((~u16(frame, at) & 0xffff) + (~from & 0xffff) + to)
  const value = ~sum & 0xffff
  frame[at] = value >> 8
  frame[at + 1] = value
}

/** The frame with a hop less to live. */
export function withTtl(frame: Uint8Array, ip: IpHeader, ttl: number): Uint8Array {
  const out = frame.slice()
  if (ip.family === 'ip6') {
    out[ip.at + 7] = ttl
    return out
  }
  const word = u16(out, ip.at + 8)
  replaceSum(out, ip.at + 10, word, (ttl << 8) | (word & 0xff))
  out[ip.at + 8] = ttl
  return out
}

/** The frame with other link layer addresses. */
export function withMacs(frame: Uint8Array, dest: string, source: string): Uint8Array {
  const out = frame.slice()
  putMac(out, 0, dest)
  putMac(out, 6, source)
  return out
}

export function putMac(frame: Uint8Array, at: number, mac: string): void {
  for (let i = 0; i < 6; i++) frame[at + i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16)
}

/** The inner packet of a tunnel with an Ethernet header of its own in front. */
export function unwrapped(frame: Uint8Array, inner: number): Uint8Array {
  const out = new Uint8Array(ETH_HLEN + frame.length - inner)
  out.set(frame.subarray(0, 12))
  out.set(frame.subarray(inner), ETH_HLEN)
  putEtherType(out)
  return out
}

/** Makes the frame's type what the version of its IP packet says. */
export function putEtherType(frame: Uint8Array): void {
  const version = frame.length > ETH_HLEN ? frame[ETH_HLEN] >> 4 : 0
  if (version !== 4 && version !== 6) return
  const type = version === 4 ? ETH_P_IP : ETH_P_IPV6
  frame[12] = type >> 8
  frame[13] = type & 0xff
}
