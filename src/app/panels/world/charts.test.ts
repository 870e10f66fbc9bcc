import { expect, test } from 'vitest'
import { chartOf, flameBoxes } from './charts.ts'

test('a flame graph’s boxes hold their children and never more than all', () => {
  const boxes = flameBoxes([
    { frames: ['main', 'parse'], count: 1 },
    { frames: ['main', 'hash', 'mix'], count: 2 },
    { frames: ['idle'], count: 1 },
  ])
  expect(boxes.map((b) => [b.name, b.depth, b.left, b.share])).toEqual([
    ['idle', 0, 0, 0.25],
    ['main', 0, 0.25, 0.75],
    ['hash', 1, 0.25, 0.5],
    ['mix', 2, 0.25, 0.5],
    ['parse', 1, 0.75, 0.25],
  ])
  expect(flameBoxes([])).toEqual([])
})

test('a value holds until it changes', () => {
  const chart = chartOf([
    {
      key: 'a',
      points: [
        { atNs: 0, value: 0 },
        { atNs: 50, value: 4 },
        { atNs: 100, value: 2 },
      ],
    },
  ])
  expect(chart.lines[0].path).toBe('M0.00 100.00L50.00 100.00L50.00 0.00L100.00 0.00L100.00 50.00')
  expect([chart.most, chart.endNs, chart.lines[0].last]).toEqual([4, 100, 2])
})
