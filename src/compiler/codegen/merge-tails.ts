// Lets blocks that end alike share their end: the common instructions become a block of their own. After allocation.
//
// Costs nothing: each block jumped away already. Held back where Linux would see one instruction used in two ways: an access through a
// pointer is shared only if it comes from the same place in the source, a call only together with what loads its first argument.
import { type MBlock, type MFunc, type MInsn, type MOp, REG_FP } from './mir.ts'
import { keyOf, termKey } from './thread-blocks.ts'

export function mergeTails(f: MFunc): void {
  const m: Merging = { f, groups: new Map(), groupOf: new Map(), position: new Map(), numbers: new Map() }
  let nextId = f.blocks.reduce((most, b) => Math.max(most, b.id), 0) + 1
  for (const b of f.blocks) join(m, b)
  // A group is looked at when its first block is reached, and again when blocks have joined it.
  for (let p = 0; p < f.blocks.length; p++) {
    const group = m.groupOf.get(f.blocks[p])
    if (!group?.open) continue
    const tail = nextTail(m, group)
    if (!tail) group.open = false
    else p = Math.min(p, share(m, group, tail, nextId++)) - 1
  }
}

interface Merging {
  readonly f: MFunc
  readonly groups: Map<string, Group>
  readonly groupOf: Map<MBlock, Group>
  readonly position: Map<MBlock, number>
  /** Numbers that are equal for instructions that are `mergeable`, by their text. */
  readonly numbers: Map<string | MOp, number>
}

/** Blocks that end in the same way: going on to the same block, with the same jump, or returning. */
interface Group {
  /** All that ever joined. */
  members: MBlock[]
  /** May have common ends. */
  open: boolean
  /** Common ends as they were when the group was last looked at, the best last; and the blocks that have changed since. */
  plan: Tail[]
  readonly changed: Set<MBlock>
  /** No member stands before it. */
  first: number
}

interface Tail {
  readonly blocks: readonly MBlock[]
  readonly length: number
}

/** Puts a block where its end belongs, the last if it is new; returns the group. What is cut off from blocks of the group `from` adds nothing
 * to its plan: whatever could be shared with it is a common end of theirs. */
function join(m: Merging, b: MBlock, from?: Group): Group | undefined {
  if (!m.position.has(b)) m.position.set(b, m.position.size)
  // What assembly may jump to hangs on its block.
  if (b.term.kind === 'asm') return undefined
  const key = termKey(b.term)
  let group = m.groups.get(key)
  if (!group) m.groups.set(key, (group = { members: [], open: true, plan: [], changed: new Set(), first: Number.POSITIVE_INFINITY }))
  group.members.push(b)
  group.open = true
  if (group !== from) group.plan = []
  group.first = Math.min(group.first, m.position.get(b)!)
  m.groupOf.set(b, group)
  return group
}

/** The instructions behind the last assembly: text is not compared. */
const opsOf = (b: MBlock): MOp[] => b.insns.slice(b.insns.findLastIndex((i) => i.kind === 'asm') + 1).filter((i) => i.kind === 'op')
const hasAsm = (b: MBlock): boolean => b.insns.some((i) => i.kind === 'asm')

/** Equal for two instructions that do the same and may be one for Linux. */
function numberOf(m: Merging, i: MOp): number {
  const known = m.numbers.get(i)
  if (known !== undefined) return known
  const { insn, at } = i
  const through = insn.kind === 'load' ? insn.src : insn.kind === 'store' || insn.kind === 'atomic' ? insn.dst : REG_FP
  const place = through === REG_FP ? '' : at ? `${at.start} ${at.file}` : m.numbers.size
  const key = `${keyOf(i)} ${place}`
  let n = m.numbers.get(key)
  if (n === undefined) m.numbers.set(key, (n = m.numbers.size))
  m.numbers.set(i, n)
  return n
}

/** Ends of blocks, read backwards: each node is one end, its children are longer by one instruction. */
interface Node {
  readonly length: number
  readonly blocks: MBlock[]
  readonly longer: Map<number, Node>
  /** A call was taken, and nothing yet that sets its r1. */
  readonly call: boolean
  /** No longer end may be shared. */
  readonly last: boolean
}

/** The common end that saves the most; undefined if there is none. */
function nextTail(m: Merging, group: Group): Tail | undefined {
  const best = group.plan.pop()
  if (best && !best.blocks.some((b) => group.changed.has(b))) return best
  group.members = group.members.filter((b) => m.groupOf.get(b) === group)
  group.members.sort((a, b) => m.position.get(a)! - m.position.get(b)!)
  group.changed.clear()
  group.plan = plan(m, group.members)
  return group.plan.pop()
}

/** The common ends of blocks, by what sharing them saves, the best last. */
function plan(m: Merging, blocks: readonly MBlock[]): Tail[] {
  if (blocks.length < 2) return []
  const found: Node[] = []
  const root: Node = { length: 0, blocks: [], longer: new Map(), call: false, last: false }
  for (const b of blocks) {
    let node = root
    const ops = opsOf(b)
    for (let k = ops.length - 1; k >= 0 && !node.last; k--) {
      const key = numberOf(m, ops[k])
      let next = node.longer.get(key)
      if (!next) node.longer.set(key, (next = longer(node, ops[k])))
      next.blocks.push(b)
      if (next.blocks.length === 2 && !next.call) found.push(next)
      node = next
    }
  }
  const saved = (n: Tail): number => (n.blocks.length - 1) * n.length
  const first = (n: Tail): number => m.position.get(n.blocks[0])!
  return found.sort((a, b) => saved(a) - saved(b) || first(b) - first(a) || a.length - b.length)
}

function longer({ length, call }: Node, { insn, args }: MOp): Node {
  const isCall = insn.kind === 'call'
  let open = call
  if (isCall) open = call || (args ?? 5) > 0
  else if (call && insn.kind === 'ld_imm64' && insn.dst === 1) open = false
  return { length: length + 1, blocks: [], longer: new Map(), call: open, last: isCall && call }
}

/** Lets blocks share their end; returns before which block none has changed. */
function share(m: Merging, group: Group, { blocks, length }: Tail, id: number): number {
  const [first] = blocks
  const whole = blocks.find((b) => opsOf(b).length === length && b !== m.f.blocks[0] && !hasAsm(b))
  const tail = whole ?? { id, insns: cut(first, length, false), term: first.term, depth: first.depth }
  let from = Number.POSITIVE_INFINITY
  for (const b of blocks) {
    group.changed.add(b)
    if (b === tail) continue
    b.insns = cut(b, length, true)
    b.term = { kind: 'goto', to: [tail], ...(b.term.at && { at: b.term.at }) }
    from = Math.min(from, join(m, b)!.first)
  }
  if (tail === whole) return from
  m.f.blocks.push(tail)
  return Math.min(from, join(m, tail, group)!.first)
}

/** What is before the last `length` instructions, or these. */
function cut(b: MBlock, length: number, before: boolean): MInsn[] {
  let left = length
  let k = b.insns.length
  while (left > 0) if (b.insns[--k].kind === 'op') left--
  return before ? b.insns.slice(0, k) : b.insns.slice(k)
}
