// A graph of blocks laid out from top to bottom. In: blocks with the texts of their instructions. Out: places in pixels. The layout is dagre's,
// loaded when a graph is first looked at.
import type { FlowView } from '../../../engine/index.ts'

export const MAX_BLOCKS = 400
/** Rows of one block that are shown; the middle of a longer one is left out. */
export const MAX_ROWS = 14
const ROW = 18
const PAD = 8
const CHAR = 7.2
const MIN_WIDTH = 120
const MAX_WIDTH = 380

export interface DrawnBlock {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface DrawnEdge {
  readonly from: number
  readonly to: number
  readonly path: string
  readonly kind: 'fallthrough' | 'jump'
  readonly loop: boolean
}

export interface DrawnGraph {
  readonly width: number
  readonly height: number
  readonly blocks: readonly DrawnBlock[]
  readonly edges: readonly DrawnEdge[]
}

/** Lines that stand for a block: all of them, or the first and last with a mark between. */
export function blockLines(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_ROWS) return lines
  const half = Math.floor(MAX_ROWS / 2)
  return [...lines.slice(0, half), `… ${lines.length - MAX_ROWS + 1}`, ...lines.slice(lines.length - half + 1)]
}

export async function layOut(view: FlowView, texts: readonly (readonly string[])[]): Promise<DrawnGraph> {
  const { Graph, layout } = await import('@dagrejs/dagre')
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 34, marginx: 12, marginy: 12 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const [i, lines] of texts.entries()) {
    const longest = Math.max(...lines.map((l) => l.length), 8)
    const width = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, longest * CHAR + 2 * PAD))
    graph.setNode(String(i), { width, height: lines.length * ROW + 2 * PAD })
  }
  for (const [i, block] of view.blocks.entries()) {
    for (const [n, edge] of block.edges.entries()) graph.setEdge(String(i), String(edge.to), {}, String(n))
  }
  layout(graph)
  const size = graph.graph() as { width?: number; height?: number }
  const blocks = texts.map((_, index): DrawnBlock => {
    const n = graph.node(String(index)) as { x: number; y: number; width: number; height: number }
    return { index, x: n.x - n.width / 2, y: n.y - n.height / 2, width: n.width, height: n.height }
  })
  const edges = view.blocks.flatMap((block, from) =>
    block.edges.map(({ to, kind, loop }, n): DrawnEdge => {
      const { points } = graph.edge(String(from), String(to), String(n)) as { points: readonly { x: number; y: number }[] }
      return { from, to, kind, loop, path: smooth(points) }
    }),
  )
  return { width: size.width ?? 0, height: size.height ?? 0, blocks, edges }
}

/** A curve through points: straight to the middle between each two, bent at each. */
export function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  if (points.length === 0) return ''
  const at = (p: { readonly x: number; readonly y: number }) => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`
  let path = `M${at(points[0])}`
  for (let i = 1; i < points.length - 1; i++) {
    const [p, q] = [points[i], points[i + 1]]
    path += `Q${at(p)} ${at({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 })}`
  }
  return `${path}L${at(points[points.length - 1])}`
}
