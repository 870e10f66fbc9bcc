// Figures of user space as pictures: a flame graph as boxes in rows, values over time as lines. In: what the worker counted. Out: places. Pure.
import type { UserView } from '../../../engine/index.ts'

type FlameView = Extract<UserView, { kind: 'flame' }>
type SeriesView = Extract<UserView, { kind: 'series' }>

export interface FlameBox {
  readonly name: string
  readonly depth: number
  /** Share of all samples, and of those to the left of it. */
  readonly share: number
  readonly left: number
  readonly count: number
}

interface Branch {
  count: number
  readonly children: Map<string, Branch>
}

/** Boxes of a flame graph, root first; children in order of their names, as flame graphs have them. */
export function flameBoxes(stacks: FlameView['stacks']): FlameBox[] {
  const root: Branch = { count: 0, children: new Map() }
  for (const { frames, count } of stacks) {
    root.count += count
    let at = root
    for (const frame of frames) {
      const next = at.children.get(frame) ?? { count: 0, children: new Map() }
      at.children.set(frame, next)
      next.count += count
      at = next
    }
  }
  const out: FlameBox[] = []
  const add = (branch: Branch, depth: number, left: number) => {
    let at = left
    for (const [name, child] of [...branch.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const share = child.count / root.count
      out.push({ name, depth, share, left: at, count: child.count })
      add(child, depth + 1, at)
      at += share
    }
  }
  if (root.count > 0) add(root, 0, 0)
  return out
}

export interface Chart {
  readonly lines: readonly { readonly key: string; readonly path: string; readonly last: number }[]
  readonly most: number
  readonly endNs: number
}

/** Steps of a value over time in a box of 100 by 100, time to the right and values up. */
export function chartOf(lines: SeriesView['lines']): Chart {
  const points = lines.flatMap((l) => l.points)
  const most = Math.max(1, ...points.map((p) => p.value))
  const endNs = Math.max(1, ...points.map((p) => p.atNs))
  const at = (atNs: number, value: number) => `${((100 * atNs) / endNs).toFixed(2)} ${(100 - (100 * value) / most).toFixed(2)}`
  const drawn = lines.map(({ key, points }) => {
    let path = ''
    let before = 0
    for (const p of points) {
      path += path === '' ? `M${at(p.atNs, p.value)}` : `L${at(p.atNs, before)}L${at(p.atNs, p.value)}`
      before = p.value
    }
    return { key, path, last: points.at(-1)?.value ?? 0 }
  })
  return { lines: drawn, most, endNs }
}
