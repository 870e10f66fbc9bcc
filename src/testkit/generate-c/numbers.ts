// Integer types of C as BPF and x86-64 both have them (int 32, long 64 bits, two's complement), with the conversions of C11 6.3.1 and intervals.
// Every generated expression carries an interval that holds all its values: signed arithmetic is written directly where the interval fits the
// type, and through unsigned casts where it does not. So nothing overflows, and the reference is right by construction.

export interface IntType {
  readonly kind: 'int'
  readonly name: string
  readonly bits: 8 | 16 | 32 | 64
  readonly signed: boolean
  /** _Bool: any value but 0 becomes 1. */
  readonly bool?: boolean
}

export interface Interval {
  readonly lo: bigint
  readonly hi: bigint
}

const int = (name: string, bits: IntType['bits'], signed: boolean): IntType => ({ kind: 'int', name, bits, signed })

export const U8 = int('u8', 8, false)
export const S8 = int('s8', 8, true)
export const U16 = int('u16', 16, false)
export const S16 = int('s16', 16, true)
export const U32 = int('u32', 32, false)
export const S32 = int('s32', 32, true)
export const U64 = int('u64', 64, false)
export const S64 = int('s64', 64, true)
export const BOOL: IntType = { ...int('_Bool', 8, false), bool: true }
export const CHAR = int('char', 8, true)
export const LONG = int('long', 64, true)
export const ULONG = int('unsigned long', 64, false)

export const INT_TYPES: readonly IntType[] = [U8, S8, U16, S16, U32, S32, U64, S64, BOOL, CHAR, LONG, ULONG]

/** The typedefs that the names above stand on. */
export const TYPEDEFS = `typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef short s16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;
`

export function rangeOf(t: IntType): Interval {
  if (t.bool) return { lo: 0n, hi: 1n }
  return rangeOfBits(t.bits, t.signed)
}

export function rangeOfBits(bits: number, signed: boolean): Interval {
  const n = BigInt(bits)
  return signed ? { lo: -(1n << (n - 1n)), hi: (1n << (n - 1n)) - 1n } : { lo: 0n, hi: (1n << n) - 1n }
}

export const within = (inner: Interval, outer: Interval): boolean => inner.lo >= outer.lo && inner.hi <= outer.hi
export const union = (a: Interval, b: Interval): Interval => ({ lo: a.lo < b.lo ? a.lo : b.lo, hi: a.hi > b.hi ? a.hi : b.hi })

/** What a value of interval `x` is after conversion to `t`. */
export function converted(x: Interval, t: IntType): Interval {
  if (t.bool) return x.lo > 0n || x.hi < 0n ? { lo: 1n, hi: 1n } : rangeOf(t)
  return within(x, rangeOf(t)) ? x : rangeOf(t)
}

/** Integer promotion. */
export const promoted = (t: IntType): IntType => (t.bits < 32 ? S32 : t.signed ? (t.bits === 32 ? S32 : S64) : t.bits === 32 ? U32 : U64)

/** Usual arithmetic conversions. */
export function common(a: IntType, b: IntType): IntType {
  const [x, y] = [promoted(a), promoted(b)]
  if (x.bits !== y.bits) return x.bits > y.bits ? x : y
  return x.signed ? y : x
}

export const unsignedOf = (t: IntType): IntType => (t.bits === 64 ? U64 : U32)

export type Arithmetic = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^'

/** The mathematical result over two intervals; undefined where a divisor may be 0. */
export function compute(op: Arithmetic, a: Interval, b: Interval, t: IntType): Interval | undefined {
  switch (op) {
    case '+':
      return { lo: a.lo + b.lo, hi: a.hi + b.hi }
    case '-':
      return { lo: a.lo - b.hi, hi: a.hi - b.lo }
    case '*':
      return hull([a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi])
    case '/':
      if (b.lo <= 0n && b.hi >= 0n) return undefined
      return hull([a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi, ...(a.lo <= 0n && a.hi >= 0n ? [0n] : [])])
    case '%': {
      if (b.lo <= 0n && b.hi >= 0n) return undefined
      // INT_MIN % -1 is as undefined as the division.
      if (b.lo <= -1n && b.hi >= -1n && a.lo === rangeOf(t).lo) return undefined
      const most = max(abs(b.lo), abs(b.hi)) - 1n
      return { lo: a.lo < 0n ? -min(most, -a.lo) : 0n, hi: a.hi > 0n ? min(most, a.hi) : 0n }
    }
    case '&':
      if (a.lo >= 0n && b.lo >= 0n) return { lo: 0n, hi: min(a.hi, b.hi) }
      if (a.lo >= 0n) return { lo: 0n, hi: a.hi }
      if (b.lo >= 0n) return { lo: 0n, hi: b.hi }
      return rangeOf(t)
    case '|':
    case '^': {
      if (a.lo < 0n || b.lo < 0n) return rangeOf(t)
      let room = 1n
      while (room <= a.hi || room <= b.hi) room <<= 1n
      return { lo: 0n, hi: room - 1n }
    }
  }
}

const abs = (x: bigint): bigint => (x < 0n ? -x : x)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

function hull(values: readonly bigint[]): Interval {
  return values.map((v): Interval => ({ lo: v, hi: v })).reduce(union)
}

/** A constant of a type as C writes it. */
export function literal(t: IntType, value: bigint, hexadecimal = false): string {
  const kind = promoted(t)
  const suffix = kind.bits === 64 ? (kind.signed ? 'll' : 'ull') : kind.signed ? '' : 'u'
  // There is no negative literal, so the least value is a difference.
  if (kind.signed && value === rangeOf(kind).lo) return `(-${-(value + 1n)}${suffix} - 1)`
  const digits = abs(value).toString(hexadecimal ? 16 : 10)
  return `${value < 0n ? '-' : ''}${hexadecimal ? '0x' : ''}${digits}${suffix}`
}
