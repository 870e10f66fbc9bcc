// Conditions to classic BPF. Each condition becomes a decision graph by handing every part its two ways out (continuations), so `and`, `or`
// and `not` cost nothing; equal nodes are shared, and a test whose answer the way to it already gives is left out. The graph is then laid out
// in order; classic jumps go forward and at most 255 instructions far.
import type { Diagnostic } from '../diag/index.ts'
import { type Condition, conditionOf, NoCondition, type Test } from './condition.ts'
import type { Expression } from './expression.ts'
import { type ClassicInsn, compare } from './instruction.ts'

export interface ClassicResult {
  readonly insns?: readonly ClassicInsn[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What tcpdump asks for by default: as much of the packet as there is. */
const SNAP_LENGTH = 262144

interface Decision {
  readonly test: Test
  /** Equal loads have equal keys. */
  readonly loads: string
  readonly yes: Node
  readonly no: Node
}
type Node = Decision | 'accept' | 'reject'

/** Classic BPF of an expression ('everything' = no filter). */
export function toClassic(expression: Expression | 'everything'): ClassicResult {
  try {
    return layOut(expression === 'everything' ? 'accept' : decide(conditionOf(expression)))
  } catch (error) {
    if (error instanceof NoCondition) return failed(error.code, error.params)
    throw error
  }
}

const failed = (code: Diagnostic['code'], params: readonly string[]): ClassicResult => ({
  diagnostics: [{ code, severity: 'error', params, labels: [], fixes: [] }],
})

function decide(condition: Condition): Node {
  const graph = createGraph()
  const build = (c: Condition, yes: Node, no: Node): Node => {
    switch (c.kind) {
      case 'and':
        return build(c.left, build(c.right, yes, no), no)
      case 'or':
        return build(c.left, yes, build(c.right, yes, no))
      case 'not':
        return build(c.of, no, yes)
      case 'test':
        return graph.make(c.test, yes, no)
    }
  }
  const whole = build(condition, 'accept', 'reject')
  return prune(whole, graph)
}

interface Graph {
  /** The node for a test; equal ones are one, and one that leads to the same place either way is left out. */
  make(test: Test, yes: Node, no: Node): Node
  nameOf(node: Node): number
}

function createGraph(): Graph {
  const shared = new Map<string, Decision>()
  const names = new Map<Node, number>()
  const nameOf = (n: Node): number => {
    const name = names.get(n) ?? names.size
    names.set(n, name)
    return name
  }
  return {
    nameOf,
    make(test, yes, no) {
      if (yes === no) return yes
      const loads = JSON.stringify(test.code)
      const key = `${loads} ${test.op} ${test.by} ${test.k} ${nameOf(yes)} ${nameOf(no)}`
      const found = shared.get(key) ?? { test, loads, yes, no }
      shared.set(key, found)
      return found
    },
  }
}

/** What the way to a node says about bytes, by their loads: the tests that were answered, newest last. */
type Facts = ReadonlyMap<string, readonly { readonly test: Test; readonly answer: boolean }[]>

/** A larger graph stays as it is: its jumps are hardly within reach. */
const MAX_NODES = 1000
/** Answers kept of one load: more are hardly of use and make each copy dearer. */
const MAX_FACTS = 16
/** Copies of nodes that pruning may make; a filter that needs more stays as it is. */
const MAX_COPIES = 20_000

/** The graph with each test left out whose answer the way to it already gives. A node may stand once for each set of facts that matter to it. */
function prune(root: Node, graph: Graph): Node {
  const order = inOrder(root)
  if (order.length > MAX_NODES) return root
  const below = new Map<Node, ReadonlySet<string>>()
  for (const node of order.reverse()) {
    below.set(node, new Set([node.loads, ...(below.get(node.yes) ?? []), ...(below.get(node.no) ?? [])]))
  }
  const done = new Map<string, Node>()
  let copies = 0
  const visit = (node: Node, all: Facts): Node => {
    if (typeof node === 'string') return node
    const facts = new Map([...all].filter(([loads]) => below.get(node)?.has(loads)))
    const key = `${graph.nameOf(node)} ${[...facts].map(([loads, list]) => `${loads}${list.map((f) => `${f.test.op}${f.test.k}${f.answer}`)}`)}`
    const kept = done.get(key)
    if (kept !== undefined) return kept
    if (++copies > MAX_COPIES) return node
    const known = facts.get(node.loads) ?? []
    const answer = node.test.by === 'k' ? answered(node.test, known) : undefined
    const next = (way: boolean): Node =>
      visit(
        way ? node.yes : node.no,
        node.test.by === 'k' ? new Map([...facts, [node.loads, [...known.slice(-MAX_FACTS), { test: node.test, answer: way }]]]) : facts,
      )
    const result = answer === undefined ? graph.make(node.test, next(true), next(false)) : visit(answer ? node.yes : node.no, facts)
    done.set(key, result)
    return result
  }
  return visit(root, new Map())
}

function answered(test: Test, known: readonly { readonly test: Test; readonly answer: boolean }[]): boolean | undefined {
  for (const { test: other, answer } of known) {
    if (other.op === test.op && other.k === test.k) return answer
    // Equal to one number: everything else about these bytes follows.
    if (other.op === 'jeq' && answer) return compare(test.op, other.k >>> 0, test.k >>> 0)
  }
  return undefined
}

/** Nodes in order (every edge forward), then instructions with distances. */
function layOut(root: Node): ClassicResult {
  const order = inOrder(root)
  const only = order.length === 0 && typeof root === 'string' ? root : undefined
  if (only) return { insns: [{ op: 'ret', k: only === 'accept' ? SNAP_LENGTH : 0 }], diagnostics: [] }
  const start = new Map<Node, number>()
  let length = 0
  for (const node of order) {
    start.set(node, length)
    length += node.test.code.length + 1
  }
  start.set('accept', length)
  start.set('reject', length + 1)
  const out: ClassicInsn[] = []
  for (const { test, yes, no } of order) {
    out.push(...test.code)
    const next = out.length + 1
    const jt = (start.get(yes) ?? 0) - next
    const jf = (start.get(no) ?? 0) - next
    if (jt > 255 || jf > 255) return failed('filter.too-long', [])
    out.push({ op: test.op, by: test.by, k: test.k, jt, jf })
  }
  out.push({ op: 'ret', k: SNAP_LENGTH }, { op: 'ret', k: 0 })
  return { insns: out, diagnostics: [] }
}

/** Reverse postorder of the graph: a node stands before all that it leads to. Without recursion, for a long filter is a long chain. */
function inOrder(root: Node): Decision[] {
  const seen = new Set<Node>()
  const out: Decision[] = []
  const work: { readonly node: Node; readonly isDone: boolean }[] = [{ node: root, isDone: false }]
  for (let top = work.pop(); top; top = work.pop()) {
    const { node } = top
    if (typeof node === 'string') continue
    if (top.isDone) {
      out.push(node)
      continue
    }
    if (seen.has(node)) continue
    seen.add(node)
    work.push({ node, isDone: true }, { node: node.yes, isDone: false }, { node: node.no, isDone: false })
  }
  return out.reverse()
}
