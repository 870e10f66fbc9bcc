// Making typed expressions, constants folded on the way (C11 6.6): everything that combines converted operands comes through here.
// In: operands already of the right types. Out: a node, or a `const` node where the operands are constant and the result is defined.
import { type Place, warning } from '../report.ts'
import type { Context } from './context.ts'
import { canonical, INT, integerOf, LONG, pointerTo, sizeOf, toUnsigned, unqualified, wrap } from './ctypes.ts'
import type { ArithmeticOp, CompareOp, TExpr } from './tree.ts'
import type { CType, IntType } from './types.ts'

export const constant = (value: bigint, type: CType, at: Place): TExpr => ({
  kind: 'const',
  value: wrapTo(type, value),
  type,
  at,
  lvalue: false,
})

/** Pointers are unsigned 64-bit numbers. */
function wrapTo(type: CType, value: bigint): bigint {
  const int = integerOf(type)
  return int ? wrap(int, value) : BigInt.asUintN(64, value)
}

export const isConst = (e: TExpr): e is TExpr & { readonly kind: 'const' } => e.kind === 'const'
export const isZero = (e: TExpr): boolean => e.kind === 'const' && e.value === 0n

/** An lvalue's value: load, array to pointer, function to pointer; a value stays itself (C11 6.3.2.1). */
export function rvalue(e: TExpr): TExpr {
  if (e.kind === 'error') return e
  const c = canonical(e.type)
  if (c.kind === 'array') {
    const known = constantAddress(e)
    if (known !== undefined) return constant(known, pointerTo(elementWithQualifiers(e.type)), e.at)
  }
  if (c.kind === 'array') return { kind: 'decay', operand: e, type: pointerTo(elementWithQualifiers(e.type)), at: e.at, lvalue: false }
  if (c.kind === 'function') return { kind: 'address', operand: e, type: pointerTo(e.type), at: e.at, lvalue: false }
  if (!e.lvalue) return e
  return { kind: 'load', operand: e, type: unqualified(e.type), at: e.at, lvalue: false }
}

/** The address of a member of an object at a constant address: what offsetof macros compute from null. */
export function constantAddress(e: TExpr): bigint | undefined {
  let off = 0n
  let inner = e
  while (inner.kind === 'member') {
    if (inner.field.widthBits !== undefined) return undefined
    off += BigInt(inner.field.offBits / 8)
    inner = inner.base
  }
  return inner.kind === 'deref' && inner.operand.kind === 'const' ? inner.operand.value + off : undefined
}

function elementWithQualifiers(t: CType): CType {
  const c = canonical(t)
  return c.kind === 'array' ? c.element : t
}

/** Whether a cast changes nothing but the name of the type. */
function sameRepresentation(from: CType, to: CType): boolean {
  const a = integerOf(from)
  const b = integerOf(to)
  return a !== undefined && a === b
}

/** Converts a value to a scalar type (or to void). */
export function cast(e: TExpr, type: CType, at: Place = e.at): TExpr {
  if (e.kind === 'error') return e
  const to = unqualified(type)
  const target = canonical(to)
  if (e.kind === 'const' && (target.kind === 'int' || target.kind === 'enum' || target.kind === 'pointer')) return constant(e.value, to, at)
  if (sameRepresentation(e.type, to) && bitWidth(e) === undefined) return e.type === to ? e : { ...retyped(e, to), at }
  return { kind: 'cast', operand: e, type: to, at, lvalue: false }
}

/** The same value under another name of its type. */
function retyped(e: TExpr, type: CType): TExpr {
  return e.lvalue ? { kind: 'cast', operand: e, type, at: e.at, lvalue: false } : { ...e, type }
}

export function unary(op: '-' | '~', e: TExpr, type: CType, at: Place): TExpr {
  if (e.kind === 'const') return constant(op === '-' ? -e.value : ~e.value, type, at)
  return { kind: 'unary', op, operand: e, type, at, lvalue: false }
}

export function logicalNot(e: TExpr, at: Place): TExpr {
  if (e.kind === 'const') return constant(e.value === 0n ? 1n : 0n, INT, at)
  if (isNonNullAddress(e)) return constant(0n, INT, at)
  return { kind: 'not', operand: e, type: INT, at, lvalue: false }
}

/** Addresses of objects are never null (weak and extern ones may be). */
function isNonNullAddress(e: TExpr): boolean {
  if (e.kind !== 'address' && e.kind !== 'decay') return false
  const o = e.operand
  return o.kind === 'local' || (o.kind === 'global' && o.variable.linkage !== 'extern' && !o.variable.weak)
}

/** Both operands of the result's type, but the right one of a shift. Warns about what is undefined in constants. */
export function arithmetic(cx: Context, op: ArithmeticOp, left: TExpr, right: TExpr, type: CType, at: Place): TExpr {
  const int = integerOf(type)
  if (int && right.kind === 'const') {
    if ((op === '/' || op === '%') && right.value === 0n) {
      if (cx.unevaluated === 0) warning(cx.sink, op === '/' ? 'c.division-by-zero' : 'c.remainder-by-zero', at)
      return { kind: 'arithmetic', op, left, right, type, at, lvalue: false }
    }
    if (op === '<<' || op === '>>') {
      const bad = right.value < 0n ? 'c.shift-negative' : right.value >= BigInt(int.size * 8) ? 'c.shift-overflow' : undefined
      if (bad) {
        if (cx.unevaluated === 0) warning(cx.sink, bad, at)
        return { kind: 'arithmetic', op, left, right, type, at, lvalue: false }
      }
    }
  }
  if (int && left.kind === 'const' && right.kind === 'const') {
    const exact = computed(op, left.value, right.value)
    const value = wrap(int, exact)
    if (int.signed && value !== exact && op !== '<<' && op !== '>>' && cx.unevaluated === 0) {
      warning(cx.sink, 'c.constant-overflow', at, [String(value), int.name])
    }
    return { kind: 'const', value, type, at, lvalue: false }
  }
  return { kind: 'arithmetic', op, left, right, type, at, lvalue: false }
}

/** Of exact integers; the divisor is not zero, a shift not negative. */
export function computed(op: ArithmeticOp, a: bigint, b: bigint): bigint {
  switch (op) {
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '+':
      return a + b
    case '-':
      return a - b
    case '<<':
      return a << b
    case '>>':
      return a >> b
    case '&':
      return a & b
    case '^':
      return a ^ b
    case '|':
      return a | b
  }
}

export function compare(op: CompareOp, left: TExpr, right: TExpr, at: Place): TExpr {
  if (left.kind === 'const' && right.kind === 'const') return constant(holds(op, left.value, right.value) ? 1n : 0n, INT, at)
  if ((op === '==' || op === '!=') && ((isZero(left) && isNonNullAddress(right)) || (isZero(right) && isNonNullAddress(left)))) {
    return constant(op === '!=' ? 1n : 0n, INT, at)
  }
  return { kind: 'compare', op, left, right, type: INT, at, lvalue: false }
}

export function holds(op: CompareOp, a: bigint, b: bigint): boolean {
  switch (op) {
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a <= b
    case '>=':
      return a >= b
    case '==':
      return a === b
    case '!=':
      return a !== b
  }
}

/** 0 or 1 where a condition is known, else undefined. */
export function truthOf(e: TExpr): boolean | undefined {
  if (e.kind === 'const') return e.value !== 0n
  return isNonNullAddress(e) ? true : undefined
}

export function logical(op: '&&' | '||', left: TExpr, right: TExpr, at: Place): TExpr {
  const l = truthOf(left)
  const r = truthOf(right)
  if (l !== undefined) {
    if (l === (op === '||')) return constant(l ? 1n : 0n, INT, at)
    if (r !== undefined) return constant(r ? 1n : 0n, INT, at)
  }
  return { kind: 'logical', op, left, right, type: INT, at, lvalue: false }
}

/** `yes` and `no` of the result's type. */
export function conditional(condition: TExpr, yes: TExpr | undefined, no: TExpr, type: CType, at: Place): TExpr {
  const known = truthOf(condition)
  if (known !== undefined && condition.kind === 'const') {
    const chosen = known ? (yes ?? condition) : no
    return chosen.kind === 'const' ? { ...chosen, type, at } : chosen
  }
  return { kind: 'conditional', condition, yes, no, type, at, lvalue: false }
}

/** pointer +- index, where `scale` is the size of what it points to. */
export function pointerAdd(pointer: TExpr, index: TExpr, subtract: boolean, type: CType, at: Place): TExpr {
  const to = canonical(type)
  const scale = to.kind === 'pointer' ? (sizeOf(to.to) ?? 1) : 1
  const wide = cast(index, LONG)
  if (wide.kind === 'const') {
    if (pointer.kind === 'const') {
      const step = wide.value * BigInt(scale)
      return constant(pointer.value + (subtract ? -step : step), type, at)
    }
    if (wide.value === 0n) return { ...pointer, type, at }
  }
  return { kind: 'pointer-add', pointer, index: wide, scale, subtract, type, at, lvalue: false }
}

/** The integer type after the integer promotions (C11 6.3.1.1). A bit-field narrower than int becomes int. */
export function promoted(e: TExpr): IntType | undefined {
  const int = integerOf(e.type)
  if (!int) return undefined
  const width = bitWidth(e)
  if (width !== undefined) return width < 32 || (int.signed && width === 32) ? INT : int.rank < INT.rank ? INT : int
  return int.rank < INT.rank ? INT : int
}

/** Width of the bit-field whose value an expression is, if it is one; clang also sees through commas, assignments and `++s.f`. */
export function bitWidth(e: TExpr): number | undefined {
  switch (e.kind) {
    case 'member':
      return e.field.widthBits
    case 'load':
      return bitWidth(e.operand)
    case 'comma':
      return bitWidth(e.right)
    case 'assign':
    case 'compound-assign':
      return bitWidth(e.left)
    case 'step':
      return e.prefix ? bitWidth(e.operand) : undefined
    default:
      return undefined
  }
}

export function promote(e: TExpr): TExpr {
  const type = promoted(e)
  return type && type !== canonical(e.type) ? cast(e, type) : e
}

/** A null pointer constant: 0, or 0 cast to void * (C11 6.3.2.3). */
export function isNullConstant(e: TExpr): boolean {
  if (e.kind !== 'const' || e.value !== 0n) return false
  const c = canonical(e.type)
  return c.kind === 'int' || c.kind === 'enum' || (c.kind === 'pointer' && canonical(c.to).kind === 'void')
}

/** The usual arithmetic conversions of two integers (C11 6.3.1.8). */
export function commonType(a: TExpr, b: TExpr): IntType | undefined {
  const x = promoted(a)
  const y = promoted(b)
  if (!x || !y) return undefined
  return commonInteger(x, y)
}

export function commonInteger(x: IntType, y: IntType): IntType {
  if (x === y) return x
  if (x.signed === y.signed) return x.rank >= y.rank ? x : y
  const [u, s] = x.signed ? [y, x] : [x, y]
  if (u.rank >= s.rank) return u
  if (s.size > u.size) return s
  return toUnsigned(s)
}
