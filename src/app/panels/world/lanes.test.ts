import { expect, test } from 'vitest'
import { barsOf, timeIn, zoomed } from './lanes.ts'

test('bars stand on one another and stay within the lane', () => {
  const lane = { hook: 0, first: [0, -1, 5], runs: [4, 0, 1], passed: [3, 0, 0], dropped: [1, 0, 0] }
  expect(barsOf(lane, 3)).toEqual([
    { x: 0, y: 5, height: 15, tone: 'good' },
    { x: 0, y: 0, height: 5, tone: 'bad' },
    { x: 2, y: 15, height: 5, tone: 'plain' },
  ])
})

test('zooming keeps the place in view and never leaves the whole', () => {
  const whole = { fromNs: 0, toNs: 1000 }
  expect(zoomed(whole, whole, 0.5, 100)).toEqual({ fromNs: 0, toNs: 500 })
  expect(zoomed(whole, whole, 0.5, 950)).toEqual({ fromNs: 500, toNs: 1000 })
  expect(zoomed({ fromNs: 0, toNs: 500 }, whole, 2, 100)).toEqual(whole)
  expect(zoomed({ fromNs: 400, toNs: 402 }, whole, 0.5, 5)).toEqual({ fromNs: 401, toNs: 402 })
  expect(timeIn({ fromNs: 100, toNs: 200 }, 150)).toBe(0.5)
})
