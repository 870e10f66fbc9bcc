// The programs that a lesson talks about, by name: "start", "solution", "predict/NAME", "wrong/NAME", "break/ID" (the solution without the check
// that the switch takes out). A name may end in ":program" where the object has several. Texts, figures and predictions use these names.
import type { ProjectFile } from '../engine/index.ts'
import type { Break, Lesson } from './types.ts'

export interface VariantName {
  readonly files: readonly ProjectFile[]
  /** Name of a program of the object; undefined = the attached one. */
  readonly program: string | undefined
}

/** The sources behind a name, or undefined where the lesson has none. */
export function variantOf(lesson: Lesson, name: string): VariantName | undefined {
  const [where, program] = name.split(':')
  const files = filesOf(lesson, where)
  return files && { files, program }
}

function filesOf(lesson: Lesson, where: string): readonly ProjectFile[] | undefined {
  const [folder, rest] = where.split(/\/(.*)/s)
  switch (folder) {
    case 'start':
      return lesson.start.files
    case 'solution':
      return lesson.solution.files
    case 'predict': {
      const text = Object.hasOwn(lesson.predict, `${rest}.c`) ? lesson.predict[`${rest}.c`] : undefined
      return text === undefined ? undefined : withMain(lesson, text)
    }
    case 'wrong': {
      const found = lesson.wrong.find((w) => w.name === `${rest}.c`)
      return found && withMain(lesson, found.text)
    }
    case 'break': {
      const found = lesson.breaks.find((b) => b.id === rest)
      const text = found && broken(mainText(lesson, lesson.solution.files), found)
      return text === undefined ? undefined : withMain(lesson, text)
    }
    default:
      return undefined
  }
}

/** The solution's files with another text in the main one. */
export function withMain(lesson: Lesson, text: string): readonly ProjectFile[] {
  const { main } = lesson.start.build
  return lesson.solution.files.map((f) => (f.path === main ? { path: main, text } : f))
}

export const mainText = (lesson: Lesson, files: readonly ProjectFile[]): string =>
  files.find((f) => f.path === lesson.start.build.main)?.text ?? ''

/** A source with the check taken out, or undefined where the text is not in it. Blanks do not count. */
export function broken(source: string, { find, replace }: Break): string | undefined {
  const words = find.trim().split(/\s+/)
  const escaped = words.map((w) => [...w].map((c) => c.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')).join('\\s*'))
  const m = new RegExp(escaped.join('\\s*')).exec(source)
  if (!m) return undefined
  return source.slice(0, m.index) + replace + source.slice(m.index + m[0].length)
}
