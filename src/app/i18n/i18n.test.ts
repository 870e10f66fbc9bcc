// Both tables say everything (their types see to that) in their own language, and no Korean particle hangs on a value whose sound is unknown.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { debugEn } from '../panels/debug/texts.en.ts'
import { debugKo } from '../panels/debug/texts.ko.ts'
import { shareEn } from '../share/texts.en.ts'
import { shareKo } from '../share/texts.ko.ts'
import { en } from './en.ts'
import { grouped } from './grouped.ts'
import { ko } from './ko.ts'

type Leaf = string | ((...args: never[]) => string)
type Table = { readonly [key: string]: Leaf | Table }

/** Every text with a path; functions are called with ones, which read as number and as name. */
function leaves(table: Table, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const at = `${path}${key}`
    if (typeof value === 'string') return [[at, value] as const]
    if (typeof value === 'function') return [[at, value(...([1, 1, 1, 1] as never[]))] as const]
    return leaves(value, `${at}.`)
  })
}

/** Figures and names that are the same in every language. */
const SAME = /^(editor\.category|output\.(at|ms)|bytecode\.row|verify\.exactly)$/

const TABLES: readonly (readonly [string, Table, Table])[] = [
  ['page', en, ko],
  ['share', shareEn, shareKo],
  ['debug', debugEn, debugKo],
]

test.each(TABLES)('Korean texts are Korean, English texts are not: %s', (_, en, ko) => {
  const english = new Map(leaves(en))
  for (const [path, text] of leaves(ko)) {
    // Where one language says nothing, so does the other.
    if (english.get(path) === '') expect(text, path).toBe('')
    else if (!SAME.test(path)) expect(text, path).toMatch(/[가-힣]/)
  }
  for (const [path, text] of leaves(en)) expect(text, path).not.toMatch(/[가-힣]/)
})

test.each(['ko.ts', '../share/texts.ko.ts', '../panels/debug/texts.ko.ts'])('no particle stands right after a value: %s', (file) => {
  const source = readFileSync(join(import.meta.dirname, file), 'utf8')
  const particles = /\$\{(?!count)[^}]*\}(을|를|이|가|은|는|와|과|로|으로)(?=[\s.,'`)])/g
  expect(source.match(particles) ?? []).toEqual([])
  expect(['`$', '{name}을 열었습니다`'].join('').match(particles)).toHaveLength(1)
})

test('one is singular in English', () => {
  expect(en.verdict.compiled(1)).toBe('compiled, 1 instruction')
  expect(en.verdict.compiled(2)).toBe('compiled, 2 instructions')
  expect(en.maps.entries(1, 1)).toBe('1 of 1 entry')
})

test('numbers are grouped as the browser groups them', () => {
  for (const n of [0, 7, 999, 1000, 12_345, 1_234_567, -1000, -999, 999_999_999_999, 1e15, 2.5, 1234.5678]) {
    expect(grouped(n)).toBe(n.toLocaleString('en'))
    expect(grouped(n)).toBe(n.toLocaleString('ko'))
  }
})
