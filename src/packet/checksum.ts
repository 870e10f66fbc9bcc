// The Internet checksum (RFC 1071) and the pseudo headers that TCP, UDP and ICMPv6 add to it (RFC 9293 §3.1, RFC 8200 §8.1).
// A sum over data that already carries its right checksum folds to 0xffff, so internetChecksum() of it is 0.

/** Ones' complement sum of 16-bit big-endian words, not yet folded; an odd last byte counts as the high half of a word. */
export function sum16(bytes: Uint8Array, start = 0): number {
  let sum = start
  const even = bytes.length & ~1
  for (let i = 0; i < even; i += 2) sum += (bytes[i] << 8) | bytes[i + 1]
  return even === bytes.length ? sum : sum + (bytes[even] << 8)
}

/** A sum folded to 16 bits. */
export function fold16(sum: number): number {
  let s = sum
  while (s > 0xffff) s = (s & 0xffff) + Math.floor(s / 0x10000)
  return s
}

/** The checksum of bytes whose checksum field is zero; 0 for bytes whose checksum is in place and right. */
export function internetChecksum(bytes: Uint8Array, start = 0): number {
  return 0xffff ^ fold16(sum16(bytes, start))
}

/** Sum over the pseudo header: addresses (4 or 16 bytes each), protocol and length of the upper layer. */
export function pseudoHeaderSum(source: Uint8Array, destination: Uint8Array, protocol: number, sizeBytes: number): number {
  return sum16(destination, sum16(source)) + protocol + (sizeBytes >>> 16) + (sizeBytes & 0xffff)
}
