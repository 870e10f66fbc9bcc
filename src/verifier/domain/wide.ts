// 64-bit numbers as pairs of words in an Int32Array, high word first, without BigInt: comparisons, interval steps, products.
// "raise" keeps the larger and "lower" the smaller of what is stored and what is given, so an interval [min, max] is narrowed by
// raising its min and lowering its max; each answers 1 if the stored number changed. Hot: the optimiser inlines all of it.

export const SIGN = -0x80000000
export const S32_MAX = 0x7fffffff

export const ult = (ah: number, al: number, bh: number, bl: number): boolean => (ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0)
export const slt = (ah: number, al: number, bh: number, bl: number): boolean => (ah === bh ? al >>> 0 < bl >>> 0 : ah < bh)
export const ult32 = (a: number, b: number): boolean => a >>> 0 < b >>> 0

export function set64(s: Int32Array, at: number, hi: number, lo: number): void {
  s[at] = hi
  s[at + 1] = lo
}

export function raiseU64(s: Int32Array, at: number, hi: number, lo: number): number {
  if (!ult(s[at]!, s[at + 1]!, hi, lo)) return 0
  set64(s, at, hi, lo)
  return 1
}
export function lowerU64(s: Int32Array, at: number, hi: number, lo: number): number {
  if (!ult(hi, lo, s[at]!, s[at + 1]!)) return 0
  set64(s, at, hi, lo)
  return 1
}
export function raiseS64(s: Int32Array, at: number, hi: number, lo: number): number {
  if (!slt(s[at]!, s[at + 1]!, hi, lo)) return 0
  set64(s, at, hi, lo)
  return 1
}
export function lowerS64(s: Int32Array, at: number, hi: number, lo: number): number {
  if (!slt(hi, lo, s[at]!, s[at + 1]!)) return 0
  set64(s, at, hi, lo)
  return 1
}
export function raiseU32(s: Int32Array, at: number, x: number): number {
  if (s[at]! >>> 0 >= x >>> 0) return 0
  s[at] = x
  return 1
}
export function lowerU32(s: Int32Array, at: number, x: number): number {
  if (s[at]! >>> 0 <= x >>> 0) return 0
  s[at] = x
  return 1
}
export function raiseS32(s: Int32Array, at: number, x: number): number {
  if (s[at]! >= x) return 0
  s[at] = x
  return 1
}
export function lowerS32(s: Int32Array, at: number, x: number): number {
  if (s[at]! <= x) return 0
  s[at] = x
  return 1
}

/** Adds to the number at `at`; answers the unsigned carry out. */
export function add64(s: Int32Array, at: number, hi: number, lo: number): number {
  const low = (s[at + 1]! + lo) | 0
  const high = (s[at]! + hi + (low >>> 0 < lo >>> 0 ? 1 : 0)) | 0
  s[at] = high
  s[at + 1] = low
  return ult(high, low, hi, lo) ? 1 : 0
}
/** Subtracts from the number at `at`; answers the unsigned borrow. */
export function sub64(s: Int32Array, at: number, hi: number, lo: number): number {
  const a = s[at]!
  const b = s[at + 1]!
  s[at] = a - hi - (b >>> 0 < lo >>> 0 ? 1 : 0)
  s[at + 1] = b - lo
  return ult(a, b, hi, lo) ? 1 : 0
}

/** High word of the unsigned 32 x 32 product; the low word is Math.imul. */
export function mulHi32(a: number, b: number): number {
  const al = a & 0xffff
  const ah = a >>> 16
  const bl = b & 0xffff
  const bh = b >>> 16
  // Neither sum exceeds 2^32 - 1.
  const mid = ah * bl + ((al * bl) >>> 16)
  const mid2 = al * bh + (mid & 0xffff)
  return (ah * bh + (mid >>> 16) + (mid2 >>> 16)) | 0
}

/** Unsigned product modulo 2^64 into `at`; answers whether it did not fit. */
export function mulU64(s: Int32Array, at: number, ah: number, al: number, bh: number, bl: number): boolean {
  const top = mulHi32(al, bl) >>> 0
  const low = Math.imul(al, bl)
  let over = ah !== 0 && bh !== 0
  let hi = top
  if (ah !== 0) {
    over ||= mulHi32(ah, bl) !== 0
    hi += Math.imul(ah, bl) >>> 0
  }
  if (bh !== 0) {
    over ||= mulHi32(al, bh) !== 0
    hi += Math.imul(al, bh) >>> 0
  }
  s[at] = hi
  s[at + 1] = low
  return over || hi > 0xffffffff
}

/** Signed product modulo 2^64 into `at`; answers whether it did not fit. */
export function mulS64(s: Int32Array, at: number, ah: number, al: number, bh: number, bl: number): boolean {
  const negative = (ah ^ bh) < 0
  // Magnitudes: |-2^63| = 2^63 is right as an unsigned number.
  const ml = ah < 0 ? -al | 0 : al
  const mh = ah < 0 ? ~ah + (al === 0 ? 1 : 0) : ah
  const nl = bh < 0 ? -bl | 0 : bl
  const nh = bh < 0 ? ~bh + (bl === 0 ? 1 : 0) : bh
  const over = mulU64(s, at, mh | 0, ml, nh | 0, nl)
  const hi = s[at]!
  const lo = s[at + 1]!
  if (!negative) return over || hi < 0
  s[at + 1] = -lo
  s[at] = ~hi + (lo === 0 ? 1 : 0)
  // A negative product fits down to -2^63.
  return over || (hi < 0 && !(hi === SIGN && lo === 0))
}

/** Index of the highest set bit plus one; 0 for 0. */
export const fls64 = (hi: number, lo: number): number => (hi !== 0 ? 64 - Math.clz32(hi) : 32 - Math.clz32(lo))
