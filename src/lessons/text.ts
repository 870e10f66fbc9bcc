// A lesson's text taken apart by its headings. Only the frame is read here; what stands inside a section stays Markdown for the page.
// In: Markdown. Out: title, introduction and sections by id; headings inside fenced code are text.
//
//   # Title                      the title          ## Words {#id}     a section
//   ...                          the introduction   ---                in a prediction: what follows is shown after the answer
import type { LessonText, Section } from './types.ts'

export function readText(markdown: string): LessonText {
  let title = ''
  const intro: string[] = []
  const sections: { id: string; heading: string; lines: string[] }[] = []
  let fence = ''
  for (const line of markdown.replaceAll('\r\n', '\n').split('\n')) {
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark && fence === '') fence = mark
    else if (mark?.startsWith(fence)) fence = ''
    const heading = fence === '' && mark === undefined ? /^(#{1,2}) (.*?)(?: *\{#([\w-]+)\})? *$/.exec(line) : null
    if (heading?.[1] === '#' && title === '') title = heading[2]
    else if (heading?.[1] === '##') sections.push({ id: heading[3] ?? '', heading: heading[2], lines: [] })
    else (sections.at(-1)?.lines ?? intro).push(line)
  }
  const body = (lines: readonly string[]): string => lines.join('\n').trim()
  return { title, intro: body(intro), sections: sections.map(({ id, heading, lines }) => ({ id, heading, body: body(lines) })) }
}

export const sectionOf = (text: LessonText, id: string): Section | undefined => text.sections.find((s) => s.id === id)

/** What stands before and after the line `---`. */
export function splitAnswer(body: string): { readonly before: string; readonly after: string } {
  const m = /^---\s*$/m.exec(body)
  return m ? { before: body.slice(0, m.index).trim(), after: body.slice(m.index + m[0].length).trim() } : { before: body, after: '' }
}

/** The hints of a text, gentlest first: the parts of the section `hints` under its own headings. */
export function hintsOf(text: LessonText): string[] {
  const body = sectionOf(text, 'hints')?.body ?? ''
  return body === ''
    ? []
    : body
        .split(/^### .*$/m)
        .map((part) => part.trim())
        .filter(Boolean)
}

/** Fenced blocks whose first line is "```LANGUAGE WHERE": claims that `examine` proves. */
export function fencesOf(body: string): readonly { readonly language: string; readonly where: string; readonly text: string }[] {
  return [...body.matchAll(/^```(\w+)[ \t]+(\S+)[ \t]*\n([\s\S]*?)^```[ \t]*$/gm)].map(([, language, where, text]) => ({
    language,
    where,
    text,
  }))
}

/** Figures in place of {{where.what}}. */
export const withFacts = (markdown: string, facts: Readonly<Record<string, number>>): string =>
  markdown.replaceAll(/\{\{([\w./@:-]+)\}\}/g, (whole, name: string) =>
    Object.hasOwn(facts, name) ? facts[name].toLocaleString('en') : whole,
  )

/** The cells of a block "```table" or "```plot": a line a row, the first one the head, cells between vertical bars. */
export const gridOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.split('|').map((cell) => cell.trim())]))

/** "1,525" as a number. */
export const plotted = (cell: string): number => Number(cell.replaceAll(',', '') || Number.NaN)

/** What is wrong with the tables and plots of a text whose figures are in their places. */
export function gridFaults(body: string): string[] {
  return [...body.matchAll(/^```(table|plot)[ \t]*\n([\s\S]*?)^```[ \t]*$/gm)].flatMap(([, kind, text]) => {
    const [head = [], ...rows] = gridOf(text)
    const uneven = rows.find((row) => row.length !== head.length)
    if (head.length < 2 || rows.length === 0 || uneven) return [`a ${kind} with uneven rows: ${(uneven ?? head).join(' | ')}`]
    const odd = kind === 'plot' ? rows.flatMap((row) => row.slice(1)).find((cell) => !(plotted(cell) > 0)) : undefined
    return odd === undefined ? [] : [`a plot of what is no number: ${odd}`]
  })
}
