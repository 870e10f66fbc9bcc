import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const specs = [
  { name: '-I', takes: 'values' },
  { name: '-o', takes: 'value' },
  { name: '--cpu', takes: 'value' },
  { name: '--json', takes: 'nothing' },
] as const

test('reads options and files in any order', () => {
  const read = readArguments(['a.c', '-I', 'x', '-Iy', '--cpu=v4', '--json', '--', '-z'], specs)
  expect(read).toEqual({
    ok: true,
    files: ['a.c', '-z'],
    options: new Map([
      ['-I', ['x', 'y']],
      ['--cpu', ['v4']],
      ['--json', []],
    ]),
  })
})

test.each([
  [['--nope'], 'unknown option --nope'],
  [['-o'], '-o needs a value'],
  [['-o', 'a', '-o', 'b'], '-o is given twice'],
])('%j is refused', (words, error) => {
  expect(readArguments(words, specs)).toEqual({ ok: false, error })
})
