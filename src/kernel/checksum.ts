// One's complement arithmetic on 32 bits, as the checksum helpers do it: sums in any byte order, folded to 16 bits at the end. A sum is
// 0 only if everything summed is 0, otherwise "zero" is all ones.
// Reference: RFC 1071, RFC 1624; Linux: <net/checksum.h>, csum_partial().

export const csumAdd = (a: number, b: number): number => {
  const sum = (a >>> 0) + (b >>> 0)
  return sum > 0xffffffff ? (sum + 1) >>> 0 : sum
}

export const csumSub = (a: number, b: number): number => csumAdd(a, ~b)

/** The complement of the sum folded to 16 bits: what stands in a header. */
const csumFold = (sum: number): number => ~csumFrom32to16(sum) & 0xffff

export function csumFrom32to16(sum: number): number {
  let s = (sum & 0xffff) + (sum >>> 16)
  s = (s & 0xffff) + (s >>> 16)
  return s
}

/** Adds `size` bytes as little-endian words; bytes that miss in the last word count as 0. */
export function csumPartial(view: DataView, at: number, size: number, seed: number): number {
  let sum = seed >>> 0
  let i = 0
  for (; i + 4 <= size; i += 4) sum = csumAdd(sum, view.getUint32(at + i, true))
  let last = 0
  for (let shift = 0; i < size; i++, shift += 8) last |= view.getUint8(at + i) << shift
  return last === 0 ? sum : csumAdd(sum, last)
}

/** A header's checksum after the sum of its bytes changed by `diff`. */
export const csumReplaceByDiff = (check: number, diff: number): number => csumFold(csumAdd(diff, ~check))

/** A header's checksum after the word `from` became `to`. */
export const csumReplace4 = (check: number, from: number, to: number): number => csumFold(csumAdd(csumSub(~check, from), to))
