import { describe, expect, it } from 'vitest'
import { interpret, type Module, makeMemory, parseModule, printFunc, validateModule } from '../ir/index.ts'
import { dce } from './dce.ts'
import { simplify } from './simplify.ts'

/** Numbers at which rules go wrong: around 0, the ends of each width, and single bits. */
const EDGES = [0n, 1n, 2n, 7n, 8n, 15n, 127n, 128n, 255n, 256n, 0x7fffn, 0x8000n, 0xffffn, 0x7fffffffn, 0x80000000n, 0xffffffffn]
const NUMBERS = [...EDGES, ...EDGES.map((x) => BigInt.asUintN(64, -x)), 1n << 63n, (1n << 63n) - 1n]

const parse = (body: string): Module => {
  const module = parseModule(`func @f(i64 %x.0, i64 %y.1) i64 external inline none used {\nb0:\n${body}\n}`)
  expect(validateModule(module)).toEqual([])
  return module
}

const run = (module: Module, x: bigint, y: bigint): bigint => {
  const world = { memory: makeMemory(), helper: () => 0n, limit: 100 }
  const outcome = interpret(module.funcs[0], [x, y], world, new Map())
  return outcome.kind === 'returned' ? outcome.value : -1n
}

/** Simplified text; what it computes is compared with the original for all pairs of numbers. */
function simplified(body: string): string {
  const before = parse(body)
  const after = parse(body)
  simplify(after.funcs[0])
  dce(after.funcs[0])
  expect(validateModule(after)).toEqual([])
  for (const x of NUMBERS) for (const y of NUMBERS) expect([x, y, run(after, x, y)]).toEqual([x, y, run(before, x, y)])
  return printFunc(after.funcs[0])
}

const PREDS = ['eq', 'ne', 'ult', 'ule', 'ugt', 'uge', 'slt', 'sle', 'sgt', 'sge']
const OPS = ['add', 'sub', 'mul', 'udiv', 'sdiv', 'urem', 'srem', 'and', 'or', 'xor']
const TYPES = ['i8', 'i16', 'i32']

describe('comparisons keep their meaning', () => {
  for (const type of TYPES) {
    for (const cast of ['zext', 'sext']) {
      it(`of two values widened by ${cast} from ${type}`, () => {
        for (const pred of PREDS) {
          simplified(
            `%1 = trunc ${type} i64 %x.0\n%2 = trunc ${type} i64 %y.1\n%3 = ${cast} i64 ${type} %1\n%4 = ${cast} i64 ${type} %2\n%5 = cmp ${pred} i64 %3, i64 %4\n%6 = zext i64 i1 %5\nret i64 %6`,
          )
        }
      })

      it(`of a value widened by ${cast} from ${type} with a literal`, () => {
        for (const pred of PREDS) {
          for (const literal of [0, 1, 5, 127, 128, 255, 256, -1, -128]) {
            simplified(
              `%1 = trunc ${type} i64 %x.0\n%3 = ${cast} i64 ${type} %1\n%5 = cmp ${pred} i64 %3, i64 ${literal}\n%6 = zext i64 i1 %5\nret i64 %6`,
            )
          }
        }
      })
    }
  }

  it('of a value with a literal on either side', () => {
    for (const pred of PREDS) {
      for (const literal of [0, 1, -1, 8]) {
        simplified(`%1 = cmp ${pred} i64 %x.0, i64 ${literal}\n%2 = zext i64 i1 %1\nret i64 %2`)
        simplified(`%1 = cmp ${pred} i64 ${literal}, i64 %x.0\n%2 = zext i64 i1 %1\nret i64 %2`)
      }
    }
  })

  it.each([
    ['shifted down and masked', '%1 = lshr i64 %x.0, i64 9\n%2 = and i64 %1, i64 3\n%3 = cmp eq i64 %2, i64 2'],
    ['shifted down', '%1 = lshr i64 %x.0, i64 8\n%3 = cmp eq i64 %1, i64 0'],
    ['one bit that equals itself', '%1 = and i64 %x.0, i64 8\n%3 = cmp eq i64 %1, i64 8'],
    ['sum with a literal', '%1 = add i64 %x.0, i64 5\n%3 = cmp eq i64 %1, i64 3'],
    ['difference with 0', '%1 = sub i64 %x.0, i64 %y.1\n%3 = cmp ne i64 %1, i64 0'],
    ['swapped bytes', '%1 = bswap i64 %x.0\n%3 = cmp eq i64 %1, i64 255'],
    ['select of literals', '%1 = cmp ult i64 %x.0, i64 %y.1\n%2 = select i1 %1, i64 3, i64 9\n%3 = cmp ugt i64 %2, i64 5'],
  ])('of what is %s', (_, body) => {
    simplified(`${body}\n%9 = zext i64 i1 %3\nret i64 %9`)
  })
})

describe('arithmetic keeps its meaning', () => {
  it.each(OPS)('%s with literals', (op) => {
    for (const literal of [0, 1, 2, 8, -1, 255]) {
      simplified(`%1 = ${op} i64 %x.0, i64 ${literal}\n%2 = ${op} i64 %1, i64 3\nret i64 %2`)
      simplified(`%1 = trunc i32 i64 %x.0\n%2 = ${op} i32 %1, i32 ${literal}\n%3 = sext i64 i32 %2\nret i64 %3`)
    }
  })

  it.each(['shl', 'lshr', 'ashr'])('%s there and back', (op) => {
    for (const back of ['shl', 'lshr', 'ashr']) simplified(`%1 = ${op} i64 %x.0, i64 9\n%2 = ${back} i64 %1, i64 9\nret i64 %2`)
  })

  it('a select of literals with a literal', () => {
    simplified('%1 = cmp ult i64 %x.0, i64 %y.1\n%2 = select i1 %1, i64 1, i64 0\n%3 = shl i64 %2, i64 4\nret i64 %3')
  })
})

describe('what the verifier has to follow', () => {
  it('keeps a mask whose reason is a division', () => {
    expect(simplified('%1 = urem i64 %x.0, i64 10\n%2 = and i64 %1, i64 15\nret i64 %2')).toContain('and i64')
  })

  it('drops a mask that a shift makes needless', () => {
    expect(simplified('%1 = lshr i64 %x.0, i64 60\n%2 = and i64 %1, i64 15\nret i64 %2')).not.toContain('and i64')
  })

  it('leaves a narrow value that is checked the one that is used', () => {
    const text = simplified(
      '%1 = trunc i8 i64 %x.0\n%2 = cmp ult i8 %1, i8 3\n%3 = zext i64 i8 %1\n%4 = select i1 %2, i64 %3, i64 0\nret i64 %4',
    )
    expect(text).toContain('zext i64 i8')
  })
})
