// Every small interval and tnum against every other, put where the views of a number meet: all concrete results lie in the abstract one, a jump
// that is ruled out is never taken, and what a way teaches rules out no number that takes it. Production code, no mirror of it.
//
//   window:   0    |2^31|    2^32 |2^32|    |2^63|    2^64        eight numbers each; |x| straddles x
//
import { expect, test } from 'vitest'
import { hi32, lo32 } from '../../base/index.ts'
import { BPF_ARSH, BPF_LSH, BPF_RSH } from '../../isa/index.ts'
import { scalarAlu } from './alu.ts'
import { boundsSync, markRegUnknown } from './bounds.ts'
import { isScalarBranchTaken, regSetMinMax } from './branch.ts'
import {
  MASK_HI,
  MASK_LO,
  REG_WORDS,
  S32MAX,
  S32MIN,
  SMAX_HI,
  SMIN_HI,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
  VALUE_HI,
  VALUE_LO,
} from './layout.ts'
import { ALU_OPS, COMPARE, concrete, holds, notIn, nth } from './testing.ts'
import { set64, slt, ult } from './wide.ts'

const SIZE = 8
const WINDOWS: readonly (readonly [string, bigint])[] = [
  ['low', 0n],
  ['around 0', -4n],
  ['around 2^31', (1n << 31n) - 4n],
  ['below 2^32', (1n << 32n) - 8n],
  ['around 2^32', (1n << 32n) - 4n],
  ['around 2^63', (1n << 63n) - 4n],
  ['below 2^64', (1n << 64n) - 8n],
]

/** An abstract number and the numbers of the window, by their place in it, that it stands for. */
interface Abstract {
  readonly words: Int32Array
  readonly members: readonly number[]
}
interface Window {
  readonly name: string
  readonly numbers: readonly bigint[]
  readonly hi: Int32Array
  readonly lo: Int32Array
  readonly abstracts: readonly Abstract[]
  /** The intervals that begin at an even place: enough for the other operand. */
  readonly every2nd: readonly Abstract[]
}

/** Every interval, signed or unsigned as it lies, and every tnum of the window's low three bits where all of it has the same high ones. */
function windowAt(name: string, base: bigint): Window {
  const numbers = Array.from({ length: SIZE }, (_, i) => BigInt.asUintN(64, base + BigInt(i)))
  const halves = { hi: Int32Array.from(numbers, hi32), lo: Int32Array.from(numbers, lo32) }
  const abstracts: Abstract[] = []
  const every2nd: Abstract[] = []
  const add = (words: Int32Array): void => {
    boundsSync(words, 0)
    abstracts.push({
      words,
      members: [...numbers.keys()].filter((i) => notIn(words, 0, numbers[i]!) === undefined),
    })
  }
  for (let from = 0; from < SIZE; from++) {
    for (let to = from; to < SIZE; to++) {
      const words = new Int32Array(REG_WORDS)
      markRegUnknown(words, 0)
      const low = numbers[from]!
      const high = numbers[to]!
      const [lowAt, highAt] = low <= high ? [UMIN_HI, UMAX_HI] : [SMIN_HI, SMAX_HI]
      set64(words, lowAt, hi32(low), lo32(low))
      set64(words, highAt, hi32(high), lo32(high))
      add(words)
      if (from % 2 === 0) every2nd.push(abstracts.at(-1)!)
    }
  }
  if (base % BigInt(SIZE) !== 0n) return { name, numbers, ...halves, abstracts, every2nd }
  for (let mask = 1; mask < SIZE; mask++) {
    for (let value = 0; value < SIZE; value++) {
      if (value & mask) continue
      const words = new Int32Array(REG_WORDS)
      markRegUnknown(words, 0)
      words[VALUE_HI] = hi32(base)
      words[VALUE_LO] = lo32(base) | value
      words[MASK_HI] = 0
      words[MASK_LO] = mask
      add(words)
    }
  }
  return { name, numbers, ...halves, abstracts, every2nd }
}
const windows = WINDOWS.map(([name, base]) => windowAt(name, base))

/** Like notIn(), in words: this runs millions of times. */
function isIn(s: Int32Array, r: number, hi: number, lo: number): boolean {
  return (
    (hi & ~s[r + MASK_HI]!) === s[r + VALUE_HI] &&
    (lo & ~s[r + MASK_LO]!) === s[r + VALUE_LO] &&
    !ult(hi, lo, s[r + UMIN_HI]!, s[r + UMIN_HI + 1]!) &&
    !ult(s[r + UMAX_HI]!, s[r + UMAX_HI + 1]!, hi, lo) &&
    !slt(hi, lo, s[r + SMIN_HI]!, s[r + SMIN_HI + 1]!) &&
    !slt(s[r + SMAX_HI]!, s[r + SMAX_HI + 1]!, hi, lo) &&
    lo >= s[r + S32MIN]! &&
    lo <= s[r + S32MAX]! &&
    lo >>> 0 >= s[r + U32MIN]! >>> 0 &&
    lo >>> 0 <= s[r + U32MAX]! >>> 0
  )
}

/** Which of the numbers the abstract one stands for, a bit each. */
function bitsIn(s: Int32Array, r: number, window: Window): number {
  let bits = 0
  for (let i = 0; i < SIZE; i++) if (isIn(s, r, window.hi[i]!, window.lo[i]!)) bits |= 1 << i
  return bits
}

const shifts: ReadonlySet<number> = new Set([BPF_LSH, BPF_RSH, BPF_ARSH])
const wrong: string[] = []
const tell = (...parts: readonly unknown[]): void => {
  if (wrong.length < 5) wrong.push(parts.join(' '))
}

for (const wa of windows) {
  test(`arithmetic on every interval and tnum ${wa.name}`, () => {
    const s = new Int32Array(nth(2))
    let pairs = 0
    for (const wb of new Set([windows[0]!, wa])) {
      for (const op of ALU_OPS) {
        if (shifts.has(op) && wb !== windows[0]) continue
        for (const alu32 of [false, true]) {
          const results = wa.numbers.flatMap((a) => wb.numbers.map((b) => concrete(op, a, b, alu32)))
          const hi = Int32Array.from(results, hi32)
          const lo = Int32Array.from(results, lo32)
          for (const a of wa.abstracts) {
            for (const b of wb.every2nd) {
              s.set(a.words, 0)
              s.set(b.words, nth(1))
              scalarAlu(s, 0, s, nth(1), op, alu32)
              for (const i of a.members) {
                for (const j of b.members) {
                  pairs++
                  const k = i * SIZE + j
                  if (!isIn(s, 0, hi[k]!, lo[k]!)) tell(wa.name, wb.name, op.toString(16), alu32, wa.numbers[i], wb.numbers[j])
                }
              }
            }
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(pairs).toBeGreaterThan(100_000)
  })

  test(`conditional jumps on every interval ${wa.name}`, () => {
    const s = new Int32Array(nth(2))
    const jump = new Int32Array(nth(2))
    for (const wb of new Set([windows[0]!, wa])) {
      for (const op of COMPARE) {
        for (const j32 of [false, true]) {
          const taken = wa.numbers.map((a) => wb.numbers.map((b) => holds(op, a, b, j32)))
          for (const a of wa.abstracts) {
            for (const b of wb.every2nd) {
              s.set(a.words, 0)
              s.set(b.words, nth(1))
              const way = isScalarBranchTaken(s, 0, s, nth(1), op, j32)
              if (way < 0) {
                jump.set(s)
                regSetMinMax(jump, 0, jump, nth(1), s, 0, s, nth(1), op, j32)
              }
              const onJump = way < 0 ? bitsIn(jump, 0, wa) : 0
              const onJump2 = way < 0 ? bitsIn(jump, nth(1), wb) : 0
              const onFall = way < 0 ? bitsIn(s, 0, wa) : 0
              const onFall2 = way < 0 ? bitsIn(s, nth(1), wb) : 0
              for (const i of a.members) {
                for (const j of b.members) {
                  const is = taken[i]![j]!
                  const fits = way < 0 ? ((is ? onJump : onFall) >> i) & ((is ? onJump2 : onFall2) >> j) & 1 : way === (is ? 1 : 0) ? 1 : 0
                  if (!fits) tell(wa.name, wb.name, op.toString(16), j32, wa.numbers[i], wb.numbers[j], way)
                }
              }
            }
          }
        }
      }
    }
    expect(wrong).toEqual([])
  })
}
