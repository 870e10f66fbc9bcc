import { expect, test } from 'vitest'
import { type PaletteItem, scoreOf, searchPalette } from './palette.ts'

const item = (label: string, kind = 'Command'): PaletteItem => ({ id: label, label, kind, keys: '', run() {} })
const items = [
  item('Step one instruction'),
  item('Step back'),
  item('Show: Verify'),
  item('Count packets', 'Example'),
  item('패킷 세기', '예제'),
]
const found = (wanted: string) => searchPalette(items, wanted).map((i) => i.label)

test('everything where nothing is typed, in its order', () => {
  expect(found('')).toEqual(items.map((i) => i.label))
})

test('words may come in any order, letters in their own', () => {
  expect(found('back step')).toEqual(['Step back'])
  expect(found('stp bck')).toEqual(['Step back'])
  expect(found('example count')).toEqual(['Count packets'])
  expect(found('패킷')).toEqual(['패킷 세기'])
  expect(found('zzz')).toEqual([])
})

test('beginnings of words before the middle of words, and letters far apart not at all', () => {
  expect(scoreOf('show: verify', 'verify')).toBeGreaterThan(scoreOf('unverify', 'verify'))
  expect(scoreOf('a long text about nothing much', 'ahm')).toBe(-1)
})
