import { expect, test } from 'vitest'
import { groupExamples } from './examples.ts'

const row = (id: string, group: 'count' | 'filter', en: string) => ({
  id,
  group,
  title: { en, ko: `${en} 예제` },
  about: { en: '', ko: '' },
})
const rows = [row('a', 'count', 'Counters'), row('b', 'filter', 'Rate limit'), row('c', 'count', 'Rate of packets')]

test('groups stay together and searches need every word', () => {
  expect(groupExamples(rows, '', 'en').map((g) => [g.group, g.examples.map((e) => e.id)])).toEqual([
    ['count', ['a', 'c']],
    ['filter', ['b']],
  ])
  expect(groupExamples(rows, ' RATE  packets', 'en').flatMap((g) => g.examples.map((e) => e.id))).toEqual(['c'])
  expect(groupExamples(rows, '예제', 'ko').flatMap((g) => g.examples)).toHaveLength(3)
  expect(groupExamples(rows, 'nothing', 'en')).toEqual([])
})
