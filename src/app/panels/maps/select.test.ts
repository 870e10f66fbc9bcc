import { expect, test } from 'vitest'
import type { MapView } from '../../../engine/index.ts'
import { hasChange, hiddenRows, isZero, orderMaps, rawText } from './select.ts'

const map = (name: string, change: Partial<MapView> = {}): MapView => ({
  name,
  type: 'array',
  keySize: 4,
  valueSize: 8,
  maxEntries: 256,
  entries: 256,
  rows: [{ key: '06000000', value: '01', keyText: '6', valueText: '1', changed: false }],
  keyType: '__u32',
  valueType: '__u64',
  ...change,
})

test('rows that are kept back are counted', () => {
  expect(hiddenRows(map('counts'))).toBe(255)
  expect(hiddenRows(map('q', { entries: 0, rows: [] }))).toBe(0)
})
test('data sections come last', () => {
  expect(orderMaps([map('.rodata'), map('counts'), map('first.bss')]).map((m) => m.name)).toEqual(['counts', '.rodata', 'first.bss'])
})
test('raw bytes stand beside decoded text only', () => {
  const row = (key: string, keyText: string, value: string, valueText: string) =>
    rawText({ key, keyText, value, valueText, changed: false })
  expect(row('0a000001', '16777226', '0600', '6')).toBe('0a 00 00 01 → 06 00')
  expect(row('0100', '0100', '0600', '6')).toBe('06 00')
  expect(row('', '', '0600', '0600')).toBe('')
  expect(row('', '', '0600', '06 00')).toBe('')
  expect(row('', '', '0a000001', '')).toBe('0a 00 00 01')
})
test('a change is seen', () => {
  expect(hasChange(map('counts'))).toBe(false)
})
test('untouched slots are known by their zeros', () => {
  expect([isZero('0000'), isZero('0100'), isZero('')]).toEqual([true, false, true])
})
