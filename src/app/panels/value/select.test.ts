import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ValueView } from '../../../verifier/index.ts'
import { bitsOf, knownBits, placeOf, regionOf, signedSegment, TICKS, unsignedSegment } from './select.ts'

const value: ValueView = {
  kind: 'scalar',
  text: 'scalar()',
  off: 0,
  range: 0,
  id: 0,
  varOff: { value: 0n, mask: 0x3cn },
  smin: 0n,
  smax: 60n,
  umin: 0n,
  umax: 60n,
  s32min: 0,
  s32max: 60,
  u32min: 0,
  u32max: 60,
  precise: false,
}

test('the line keeps the order of numbers and has zero in the middle', () => {
  expect(placeOf(0n)).toBe(0.5)
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (a, b) => {
      const [x, y] = [placeOf(a), placeOf(b)]
      expect(x >= 0 && x <= 1).toBe(true)
      if (a < b) expect(x).toBeLessThanOrEqual(y)
    }),
  )
  expect(TICKS.map((t) => t.at)).toEqual([...TICKS.map((t) => t.at)].sort((a, b) => a - b))
})

test('ranges', () => {
  const { from, to } = signedSegment({ smin: -4n, smax: 60n })
  expect(from).toBeLessThan(0.5)
  expect(to).toBe(unsignedSegment({ umin: 0n, umax: 60n }).to)
})

test('bits', () => {
  expect(bitsOf({ value: 5n, mask: 2n }).slice(60).join('')).toBe('01?1')
  expect(knownBits(value.varOff)).toEqual({ known: 60, lowZeros: 2 })
  expect(knownBits({ value: 0n, mask: 0n })).toEqual({ known: 64, lowZeros: 64 })
})

test('the region of a packet pointer: what is proven and where it may point', () => {
  const pointer = { ...value, kind: 'pkt', text: 'pkt(r=34)', off: 14, range: 34 }
  expect(regionOf(pointer)).toMatchObject({ low: 14, high: 74, provenBytes: 34, start: 0, end: 75 })
  expect(regionOf({ ...value, kind: 'map_value', text: 'map_value(map=m,ks=4,vs=16)', varOff: { value: 0n, mask: 0n } })).toMatchObject({
    low: 0,
    high: 0,
    provenBytes: 16,
  })
  expect(regionOf({ ...value, kind: 'ctx', text: 'ctx()' })).toBeUndefined()
})
