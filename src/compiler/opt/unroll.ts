// Unrolls loops that run a known number of times: those that `#pragma unroll` or its kin names, and innermost ones that stay small, as clang
// does. What a turn does at a known index needs neither the counter nor the test, in the code and in the verifier's walk.
//
// The number is found by running what the exit's condition depends on, on literals. Each turn becomes a copy of the loop's blocks; the
// original is the last turn, whose exit is certain, so that no way back remains. Values used after the loop are repaired.
// Needs SSA and reachable blocks. Inner loops come first.
import {
  type Block,
  bitsOf,
  type Cfg,
  cloneBlocks,
  dominates,
  evalBin,
  evalCast,
  evalCmp,
  type Func,
  isInstr,
  isKind,
  type Loop,
  makeCfg,
  naturalLoops,
  phisOf,
  removePhiEntry,
  removeUnreachable,
  repairSsa,
  type Value,
} from '../ir/index.ts'

/** Instructions of all turns together where C asks for it and where it does not (LLVM: UnrollThreshold); turns that are tried out. */
const ASKED = 16_384
const UNASKED = 150
const MOST_TURNS = 4096

export function unroll(fn: Func): void {
  const tried = new Set<Block>()
  while (unrollNext(fn, tried)) {}
}

/** Unrolls the next loop that is worth it; false if there is none. The graph is another afterwards. */
function unrollNext(fn: Func, tried: Set<Block>): boolean {
  const cfg = makeCfg(fn)
  const loops = naturalLoops(cfg)
  for (const loop of loops) {
    if (tried.has(loop.header)) continue
    tried.add(loop.header)
    const most = mostTurns(loop, loops)
    if (most === 0) continue
    const turns = turnsOf(cfg, loop, most)
    if (!turns) continue
    copyTurns(fn, cfg, loop, turns)
    return true
  }
  return false
}

interface Turns {
  /** How often the exit is passed by before it is taken. */
  readonly count: number
  readonly exiting: Block
  readonly exit: Block
}

/** How many turns of the loop may stand one after the other. */
function mostTurns(loop: Loop, all: readonly Loop[]): number {
  const { hint } = loop
  if (hint?.unroll === 'disable') return 0
  if (!hint && all.some((l) => l.header !== loop.header && loop.blocks.has(l.header))) return 0
  let size = 0
  for (const b of loop.blocks) size += 1 + b.instrs.filter((i) => i.kind !== 'dbg' && i.kind !== 'phi' && i.kind !== 'lifetime').length
  return Math.min(MOST_TURNS, Math.floor((hint ? ASKED : UNASKED) / size), hint?.unroll === 'count' ? hint.count : MOST_TURNS)
}

/** Runs the loop's counters on literals until an exit that every turn passes is taken, for so many turns at most. */
function turnsOf(cfg: Cfg, loop: Loop, most: number): Turns | undefined {
  if (loop.latches.length !== 1) return undefined
  const [latch] = loop.latches
  for (const exiting of loop.blocks) {
    if (exiting.term.kind !== 'condbr' || !dominates(cfg, exiting, latch)) continue
    const leaving = exiting.term.to.findIndex((b) => !loop.blocks.has(b))
    if (leaving < 0 || exiting.term.to.every((b) => !loop.blocks.has(b))) continue
    const count = countTurns(loop, latch, exiting.term.args[0], leaving === 0, most)
    if (count !== undefined) return { count, exiting, exit: exiting.term.to[leaving] }
  }
  return undefined
}

function countTurns(loop: Loop, latch: Block, condition: Value, leavesIf: boolean, most: number): number | undefined {
  const phis = phisOf(loop.header)
  let state = new Map<Value, bigint>()
  for (const phi of phis) {
    const entries = phi.args.filter((_, k) => phi.from[k] !== latch)
    if (entries.length === 1 && entries[0].kind === 'const') state.set(phi, entries[0].value)
  }
  for (let turn = 0; turn <= most; turn++) {
    const known = new Map(state)
    const holds = evaluate(condition, known, loop, 0)
    if (holds === undefined) return undefined
    if ((holds === 1n) === leavesIf) return turn
    const next = new Map<Value, bigint>()
    for (const phi of phis) {
      const value = state.has(phi) ? evaluate(phi.args[phi.from.indexOf(latch)], known, loop, 0) : undefined
      if (value !== undefined) next.set(phi, value)
    }
    state = next
  }
  return undefined
}

const MAX_DEPTH = 16

function evaluate(v: Value, known: Map<Value, bigint>, loop: Loop, depth: number): bigint | undefined {
  if (v.kind === 'const') return v.value
  const have = known.get(v)
  if (have !== undefined || !isInstr(v) || depth > MAX_DEPTH) return have
  const args = v.kind === 'bin' || v.kind === 'cmp' || v.kind === 'cast' ? v.args.map((a) => evaluate(a, known, loop, depth + 1)) : []
  const [a, b] = args
  let value: bigint | undefined
  if (isKind(v, 'bin') && a !== undefined && b !== undefined) value = evalBin(v.op, bitsOf(v.type), a, b)
  else if (isKind(v, 'cmp') && a !== undefined && b !== undefined) value = evalCmp(v.pred, bitsOf(v.args[0].type), a, b) ? 1n : 0n
  else if (isKind(v, 'cast') && a !== undefined) value = evalCast(v.op, bitsOf(v.args[0].type), bitsOf(v.type), a)
  if (value !== undefined) known.set(v, value)
  return value
}

function copyTurns(fn: Func, cfg: Cfg, loop: Loop, { count, exiting, exit }: Turns): void {
  const blocks = cfg.order.filter((b) => loop.blocks.has(b))
  const [latch] = loop.latches
  const { header } = loop
  const outside = cfg.preds[cfg.index.get(header)!].filter((p) => p !== latch)
  const escaping = escapingValues(fn, loop)
  const defs = new Map([...escaping].map(([v, home]) => [v, new Map<Block, Value>([[home, v]])]))
  const made: Block[] = []
  /** What the header's phis get from the turn before; at first, what they got from outside. */
  let before: { readonly value: (v: Value) => Value; readonly latch: Block } | undefined
  for (let turn = 0; turn < count; turn++) {
    const values = new Map<Value, Value>()
    const copies = new Map<Block, Block>()
    made.push(...cloneBlocks(fn, blocks, values, copies))
    const head = copies.get(header)!
    const end = copies.get(latch)!
    delete head.loop
    for (const [k, phi] of phisOf(head).entries()) {
      const original = phisOf(header)[k]
      if (before) {
        const from = before
        phi.args = [from.value(original.args[original.from.indexOf(latch)])]
        phi.from = [from.latch]
      } else {
        phi.args = outside.map((p) => original.args[original.from.indexOf(p)])
        phi.from = [...outside]
      }
    }
    if (before) retargetTo(before.latch, header, head)
    else for (const p of outside) retargetTo(p, header, head)
    // The copy's way back leads to the original until the next turn takes it.
    retargetTo(end, head, header)
    // This turn passes the exit by for certain.
    const passing = copies.get(exiting)!
    passing.term = { kind: 'br', args: [], to: passing.term.to.filter((b) => b !== exit), ...(passing.term.at && { at: passing.term.at }) }
    addExitEntries(loop, copies, values)
    for (const [v, home] of escaping) defs.get(v)!.set(copies.get(home)!, values.get(v) ?? v)
    before = { value: (v) => values.get(v) ?? v, latch: end }
  }
  if (before) {
    for (const phi of phisOf(header)) {
      const last = before.value(phi.args[phi.from.indexOf(latch)])
      const back = phi.args[phi.from.indexOf(latch)]
      phi.args = [last, back]
      phi.from = [before.latch, latch]
    }
  }
  fn.blocks.splice(fn.blocks.indexOf(header), 0, ...made)
  // The last turn leaves for certain.
  for (const to of exiting.term.to) if (to !== exit) removePhiEntry(to, exiting)
  exiting.term = { kind: 'br', args: [], to: [exit], ...(exiting.term.at && { at: exiting.term.at }) }
  delete header.loop
  removeUnreachable(fn)
  repairSsa(
    fn,
    [...defs].map(([old, list]) => ({ old, defs: list })),
  )
}

function retargetTo(block: Block, from: Block, to: Block): void {
  block.term.to = block.term.to.map((b) => (b === from ? to : b))
}

/** Phis outside take from the copies' exits what they take from the original's. */
function addExitEntries(loop: Loop, copies: ReadonlyMap<Block, Block>, values: ReadonlyMap<Value, Value>): void {
  for (const [original, copy] of copies) {
    for (const to of new Set(copy.term.to)) {
      if (!original.term.to.includes(to) || loop.blocks.has(to)) continue
      for (const phi of phisOf(to)) {
        const v = phi.args[phi.from.indexOf(original)]
        phi.from.push(copy)
        phi.args.push(values.get(v) ?? v)
      }
    }
  }
}

/** Values of the loop that something outside uses other than in a phi for a way out of the loop, and their blocks. */
function escapingValues(fn: Func, loop: Loop): Map<Value, Block> {
  const home = new Map<Value, Block>()
  for (const b of loop.blocks) for (const i of b.instrs) if (i.type !== 'void') home.set(i, b)
  const found = new Map<Value, Block>()
  const see = (v: Value): void => {
    const block = home.get(v)
    if (block) found.set(v, block)
  }
  for (const b of fn.blocks) {
    if (loop.blocks.has(b)) continue
    for (const i of b.instrs) for (const [k, a] of i.args.entries()) if (i.kind !== 'phi' || !loop.blocks.has(i.from[k])) see(a)
    b.term.args.forEach(see)
  }
  return found
}
