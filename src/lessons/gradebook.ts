// Grades of many hand-ins as rows, and as JUnit and CSV for other tools. In: what running each piece of work again has shown. Pure.
import type { Grade } from './types.ts'

export interface GradeRow {
  readonly name: string
  readonly lesson: string
  readonly grade: Grade | undefined
  /** What the hand-in said of itself. */
  readonly claims: boolean
  readonly at: number
  /** Greatest similarity with another hand-in, 0 to 1, and whose. */
  readonly similarity: number
  readonly like: string
}

export const passedChecks = (grade: Grade | undefined): { readonly passed: number; readonly all: number } => {
  const all = [...(grade?.checks ?? []), ...(grade?.hidden ?? [])]
  return { passed: all.filter((c) => c.passed).length, all: all.length }
}

const COLUMNS = ['name', 'lesson', 'passed', 'checks', 'of', 'instructions', 'verifier steps', 'claimed', 'time', 'similarity', 'like']

/** `timeText` writes milliseconds since 1970 as people and spreadsheets read them. */
export function gradesCsv(rows: readonly GradeRow[], timeText: (ms: number) => string): string {
  const lines = rows.map((r) => {
    const { passed, all } = passedChecks(r.grade)
    const time = r.at > 0 ? timeText(r.at) : ''
    return [
      r.name,
      r.lesson,
      String(r.grade?.passed === true),
      passed,
      all,
      r.grade?.instructions ?? 0,
      r.grade?.steps ?? 0,
      String(r.claims),
      time,
      r.similarity.toFixed(2),
      r.like,
    ]
  })
  return `${[COLUMNS, ...lines].map((line) => line.map((x) => cell(String(x))).join(',')).join('\r\n')}\r\n`
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is kept from that. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function gradesJunit(title: string, rows: readonly GradeRow[]): string {
  const cases = rows.map((r) => {
    const head = `  <testcase classname="${xml(r.name)}" name="${xml(r.lesson)}"`
    if (r.grade?.passed) return `${head}/>`
    const failed = [...(r.grade?.checks ?? []), ...(r.grade?.hidden ?? [])].filter((c) => !c.passed).map((c) => c.id)
    return `${head}><failure message="${xml(failed.join(', ') || 'not handed in')}"/></testcase>`
  })
  const failures = rows.filter((r) => !r.grade?.passed).length
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${xml(title)}" tests="${rows.length}" failures="${failures}">\n${cases.join('\n')}\n</testsuite>\n`
}

const xml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** For each row the hand-in of the same lesson that is most alike. `prints` are by name and lesson. */
export function mostAlike(
  prints: ReadonlyMap<string, ReadonlySet<string>>,
  name: string,
  names: readonly string[],
  measure: (a: ReadonlySet<string>, b: ReadonlySet<string>) => number,
): { readonly similarity: number; readonly like: string } {
  const own = prints.get(name)
  let best = { similarity: 0, like: '' }
  for (const other of names) {
    const print = prints.get(other)
    if (other === name || !own || !print) continue
    const value = measure(own, print)
    if (value > best.similarity) best = { similarity: value, like: other }
  }
  return best
}
