// Repeats the bodies of small innermost loops, so that what a turn costs besides its own instructions (the test of what is left to be
// executed, an engine's own test whether to go on) is paid once in several turns. Each copy of a block is a node of its own of the same block.
//
//     h <--+            h0 --> h1 --> h2 --> h3 --+
//     |    |     =>     ^                         |       leaves lead from each copy to where they led
//     b ---+            +-------------------------+
//
// In: blocks and their successors. Out: the same with the copies behind; a program of no such loops comes back as it is.
import { type Graph, innermostLoops } from './graph.ts'

/** A loop of more instructions gains nothing. */
const LONGEST_BODY = 64
/** Instructions that a body and its copies have together. */
const UNROLLED = 160
const MOST_COPIES = 8

export interface Nodes<T> {
  readonly blocks: readonly T[]
  readonly succ: readonly (readonly number[])[]
}

/** `graph` is that of `nodes`; `cost` counts the instructions of a block, or is infinite for one that is not repeated. */
export function unrolled<T>(nodes: Nodes<T>, graph: Graph, cost: (block: T) => number): Nodes<T> {
  if (graph.succ.length > nodes.blocks.length) return nodes
  const blocks = [...nodes.blocks]
  const succ = nodes.succ.map((to) => [...to])
  for (const [head, body] of innermostLoops(graph)) {
    const length = [...body].reduce((sum, n) => sum + cost(nodes.blocks[n]), 0)
    if (length <= LONGEST_BODY) repeat(blocks, succ, body, head, Math.min(MOST_COPIES, Math.floor(UNROLLED / length)))
  }
  return { blocks, succ }
}

function repeat<T>(blocks: T[], succ: number[][], body: ReadonlySet<number>, head: number, times: number): void {
  const inside = [...body]
  const numbers: ReadonlyMap<number, number>[] = [new Map(inside.map((n) => [n, n]))]
  for (let i = 1; i < times; i++) numbers.push(new Map(inside.map((n, at) => [n, blocks.length + (i - 1) * inside.length + at])))
  const original = new Map(inside.map((n) => [n, succ[n]]))
  for (const [i, number] of numbers.entries()) {
    const next = numbers[(i + 1) % times].get(head)!
    for (const n of inside) {
      blocks[number.get(n)!] = blocks[n]
      succ[number.get(n)!] = original.get(n)!.map((to) => (to === head ? next : (number.get(to) ?? to)))
    }
  }
}
