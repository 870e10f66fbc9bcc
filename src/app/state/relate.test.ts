import { expect, test } from 'vitest'
import type { LayerView, ListingRow } from '../../engine/index.ts'
import { breakpointSlots, NOTHING, relate, rowIndexAt, type Tables } from './relate.ts'

const row = (slot: number, line: number): ListingRow => ({
  slot,
  line,
  text: `insn ${slot}`,
  opcode: 0,
  bytes: '',
  target: -1,
  label: '',
  ...(line === 7 ? { span: { start: 70, end: 75 } } : {}),
})
const ethernet: LayerView = {
  name: 'Ethernet',
  offset: 0,
  size: 14,
  fields: [
    { name: 'destination', offset: 0, size: 6, value: 'ff:ff:ff:ff:ff:ff' },
    { name: 'source', offset: 6, size: 6, value: '02:00:00:00:00:01' },
    { name: 'type', offset: 12, size: 2, value: '0x0800' },
  ],
}
// Slot 3 is the second half of a wide load.
const tables: Tables = { listing: [row(0, 5), row(1, 7), row(2, 7), row(4, 9), row(5, 7)], layers: [ethernet] }

test('an instruction lights its line and span', () => {
  expect(relate({ kind: 'insn', slot: 1 }, tables)).toEqual({ ...NOTHING, slots: [1], lines: [7], span: { start: 70, end: 75 } })
})
test('a line lights all of its instructions', () => {
  expect(relate({ kind: 'line', line: 7 }, tables).slots).toEqual([1, 2, 5])
})
test('what is not there lights nothing', () => {
  expect(relate({ kind: 'insn', slot: 3 }, tables)).toBe(NOTHING)
  expect(relate({ kind: 'layer', layer: 4, field: 0 }, tables)).toBe(NOTHING)
})
test('bytes and fields light each other', () => {
  expect(relate({ kind: 'bytes', offset: 13, size: 1 }, tables).field).toEqual({ layer: 0, field: 2 })
  expect(relate({ kind: 'layer', layer: 0, field: 1 }, tables).bytes).toEqual({ offset: 6, size: 6 })
  expect(relate({ kind: 'layer', layer: 0, field: -1 }, tables).bytes).toEqual({ offset: 0, size: 14 })
})
test('rows are found by slot', () => {
  expect([0, 1, 2, 3, 4, 5, 6].map((slot) => rowIndexAt(tables.listing, slot))).toEqual([0, 1, 2, -1, 3, 4, -1])
})
test('a marked line stops at each entry into it', () => {
  expect(breakpointSlots(tables.listing, { lines: [7], slots: [4] })).toEqual([1, 4, 5])
})
