// Making C types and asking about them: canonical forms, sizes, alignments, classes of types (C11 6.2.5).
// Invariant: a question about the nature of a type looks through typedefs, qualifiers and tags; one about its name does not.
import { never } from '../../base/index.ts'
import type { ArrayType, BareType, CType, FunctionType, IntName, IntType, PointerType, QualifiedType, RecordType } from './types.ts'

export interface Quals {
  readonly const: boolean
  readonly volatile: boolean
  readonly restrict: boolean
  readonly atomic: boolean
}

const int = (name: IntName, size: IntType['size'], signed: boolean, rank: number): IntType => ({ kind: 'int', name, size, signed, rank })

export const VOID: CType = { kind: 'void' }
export const BOOL = int('_Bool', 1, false, 0)
export const CHAR = int('char', 1, true, 1)
export const SCHAR = int('signed char', 1, true, 1)
export const UCHAR = int('unsigned char', 1, false, 1)
export const SHORT = int('short', 2, true, 2)
export const USHORT = int('unsigned short', 2, false, 2)
export const INT = int('int', 4, true, 3)
export const UINT = int('unsigned int', 4, false, 3)
export const LONG = int('long', 8, true, 4)
export const ULONG = int('unsigned long', 8, false, 4)
export const LLONG = int('long long', 8, true, 5)
export const ULLONG = int('unsigned long long', 8, false, 5)
export const INT128 = int('__int128', 16, true, 6)
export const UINT128 = int('unsigned __int128', 16, false, 6)
export const FLOAT: CType = { kind: 'float', name: 'float', size: 4 }
export const DOUBLE: CType = { kind: 'float', name: 'double', size: 8 }
export const LONG_DOUBLE: CType = { kind: 'float', name: 'long double', size: 8 }

const UNSIGNED: ReadonlyMap<IntType, IntType> = new Map([
  [CHAR, UCHAR],
  [SCHAR, UCHAR],
  [SHORT, USHORT],
  [INT, UINT],
  [LONG, ULONG],
  [LLONG, ULLONG],
  [INT128, UINT128],
])
export const toUnsigned = (t: IntType): IntType => UNSIGNED.get(t) ?? t

export const pointerTo = (to: CType): PointerType => ({ kind: 'pointer', to })
export const arrayOf = (element: CType, count: number | undefined): ArrayType => ({ kind: 'array', element, count })

/** Adds qualifiers; those of an array go to its elements. */
export function qualify(t: CType, q: Quals): CType {
  if (!q.const && !q.volatile && !q.restrict && !q.atomic) return t
  if (t.kind === 'array') return arrayOf(qualify(t.element, q), t.count)
  if (t.kind === 'qualified') {
    return { kind: 'qualified', of: t.of, ...either(t, q) }
  }
  return { kind: 'qualified', of: t, const: q.const, volatile: q.volatile, restrict: q.restrict, atomic: q.atomic }
}

const either = (a: Quals, b: Quals): Quals => ({
  const: a.const || b.const,
  volatile: a.volatile || b.volatile,
  restrict: a.restrict || b.restrict,
  atomic: a.atomic || b.atomic,
})

export const CONST: Quals = { const: true, volatile: false, restrict: false, atomic: false }
const NONE: Quals = { const: false, volatile: false, restrict: false, atomic: false }

/** The type without sugar at its top. */
export function canonical(t: CType): BareType {
  let u = t
  while (u.kind === 'typedef' || u.kind === 'qualified' || u.kind === 'tagged') u = u.of
  return u
}

export const isVolatile = (t: CType): boolean => qualifiersOf(t).volatile
export const isAtomic = (t: CType): boolean => qualifiersOf(t).atomic

/** All qualifiers at the top, through typedefs; those of an array are its elements'. */
export function qualifiersOf(t: CType): Quals {
  let q = NONE
  let u = t
  for (;;) {
    if (u.kind === 'qualified') q = either(q, u)
    if (u.kind === 'typedef' || u.kind === 'qualified' || u.kind === 'tagged') u = u.of
    else if (u.kind === 'array') u = u.element
    else return q
  }
}

/** The type without qualifiers at its top; a typedef stays if it holds none. */
export function unqualified(t: CType): CType {
  let u = t
  for (;;) {
    if (u.kind === 'qualified') u = (u as QualifiedType).of
    else if (u.kind === 'typedef' && isQualified(u.of)) u = u.of
    else return u
  }
}

function isQualified(t: CType): boolean {
  let u = t
  while (u.kind === 'typedef' || u.kind === 'tagged') u = u.of
  return u.kind === 'qualified'
}

/** The integer type that a value of the type is computed in; undefined where it is no integer. */
export function integerOf(t: CType): IntType | undefined {
  const c = canonical(t)
  if (c.kind === 'int') return c
  return c.kind === 'enum' ? c.underlying : undefined
}

export const isInteger = (t: CType): boolean => integerOf(t) !== undefined
export const isArithmetic = (t: CType): boolean => isInteger(t) || canonical(t).kind === 'float'
export const isPointer = (t: CType): boolean => canonical(t).kind === 'pointer'
export const isScalar = (t: CType): boolean => isArithmetic(t) || isPointer(t)
export const isVoid = (t: CType): boolean => canonical(t).kind === 'void'
export const isFunction = (t: CType): boolean => canonical(t).kind === 'function'
export const isFloat = (t: CType): boolean => canonical(t).kind === 'float'

export function asPointer(t: CType): PointerType | undefined {
  const c = canonical(t)
  return c.kind === 'pointer' ? c : undefined
}
export function asArray(t: CType): ArrayType | undefined {
  const c = canonical(t)
  return c.kind === 'array' ? c : undefined
}
export function asFunction(t: CType): FunctionType | undefined {
  const c = canonical(t)
  return c.kind === 'function' ? c : undefined
}
export function asRecord(t: CType): RecordType | undefined {
  const c = canonical(t)
  return c.kind === 'record' ? c : undefined
}

export const isFunctionPointer = (t: CType): boolean => isFunction(asPointer(t)?.to ?? INT)

/** An object's most bytes, so that sizes are exact in doubles. */
export const MAX_OBJECT_BYTES = 2 ** 31

/** Bytes, or undefined for an incomplete type. void and functions count 1, as GNU's arithmetic on pointers to them wants. */
export function sizeOf(t: CType): number | undefined {
  const c = canonical(t)
  switch (c.kind) {
    case 'void':
    case 'function':
      return 1
    case 'int':
    case 'float':
      return c.size
    case 'pointer':
      return 8
    case 'array': {
      const size = sizeOf(c.element)
      return c.count === undefined || size === undefined ? undefined : size * c.count
    }
    case 'record':
      return c.complete ? c.size : undefined
    case 'enum':
      return c.complete ? c.underlying.size : undefined
    default:
      return never(c)
  }
}

export function alignOf(t: CType): number {
  const c = canonical(t)
  switch (c.kind) {
    case 'void':
    case 'function':
      return 1
    case 'int':
    case 'float':
      return c.size
    case 'pointer':
      return 8
    case 'array':
      return alignOf(c.element)
    case 'record':
      return Math.max(1, c.align)
    case 'enum':
      return c.underlying.size
    default:
      return never(c)
  }
}

/** May be the type of an object whose size is known. */
export const isComplete = (t: CType): boolean => !isVoid(t) && !isFunction(t) && sizeOf(t) !== undefined

/** A value wrapped to an integer type. */
export function wrap(t: IntType, value: bigint): bigint {
  if (t === BOOL) return value === 0n ? 0n : 1n
  return t.signed ? BigInt.asIntN(t.size * 8, value) : BigInt.asUintN(t.size * 8, value)
}
