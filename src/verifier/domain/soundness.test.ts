// Numbers that lie in an abstract value lie in what every operation makes of it: a value that left its abstraction would let a bad program
// through. Abstract values come from narrowing around a concrete number in random ways, so that all five views are used and none is exact.
import { expect, test } from 'vitest'
import { hi32, lo32 } from '../../base/index.ts'
import { BPF_ARSH, BPF_LSH, BPF_RSH } from '../../isa/index.ts'
import { scalarAlu, scalarEnd } from './alu.ts'
import { boundsSanityCheck, boundsSync, markRegConst, markRegUnknown } from './bounds.ts'
import { isScalarBranchTaken, regSetMinMax } from './branch.ts'
import { coerceRegToSize, coerceRegToSizeSx, coerceSubregToSizeSx, zext32To64 } from './coerce.ts'
import { MASK_HI, MASK_LO, VALUE_HI, VALUE_LO } from './layout.ts'
import { ALU_OPS, COMPARE, concrete, holds, notIn, nth, random } from './testing.ts'

const ROUNDS = 4000
const A = nth(0)
const B = nth(1)
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x)
const u32 = (x: bigint): bigint => BigInt.asUintN(32, x)

const EDGES = [0n, 1n, -1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n]
const EDGES_HIGH = [0x7fffffffffffffffn, 0x8000000000000000n, 0xffffffff00000000n, 0xffffffff80000000n, 0x7fffffff00000000n]

function someNumber(rnd: () => number): bigint {
  const edges = rnd() < 0.5 ? EDGES : EDGES_HIGH
  const near = edges[Math.floor(rnd() * edges.length)]! + BigInt(Math.floor(rnd() * 5) - 2)
  if (rnd() < 0.6) return u64(near)
  return (BigInt(Math.floor(rnd() * 2 ** 32)) << 32n) | BigInt(Math.floor(rnd() * 2 ** 32))
}

/** An abstract value around x: unknown bits, then comparisons that x passes. */
function around(s: Int32Array, r: number, x: bigint, rnd: () => number): void {
  markRegUnknown(s, r)
  if (rnd() < 0.5) {
    const mask = rnd() < 0.5 ? u64((1n << BigInt(Math.floor(rnd() * 65))) - 1n) : someNumber(rnd)
    s[r + MASK_HI] = hi32(mask)
    s[r + MASK_LO] = lo32(mask)
    s[r + VALUE_HI] = hi32(x & ~mask)
    s[r + VALUE_LO] = lo32(x & ~mask)
    boundsSync(s, r)
  }
  const scratch = new Int32Array(nth(1))
  for (let i = Math.floor(rnd() * 4); i > 0; i--) {
    const op = COMPARE[Math.floor(rnd() * COMPARE.length)]!
    const bound = rnd() < 0.5 ? lo32(x) + Math.floor(rnd() * 9) - 4 : lo32(someNumber(rnd))
    const j32 = rnd() < 0.4
    const imm = bound | 0
    markRegConst(scratch, 0, imm, false)
    if (isScalarBranchTaken(s, r, scratch, 0, op, j32) >= 0) continue
    const other = s.slice()
    const otherConst = scratch.slice()
    const taken = holds(op, x, BigInt(imm), j32)
    regSetMinMax(taken ? s : other, r, taken ? scratch : otherConst, 0, taken ? other : s, r, taken ? otherConst : scratch, 0, op, j32)
  }
}

test('the abstract values used here hold their number', () => {
  const rnd = random(1)
  const s = new Int32Array(nth(2))
  for (let i = 0; i < ROUNDS; i++) {
    const x = someNumber(rnd)
    around(s, A, x, rnd)
    expect(notIn(s, A, x)).toBeUndefined()
  }
})

test('arithmetic keeps every result', () => {
  const rnd = random(2)
  const s = new Int32Array(nth(2))
  for (let i = 0; i < ROUNDS; i++) {
    const a = someNumber(rnd)
    const op = ALU_OPS[Math.floor(rnd() * ALU_OPS.length)]!
    const alu32 = rnd() < 0.5
    const shift = op === BPF_LSH || op === BPF_RSH || op === BPF_ARSH
    const b = shift ? BigInt(Math.floor(rnd() * 70)) : someNumber(rnd)
    around(s, A, a, rnd)
    if (shift && rnd() < 0.8) markRegConst(s, B, Number(b), false)
    else around(s, B, b, rnd)
    scalarAlu(s, A, s, B, op, alu32)
    expect({ op, alu32, a, b, missing: notIn(s, A, concrete(op, a, b, alu32)) }).toEqual({ op, alu32, a, b, missing: undefined })
    expect(boundsSanityCheck(s, A, 'alu')).toBeUndefined()
  }
})

test('cuts, extensions and byte swaps keep every result', () => {
  const rnd = random(3)
  const s = new Int32Array(nth(1))
  const bswap = (x: bigint, size: number): bigint => {
    let out = 0n
    for (let i = 0; i < size; i++) out = (out << 8n) | ((x >> BigInt(8 * i)) & 0xffn)
    return out
  }
  for (let i = 0; i < ROUNDS; i++) {
    const x = someNumber(rnd)
    const size = [1, 2, 4][Math.floor(rnd() * 3)]!
    around(s, A, x, rnd)
    const t = s.slice()
    const check = (name: string, want: bigint): void =>
      expect({ name, x, missing: notIn(t, A, want) }).toEqual({ name, x, missing: undefined })
    coerceRegToSize(t, A, size)
    check('coerce', BigInt.asUintN(size * 8, x))
    t.set(s)
    coerceRegToSizeSx(t, A, size)
    check('sign-extend', BigInt.asIntN(size * 8, x))
    if (size < 4) {
      t.set(s)
      coerceSubregToSizeSx(t, A, size)
      zext32To64(t, A)
      boundsSync(t, A)
      check('sign-extend to 32', u32(BigInt.asIntN(size * 8, x)))
    }
    t.set(s)
    scalarEnd(t, A, true, size === 1 ? 64 : size * 8)
    check('swap', bswap(x, size === 1 ? 8 : size))
    t.set(s)
    scalarEnd(t, A, false, size === 1 ? 64 : size * 8)
    check('truncate', size === 1 ? x : BigInt.asUintN(size * 8, x))
  }
})

test('a way that is taken is not ruled out, and keeps both operands', () => {
  const rnd = random(4)
  const s = new Int32Array(nth(2))
  for (let i = 0; i < ROUNDS; i++) {
    const a = someNumber(rnd)
    const b = rnd() < 0.3 ? u64(a + BigInt(Math.floor(rnd() * 3) - 1)) : someNumber(rnd)
    const op = COMPARE[Math.floor(rnd() * COMPARE.length)]!
    const j32 = rnd() < 0.5
    around(s, A, a, rnd)
    if (rnd() < 0.3) markRegConst(s, B, lo32(b), false)
    else around(s, B, b, rnd)
    const right = notIn(s, B, b) === undefined ? b : s64(BigInt(lo32(b)))
    const taken = holds(op, a, right, j32)
    const way = isScalarBranchTaken(s, A, s, B, op, j32)
    if (way >= 0) {
      expect({ op, j32, a, right, way }).toEqual({ op, j32, a, right, way: taken ? 1 : 0 })
      continue
    }
    const jump = s.slice()
    regSetMinMax(jump, A, jump, B, s, A, s, B, op, j32)
    const t = taken ? jump : s
    expect({ op, j32, a, right, left: notIn(t, A, a), rightIn: notIn(t, B, right) }).toEqual({
      op,
      j32,
      a,
      right,
      left: undefined,
      rightIn: undefined,
    })
  }
})
