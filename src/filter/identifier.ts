// What an id says under its qualifiers: an address, a network, ports, a protocol number. Names of hosts would need a resolver, which a page
// does not have.
import type { Cursor } from './cursor.ts'
import type { Direction, Qualifiers } from './expression.ts'
import { numberOf, type Token } from './lex.ts'
import { ETHERTYPES, LLC_SAPS, PROTOCOL_NUMBERS, type Protocol, SERVICES } from './names.ts'

export type Identifier =
  /** Words and their masks, most significant first: one for IPv4, four for IPv6. */
  | {
      readonly kind: 'address'
      readonly protocol: Protocol | undefined
      readonly direction: Direction
      readonly words: readonly number[]
      readonly masks: readonly number[]
    }
  | { readonly kind: 'mac'; readonly direction: Direction; readonly bytes: readonly number[] }
  | {
      readonly kind: 'ports'
      readonly protocols: readonly ('tcp' | 'udp' | 'sctp')[]
      readonly direction: Direction
      readonly low: number
      readonly high: number
    }
  | { readonly kind: 'number-of'; readonly over: 'ip' | 'ip6' | 'both' | 'ether'; readonly number: number }

const ALL_ONES = 0xffffffff

export function identifier(c: Cursor, q: Qualifiers): Identifier {
  const token = c.peek()
  if (!token) return c.fail('filter.end')
  switch (q.type) {
    case 'port':
    case 'portrange':
      return ports(c, q, token)
    case 'proto':
      return protocolNumber(c, q, token)
    default:
      return host(c, q, token)
  }
}

function host(c: Cursor, q: Qualifiers, token: Token): Identifier {
  const direction = q.direction ?? 'either'
  const { protocol } = q
  if (token.kind === 'mac') {
    if (protocol !== 'ether') return c.fail('filter.ether')
    c.next()
    return { kind: 'mac', direction, bytes: token.text.split(/[:-]/).map((b) => Number.parseInt(b, 16)) }
  }
  if (protocol === 'ether' || (protocol && !['ip', 'ip6', 'arp', 'rarp'].includes(protocol))) return c.fail('filter.host-of')
  if (token.kind === 'ipv6') return ipv6(c, q, token, direction)
  if (token.kind !== 'ipv4' && token.kind !== 'number') return c.fail('filter.name')
  if (protocol === 'ip6') return c.fail('filter.address')
  c.next()
  const parts = token.text.split('.').map(numberOf)
  const isPlain = token.kind === 'number'
  if (!isPlain && parts.some((p) => !(p <= 255))) return c.failAt('filter.address', token, [token.text])
  const joined = parts.reduce((n, p) => n * 256 + p, 0)
  if (!(joined <= ALL_ONES)) return c.failAt('filter.address', token, [token.text])
  // A plain number is a whole address; fewer than four parts are the beginning of one.
  const bits = isPlain ? 32 : 8 * parts.length
  const value = shiftLeft(joined, 32 - bits)
  const at = (word: number, mask: number): Identifier => ({ kind: 'address', protocol, direction, words: [word], masks: [mask] })
  if (c.take('/')) {
    const width = c.peek()
    const mask = prefixMask(c.number())
    if (mask === undefined) return c.failAt('filter.prefix', width, [width?.text ?? ''])
    return network(c, q, token, value, mask, at)
  }
  if (c.take('mask')) {
    const mask = c.next()
    const maskParts = mask?.kind === 'ipv4' ? mask.text.split('.').map(numberOf) : []
    if (maskParts.length === 0) return c.failAt('filter.address', mask, [mask?.text ?? ''])
    const m = shiftLeft(
      maskParts.reduce((n, p) => n * 256 + p, 0),
      32 - 8 * maskParts.length,
    )
    return network(c, q, token, value, m, at)
  }
  if (q.type === 'net') return shortNetwork(isPlain ? joined : joined, at)
  return at(value, bits === 32 ? ALL_ONES : shiftLeft(ALL_ONES, 32 - bits))
}

/** `net 10` and `net 10.1` name the network by its first bytes. */
function shortNetwork(joined: number, at: (word: number, mask: number) => Identifier): Identifier {
  let value = joined
  let mask = ALL_ONES
  while (value !== 0 && value <= 0xffffff) {
    value = shiftLeft(value, 8)
    mask = shiftLeft(mask, 8)
  }
  return at(value, mask)
}

function network(
  c: Cursor,
  q: Qualifiers,
  token: Token,
  value: number,
  mask: number,
  at: (word: number, mask: number) => Identifier,
): Identifier {
  if (q.type !== 'net') return c.failAt('filter.mask', token, [token.text])
  return (value & ~mask) === 0 ? at(value, mask) : c.failAt('filter.host-bits', token, [token.text])
}

function ipv6(c: Cursor, q: Qualifiers, token: Token, direction: Direction): Identifier {
  const words = ipv6Words(token.text)
  if (!words) return c.fail('filter.address6')
  if (q.protocol && q.protocol !== 'ip6') return c.fail('filter.address')
  c.next()
  let width = 128
  if (c.take('/')) {
    const at = c.peek()
    width = c.number()
    if (width > 128) return c.failAt('filter.prefix', at, [at?.text ?? ''])
    if (width !== 128 && q.type !== 'net') return c.failAt('filter.mask', token, [token.text])
  }
  const masks = [0, 1, 2, 3].map((i) => prefixMask(Math.max(0, Math.min(32, width - 32 * i))) ?? 0)
  if (words.some((w, i) => (w & ~masks[i]) !== 0)) return c.failAt('filter.host-bits', token, [token.text])
  return { kind: 'address', protocol: q.protocol, direction, words, masks }
}

/** Four words of an IPv6 address; undefined where it is none. */
function ipv6Words(text: string): readonly number[] | undefined {
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  const plain = v4
    ? `${v4[1]}${(Number(v4[2]) * 256 + Number(v4[3])).toString(16)}:${(Number(v4[4]) * 256 + Number(v4[5])).toString(16)}`
    : text
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map((h) => (h === '' ? [] : h.split(':')))
  const missing = 8 - groups.reduce((n, g) => n + g.length, 0)
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = halves.length === 2 ? [...groups[0], ...Array<string>(missing).fill('0'), ...groups[1]] : groups[0]
  if (all.some((g) => !/^[0-9a-fA-F]{1,4}$/.test(g))) return undefined
  const n = all.map((g) => Number.parseInt(g, 16))
  return [0, 1, 2, 3].map((i) => n[2 * i] * 65536 + n[2 * i + 1])
}

function ports(c: Cursor, q: Qualifiers, token: Token): Identifier {
  const { protocol } = q
  if (protocol && protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return c.fail('filter.port-of')
  const direction = q.direction ?? 'either'
  c.next()
  const range = q.type === 'portrange' ? /^(\w+)-(\w+)$/.exec(token.text) : null
  const [first, second] = range ? [port(range[1]), port(range[2])] : [port(token.text), undefined]
  if (!first || (range && !second)) return c.failAt('filter.port', token, [token.text])
  const only = protocol ?? (range ? undefined : first.only)
  if (first.only && protocol && protocol !== first.only) return c.failAt('filter.port', token, [token.text])
  const [low, high] = [first.port, second?.port ?? first.port]
  return {
    kind: 'ports',
    protocols: only ? [only] : ['tcp', 'udp', 'sctp'],
    direction,
    low: Math.min(low, high),
    high: Math.max(low, high),
  }
}

function port(text: string): { readonly port: number; readonly only?: 'tcp' | 'udp' } | undefined {
  const name = text.replace(/^\\/, '')
  if (!/^(?:0x[0-9a-f]+|\d+)$/i.test(name)) return SERVICES.get(name)
  const n = numberOf(name)
  return n <= 65535 ? { port: n } : undefined
}

function protocolNumber(c: Cursor, q: Qualifiers, token: Token): Identifier {
  if (q.direction) return c.fail('filter.direction')
  const over = q.protocol ?? 'both'
  if (over !== 'both' && over !== 'ip' && over !== 'ip6' && over !== 'ether') return c.fail('filter.proto-of')
  c.next()
  const name = token.text.replace(/^\\/, '')
  if (token.kind === 'number') {
    const number = numberOf(token.text)
    const most = over === 'ether' ? 0xffff : 0xff
    return number <= most ? { kind: 'number-of', over, number } : c.failAt('filter.range', token, [token.text, String(most)])
  }
  const number = over === 'ether' ? (ETHERTYPES[name as Protocol] ?? LLC_SAPS[name as Protocol]) : PROTOCOL_NUMBERS.get(name)
  return number === undefined ? c.failAt('filter.proto', token, [token.text]) : { kind: 'number-of', over, number }
}

const shiftLeft = (n: number, by: number): number => (by >= 32 ? 0 : (n << by) >>> 0)
const prefixMask = (bits: number): number | undefined => (bits > 32 ? undefined : bits === 0 ? 0 : (ALL_ONES << (32 - bits)) >>> 0)
