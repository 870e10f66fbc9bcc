// Tristate numbers: what is known of a number bit by bit. A bit set in `mask` is unknown, else it is as in `value`.
// A tnum is four words at an offset: value hi, value lo, mask hi, mask lo, as they lie in a register from VALUE_HI on.
// Every operation writes its result over the first operand `d` and keeps the invariant value & mask == 0 (intersect excepted: of
// operands that contradict each other a known 1 wins). Linux 6.18: kernel/bpf/tnum.c; the product is that of 6.18 (long
// multiplication with a union at each unknown bit).
import { add64, fls64, mulU64, set64, sub64, ult } from './wide.ts'

/** Sets value and mask. */
export function tnumSet(s: Int32Array, d: number, vh: number, vl: number, mh: number, ml: number): void {
  s[d] = vh
  s[d + 1] = vl
  s[d + 2] = mh
  s[d + 3] = ml
}

export const tnumConst = (s: Int32Array, d: number, hi: number, lo: number): void => tnumSet(s, d, hi, lo, 0, 0)

export const tnumIsConst = (s: Int32Array, d: number): boolean => (s[d + 2]! | s[d + 3]!) === 0
export const tnumSubregIsConst = (s: Int32Array, d: number): boolean => s[d + 3] === 0
export const tnumIsUnknown = (s: Int32Array, d: number): boolean => (s[d + 2]! & s[d + 3]!) === -1
export const tnumEqualsConst = (s: Int32Array, d: number, hi: number, lo: number): boolean =>
  tnumIsConst(s, d) && s[d] === hi && s[d + 1] === lo

/** The tightest tnum that holds all of min..max: their common high bits. */
export function tnumRange(s: Int32Array, d: number, minHi: number, minLo: number, maxHi: number, maxLo: number): void {
  const bits = fls64(minHi ^ maxHi, minLo ^ maxLo)
  const mh = bits <= 32 ? 0 : bits === 64 ? -1 : (1 << (bits - 32)) - 1
  const ml = bits >= 32 ? -1 : (1 << bits) - 1
  tnumSet(s, d, minHi & ~mh, minLo & ~ml, mh, ml)
}

export function tnumAdd(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const amh = s[d + 2]!
  const aml = s[d + 3]!
  const bmh = t[b + 2]!
  const bml = t[b + 3]!
  const bl = t[b + 1]!
  const vl = (s[d + 1]! + bl) | 0
  const vh = (s[d]! + t[b]! + (vl >>> 0 < bl >>> 0 ? 1 : 0)) | 0
  const ml = (aml + bml) | 0
  const mh = (amh + bmh + (ml >>> 0 < bml >>> 0 ? 1 : 0)) | 0
  // Unknown are the unknown bits and every carry that they may change.
  const sumLo = (vl + ml) | 0
  const sumHi = (vh + mh + (sumLo >>> 0 < ml >>> 0 ? 1 : 0)) | 0
  const muh = (sumHi ^ vh) | amh | bmh
  const mul = (sumLo ^ vl) | aml | bml
  tnumSet(s, d, vh & ~muh, vl & ~mul, muh, mul)
}

export function tnumSub(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const amh = s[d + 2]!
  const aml = s[d + 3]!
  const bmh = t[b + 2]!
  const bml = t[b + 3]!
  const al = s[d + 1]!
  const bl = t[b + 1]!
  const vl = (al - bl) | 0
  const vh = (s[d]! - t[b]! - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0
  // The largest and the smallest difference; where they differ, a borrow is uncertain.
  const maxLo = (vl + aml) | 0
  const maxHi = (vh + amh + (maxLo >>> 0 < aml >>> 0 ? 1 : 0)) | 0
  const minLo = (vl - bml) | 0
  const minHi = (vh - bmh - (vl >>> 0 < bml >>> 0 ? 1 : 0)) | 0
  const muh = (maxHi ^ minHi) | amh | bmh
  const mul = (maxLo ^ minLo) | aml | bml
  tnumSet(s, d, vh & ~muh, vl & ~mul, muh, mul)
}

/** 0 - d. */
export function tnumNeg(s: Int32Array, d: number): void {
  tnumSet(left, 0, 0, 0, 0, 0)
  tnumSub(left, 0, s, d)
  tnumSet(s, d, left[0]!, left[1]!, left[2]!, left[3]!)
}

export function tnumAnd(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const vh = s[d]! & t[b]!
  const vl = s[d + 1]! & t[b + 1]!
  const mh = (s[d]! | s[d + 2]!) & (t[b]! | t[b + 2]!) & ~vh
  const ml = (s[d + 1]! | s[d + 3]!) & (t[b + 1]! | t[b + 3]!) & ~vl
  tnumSet(s, d, vh, vl, mh, ml)
}

export function tnumOr(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const vh = s[d]! | t[b]!
  const vl = s[d + 1]! | t[b + 1]!
  tnumSet(s, d, vh, vl, (s[d + 2]! | t[b + 2]!) & ~vh, (s[d + 3]! | t[b + 3]!) & ~vl)
}

export function tnumXor(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const mh = s[d + 2]! | t[b + 2]!
  const ml = s[d + 3]! | t[b + 3]!
  tnumSet(s, d, (s[d]! ^ t[b]!) & ~mh, (s[d + 1]! ^ t[b + 1]!) & ~ml, mh, ml)
}

/** What both allow. */
export function tnumIntersect(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const mh = s[d + 2]! & t[b + 2]!
  const ml = s[d + 3]! & t[b + 3]!
  tnumSet(s, d, (s[d]! | t[b]!) & ~mh, (s[d + 1]! | t[b + 1]!) & ~ml, mh, ml)
}

/** What either allows. */
export function tnumUnion(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const mh = (s[d]! ^ t[b]!) | s[d + 2]! | t[b + 2]!
  const ml = (s[d + 1]! ^ t[b + 1]!) | s[d + 3]! | t[b + 3]!
  tnumSet(s, d, s[d]! & t[b]! & ~mh, s[d + 1]! & t[b + 1]! & ~ml, mh, ml)
}

/** Whether some number fits both. */
export const tnumOverlap = (s: Int32Array, a: number, t: Int32Array, b: number): boolean =>
  (((s[a]! ^ t[b]!) & ~s[a + 2]! & ~t[b + 2]!) | ((s[a + 1]! ^ t[b + 1]!) & ~s[a + 3]! & ~t[b + 3]!)) === 0

/** Whether every number that fits `b` fits `a`. */
export const tnumIn = (s: Int32Array, a: number, t: Int32Array, b: number): boolean =>
  ((t[b + 2]! & ~s[a + 2]!) | (t[b + 3]! & ~s[a + 3]!)) === 0 && (t[b]! & ~s[a + 2]!) === s[a] && (t[b + 1]! & ~s[a + 3]!) === s[a + 1]

/** Whether every number is a multiple of `size`, a power of two up to 2^31 or 0. */
export const tnumIsAligned = (s: Int32Array, d: number, size: number): boolean => size === 0 || ((s[d + 1]! | s[d + 3]!) & (size - 1)) === 0

/**
 * The smallest member of the tnum that is larger than z, into `out`: the largest member where none is larger, the smallest where z is below it.
 * Counts z up within the unknown bits: known bits are filled with ones, so that the carry runs through them.
 */
export function tnumStep(s: Int32Array, d: number, zHi: number, zLo: number, out: Int32Array): void {
  const vh = s[d]!
  const vl = s[d + 1]!
  const mh = s[d + 2]!
  const ml = s[d + 3]!
  if (!ult(zHi, zLo, vh | mh, vl | ml)) set64(out, 0, vh | mh, vl | ml)
  else if (ult(zHi, zLo, vh, vl)) set64(out, 0, vh, vl)
  else {
    set64(out, 0, zHi, zLo)
    sub64(out, 0, vh, vl)
    // What lies below the highest one outside of the unknown bits must carry too.
    const above = fls64(out[0]! & ~mh, out[1]! & ~ml)
    const fillLo = above >= 32 ? -1 : (1 << above) - 1
    const fillHi = above <= 32 ? 0 : above === 64 ? -1 : (1 << (above - 32)) - 1
    set64(out, 0, out[0]! | fillHi | ~mh, out[1]! | fillLo | ~ml)
    add64(out, 0, 0, 1)
    set64(out, 0, (out[0]! & mh) | vh, (out[1]! & ml) | vl)
  }
}

/** Shift of a pair of words in place; 0 <= n < 64. */
function lsh(s: Int32Array, at: number, n: number): void {
  const lo = s[at + 1]!
  if (n === 0) return
  s[at] = n >= 32 ? lo << (n - 32) : (s[at]! << n) | (lo >>> (32 - n))
  s[at + 1] = n >= 32 ? 0 : lo << n
}
function rsh(s: Int32Array, at: number, n: number): void {
  const hi = s[at]!
  if (n === 0) return
  s[at + 1] = n >= 32 ? hi >>> (n - 32) : (s[at + 1]! >>> n) | (hi << (32 - n))
  s[at] = n >= 32 ? 0 : hi >>> n
}
function arsh(s: Int32Array, at: number, n: number): void {
  const hi = s[at]!
  if (n === 0) return
  s[at + 1] = n >= 32 ? hi >> (n - 32) : (s[at + 1]! >>> n) | (hi << (32 - n))
  s[at] = n >= 32 ? hi >> 31 : hi >> n
}

export { arsh as arsh64, lsh as lsh64, rsh as rsh64 }

export function tnumLshift(s: Int32Array, d: number, n: number): void {
  lsh(s, d, n)
  lsh(s, d + 2, n)
}
export function tnumRshift(s: Int32Array, d: number, n: number): void {
  rsh(s, d, n)
  rsh(s, d + 2, n)
}
/** `bits` 32 shifts the low half and clears the high one. */
export function tnumArshift(s: Int32Array, d: number, n: number, bits: 32 | 64): void {
  if (bits === 32) tnumSet(s, d, 0, s[d + 1]! >> n, 0, s[d + 3]! >> n)
  else {
    arsh(s, d, n)
    arsh(s, d + 2, n)
  }
}

/** Keeps the lowest `size` bytes: 1, 2, 4 or 8. */
export function tnumCast(s: Int32Array, d: number, size: number): void {
  if (size >= 8) return
  const keep = size === 4 ? -1 : (1 << (size * 8)) - 1
  tnumSet(s, d, 0, s[d + 1]! & keep, 0, s[d + 3]! & keep)
}
export const tnumSubreg = (s: Int32Array, d: number): void => tnumCast(s, d, 4)

/** Reverses the lowest `size` bytes (2, 4 or 8) and clears the others. */
export function tnumBswap(s: Int32Array, d: number, size: number): void {
  if (size === 8) tnumSet(s, d, bswap32(s[d + 1]!), bswap32(s[d]!), bswap32(s[d + 3]!), bswap32(s[d + 2]!))
  else {
    const shift = size === 4 ? 0 : 16
    tnumSet(s, d, 0, bswap32(s[d + 1]!) >>> shift, 0, bswap32(s[d + 3]!) >>> shift)
  }
}
const bswap32 = (x: number): number => (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)

// Operands of the product and of the negation; a product of tnums leaves no live data here between calls.
const left = new Int32Array(4)
const right = new Int32Array(4)
const sum = new Int32Array(4)

/** d * b: schoolbook multiplication along the bits of d; an unknown bit unites "added" and "not added". */
export function tnumMul(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (tnumIsConst(s, d) && tnumIsConst(t, b)) {
    mulU64(s, d, s[d]!, s[d + 1]!, t[b]!, t[b + 1]!)
    return
  }
  for (let i = 0; i < 4; i++) {
    left[i] = s[d + i]!
    right[i] = t[b + i]!
  }
  tnumSet(s, d, 0, 0, 0, 0)
  while ((left[0]! | left[1]! | left[2]! | left[3]!) !== 0) {
    if (left[1]! & 1) tnumAdd(s, d, right, 0)
    else if (left[3]! & 1) {
      for (let i = 0; i < 4; i++) sum[i] = s[d + i]!
      tnumAdd(sum, 0, right, 0)
      tnumUnion(s, d, sum, 0)
    }
    tnumRshift(left, 0, 1)
    tnumLshift(right, 0, 1)
  }
}
