// Bundles the lessons: `virtual:lessons` lists them with a way to load each, `virtual:lesson/ID` holds the files of one folder as texts, which
// makes a chunk of its own. The same plugin serves the page, its worker, the tests and the command line. A folder is a lesson when it has
// lesson.json; titles are the first line of its texts.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const content = fileURLToPath(new URL('../src/lessons/content', import.meta.url))
const LIST = 'virtual:lessons'
const ONE = 'virtual:lesson/'

export const lessons = () => ({
  name: 'lessons',
  resolveId: (id) => (id === LIST || id.startsWith(ONE) ? `\0${id}` : undefined),
  load(id) {
    if (id === `\0${LIST}`) {
      const ids = lessonIds()
      for (const lesson of ids) for (const path of filesOf(lesson)) this.addWatchFile?.(path)
      const load = ids.map((lesson) => `  ${JSON.stringify(lesson)}: () => import(${JSON.stringify(ONE + lesson)}),`)
      return `export const course = ${JSON.stringify(ids.map(row))}\nexport const load = {\n${load.join('\n')}\n}\n`
    }
    if (!id.startsWith(`\0${ONE}`)) return undefined
    return `export const files = ${JSON.stringify(textsOf(join(content, id.slice(ONE.length + 1))))}\n`
  },
})

const lessonIds = () => readdirSync(content).filter((name) => existsSync(join(content, name, 'lesson.json')))

function row(id) {
  const { kind = 'lesson', track, order, minutes, score } = JSON.parse(readFileSync(join(content, id, 'lesson.json'), 'utf8'))
  const title = (language) => /^# (.*)$/m.exec(readFileSync(join(content, id, `${language}.md`), 'utf8'))?.[1] ?? id
  return { id, kind, track, order, minutes, title: { en: title('en'), ko: title('ko') }, ...(score && { score }) }
}

function filesOf(folder) {
  return readdirSync(join(content, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The files of a folder as texts, by path. */
export function textsOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]))
}
