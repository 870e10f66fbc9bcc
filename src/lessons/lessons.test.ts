// Every lesson: the start fails at least one check, the solution passes all, both languages say something, names exist once.
import { expect, test } from 'vitest'
import { grade, lessons } from './index.ts'

test('ids are unique', () => {
  expect(new Set(lessons.map((l) => l.id)).size).toBe(lessons.length)
})

for (const lesson of lessons) {
  test(`${lesson.id}: the start fails, the solution passes`, () => {
    expect(grade(lesson, lesson.start).some((r) => !r.passed)).toBe(true)
    expect(grade(lesson, lesson.solution).filter((r) => !r.passed)).toEqual([])
  })
  test(`${lesson.id}: both languages`, () => {
    for (const text of [lesson.title, lesson.body, ...lesson.hints]) {
      expect(text.en.length).toBeGreaterThan(0)
      expect(text.ko).not.toBe('')
    }
    expect(lesson.body.ko).toMatch(/[가-힣]/)
  })
}
