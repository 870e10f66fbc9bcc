// What the views of a run under the magnifying glass show, as texts and sets. Pure.
import type { WatchRow } from '../../../engine/index.ts'
import type { DebugTexts } from './texts.ts'

interface Rows {
  readonly tick: number
  readonly rows: readonly WatchRow[]
}

/** Expressions whose value is another one than at the place before. */
export function changedTexts(before: Rows | undefined, now: Rows): ReadonlySet<string> {
  if (!before || before.tick === now.tick) return new Set()
  const old = new Map(before.rows.map((r) => [r.text, `${r.kind} ${r.value}`]))
  return new Set(now.rows.flatMap((r) => (old.has(r.text) && old.get(r.text) !== `${r.kind} ${r.value}` ? [r.text] : [])))
}

export function rowText(row: WatchRow, t: DebugTexts['watch']): string {
  switch (row.kind) {
    case 'number':
    case 'text':
      return row.value
    case 'absent':
      return t.absent(row.value)
    case 'unknown':
      return t.unknown(row.value)
    case 'fault':
      return t.fault(row.at + 1)
  }
}
