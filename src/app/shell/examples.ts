// Which examples match a search, by group, in the order of the gallery. Pure.
import type { ExampleRow } from '../../worker/index.ts'

export interface ExampleGroup {
  readonly group: ExampleRow['group']
  readonly examples: readonly ExampleRow[]
}

/** Every word must stand somewhere in the title, the text or the name; an empty search finds all. */
export function groupExamples(rows: readonly ExampleRow[], wanted: string, language: 'en' | 'ko'): readonly ExampleGroup[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<ExampleRow['group'], ExampleRow[]>()
  for (const row of rows) {
    const text = `${row.id} ${row.title[language]} ${row.about[language]}`.toLowerCase()
    if (words.every((word) => text.includes(word))) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
  }
  return [...groups].map(([group, examples]) => ({ group, examples }))
}
