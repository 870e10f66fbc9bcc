// The command lesson: makes a new lesson's folder, proves what lessons claim, shows one as a learner reads it, packs one into a file.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { KernelBtf } from '../engine/index.ts'
import {
  checkText,
  course,
  examine,
  type Lesson,
  type LessonFiles,
  type LessonResult,
  lessonFiles,
  newLesson,
  readLesson,
  readLessonFile,
  withFacts,
} from '../lessons/index.ts'
import type { Output } from './commands.ts'

const HOME = 'src/lessons/content'

export async function lessonCommand(words: readonly string[], output: Output, kernel: KernelBtf): Promise<number> {
  const [act, ...rest] = words
  const names = rest.filter((w) => !w.startsWith('--'))
  switch (act) {
    case 'new':
      return makeLesson(names[0], output)
    case 'check':
      return check(names.length > 0 ? names : course.map((row) => row.id), rest.includes('--write-facts'), output, kernel)
    case 'preview':
      return preview(names[0] ?? '', output, kernel)
    case 'pack':
      return pack(names[0] ?? '', names[1], output)
    default:
      output.err('lesson new ID | check [ID or FOLDER]... [--write-facts] | preview ID or FOLDER | pack ID or FOLDER [OUT.json]')
      return 2
  }
}

function makeLesson(name: string | undefined, output: Output): number {
  if (name === undefined || !/^[a-z0-9][a-z0-9-]*$/.test(basename(name))) {
    output.err('lesson new ID: small letters, digits and hyphens')
    return 2
  }
  const folder = name.includes('/') ? name : join(HOME, name)
  if (existsSync(folder)) {
    output.err(`${folder} is there already`)
    return 1
  }
  for (const [path, text] of Object.entries(newLesson(basename(name)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  output.out(`${folder} is made; docs/lessons.md says what may stand in it.`)
  return 0
}

async function check(names: readonly string[], write: boolean, output: Output, kernel: KernelBtf): Promise<number> {
  let faults = 0
  for (const name of names) {
    const read = await readAny(name)
    if (!read) {
      output.err(`${name}: no such lesson, folder or file`)
      return 2
    }
    let found = read.ok ? [] : read.faults
    if (read.ok) {
      const { faults, facts } = examine(read.lesson, kernel)
      found = write ? faults.filter((f) => !f.startsWith('facts: ')) : faults
      if (write) writeFacts(name, facts)
    }
    faults += found.length
    output.out(found.length === 0 ? `${name}: true` : `${name}:\n  ${found.join('\n  ')}`)
  }
  return faults > 0 ? 1 : 0
}

function writeFacts(name: string, facts: Readonly<Record<string, number>>): void {
  const path = join(folderOf(name), 'lesson.json')
  if (!existsSync(path)) return
  const text = readFileSync(path, 'utf8')
  const pairs = Object.entries(facts).map(([k, v]) => `${JSON.stringify(k)}: ${v}`)
  const object = pairs.length === 0 ? '{}' : `{\n    ${pairs.join(',\n    ')}\n  }`
  writeFileSync(
    path,
    text.replace(/"facts": \{[^}]*\}/, () => `"facts": ${object}`),
  )
}

async function preview(name: string, output: Output, kernel: KernelBtf): Promise<number> {
  const read = await readAny(name)
  if (!read?.ok) {
    output.err(read ? read.faults.join('\n') : `${name}: no such lesson or folder`)
    return 2
  }
  const { lesson } = read
  const { facts } = examine(lesson, kernel)
  for (const language of ['en', 'ko'] as const) {
    const text = lesson.texts[language]
    output.out(`# ${text.title}\n\n${withFacts(text.intro, facts)}\n`)
    for (const s of text.sections) output.out(`## ${s.heading}\n${checksOf(lesson, s.id, language)}\n${withFacts(s.body, facts)}\n`)
  }
  return 0
}

function checksOf(lesson: Lesson, section: string, language: 'en' | 'ko'): string {
  const ids = lesson.steps.find((s) => s.id === section)?.checks ?? []
  return lesson.checks.flatMap((c) => (ids.includes(c.id) ? [`[ ] ${checkText(c)[language]}\n`] : [])).join('')
}

async function pack(name: string, target: string | undefined, output: Output): Promise<number> {
  const files = await filesOf(name)
  if (!files) {
    output.err(`${name}: no such lesson or folder`)
    return 2
  }
  const text = `${JSON.stringify({ beeyard: 'lesson', files }, undefined, 1)}\n`
  if (target === undefined) output.out(text)
  else writeFileSync(target, text)
  return 0
}

/** A lesson by id, folder or packed file. */
async function readAny(name: string): Promise<LessonResult | undefined> {
  if (name.endsWith('.json') && existsSync(name)) {
    try {
      return readLessonFile(JSON.parse(readFileSync(name, 'utf8')))
    } catch {
      return { ok: false, faults: [`${name}: not JSON`] }
    }
  }
  const files = await filesOf(name)
  return files && readLesson(files)
}

const folderOf = (name: string): string => (existsSync(join(name, 'lesson.json')) ? name : join(HOME, name))

/** A folder's files where there is one, else those of the lesson that came with the command line. */
async function filesOf(name: string): Promise<LessonFiles | undefined> {
  const folder = folderOf(name)
  if (!existsSync(join(folder, 'lesson.json'))) return lessonFiles(name)
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]))
}
