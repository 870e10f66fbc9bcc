import { expect, test } from 'vitest'
import { longestRun, worstOf } from './race.ts'
import { actOf, arrowsTo, changedTexts, rowText, usedRegisters, wasmRows } from './select.ts'
import { debugEn } from './texts.en.ts'

const row = (text: string, value: string) => ({ text, kind: 'number', value, hex: '', at: 0 }) as const

test('a value has changed where it is another one at another place', () => {
  const before = { tick: 1, rows: [row('a', '1'), row('b', '2')] }
  expect([...changedTexts(before, { tick: 2, rows: [row('a', '1'), row('b', '3'), row('c', '1')] })]).toEqual(['b'])
  expect([...changedTexts(before, { tick: 1, rows: [row('a', '9')] })]).toEqual([])
  expect([...changedTexts(undefined, before)]).toEqual([])
})

test('what is no value says why', () => {
  const t = debugEn.watch
  expect(rowText({ ...row('x', ''), kind: 'fault', at: 3 }, t)).toBe('no expression, from character 4 on')
  expect(rowText({ ...row('x', 'm[1]'), kind: 'absent' }, t)).toBe('not here: m[1]')
})

test('arrows: one for each instruction, comparisons first', () => {
  const cause = (insn: number, kind: 'made' | 'moved' | 'narrowed') => ({ insn, kind, register: `R${insn}` })
  expect(arrowsTo(9, [cause(2, 'moved'), cause(2, 'narrowed'), cause(9, 'made'), cause(5, 'made')]).map((a) => [a.from, a.kind])).toEqual([
    [5, 'made'],
    [2, 'narrowed'],
  ])
  const many = Array.from({ length: 20 }, (_, i) => cause(i, 'moved'))
  expect(arrowsTo(30, [...many, cause(25, 'narrowed')])).toHaveLength(6)
  expect(arrowsTo(30, [...many, cause(25, 'narrowed')])[0].from).toBe(25)
})

test.each([
  ['r0 = *(u8 *)(r6 +12)', 'read', 'r6'],
  ['r0 = (s32) *(s8 *)(r6 +12)', 'read', 'r6'],
  ['*(u32 *)(r10 -4) = r1', 'write', 'r10'],
  ['lock *(u64 *)(r6 +8) += r1', 'write', 'r6'],
  ['if r1 > r7 goto pc+3', 'compare', 'r1'],
  ['call bpf_map_lookup_elem#1', 'call', ''],
  ['w1 &= 7', 'other', 'w1'],
] as const)('%s', (text, kind, register) => expect(actOf(text)).toEqual({ kind, register }))

test('registers that matter', () => {
  expect([...usedRegisters('r1 = *(u8 *)(r8 +23)')]).toEqual([8])
  expect([...usedRegisters('*(u32 *)(r10 -4) = r1')]).toEqual([10, 1])
  expect([...usedRegisters('if r6 > r7 goto pc+4')]).toEqual([6, 7])
  expect([...usedRegisters('r6 += 14')]).toEqual([6])
  expect(usedRegisters('call bpf_map_lookup_elem#1').size).toBe(5)
})

test('rows of WebAssembly: functions, instructions, lines', () => {
  const line = (insn: number, text: string) => ({ insn, depth: 1, text })
  const view = {
    revision: 1,
    program: 0,
    lines: 3,
    functions: [{ name: 'main', signature: '(param i32)', lines: [line(0, 'a'), line(0, 'b'), line(-1, 'c')] }],
  }
  const rows = wasmRows(view, [{ slot: 0, text: 'r0 = 1' }] as never, debugEn.wasm)
  expect(rows.map((r) => `${r.kind} ${r.text}`)).toEqual([
    'function function main  (param i32)',
    'insn 0: r0 = 1',
    'line a',
    'line b',
    'insn entering, leaving and handing over',
    'line c',
  ])
})

test('the longest run is tried first', () => {
  expect(longestRun([{ ticks: 3 }, { ticks: 9 }, { ticks: 9 }])).toBe(1)
  expect(longestRun([])).toBe(0)
})

test('the worst schedule is shown first', () => {
  expect(
    worstOf({
      cells: [
        ['same', 'other'],
        ['deadlock', 'same'],
      ],
    }),
  ).toEqual({ column: 0, row: 1 })
  expect(worstOf({ cells: [['same']] })).toBeUndefined()
})
