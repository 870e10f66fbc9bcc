import { expect, test } from 'vitest'
import type { Grade } from '../../lessons/index.ts'
import { dedented } from './Markdown.tsx'
import { foundOf } from './select.ts'

const grade = (...found: readonly string[]): Grade => ({
  checks: found.map((f, i) => ({ id: String(i), passed: f === '', found: f })),
  hidden: [],
  passed: false,
  verdict: 'rejected',
  instructions: 0,
  steps: 0,
  executed: 0,
})

const shown = (...found: readonly string[]) => found.map((_, i) => foundOf(grade(...found), String(i)))

test('what was found is said where it is first found', () => {
  const message = 'invalid access to packet, off=12 size=2'
  expect(shown(message, message, 'nothing ran')).toEqual([message, '', ''])
  expect(shown('', '0', '0')).toEqual(['', '0', '0'])
  expect(shown('', 'nothing ran', 'nothing ran')).toEqual(['', 'nothing ran', ''])
  expect(shown('errors', 'nothing ran')).toEqual(['errors', ''])
})

test('lines out of a function lose the indentation that they share', () => {
  expect(dedented('\tif (a)\n\t\tb();\n\n\tc();')).toBe('if (a)\n\tb();\n\nc();')
  expect(dedented('int a;\n\tb();')).toBe('int a;\n\tb();')
  expect(dedented('')).toBe('')
})
