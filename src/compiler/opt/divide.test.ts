import { describe, expect, it } from 'vitest'
import { interpret, type Module, makeMemory, parseModule, printFunc, validateModule } from '../ir/index.ts'
import { dce } from './dce.ts'
import { divide } from './divide.ts'

const parse = (text: string): Module => {
  const module = parseModule(text)
  expect(validateModule(module)).toEqual([])
  return module
}

const divided = (text: string): Module => {
  const module = parse(text)
  divide(module.funcs[0])
  dce(module.funcs[0])
  expect(validateModule(module)).toEqual([])
  return module
}

const run = (module: Module, x: bigint): bigint => {
  const outcome = interpret(module.funcs[0], [x], { memory: makeMemory(), helper: () => 0n, limit: 100 }, new Map())
  return outcome.kind === 'returned' ? outcome.value : -1n
}

const DIVISORS = [2, 3, 5, 6, 7, 8, 9, 10, 11, 25, 60, 100, 125, 641, 1000, 65535, 65536, 1_000_000, 0x7fff_ffff]
/** Numbers around multiples of the divisor, around powers of two, and their negatives. */
const numbersFor = (d: number): bigint[] => {
  const near = [
    0n,
    1n,
    BigInt(d),
    BigInt(d) * 3n,
    0x7fff_ffffn / BigInt(d),
    (0xffff_ffffn / BigInt(d)) * BigInt(d),
    1n << 15n,
    1n << 31n,
    1n << 32n,
  ]
  return near.flatMap((n) => [n - 1n, n, n + 1n]).flatMap((n) => [BigInt.asUintN(64, n), BigInt.asUintN(64, -n)])
}

describe('divisions by literals keep their meaning', () => {
  for (const op of ['udiv', 'urem', 'sdiv', 'srem']) {
    it(`${op} in 32 bits`, () => {
      for (const d of op[0] === 's' ? [...DIVISORS, ...DIVISORS.map((n) => -n)] : DIVISORS) {
        for (const narrow of ['', '%2 = and i32 %1, i32 65535', '%2 = lshr i32 %1, i32 1']) {
          const last = narrow === '' ? '%1' : '%2'
          const text = `func @f(i64 %x.0) i32 external inline none used {\nb0:\n%1 = trunc i32 i64 %x.0\n${narrow}\n%3 = ${op} i32 ${last}, i32 ${d}\nret i32 %3\n}`
          const [before, after] = [parse(text), divided(text)]
          expect(printFunc(after.funcs[0])).not.toContain(op)
          for (const x of numbersFor(Math.abs(d))) expect([d, x, run(after, x)]).toEqual([d, x, run(before, x)])
        }
      }
    })
  }

  it('signed by powers of two in 64 bits', () => {
    for (const d of [2, 8, -8, 4096]) {
      for (const op of ['sdiv', 'srem']) {
        const text = `func @f(i64 %x.0) i64 external inline none used {\nb0:\n%1 = ${op} i64 %x.0, i64 ${d}\nret i64 %1\n}`
        const [before, after] = [parse(text), divided(text)]
        for (const x of numbersFor(Math.abs(d))) expect([d, x, run(after, x)]).toEqual([d, x, run(before, x)])
      }
    }
  })
})

/** What becomes of a signed division by 1000 of %5 in the block that `entry` leads to. */
function dividedAfter(entry: string): string {
  const text = `func @f(i64 %x.0) i64 external inline none used {\nb0:\n${entry}\nb1:\n%9 = sdiv i64 %5, i64 1000\nret i64 %9\nb2:\nret i64 0\n}`
  return printFunc(divided(text).funcs[0])
}

describe('what is not negative is divided unsigned', () => {
  it.each([
    ['a test against 0', '%5 = sub i64 %x.0, i64 7\n%6 = cmp slt i64 %5, i64 0\ncondbr i1 %6, b2, b1'],
    ['a test against -1', '%5 = sub i64 %x.0, i64 7\n%6 = cmp sgt i64 %5, i64 -1\ncondbr i1 %6, b1, b2'],
    ['an unsigned bound', '%5 = sub i64 %x.0, i64 7\n%6 = cmp ult i64 %5, i64 5000\ncondbr i1 %6, b1, b2'],
    ['a shift', '%5 = lshr i64 %x.0, i64 1\nbr b1'],
    ['a choice', '%6 = cmp slt i64 %x.0, i64 0\n%5 = select i1 %6, i64 0, i64 %x.0\nbr b1'],
    ['a mask', '%5 = and i64 %x.0, i64 1048575\nbr b1'],
  ])('by %s', (_, entry) => expect(dividedAfter(entry)).toContain('udiv'))

  it.each([
    ['the other side of the test', '%5 = sub i64 %x.0, i64 7\n%6 = cmp slt i64 %5, i64 0\ncondbr i1 %6, b1, b2'],
    ['a bound that lets negative numbers through', '%5 = sub i64 %x.0, i64 7\n%6 = cmp slt i64 %5, i64 -1\ncondbr i1 %6, b2, b1'],
    ['a test of another value', '%5 = sub i64 %x.0, i64 7\n%6 = cmp slt i64 %x.0, i64 0\ncondbr i1 %6, b2, b1'],
  ])('but not by %s', (_, entry) => expect(dividedAfter(entry)).toContain('sdiv'))
})
