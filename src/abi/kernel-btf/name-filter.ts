// A Bloom filter over names: `has` is true for every name that was put in and for about 1 in 100 of all others. It tells what the kernel
// surely does not have, in 10 bits a name.

const BITS_A_NAME = 10
const HASHES = 7
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The filter as a text of 6 bits a character. */
export function makeNameFilter(names: readonly string[]): string {
  const size = Math.ceil((names.length * BITS_A_NAME) / 6)
  const digits = new Uint8Array(size)
  for (const name of names) for (const bit of bitsOf(name, size * 6)) digits[Math.floor(bit / 6)] |= 1 << (bit % 6)
  return [...digits].map((d) => DIGITS[d]).join('')
}

export function inNameFilter(filter: string, name: string): boolean {
  return bitsOf(name, filter.length * 6).every((bit) => ((DIGITS.indexOf(filter[Math.floor(bit / 6)]) >> (bit % 6)) & 1) === 1)
}

/** Two hashes make all the others (Kirsch, Mitzenmacher). */
function bitsOf(name: string, bits: number): number[] {
  const a = fnv1a(name, 0x811c9dc5)
  const b = fnv1a(name, 0x01000193) | 1
  return Array.from({ length: HASHES }, (_, i) => ((a + Math.imul(i, b)) >>> 0) % bits)
}

function fnv1a(text: string, seed: number): number {
  let h = seed
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  // Mixed once more: names that differ at the end only would have near hashes.
  h ^= h >>> 15
  return Math.imul(h, 0x2c1b3c6d)
}
