import { expect, test } from 'vitest'
import type { PathRow } from '../../../engine/index.ts'
import { heatLevels, lineHeat, rowShape, usedPart } from './select.ts'

const row: PathRow = {
  row: 0,
  first: 0,
  last: 9,
  depth: 0,
  frame: 0,
  func: 'prog',
  firstInsn: 0,
  lastInsn: 9,
  firstLine: 12,
  lastLine: 14,
  text: 'exit',
  from: -1,
  way: 'start',
  end: 'exit',
  cover: -1,
}

test('a row', () => {
  expect(rowShape(row)).toEqual({ indent: 0, deeper: 0, sign: '✓', slots: '0–9', lines: '12–14' })
  expect(rowShape({ ...row, depth: 40, end: 'pruned', lastInsn: 0, lastLine: 0 })).toEqual({
    indent: 12,
    deeper: 40,
    sign: '≡',
    slots: '0',
    lines: '12',
  })
})

test('the budget', () => {
  expect(usedPart({ processed: 250_000, limit: 1_000_000 })).toBe(0.25)
  expect(usedPart({ processed: 1_000_001, limit: 1_000_000 })).toBe(1)
})

test('heat', () => {
  const levels = heatLevels([0, 1, 10, 100])
  expect(levels).toEqual([0, 1, 3, 5])
  expect(heatLevels([0, 1, 1])).toEqual([0, 1, 1])
  const rows = [1, 2, 3].map((slot) => ({ slot, line: slot === 1 ? 7 : 8 }))
  expect([...lineHeat(levels, rows)]).toEqual([
    [7, 1],
    [8, 5],
  ])
})
