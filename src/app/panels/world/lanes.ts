// Lanes of runs over time as bars, and zooming. Pure.
import type { LanesView } from '../../../engine/index.ts'

/** Of simulated time, half open. */
export interface Span {
  readonly fromNs: number
  readonly toNs: number
}

interface Bar {
  readonly x: number
  readonly y: number
  readonly height: number
  readonly tone: 'good' | 'bad' | 'plain'
}

const HEIGHT = 20

/** Bars of one lane, 20 high: what passed at the bottom, what was dropped above, the rest on top; the fullest bin fills the height. */
export function barsOf(lane: LanesView['lanes'][number], bins: number): Bar[] {
  const most = Math.max(1, ...lane.runs)
  const out: Bar[] = []
  for (let x = 0; x < bins; x++) {
    const runs = lane.runs[x] ?? 0
    if (runs === 0) continue
    const parts = [
      ['good', lane.passed[x] ?? 0],
      ['bad', lane.dropped[x] ?? 0],
      ['plain', runs - (lane.passed[x] ?? 0) - (lane.dropped[x] ?? 0)],
    ] as const
    let y = HEIGHT
    for (const [tone, count] of parts) {
      if (count === 0) continue
      // A single run can still be seen beside a thousand.
      const height = Math.max(2.5, (count / most) * HEIGHT)
      y = Math.max(0, y - height)
      out.push({ x, y, height, tone })
    }
  }
  return out
}

/** Where a time lies in a span, 0 to 1 within it. */
export const timeIn = ({ fromNs, toNs }: Span, atNs: number): number => (atNs - fromNs) / (toNs - fromNs)

/** The span made `by` times as wide around a time (its middle where that lies outside), kept within the whole. */
export function zoomed(span: Span, whole: Span, by: number, aroundNs: number): Span {
  const inside = aroundNs >= span.fromNs && aroundNs < span.toNs
  const centre = inside ? aroundNs : (span.fromNs + span.toNs) / 2
  const width = Math.min(whole.toNs - whole.fromNs, Math.max(1, Math.round((span.toNs - span.fromNs) * by)))
  const fromNs = Math.max(whole.fromNs, Math.min(whole.toNs - width, Math.round(centre - width / 2)))
  return { fromNs, toNs: fromNs + width }
}
