// The control flow of one function as a graph of blocks in which every cycle has one entry, ready to become structured code.
//
// A cycle with several entries (irreducible, as unverified or hand-written code may have) gets a dispatch node: all edges into the
// entries are led there with a label, and it goes on to the entry that the label says. So only such a region pays for a dispatch.
//
//     a   b              a   b
//     v   v               v v                a, b set the label
//     x <> y      =>       d  <---+
//                         v v     |
//                         x y ----+
//
// In: successors of each block, block 0 the entry. Out: nodes in reverse postorder with dominators; dispatch nodes come after the blocks.
// References: Ramsey, "Beyond Relooper" (ICFP 2022); Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm".

/** An edge; `label` is what the dispatch node it leads to is told, -1 where it leads to no such node. */
export interface Edge {
  readonly to: number
  readonly label: number
}

export interface Graph {
  /** Edges by node, in the order that the blocks gave them. */
  readonly succ: readonly (readonly Edge[])[]
  /** Position of each node in reverse postorder; -1 = not reached. */
  readonly order: Int32Array
  /** Nodes that each node dominates immediately, ascending in order. */
  readonly children: readonly (readonly number[])[]
  /** Nodes that an edge from later in the order leads back to. */
  readonly isLoop: Uint8Array
  /** Nodes that several edges from earlier lead to. */
  readonly isMerge: Uint8Array
  /** Blocks where control in a cycle passes sooner or later: loop heads, and the entries behind dispatch nodes. */
  readonly isCheckpoint: Uint8Array
}

/** Nodes in reverse postorder, without those that are not reached. */
export const inOrder = ({ order }: Graph): number[] => [...order.keys()].filter((n) => order[n] >= 0).sort((a, b) => order[a] - order[b])

/** Innermost loops by their heads: the nodes of each. */
export function innermostLoops(graph: Graph): ReadonlyMap<number, ReadonlySet<number>> {
  const { succ, order, isLoop } = graph
  const loops = new Map<number, ReadonlySet<number>>()
  if (!isLoop.includes(1)) return loops
  const preds: number[][] = succ.map(() => [])
  for (const [from, edges] of succ.entries()) if (order[from] >= 0) for (const { to } of edges) preds[to].push(from)
  for (const [head, is] of isLoop.entries()) {
    const body = is === 0 ? undefined : bodyOf(graph, head, preds)
    if (body) loops.set(head, body)
  }
  return loops
}

/** Nodes of the loop at `head`; undefined where another loop lies inside. */
function bodyOf({ order, isLoop }: Graph, head: number, preds: readonly (readonly number[])[]): ReadonlySet<number> | undefined {
  const body = new Set([head])
  const work = preds[head].filter((n) => order[n] >= order[head])
  while (work.length > 0) {
    const node = work.pop()!
    if (body.has(node)) continue
    if (isLoop[node] !== 0) return undefined
    body.add(node)
    work.push(...preds[node])
  }
  return body
}

export function reducible(blocks: readonly (readonly number[])[]): Graph {
  const succ: Edge[][] = blocks.map((targets) => targets.map((to) => ({ to, label: -1 })))
  const entries = new Uint8Array(blocks.length)
  // Each round removes the outermost irreducible cycles; those inside show up once their outer one has one entry.
  for (;;) {
    const order = reversePostorder(succ)
    const dominator = dominators(succ, order)
    if (!addDispatch(succ, order, dominator, entries)) return describe(succ, order, dominator, entries)
  }
}

/** Nodes in reverse postorder. */
function reversePostorder(succ: readonly (readonly Edge[])[]): number[] {
  const seen = new Uint8Array(succ.length)
  const out: number[] = []
  const stack = [{ node: 0, next: 0 }]
  seen[0] = 1
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const edges = succ[top.node]
    if (top.next < edges.length) {
      const { to } = edges[top.next++]
      if (seen[to] === 0) {
        seen[to] = 1
        stack.push({ node: to, next: 0 })
      }
    } else {
      out.push(top.node)
      stack.pop()
    }
  }
  return out.reverse()
}

const positions = (count: number, order: readonly number[]): Int32Array => {
  const at = new Int32Array(count).fill(-1)
  for (const [i, node] of order.entries()) at[node] = i
  return at
}

/** Immediate dominator of each node; the entry's is itself. */
function dominators(succ: readonly (readonly Edge[])[], order: readonly number[]): Int32Array {
  const at = positions(succ.length, order)
  const preds: number[][] = succ.map(() => [])
  for (const node of order) for (const { to } of succ[node]) preds[to].push(node)
  const idom = new Int32Array(succ.length).fill(-1)
  idom[0] = 0
  const meet = (x: number, y: number): number => {
    let a = x
    let b = y
    while (a !== b) {
      while (at[a] > at[b]) a = idom[a]
      while (at[b] > at[a]) b = idom[b]
    }
    return a
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const node of order) {
      if (node === 0) continue
      let best = -1
      for (const p of preds[node]) if (idom[p] >= 0) best = best < 0 ? p : meet(best, p)
      if (best !== idom[node]) {
        idom[node] = best
        changed = true
      }
    }
  }
  return idom
}

function dominates(idom: Int32Array, at: Int32Array, a: number, b: number): boolean {
  let node = b
  while (at[node] > at[a]) node = idom[node]
  return node === a
}

/** Leads the edges into one cycle of several entries through a new node; false where there is no such cycle. */
function addDispatch(succ: Edge[][], order: readonly number[], idom: Int32Array, isEntry: Uint8Array): boolean {
  const at = positions(succ.length, order)
  const offends = (node: number): boolean => succ[node].some(({ to }) => at[to] <= at[node] && !dominates(idom, at, to, node))
  if (!order.some(offends)) return false
  for (const cycle of cycles(succ, order, idom, at)) {
    const inside = new Set(cycle)
    const entries = [...new Set(order.flatMap((n) => (inside.has(n) ? [] : succ[n].map((e) => e.to).filter((to) => inside.has(to)))))]
    if (inside.has(0) && !entries.includes(0)) entries.push(0)
    if (entries.length < 2) continue
    const dispatch = succ.length
    for (const edges of succ) {
      for (const [i, { to }] of edges.entries()) if (entries.includes(to)) edges[i] = { to: dispatch, label: entries.indexOf(to) }
    }
    succ.push(entries.map((to) => ({ to, label: -1 })))
    for (const e of entries) if (e < isEntry.length) isEntry[e] = 1
    return true
  }
  throw new Error('an edge back to a node that does not dominate it lies on a cycle of several entries')
}

/** Strongly connected components of more than one node; once without, then with the heads of natural loops cut off, from the outside in. */
function* cycles(succ: readonly (readonly Edge[])[], order: readonly number[], idom: Int32Array, at: Int32Array): Generator<number[]> {
  let nodes = new Set(order)
  while (nodes.size > 0) {
    const found = components(succ, nodes).filter((c) => c.length > 1)
    yield* found
    // Every cycle left has one entry: its first node in the order. Without it, the cycles inside come to light.
    nodes = new Set(
      found.flatMap((c) => {
        const head = c.reduce((a, b) => (at[a] < at[b] ? a : b))
        return c.filter((n) => n !== head && dominates(idom, at, head, n))
      }),
    )
  }
}

/** Tarjan's strongly connected components of the subgraph. */
function components(succ: readonly (readonly Edge[])[], nodes: ReadonlySet<number>): number[][] {
  const index = new Map<number, number>()
  const low = new Map<number, number>()
  const open: number[] = []
  const isOpen = new Set<number>()
  const out: number[][] = []
  for (const root of nodes) {
    if (index.has(root)) continue
    const stack = [{ node: root, next: 0 }]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      const { node } = top
      if (top.next === 0) {
        index.set(node, index.size)
        low.set(node, index.get(node)!)
        open.push(node)
        isOpen.add(node)
      }
      if (top.next < succ[node].length) {
        const { to } = succ[node][top.next++]
        if (!nodes.has(to)) continue
        if (!index.has(to)) stack.push({ node: to, next: 0 })
        else if (isOpen.has(to)) low.set(node, Math.min(low.get(node)!, index.get(to)!))
        continue
      }
      stack.pop()
      const parent = stack[stack.length - 1]
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(node)!))
      if (low.get(node) !== index.get(node)) continue
      const component = open.splice(open.lastIndexOf(node))
      for (const n of component) isOpen.delete(n)
      out.push(component)
    }
  }
  return out
}

function describe(succ: readonly (readonly Edge[])[], order: readonly number[], idom: Int32Array, isEntry: Uint8Array): Graph {
  const at = positions(succ.length, order)
  const children: number[][] = succ.map(() => [])
  const isLoop = new Uint8Array(succ.length)
  const ahead = new Uint8Array(succ.length)
  for (const node of order) {
    if (node !== 0) children[idom[node]].push(node)
    for (const { to } of succ[node]) {
      if (at[to] <= at[node]) isLoop[to] = 1
      else if (ahead[to] < 2) ahead[to]++
    }
  }
  const isCheckpoint = isLoop.slice()
  isCheckpoint.set(isLoop.subarray(0, isEntry.length).map((loop, i) => loop | isEntry[i]))
  return { succ, order: at, children, isLoop, isMerge: ahead.map((n) => (n > 1 ? 1 : 0)), isCheckpoint }
}
