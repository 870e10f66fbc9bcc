import { expect, test } from 'vitest'
import type { PacketRow } from '../../../engine/index.ts'
import { segments } from './select.ts'

const packet = (index: number, ticks: number, change: Partial<PacketRow> = {}): PacketRow => ({
  index,
  activation: index,
  atNs: 0,
  sizeBytes: 60,
  summary: '',
  protocol: 'TCP',
  verdict: 'XDP_PASS',
  retval: 2,
  outcome: 'passed',
  firstTick: 0,
  ticks,
  ...change,
})

test('segments share the strip by their steps', () => {
  const list = segments([packet(0, 30), packet(1, 10, { outcome: 'dropped', verdict: 'fault' }), packet(2, 0)])
  expect(list.map((s) => [s.index, s.width, s.fault])).toEqual([
    [0, 75, false],
    [1, 25, true],
  ])
})
test('nothing ran, nothing to show', () => {
  expect(segments([])).toEqual([])
  expect(segments([packet(0, 0)])).toEqual([])
})
test('many packets are put together', () => {
  const list = segments(Array.from({ length: 1000 }, (_, i) => packet(i, 5, i === 7 ? { outcome: 'dropped' } : {})))
  expect(list).toHaveLength(334)
  expect(list[2]).toMatchObject({ index: 6, count: 3, outcome: 'dropped' })
  expect(list.reduce((sum, s) => sum + s.width, 0)).toBeCloseTo(100)
})
