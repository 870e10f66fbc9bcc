import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ValueView } from '../../../verifier/index.ts'
import { alignment, bitsText, lowBitsText, numberText, rangeText, stateRows, type ValueWords, valueRow } from './select.ts'

const words: ValueWords = {
  anything: 'anything',
  exactly: (v) => `= ${v}`,
  packetBytes: (n) => `${n} proven`,
  packetNone: 'none proven',
  multipleOf: (n) => `multiple of ${n}`,
}
const MAX = (1n << 64n) - 1n
const any: ValueView = {
  kind: 'scalar',
  text: 'scalar()',
  off: 0,
  range: 0,
  id: 0,
  varOff: { value: 0n, mask: MAX },
  smin: -(1n << 63n),
  smax: (1n << 63n) - 1n,
  umin: 0n,
  umax: MAX,
  s32min: -(2 ** 31),
  s32max: 2 ** 31 - 1,
  u32min: 0,
  u32max: 2 ** 32 - 1,
  precise: false,
}
const upTo = (n: bigint): Partial<ValueView> => ({ smin: 0n, smax: n, umin: 0n, umax: n, varOff: { value: 0n, mask: n } })

test('numbers', () => {
  expect([0n, -8n, 99_999n, 0xffff_ffffn, -0x1_0000_0000n].map(numberText)).toEqual(['0', '-8', '99999', '0xffffffff', '-0x100000000'])
})
test('ranges', () => {
  expect(rangeText(any)).toBeUndefined()
  expect(rangeText({ ...any, ...upTo(255n) })).toBe('0 … 255')
  expect(rangeText({ ...any, smin: -4n, smax: 7n })).toBe('s: -4 … 7')
  expect(rangeText({ ...any, umin: 5n, umax: 5n, smin: 5n, smax: 5n })).toBe('5')
})
test('bits', () => {
  expect(bitsText(any.varOff)).toBeUndefined()
  expect(bitsText({ value: 0n, mask: 0xffffn })).toBe('0xxxxx')
  expect(bitsText({ value: 0n, mask: 0x3cn })).toBe('0bxxxx00')
  expect(bitsText({ value: 0n, mask: 0x3fcn })).toBe('0x?x?')
  expect(lowBitsText({ value: 0n, mask: 0x3fcn })).toBe('…xx00')
  expect(lowBitsText({ value: 0n, mask: 0x3cn })).toBeUndefined()
  expect(lowBitsText({ value: 0n, mask: 0xf0n })).toBeUndefined()
})
test('a register in words', () => {
  expect(valueRow('r1', { ...any, ...upTo(60n), varOff: { value: 0n, mask: 0x3cn } }, words)).toMatchObject({
    kind: 'scalar',
    range: '0 … 60',
    bits: '0bxxxx00 multiple of 4',
  })
  const constant = { ...any, umin: 2n, umax: 2n, smin: 2n, smax: 2n, varOff: { value: 2n, mask: 0n } }
  expect(valueRow('r0', constant, words)).toMatchObject({ range: '= 2', bits: '' })
  const packet = { ...any, ...upTo(0n), kind: 'pkt', off: 14, range: 34, varOff: { value: 0n, mask: 0n } }
  expect(valueRow('r7', packet, words).range).toBe('+14, 34 proven')
})
test('registers that hold nothing are left out', () => {
  const state = { step: 0, insn: 0, frame: 0, regs: [any, { ...any, kind: 'none', text: '' }], stack: [], text: '' }
  expect(stateRows(state, words).map((r) => r.name)).toEqual(['r0'])
})
test('alignment divides every value of a tnum', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 0xffffn }),
      fc.bigInt({ min: 1n, max: 0xffffn }),
      fc.bigInt({ min: 0n, max: 0xffffn }),
      (v, mask, pick) => {
        const value = v & ~mask
        const align = alignment({ value, mask }) ?? 1n
        expect((value | (pick & mask)) % align).toBe(0n)
      },
    ),
  )
})
