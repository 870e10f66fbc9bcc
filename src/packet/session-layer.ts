// DHCP for IPv4 (RFC 2131, 2132) and the greeting of TLS (RFC 8446 §4.1.2): enough to name who asks for what.
import { formatIpv4 } from './addresses.ts'
import { cut } from './link-layer.ts'
import { hex16, LayerReader } from './reader.ts'
import type { Next, Progress } from './step.ts'

const DHCP_TYPES = ['', 'discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'] as const
const COOKIE = 0x63825363
const FIXED = 236
const OPTION_NAMES: Readonly<Record<number, string>> = {
  1: 'subnet mask',
  3: 'router',
  6: 'name server',
  12: 'host name',
  50: 'requested address',
  51: 'lease time',
  53: 'message type',
  54: 'server',
}
const ADDRESS_OPTIONS = new Set([1, 3, 6, 50, 54])

export function dhcp(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('DHCP', p.bytes, offset, end)
  p.protocol = 'DHCP'
  const operation = r.u8('operation', (v) => (v === 1 ? '1 (request)' : v === 2 ? '2 (reply)' : String(v)))
  r.u8('hardware type')
  r.u8('hardware size')
  r.u8('hops')
  r.u32('transaction id', (v) => `0x${v.toString(16).padStart(8, '0')}`)
  r.u16('seconds')
  r.u16('flags', hex16)
  r.ipv4('client address')
  const your = r.ipv4('your address')
  r.ipv4('server address')
  r.ipv4('relay address')
  r.mac('client MAC')
  r.skip(FIXED - 34)
  const cookie = r.u32('magic cookie', (v) => `0x${v.toString(16)}`)
  let type = ''
  while (!r.truncated && cookie === COOKIE && r.at < end) {
    const code = p.bytes[r.at]
    if (code === 0) {
      r.skip(1)
      continue
    }
    if (code === 255) {
      r.note('end of options', r.at, 1, '')
      r.skip(1)
      break
    }
    const size = r.at + 1 < end ? p.bytes[r.at + 1] : 0
    const data = p.bytes.subarray(r.at + 2, r.at + 2 + size)
    if (r.at + 2 + size > end) {
      r.truncated = true
      break
    }
    if (code === 53) type = DHCP_TYPES[data[0]] ?? String(data[0])
    r.note(OPTION_NAMES[code] ?? `option ${code}`, r.at, 2 + size, optionText(code, data))
    r.skip(2 + size)
  }
  p.layers.push(r.done(r.at - offset))
  p.words.push(`DHCP ${type === '' ? (operation === 2 ? 'reply' : 'request') : type}`)
  if (r.truncated) return cut(p)
  if (operation === 2) p.words.push(formatIpv4(your))
  return { kind: 'payload', offset: r.at, end }
}

function optionText(code: number, data: Uint8Array): string {
  if (code === 53) return `${data[0]} (${DHCP_TYPES[data[0]] ?? 'unknown'})`
  if (ADDRESS_OPTIONS.has(code) && data.length >= 4) return formatIpv4(data.subarray(0, 4))
  if (code === 12) return printable(data)
  if (code === 51 && data.length === 4) return `${((data[0] << 24) | (data[1] << 16) | (data[2] << 8) | data[3]) >>> 0} s`
  return `${data.length} bytes`
}

const printable = (bytes: Uint8Array): string => [...bytes].map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '?')).join('')

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_HELLO = 2
const SERVER_NAME = 0

/** Whether bytes begin like a record of a TLS handshake. */
export function looksLikeTls(bytes: Uint8Array, offset: number, end: number): boolean {
  return (
    offset + 6 <= end &&
    bytes[offset] === HANDSHAKE &&
    bytes[offset + 1] === 3 &&
    bytes[offset + 2] <= 4 &&
    bytes[offset + 5] <= SERVER_HELLO
  )
}

export function tls(p: Progress, offset: number, end: number): Next | undefined {
  const r = new LayerReader('TLS', p.bytes, offset, end)
  p.protocol = 'TLS'
  r.u8('content type', (v) => `${v} (handshake)`)
  r.u16('record version', hex16)
  const length = r.u16('record length')
  const stop = Math.min(end, r.at + length)
  const kind = r.u8(
    'handshake type',
    (v) => `${v} (${v === CLIENT_HELLO ? 'client hello' : v === SERVER_HELLO ? 'server hello' : 'other'})`,
  )
  r.skip(3)
  r.u16('version', hex16)
  r.skip(32)
  let name = ''
  if (!r.truncated && kind === CLIENT_HELLO) name = clientHello(r, stop)
  p.layers.push(r.done(stop - offset))
  p.words.push(
    `TLS ${kind === CLIENT_HELLO ? 'client hello' : kind === SERVER_HELLO ? 'server hello' : 'handshake'}${name === '' ? '' : ` ${name}`}`,
  )
  if (r.truncated && offset + 5 + length > end) return cut(p)
  return { kind: 'payload', offset: stop, end }
}

/** The name that the client asks for; empty where it asks for none or the message is cut. */
function clientHello(r: LayerReader, stop: number): string {
  const u8 = (at: number): number => (at < stop ? r.bytes[at] : 0)
  const u16 = (at: number): number => (u8(at) << 8) | u8(at + 1)
  let at = r.at + 1 + u8(r.at)
  const suites = u16(at)
  r.note('cipher suites', at, 2, String(suites / 2))
  at += 2 + suites
  at += 1 + u8(at)
  const last = Math.min(stop, at + 2 + u16(at))
  at += 2
  while (at + 4 <= last) {
    const type = u16(at)
    const size = u16(at + 2)
    if (at + 4 + size > last) return ''
    if (type === SERVER_NAME && size >= 5) {
      const name = printable(r.bytes.subarray(at + 9, Math.min(last, at + 9 + u16(at + 7))))
      r.note('server name', at, 4 + size, name)
      return name
    }
    at += 4 + size
  }
  return ''
}
