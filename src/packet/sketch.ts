// A packet in words, layer by layer from the outside in: "eth / ipv4 10.0.0.1 > 10.0.0.2 / tcp 41000 > 80 S / 'hello'". In: the text. Out: the frame,
// or where the text is not understood and what was expected there. What is left out follows from what is inside, as in a well-formed packet.
//
//   packet   = layer { '/' layer }                      a '/' between layers has spaces around it
//   layer    = 'eth' [MAC '>' MAC] | 'vlan' ID | 'qinq' ID | 'mpls' LABEL | 'arp' 'who-has' IP 'tell' IP | 'arp' IP 'is-at' MAC
//            | 'ipv4' IP '>' IP | 'ipv6' IP '>' IP | 'gre' | 'vxlan' VNI | 'geneve' VNI
//            | 'tcp' PORT '>' PORT [FLAGS] | 'udp' PORT '>' PORT | 'sctp' PORT '>' PORT
//            | 'icmp' TYPE | 'icmpv6' TYPE | 'dns' NAME ['AAAA'] | 'http' METHOD PATH
//            | 'TEXT' | '0x' HEX | 'zeros' N              payload
//   then, for each layer, NAME VALUE pairs: ttl, tos, id, offset, proto, options (hex), hop, flow, seq, ack, win, mss, code, tag, prio, type;
//   and the words df and mf. FLAGS are tcpdump's letters (S . P F R U), TYPE a number or echo, echo-reply, unreachable, time-exceeded.
import { concat, fromHex } from '../base/index.ts'
import { parseIpv4, parseIpv6, parseMac } from './addresses.ts'
import { buildPacket, type LayerSpec } from './build.ts'
import { dnsQuery } from './dns-query.ts'
import type { TcpFlag } from './numbers.ts'

export type SketchResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** `at`: offset in the text. */
  | { readonly ok: false; readonly at: number; readonly expected: string }

interface Word {
  readonly text: string
  readonly at: number
  readonly quoted: boolean
}

type Layer = { readonly kind: 'layer'; readonly spec: LayerSpec } | { readonly kind: 'payload'; readonly bytes: Uint8Array }

/** A fault under way to its caller; never leaves this file. */
class Fault {
  readonly at: number
  readonly expected: string
  constructor(at: number, expected: string) {
    this.at = at
    this.expected = expected
  }
}

const MAX_PACKET = 65_535

export function readSketch(text: string): SketchResult {
  try {
    const layers: LayerSpec[] = []
    let payload = new Uint8Array(0)
    for (const words of split(text)) {
      const layer = readLayer(words, text.length)
      if (layer.kind === 'layer') {
        if (payload.length > 0) throw new Fault(words[0].at, 'nothing behind the payload')
        layers.push(layer.spec)
        continue
      }
      payload = concat([payload, layer.bytes])
    }
    if (layers[0]?.kind !== 'ethernet') throw new Fault(0, 'eth')
    const bytes = buildPacket(layers, payload)
    if (bytes.length > MAX_PACKET) throw new Fault(0, `at most ${MAX_PACKET} bytes`)
    return { ok: true, bytes }
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, at: fault.at, expected: fault.expected }
    throw fault
  }
}

/** Words of each layer. */
function split(text: string): Word[][] {
  const out: Word[][] = [[]]
  for (const m of text.matchAll(/'([^']*)'|\S+/g)) {
    const word: Word = { text: m[1] ?? m[0], at: m.index, quoted: m[1] !== undefined }
    if (word.text === '/' && !word.quoted) out.push([])
    else out[out.length - 1].push(word)
  }
  return out
}

/** The words of one layer, taken one after the other. */
interface Cursor {
  readonly words: readonly Word[]
  readonly end: number
  i: number
}

function readLayer(words: readonly Word[], end: number): Layer {
  const first = words[0]
  if (!first) throw new Fault(end, 'a layer')
  if (first.quoted) return { kind: 'payload', bytes: new TextEncoder().encode(first.text) }
  if (first.text.startsWith('0x')) return { kind: 'payload', bytes: hexOf(first.text.slice(2), first.at) }
  const c: Cursor = { words, end, i: 1 }
  const made = byName(first, c)
  const left = c.words[c.i]
  if (left) throw new Fault(left.at, 'a slash, or a field of this layer')
  return made instanceof Uint8Array ? { kind: 'payload', bytes: made } : { kind: 'layer', spec: made }
}

function byName(name: Word, c: Cursor): LayerSpec | Uint8Array {
  switch (name.text) {
    case 'eth': {
      const macs = c.words[c.i + 1]?.text === '>' ? pair(c, mac) : undefined
      const { type } = fields(c, ['type'])
      return { kind: 'ethernet', ...(macs && { source: macs[0], destination: macs[1] }), ...given({ type }) }
    }
    case 'vlan':
    case 'qinq': {
      const id = number(c, 4095)
      const { prio } = fields(c, ['prio'])
      return { kind: 'vlan', id, ...given({ priority: prio }), ...(name.text === 'qinq' && { tpid: 0x88a8 }) }
    }
    case 'mpls': {
      const label = number(c, 0xfffff)
      return { kind: 'mpls', label, ...given(fields(c, ['ttl'])) }
    }
    case 'arp':
      return arp(c)
    case 'ipv4': {
      const [source, destination] = pair(c, v4)
      const f = fields(c, ['ttl', 'tos', 'id', 'offset', 'proto', 'options', 'df', 'mf'])
      return {
        kind: 'ipv4',
        source,
        destination,
        ...given({ ttl: f.ttl, tos: f.tos, id: f.id, fragmentOffset: f.offset, protocol: f.proto, options: f.options }),
        ...(f.df && { dontFragment: true }),
        ...(f.mf && { moreFragments: true }),
      }
    }
    case 'ipv6': {
      const [source, destination] = pair(c, v6)
      const f = fields(c, ['hop', 'flow', 'tos', 'proto'])
      return {
        kind: 'ipv6',
        source,
        destination,
        ...given({ hopLimit: f.hop, flowLabel: f.flow, trafficClass: f.tos, nextHeader: f.proto }),
      }
    }
    case 'tcp': {
      const [sport, dport] = pair(c, port)
      const flags = flagsOf(c)
      const f = fields(c, ['seq', 'ack', 'win', 'mss', 'options'])
      const options = f.mss === undefined ? f.options : Uint8Array.of(2, 4, f.mss >> 8, f.mss & 0xff)
      return { kind: 'tcp', sport, dport, flags, ...given({ seq: f.seq, ack: f.ack, window: f.win, options }) }
    }
    case 'udp': {
      const [sport, dport] = pair(c, port)
      return { kind: 'udp', sport, dport }
    }
    case 'sctp': {
      const [sport, dport] = pair(c, port)
      return { kind: 'sctp', sport, dport, ...given(fields(c, ['tag'])) }
    }
    case 'icmp':
    case 'icmpv6': {
      const type = icmpType(c, name.text)
      const f = fields(c, ['code', 'id', 'seq'])
      const rest = f.id === undefined && f.seq === undefined ? undefined : (((f.id ?? 0) << 16) | (f.seq ?? 0)) >>> 0
      return { kind: name.text, type, ...given({ code: f.code, rest }) }
    }
    case 'gre':
      return { kind: 'gre', ...given(fields(c, ['type'])) }
    case 'vxlan':
      return { kind: 'vxlan', vni: number(c, 0xffffff) }
    case 'geneve':
      return { kind: 'geneve', vni: number(c, 0xffffff), ...given(fields(c, ['type', 'options'])) }
    case 'dns': {
      const asked = word(c, 'a name').text
      const isV6 = c.words[c.i]?.text === 'AAAA'
      if (isV6) c.i++
      const { id } = fields(c, ['id'])
      return dnsQuery(asked, isV6 ? 'AAAA' : 'A', id ?? 1)
    }
    case 'http': {
      const method = word(c, 'a method').text
      const path = word(c, 'a path').text
      return new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\nHost: example.com\r\n\r\n`)
    }
    case 'zeros':
      return new Uint8Array(number(c, 9000))
    default:
      throw new Fault(
        name.at,
        'eth, vlan, arp, ipv4, ipv6, tcp, udp, sctp, icmp, icmpv6, gre, vxlan, geneve, mpls, dns, http, a text or 0x bytes',
      )
  }
}

function word(c: Cursor, expected: string): Word {
  const w = c.words[c.i]
  if (!w) throw new Fault(c.words[c.i - 1] ? c.words[c.i - 1].at + c.words[c.i - 1].text.length : c.end, expected)
  c.i++
  return w
}

function number(c: Cursor, most: number): number {
  const w = word(c, 'a number')
  const n = /^(\d+|0x[0-9a-f]+)$/i.test(w.text) ? Number(w.text) : -1
  if (n < 0 || n > most) throw new Fault(w.at, `a number up to ${most}`)
  return n
}

function hexOf(text: string, at: number): Uint8Array {
  const bytes = fromHex(text)
  if (!bytes) throw new Fault(at, 'hexadecimal digits of whole bytes')
  return bytes
}

/** "A > B" */
function pair<T>(c: Cursor, one: (w: Word) => T): readonly [T, T] {
  const a = one(word(c, 'a sender'))
  const arrow = word(c, '>')
  if (arrow.text !== '>') throw new Fault(arrow.at, '>')
  return [a, one(word(c, 'a receiver'))]
}

const checked =
  (fits: (text: string) => boolean, expected: string) =>
  (w: Word): string => {
    if (!fits(w.text)) throw new Fault(w.at, expected)
    return w.text
  }
const mac = checked((t) => parseMac(t) !== undefined, 'a link layer address')
const v4 = checked((t) => parseIpv4(t) !== undefined, 'an IPv4 address')
const v6 = checked((t) => parseIpv6(t) !== undefined, 'an IPv6 address')

function port(w: Word): number {
  const n = /^\d{1,5}$/.test(w.text) ? Number(w.text) : -1
  if (n < 0 || n > 65535) throw new Fault(w.at, 'a port')
  return n
}

function arp(c: Cursor): LayerSpec {
  const first = word(c, 'who-has or an address')
  if (first.text === 'who-has') {
    const targetIp = v4(word(c, 'an IPv4 address'))
    const tell = word(c, 'tell')
    if (tell.text !== 'tell') throw new Fault(tell.at, 'tell')
    return { kind: 'arp', operation: 'request', senderMac: '02:00:00:00:00:01', senderIp: v4(word(c, 'an IPv4 address')), targetIp }
  }
  const senderIp = v4(first)
  const isAt = word(c, 'is-at')
  if (isAt.text !== 'is-at') throw new Fault(isAt.at, 'is-at')
  return { kind: 'arp', operation: 'reply', senderIp, senderMac: mac(word(c, 'a link layer address')), targetIp: '0.0.0.0' }
}

const FLAG_LETTERS: Readonly<Record<string, TcpFlag>> = { S: 'SYN', '.': 'ACK', P: 'PSH', F: 'FIN', R: 'RST', U: 'URG', E: 'ECE', W: 'CWR' }

function flagsOf(c: Cursor): TcpFlag[] {
  const w = c.words[c.i]
  if (!w || !/^[S.PFRUEW]+$/.test(w.text)) return []
  c.i++
  return [...w.text].map((letter) => FLAG_LETTERS[letter])
}

const ICMP_TYPES: Readonly<Record<string, readonly [v4: number, v6: number]>> = {
  echo: [8, 128],
  'echo-reply': [0, 129],
  unreachable: [3, 1],
  'time-exceeded': [11, 3],
}

function icmpType(c: Cursor, kind: string): number {
  const w = c.words[c.i]
  if (w && Object.hasOwn(ICMP_TYPES, w.text)) {
    c.i++
    return ICMP_TYPES[w.text][kind === 'icmp' ? 0 : 1]
  }
  return number(c, 255)
}

interface Fields {
  ttl?: number
  tos?: number
  id?: number
  offset?: number
  proto?: number
  options?: Uint8Array
  df?: boolean
  mf?: boolean
  hop?: number
  flow?: number
  seq?: number
  ack?: number
  win?: number
  mss?: number
  code?: number
  tag?: number
  prio?: number
  type?: number
}

/** Largest value of each field. */
const MOST: Readonly<Record<string, number>> = {
  ttl: 255,
  tos: 255,
  id: 65535,
  offset: 65528,
  proto: 255,
  hop: 255,
  flow: 0xfffff,
  seq: 0xffffffff,
  ack: 0xffffffff,
  win: 65535,
  mss: 65535,
  code: 255,
  tag: 0xffffffff,
  prio: 7,
  type: 65535,
}

/** The layer's NAME VALUE pairs, in any order. */
function fields(c: Cursor, names: readonly (keyof Fields)[]): Fields {
  const out: Fields = {}
  for (let w = c.words[c.i]; w && (names as readonly string[]).includes(w.text); w = c.words[c.i]) {
    c.i++
    const name = w.text as keyof Fields
    if (name === 'df' || name === 'mf') out[name] = true
    else if (name === 'options') {
      const value = word(c, 'hexadecimal digits')
      out.options = hexOf(value.text, value.at)
    } else out[name] = number(c, MOST[name])
  }
  return out
}

/** Without what was not given. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}
