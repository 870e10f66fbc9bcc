// Bob Jenkins' hash "lookup3", as Linux uses it for hash maps: three words are mixed twelve bytes at a time.
// The initial value is 0xdeadbeef + length + seed; the tail of at most twelve bytes goes through the final mix.
// Reference: http://burtleburtle.net/bob/c/lookup3.c (public domain); Linux: <linux/jhash.h>.

const GOLDEN = 0xdeadbeef

/** Hash of `length` bytes at `at`. Linux: jhash(), and jhash2() where the length is a multiple of 4 (their results are equal on little-endian). */
export function jhash(view: DataView, at: number, length: number, seed: number): number {
  let a = (GOLDEN + length + seed) | 0
  let b = a
  let c = a
  let left = length
  let p = at
  while (left > 12) {
    a = (a + view.getInt32(p, true)) | 0
    b = (b + view.getInt32(p + 4, true)) | 0
    c = (c + view.getInt32(p + 8, true)) | 0
    a = ((a - c) ^ rol(c, 4)) | 0
    c = (c + b) | 0
    b = ((b - a) ^ rol(a, 6)) | 0
    a = (a + c) | 0
    c = ((c - b) ^ rol(b, 8)) | 0
    b = (b + a) | 0
    a = ((a - c) ^ rol(c, 16)) | 0
    c = (c + b) | 0
    b = ((b - a) ^ rol(a, 19)) | 0
    a = (a + c) | 0
    c = ((c - b) ^ rol(b, 4)) | 0
    b = (b + a) | 0
    left -= 12
    p += 12
  }
  if (left === 0) return c
  a = (a + word(view, p, left)) | 0
  b = (b + word(view, p + 4, left - 4)) | 0
  c = (c + word(view, p + 8, left - 8)) | 0
  c = (c ^ b) - rol(b, 14)
  a = (a ^ c) - rol(c, 11)
  b = (b ^ a) - rol(a, 25)
  c = (c ^ b) - rol(b, 16)
  a = (a ^ c) - rol(c, 4)
  b = (b ^ a) - rol(a, 14)
  c = (c ^ b) - rol(b, 24)
  return c | 0
}

/** Up to four bytes as a little-endian word; what lies beyond `left` is zero. */
function word(view: DataView, at: number, left: number): number {
  let w = 0
  for (let i = Math.min(left, 4) - 1; i >= 0; i--) w = (w << 8) | view.getUint8(at + i)
  return w
}

const rol = (x: number, n: number): number => (x << n) | (x >>> (32 - n))
