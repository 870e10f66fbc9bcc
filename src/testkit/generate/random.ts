// Where generators take their choices from: a string of bytes. A seed gives an endless one (xorshift32); bytes of one's own are read to
// their end and then give zeros, so that a shorter string is a simpler program, and any engine that mutates bytes can drive a generator.
// Generators get nothing else: same bytes, same program.

export interface Random {
  /** 0 to n - 1. */
  readonly below: (n: number) => number
  /** Both ends included. */
  readonly between: (lo: number, hi: number) => number
  readonly chance: (percent: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
  readonly byte: () => number
}

export function seeded(seed: number): Random {
  // A multiplication spreads neighbouring seeds; 0 is the one state that xorshift never leaves.
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) || 0x1d872b41
  return fromNext(() => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 11) & 0xff
  })
}

export function fromBytes(bytes: Uint8Array): Random {
  let at = 0
  return fromNext(() => (at < bytes.length ? bytes[at++] : 0))
}

function fromNext(byte: () => number): Random {
  const below = (n: number): number => {
    if (n <= 1) return 0
    let x = byte()
    for (let room = 256; room < n; room *= 256) x = x * 256 + byte()
    return x % n
  }
  return {
    below,
    byte,
    between: (lo, hi) => lo + below(hi - lo + 1),
    chance: (percent) => below(100) < percent,
    pick: (list) => list[below(list.length)],
  }
}

/** Numbers at which arithmetic and bounds change their behaviour, as immediates. */
export const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 0x7ff, 0xfff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, -1, -2,
  -8, -128, -256, -32768, -65536, -0x7fffffff, -0x80000000,
] as const

/** An immediate: mostly an edge or its neighbour, else any 32 bits. */
export function immediate(r: Random): number {
  if (r.chance(60)) return r.pick(EDGES)
  if (r.chance(60)) return (r.pick(EDGES) + r.between(-1, 1)) | 0
  return r.byte() | (r.byte() << 8) | (r.byte() << 16) | (r.byte() << 24) | 0
}
