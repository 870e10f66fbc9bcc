import { expect, test } from 'vitest'
import type { ListingRow } from '../../../engine/index.ts'
import { bytecodeRows, flagsOf, indexOfSlot, spacedBytes, tokens } from './select.ts'

const row = (slot: number, line: number, label = ''): ListingRow => ({ slot, line, label, text: '', opcode: 0, bytes: '', target: -1 })

test('functions get a heading and lines their first instruction', () => {
  const rows = bytecodeRows([row(0, 4, 'main'), row(1, 4), row(3, 6, 'helper')])
  expect(rows.map((r) => (r.kind === 'label' ? r.text : `${r.row.slot}${r.firstOfLine ? '*' : ''}`))).toEqual([
    'main',
    '0*',
    '1',
    'helper',
    '3*',
  ])
  expect(indexOfSlot(rows, 3)).toBe(4)
  expect(indexOfSlot(rows, 2)).toBe(-1)
  expect(indexOfSlot(rows, -1)).toBe(-1)
})

test('flags', () => {
  const marks = { pc: 3, rejected: -1, lit: new Set([3, 4]), breakpoints: new Set([4]) }
  expect(flagsOf(3, marks)).toEqual({ pc: true, rejected: false, lit: true, breakpoint: false })
  expect(flagsOf(4, marks)).toEqual({ pc: false, rejected: false, lit: true, breakpoint: true })
})

test('bytes are spaced', () => {
  expect(spacedBytes('b400000002000000')).toBe('b4 00 00 00 02 00 00 00')
})

test('tokens join to the text', () => {
  for (const text of [
    'r1 = *(u32 *)(r6 +0)',
    'if w1 != 0x8 goto pc+37',
    'call bpf_map_lookup_elem#1',
    'r10',
    'exit',
    'lock *(u64 *)(r0 +8) += r1',
  ]) {
    expect(
      tokens(text)
        .map((t) => t.text)
        .join(''),
    ).toBe(text)
  }
  expect(tokens('if w1 != 0x8 goto pc+37').filter((t) => t.kind !== 'plain')).toEqual([
    { kind: 'keyword', text: 'if' },
    { kind: 'register', text: 'w1' },
    { kind: 'number', text: '0x8' },
    { kind: 'keyword', text: 'goto' },
  ])
})
