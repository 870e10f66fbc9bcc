// 64-bit arithmetic on (hi, lo) pairs of int32 that the hot loop does not write out itself: products, quotients, shifts.
// Each function writes its result to element `d` of the register columns. No BigInt except for quotients beyond 2^53.
// Division as BPF has it: x / 0 = 0, x % 0 = x, and the signed quotient of the smallest number by -1 wraps.
// Reference: RFC 9669 §4.1.

const TWO32 = 4294967296
const SAFE_HI = 0x200000

/** Upper 32 bits of the unsigned product of two int32. */
function umulh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const mid = a1 * b0 + ((a0 * b0) >>> 16)
  const cross = a0 * b1 + (mid & 0xffff)
  return (a1 * b1 + (mid >>> 16) + (cross >>> 16)) | 0
}

export function mul64(lo: Int32Array, hi: Int32Array, d: number, bl: number, bh: number): void {
  const al = lo[d]
  const ah = hi[d]
  hi[d] = umulh(al, bl) + Math.imul(al, bh) + Math.imul(ah, bl)
  lo[d] = Math.imul(al, bl)
}

/** lo:hi[d] = the unsigned number hi * 2^32 + lo, which is below 2^53. */
function put(lo: Int32Array, hi: Int32Array, d: number, value: number): void {
  lo[d] = value | 0
  hi[d] = Math.floor(value / TWO32)
}

function putBig(lo: Int32Array, hi: Int32Array, d: number, value: bigint): void {
  lo[d] = Number(BigInt.asIntN(32, value))
  hi[d] = Number(BigInt.asIntN(32, value >> 32n))
}

const big = (hi: number, lo: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
const small = (hi: number): boolean => hi >>> 0 < SAFE_HI

export function div64(lo: Int32Array, hi: Int32Array, d: number, bl: number, bh: number): void {
  const al = lo[d]
  const ah = hi[d]
  if ((bl | bh) === 0) lo[d] = hi[d] = 0
  else if (small(ah) && small(bh)) put(lo, hi, d, Math.floor(((ah >>> 0) * TWO32 + (al >>> 0)) / ((bh >>> 0) * TWO32 + (bl >>> 0))))
  else putBig(lo, hi, d, big(ah, al) / big(bh, bl))
}

export function mod64(lo: Int32Array, hi: Int32Array, d: number, bl: number, bh: number): void {
  const al = lo[d]
  const ah = hi[d]
  if ((bl | bh) === 0) return
  if (small(ah) && small(bh)) put(lo, hi, d, ((ah >>> 0) * TWO32 + (al >>> 0)) % ((bh >>> 0) * TWO32 + (bl >>> 0)))
  else putBig(lo, hi, d, big(ah, al) % big(bh, bl))
}

export function sdiv64(lo: Int32Array, hi: Int32Array, d: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) lo[d] = hi[d] = 0
  else putBig(lo, hi, d, BigInt.asIntN(64, big(hi[d], lo[d])) / BigInt.asIntN(64, big(bh, bl)))
}

export function smod64(lo: Int32Array, hi: Int32Array, d: number, bl: number, bh: number): void {
  if ((bl | bh) !== 0) putBig(lo, hi, d, BigInt.asIntN(64, big(hi[d], lo[d])) % BigInt.asIntN(64, big(bh, bl)))
}

export function div32(a: number, b: number): number {
  return b === 0 ? 0 : ((a >>> 0) / (b >>> 0)) | 0
}

export function mod32(a: number, b: number): number {
  return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0
}

export function sdiv32(a: number, b: number): number {
  return b === 0 ? 0 : (a / b) | 0
}

export function smod32(a: number, b: number): number {
  return b === 0 ? a : (a % b) | 0
}

export function lsh64(lo: Int32Array, hi: Int32Array, d: number, by: number): void {
  const n = by & 63
  if (n === 0) return
  const al = lo[d]
  hi[d] = n < 32 ? (hi[d] << n) | (al >>> (32 - n)) : al << (n - 32)
  lo[d] = n < 32 ? al << n : 0
}

export function rsh64(lo: Int32Array, hi: Int32Array, d: number, by: number): void {
  const n = by & 63
  if (n === 0) return
  const ah = hi[d]
  lo[d] = n < 32 ? (lo[d] >>> n) | (ah << (32 - n)) : ah >>> (n - 32)
  hi[d] = n < 32 ? ah >>> n : 0
}

export function arsh64(lo: Int32Array, hi: Int32Array, d: number, by: number): void {
  const n = by & 63
  if (n === 0) return
  const ah = hi[d]
  lo[d] = n < 32 ? (lo[d] >>> n) | (ah << (32 - n)) : ah >> (n - 32)
  hi[d] = n < 32 ? ah >> n : ah >> 31
}

/** The bytes of a 32-bit value in reverse. */
function swap32(v: number): number {
  return (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)
}

function swap16(v: number): number {
  return ((v & 0xff) << 8) | ((v >>> 8) & 0xff)
}

/** Byte swap of register `d` to 16, 32 or 64 bits; the rest is cleared. */
export function swap(lo: Int32Array, hi: Int32Array, d: number, bits: number): void {
  const l = lo[d]
  if (bits === 64) {
    lo[d] = swap32(hi[d])
    hi[d] = swap32(l)
    return
  }
  lo[d] = bits === 32 ? swap32(l) : swap16(l)
  hi[d] = 0
}
