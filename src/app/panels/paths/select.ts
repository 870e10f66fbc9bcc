// The tree of paths as rows of a list: how far in, which sign, what is said aloud. In: rows as the worker gives them. Out: plain values.
import type { PathRow, ThinkingView } from '../../../engine/index.ts'

/** Ways beyond this depth are drawn at it; the number stands beside. */
const MAX_INDENT = 12

export interface RowShape {
  readonly indent: number
  /** Depth as a number where it is deeper than what is drawn. */
  readonly deeper: number
  readonly sign: string
  /** "3–9", or "3". */
  readonly slots: string
  /** "12–14", "12" or ''. */
  readonly lines: string
}

const SIGNS: Readonly<Record<PathRow['end'], string>> = { more: '│', branch: '├', exit: '✓', pruned: '≡', loop: '↻', rejected: '✗' }

export function rowShape(row: PathRow): RowShape {
  return {
    indent: Math.min(row.depth, MAX_INDENT),
    deeper: row.depth > MAX_INDENT ? row.depth : 0,
    sign: SIGNS[row.end],
    slots: span(row.firstInsn, row.lastInsn),
    lines: row.firstLine === 0 ? '' : row.lastLine === 0 ? String(row.firstLine) : span(row.firstLine, row.lastLine),
  }
}

/** A run that goes round a loop ends before it began. */
const span = (first: number, last: number): string => (first === last ? String(first) : `${first}${first < last ? '–' : '→'}${last}`)

/** Part of the budget that was used, 0 to 1. */
export const usedPart = ({ processed, limit }: Pick<ThinkingView, 'processed' | 'limit'>): number => Math.min(1, processed / limit)

/** 0 (never) to 5 (the hottest) for each slot, by the logarithm of its visits. */
export function heatLevels(heat: readonly number[]): readonly number[] {
  const most = Math.max(1, ...heat.slice(0, 65536))
  return heat.map((n) => (n === 0 ? 0 : most === 1 ? 1 : 1 + Math.round((4 * Math.log(n)) / Math.log(most))))
}

/** The hottest level of the slots of each C line. */
export function lineHeat(
  levels: readonly number[],
  listing: readonly { readonly slot: number; readonly line: number }[],
): ReadonlyMap<number, number> {
  const out = new Map<number, number>()
  for (const { slot, line } of listing) if (line > 0) out.set(line, Math.max(out.get(line) ?? 0, levels[slot] ?? 0))
  return out
}
