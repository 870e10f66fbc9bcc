// A whole lesson as one file, {"files": {path: text}}, as `cli lesson check` reads it too. In: bytes from anyone. Out: texts by path, or undefined.
import type { LessonFiles } from '../../lessons/index.ts'
import { filesOfLesson } from '../../worker/index.ts'

/** Characters of a file that is read at all. */
const MAX_TEXT = 4 * 1024 * 1024

/** The files of a lesson file; undefined where it is none. */
export function lessonFilesIn(text: string): LessonFiles | undefined {
  if (text.length > MAX_TEXT) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const found = filesOfLesson(value)
  return found.ok && Object.keys(found.files).length > 0 ? found.files : undefined
}

export const lessonFileText = (files: LessonFiles): string => `${JSON.stringify({ files }, undefined, 1)}\n`

/** The name under which a lesson that did not come with the page is remembered, apart from the page's own ones. */
export function ownId(files: LessonFiles): string {
  try {
    const { id } = JSON.parse(Object.hasOwn(files, 'lesson.json') ? files['lesson.json'] : '{}') as { readonly id?: unknown }
    return `own-${typeof id === 'string' && /^[\w-]{1,60}$/.test(id) ? id : 'lesson'}`
  } catch {
    return 'own-lesson'
  }
}
