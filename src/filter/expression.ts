// A tcpdump expression as a tree. Grammar (pcap-filter(7), the part that is modelled):
//   expr      = term { ("and" | "&&" | "or" | "||") term }          left-associative, equal precedence
//   term      = ("not" | "!") term | "(" expr ")" | primitive
//   primitive = "ip" | "ip6" | "arp" | "tcp" | "udp" | "icmp" | "icmp6"
//             | [direction] ["host"] ADDRESS | [protocol] [direction] "port" NUMBER
//   direction = "src" | "dst" | "src or dst" (when left out)
// What else tcpdump knows is answered by a diagnostic that names it. Nesting is bounded, so no input overflows the stack.
import type { Diagnostic } from '../diag/index.ts'

export type Protocol = 'ip' | 'ip6' | 'arp' | 'tcp' | 'udp' | 'icmp' | 'icmp6'
export type Direction = 'src' | 'dst' | 'either'

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  /** IPv4 address as an unsigned number. */
  | { readonly kind: 'host'; readonly direction: Direction; readonly address: number }
  | { readonly kind: 'port'; readonly direction: Direction; readonly protocol: 'tcp' | 'udp' | 'any'; readonly port: number }

export interface ParsedFilter {
  /** Absent where a diagnostic is an error. An empty filter takes every packet. */
  readonly expression?: Expression | 'everything'
  readonly diagnostics: readonly Diagnostic[]
}

const MAX_DEPTH = 200
const PROTOCOLS = new Set<string>(['ip', 'ip6', 'arp', 'tcp', 'udp', 'icmp', 'icmp6'])
const KNOWN_ELSEWHERE = new Set([
  'net',
  'portrange',
  'ether',
  'vlan',
  'mpls',
  'less',
  'greater',
  'proto',
  'broadcast',
  'multicast',
  'gateway',
  'sctp',
  'rarp',
  'len',
])

interface Token {
  readonly text: string
  readonly start: number
}

class Stop extends Error {
  readonly diagnostic: Diagnostic
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.code)
    this.diagnostic = diagnostic
  }
}

/** Parses a filter; spans of diagnostics count in `file`. */
export function parseFilter(text: string, file = 'filter'): ParsedFilter {
  const tokens: Token[] = [...text.matchAll(/&&|\|\||[!()]|[^\s!()&|]+|[&|]/g)].map((m) => ({ text: m[0], start: m.index }))
  if (tokens.length === 0) return { expression: 'everything', diagnostics: [] }
  try {
    return { expression: parseTokens(tokens, text.length, file), diagnostics: [] }
  } catch (error) {
    if (error instanceof Stop) return { diagnostics: [error.diagnostic] }
    throw error
  }
}

function parseTokens(tokens: readonly Token[], length: number, file: string): Expression {
  let at = 0
  const fail = (code: Diagnostic['code'], token: Token | undefined): never => {
    const span = token ? { file, start: token.start, end: token.start + token.text.length } : { file, start: length, end: length }
    throw new Stop({
      code: token ? code : 'filter.end',
      severity: 'error',
      params: token ? [token.text] : [],
      at: span,
      labels: [],
      fixes: [],
    })
  }
  const peek = () => tokens[at]?.text
  const take = (text: string): boolean => {
    if (peek() !== text) return false
    at++
    return true
  }

  const expr = (depth: number): Expression => {
    let left = term(depth)
    for (;;) {
      const kind = take('and') || take('&&') ? 'and' : take('or') || take('||') ? 'or' : undefined
      if (!kind) return left
      left = { kind, left, right: term(depth) }
    }
  }
  const term = (depth: number): Expression => {
    if (depth > MAX_DEPTH) return fail('filter.too-long', tokens[at])
    if (take('not') || take('!')) return { kind: 'not', of: term(depth + 1) }
    if (!take('(')) return primitive()
    const inner = expr(depth + 1)
    return take(')') ? inner : fail('filter.unexpected', tokens[at])
  }
  const primitive = (): Expression => {
    const word = peek()
    if (word === undefined || KNOWN_ELSEWHERE.has(word) || /[[\]]/.test(word)) return fail('filter.unsupported', tokens[at])
    const protocol = PROTOCOLS.has(word) ? (tokens[at++].text as Protocol) : undefined
    const direction = readDirection()
    if (take('port')) {
      if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp') return fail('filter.unsupported', tokens[at - 1])
      return { kind: 'port', direction: direction ?? 'either', protocol: protocol ?? 'any', port: readPort() }
    }
    if (protocol !== undefined)
      return direction || peek() === 'host' ? fail('filter.unsupported', tokens[at]) : { kind: 'protocol', protocol }
    if (take('host') || direction || /^\d+\.\d/.test(word))
      return { kind: 'host', direction: direction ?? 'either', address: readAddress() }
    return fail(KNOWN_ELSEWHERE.has(word) ? 'filter.unsupported' : 'filter.unexpected', tokens[at])
  }
  const readDirection = (): Direction | undefined => {
    const first = take('src') ? 'src' : take('dst') ? 'dst' : undefined
    if (!first || peek() !== 'or' || tokens[at + 1]?.text !== (first === 'src' ? 'dst' : 'src')) return first
    at += 2
    return 'either'
  }
  const readPort = (): number => {
    const word = peek()
    if (word === undefined || !/^\d{1,5}$/.test(word) || Number(word) > 65535) return fail('filter.port', tokens[at])
    at++
    return Number(word)
  }
  const readAddress = (): number => {
    const parts = peek()?.split('.').map(Number) ?? []
    if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p) || p < 0 || p > 255)) return fail('filter.address', tokens[at])
    at++
    return parts.reduce((n, p) => n * 256 + p, 0)
  }

  const all = expr(0)
  return at === tokens.length ? all : fail('filter.unexpected', tokens[at])
}
