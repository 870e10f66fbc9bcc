// The graph of a function's blocks: predecessors, reverse post-order, dominators, natural loops. All computed afresh on demand.
//
// Dominators: Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm". Block i of `order` is dominated by `order[idom[i]]`.
import type { Block, Func, LoopHint } from './types.ts'

export interface Cfg {
  /** Reachable blocks in reverse post-order; the entry first. */
  readonly order: readonly Block[]
  /** Position in `order`; a block that is not in here cannot be reached. */
  readonly index: ReadonlyMap<Block, number>
  /** Distinct reachable predecessors, by position. */
  readonly preds: readonly (readonly Block[])[]
  /** Position of the immediate dominator; the entry's is 0. */
  readonly idom: Int32Array
}

/** Distinct successors of a block. */
export function successors(block: Block): readonly Block[] {
  const { to } = block.term
  return to.length < 2 || (to.length === 2 && to[0] !== to[1]) ? to : [...new Set(to)]
}

/** Blocks reachable from the entry in reverse post-order (successors visited so that `to[0]` comes first in the order). */
export function reversePostOrder(fn: Func): Block[] {
  const post: Block[] = []
  const seen = new Set<Block>([fn.blocks[0]])
  const stack: { block: Block; next: number }[] = [{ block: fn.blocks[0], next: fn.blocks[0].term.to.length - 1 }]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (top.next < 0) {
      post.push(top.block)
      stack.pop()
      continue
    }
    const to = top.block.term.to[top.next--]
    if (seen.has(to)) continue
    seen.add(to)
    stack.push({ block: to, next: to.term.to.length - 1 })
  }
  return post.reverse()
}

export function makeCfg(fn: Func): Cfg {
  const order = reversePostOrder(fn)
  const index = new Map(order.map((b, i) => [b, i]))
  const preds: Block[][] = order.map(() => [])
  for (const b of order) for (const s of successors(b)) preds[index.get(s)!].push(b)
  return { order, index, preds, idom: dominators(order, index, preds) }
}

/**
 * Immediate dominators by position. A join of many ways asks each of them for its ancestors; `seen` ends a walk where an earlier walk for the
 * same block went on, so that a block costs no more than the tree above it, however many its predecessors.
 */
function dominators(order: readonly Block[], index: ReadonlyMap<Block, number>, preds: readonly (readonly Block[])[]): Int32Array {
  const idom = new Int32Array(order.length).fill(-1)
  const seen = new Int32Array(order.length)
  let stamp = 0
  idom[0] = 0
  let back = false
  for (let changed = true; changed; ) {
    changed = false
    for (let i = 1; i < order.length; i++) {
      stamp++
      let best = -1
      for (const p of preds[i]) {
        let at = index.get(p)!
        if (at >= i) back = true
        if (idom[at] < 0) continue
        if (best < 0) best = at
        for (;;) {
          while (at > best && seen[at] !== stamp) {
            seen[at] = stamp
            at = idom[at]
          }
          // What was walked over for this block before has `best` above it.
          if (at >= best) break
          while (best > at) {
            seen[best] = stamp
            best = idom[best]
          }
        }
      }
      if (idom[i] !== best) {
        idom[i] = best
        changed = true
      }
    }
    // Without ways back one round has seen every predecessor before the block.
    if (!back) break
  }
  return idom
}

/** Whether every path to `b` passes `a`; both reachable. A block dominates itself. */
export function dominates(cfg: Cfg, a: Block, b: Block): boolean {
  const target = cfg.index.get(a)!
  let at = cfg.index.get(b)!
  while (at > target) at = cfg.idom[at]
  return at === target
}

/** Children in the dominator tree, by position. */
export function dominatorTree(cfg: Cfg): number[][] {
  const children: number[][] = cfg.order.map(() => [])
  for (let i = 1; i < cfg.order.length; i++) children[cfg.idom[i]].push(i)
  return children
}

/** Each block's number in a walk of the dominator tree, and the last number below it: a dominates b where first[a] <= first[b] <= last[a]. */
export function preorder(cfg: Cfg): { readonly first: Int32Array; readonly last: Int32Array } {
  const children = dominatorTree(cfg)
  const [first, last] = [new Int32Array(cfg.order.length), new Int32Array(cfg.order.length)]
  let next = 0
  const open = [0]
  while (open.length > 0) {
    const k = open.pop()!
    first[k] = next++
    open.push(...children[k])
  }
  // A block's dominator stands before it in the order.
  for (let k = cfg.order.length - 1; k >= 0; k--) {
    last[k] = Math.max(last[k], first[k])
    if (k > 0) last[cfg.idom[k]] = Math.max(last[cfg.idom[k]], last[k])
  }
  return { first, last }
}

/** Dominance frontier of each block, by position. */
export function dominanceFrontier(cfg: Cfg): Set<number>[] {
  const frontier = cfg.order.map(() => new Set<number>())
  for (let i = 0; i < cfg.order.length; i++) {
    if (cfg.preds[i].length < 2) continue
    for (const p of cfg.preds[i]) {
      // Where another way into the same block has passed, everything above knows.
      for (let at = cfg.index.get(p)!; at !== cfg.idom[i] && !frontier[at].has(i); at = cfg.idom[at]) frontier[at].add(i)
    }
  }
  return frontier
}

/** A natural loop: a header that dominates its latches, and the blocks that reach a latch without passing the header. */
export interface Loop {
  readonly header: Block
  readonly latches: readonly Block[]
  readonly blocks: ReadonlySet<Block>
  /** 1 = outermost. */
  readonly depth: number
  readonly hint?: LoopHint
}

/** Natural loops, inner ones before those that hold them. Back edges into a block that does not dominate their source are no loops here. */
export function naturalLoops(cfg: Cfg): Loop[] {
  const found: { header: Block; latches: Block[]; blocks: Set<Block> }[] = []
  for (let i = 0; i < cfg.order.length; i++) {
    const header = cfg.order[i]
    const latches = cfg.preds[i].filter((p) => dominates(cfg, header, p))
    if (latches.length === 0) continue
    const blocks = new Set<Block>([header])
    const work = [...latches]
    while (work.length > 0) {
      const b = work.pop()!
      if (blocks.has(b)) continue
      blocks.add(b)
      work.push(...cfg.preds[cfg.index.get(b)!])
    }
    found.push({ header, latches, blocks })
  }
  const depths = new Map<Block, number>()
  for (const { blocks } of found) for (const b of blocks) depths.set(b, (depths.get(b) ?? 0) + 1)
  const loops = found.map((l) => ({ ...l, depth: depths.get(l.header)!, ...(l.header.loop && { hint: l.header.loop }) }))
  return loops.sort((a, b) => b.depth - a.depth)
}
