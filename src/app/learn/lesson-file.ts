// A whole lesson as one file, {"files": {path: text}}, as `cli lesson check` reads it too. In: bytes from anyone. Out: texts by path, or undefined.
import type { LessonFiles } from '../../lessons/index.ts'

/** Bytes of a file that is read at all, and files in it. */
const MAX_BYTES = 4 * 1024 * 1024
const MAX_FILES = 400
const PATH = /^[\w+-][\w.+-]*(\/[\w+-][\w.+-]*)*$/

/** The files of a lesson file; undefined where it is none. Whether they are a lesson, `readLesson` says. */
export function filesOfLesson(text: string): LessonFiles | undefined {
  if (text.length > MAX_BYTES) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const files = (value as { readonly files?: unknown } | null)?.files
  if (typeof files !== 'object' || files === null) return undefined
  const entries = Object.entries(files)
  if (entries.length > MAX_FILES || !entries.every(([path, content]) => PATH.test(path) && typeof content === 'string')) return undefined
  return Object.fromEntries(entries)
}

export const lessonFileText = (files: LessonFiles): string => `${JSON.stringify({ files }, undefined, 1)}\n`

/** Whether a file may be called so in a lesson. */
export const isLessonPath = (path: string): boolean => path.length <= 120 && PATH.test(path)

/** The name under which a lesson that did not come with the page is remembered, apart from the page's own ones. */
export function ownId(files: LessonFiles): string {
  try {
    const { id } = JSON.parse(Object.hasOwn(files, 'lesson.json') ? files['lesson.json'] : '{}') as { readonly id?: unknown }
    return `own-${typeof id === 'string' && /^[\w-]{1,60}$/.test(id) ? id : 'lesson'}`
  } catch {
    return 'own-lesson'
  }
}
