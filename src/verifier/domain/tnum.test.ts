// Every pair of 4-bit tnums, put across the middle of the 64 bits: no concrete result may be missing from the abstract one.
import { expect, test } from 'vitest'
import { hi32, lo32, u64 } from '../../base/index.ts'
import {
  tnumAdd,
  tnumAnd,
  tnumArshift,
  tnumBswap,
  tnumIn,
  tnumIntersect,
  tnumLshift,
  tnumMul,
  tnumNeg,
  tnumOr,
  tnumOverlap,
  tnumRange,
  tnumRshift,
  tnumSet,
  tnumStep,
  tnumSub,
  tnumUnion,
  tnumXor,
} from './tnum.ts'

interface Tnum {
  readonly value: bigint
  readonly mask: bigint
}
const WIDTH = 4n
const SHIFT = 30n
const wrap = (x: bigint): bigint => BigInt.asUintN(64, x)

/** All tnums of WIDTH bits, at SHIFT. */
const tnums: readonly Tnum[] = [...Array(16).keys()].flatMap((mask) =>
  [...Array(16).keys()].filter((v) => (v & mask) === 0).map((v) => ({ value: BigInt(v) << SHIFT, mask: BigInt(mask) << SHIFT })),
)

function members(t: Tnum): bigint[] {
  let out = [t.value]
  for (let bit = 0n; bit < WIDTH; bit++) {
    const b = 1n << (bit + SHIFT)
    if (t.mask & b) out = out.flatMap((x) => [x, x | b])
  }
  return out
}
const memberLists = new Map(tnums.map((t) => [t, members(t)]))

function put(s: Int32Array, d: number, t: Tnum): void {
  tnumSet(s, d, hi32(t.value), lo32(t.value), hi32(t.mask), lo32(t.mask))
}
const get = (s: Int32Array, d: number): Tnum => ({ value: u64(s[d]!, s[d + 1]!), mask: u64(s[d + 2]!, s[d + 3]!) })
const has = (t: Tnum, x: bigint): boolean => (x & ~t.mask) === t.value

type Binary = (s: Int32Array, d: number, t: Int32Array, b: number) => void
const BINARY: readonly (readonly [string, Binary, (a: bigint, b: bigint) => bigint])[] = [
  ['add', tnumAdd, (a, b) => a + b],
  ['sub', tnumSub, (a, b) => a - b],
  ['mul', tnumMul, (a, b) => a * b],
  ['and', tnumAnd, (a, b) => a & b],
  ['or', tnumOr, (a, b) => a | b],
  ['xor', tnumXor, (a, b) => a ^ b],
]

test.each(BINARY)('%s keeps every result', (_name, op, concrete) => {
  const s = new Int32Array(8)
  let missing = 0
  let broken = 0
  for (const a of tnums) {
    for (const b of tnums) {
      put(s, 0, a)
      put(s, 4, b)
      op(s, 0, s, 4)
      const got = get(s, 0)
      if (got.value & got.mask) broken++
      for (const x of memberLists.get(a)!) for (const y of memberLists.get(b)!) if (!has(got, wrap(concrete(x, y)))) missing++
    }
  }
  expect({ missing, broken }).toEqual({ missing: 0, broken: 0 })
})

test('the set operations are exact', () => {
  const s = new Int32Array(8)
  const wrong: string[] = []
  for (const a of tnums) {
    for (const b of tnums) {
      const ma = memberLists.get(a)!
      const mb = memberLists.get(b)!
      const common = ma.filter((x) => has(b, x))
      put(s, 0, a)
      put(s, 4, b)
      if (tnumOverlap(s, 0, s, 4) !== common.length > 0) wrong.push('overlap')
      if (tnumIn(s, 0, s, 4) !== mb.every((x) => has(a, x))) wrong.push('in')
      tnumUnion(s, 0, s, 4)
      if (![...ma, ...mb].every((x) => has(get(s, 0), x))) wrong.push('union')
      put(s, 0, a)
      tnumIntersect(s, 0, s, 4)
      if (common.length > 0 && members(get(s, 0)).length !== common.length) wrong.push('intersect')
    }
  }
  expect(wrong).toEqual([])
})

test('unary operations keep every result', () => {
  const s = new Int32Array(4)
  const wrong: string[] = []
  const check = (name: string, t: Tnum, op: () => void, concrete: (x: bigint) => bigint): void => {
    put(s, 0, t)
    op()
    const got = get(s, 0)
    if (!memberLists.get(t)!.every((x) => has(got, wrap(concrete(x))))) wrong.push(name)
  }
  const bswap = (x: bigint, size: number): bigint => {
    let out = 0n
    for (let i = 0; i < size; i++) out = (out << 8n) | ((x >> BigInt(8 * i)) & 0xffn)
    return out
  }
  for (const t of tnums) {
    check(
      'neg',
      t,
      () => tnumNeg(s, 0),
      (x) => -x,
    )
    for (const n of [0, 1, 5, 31, 32, 33, 63]) {
      check(
        `lsh ${n}`,
        t,
        () => tnumLshift(s, 0, n),
        (x) => x << BigInt(n),
      )
      check(
        `rsh ${n}`,
        t,
        () => tnumRshift(s, 0, n),
        (x) => x >> BigInt(n),
      )
      check(
        `arsh ${n}`,
        t,
        () => tnumArshift(s, 0, n, 64),
        (x) => BigInt.asIntN(64, x) >> BigInt(n),
      )
      if (n < 32)
        check(
          `arsh32 ${n}`,
          t,
          () => tnumArshift(s, 0, n, 32),
          (x) => BigInt.asUintN(32, BigInt.asIntN(32, x) >> BigInt(n)),
        )
    }
    for (const size of [2, 4, 8])
      check(
        `bswap${size}`,
        t,
        () => tnumBswap(s, 0, size),
        (x) => bswap(x, size),
      )
  }
  expect(wrong).toEqual([])
})

test('a step leads to the next member', () => {
  const s = new Int32Array(4)
  const out = new Int32Array(2)
  for (const t of tnums) {
    put(s, 0, t)
    const sorted = [...memberLists.get(t)!].sort((a, b) => (a < b ? -1 : 1))
    for (let z = -1n; z <= 16n; z++) {
      const from = wrap(z < 0n ? 0n : (z << SHIFT) | 1n)
      tnumStep(s, 0, hi32(from), lo32(from), out)
      const next = sorted.find((x) => x > from) ?? sorted.at(-1)!
      expect(u64(out[0]!, out[1]!)).toBe(from < sorted[0]! ? sorted[0] : next)
    }
  }
})

test('a range is the common high bits of its ends', () => {
  const s = new Int32Array(4)
  for (const [min, max, value, mask] of [
    [0n, 0n, 0n, 0n],
    [4n, 6n, 4n, 3n],
    [0x1_0000_0000n, 0x1_0000_0001n, 0x1_0000_0000n, 1n],
    [0xffff_fff0n, 0x1_0000_0000n, 0n, 0x1_ffff_ffffn],
    [0n, 0xffff_ffffn, 0n, 0xffff_ffffn],
    [0n, 0xffff_ffff_ffff_ffffn, 0n, 0xffff_ffff_ffff_ffffn],
  ] as const) {
    tnumRange(s, 0, hi32(min), lo32(min), hi32(max), lo32(max))
    expect(get(s, 0)).toEqual({ value, mask })
  }
})
