// The lessons that come with the page: a list of all, and each one loaded when it is asked for. The folders of `content/` are bundled by
// scripts/lessons.mjs, in the same way for the page, the tests and the command line.
/// <reference path="./virtual.d.ts" />
import { load, course as rows } from 'virtual:lessons'
import { type LessonFiles, readLesson } from './read-lesson.ts'
import type { Lesson, Score, Text } from './types.ts'

/** What the course map shows of a lesson. */
export interface CourseRow {
  readonly id: string
  readonly kind: 'lesson' | 'challenge'
  readonly track: number
  readonly order: number
  readonly minutes: number
  readonly title: Text
  readonly score?: Score
}

/** In the order in which they are taught; challenges behind the lessons. */
export const course: readonly CourseRow[] = [...rows].sort(
  (a, b) => Number(a.kind === 'challenge') - Number(b.kind === 'challenge') || a.track - b.track || a.order - b.order,
)

/** The files of a lesson, or undefined where there is none of that name. */
export async function lessonFiles(id: string): Promise<LessonFiles | undefined> {
  return Object.hasOwn(load, id) ? (await load[id]()).files : undefined
}

const loaded = new Map<string, Lesson>()

export async function loadLesson(id: string): Promise<Lesson | undefined> {
  const kept = loaded.get(id)
  if (kept) return kept
  const files = await lessonFiles(id)
  const result = files && readLesson(files)
  if (!result?.ok) return undefined
  loaded.set(id, result.lesson)
  return result.lesson
}
