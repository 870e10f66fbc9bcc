// 128-bit integers, which no register holds: a value is a pair of words, an object sixteen bytes in memory (as with clang's target bpf,
// but that products are made in place instead of by a call that BPF cannot make). Division has no instructions and is a diagnostic.
// Like records they are made in memory where they are arguments, results or parts of initialisers.
import { addBlock, constant, undef, type Value } from '../ir/index.ts'
import { error } from '../report.ts'
import { type CType, integerOf, isPointer, type TExpr } from '../sema/index.ts'
import { address, at, pointerOf, resize, temporary } from './memory.ts'
import { type Address, enter, irType, isWide, type L, mark } from './state.ts'

/** The low word first. */
export interface Pair {
  readonly low: Value
  readonly high: Value
}

const word = (n: bigint | number): Value => constant('i64', n)

/** The value of a 128-bit expression. */
export function wideValue(l: L, e: TExpr): Pair {
  switch (e.kind) {
    case 'const':
      return { low: word(e.value), high: word(e.value >> 64n) }
    case 'load':
      return loadPair(l, e.operand)
    case 'local':
    case 'global':
    case 'deref':
    case 'member':
    case 'compound-literal':
      return loadPair(l, e)
    case 'cast':
      return widened(l, e.operand)
    case 'unary': {
      const v = wideValue(l, e.operand)
      mark(l, e.at)
      return e.op === '~' ? mapped(v, (x) => l.b.bin('xor', x, word(-1))) : subtract(l, { low: word(0), high: word(0) }, v)
    }
    case 'arithmetic':
      return chain(l, e)
    case 'assign':
      return storePair(l, address(l, e.left), wideValue(l, e.right))
    case 'compound-assign': {
      const place = address(l, e.left)
      const right = operand(l, e.op, e.right)
      return storePair(l, place, operate(l, e.op, readPair(l, place), right, e))
    }
    case 'step': {
      const place = address(l, e.operand)
      mark(l, e.at)
      const before = readPair(l, place)
      const one = { low: word(1), high: word(0) }
      const after = storePair(l, place, e.op === '++' ? add(l, before, one) : subtract(l, before, one))
      return e.prefix ? after : before
    }
    case 'comma':
      l.rules.discard(l, e.left)
      return wideValue(l, e.right)
    case 'conditional':
      return conditionalPair(l, e)
    default: {
      // A call's result, a statement expression's value.
      const slot = temporary(l, e.type)
      l.rules.into(l, e, slot)
      return readPair(l, slot)
    }
  }
}

/** A compound assignment to a narrower integer that is computed in 128 bits: the low word of the result. */
export function wideCompound(l: L, e: TExpr & { readonly kind: 'compound-assign' }, current: () => Value): Value {
  const right = operand(l, e.op, e.right)
  const left = extended(l, current(), integerOf(e.left.type)?.signed ?? false)
  return operate(l, e.op, left, right, { ...e, type: e.computed }).low
}

export function storePair(l: L, to: Address, v: Pair): Pair {
  const align = Math.min(8, to.align)
  l.b.store(pointerOf(l, to), v.low, align)
  l.b.store(pointerOf(l, at(to, 8)), v.high, align)
  return v
}

/** Whether the value is anything but zero, as i1. */
export function wideTruth(l: L, v: Pair): Value {
  return l.b.cmp('ne', l.b.bin('or', v.low, v.high), word(0))
}

/** A comparison of two 128-bit values, as i1. */
export function wideCompare(l: L, e: TExpr & { readonly kind: 'compare' }): Value {
  const [a, b] = [wideValue(l, e.left), wideValue(l, e.right)]
  mark(l, e.at)
  const signed = integerOf(e.left.type)?.signed ?? false
  const below = (x: Pair, y: Pair): Value =>
    l.b.bin(
      'or',
      l.b.cmp(signed ? 'slt' : 'ult', x.high, y.high),
      l.b.bin('and', l.b.cmp('eq', x.high, y.high), l.b.cmp('ult', x.low, y.low)),
    )
  const not = (bit: Value): Value => l.b.bin('xor', bit, constant('i1', 1))
  switch (e.op) {
    case '==':
    case '!=': {
      const differ = wideTruth(l, { low: l.b.bin('xor', a.low, b.low), high: l.b.bin('xor', a.high, b.high) })
      return e.op === '!=' ? differ : not(differ)
    }
    case '<':
      return below(a, b)
    case '>':
      return below(b, a)
    case '<=':
      return not(below(b, a))
    case '>=':
      return not(below(a, b))
  }
}

const mapped = (v: Pair, f: (x: Value) => Value): Pair => ({ low: f(v.low), high: f(v.high) })

function loadPair(l: L, e: TExpr): Pair {
  if (e.kind === 'member' && e.field.widthBits !== undefined) {
    error(l.sink, 'c.no-int128', e.at)
    return { low: undef('i64'), high: undef('i64') }
  }
  const a = address(l, e)
  mark(l, e.at)
  return readPair(l, a)
}

function readPair(l: L, a: Address): Pair {
  const align = Math.min(8, a.align)
  return { low: l.b.load('i64', pointerOf(l, a), align), high: l.b.load('i64', pointerOf(l, at(a, 8)), align) }
}

/** Any scalar as 128 bits. */
function widened(l: L, e: TExpr): Pair {
  if (isWide(e.type)) return wideValue(l, e)
  const v = l.rules.value(l, e)
  mark(l, e.at)
  if (isPointer(e.type)) return { low: l.b.cast('ptrtoint', 'i64', v), high: word(0) }
  return extended(l, v, integerOf(e.type)?.signed ?? false)
}

function extended(l: L, v: Value, signed: boolean): Pair {
  const low = resize(l, v, 'i64', signed)
  return { low, high: signed ? l.b.bin('ashr', low, word(63)) : word(0) }
}

type ArithmeticOp = (TExpr & { readonly kind: 'arithmetic' })['op']

/** Along the left side in a loop, so that long sums cost no depth. */
function chain(l: L, e: TExpr & { readonly kind: 'arithmetic' }): Pair {
  const spine: (TExpr & { readonly kind: 'arithmetic' })[] = []
  let first: TExpr = e
  while (first.kind === 'arithmetic' && isWide(first.type)) {
    spine.push(first)
    first = first.left
  }
  let v = wideValue(l, first)
  for (const node of spine.reverse()) v = operate(l, node.op, v, operand(l, node.op, node.right), node)
  return v
}

/** The right operand; of a shift, whose amount has a type of its own, only the low word counts. */
const operand = (l: L, op: ArithmeticOp, e: TExpr): Pair => (op === '<<' || op === '>>' ? widened(l, e) : wideValue(l, e))

function operate(l: L, op: ArithmeticOp, left: Pair, right: Pair, e: TExpr): Pair {
  mark(l, e.at)
  switch (op) {
    case '<<':
      return shiftLeft(l, left, right.low)
    case '>>':
      return shiftRight(l, left, right.low, integerOf(e.type)?.signed ?? false)
    case '+':
      return add(l, left, right)
    case '-':
      return subtract(l, left, right)
    case '*':
      return multiply(l, left, right)
    case '&':
    case '|':
    case '^': {
      const name = op === '&' ? 'and' : op === '|' ? 'or' : 'xor'
      return { low: l.b.bin(name, left.low, right.low), high: l.b.bin(name, left.high, right.high) }
    }
    case '/':
    case '%':
      error(l.sink, 'c.int128-division', e.at)
      return left
  }
}

function add(l: L, a: Pair, b: Pair): Pair {
  const low = l.b.bin('add', a.low, b.low)
  const carry = l.b.cast('zext', 'i64', l.b.cmp('ult', low, a.low))
  return { low, high: l.b.bin('add', l.b.bin('add', a.high, b.high), carry) }
}

function subtract(l: L, a: Pair, b: Pair): Pair {
  const borrow = l.b.cast('zext', 'i64', l.b.cmp('ult', a.low, b.low))
  return { low: l.b.bin('sub', a.low, b.low), high: l.b.bin('sub', l.b.bin('sub', a.high, b.high), borrow) }
}

function multiply(l: L, a: Pair, b: Pair): Pair {
  const { b: build } = l
  const cross = build.bin('add', build.bin('mul', a.low, b.high), build.bin('mul', a.high, b.low))
  return { low: build.bin('mul', a.low, b.low), high: build.bin('add', highProduct(l, a.low, b.low), cross) }
}

/** The upper word of the product of two unsigned words, by their halves: no sum here passes 64 bits. */
function highProduct(l: L, x: Value, y: Value): Value {
  const { b } = l
  const lower = (v: Value): Value => b.bin('and', v, word(0xffffffff))
  const upper = (v: Value): Value => b.bin('lshr', v, word(32))
  const [xl, xh, yl, yh] = [lower(x), upper(x), lower(y), upper(y)]
  const middle = b.bin('add', b.bin('mul', xl, yh), upper(b.bin('mul', xl, yl)))
  const other = b.bin('add', b.bin('mul', xh, yl), lower(middle))
  return b.bin('add', b.bin('add', b.bin('mul', xh, yh), upper(middle)), upper(other))
}

/** What a shift by the amount's low six bits makes, and whether a whole word is to be moved besides. */
function parts(l: L, amount: Value): { readonly within: Value; readonly rest: Value; readonly far: Value } {
  const within = l.b.bin('and', amount, word(63))
  // The bits that change words move by 64 - n: by one, then by 63 - n, since a shift by 64 is none.
  return { within, rest: l.b.bin('xor', within, word(63)), far: l.b.cmp('ne', l.b.bin('and', amount, word(64)), word(0)) }
}

function shiftLeft(l: L, v: Pair, amount: Value): Pair {
  const { within, rest, far } = parts(l, amount)
  const low = l.b.bin('shl', v.low, within)
  const carried = l.b.bin('lshr', l.b.bin('lshr', v.low, word(1)), rest)
  const high = l.b.bin('or', l.b.bin('shl', v.high, within), carried)
  return { low: l.b.select(far, word(0), low), high: l.b.select(far, low, high) }
}

function shiftRight(l: L, v: Pair, amount: Value, signed: boolean): Pair {
  const { within, rest, far } = parts(l, amount)
  const high = l.b.bin(signed ? 'ashr' : 'lshr', v.high, within)
  const carried = l.b.bin('shl', l.b.bin('shl', v.high, word(1)), rest)
  const low = l.b.bin('or', l.b.bin('lshr', v.low, within), carried)
  const above = signed ? l.b.bin('ashr', v.high, word(63)) : word(0)
  return { low: l.b.select(far, high, low), high: l.b.select(far, above, high) }
}

function conditionalPair(l: L, e: TExpr & { readonly kind: 'conditional' }): Pair {
  const [yes, no, end] = ['cond.true', 'cond.false', 'cond.end'].map((hint) => addBlock(l.fn, hint))
  // `a ?: b` evaluates `a` once.
  const first = e.yes ? undefined : widened(l, e.condition)
  if (first) l.b.condbr(wideTruth(l, first), yes, no)
  else l.rules.branch(l, e.condition, yes, no)
  l.b.block = yes
  const a = first ?? wideValue(l, e.yes ?? e.condition)
  const yesEnd = l.b.block
  if (!l.b.terminated()) l.b.br(end)
  l.b.block = no
  const c = wideValue(l, e.no)
  const noEnd = l.b.block
  enter(l, end)
  mark(l, e.at)
  const joined = (x: Value, y: Value): Value =>
    l.b.phi('i64', [
      { value: x, from: yesEnd },
      { value: y, from: noEnd },
    ])
  return { low: joined(a.low, c.low), high: joined(a.high, c.high) }
}

/** The low bits of a 128-bit value as another scalar. */
export function narrowed(l: L, v: Pair, to: CType): Value {
  return isPointer(to) ? l.b.cast('inttoptr', 'ptr', v.low) : resize(l, v.low, irType(to), false)
}
