import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addStep, baseText, MAX_STEPS, stepBetween, type TextStep } from './text-history.ts'

const play = (text: string, steps: readonly TextStep[]) =>
  steps.reduce((t, s) => t.slice(0, s.at) + s.inserted + t.slice(s.at + s.removed.length), text)

test('a step is the smallest replacement', () => {
  expect(stepBetween('int a;', 'int ab;')).toEqual({ at: 5, removed: '', inserted: 'b' })
  expect(stepBetween('aaa', 'aa')).toEqual({ at: 2, removed: 'a', inserted: '' })
  expect(stepBetween('x', 'x')).toBeUndefined()
})

test('an undo takes its step away', () => {
  const typed = addStep([], 'a', 'ab')
  expect(addStep(typed, 'ab', 'a')).toEqual([])
})

test('base and steps give the text back, whatever was typed', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 30 }), (texts) => {
      let steps: readonly TextStep[] = []
      for (let i = 1; i < texts.length; i++) steps = addStep(steps, texts[i - 1], texts[i])
      const last = texts.at(-1) ?? ''
      const base = baseText(last, steps)
      expect(base).toBeDefined()
      expect(play(base ?? '', steps)).toBe(last)
    }),
  )
})

test('steps that do not fit are told', () => {
  expect(baseText('abc', [{ at: 0, removed: '', inserted: 'x' }])).toBeUndefined()
})

test('the oldest steps go first', () => {
  let steps: readonly TextStep[] = []
  for (let i = 0; i < MAX_STEPS + 20; i++) steps = addStep(steps, 'x'.repeat(i), 'x'.repeat(i + 1))
  expect(steps).toHaveLength(MAX_STEPS)
  expect(steps[0].at).toBe(20)
})
