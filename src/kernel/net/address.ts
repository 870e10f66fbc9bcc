// Addresses of both families as numbers, and MAC addresses as texts: what tables of the network are keyed by.
//
//   IPv4   a number of 32 bits, unsigned        IPv6   a bigint of 128 bits        so the type of an address tells its family
//
// RFC 4291 (scopes, solicited-node addresses, EUI-64), RFC 2464 (multicast MAC addresses).
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../../packet/index.ts'

export type Ip = number | bigint
export type Family = 'ip4' | 'ip6'

export interface Prefix {
  readonly ip: Ip
  readonly length: number
}

export const ANY = 0
export const ANY6 = 0n
export const BROADCAST: Ip = 0xffffffff
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'
export const LOOPBACK6: Ip = 1n
export const LINK_LOCAL6: Prefix = { ip: 0xfe80n << 112n, length: 64 }
const MULTICAST6: Prefix = { ip: 0xffn << 120n, length: 8 }
const ALL_NODES = (0xff02n << 112n) | 1n
const SOLICITED_NODE = (0xff02n << 112n) | 0x1ff000000n

export const familyOf = (ip: Ip): Family => (typeof ip === 'number' ? 'ip4' : 'ip6')
export const bitsOf = (ip: Ip): number => (typeof ip === 'number' ? 32 : 128)
export const anyOf = (family: Family): Ip => (family === 'ip4' ? ANY : ANY6)
export const isAny = (ip: Ip): boolean => ip === ANY || ip === ANY6

/** The address of a text of either family, or undefined. */
export function parseIp(text: string): Ip | undefined {
  const four = parseIpv4(text)
  if (four) return ipAt(four, 0)
  const six = text.includes(':') ? parseIpv6(text) : undefined
  return six && ip6At(six, 0)
}

/** "10.0.0.1/24", "fd00::1/64"; a host's own address without a length; "default" is everything of IPv4, "::/0" of IPv6. */
export function parsePrefix(text: string): Prefix | undefined {
  if (text === 'default') return { ip: ANY, length: 0 }
  const [address, bits, more] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined || more !== undefined) return undefined
  const length = bits === undefined ? bitsOf(ip) : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  return length < 0 || length > bitsOf(ip) ? undefined : { ip, length }
}

/** Address of IPv4, or any other big-endian word. */
export function ipAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
}

export function ip6At(bytes: Uint8Array, at: number): bigint {
  let ip = 0n
  for (let i = 0; i < 16; i += 4) ip = (ip << 32n) | BigInt(ipAt(bytes, at + i))
  return ip
}

export const addressAt = (bytes: Uint8Array, at: number, family: Family): Ip => (family === 'ip4' ? ipAt(bytes, at) : ip6At(bytes, at))

/** 4 or 16 bytes in network order. */
export function addressBytes(ip: Ip): Uint8Array {
  if (typeof ip === 'number') return Uint8Array.of(ip >>> 24, ip >>> 16, ip >>> 8, ip)
  return Uint8Array.from({ length: 16 }, (_, i) => Number((ip >> BigInt(8 * (15 - i))) & 0xffn))
}

export const ipText = (ip: Ip): string => (typeof ip === 'number' ? formatIpv4(addressBytes(ip)) : formatIpv6(addressBytes(ip)))
export const prefixText = ({ ip, length }: Prefix): string => `${ipText(ip)}/${length}`
/** "10.0.0.1:80", "[fd00::1]:80" */
export const endpointText = (ip: Ip, port: number): string => (typeof ip === 'number' ? `${ipText(ip)}:${port}` : `[${ipText(ip)}]:${port}`)
export const macText = (bytes: Uint8Array, at: number): string => formatMac(bytes.subarray(at, at + 6))

/** For keys of tables: the families do not meet. */
export const ipKey = (ip: Ip): string => (typeof ip === 'number' ? `${ip}` : `x${ip.toString(16)}`)

const maskOf = (length: number): number => (length === 0 ? 0 : (-1 << (32 - length)) >>> 0)

export function isWithin(ip: Ip, { ip: net, length }: Prefix): boolean {
  if (typeof ip === 'number') return typeof net === 'number' && ((ip ^ net) & maskOf(length)) === 0
  return typeof net === 'bigint' && (ip ^ net) >> BigInt(128 - length) === 0n
}

export function networkOf({ ip, length }: Prefix): Prefix {
  if (typeof ip === 'number') return { ip: (ip & maskOf(length)) >>> 0, length }
  const rest = BigInt(128 - length)
  return { ip: (ip >> rest) << rest, length }
}

/** 169.254.0.0/16 and fe80::/64: known on a link alone. */
export const isLinkLocal = (ip: Ip): boolean => (typeof ip === 'number' ? ip >>> 16 === 0xa9fe : isWithin(ip, LINK_LOCAL6))
export const isMulticast6 = (ip: Ip): boolean => isWithin(ip, MULTICAST6)

/** The group that whoever has an address listens to, so that not everybody is asked for it. */
export const solicitedNode = (ip: bigint): bigint => SOLICITED_NODE | (ip & 0xffffffn)
/** Whether an interface with these addresses takes packets to a group. */
export const isGroupOf = (addresses: readonly Prefix[], group: Ip): boolean =>
  group === ALL_NODES || addresses.some(({ ip }) => typeof ip === 'bigint' && solicitedNode(ip) === group)

/** "33:33:" and the last four bytes of the group. */
export const groupMac = (group: bigint): string => `33:33:${formatMac(addressBytes(group).subarray(12))}`

/** The link-local address that an interface makes of its MAC address (EUI-64). */
export function linkLocalOf(mac: string): bigint {
  const b = parseMac(mac)!
  const half = [b[0] ^ 2, b[1], b[2], 0xff, 0xfe, b[3], b[4], b[5]]
  return half.reduce((ip, byte, i) => ip | (BigInt(byte) << BigInt(8 * (7 - i))), 0xfe80n << 112n)
}

/** Little-endian load of a word in network order, as programs hold it. */
export const swapped = (word: number): number =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0

export const swapped16 = (port: number): number => ((port & 0xff) << 8) | (port >>> 8)

/** The four words of an IPv6 address, the first one first, as programs load them. */
export const words6 = (ip: bigint): number[] => [96n, 64n, 32n, 0n].map((at) => swapped(Number((ip >> at) & 0xffffffffn)))
export const fromWords6 = (words: readonly number[]): bigint => words.reduce((ip, word) => (ip << 32n) | BigInt(swapped(word >>> 0)), 0n)
