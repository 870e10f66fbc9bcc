// The parser's place in the tokens, its scopes of typedef names, pragmas in force, and its way with faults.
// The trick of recovery: after a fault the parser is in panic and every token reads as `end`, so that all rules unwind at once without a
// second message; whoever stands at a boundary (a statement, a member, an external declaration) calls `recover` and goes on behind it.
// Invariant: `depth` bounds recursion, so that no source can overflow the stack.
import type { DiagCode, Fix } from '../../diag/index.ts'
import { type Hints, missingHeader } from '../hints.ts'
import { isPunct, type Token } from '../preprocess/index.ts'
import { error, label, type More, type Place, plain, type Sink, warning } from '../report.ts'
import { nearestOf } from '../spelling.ts'
import type {
  Attribute,
  CompoundStmt,
  Declaration,
  Declarator,
  Expr,
  InitList,
  LoopPragma,
  Specifiers,
  StaticAssert,
  TypeName,
} from './ast.ts'

/** Rules of one file that another file's rules need; the files would import each other in a circle otherwise. */
export interface Rules {
  readonly expression: (p: Parser) => Expr
  readonly assignmentExpression: (p: Parser) => Expr
  readonly conditionalExpression: (p: Parser) => Expr
  readonly typeName: (p: Parser) => TypeName
  readonly startsTypeName: (p: Parser, t: Token) => boolean
  readonly initializerList: (p: Parser) => InitList
  readonly compoundStatement: (p: Parser) => CompoundStmt
  readonly declaration: (p: Parser) => Declaration | StaticAssert
  readonly typedSpecifiers: (p: Parser) => Specifiers
  readonly declarator: (p: Parser) => Declarator
  readonly startsDeclaration: (p: Parser, t: Token) => boolean
}

export interface Parser {
  readonly tokens: readonly Token[]
  readonly sink: Sink
  readonly hints: Hints
  readonly rules: Rules
  next: number
  panic: boolean
  depth: number
  /** Operators in a row in the expression that is read: the longest chain so far, with those of its operands. */
  links: number
  /** Innermost last; true for a typedef name, false for another name that hides one. */
  readonly scopes: Map<string, boolean>[]
  readonly packs: (number | undefined)[]
  pack: number | undefined
  readonly pushedAttributes: Attribute[][]
  /** -W names that are silenced, and what was before each push. */
  ignored: ReadonlySet<string>
  readonly savedIgnored: ReadonlySet<string>[]
  /** Told of each declaration that was passed over. */
  readonly passedOver?: (index: number, p: Parser) => void
  /** Seen, and meant for the loop that follows. */
  loopPragma: LoopPragma | undefined
}

/** Nested parentheses, blocks, initialisers, declarators, prefix operators, together; clang's own limit on brackets. */
export const MAX_NESTING = 256

export function peek(p: Parser, ahead = 0): Token {
  if (p.panic) return p.tokens[p.tokens.length - 1]
  if (ahead === 0) {
    while (p.tokens[p.next].kind === 'pragma') obeyPragma(p, p.tokens[p.next++])
    return p.tokens[p.next]
  }
  let at = p.next
  for (let i = 0; ; at++) {
    const t = p.tokens[Math.min(at, p.tokens.length - 1)]
    if (t.kind === 'pragma') continue
    if (i++ === ahead || t.kind === 'end') return t
  }
}

export function advance(p: Parser): Token {
  const t = peek(p)
  if (t.kind !== 'end') p.next++
  return t
}

/** The token before the next one. */
export const previous = (p: Parser): Token => p.tokens[Math.max(0, p.next - 1)]

export const at = (p: Parser, text: string): boolean => isPunct(peek(p), text)
export const atWord = (p: Parser, word: string): boolean => {
  const t = peek(p)
  return t.kind === 'identifier' && t.text === word
}

export function accept(p: Parser, text: string): boolean {
  if (!at(p, text)) return false
  p.next++
  return true
}

export function acceptWord(p: Parser, ...words: readonly string[]): Token | undefined {
  const t = peek(p)
  if (t.kind !== 'identifier' || !words.includes(t.text)) return undefined
  p.next++
  return t
}

/** Reports a fault at the next token (or another place) and panics. */
export function fail(p: Parser, code: DiagCode, params: readonly string[] = [], where?: Place, more?: More): void {
  if (p.panic) return
  error(p.sink, code, where ?? peek(p).at, params, more)
  p.panic = true
}

/** An unknown name where a type must stand; says which header declares it where one does. The name that was meant, if one is like it. */
export function reportUnknownType(p: Parser, t: Token): string | undefined {
  const { header, fixes } = missingHeader(p.hints, t.text)
  if (header !== undefined) {
    error(p.sink, 'c.unknown-type-header', t.at, [t.text, header], { fixes })
    return undefined
  }
  const types = p.scopes.flatMap((s) => [...s].flatMap(([name, isType]) => (isType ? [name] : [])))
  const near = types.find((name) => name === `__${t.text}` || name === `${t.text}_t`) ?? nearestOf(types, t.text)
  if (near === undefined) error(p.sink, 'c.unknown-type', t.at, [t.text])
  else error(p.sink, 'c.unknown-type-near', t.at, [t.text, near], { fixes: replacing(t.at, near) })
  return near
}

/** The fix that puts another word in a token's place. */
export const replacing = (at: Place, text: string): Fix[] =>
  at.site ? [] : [{ code: 'c.fix.replace', params: [text], at: plain(at), text }]

/** The same, and nothing sensible can follow. */
export function failUnknownType(p: Parser): void {
  if (p.panic) return
  reportUnknownType(p, peek(p))
  p.panic = true
}

/** Takes a punctuator or fails. `open` is the bracket that it closes. */
export function expect(p: Parser, text: string, open?: Token): boolean {
  if (accept(p, text)) return true
  const more = open ? { labels: [label(open.at, 'c.note.to-match', [open.text])] } : undefined
  fail(p, 'c.expected', [text], undefined, more)
  return false
}

/** A `;` after `what`; where it is missing at the end of a line, the fault is reported there and parsing goes on. */
export function expectSemicolon(
  p: Parser,
  code: 'c.expected-semi-expression' | 'c.expected-semi-declaration' | 'c.expected-semi-statement' | 'c.expected-semi-member',
  what: readonly string[] = [],
): void {
  if (accept(p, ';') || p.panic) return
  const next = peek(p)
  const before = previous(p).at
  reportMissingSemicolon(p, code, endOf(p, before), what)
  if (!next.lineStart && !isPunct(next, '}')) p.panic = true
}

/** A `;` is missing here: reported with its fix, and parsing goes on. */
export function reportMissingSemicolon(p: Parser, code: DiagCode, end: Place, what: readonly string[]): void {
  error(p.sink, code, end, what, { fixes: end.site ? [] : [{ code: 'c.fix.insert', params: [';'], at: end, text: ';' }] })
}

/** The place right behind a token; behind the whole call where it came out of a macro. */
export function endOf(p: Parser, token: Place): Place {
  const behind = (end: number): Place => ({ file: token.file, start: end, end })
  if (!token.site) return behind(token.end)
  const { path, text } = p.hints.main
  const { site } = token
  if (site.file !== path) return { ...behind(token.end), site }
  const open = /^\s*\(/.exec(text.slice(site.end, site.end + 80))
  if (!open) return { file: path, start: site.end, end: site.end }
  let depth = 0
  for (const m of text.slice(site.end).matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[()]/g)) {
    if (m[0] === '(') depth++
    else if (m[0] === ')' && --depth === 0) return { file: path, start: site.end + m.index + 1, end: site.end + m.index + 1 }
  }
  return { ...behind(token.end), site }
}

/** Enters one level of nesting; the caller leaves with `p.depth--`. False (and panic) where it is one too many. */
export function nest(p: Parser): boolean {
  if (++p.depth <= MAX_NESTING) return true
  fail(p, 'c.nesting', [String(MAX_NESTING)])
  return false
}

/** Ends a panic: passes over tokens up to and including a `;` or a balanced `{}`, or up to a `}` that closes what is around. */
export function recover(p: Parser, outside: boolean): void {
  p.panic = false
  let depth = 0
  for (const start = p.next; ; p.next++) {
    const t = p.tokens[p.next]
    if (t.kind === 'end') return
    if (t.kind === 'pragma') obeyPragma(p, t)
    if (outside && p.next > start && startsTopLevel(t)) return
    if (t.kind !== 'punct') continue
    if (t.text === '{') depth++
    else if (t.text === '}') {
      if (depth === 0 && !outside) return
      if (--depth > 0) continue
      depth = 0
      p.next++
      if (outside && isPunct(p.tokens[p.next], ';')) p.next++
      return
    } else if (t.text === ';' && depth === 0) {
      p.next++
      return
    }
  }
}

const TOP_WORDS = new Set([
  'static',
  'struct',
  'union',
  'enum',
  'typedef',
  'extern',
  'int',
  'char',
  'void',
  'const',
  'volatile',
  'unsigned',
  '__attribute__',
])
/** At the start of a line, without white space before it: where declarations outside of functions stand. */
const startsTopLevel = (t: Token): boolean => t.lineStart && !t.space && t.kind === 'identifier' && TOP_WORDS.has(t.text)

export const enterScope = (p: Parser): void => void p.scopes.push(new Map())
export const leaveScope = (p: Parser): void => void p.scopes.pop()

/** Makes a name known from here to the end of the innermost scope. */
export function declareName(p: Parser, declarator: Declarator, isTypedef: boolean): void {
  const name = declaredName(declarator)
  if (name) p.scopes[p.scopes.length - 1].set(name.name, isTypedef)
}

export function isTypedefName(p: Parser, name: string): boolean {
  for (let i = p.scopes.length - 1; i >= 0; i--) {
    const known = p.scopes[i].get(name)
    if (known !== undefined) return known
  }
  return false
}

/** The name that a declarator declares. */
export function declaredName(d: Declarator) {
  let inner = d
  while (inner.kind !== 'name') inner = inner.inner
  return inner.name
}

function obeyPragma(p: Parser, t: Token): void {
  const { text } = t
  const words = text.split(/[^\w]+/).filter((w) => w !== '')
  if (words[0] === 'pack') obeyPack(p, text)
  else if (text.startsWith('clang attribute')) obeyAttribute(p, t)
  else if (words[1] === 'diagnostic') obeyDiagnostic(p, text)
  else {
    const hint = loopPragma(text)
    if (hint) p.loopPragma = hint
    else warning(p.sink, 'c.unknown-pragma', t.at, [text])
  }
}

function loopPragma(text: string): LoopPragma | undefined {
  if (/^nounroll\b/.test(text)) return { unroll: 'disable' }
  const m = /^(?:GCC )?unroll\b\s*\(?\s*(\w+)?/.exec(text)
  if (m) return count(m[1])
  const loop = /^clang loop\b(.*)$/.exec(text)
  if (!loop) return undefined
  const counted = /unroll_count\s*\(\s*(\w+)\s*\)/.exec(loop[1])
  if (counted) return count(counted[1])
  const unroll = /unroll\s*\(\s*(\w+)\s*\)/.exec(loop[1])
  return unroll && unroll[1] !== 'disable' ? { unroll: 'full' } : { unroll: 'disable' }
}

function count(text: string | undefined): LoopPragma {
  const n = Number(text)
  if (text === undefined || !Number.isInteger(n)) return { unroll: 'full' }
  return n <= 1 ? { unroll: 'disable' } : { unroll: 'count', count: n }
}

function obeyPack(p: Parser, text: string): void {
  const inside =
    /\((.*)\)/
      .exec(text)?.[1]
      .split(',')
      .map((s) => s.trim()) ?? []
  const number = inside.map(Number).find((n) => [1, 2, 4, 8, 16].includes(n))
  if (inside.includes('push')) {
    p.packs.push(p.pack)
    if (number !== undefined) p.pack = number
  } else if (inside.includes('pop')) p.pack = p.packs.pop()
  else p.pack = number
}

function obeyDiagnostic(p: Parser, text: string): void {
  const [, what, flag] = /diagnostic\s+(\w+)\s*(?:"([^"]*)")?/.exec(text) ?? []
  if (what === 'push') p.savedIgnored.push(p.ignored)
  else if (what === 'pop') p.ignored = p.savedIgnored.pop() ?? new Set()
  else if (flag !== undefined) {
    const changed = new Set(p.ignored)
    if (what === 'ignored') changed.add(flag)
    else changed.delete(flag)
    p.ignored = changed
  }
}

/** `clang attribute push(__attribute__((a, b)), apply_to = record)`: for records, which is what BPF headers use it for. */
function obeyAttribute(p: Parser, t: Token): void {
  if (/^clang attribute\s+pop/.test(t.text)) {
    p.pushedAttributes.pop()
    return
  }
  const names = /__attribute__\s*\(\s*\(([^()]*)\)\s*\)/.exec(t.text)?.[1].split(',') ?? []
  const forRecords = /apply_to\s*=\s*(?:record|any\([^)]*record[^)]*\))/.test(t.text)
  p.pushedAttributes.push(forRecords ? names.map((n) => ({ name: plainWord(n.trim()), args: [], at: t.at })) : [])
}

/** `__packed__` and `packed` are the same attribute. */
export const plainWord = (word: string): string => word.replace(/^__(\w+)__$/, '$1')
