// A register as a picture, as numbers for the drawing: where its signed and unsigned ranges lie on a line that bends (the small numbers that
// matter and the huge ones that are possible both have to be seen), its 64 bits, the region that it points into with the bytes that are proven.
// In: a value as the verifier gives it. Out: fractions of a width, 0 to 1, and words without language.
import type { ValueView } from '../../../verifier/index.ts'

export interface Segment {
  readonly from: number
  readonly to: number
}

const TOP = 64

/** Place of a number on the line: symmetrical, by the logarithm of its distance from zero. */
export function placeOf(n: bigint): number {
  const abs = n < 0n ? -n : n
  const log = abs === 0n ? 0 : Math.min(TOP, Math.log2(Number(abs)) + 1)
  const half = log / TOP / 2
  return n < 0n ? 0.5 - half : 0.5 + half
}

export const signedSegment = (v: Pick<ValueView, 'smin' | 'smax'>): Segment => ({ from: placeOf(v.smin), to: placeOf(v.smax) })
/** Unsigned numbers lie on the right half alone. */
export const unsignedSegment = (v: Pick<ValueView, 'umin' | 'umax'>): Segment => ({ from: placeOf(v.umin), to: placeOf(v.umax) })

export interface Tick {
  readonly at: number
  readonly text: string
}

export const TICKS: readonly Tick[] = [
  { at: placeOf(-(1n << 63n)), text: '-2⁶³' },
  { at: placeOf(-(1n << 31n)), text: '-2³¹' },
  { at: placeOf(-256n), text: '-256' },
  { at: placeOf(0n), text: '0' },
  { at: placeOf(256n), text: '256' },
  { at: placeOf(1n << 31n), text: '2³¹' },
  { at: placeOf((1n << 64n) - 1n), text: '2⁶⁴' },
]

export type Bit = '0' | '1' | '?'

/** Bit 63 first. */
export function bitsOf({ value, mask }: ValueView['varOff']): readonly Bit[] {
  return Array.from({ length: 64 }, (_, i) => {
    const shift = BigInt(63 - i)
    return ((mask >> shift) & 1n) === 1n ? '?' : ((value >> shift) & 1n) === 1n ? '1' : '0'
  })
}

/** Known bits as a sentence needs them: how many are known, and how many of the low ones are 0. */
export function knownBits({ value, mask }: ValueView['varOff']): { readonly known: number; readonly lowZeros: number } {
  const bits = bitsOf({ value, mask })
  let lowZeros = 0
  while (lowZeros < 64 && bits[63 - lowZeros] === '0') lowZeros++
  return { known: bits.filter((b) => b !== '?').length, lowZeros }
}

export interface RegionPicture {
  /** Bytes that the drawing spans. */
  readonly size: number
  /** Bytes that are there for sure. */
  readonly proven: Segment
  /** Where the pointer may point. */
  readonly pointer: Segment
  readonly start: number
  readonly end: number
  readonly low: number
  readonly high: number
  readonly provenBytes: number
}

const MAX_BYTES = 1n << 16n

/** The memory that a pointer points into; undefined where its size says nothing to people. */
export function regionOf(v: ValueView): RegionPicture | undefined {
  const isConstant = v.varOff.mask === 0n
  const spread = isConstant ? v.varOff.value : v.umax
  const low = Number(BigInt(v.off) + (isConstant ? BigInt.asIntN(64, v.varOff.value) : v.umin))
  if (spread > MAX_BYTES && !isConstant) return undefined
  const high = Number(BigInt(v.off) + (isConstant ? BigInt.asIntN(64, v.varOff.value) : v.umax))
  const [start, provenEnd, known] = boundsOf(v)
  if (!known) return undefined
  const from = Math.min(start, low)
  const to = Math.max(provenEnd, high + 1, from + 8)
  const at = (n: number): number => (n - from) / (to - from)
  return {
    size: to - from,
    start: from,
    end: to,
    proven: { from: at(start), to: at(provenEnd) },
    pointer: { from: at(low), to: at(high + 1) },
    low,
    high,
    provenBytes: provenEnd - start,
  }
}

function boundsOf(v: ValueView): readonly [number, number, boolean] {
  if (v.kind === 'pkt' || v.kind === 'pkt_meta') return [0, v.range, true]
  if (v.kind === 'fp') return [-512, 0, true]
  const size = /\b(?:vs|sz|mem_size)=(\d+)/.exec(v.text)?.[1]
  return size === undefined ? [0, 0, false] : [0, Number(size), true]
}
