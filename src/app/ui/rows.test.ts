import { expect, test } from 'vitest'
import { centred, drawnRows, isSeen, nearest } from './rows.ts'

const rows = { count: 1000, rowHeight: 24 }

test('draws the seen rows and ten on either side', () => {
  expect(drawnRows(rows, { top: 0, height: 240 })).toEqual({ first: 0, last: 20 })
  expect(drawnRows(rows, { top: 2400, height: 240 })).toEqual({ first: 90, last: 120 })
  expect(drawnRows(rows, { top: 23_760, height: 240 })).toEqual({ first: 980, last: 999 })
})

test('draws the end of a list that became shorter than it was scrolled', () => {
  expect(drawnRows({ count: 20, rowHeight: 24 }, { top: 23_760, height: 240 })).toEqual({ first: 0, last: 19 })
  expect(drawnRows({ count: 0, rowHeight: 24 }, { top: 100, height: 240 })).toEqual({ first: 0, last: -1 })
})

test('scrolls a row into the middle, and not beyond the ends', () => {
  expect(centred(rows, { top: 0, height: 240 }, 500)).toBe(11_892)
  expect(centred(rows, { top: 0, height: 240 }, 2)).toBe(0)
  expect(centred(rows, { top: 0, height: 240 }, 999)).toBe(23_760)
})

test('scrolls no further than it takes', () => {
  const view = { top: 2400, height: 250 }
  expect(nearest(rows, view, 105)).toBe(2400)
  expect(nearest(rows, view, 99)).toBe(2376)
  expect(nearest(rows, view, 110)).toBe(2414)
  expect(isSeen(rows, view, 110)).toBe(false)
  expect(isSeen(rows, { ...view, top: 2414 }, 110)).toBe(true)
})
