// The verifier's abstract values in words: what kind of thing a register holds, the range it lies in, the bits that are known.
// In: values as the verifier gives them (64-bit numbers as bigint, a tnum as value and mask: mask bits are unknown).
// Out: short texts; what says nothing is left out. Source of the notions: Linux kernel/bpf/tnum.c, verifier.c print_scalar_ranges.
import type { StateView, ValueView } from '../../../verifier/index.ts'

const U64_MAX = (1n << 64n) - 1n
const S64_MIN = -(1n << 63n)
const S64_MAX = (1n << 63n) - 1n

/** A number as people read it: small ones in decimal, large ones in hex. */
export function numberText(value: bigint): string {
  const abs = value < 0n ? -value : value
  if (abs < 100_000n) return String(value)
  return `${value < 0n ? '-' : ''}0x${abs.toString(16)}`
}

/** The tightest interval that is known, `undefined` where every 64-bit value is possible. */
export function rangeText(v: Pick<ValueView, 'umin' | 'umax' | 'smin' | 'smax'>): string | undefined {
  if (v.umin === v.umax) return numberText(v.umin > S64_MAX ? v.smin : v.umin)
  const anyUnsigned = v.umin === 0n && v.umax === U64_MAX
  const anySigned = v.smin === S64_MIN && v.smax === S64_MAX
  if (anyUnsigned && anySigned) return undefined
  const unsigned = `${numberText(v.umin)} … ${v.umax === U64_MAX ? 'max' : numberText(v.umax)}`
  const signed = `${v.smin === S64_MIN ? 'min' : numberText(v.smin)} … ${v.smax === S64_MAX ? 'max' : numberText(v.smax)}`
  if (anyUnsigned) return `s: ${signed}`
  return v.smin === v.umin && v.smax === v.umax ? unsigned : anySigned ? unsigned : `${unsigned}, s: ${signed}`
}

/**
 * Known and unknown bits. Up to eight bits one by one (`x` unknown); above that hex digits, `x` for one of which no bit is known, `?` for
 * one known in part. Leading zeros are left out.
 */
export function bitsText(tnum: { readonly value: bigint; readonly mask: bigint }): string | undefined {
  if (tnum.mask === U64_MAX) return undefined
  const short = (tnum.value | tnum.mask) < 256n
  const digits = short ? binary(tnum, 8) : nibbles(tnum)
  return `${short ? '0b' : '0x'}${digits.replace(/^0+(?=.)/, '')}`
}

function nibbles(tnum: { readonly value: bigint; readonly mask: bigint }): string {
  let digits = ''
  for (let shift = 60n; shift >= 0n; shift -= 4n) {
    const mask = Number((tnum.mask >> shift) & 15n)
    const value = Number((tnum.value >> shift) & 15n)
    digits += mask === 0 ? value.toString(16) : mask === 15 ? 'x' : '?'
  }
  return digits
}

function binary(tnum: { readonly value: bigint; readonly mask: bigint }, count: number): string {
  const mask = Number(tnum.mask & 255n)
  const value = Number(tnum.value & 255n)
  let bits = ''
  for (let i = count - 1; i >= 0; i--) bits += (mask >> i) & 1 ? 'x' : String((value >> i) & 1)
  return bits
}

/** The last hex digit bit by bit where it is known in part and not shown by `bitsText` already: "…xx00". */
export function lowBitsText(tnum: { readonly value: bigint; readonly mask: bigint }): string | undefined {
  const mask = Number(tnum.mask & 15n)
  if (mask === 0 || mask === 15 || (tnum.value | tnum.mask) < 256n) return undefined
  return `…${binary(tnum, 4)}`
}

/** The largest power of two that divides every possible value, 1 where none above 1 does; undefined for a constant. */
export function alignment(tnum: { readonly value: bigint; readonly mask: bigint }): bigint | undefined {
  if (tnum.mask === 0n) return undefined
  const bits = tnum.value | tnum.mask
  return bits & -bits
}

export interface ValueRow {
  readonly name: string
  readonly kind: string
  /** Range in words, or where it points. */
  readonly range: string
  readonly bits: string
  readonly precise: boolean
  /** The text as in the log. */
  readonly text: string
}

export interface ValueWords {
  readonly anything: string
  readonly exactly: (value: string) => string
  readonly packetBytes: (n: number) => string
  readonly packetNone: string
  readonly multipleOf: (n: string) => string
}

export function valueRow(name: string, v: ValueView, words: ValueWords): ValueRow {
  const isConstant = v.varOff.mask === 0n
  const low = lowBitsText(v.varOff)
  const align = alignment(v.varOff)
  const bits = isConstant
    ? ''
    : [bitsText(v.varOff), low, align !== undefined && align > 1n ? words.multipleOf(numberText(align)) : undefined]
        .filter(Boolean)
        .join(' ')
  return { name, kind: kindText(v), range: placeText(v, isConstant, words), bits, precise: v.precise, text: v.text }
}

function kindText(v: ValueView): string {
  return v.map ? `${v.kind} ${v.map}` : v.kind
}

function placeText(v: ValueView, isConstant: boolean, words: ValueWords): string {
  if (v.kind === 'scalar') {
    if (isConstant) return words.exactly(numberText(v.umin > S64_MAX ? v.smin : v.umin))
    return rangeText(v) ?? words.anything
  }
  const parts: string[] = []
  if (v.off !== 0) parts.push(v.off > 0 ? `+${v.off}` : String(v.off))
  if (!isConstant) {
    const range = rangeText(v)
    parts.push(`+ (${range ?? words.anything})`)
  } else if (v.varOff.value !== 0n) parts.push(`+${numberText(v.varOff.value)}`)
  const place = parts.join(' ')
  if (v.kind !== 'pkt' && v.kind !== 'pkt_meta') return place
  const proof = v.range > 0 ? words.packetBytes(v.range) : words.packetNone
  return place === '' ? proof : `${place}, ${proof}`
}

/** Registers that hold something; a register that is not readable is left out. */
export function stateRows(state: StateView, words: ValueWords): readonly ValueRow[] {
  return state.regs.flatMap((v, i) => (v.kind === 'none' || v.text === '' ? [] : [valueRow(`r${i}`, v, words)]))
}
