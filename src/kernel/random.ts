// The simulated randomness: sfc32, small, fast and seeded. Same seed, same
// numbers, on every machine. The four words of state are what a snapshot keeps.
// Reference: Chris Doty-Humphrey's PractRand (sfc32).

export type RandomState = Int32Array

/** A generator of 32-bit numbers from a seed; `stream` keeps uses of one seed apart. */
export function createRandom(seed: number, stream: number): RandomState {
  const s = Int32Array.of(seed | 0, Math.floor(seed / 0x100000000) | 0, stream, 1)
  for (let i = 0; i < 12; i++) nextU32(s)
  return s
}

export function nextU32(s: RandomState): number {
  const t = (s[0] + s[1] + s[3]) | 0
  s[3] = s[3] + 1
  s[0] = s[1] ^ (s[1] >>> 9)
  s[1] = s[2] + (s[2] << 3)
  s[2] = ((s[2] << 21) | (s[2] >>> 11)) + t
  return t >>> 0
}
