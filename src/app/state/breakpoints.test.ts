// Breakpoints with conditions: they go with their lines, leave with their breakpoint, and hold for the slots that they are about.
import { expect, test } from 'vitest'
import { conditionOf, withCondition, withLines, withToggled } from './breakpoints.ts'
import { readWorkRecord } from './record.ts'
import { slotConditions } from './relate.ts'

const start = { lines: [3, 9], slots: [5], conditions: [{ kind: 'line', at: 9, text: 'r0 == 1' }], watches: ['r1'] } as const
const line = (n: number) => ({ kind: 'line', line: n }) as const

test('a condition goes with its line and leaves with its breakpoint', () => {
  expect(conditionOf(withLines(start, [4, 10]), line(10))).toBe('r0 == 1')
  expect(withLines(start, [9]).conditions).toHaveLength(1)
  expect(withLines(start, [3]).conditions).toEqual([])
  expect(withToggled(start, line(9)).conditions).toEqual([])
  expect(withToggled(start, line(3)).conditions).toHaveLength(1)
  expect(withCondition(start, line(9), ' r2 ').conditions).toEqual([{ kind: 'line', at: 9, text: 'r2' }])
  expect(withCondition(start, line(9), ' ').conditions).toEqual([])
})

test('slots have the condition of their own breakpoint, else of their line', () => {
  const row = (slot: number, at: number) => ({ slot, line: at }) as never
  const listing = [row(4, 3), row(5, 9), row(6, 9)]
  expect(slotConditions(listing, [4, 5, 6], { ...start, slots: [] })).toEqual([
    { slot: 5, text: 'r0 == 1' },
    { slot: 6, text: 'r0 == 1' },
  ])
  expect(slotConditions(listing, [5], start)).toEqual([])
  const own = withCondition(start, { kind: 'insn', slot: 5 }, 'r9')
  expect(slotConditions(listing, [5], own)).toEqual([{ slot: 5, text: 'r9' }])
})

test('records keep them, and older records have none', async () => {
  const { defaultProject } = await import('../../worker/index.ts')
  const record = { format: 1, stamp: 's', savedAt: 1, project: defaultProject, steps: [] }
  expect(readWorkRecord({ ...record, breakpoints: start })?.breakpoints).toEqual(start)
  expect(readWorkRecord({ ...record, breakpoints: { lines: [1], slots: [] } })?.breakpoints).toEqual({
    lines: [1],
    slots: [],
    conditions: [],
    watches: [],
  })
  const odd = { lines: [1], slots: [], conditions: [{ kind: 'x', at: 1, text: '' }], watches: [7] }
  expect(readWorkRecord({ ...record, breakpoints: odd })?.breakpoints.conditions).toEqual([])
})
