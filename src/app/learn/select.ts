// What the lesson's screens show, out of lesson, grade and record. Pure.
import type { CourseRow, Grade, Lesson, Workshop } from '../../lessons/index.ts'
import type { LessonRecord, Progress } from '../state/progress.ts'

export type StepState = 'open' | 'passed' | 'reading'

/** A step with checks is passed when all of them are; one with predictions alone when each has a guess. */
export function stepState(lesson: Lesson, stepId: string, grade: Grade | undefined, record: LessonRecord): StepState {
  const step = lesson.steps.find((s) => s.id === stepId)
  if (!step || (step.checks.length === 0 && step.predict.length === 0)) return 'reading'
  const checks = step.checks.every((id) => grade?.checks.find((c) => c.id === id)?.passed)
  const guesses = step.predict.every((id) => record.guesses[id] !== undefined)
  return checks && (guesses || step.checks.length > 0) ? 'passed' : 'open'
}

/** What a failing check found, or one of a play counted; empty where a failing check before it says the same, or where it says no more than that nothing ran. */
export function foundOf(grade: Grade, id: string): string {
  const failing = grade.checks.filter((c) => !c.passed)
  const at = failing.findIndex((c) => c.id === id)
  if (at < 0) return grade.checks.find((c) => c.id === id)?.found ?? ''
  const { found } = failing[at]
  const before = failing.slice(0, at)
  return before.some((c) => c.found === found && found.length > SHORT) || (found === 'nothing ran' && before.length > 0) ? '' : found
}

/** As long as a number or a verdict, which two checks may find each. */
const SHORT = 16

export type RowState = 'new' | 'begun' | 'done'

export function rowState(progress: Progress, id: string): RowState {
  const record = progress[id]
  if (!record || record.openedAt === 0) return 'new'
  return record.passedAt > 0 ? 'done' : 'begun'
}

/** Where to go on: the lesson that was opened last and is not done, else the first that is not done. */
export function resumeRow(course: readonly CourseRow[], progress: Progress): CourseRow | undefined {
  const lessons = course.filter((row) => row.kind === 'lesson')
  const begun = lessons.filter((row) => rowState(progress, row.id) === 'begun')
  const last = begun.sort((a, b) => progress[b.id].openedAt - progress[a.id].openedAt)[0]
  return last ?? lessons.find((row) => rowState(progress, row.id) === 'new')
}

export const isOf = (workshop: Workshop | undefined, lesson: string): boolean =>
  workshop?.items.some((i) => i.kind === 'lesson' && i.id === lesson) === true

/** The one after a lesson: in the order of the workshop that it belongs to, else of the course. */
export function nextRow(all: readonly CourseRow[], id: string, workshop?: Workshop): CourseRow | undefined {
  const ids = workshop?.items.flatMap((i) => (i.kind === 'lesson' ? [i.id] : [])) ?? []
  const course = ids.includes(id) ? ids.flatMap((x) => all.find((row) => row.id === x) ?? []) : all
  const at = course.findIndex((row) => row.id === id)
  return at < 0 ? undefined : course[at + 1]
}

export interface ChangedLine {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
}

const MAX_LINES = 2000

/** Lines of `after` beside those of `before` (longest common subsequence); long texts are compared from their first difference on. */
export function changedLines(before: string, after: string): readonly ChangedLine[] {
  const a = before.split('\n').slice(0, MAX_LINES)
  const b = after.split('\n').slice(0, MAX_LINES)
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = b.length - 1; k >= 0; k--) {
      lengths[i][k] = a[i] === b[k] ? lengths[i + 1][k + 1] + 1 : Math.max(lengths[i + 1][k], lengths[i][k + 1])
    }
  }
  const out: ChangedLine[] = []
  let i = 0
  let k = 0
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      out.push({ kind: 'same', text: a[i] })
      i++
      k++
    } else if (k >= b.length || (i < a.length && lengths[i + 1][k] >= lengths[i][k + 1])) out.push({ kind: 'gone', text: a[i++] })
    else out.push({ kind: 'new', text: b[k++] })
  }
  return out
}

/** Changed lines with two lines around them. */
export function hunks(lines: readonly ChangedLine[]): readonly ChangedLine[] {
  return lines.filter((_, i) => lines.slice(Math.max(0, i - 2), i + 3).some((l) => l.kind !== 'same'))
}
