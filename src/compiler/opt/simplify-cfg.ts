// Tidies the graph of blocks: branches on literals, empty blocks, chains, phis that choose nothing, ways into `unreachable`.
//
// Gives: only reachable blocks; no block that merely jumps on (unless a phi needs it); no block with one predecessor that jumps to it alone.
import {
  type Block,
  type Cfg,
  constant,
  dominates,
  type Func,
  forgetInRecords,
  type Instr,
  isInstr,
  isKind,
  makeCfg,
  type Phi,
  phisOf,
  removePhiEntries,
  removeUnreachable,
  replaceValues,
  retarget,
  successors,
  type Term,
  type Value,
} from '../ir/index.ts'

export function simplifyCfg(fn: Func): void {
  for (let changed = true; changed; ) {
    changed = removeUnreachable(fn)
    if (foldTerms(fn)) changed = true
    if (removeUnreachable(fn)) changed = true
    if (foldPhis(fn)) changed = true
    if (mergeChains(fn)) changed = true
    if (skipEmpty(fn)) changed = true
  }
}

/** Edges that are gone, by where they led; long phis lose their entries at once in the end. */
type Cut = Map<Block, Set<Block>>

function foldTerms(fn: Func): boolean {
  const cut: Cut = new Map()
  let changed = false
  for (const block of fn.blocks) if (foldTerm(fn, block, cut)) changed = true
  for (const [to, from] of cut) removePhiEntries(to, from)
  return changed
}

function cutEdge(cut: Cut, from: Block, to: Block): void {
  const known = cut.get(to)
  if (known) known.add(from)
  else cut.set(to, new Set([from]))
}

/** Goes to one of the targets alone. */
function goOnlyTo(block: Block, to: Block, cut: Cut): void {
  const { term } = block
  for (const other of new Set(term.to)) if (other !== to) cutEdge(cut, block, other)
  block.term = { kind: 'br', args: [], to: [to], ...(term.at && { at: term.at }) }
}

/** A block that does nothing before it is known never to run. */
const isDead = (b: Block): boolean =>
  b.term.kind === 'unreachable' && b.instrs.every((i) => i.kind === 'dbg' || i.kind === 'phi' || i.kind === 'lifetime')

function foldTerm(fn: Func, block: Block, cut: Cut): boolean {
  const { term } = block
  switch (term.kind) {
    case 'condbr':
      return foldCondBr(block, term, cut)
    case 'switch':
      return foldSwitch(fn, block, term, cut)
    default:
      return false
  }
}

function foldCondBr(block: Block, term: Extract<Term, { kind: 'condbr' }>, cut: Cut): boolean {
  const [yes, no] = term.to
  const cond = term.args[0]
  if (yes === no) goOnlyTo(block, yes, cut)
  else if (cond.kind === 'const') goOnlyTo(block, cond.value === 1n ? yes : no, cut)
  else if (cond.kind === 'undef' || isDead(yes)) goOnlyTo(block, no, cut)
  else if (isDead(no)) goOnlyTo(block, yes, cut)
  else return false
  return true
}

function foldSwitch(fn: Func, block: Block, term: Extract<Term, { kind: 'switch' }>, cut: Cut): boolean {
  const value = term.args[0]
  if (value.kind === 'const') {
    goOnlyTo(block, term.to[term.cases.indexOf(value.value) + 1], cut)
    return true
  }
  let changed = false
  let otherwise = term.to[0]
  const cases = term.cases.map((c, k) => ({ value: c, to: term.to[k + 1] }))
  const alive = cases.filter((c) => !isDead(c.to))
  if (isDead(otherwise) && alive.length > 0) {
    // What cannot happen may go the way of the last case.
    otherwise = alive[alive.length - 1].to
    changed = true
  }
  const kept = alive.filter((c) => c.to !== otherwise)
  if (kept.length < cases.length) changed = true
  if (!changed && kept.length > 1) return false
  const left = new Set([otherwise, ...kept.map((c) => c.to)])
  for (const to of new Set(term.to)) if (!left.has(to)) cutEdge(cut, block, to)
  const at = term.at && { at: term.at }
  if (kept.length === 0) block.term = { kind: 'br', args: [], to: [otherwise], ...at }
  else if (kept.length === 1) {
    const is = equals(fn, value, kept[0].value, term.at)
    block.instrs.push(is)
    block.term = { kind: 'condbr', args: [is], to: [kept[0].to, otherwise], ...at }
  } else block.term = { kind: 'switch', args: [value], to: [otherwise, ...kept.map((c) => c.to)], cases: kept.map((c) => c.value), ...at }
  return true
}

function equals(fn: Func, value: Value, literal: bigint, at: Term['at']): Instr {
  return { kind: 'cmp', type: 'i1', pred: 'eq', id: fn.nextId++, args: [value, constant(value.type, literal)], ...(at && { at }) }
}

/** Replaces phis that can only have one value. */
function foldPhis(fn: Func): boolean {
  const replacement = new Map<Value, Value>()
  const isThere = dominance(fn)
  for (const block of fn.blocks) {
    block.instrs = block.instrs.filter((i) => {
      if (i.kind !== 'phi') return true
      const others = [...new Set(i.args.filter((a) => a !== i))]
      const defined = others.filter((a) => a.kind !== 'undef')
      // What is undefined may be anything, so also what the others are, where that is there on all ways.
      const list = defined.length > 0 && defined.length < others.length && defined.every((a) => isThere(a, block)) ? defined : others
      const [only] = list
      if (only === undefined || (list.length > 1 && !sameLiteral(list))) return true
      replacement.set(i, only)
      return false
    })
  }
  replaceValues(fn, replacement)
  return replacement.size > 0
}

/** Whether a value is computed before a block on every way to it; the graph is looked at when it is first asked. */
function dominance(fn: Func): (v: Value, block: Block) => boolean {
  let facts: { readonly cfg: Cfg; readonly home: ReadonlyMap<Value, Block> } | undefined
  return (v, block) => {
    if (!isInstr(v)) return true
    facts ??= { cfg: makeCfg(fn), home: new Map(fn.blocks.flatMap((b) => b.instrs.map((i): [Value, Block] => [i, b]))) }
    const home = facts.home.get(v)
    return home !== undefined && home !== block && dominates(facts.cfg, home, block)
  }
}

const sameLiteral = (values: readonly Value[]): boolean => {
  const [first] = values
  return first.kind === 'const' && values.every((v) => v.kind === 'const' && v.value === first.value && v.type === first.type)
}

/** Joins a block to the only one that jumps to it. */
function mergeChains(fn: Func): boolean {
  const preds = new Map<Block, number>()
  for (const b of fn.blocks) for (const to of successors(b)) preds.set(to, (preds.get(to) ?? 0) + 1)
  const into = new Map<Block, Block>()
  for (const block of fn.blocks) {
    if (into.has(block)) continue
    for (;;) {
      const { term } = block
      if (term.kind !== 'br') break
      const [next] = term.to
      if (next === block || next === fn.blocks[0] || preds.get(next) !== 1 || phisOf(next).length > 0) break
      for (const i of next.instrs) block.instrs.push(i)
      block.term = next.term
      if (next.loop && !block.loop) block.loop = next.loop
      into.set(next, block)
    }
  }
  if (into.size === 0) return false
  const final = (block: Block): Block => {
    let at = block
    for (let next = into.get(at); next; next = into.get(at)) at = next
    return at
  }
  fn.blocks = fn.blocks.filter((b) => !into.has(b))
  for (const b of fn.blocks) for (const phi of phisOf(b)) phi.from = phi.from.map(final)
  return true
}

/** Lets the predecessors of a block that only jumps on jump there themselves. */
function skipEmpty(fn: Func): boolean {
  const s: Skipping = {
    preds: new Map(fn.blocks.map((b) => [b, new Set()])),
    entries: new Map(),
    users: undefined,
    moved: new Map(),
    lost: new Set(),
  }
  for (const b of fn.blocks) for (const to of successors(b)) s.preds.get(to)!.add(b)
  let changed = false
  for (const block of fn.blocks) {
    if (block === fn.blocks[0] || block.term.kind !== 'br') continue
    const [to] = block.term.to
    if (to === block || !block.instrs.every((i) => i.kind === 'dbg' || i.kind === 'phi')) continue
    const preds = s.preds.get(block)!
    if (preds.size === 0 || !canSkip(s, fn, block, to, preds)) continue
    skip(s, block, to, preds)
    changed = true
  }
  for (const [phi, entries] of s.entries) {
    phi.from = [...entries.keys()]
    phi.args = [...entries.values()]
  }
  for (const [from, targets] of s.moved) {
    const final = (b: Block): Block => {
      let at = b
      for (let next = targets.get(at); next; next = targets.get(at)) at = next
      // What leads there over many blocks leads there at once from now on.
      for (let k = b; k !== at; ) {
        const next = targets.get(k)!
        targets.set(k, at)
        k = next
      }
      return at
    }
    from.term.to = from.term.to.map(final)
  }
  if (s.lost.size > 0) for (const b of fn.blocks) forgetInRecords(b, s.lost)
  if (changed) removeUnreachable(fn)
  return changed
}

/** What is known while blocks are skipped. Long lists (of a phi, of a switch) are changed in the end, once. */
interface Skipping {
  readonly preds: Map<Block, Set<Block>>
  readonly entries: Map<Phi, Map<Block, Value>>
  /** Phis and other instructions that read a phi; made when first asked for. */
  users: Map<Value, Map<Instr | Term, Block>> | undefined
  /** Where a switch goes instead. */
  readonly moved: Map<Block, Map<Block, Block>>
  /** Phis of blocks that were skipped. */
  readonly lost: Set<Value>
}

function entriesOf(s: Skipping, phi: Phi): Map<Block, Value> {
  let entries = s.entries.get(phi)
  if (!entries) s.entries.set(phi, (entries = new Map(phi.from.map((b, k) => [b, phi.args[k]]))))
  return entries
}

function skip(s: Skipping, block: Block, to: Block, preds: ReadonlySet<Block>): void {
  for (const phi of phisOf(to)) {
    const entries = entriesOf(s, phi)
    const through = entries.get(block)!
    entries.delete(block)
    for (const p of preds) {
      if (entries.has(p)) continue
      const v = passedThrough(s, through, block, p)
      entries.set(p, v)
      if (s.users && isKind(v, 'phi')) addUser(s.users, v, phi, to)
    }
  }
  const toPreds = s.preds.get(to)!
  toPreds.delete(block)
  for (const p of preds) {
    toPreds.add(p)
    if (p.term.kind !== 'switch') retarget(p, block, to)
    else s.moved.set(p, (s.moved.get(p) ?? new Map<Block, Block>()).set(block, to))
  }
  s.preds.set(block, new Set())
  if (block.loop && !to.loop) to.loop = block.loop
  for (const phi of phisOf(block)) {
    s.lost.add(phi)
    if (s.users) for (const v of entriesOf(s, phi).values()) s.users.get(v)?.delete(phi)
  }
  block.instrs = []
  block.term = { kind: 'unreachable', args: [], to: [] }
}

/** What a value is when the block is entered from `pred`: its own phis choose. */
function passedThrough(s: Skipping, v: Value, block: Block, pred: Block): Value {
  return isKind(v, 'phi') && block.instrs.includes(v) ? entriesOf(s, v).get(pred)! : v
}

function addUser(users: NonNullable<Skipping['users']>, v: Value, by: Instr | Term, at: Block): void {
  const known = users.get(v)
  if (known) known.set(by, at)
  else users.set(v, new Map([[by, at]]))
}

function usersOfPhis(s: Skipping, fn: Func): NonNullable<Skipping['users']> {
  const users: NonNullable<Skipping['users']> = new Map()
  for (const b of fn.blocks) {
    for (const i of [...b.instrs, b.term]) {
      if (i.kind === 'dbg') continue
      const args = (i.kind === 'phi' && s.entries.get(i)?.values()) || i.args
      for (const a of args) if (isKind(a, 'phi')) addUser(users, a, i, b)
    }
  }
  return users
}

function canSkip(s: Skipping, fn: Func, block: Block, to: Block, preds: ReadonlySet<Block>): boolean {
  // Its phis may be used by the next block's phis for this edge, and nowhere else.
  for (const own of phisOf(block)) {
    s.users ??= usersOfPhis(s, fn)
    for (const [i, b] of s.users.get(own) ?? []) {
      if (i.kind !== 'phi' || b !== to) return false
      for (const [from, v] of entriesOf(s, i)) if (v === own && from !== block) return false
    }
  }
  const targetPhis = phisOf(to)
  if (targetPhis.length === 0) return true
  const toPreds = entriesOf(s, targetPhis[0])
  for (const p of preds) {
    // Both ways of one branch would end in one phi entry.
    if (!toPreds.has(p)) continue
    for (const phi of targetPhis) {
      const here = passedThrough(s, entriesOf(s, phi).get(block)!, block, p)
      const there = entriesOf(s, phi).get(p)!
      if (here !== there && !sameLiteral([here, there])) return false
    }
  }
  // Two edges of one switch or branch become one; a phi has one entry for both, so that is fine.
  return true
}
