// Conversions that C makes without being asked: assignment, passing, returning, initialising (C11 6.5.16.1), with clang's diagnostics.
// In: a value and the type wanted. Out: the value converted, or an error node after a fault.
import type { DiagCode } from '../../diag/index.ts'
import { error, label, type Place, silenced, warning } from '../report.ts'
import { cast, constant, isNullConstant } from './build-expr.ts'
import { sameUnqualified } from './compatible.ts'
import { type Context, errorExpr, isError } from './context.ts'
import {
  asPointer,
  BOOL,
  canonical,
  integerOf,
  isArithmetic,
  isFloat,
  isInteger,
  isPointer,
  isVoid,
  qualifiersOf,
  unqualified,
  wrap,
} from './ctypes.ts'
import { printType, quoteType } from './print-type.ts'
import type { TExpr } from './tree.ts'
import type { CType } from './types.ts'

/** Why a conversion happens; clang words its messages by it. */
export type Purpose =
  | { readonly kind: 'assigning' | 'initializing' }
  | { readonly kind: 'returning' }
  | { readonly kind: 'passing'; readonly param: { readonly name: string | undefined; readonly at: Place } | undefined }

/** `value` has been through `rvalue`. */
export function convert(cx: Context, value: TExpr, to: CType, purpose: Purpose, at: Place = value.at): TExpr {
  if (isError(value)) return value
  const from = value.type
  if (isFloat(from) || isFloat(to)) return noFloat(cx, at)
  const target = canonical(to)
  const source = canonical(from)
  if (target.kind === 'void' || source.kind === 'void') return mismatch(cx, 'c.convert.incompatible', value, to, purpose, at)
  if (target.kind === 'record' || source.kind === 'record') {
    if (target === source) return value
    return mismatch(cx, 'c.convert.incompatible', value, to, purpose, at)
  }
  if (isInteger(to) && isInteger(from)) {
    checkConstant(cx, value, to)
    return cast(value, to, value.at)
  }
  if (target === BOOL && isPointer(from)) return cast(value, to, value.at)
  if (target.kind === 'pointer') {
    if (isNullConstant(value)) return constant(0n, unqualified(to), value.at)
    if (source.kind === 'pointer') return pointerConversion(cx, value, to, purpose, at)
    if (isInteger(from)) return mismatch(cx, 'c.convert.int-to-pointer', value, to, purpose, at)
  }
  if (isInteger(to) && source.kind === 'pointer') return mismatch(cx, 'c.convert.pointer-to-int', value, to, purpose, at)
  return mismatch(cx, 'c.convert.incompatible', value, to, purpose, at)
}

function pointerConversion(cx: Context, value: TExpr, to: CType, purpose: Purpose, at: Place): TExpr {
  const a = asPointer(value.type)?.to ?? value.type
  const b = asPointer(to)?.to ?? to
  const p = qualifiersOf(a)
  const q = qualifiersOf(b)
  const discards = (p.const && !q.const) || (p.volatile && !q.volatile)
  if ((sameUnqualified(a, b) && p.atomic === q.atomic) || isVoid(a) || isVoid(b)) {
    if (discards) mismatch(cx, 'c.convert.discards', value, to, purpose, at)
    return cast(value, to, value.at)
  }
  const signs = integerOf(a)
  const other = integerOf(b)
  if (signs && other && signs.size === other.size && signs.rank === other.rank) {
    if (canonical(a).kind === 'int' && canonical(b).kind === 'int') mismatch(cx, 'c.convert.sign', value, to, purpose, at)
    return cast(value, to, value.at)
  }
  mismatch(cx, 'c.convert.pointer', value, to, purpose, at)
  return cast(value, to, value.at)
}

type Mismatch =
  | 'c.convert.incompatible'
  | 'c.convert.int-to-pointer'
  | 'c.convert.pointer-to-int'
  | 'c.convert.pointer'
  | 'c.convert.discards'
  | 'c.convert.sign'

/** One code for each mismatch and purpose, so that every language can word it as it likes. */
function mismatch(cx: Context, what: Mismatch, value: TExpr, to: CType, purpose: Purpose, at: Place): TExpr {
  const soft = what === 'c.convert.discards' || what === 'c.convert.sign'
  const code: DiagCode = `${what}.${purpose.kind}`
  // Silenced, an error by default is what C once allowed: a cast.
  if (silenced(cx.sink, code)) return cast(value, to, value.at)
  const labels =
    purpose.kind === 'passing' && purpose.param ? [label(purpose.param.at, 'c.note.passing-to', [purpose.param.name ?? ''])] : []
  ;(soft ? warning : error)(cx.sink, code, at, [quoteType(to), quoteType(value.type)], { labels })
  return soft ? value : errorExpr(value.at)
}

/** clang's -Wconstant-conversion. */
function checkConstant(cx: Context, value: TExpr, to: CType): void {
  const target = integerOf(to)
  const source = integerOf(value.type)
  if (value.kind !== 'const' || !target || !source || target === BOOL || target.size >= source.size || cx.unevaluated > 0) return
  const converted = wrap(target, value.value)
  if (converted === value.value) return
  // A negative number put into an unsigned type of which it fits the bits is deliberate (-1 for all ones).
  if (value.value < 0n && wrap({ ...target, signed: true }, value.value) === value.value) return
  warning(cx.sink, 'c.constant-conversion', value.at, [quoteType(value.type), quoteType(to), String(value.value), String(converted)])
}

export function noFloat(cx: Context, at: Place): TExpr {
  error(cx.sink, 'c.no-float', at)
  return errorExpr(at)
}

/** The condition of if, while, ?:, !, && and ||: a scalar. */
export function condition(cx: Context, value: TExpr): TExpr {
  if (isError(value)) return value
  if (isFloat(value.type)) return noFloat(cx, value.at)
  if (isArithmetic(value.type) || isPointer(value.type)) return value
  error(cx.sink, 'c.not-scalar', value.at, [printType(value.type)])
  return errorExpr(value.at)
}
