// Expressions without effects. Signed arithmetic, shifts, divisions and indices are put so that no input makes them undefined.

import type { Place } from './data.ts'
import {
  type Arithmetic,
  BOOL,
  common,
  compute,
  converted,
  INT_TYPES,
  type Interval,
  type IntType,
  LONG,
  promoted,
  rangeOf,
  S8,
  S16,
  S32,
  S64,
  U8,
  U32,
  U64,
  ULONG,
  union,
  unsignedOf,
  within,
} from './numbers.ts'
import { addressOf, constantIn, pickPlace } from './places.ts'
import { type Func, has, INPUT_SIZE, type Scope, type Unit } from './scope.ts'
import { constant, type Expr, expr, hole, type Part, PREC, whole } from './tree.ts'

export function expression(scope: Scope, depth: number): Expr {
  const { random } = scope.unit
  if (depth <= 0 || random.chance(12)) return leaf(scope)
  const makers = MAKERS.filter(({ when }) => !when || has(scope.unit, when))
  const total = makers.reduce((sum, m) => sum + m.weight, 0)
  let at = random.below(total)
  for (const { weight, make } of makers) {
    if (at < weight) return make(scope, depth - 1)
    at -= weight
  }
  return leaf(scope)
}

/** An expression of a given type. */
export const expressionAs = (scope: Scope, type: IntType, depth: number): Expr => {
  const e = expression(scope, depth)
  // An assignment converts by itself; the cast is written now and then.
  return scope.unit.random.chance(70) ? retyped(type, e) : cast(type, e)
}

/** What an assignment makes of a value, without a cast in the text. */
const retyped = (type: IntType, e: Expr): Expr =>
  within(e, rangeOf(type)) && e.type.name === type.name ? e : { ...cast(type, e), parts: e.parts, prec: e.prec }

export function cast(type: IntType, e: Expr): Expr {
  return expr(type, converted(e, type), PREC.unary, `(${type.name})`, hole(e, PREC.postfix))
}

/** 0 or 1. */
export function condition(scope: Scope, depth: number): Expr {
  const { random } = scope.unit
  return random.chance(70) ? comparison(scope, depth) : random.chance(50) ? logic(scope, depth) : expression(scope, depth)
}

interface Maker {
  readonly weight: number
  readonly when?: Parameters<typeof has>[1]
  readonly make: (scope: Scope, depth: number) => Expr
}

const MAKERS: readonly Maker[] = [
  { weight: 6, make: (s, d) => binary(s, s.unit.random.pick(['+', '-']), d) },
  { weight: 5, make: (s, d) => binary(s, s.unit.random.pick(['&', '|', '^']), d) },
  { weight: 3, when: 'multiply', make: (s, d) => binary(s, '*', d) },
  { weight: 3, when: 'division', make: division },
  { weight: 4, when: 'shift', make: shift },
  { weight: 3, when: 'compare', make: comparison },
  { weight: 2, when: 'logic', make: logic },
  { weight: 3, when: 'ternary', make: ternary },
  { weight: 3, make: unary },
  { weight: 4, make: (s, d) => cast(s.unit.random.pick(s.unit.ints), expression(s, d)) },
  { weight: 2, when: 'builtins', make: builtin },
  { weight: 3, when: 'functions', make: pureCall },
  { weight: 1, when: 'statement-expressions', make: statementExpression },
  { weight: 1, when: 'effects', make: comma },
]

function binary(scope: Scope, op: Exclude<Arithmetic, '/' | '%'>, depth: number): Expr {
  return arithmetic(op, expression(scope, depth), expression(scope, depth - scope.unit.random.below(2)))
}

const STRENGTH: Readonly<Record<Arithmetic, number>> = {
  '+': PREC.sum,
  '-': PREC.sum,
  '*': PREC.product,
  '/': PREC.product,
  '%': PREC.product,
  '&': PREC['&'],
  '|': PREC['|'],
  '^': PREC['^'],
}

/** `a op b` as it stands; undefined where that could overflow or divide by 0. */
export function direct(op: Arithmetic, a: Expr, b: Expr): Expr | undefined {
  const type = common(a.type, b.type)
  const result = compute(op, converted(a, type), converted(b, type), type)
  if (!result) return undefined
  const fits = within(result, rangeOf(type))
  if (!fits && type.signed) return undefined
  const prec = STRENGTH[op]
  return expr(type, fits ? result : rangeOf(type), prec, hole(a, prec), ` ${op} `, hole(b, prec + 1))
}

/** `a op b`, in unsigned arithmetic where the signed one could overflow. */
export function arithmetic(op: Exclude<Arithmetic, '/' | '%'>, a: Expr, b: Expr): Expr {
  const straight = direct(op, a, b)
  if (straight) return straight
  const type = common(a.type, b.type)
  const unsigned = unsignedOf(type)
  return cast(type, direct(op, cast(unsigned, a), cast(unsigned, b))!)
}

function division(scope: Scope, depth: number): Expr {
  const { random, options } = scope.unit
  const op = random.pick(['/', '%'] as const)
  let [a, b] = [expression(scope, depth), random.chance(50) ? expression(scope, depth) : constantOf(scope.unit)]
  const signed = common(a.type, b.type).signed
  // Below v4 the instruction set divides unsigned numbers alone.
  if (signed && options.cpu < 4) [a, b] = [cast(unsignedOf(common(a.type, b.type)), a), cast(unsignedOf(common(a.type, b.type)), b)]
  const straight = direct(op, a, b)
  if (straight) return straight
  if (!common(a.type, b.type).signed && random.chance(40)) return guardedDivision(scope, op, b, a)
  const low = arithmetic('&', b, constant(S32, BigInt(random.pick([1, 7, 0xff, 0x7fff]))))
  const divisor = arithmetic('+', low, constant(S32, 1n))
  const result = direct(op, a, divisor)
  if (result && (!result.type.signed || options.cpu >= 4)) return result
  const type = unsignedOf(common(a.type, divisor.type))
  return direct(op, cast(type, a), cast(type, divisor)) ?? a
}

/** `b ? a / b : a` */
function guardedDivision(scope: Scope, op: '/' | '%', b: Expr, a: Expr): Expr {
  const type = common(a.type, b.type)
  const quotient = expr(type, rangeOf(type), PREC.product, hole(a, PREC.product), ` ${op} `, hole(cast(type, b), PREC.product + 1))
  const other = scope.unit.random.chance(50) ? a : leaf(scope)
  const result = common(type, other.type)
  // The quotient may not be put in any other place: it is one with its condition.
  const text: readonly Part[] = ['(', `(${type.name})`, ...frozen(b), ') ? ', ...frozenParts(quotient), ' : ']
  return expr(result, rangeOf(result), PREC.conditional, ...text, hole(other, PREC.conditional))
}

/** An expression as text that shrinking leaves as it is. */
const frozenParts = (e: Expr): readonly Part[] =>
  e.parts.flatMap((p) => (typeof p === 'string' ? [p] : p.kind === 'hole' ? freezeHole(p.expr, p.min) : [p]))
const freezeHole = (e: Expr, min: number): readonly Part[] => (e.prec < min ? ['(', ...frozenParts(e), ')'] : frozenParts(e))
const frozen = (e: Expr): readonly Part[] => freezeHole(e, PREC.postfix)

function shift(scope: Scope, depth: number): Expr {
  const { random } = scope.unit
  const left = random.chance(50)
  let a = expression(scope, depth)
  const type = promoted(a.type)
  if (left && type.signed) {
    const most = rangeOf(type).hi >> BigInt(type.bits / 2)
    if (a.lo < 0n || a.hi > most || random.chance(50)) a = cast(unsignedOf(type), a)
  }
  const result = promoted(a.type)
  const narrow = left && result.signed
  const most = narrow ? result.bits / 2 - 1 : result.bits - 1
  const count = random.chance(50)
    ? constant(random.pick([S32, U32, U64]), BigInt(random.between(0, most)))
    : masked(expression(scope, depth - 1), most)
  if (!left) return expr(result, shiftedRight(a, count, result), PREC.shift, hole(a, PREC.shift), ' >> ', hole(count, PREC.shift + 1))
  const high = a.hi << count.hi
  const range = a.lo >= 0n && high <= rangeOf(result).hi ? { lo: 0n, hi: high } : rangeOf(result)
  return expr(result, range, PREC.shift, hole(a, PREC.shift), ' << ', hole(count, PREC.shift + 1))
}

function shiftedRight(a: Interval, count: Interval, type: IntType): Interval {
  const x = converted(a, type)
  return { lo: x.lo >= 0n ? x.lo >> count.hi : x.lo >> count.lo, hi: x.hi >= 0n ? x.hi >> count.lo : x.hi >> count.hi }
}

/** `e & most`; `most` is all ones. */
function masked(e: Expr, most: number): Expr {
  return direct('&', e, constant(e.type.signed ? S32 : U32, BigInt(most)))!
}

function comparison(scope: Scope, depth: number): Expr {
  const { random } = scope.unit
  const op = random.pick(['<', '<=', '>', '>=', '==', '!='])
  const prec = op === '==' || op === '!=' ? PREC.equality : PREC.relation
  const a = expression(scope, depth)
  const b = random.chance(40) ? constantOf(scope.unit) : expression(scope, depth)
  // clang refuses chains: (a < b) < c is written with its parentheses.
  return expr(S32, { lo: 0n, hi: 1n }, prec, hole(a, prec === PREC.relation ? prec + 1 : prec), ` ${op} `, hole(b, prec + 1))
}

function logic(scope: Scope, depth: number): Expr {
  const op = scope.unit.random.pick(['&&', '||'] as const)
  return expr(
    S32,
    { lo: 0n, hi: 1n },
    PREC[op],
    hole(condition(scope, depth), PREC[op]),
    ` ${op} `,
    hole(condition(scope, depth), PREC[op] + 1),
  )
}

function ternary(scope: Scope, depth: number): Expr {
  const [a, b] = [expression(scope, depth), expression(scope, depth)]
  const type = common(a.type, b.type)
  const range = union(converted(a, type), converted(b, type))
  return expr(
    type,
    range,
    PREC.conditional,
    hole(condition(scope, depth), PREC['||']),
    ' ? ',
    hole(a, PREC.comma),
    ' : ',
    hole(b, PREC.conditional),
  )
}

function unary(scope: Scope, depth: number): Expr {
  const a = expression(scope, depth)
  const type = promoted(a.type)
  switch (scope.unit.random.below(4)) {
    case 0:
      return expr(S32, { lo: 0n, hi: 1n }, PREC.unary, '!', hole(a))
    case 1:
      return expr(type, type.signed ? { lo: -a.hi - 1n, hi: -a.lo - 1n } : rangeOf(type), PREC.unary, '~', hole(a))
    case 2:
      return expr(type, converted(a, type), PREC.unary, '+', hole(a))
    default: {
      const range = { lo: -a.hi, hi: -a.lo }
      if (!type.signed) return expr(type, rangeOf(type), PREC.unary, '-', hole(a))
      if (within(range, rangeOf(type))) return expr(type, range, PREC.unary, '-', hole(a))
      return cast(type, expr(unsignedOf(type), rangeOf(unsignedOf(type)), PREC.unary, '-', hole(cast(unsignedOf(type), a))))
    }
  }
}

function builtin(scope: Scope, depth: number): Expr {
  const { random } = scope.unit
  const call = (type: IntType, range: Interval, name: string, ...args: readonly Expr[]): Expr =>
    expr(type, range, PREC.postfix, `${name}(`, ...args.flatMap((a, i): Part[] => (i > 0 ? [', ', whole(a)] : [whole(a)])), ')')
  const a = expression(scope, depth)
  const some = (type: IntType): Expr => direct('|', cast(type, a), constant(type, BigInt(1 << random.below(8))))!
  switch (random.below(9)) {
    case 0:
      return call(U32, rangeOf(U32), '__builtin_bswap32', cast(U32, a))
    case 1:
      return call(ULONG, rangeOf(ULONG), '__builtin_bswap64', cast(U64, a))
    case 2:
      return cast(random.pick([S32, U32]), call(U32, { lo: 0n, hi: 65535n }, '__builtin_bswap16', a))
    case 3:
      return call(LONG, converted(a, LONG), '__builtin_expect', a, constant(S32, BigInt(random.below(2))))
    case 4:
      return call(S32, { lo: 0n, hi: 32n }, '__builtin_popcount', a)
    case 5:
      return call(S32, { lo: 0n, hi: 64n }, '__builtin_popcountll', a)
    case 6:
      return call(S32, { lo: 0n, hi: 31n }, random.pick(['__builtin_clz', '__builtin_ctz']), nonZero(some(U32)))
    case 7:
      return call(S32, { lo: 0n, hi: 63n }, random.pick(['__builtin_clzll', '__builtin_ctzll']), nonZero(some(U64)))
    default:
      return call(S32, { lo: 0n, hi: 32n }, '__builtin_ffs', a)
  }
}

/** The interval says that 0 is no value, so that shrinking keeps it so. */
const nonZero = (e: Expr): Expr => ({ ...e, lo: e.lo > 1n ? e.lo : 1n })

function pureCall(scope: Scope, depth: number): Expr {
  const { random, functions } = scope.unit
  const list = functions.filter((f) => f.pure && f.returns?.kind === 'int' && affordable(scope, f))
  if (list.length === 0) return unary(scope, depth)
  const f = random.pick(list)
  const args = argumentsFor(scope, f, depth - 1)
  if (!args || f.returns?.kind !== 'int') return leaf(scope)
  scope.cost += f.cost * scope.multiplier
  return expr(f.returns, rangeOf(f.returns), PREC.postfix, `${f.name}(`, ...args, ')')
}

export const affordable = (scope: Scope, f: Func): boolean => f.cost * scope.multiplier + scope.cost < 400

export function argumentsFor(scope: Scope, f: Func, depth: number): readonly Part[] | undefined {
  const parts: Part[] = []
  for (const [i, p] of f.params.entries()) {
    if (i > 0) parts.push(', ')
    if (p.type.kind === 'int') parts.push(whole(expressionAs(scope, p.type, Math.min(depth, 2))))
    else if (p.type.kind === 'pointer') {
      const address = addressOf(scope, p.type.to, scope.locals)
      if (!address) return undefined
      parts.push(...address)
    } else {
      const { name } = p.type.kind === 'struct' ? p.type : { name: '' }
      const value = [...scope.locals, ...scope.unit.globals].find((v) => v.type.kind === 'struct' && v.type.name === name && !v.isVolatile)
      if (!value) return undefined
      parts.push(value.name)
    }
  }
  return parts
}

function statementExpression(scope: Scope, depth: number): Expr {
  const type = scope.unit.random.pick(scope.unit.ints)
  const name = `t${scope.unit.names++}`
  const value = expressionAs(scope, type, depth)
  const inner = expr(type, rangeOf(type), PREC.postfix, name)
  const other = expression(scope, depth - 1)
  const result = arithmetic('^', inner, other)
  return expr(result.type, result, PREC.postfix, '({ ', type.name, ` ${name} = `, whole(value), '; ', whole(result), '; })')
}

function comma(scope: Scope, depth: number): Expr {
  const result = expression(scope, depth)
  return expr(result.type, result, PREC.comma, '(void)', hole(expression(scope, depth - 1)), ', ', whole(result))
}

// ---- leaves ----

export function leaf(scope: Scope): Expr {
  const { unit } = scope
  const { random } = unit
  if (scope.isEntry && unit.input === 'packet' && random.chance(35)) return inputRead(scope)
  if (random.chance(75)) {
    const place = pickPlace(scope, 'read')
    if (place) return read(place)
  }
  if (has(unit, 'enums') && unit.enums.length > 0 && random.chance(25)) {
    const { name, value } = random.pick(random.pick(unit.enums).constants)
    return expr(S32, { lo: value, hi: value }, PREC.postfix, name)
  }
  if (unit.structs.length > 0 && random.chance(15)) return layoutQuestion(unit)
  return constantOf(unit)
}

/** A byte of the packet, or a word of it through the packed view. */
function inputRead(scope: Scope): Expr {
  const { random, options } = scope.unit
  if (random.chance(60)) return expr(U8, rangeOf(U8), PREC.postfix, 'in[', hole(constantIn(scope.unit, 0n, BigInt(INPUT_SIZE - 1))), ']')
  const field = random.pick(VIEW_FIELDS)
  return expr(field.type, rangeOf(field.type), PREC.postfix, `((struct ${options.prefix}view *)in)->${field.name}`)
}

/** Members of the packed struct that lies over the packet. */
export const VIEW_FIELDS: readonly { readonly name: string; readonly type: IntType }[] = INT_TYPES.filter((t) => !t.bool).map(
  (type, i) => ({ name: `v${i}`, type }),
)

export function read(place: Place): Expr {
  const { type, width, range, parts } = place
  if (width === undefined) return expr(type, range, PREC.postfix, ...parts)
  // Compilers disagree about the type of bit-fields wider than int: a cast settles it.
  if (type.bits === 64) return expr(type, range, PREC.unary, `(${type.name})`, ...parts)
  return expr(width < 32 || type.signed ? S32 : U32, range, PREC.postfix, ...parts)
}

/** sizeof and offsetof: what the layout is. */
function layoutQuestion(unit: Unit): Expr {
  const { random } = unit
  const type = random.pick(unit.structs)
  const field = random.pick(type.fields)
  if (random.chance(50) || field.width !== undefined) return expr(ULONG, { lo: 0n, hi: 4096n }, PREC.postfix, `sizeof(${type.name})`)
  if (random.chance(50)) return expr(ULONG, { lo: 0n, hi: 4096n }, PREC.postfix, `sizeof(((${type.name} *)0)->${field.name})`)
  return expr(ULONG, { lo: 0n, hi: 4096n }, PREC.postfix, `__builtin_offsetof(${type.name}, ${field.name})`)
}

const CONSTANTS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  5n,
  7n,
  8n,
  10n,
  15n,
  16n,
  31n,
  32n,
  63n,
  64n,
  100n,
  127n,
  128n,
  255n,
  256n,
  1000n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  0x123456789abcdefn,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffffffffffffn,
]

export function constantOf(unit: Unit): Expr {
  const { random } = unit
  const type = random.pick([S32, S32, U32, U64, S64, BOOL, U8, S8, S16])
  let value = random.pick(CONSTANTS)
  if (random.chance(30)) value += BigInt(random.between(-1, 1))
  if (type.signed && random.chance(30)) value = -value
  const bits = BigInt(type.bool ? 1 : type.bits)
  return constant(type, type.signed ? BigInt.asIntN(Number(bits), value) : BigInt.asUintN(Number(bits), value), random.chance(40))
}

/** How deep `a[b[c[...]]]` may go. */
const MOST_INDICES = 6

/** An index of an array of `count` elements in a form that verifiers follow: a constant, a counter, or masked bits. */
export function indexBelow(scope: Scope, count: number): Expr {
  const { unit } = scope
  const { random } = unit
  const counters = scope.locals.filter((v) => v.range && v.range.hi < BigInt(count) && v.range.lo >= 0n && v.type.kind === 'int')
  if (counters.length > 0 && random.chance(60)) {
    const counter = random.pick(counters)
    if (counter.type.kind === 'int' && counter.range) return expr(counter.type, counter.range, PREC.postfix, counter.name)
  }
  if (random.chance(40) || count < 2 || unit.indices >= MOST_INDICES) return constantIn(unit, 0n, BigInt(count - 1))
  let most = 1
  while (most * 2 + 1 < count) most = most * 2 + 1
  unit.indices++
  const e = random.chance(50) ? leaf(scope) : expression(scope, 1)
  unit.indices--
  if (random.chance(20) && e.type.bits >= 32 && !e.type.signed) {
    const bits = Math.log2(most + 1)
    return expr(e.type, { lo: 0n, hi: BigInt(most) }, PREC.shift, hole(e, PREC.shift), ` >> ${e.type.bits - bits}`)
  }
  return direct('&', e, constant(e.type.signed ? S32 : U32, BigInt(most)))!
}
