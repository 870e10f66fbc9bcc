// Where what stands in a frame, as the stack needs it, and the small changes that it makes to headers with their checksums kept right.
// In: Ethernet frames. Out: offsets and numbers; undefined where the bytes are no such packet. Changes answer a new frame.
import { fold16, internetChecksum, pseudoHeaderSum } from '../../packet/index.ts'
import { type Ip, ipAt } from './address.ts'

export const ETH_HLEN = 14
export const ETH_P_IP = 0x0800
export const ETH_P_ARP = 0x0806
export const IPPROTO_ICMP = 1
export const IPPROTO_IPIP = 4
export const IPPROTO_TCP = 6
export const IPPROTO_UDP = 17

export interface IpHeader {
  readonly at: number
  readonly headerLength: number
  /** Behind the last byte of the IP packet. */
  readonly end: number
  readonly protocol: number
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

/** The IPv4 header at `at`; undefined where it is cut, too short, or its checksum is wrong. */
export function readIp(frame: Uint8Array, at = ETH_HLEN): IpHeader | undefined {
  if (frame.length < at + 20 || frame[at] >> 4 !== 4) return undefined
  const headerLength = (frame[at] & 15) * 4
  const total = u16(frame, at + 2)
  if (headerLength < 20 || total < headerLength || at + total > frame.length) return undefined
  if (internetChecksum(frame.subarray(at, at + headerLength)) !== 0) return undefined
  const protocol = frame[at + 9]
  const l4 = at + headerLength
  const isFragment = (u16(frame, at + 6) & 0x3fff) !== 0
  const hasPorts = (protocol === IPPROTO_TCP || protocol === IPPROTO_UDP) && l4 + 4 <= at + total && (u16(frame, at + 6) & 0x1fff) === 0
  return {
    at,
    headerLength,
    end: at + total,
    protocol,
    ttl: frame[at + 8],
    tos: frame[at + 1],
    source: ipAt(frame, at + 12),
    dest: ipAt(frame, at + 16),
    isFragment,
    l4,
    sport: hasPorts ? u16(frame, l4) : 0,
    dport: hasPorts ? u16(frame, l4 + 2) : 0,
  }
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
  if (u16(frame, ip.l4 + 6) !== 0 && !isSumRight(frame, ip)) return undefined
  return frame.slice(ip.l4 + 8, ip.l4 + length)
}

/** Whether the checksum of TCP or UDP is right. */
function isSumRight(frame: Uint8Array, ip: IpHeader): boolean {
  const segment = frame.subarray(ip.l4, ip.end)
  const start = pseudoHeaderSum(frame.subarray(ip.at + 12, ip.at + 16), frame.subarray(ip.at + 16, ip.at + 20), ip.protocol, segment.length)
  return internetChecksum(segment, start) === 0
}

/** A change of addresses and ports. */
export interface Rewrite {
  readonly source?: Ip
  readonly sport?: number
  readonly dest?: Ip
  readonly dport?: number
}

/** The frame with other addresses and ports, checksums of IP, TCP and UDP kept right. Linux: nf_nat_ipv4_manip_pkt(). */
export function rewritten(frame: Uint8Array, ip: IpHeader, to: Rewrite): Uint8Array {
  const out = frame.slice()
  const sumAt = ip.protocol === IPPROTO_TCP ? ip.l4 + 16 : ip.protocol === IPPROTO_UDP ? ip.l4 + 6 : -1
  const l4Sum = sumAt >= 0 && sumAt + 2 <= ip.end && !(ip.protocol === IPPROTO_UDP && u16(frame, sumAt) === 0) ? sumAt : -1
  const put16 = (at: number, value: number, sums: readonly number[]): void => {
    for (const sum of sums) if (sum >= 0) replaceSum(out, sum, u16(out, at), value)
    out[at] = value >> 8
    out[at + 1] = value
  }
  const putAddress = (at: number, value: Ip): void => {
    put16(at, value >>> 16, [ip.at + 10, l4Sum])
    put16(at + 2, value & 0xffff, [ip.at + 10, l4Sum])
  }
  if (to.source !== undefined) putAddress(ip.at + 12, to.source)
  if (to.dest !== undefined) putAddress(ip.at + 16, to.dest)
  if (to.sport !== undefined && sumAt >= 0) put16(ip.l4, to.sport, [l4Sum])
  if (to.dport !== undefined && sumAt >= 0) put16(ip.l4 + 2, to.dport, [l4Sum])
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
  out[12] = ETH_P_IP >> 8
  out[13] = ETH_P_IP & 0xff
  out.set(frame.subarray(inner), ETH_HLEN)
  return out
}
