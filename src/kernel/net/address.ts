// IPv4 addresses as unsigned 32-bit numbers and MAC addresses as texts: what tables of the network are keyed by.
import { formatIpv4, formatMac, parseIpv4 } from '../../packet/index.ts'

export type Ip = number

export interface Prefix {
  readonly ip: Ip
  readonly length: number
}

export const ANY: Ip = 0
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff'

/** The address of a text, or undefined. */
export function parseIp(text: string): Ip | undefined {
  const bytes = parseIpv4(text)
  return bytes && ipAt(bytes, 0)
}

/** "10.0.0.1/24"; a host's own address without a length; "default" is everything. */
export function parsePrefix(text: string): Prefix | undefined {
  if (text === 'default') return { ip: ANY, length: 0 }
  const [address, bits = '32', more] = text.split('/')
  const ip = parseIp(address)
  const length = /^\d{1,2}$/.test(bits) ? Number(bits) : 33
  return ip === undefined || length > 32 || more !== undefined ? undefined : { ip, length }
}

export function ipAt(bytes: Uint8Array, at: number): Ip {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
}

export const ipText = (ip: Ip): string => formatIpv4(Uint8Array.of(ip >>> 24, ip >>> 16, ip >>> 8, ip))
export const prefixText = ({ ip, length }: Prefix): string => `${ipText(ip)}/${length}`
export const macText = (bytes: Uint8Array, at: number): string => formatMac(bytes.subarray(at, at + 6))

const maskOf = (length: number): number => (length === 0 ? 0 : (-1 << (32 - length)) >>> 0)

export function isWithin(ip: Ip, { ip: net, length }: Prefix): boolean {
  return ((ip ^ net) & maskOf(length)) === 0
}

export const networkOf = ({ ip, length }: Prefix): Prefix => ({ ip: (ip & maskOf(length)) >>> 0, length })

/** Little-endian load of the address in network order, as programs hold it. */
export const swapped = (ip: Ip): number => (((ip & 0xff) << 24) | ((ip & 0xff00) << 8) | ((ip >>> 8) & 0xff00) | (ip >>> 24)) >>> 0

export const swapped16 = (port: number): number => ((port & 0xff) << 8) | (port >>> 8)
