// Two texts as rows of a diff, with two lines around each change. Lines in common are found as the longest common subsequence of what lies
// between the common start and the common end; texts of programs are short enough for the plain method.
export interface DiffRow {
  readonly kind: 'same' | 'added' | 'removed' | 'gap'
  readonly text: string
  /** 1-based line of the old text for what was there, of the new text for what was added; 0 for a gap. */
  readonly line: number
}

const AROUND = 2
const MAX_MIDDLE = 2000

export function diffRows(before: string, after: string): readonly DiffRow[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const rows: DiffRow[] = a.slice(0, start).map((text, i) => ({ kind: 'same', text, line: i + 1 }))
  rows.push(...middle(a.slice(start, a.length - end), b.slice(start, b.length - end), start))
  rows.push(...a.slice(a.length - end).map((text, i): DiffRow => ({ kind: 'same', text, line: a.length - end + i + 1 })))
  return around(rows)
}

function middle(a: readonly string[], b: readonly string[], offset: number): DiffRow[] {
  const removed = (i: number): DiffRow => ({ kind: 'removed', text: a[i], line: offset + i + 1 })
  const added = (j: number): DiffRow => ({ kind: 'added', text: b[j], line: offset + j + 1 })
  if (a.length * b.length > MAX_MIDDLE * MAX_MIDDLE) return [...a.map((_, i) => removed(i)), ...b.map((_, j) => added(j))]
  const best = Array.from({ length: a.length + 1 }, () => new Int32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1])
  const out: DiffRow[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push({ kind: 'same', text: a[i], line: offset + i + 1 })
      i++
      j++
    } else if (j >= b.length || (i < a.length && best[i + 1][j] >= best[i][j + 1])) out.push(removed(i++))
    else out.push(added(j++))
  }
  return out
}

/** Rows near a change; what lies between becomes one row. */
function around(rows: readonly DiffRow[]): DiffRow[] {
  const near = rows.map((_, i) => rows.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((r) => r.kind !== 'same'))
  const out: DiffRow[] = []
  for (const [i, row] of rows.entries()) {
    if (near[i]) out.push(row)
    else if (out.length > 0 && out.at(-1)?.kind !== 'gap') out.push({ kind: 'gap', text: '', line: 0 })
  }
  if (out.at(-1)?.kind === 'gap') out.pop()
  return out
}
