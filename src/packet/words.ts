// Traffic in words: "100 tcp syn from 203.0.113.0/24 to 10.0.0.1:80 at 1000 pps". In: the text and a seed. Out: frames with their times, or where the
// text is not understood and what was expected there. Several phrases (one a line, or separated by ';') run beside each other.
//
//   phrase   = [COUNT] protocol option*
//   protocol = 'tcp' flag* | 'udp' | 'icmp' | 'arp' | 'dns' [NAME] | 'http' [METHOD] [PATH] | SKETCH (see sketch.ts)
//   flag     = 'syn' | 'ack' | 'fin' | 'rst' | 'psh' | 'urg'
//   option   = ('from' | 'to') ADDRESS ['/' BITS] [':' PORT ['-' PORT]]     a subnet or a range is drawn from for each packet
//            | 'at' N ('pps' | 'kpps') | 'every' N ('ns' | 'us' | 'ms' | 's')
//            | 'size' N ['-' N]                                             of the whole frame, in bytes
//            | 'payload' 'TEXT' | 'ttl' N | 'vlan' N
//
// What is not said: one packet, 10.0.0.100 to 10.0.0.1, port 80 (53 for dns), a random port from 32768 on, a millisecond apart.
import { formatIpv4, parseIpv4 } from './addresses.ts'
import { buildPacket, type LayerSpec } from './build.ts'
import { dnsQuery } from './dns-query.ts'
import { TCP_FLAGS, type TcpFlag } from './numbers.ts'
import { readSketch } from './sketch.ts'

export interface TimedFrame {
  /** Nanoseconds since the traffic began. */
  readonly atNs: number
  readonly data: Uint8Array
}

export interface TextFault {
  /** Offset in the text. */
  readonly at: number
  readonly expected: string
}

export type TrafficResult = { readonly ok: true; readonly frames: readonly TimedFrame[] } | ({ readonly ok: false } & TextFault)

/** Packets of one text. */
export const MAX_TRAFFIC = 100_000
const MS = 1_000_000
const FIRST_RANDOM_PORT = 32768
const DEFAULT_SOURCE = 0x0a000064
const DEFAULT_DEST = 0x0a000001
const MAX_FRAME = 9018
const ETH_HLEN = 14

interface Range {
  readonly from: number
  readonly to: number
}

interface Place {
  readonly address: Range
  readonly port: Range | undefined
}

interface Phrase {
  readonly count: number
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'arp' | 'dns' | 'http'
  readonly flags: readonly TcpFlag[]
  readonly words: readonly string[]
  readonly from: Place
  readonly to: Place
  readonly everyNs: number
  readonly size: Range | undefined
  readonly payload: string | undefined
  readonly ttl: number | undefined
  readonly vlan: number | undefined
}

interface Token {
  readonly text: string
  readonly at: number
  readonly quoted: boolean
}

export function readTraffic(text: string, seed: number): TrafficResult {
  const frames: TimedFrame[] = []
  const random = createDice(seed)
  let offset = 0
  for (const part of text.split(/([;\n])(?=(?:[^']*'[^']*')*[^']*$)/)) {
    const start = offset
    offset += part.length
    if (part.trim() === '' || part === ';') continue
    if (/^\s*eth\b/.test(part)) {
      const sketch = readSketch(part)
      if (!sketch.ok) return { ok: false, at: start + sketch.at, expected: sketch.expected }
      frames.push({ atNs: 0, data: sketch.bytes })
      continue
    }
    const read = readPhrase(part)
    if ('expected' in read) return { ok: false, at: start + read.at, expected: read.expected }
    if (frames.length + read.count > MAX_TRAFFIC) return { ok: false, at: start, expected: `at most ${MAX_TRAFFIC} packets` }
    for (let i = 0; i < read.count; i++) frames.push({ atNs: Math.round(i * read.everyNs), data: frameOf(read, i, random) })
  }
  if (frames.length === 0) return { ok: false, at: 0, expected: 'packets in words' }
  return { ok: true, frames: frames.sort((a, b) => a.atNs - b.atNs) }
}

/** Words and quoted texts with their places. */
function tokensOf(text: string): Token[] {
  const out: Token[] = []
  for (const m of text.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)) {
    const quoted = m[1] ?? m[2]
    out.push({ text: quoted ?? m[0], at: m.index, quoted: quoted !== undefined })
  }
  return out
}

const PROTOCOLS = new Set(['tcp', 'udp', 'icmp', 'ping', 'arp', 'dns', 'http'])
const OPTIONS = new Set(['from', 'to', 'at', 'every', 'size', 'payload', 'ttl', 'vlan'])
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1000, ms: MS, s: 1000 * MS }
const RATES: Readonly<Record<string, number>> = { pps: 1, kpps: 1000 }

function readPhrase(text: string): Phrase | TextFault {
  const tokens = tokensOf(text)
  let i = 0
  const fault = (expected: string, token: Token | undefined = tokens[i]): TextFault => ({ at: token?.at ?? text.length, expected })
  const numberAt = (token: Token | undefined): number => (token && /^\d{1,9}$/.test(token.text) ? Number(token.text) : -1)
  let count = 1
  if (/^\d/.test(tokens[0].text)) {
    count = numberAt(tokens[i])
    if (count < 1) return fault('a number of packets')
    i++
  }
  const kind = tokens[i]?.text.toLowerCase() ?? ''
  if (!PROTOCOLS.has(kind)) return fault('tcp, udp, icmp, arp, dns or http')
  i++
  const protocol = (kind === 'ping' ? 'icmp' : kind) as Phrase['protocol']
  const flags: TcpFlag[] = []
  const words: string[] = []
  while (i < tokens.length && !OPTIONS.has(tokens[i].text)) {
    const word = tokens[i].text
    const named = word.toUpperCase().split(/[-+,]/)
    if (protocol === 'tcp') {
      if (!named.every((f) => (TCP_FLAGS as readonly string[]).includes(f)))
        return fault('a flag of TCP, or from, to, at, every, size, payload, ttl')
      flags.push(...(named as TcpFlag[]))
    } else if ((protocol === 'dns' && words.length < 1) || (protocol === 'http' && words.length < 2)) words.push(word)
    else return fault('from, to, at, every, size, payload, ttl or vlan')
    i++
  }
  let from: Place | undefined
  let to: Place | undefined
  let everyNs = MS
  let size: Range | undefined
  let payload: string | undefined
  let ttl: number | undefined
  let vlan: number | undefined
  while (i < tokens.length) {
    const option = tokens[i++].text
    const value = tokens[i]
    switch (option) {
      case 'from':
      case 'to': {
        const place = value && readPlace(value.text)
        if (!place) return fault('an IPv4 address, perhaps with /bits and :port')
        if (option === 'from') from = place
        else to = place
        break
      }
      case 'at':
      case 'every': {
        const joined = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(value?.text ?? '')
        const amount = Number(joined ? joined[1] : (value?.text ?? 'x'))
        const unit = joined ? joined[2] : (tokens[i + 1]?.text ?? '')
        const scale = (option === 'at' ? RATES : UNITS)[unit]
        if (!(amount > 0)) return fault('a number')
        if (scale === undefined)
          return fault(
            option === 'at' ? 'pps or kpps' : 'ns, us, ms or s',
            joined ? value : (tokens[i + 1] ?? ({ at: text.length } as Token)),
          )
        everyNs = option === 'at' ? 1e9 / (amount * scale) : amount * scale
        if (!joined) i++
        break
      }
      case 'size': {
        const range = readRange(value?.text ?? '', MAX_FRAME)
        if (!range || range.from < ETH_HLEN) return fault(`a size from ${ETH_HLEN} to ${MAX_FRAME} bytes`)
        size = range
        break
      }
      case 'payload':
        if (!value?.quoted) return fault("a text in quotes ('...')")
        payload = value.text
        break
      case 'ttl':
        ttl = numberAt(value)
        if (ttl < 0 || ttl > 255) return fault('a number from 0 to 255')
        break
      case 'vlan':
        vlan = numberAt(value)
        if (vlan < 0 || vlan > 4095) return fault('a number from 0 to 4095')
        break
      default:
        i--
        return fault('from, to, at, every, size, payload, ttl or vlan')
    }
    i++
  }
  const source = from ?? { address: { from: DEFAULT_SOURCE, to: DEFAULT_SOURCE }, port: undefined }
  const dest = to ?? { address: { from: DEFAULT_DEST, to: DEFAULT_DEST }, port: undefined }
  return { count, protocol, flags, words, from: source, to: dest, everyNs, size, payload, ttl, vlan }
}

function readPlace(text: string): Place | undefined {
  const m = /^([\d.]+|random)(?:\/(\d{1,2}))?(?::(\d{1,5}(?:-\d{1,5})?|random))?$/.exec(text)
  if (!m) return undefined
  const bytes = m[1] === 'random' ? Uint8Array.of(0, 0, 0, 0) : parseIpv4(m[1])
  const bits = m[1] === 'random' ? 0 : Number(m[2] ?? 32)
  const port = m[3] === undefined ? undefined : m[3] === 'random' ? { from: 1, to: 65535 } : readRange(m[3], 65535)
  if (!bytes || bits > 32 || (m[3] !== undefined && !port)) return undefined
  const ip = ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0
  const span = 2 ** (32 - bits)
  const first = Math.floor(ip / span) * span
  // Network and broadcast address belong to nobody.
  const address = bits >= 31 ? { from: first, to: first + span - 1 } : { from: first + 1, to: first + span - 2 }
  return { address: bits === 32 ? { from: ip, to: ip } : address, port }
}

function readRange(text: string, most: number): Range | undefined {
  const m = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!m) return undefined
  const [from, to] = [Number(m[1]), Number(m[2] ?? m[1])]
  return from <= to && to <= most ? { from, to } : undefined
}

type Dice = (from: number, to: number) => number

/** Numbers that a seed gives (mulberry32). */
function createDice(seed: number): Dice {
  let state = (seed ^ 0x74726166) >>> 0
  return (from, to) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return from + Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * (to - from + 1))
  }
}

const ipText = (n: number): string => formatIpv4(Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n))
const MACS = { source: '02:00:00:ff:ff:01', destination: '02:00:00:00:00:02' } as const

function frameOf(p: Phrase, index: number, dice: Dice): Uint8Array {
  const draw = (r: Range): number => (r.from === r.to ? r.from : dice(r.from, r.to))
  const source = ipText(draw(p.from.address))
  const destination = ipText(draw(p.to.address))
  const sport = p.from.port ? draw(p.from.port) : dice(FIRST_RANDOM_PORT, 60999)
  const dport = p.to.port ? draw(p.to.port) : p.protocol === 'dns' ? 53 : 80
  const link: LayerSpec[] = [{ kind: 'ethernet', ...MACS }]
  if (p.vlan !== undefined) link.push({ kind: 'vlan', id: p.vlan })
  if (p.protocol === 'arp')
    return buildPacket([
      { kind: 'ethernet', source: MACS.source, destination: 'ff:ff:ff:ff:ff:ff' },
      ...link.slice(1),
      { kind: 'arp', operation: 'request', senderMac: MACS.source, senderIp: source, targetIp: destination },
    ])
  const ip: LayerSpec = { kind: 'ipv4', source, destination, id: (index + 1) & 0xffff, ...(p.ttl === undefined ? {} : { ttl: p.ttl }) }
  const layers = [...link, ip, transport(p, index, sport, dport, dice)]
  const bare = contentOf(p, index)
  const size = p.size ? draw(p.size) : 0
  const frame = buildPacket(layers, bare)
  return size > frame.length ? buildPacket(layers, padded(bare, bare.length + size - frame.length)) : frame
}

function transport(p: Phrase, index: number, sport: number, dport: number, dice: Dice): LayerSpec {
  if (p.protocol === 'icmp') return { kind: 'icmp', type: 8, rest: (0x0b << 24) | (1 << 16) | (index & 0xffff) }
  if (p.protocol === 'udp' || p.protocol === 'dns') return { kind: 'udp', sport, dport }
  const flags: readonly TcpFlag[] = p.flags.length > 0 ? p.flags : p.protocol === 'http' ? ['PSH', 'ACK'] : ['SYN']
  return { kind: 'tcp', sport, dport, seq: dice(0, 0xffffffff), ack: flags.includes('ACK') ? dice(0, 0xffffffff) : 0, flags }
}

function contentOf(p: Phrase, index: number): Uint8Array {
  if (p.payload !== undefined) return new TextEncoder().encode(p.payload)
  if (p.protocol === 'dns') return dnsQuery(p.words[0] ?? 'example.com', 'A', (index + 1) & 0xffff)
  if (p.protocol === 'icmp') return Uint8Array.from({ length: 48 }, (_, i) => i)
  if (p.protocol !== 'http') return new Uint8Array(0)
  const [method, path] =
    p.words.length > 1
      ? p.words
      : [p.words[0]?.startsWith('/') === false ? p.words[0] : 'GET', p.words[0]?.startsWith('/') ? p.words[0] : '/']
  return new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\nHost: ${ipText(p.to.address.from)}\r\n\r\n`)
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  out.set(bytes)
  return out
}
