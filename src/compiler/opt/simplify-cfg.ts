// Tidies the graph of blocks: branches on literals, empty blocks, chains, phis that choose nothing, ways into `unreachable`.
//
// Gives: only reachable blocks; no block that merely jumps on (unless a phi needs it); no block with one predecessor that jumps to it alone.
import {
  type Block,
  type Cfg,
  constant,
  dominates,
  type Func,
  type Instr,
  isInstr,
  isKind,
  makeCfg,
  phisOf,
  removePhiEntry,
  removeUnreachable,
  renamePhiEntry,
  replaceValues,
  retarget,
  successors,
  type Term,
  type Value,
} from '../ir/index.ts'

export function simplifyCfg(fn: Func): void {
  for (let changed = true; changed; ) {
    changed = removeUnreachable(fn)
    for (const block of fn.blocks) if (foldTerm(fn, block)) changed = true
    if (removeUnreachable(fn)) changed = true
    if (foldPhis(fn)) changed = true
    if (mergeChains(fn)) changed = true
    if (skipEmpty(fn)) changed = true
  }
}

/** Predecessors of each block; the unreachable are gone. */
function predecessors(fn: Func): Map<Block, Block[]> {
  const preds = new Map<Block, Block[]>(fn.blocks.map((b) => [b, []]))
  for (const b of fn.blocks) for (const to of successors(b)) preds.get(to)!.push(b)
  return preds
}

/** Goes to one of the targets alone. */
function goOnlyTo(block: Block, to: Block): void {
  const { term } = block
  for (const other of new Set(term.to)) if (other !== to) removePhiEntry(other, block)
  block.term = { kind: 'br', args: [], to: [to], ...(term.at && { at: term.at }) }
}

/** A block that does nothing before it is known never to run. */
const isDead = (b: Block): boolean =>
  b.term.kind === 'unreachable' && b.instrs.every((i) => i.kind === 'dbg' || i.kind === 'phi' || i.kind === 'lifetime')

function foldTerm(fn: Func, block: Block): boolean {
  const { term } = block
  switch (term.kind) {
    case 'condbr':
      return foldCondBr(block, term)
    case 'switch':
      return foldSwitch(fn, block, term)
    default:
      return false
  }
}

function foldCondBr(block: Block, term: Extract<Term, { kind: 'condbr' }>): boolean {
  const [yes, no] = term.to
  const cond = term.args[0]
  if (yes === no) goOnlyTo(block, yes)
  else if (cond.kind === 'const') goOnlyTo(block, cond.value === 1n ? yes : no)
  else if (cond.kind === 'undef' || isDead(yes)) goOnlyTo(block, no)
  else if (isDead(no)) goOnlyTo(block, yes)
  else return false
  return true
}

function foldSwitch(fn: Func, block: Block, term: Extract<Term, { kind: 'switch' }>): boolean {
  const value = term.args[0]
  if (value.kind === 'const') {
    goOnlyTo(block, term.to[term.cases.indexOf(value.value) + 1])
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
  for (const to of new Set(term.to)) if (!left.has(to)) removePhiEntry(to, block)
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
  const preds = predecessors(fn)
  const gone = new Set<Block>()
  for (const block of fn.blocks) {
    if (gone.has(block)) continue
    for (;;) {
      const { term } = block
      if (term.kind !== 'br') break
      const [next] = term.to
      if (next === block || next === fn.blocks[0] || preds.get(next)!.length !== 1 || phisOf(next).length > 0) break
      block.instrs.push(...next.instrs)
      block.term = next.term
      if (next.loop && !block.loop) block.loop = next.loop
      for (const to of new Set(next.term.to)) {
        renamePhiEntry(to, next, block)
        const list = preds.get(to)!
        list[list.indexOf(next)] = block
      }
      gone.add(next)
    }
  }
  if (gone.size > 0) fn.blocks = fn.blocks.filter((b) => !gone.has(b))
  return gone.size > 0
}

/** Lets the predecessors of a block that only jumps on jump there themselves. */
function skipEmpty(fn: Func): boolean {
  let changed = false
  const predsOf = predecessors(fn)
  for (const block of fn.blocks) {
    if (block === fn.blocks[0] || block.term.kind !== 'br') continue
    const [to] = block.term.to
    if (to === block || !block.instrs.every((i) => i.kind === 'dbg' || i.kind === 'phi')) continue
    const preds = predsOf.get(block)!
    if (preds.length === 0 || !canSkip(fn, block, to, preds)) continue
    for (const phi of phisOf(to)) {
      const k = phi.from.indexOf(block)
      const through = phi.args[k]
      phi.from.splice(k, 1)
      phi.args.splice(k, 1)
      for (const p of preds) {
        if (phi.from.includes(p)) continue
        phi.from.push(p)
        phi.args.push(passedThrough(through, block, p))
      }
    }
    for (const p of preds) retarget(p, block, to)
    predsOf.set(to, [...new Set([...predsOf.get(to)!.filter((p) => p !== block), ...preds])])
    predsOf.set(block, [])
    if (block.loop && !to.loop) to.loop = block.loop
    block.instrs = []
    block.term = { kind: 'unreachable', args: [], to: [] }
    changed = true
  }
  if (changed) removeUnreachable(fn)
  return changed
}

/** What a value is when the block is entered from `pred`: its own phis choose. */
function passedThrough(v: Value, block: Block, pred: Block): Value {
  if (!isKind(v, 'phi') || !block.instrs.includes(v)) return v
  return v.args[v.from.indexOf(pred)]
}

function canSkip(fn: Func, block: Block, to: Block, preds: readonly Block[]): boolean {
  const targetPhis = phisOf(to)
  const own = phisOf(block)
  // Its phis may be used by the next block's phis for this edge, and nowhere else.
  if (own.length > 0) {
    const set = new Set<Value>(own)
    for (const b of fn.blocks) {
      for (const i of b.instrs) {
        for (const [k, a] of i.args.entries()) {
          if (!isInstr(a) || !set.has(a) || i.kind === 'dbg') continue
          if (i.kind !== 'phi' || b !== to || i.from[k] !== block) return false
        }
      }
      if (b.term.args.some((a) => set.has(a))) return false
    }
  }
  const toPreds = new Set(targetPhis[0]?.from ?? [])
  for (const p of preds) {
    // Both ways of one branch would end in one phi entry.
    if (targetPhis.length === 0 || !toPreds.has(p)) continue
    for (const phi of targetPhis) {
      const here = passedThrough(phi.args[phi.from.indexOf(block)], block, p)
      const there = phi.args[phi.from.indexOf(p)]
      if (here !== there && !sameLiteral([here, there])) return false
    }
  }
  // Two edges of one switch or branch become one; a phi has one entry for both, so that is fine.
  return true
}
