// A tcpdump expression as a tree. Grammar, as pcap-filter(7) describes it:
//   expr      = term { ("and" | "&&" | "or" | "||") (term | id) }      left-associative, equal precedence
//   term      = ("not" | "!") term | "(" expr ")" | head id | protocol | relation | other
//   head      = [protocol] [direction] ["host" | "net" | "port" | "portrange" | "proto"]
//   id        = ["not"] (address | number | name | "(" id { ("and" | "or") id } ")")      takes the qualifiers of the head before it
//   relation  = arith ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=") arith
//   other     = [protocol] ("broadcast" | "multicast") | ("less" | "greater") NUMBER
//             | ("vlan" | "mpls" | "pppoes") [NUMBER] | "pppoed"
// What else tcpdump knows is answered by a diagnostic that names it. Nesting is bounded, so no input overflows the stack.
import type { Diagnostic } from '../diag/index.ts'
import { type Arithmetic, parseArithmetic, startsArithmetic } from './arithmetic.ts'
import { type Cursor, createCursor, FilterStop } from './cursor.ts'
import { type Identifier, identifier } from './identifier.ts'
import { PROTOCOLS, type Protocol } from './names.ts'

export type Direction = 'src' | 'dst' | 'either' | 'both'
export type Relation = '=' | '!=' | '<' | '<=' | '>' | '>='

/** What an id is about: the words before it. */
export interface Qualifiers {
  readonly protocol: Protocol | undefined
  readonly direction: Direction | undefined
  readonly type: 'host' | 'net' | 'port' | 'portrange' | 'proto' | undefined
}

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | { readonly kind: 'relation'; readonly op: Relation; readonly left: Arithmetic; readonly right: Arithmetic }
  | { readonly kind: 'broadcast' | 'multicast'; readonly protocol: Protocol | undefined }
  /** `vlan` and the like: also moves what comes behind it in the text. */
  | { readonly kind: 'tag'; readonly tag: 'vlan' | 'mpls' | 'pppoed' | 'pppoes'; readonly number: number | undefined }
  | Identifier

export interface ParsedFilter {
  /** Absent where a diagnostic is an error. An empty filter takes every packet. */
  readonly expression?: Expression | 'everything'
  readonly diagnostics: readonly Diagnostic[]
}

const MAX_DEPTH = 200
const NOTHING: Qualifiers = { protocol: undefined, direction: undefined, type: undefined }
const TYPES = new Set(['host', 'net', 'port', 'portrange', 'proto'])
const RELATIONS: ReadonlyMap<string, Relation> = new Map([
  ['=', '='],
  ['==', '='],
  ['!=', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])
/** Largest number that may follow a tag. */
const TAGS: ReadonlyMap<string, number> = new Map([
  ['vlan', 0xfff],
  ['mpls', 0xfffff],
  ['pppoes', 0xffff],
  ['pppoed', 0],
])
const NOT_MODELLED = new Set(
  'protochain gateway llc geneve inbound outbound ifindex byte clnp esis isis l1 l2 iih lsp snp csnp psnp type subtype dir addr1 addr2 addr3 addr4 ra ta lane oam metac bcc sc ilmic connectmsg metaconnect vpi vci ifname on rset ruleset rulenum rnr srnr reason action'.split(
    ' ',
  ),
)

/** Parses a filter; spans of diagnostics count in `file`. */
export function parseFilter(text: string, file = 'filter'): ParsedFilter {
  try {
    const cursor = createCursor(text, file)
    if (cursor.peek() === undefined) return { expression: 'everything', diagnostics: [] }
    const expression = parseAll(cursor)
    return { expression, diagnostics: [] }
  } catch (error) {
    if (error instanceof FilterStop) return { diagnostics: [error.diagnostic] }
    throw error
  }
}

function parseAll(c: Cursor): Expression {
  // Qualifiers of the last head: an id behind `and` or `or` takes them over. Alone, an id is a fault, as in tcpdump.
  let last = NOTHING

  const expr = (depth: number): Expression => {
    let left = term(depth)
    for (;;) {
      const kind = c.take('and') || c.take('&&') ? 'and' : c.take('or') || c.take('||') ? 'or' : undefined
      if (!kind) return left
      left = { kind, left, right: term(depth) }
    }
  }

  const term = (depth: number): Expression => {
    if (depth > MAX_DEPTH) return c.fail('filter.too-deep')
    if (c.take('not') || c.take('!')) return { kind: 'not', of: term(depth + 1) }
    if (startsArithmetic(c)) return relation()
    if (c.take('(')) {
      const inner = expr(depth + 1)
      return c.take(')') ? inner : c.fail('filter.unexpected')
    }
    return primitive(depth)
  }

  const relation = (): Expression => {
    const left = parseArithmetic(c)
    const op = RELATIONS.get(c.peek()?.text ?? '')
    if (!op) return c.fail('filter.unexpected')
    c.next()
    return { kind: 'relation', op, left, right: parseArithmetic(c) }
  }

  const primitive = (depth: number): Expression => {
    const word = c.peek()
    if (!word) return c.fail('filter.end')
    if (word.kind !== 'word') return inherited(depth)
    if (NOT_MODELLED.has(word.text)) return c.fail('filter.unsupported')
    if (word.text === 'less' || word.text === 'greater') {
      c.next()
      const op = word.text === 'less' ? '<=' : '>='
      return { kind: 'relation', op, left: { kind: 'length' }, right: { kind: 'number', value: c.number() } }
    }
    const most = TAGS.get(word.text)
    if (most !== undefined) return tag(word.text as 'vlan', most)
    return headed(depth)
  }

  const tag = (name: 'vlan' | 'mpls' | 'pppoed' | 'pppoes', most: number): Expression => {
    c.next()
    const at = c.peek()
    if (most === 0 || at?.kind !== 'number') return { kind: 'tag', tag: name, number: undefined }
    const number = c.number()
    return number <= most ? { kind: 'tag', tag: name, number } : c.failAt('filter.range', at, [at.text, String(most)])
  }

  const headed = (depth: number): Expression => {
    const first = c.peek()
    const protocol = PROTOCOLS.get(first?.text ?? '')
    if (protocol) c.next()
    if (c.take('broadcast')) return { kind: 'broadcast', protocol }
    if (c.take('multicast')) return { kind: 'multicast', protocol }
    const direction = readDirection()
    const word = c.peek()
    if (word?.kind === 'word' && NOT_MODELLED.has(word.text)) return c.fail('filter.unsupported')
    const type = word?.kind === 'word' && TYPES.has(word.text) ? (c.next()?.text as Qualifiers['type']) : undefined
    if (protocol && !direction && !type && !startsId()) {
      if (protocol === 'ether') return c.failAt('filter.unexpected', first, [first?.text ?? ''])
      last = NOTHING
      return { kind: 'protocol', protocol }
    }
    // A bare name is no head: it goes with what was said before.
    if (!protocol && !direction && !type) return inherited(depth)
    last = { protocol, direction, type }
    return id(last, depth)
  }

  /** An id without words of its own: only where some stand before it. */
  const inherited = (depth: number): Expression => (last === NOTHING ? c.fail('filter.unexpected') : id(last, depth))

  const readDirection = (): Direction | undefined => {
    const one = c.take('src') ? 'src' : c.take('dst') ? 'dst' : undefined
    if (!one) return undefined
    const other = one === 'src' ? 'dst' : 'src'
    for (const [word, both] of [
      ['or', 'either'],
      ['||', 'either'],
      ['and', 'both'],
      ['&&', 'both'],
    ] as const) {
      if (c.peek()?.text !== word || c.peek(1)?.text !== other) continue
      c.next()
      c.next()
      return both
    }
    return one
  }

  const startsId = (): boolean => {
    const t = c.peek()
    return t !== undefined && t.kind !== 'sign' && !(t.kind === 'word' && (t.text === 'and' || t.text === 'or' || t.text === 'not'))
  }

  const id = (qualifiers: Qualifiers, depth: number): Expression => {
    if (depth > MAX_DEPTH) return c.fail('filter.too-deep')
    if (c.take('not') || c.take('!')) return { kind: 'not', of: id(qualifiers, depth + 1) }
    if (!c.take('(')) return identifier(c, qualifiers)
    let left = id(qualifiers, depth + 1)
    for (;;) {
      const kind = c.take('and') || c.take('&&') ? 'and' : c.take('or') || c.take('||') ? 'or' : undefined
      if (!kind) break
      left = { kind, left, right: id(qualifiers, depth + 1) }
    }
    return c.take(')') ? left : c.fail('filter.unexpected')
  }

  const all = expr(0)
  return c.peek() === undefined ? all : c.fail('filter.unexpected')
}
