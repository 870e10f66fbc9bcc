// Operators with two operands, assignment and stepping (C11 6.5.5 to 6.5.14, 6.5.16): checks, usual conversions, clang's messages.
// In: operands that are already typed. Out: a node with converted operands, or an error node after a fault.

import { missingHeader } from '../hints.ts'
import { error, label, type More, type Place, warning } from '../report.ts'
import type { AssignOp, BinaryOp } from '../syntax/index.ts'
import {
  arithmetic,
  cast,
  commonType,
  compare,
  constant,
  isConst,
  isNullConstant,
  isZero,
  logical,
  pointerAdd,
  promote,
  rvalue,
} from './build-expr.ts'
import { sameUnqualified } from './compatible.ts'
import { type Context, errorExpr, isError, markWritten } from './context.ts'
import { condition, convert, noFloat } from './convert.ts'
import {
  asPointer,
  asRecord,
  canonical,
  isAtomic,
  isFloat,
  isFunction,
  isInteger,
  isPointer,
  isScalar,
  isVoid,
  LONG,
  pointerTo,
  qualifiersOf,
  sizeOf,
  unqualified,
  VOID,
} from './ctypes.ts'
import { printType, quoteType } from './print-type.ts'
import type { ArithmeticOp, CompareOp, TExpr } from './tree.ts'
import type { CType } from './types.ts'

export function binaryOperation(cx: Context, op: BinaryOp, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  if (isError(left) || isError(right)) return errorExpr(at)
  if (isFloat(left.type) || isFloat(right.type)) return noFloat(cx, at)
  switch (op) {
    case '&&':
    case '||': {
      const l = condition(cx, left)
      const r = condition(cx, right)
      return isError(l) || isError(r) ? errorExpr(at) : logical(op, l, r, at)
    }
    case '<<':
    case '>>':
      return shift(cx, op, left, right, opAt, at)
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '==':
    case '!=':
      return comparison(cx, op, left, right, opAt, at)
    case '+':
    case '-':
      if (isPointer(left.type) || isPointer(right.type)) return pointerArithmetic(cx, op, left, right, opAt, at)
      break
    default:
      break
  }
  const type = commonType(left, right)
  if (!type) return invalidOperands(cx, left, right, opAt)
  return { ...arithmetic(cx, op, cast(left, type), cast(right, type), type, opAt), at }
}

export function invalidOperands(cx: Context, left: TExpr, right: TExpr, opAt: Place): TExpr {
  error(cx.sink, 'c.invalid-operands', opAt, [quoteType(left.type), quoteType(right.type)])
  return errorExpr(opAt)
}

/** Each operand is promoted by itself; the result has the left one's type. */
function shift(cx: Context, op: '<<' | '>>', left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  if (!isInteger(left.type) || !isInteger(right.type)) return invalidOperands(cx, left, right, opAt)
  const value = promote(left)
  return { ...arithmetic(cx, op, value, promote(right), value.type, opAt), at }
}

function pointerArithmetic(cx: Context, op: '+' | '-', left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  if (op === '-' && isPointer(left.type) && isPointer(right.type)) return pointerDifference(cx, left, right, opAt, at)
  const [pointer, index] = isPointer(left.type) ? [left, right] : [right, left]
  if (!isInteger(index.type) || (op === '-' && pointer === right)) return invalidOperands(cx, left, right, opAt)
  if (!stepable(cx, pointer.type, opAt)) return errorExpr(at)
  return { ...pointerAdd(pointer, index, op === '-', pointer.type, at), at }
}

/** Whether a pointer's target has a size to step by. */
function stepable(cx: Context, pointer: CType, at: Place): boolean {
  const to = asPointer(pointer)?.to
  if (!to || isVoid(to) || isFunction(to) || sizeOf(to) !== undefined) return true
  error(cx.sink, 'c.arithmetic-incomplete', at, [quoteType(to)], incompleteNote(cx, to))
  return false
}

function pointerDifference(cx: Context, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  const a = asPointer(left.type)?.to
  const b = asPointer(right.type)?.to
  if (!a || !b || !sameUnqualified(a, b)) return invalidOperandsPointers(cx, left, right, opAt)
  if (!stepable(cx, left.type, opAt)) return errorExpr(at)
  const scale = sizeOf(a) ?? 1
  if (isConst(left) && isConst(right) && scale > 0) return constant((left.value - right.value) / BigInt(scale), LONG, at)
  return { kind: 'pointer-diff', left, right, scale: Math.max(1, scale), type: LONG, at, lvalue: false }
}

function invalidOperandsPointers(cx: Context, left: TExpr, right: TExpr, opAt: Place): TExpr {
  error(cx.sink, 'c.pointer-difference', opAt, [quoteType(left.type), quoteType(right.type)])
  return errorExpr(opAt)
}

function comparison(cx: Context, op: CompareOp, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  const type = commonType(left, right)
  if (type) return compare(op, cast(left, type), cast(right, type), at)
  const l = asPointer(left.type)
  const r = asPointer(right.type)
  if (l && r) {
    if (!sameUnqualified(l.to, r.to) && !isVoid(l.to) && !isVoid(r.to) && !isNullConstant(left) && !isNullConstant(right)) {
      warning(cx.sink, 'c.compare-distinct', opAt, [quoteType(left.type), quoteType(right.type)])
    }
    return compare(op, left, right, at)
  }
  if ((l && isInteger(right.type)) || (r && isInteger(left.type))) {
    const null0 = isNullConstant(l ? right : left)
    if (!null0) warning(cx.sink, 'c.compare-pointer-integer', opAt, [quoteType(left.type), quoteType(right.type)])
    return compare(op, cast(left, l ? left.type : right.type), cast(right, l ? left.type : right.type), at)
  }
  return invalidOperands(cx, left, right, opAt)
}

// --- assignment ---

/** Whether an expression may be assigned to; reports why not. */
function modifiable(cx: Context, e: TExpr, at: Place): boolean {
  if (isError(e)) return false
  if (!e.lvalue) {
    error(cx.sink, 'c.not-assignable', at)
    return false
  }
  const c = canonical(e.type)
  if (c.kind === 'array') {
    error(cx.sink, 'c.array-not-assignable', at, [printType(e.type)])
    return false
  }
  if (!isVoid(e.type) && sizeOf(e.type) === undefined) {
    error(cx.sink, 'c.incomplete-assign', at, [quoteType(e.type)], incompleteNote(cx, e.type))
    return false
  }
  if (e.kind === 'global') markWritten(cx, e.variable)
  if (qualifiersOf(e.type).const) {
    readOnly(cx, e, at)
    return false
  }
  return true
}

function readOnly(cx: Context, e: TExpr, at: Place): void {
  if (e.kind === 'local' || e.kind === 'global') {
    const { name } = e.variable
    error(cx.sink, e.kind === 'global' && e.variable.isString ? 'c.read-only' : 'c.const-variable', at, [name, quoteType(e.type)], {
      labels: [label(e.variable.at, 'c.note.declared-const', [name])],
    })
  } else if (e.kind === 'member') {
    error(cx.sink, 'c.const-member', at, [e.field.name ?? '', quoteType(e.type)], {
      labels: [label(e.field.at, 'c.note.declared-const', [e.field.name ?? ''])],
    })
  } else error(cx.sink, 'c.read-only', at)
}

export function assignExpression(cx: Context, op: AssignOp, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  if (isError(left) || isError(right)) return errorExpr(at)
  if (isFloat(left.type) || isFloat(right.type)) return noFloat(cx, at)
  if (!modifiable(cx, left, opAt)) return errorExpr(at)
  const type = unqualified(left.type)
  if (op === '=') {
    if (isAtomic(left.type) && cx.unevaluated === 0) return atomicPlain(cx, left, opAt)
    const value = convert(cx, right, type, { kind: 'assigning' }, opAt)
    return isError(value) ? errorExpr(at) : { kind: 'assign', left, right: value, type, at, lvalue: false }
  }
  return compoundAssignment(cx, op.slice(0, -1) as ArithmeticOp, left, right, opAt, at)
}

function compoundAssignment(cx: Context, op: ArithmeticOp, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  const type = unqualified(left.type)
  const make = (value: TExpr, computed: CType, scale: number | undefined): TExpr => ({
    kind: 'compound-assign',
    op,
    left,
    right: value,
    computed,
    scale,
    type,
    at,
    lvalue: false,
  })
  if (isAtomic(left.type)) return atomicAssignment(cx, op, left, right, opAt, at)
  if (isPointer(left.type)) {
    if ((op !== '+' && op !== '-') || !isInteger(right.type)) return invalidOperands(cx, rvalue(left), right, opAt)
    if (!stepable(cx, left.type, opAt)) return errorExpr(at)
    return make(cast(right, LONG), type, sizeOf(asPointer(left.type)?.to ?? type) ?? 1)
  }
  const current = rvalue(left)
  if (op === '<<' || op === '>>') {
    if (!isInteger(left.type) || !isInteger(right.type)) return invalidOperands(cx, current, right, opAt)
    const computed = promote(current).type
    const amount = promote(right)
    // Checks a constant amount; the node itself is of no use.
    arithmetic(cx, op, cast(current, computed), amount, computed, opAt)
    return make(cast(amount, computed), computed, undefined)
  }
  const computed = commonType(current, right)
  if (!computed) return invalidOperands(cx, current, right, opAt)
  const operand = cast(right, computed)
  if ((op === '/' || op === '%') && isZero(operand)) warning(cx.sink, op === '/' ? 'c.division-by-zero' : 'c.remainder-by-zero', opAt)
  return make(operand, computed, undefined)
}

/** ++ and --, before or behind. */
export function stepExpression(cx: Context, op: '++' | '--', prefix: boolean, operand: TExpr, at: Place): TExpr {
  if (isError(operand)) return errorExpr(at)
  if (isFloat(operand.type)) return noFloat(cx, at)
  if (!isScalar(operand.type)) {
    error(cx.sink, op === '++' ? 'c.cannot-increment' : 'c.cannot-decrement', at, [quoteType(operand.type)])
    return errorExpr(at)
  }
  if (!modifiable(cx, operand, at) || !stepable(cx, operand.type, at)) return errorExpr(at)
  if (isAtomic(operand.type)) {
    const by = constant(
      BigInt(sizeOf(asPointer(operand.type)?.to ?? VOID) ?? 1),
      isPointer(operand.type) ? LONG : unqualified(operand.type),
      at,
    )
    return atomicUpdate(cx, op === '++' ? 'add' : 'sub', prefix ? 'new' : 'old', operand, by, at)
  }
  return { kind: 'step', op, prefix, operand, type: unqualified(operand.type), at, lvalue: false }
}

// --- _Atomic ---

const ATOMIC_OPS: Partial<Record<ArithmeticOp, string>> = { '+': 'add', '-': 'sub', '&': 'and', '|': 'or', '^': 'xor' }

/** BPF's atomic instructions read, change and write; a plain access that all others see in one order is not among them (clang's words). */
function atomicPlain(cx: Context, e: TExpr, at: Place): TExpr {
  error(cx.sink, 'c.atomic-plain', at, [printType(e.type)])
  return errorExpr(at)
}

function atomicAssignment(cx: Context, op: ArithmeticOp, left: TExpr, right: TExpr, opAt: Place, at: Place): TExpr {
  if (!isInteger(left.type) || !isInteger(right.type)) return invalidOperands(cx, left, right, opAt)
  const name = ATOMIC_OPS[op]
  // The low bits of these results do not depend on the width that they are computed in.
  return name ? atomicUpdate(cx, name, 'new', left, cast(right, unqualified(left.type)), at) : atomicPlain(cx, left, opAt)
}

function atomicUpdate(cx: Context, name: string, yields: 'old' | 'new', left: TExpr, by: TExpr, at: Place): TExpr {
  const type = unqualified(left.type)
  const size = sizeOf(type)
  if (size !== 4 && size !== 8) {
    error(cx.sink, 'c.atomic-size', left.at, [quoteType(left.type)])
    return errorExpr(at)
  }
  const pointer: TExpr =
    left.kind === 'deref'
      ? { ...left.operand, type: pointerTo(type) }
      : { kind: 'address', operand: left, type: pointerTo(type), at: left.at, lvalue: false }
  const builtin = yields === 'old' ? `__atomic_fetch_${name}` : `__atomic_${name}_fetch`
  return { kind: 'builtin', name: builtin, args: [pointer, by], type, at, lvalue: false }
}

/** Where an incomplete type was declared. */
export function incompleteNote(cx: Context, t: CType): More {
  const record = asRecord(t)
  if (!record) return {}
  const fixes = record.name === undefined ? [] : missingHeader(cx.hints, `${record.tag} ${record.name}`).fixes
  return { labels: [label(record.at, 'c.note.forward-declared', [printType(unqualified(t))])], fixes }
}
