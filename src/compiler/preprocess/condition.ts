// The expression of #if and #elif: integer constants in 64 bits, signed or unsigned (C11 6.10.1).
// In: the directive's tokens, not yet expanded. Out: whether it is not zero; a fault is reported and counts as 0.
// `defined X` and `__has_include(...)` are answered before expansion, since their operand must not be expanded.
import { error, type Place } from '../report.ts'
import { charValue, integerValue } from '../syntax/literals.ts'
import { expandAll } from './expand.ts'
import type { State } from './state.ts'
import { endToken } from './state.ts'
import { isName, isPunct, type Token } from './token.ts'

interface Value {
  readonly value: bigint
  readonly unsigned: boolean
}

/** Owned by one evaluation. */
interface Reader {
  readonly state: State
  readonly tokens: readonly Token[]
  readonly at: Place
  next: number
  failed: boolean
  depth: number
}

const MAX_DEPTH = 200

export function condition(state: State, directive: Token, line: readonly Token[]): boolean {
  if (line.length === 0) {
    error(state.sink, 'c.expected-value', directive.at)
    return false
  }
  const reader: Reader = { state, tokens: expandAll(state, answerDefined(state, line)), at: directive.at, next: 0, failed: false, depth: 0 }
  const value = conditional(reader, true)
  if (!reader.failed && peek(reader).kind !== 'end') fail(reader, 'c.extra-tokens', [directive.text])
  return !reader.failed && value.value !== 0n
}

/** `defined X` and `defined(X)` as 1 or 0. */
function answerDefined(state: State, line: readonly Token[]): Token[] {
  const out: Token[] = []
  for (let i = 0; i < line.length; i++) {
    const t = line[i]
    if (!isName(t, 'defined')) {
      out.push(t)
      continue
    }
    const open = i + 1 < line.length && isPunct(line[i + 1], '(')
    const name = line[i + (open ? 2 : 1)]
    const closed = !open || (line[i + 3] !== undefined && isPunct(line[i + 3], ')'))
    if (name?.kind !== 'identifier' || !closed) {
      error(state.sink, 'c.macro-name-missing', (name ?? t).at)
      out.push({ ...t, kind: 'number', text: '0' })
      i = line.length
      continue
    }
    out.push({ ...t, kind: 'number', text: state.macros.has(name.text) ? '1' : '0' })
    i += open ? 3 : 1
  }
  return out
}

function peek(r: Reader): Token {
  return r.tokens[r.next] ?? endToken(r.at)
}

function accept(r: Reader, text: string): boolean {
  if (!isPunct(peek(r), text)) return false
  r.next++
  return true
}

function fail(
  r: Reader,
  code: 'c.extra-tokens' | 'c.bad-if-expression' | 'c.division-by-zero-if' | 'c.nesting',
  params: readonly string[] = [],
): Value {
  if (!r.failed) error(r.state.sink, code, peek(r).kind === 'end' ? r.at : peek(r).at, params)
  r.failed = true
  r.next = r.tokens.length
  return { value: 0n, unsigned: false }
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
}

const make = (value: bigint, unsigned: boolean): Value => ({
  value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value),
  unsigned,
})
const truth = (b: boolean): Value => ({ value: b ? 1n : 0n, unsigned: false })

/** `live` is false where the value does not matter, as behind `0 &&`: division by zero is no fault there. */
function conditional(r: Reader, live: boolean): Value {
  if (++r.depth > MAX_DEPTH) return fail(r, 'c.nesting', [String(MAX_DEPTH)])
  let value = binary(r, 1, live)
  if (accept(r, '?')) {
    const yes = conditional(r, live && value.value !== 0n)
    if (!accept(r, ':')) return fail(r, 'c.bad-if-expression')
    const no = conditional(r, live && value.value === 0n)
    value = make(value.value !== 0n ? yes.value : no.value, yes.unsigned || no.unsigned)
  }
  r.depth--
  return value
}

function binary(r: Reader, least: number, live: boolean): Value {
  let left = unary(r, live)
  for (;;) {
    const t = peek(r)
    const op = t.text
    const precedence = t.kind === 'punct' ? PRECEDENCE[op] : undefined
    if (precedence === undefined || precedence < least) return left
    r.next++
    const rightLive = live && !(op === '&&' && left.value === 0n) && !(op === '||' && left.value !== 0n)
    const right = binary(r, precedence + 1, rightLive)
    if (r.failed) return left
    if ((op === '/' || op === '%') && right.value === 0n) {
      if (rightLive) return fail(r, 'c.division-by-zero-if')
      left = truth(false)
    } else left = apply(op, left, right)
  }
}

function apply(op: string, a: Value, b: Value): Value {
  const unsigned = a.unsigned || b.unsigned
  const x = make(a.value, unsigned).value
  const y = make(b.value, unsigned).value
  switch (op) {
    case '||':
      return truth(a.value !== 0n || b.value !== 0n)
    case '&&':
      return truth(a.value !== 0n && b.value !== 0n)
    case '|':
      return make(x | y, unsigned)
    case '^':
      return make(x ^ y, unsigned)
    case '&':
      return make(x & y, unsigned)
    case '==':
      return truth(x === y)
    case '!=':
      return truth(x !== y)
    case '<':
      return truth(x < y)
    case '>':
      return truth(x > y)
    case '<=':
      return truth(x <= y)
    case '>=':
      return truth(x >= y)
    case '<<':
      return make(a.value << BigInt.asUintN(6, b.value), a.unsigned)
    case '>>':
      return make(a.value >> BigInt.asUintN(6, b.value), a.unsigned)
    case '+':
      return make(x + y, unsigned)
    case '-':
      return make(x - y, unsigned)
    case '*':
      return make(x * y, unsigned)
    case '/':
      return make(x / y, unsigned)
    default:
      return make(x % y, unsigned)
  }
}

function unary(r: Reader, live: boolean): Value {
  const prefix: string[] = []
  while (peek(r).kind === 'punct' && ['!', '~', '-', '+'].includes(peek(r).text)) prefix.push(r.tokens[r.next++].text)
  let value = primary(r, live)
  for (const op of prefix.reverse()) {
    if (op === '!') value = truth(value.value === 0n)
    else if (op === '~') value = make(~value.value, value.unsigned)
    else if (op === '-') value = make(-value.value, value.unsigned)
  }
  return value
}

function primary(r: Reader, live: boolean): Value {
  const t = peek(r)
  if (accept(r, '(')) {
    const value = conditional(r, live)
    if (!r.failed && !accept(r, ')')) return fail(r, 'c.bad-if-expression')
    return value
  }
  if (t.kind === 'number') {
    const number = integerValue(t.text)
    if (!number) return fail(r, 'c.bad-if-expression')
    r.next++
    return make(number.value, number.unsigned || number.value > 0x7fffffffffffffffn)
  }
  if (t.kind === 'char') {
    r.next++
    return make(charValue(t.text)?.value ?? 0n, false)
  }
  if (t.kind === 'identifier') {
    r.next++
    if (t.text === 'defined') return definedLate(r)
    if (isPunct(peek(r), '(')) {
      error(r.state.sink, 'c.function-like-undefined', t.at, [t.text])
      return fail(Object.assign(r, { failed: true }), 'c.bad-if-expression')
    }
    return truth(false)
  }
  return fail(r, 'c.bad-if-expression')
}

/** A `defined` that a macro made. */
function definedLate(r: Reader): Value {
  const open = accept(r, '(')
  const name = peek(r)
  if (name.kind !== 'identifier') return fail(r, 'c.bad-if-expression')
  r.next++
  if (open && !accept(r, ')')) return fail(r, 'c.bad-if-expression')
  return truth(r.state.macros.has(name.text))
}
