import { expect, test } from 'vitest'
import { faultKind, hexLines, isLoaded } from './select.ts'

test('bytes in lines', () => {
  expect(hexLines('00112233')).toEqual(['0000  0011 2233'])
  expect(hexLines('ab'.repeat(18))).toEqual([`0000  ${'abab '.repeat(8).trim()}`, '0010  abab'])
  expect(hexLines('')).toEqual([])
})

test('what a kernel without a verifier would do', () => {
  expect(faultKind({ region: '', access: 'read' })).toBe('oops')
  expect(faultKind({ region: 'packet', access: 'read' })).toBe('leaks')
  expect(faultKind({ region: 'map value', access: 'write' })).toBe('corrupts')
})

test('a witness that is the scenario already', () => {
  expect(isLoaded('00', [{ kind: 'packet', hex: '00' }])).toBe(true)
  expect(isLoaded('00', [{ kind: 'capture', name: 'first-steps' }])).toBe(false)
})
