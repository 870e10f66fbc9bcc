// Lets a predecessor that decides how a block will branch go where it leads at once: `ok = a && b; if (ok)` tests nothing twice.
//
// A block can be passed by if all it does is choose (phis), compute without effect what its branch asks, and branch on it; the branch
// is decided for a predecessor if it folds to a literal with that predecessor's values in the phis. Values of the block that are used
// elsewhere are repaired. Loop headers are left alone, so that loops stay loops.
import {
  type Block,
  bitsOf,
  type Cfg,
  dominates,
  evalBin,
  evalCast,
  evalCmp,
  type Func,
  forgetInRecords,
  type Instr,
  isInstr,
  isKind,
  isPure,
  makeCfg,
  phisOf,
  removePhiEntry,
  removeUnreachable,
  repairSsa,
  retarget,
  usersOf,
  type Value,
  type Variable,
} from '../ir/index.ts'
import { heldOnEdge } from './facts.ts'
import { alwaysHolds, visibleRange } from './known-bits.ts'

const MOST_INSTRS = 4

export function jumpThreading(fn: Func): void {
  for (let round = 0; round < 64; round++) {
    const cfg = makeCfg(fn)
    const uses = usesOf(fn)
    let changed = false
    for (const block of cfg.order) {
      if (!threadThrough(fn, cfg, uses, block)) continue
      changed = true
      break
    }
    if (!changed) return
  }
}

/** Who uses a value: instructions, and blocks whose terminators do. */
interface Uses {
  readonly users: ReadonlyMap<Value, readonly Instr[]>
  readonly terms: ReadonlyMap<Value, readonly Block[]>
}

function usesOf(fn: Func): Uses {
  const terms = new Map<Value, Block[]>()
  for (const b of fn.blocks) {
    for (const a of b.term.args) {
      const known = terms.get(a)
      if (known) known.push(b)
      else terms.set(a, [b])
    }
  }
  return { users: usersOf(fn), terms }
}

function threadThrough(fn: Func, cfg: Cfg, uses: Uses, block: Block): boolean {
  const { term } = block
  if (term.kind !== 'condbr' && term.kind !== 'switch') return false
  const k = cfg.index.get(block)!
  const preds = cfg.preds[k]
  if (k === 0 || preds.length < 2 || preds.some((p) => dominates(cfg, block, p)) || !canPass(uses, block)) return false
  const decided: { pred: Block; to: Block; values: Map<Value, Value> }[] = []
  for (const pred of preds) {
    const values = valuesFrom(block, pred)
    const to = targetOf(block, values) ?? targetByFacts(cfg, block, pred, values)
    // A branch of the predecessor with both ways into the block has one phi entry for two edges: leave it.
    if (to && to !== block) decided.push({ pred, to, values })
  }
  if (decided.length === 0) return false
  const before = new Map<Value, Map<Block, Value>>()
  for (const i of block.instrs) if (i.type !== 'void') before.set(i, new Map([[block, i]]))
  for (const { pred, to, values } of decided) {
    // Where the predecessor leads there already, the way round the block needs a place of its own for the phis.
    const direct = pred.term.to.includes(to)
    const from = direct && phisOf(to).length > 0 ? newBlock(fn, to) : pred
    for (const phi of phisOf(to)) {
      const through = phi.args[phi.from.indexOf(block)]
      phi.from.push(from)
      phi.args.push(values.get(through) ?? through)
    }
    for (const [old, defs] of before) {
      const value = values.get(old)
      if (value) defs.set(pred, value)
    }
    retarget(pred, block, from === pred ? to : from)
    removePhiEntry(block, pred)
  }
  // Where everything goes round the block, it is gone, and what only it led to: phis behind that take nothing from there any more.
  removeUnreachable(fn)
  const variables = [...before].map(([old, defs]): Variable => ({ old, defs }))
  repairSsa(
    fn,
    variables.filter((v) => v.defs.size > 1),
  )
  forgetLost(fn, block, new Set(variables.filter((v) => v.defs.size === 1).map((v) => v.old)))
  return true
}

/** What the block alone computes is not known where it no longer leads for certain; `canPass` leaves only debug records there. */
function forgetLost(fn: Func, block: Block, lost: ReadonlySet<Value>): void {
  if (lost.size === 0) return
  const cfg = makeCfg(fn)
  const isThere = cfg.index.has(block)
  for (const b of cfg.order) {
    if (isThere && dominates(cfg, block, b)) continue
    forgetInRecords(b, lost)
  }
}

function newBlock(fn: Func, to: Block): Block {
  const made: Block = { id: fn.nextId++, hint: 'thread', instrs: [], term: { kind: 'br', args: [], to: [to] } }
  fn.blocks.push(made)
  return made
}

/** Whether going round the block loses nothing but what can be computed again from its phis. */
function canPass({ users, terms }: Uses, block: Block): boolean {
  const { instrs } = block
  let computed = 0
  for (const i of instrs) {
    if (i.kind === 'phi' || i.kind === 'dbg' || (i.kind === 'lifetime' && !i.start)) continue
    if (!isPure(i) || ++computed > MOST_INSTRS) return false
  }
  if (computed === 0) return true
  // Computed values may be used in the block only: elsewhere they would have to be made anew.
  const own = new Set<Value>(instrs)
  return instrs.every((i) => {
    if (i.kind === 'phi' || i.kind === 'dbg' || i.kind === 'lifetime') return true
    return (terms.get(i) ?? []).every((b) => b === block) && (users.get(i) ?? []).every((u) => u.kind === 'dbg' || own.has(u))
  })
}

/** What the block's values are when it is entered from `pred`, as far as that folds. */
function valuesFrom(block: Block, pred: Block): Map<Value, Value> {
  const values = new Map<Value, Value>()
  for (const i of block.instrs) {
    if (i.kind === 'phi') values.set(i, i.args[i.from.indexOf(pred)])
    else {
      const folded = fold(i, values)
      if (folded) values.set(i, folded)
    }
  }
  return values
}

function fold(i: Instr, values: ReadonlyMap<Value, Value>): Value | undefined {
  const args = i.args.map((a) => values.get(a) ?? a)
  const literal = (k: number): bigint | undefined => {
    const a = args[k]
    return a.kind === 'const' ? a.value : undefined
  }
  const [a, b] = [args.length > 0 ? literal(0) : undefined, args.length > 1 ? literal(1) : undefined]
  const made = (value: bigint): Value => ({ kind: 'const', type: i.type, value })
  switch (i.kind) {
    case 'cmp':
      if (a !== undefined && b !== undefined) return made(evalCmp(i.pred, bitsOf(args[0].type), a, b) ? 1n : 0n)
      if (b !== undefined) {
        const holds = alwaysHolds(i.pred, visibleRange(args[0]), b)
        return holds === undefined ? undefined : made(holds ? 1n : 0n)
      }
      if (args[0] === args[1] && isInstr(args[0])) return made(['eq', 'ule', 'uge', 'sle', 'sge'].includes(i.pred) ? 1n : 0n)
      return undefined
    case 'cast':
      return a === undefined ? undefined : made(evalCast(i.op, bitsOf(args[0].type), bitsOf(i.type), a))
    case 'bin':
      if (a !== undefined && b !== undefined) return made(evalBin(i.op, bitsOf(i.type), a, b))
      return i.op === 'and' && (a === 0n || b === 0n) ? made(0n) : undefined
    case 'select':
      return a === undefined ? undefined : args[a === 1n ? 1 : 2]
    default:
      return undefined
  }
}

/** Where the branch goes for a predecessor whose own branches, and those before it, have decided it. */
function targetByFacts(cfg: Cfg, block: Block, pred: Block, values: ReadonlyMap<Value, Value>): Block | undefined {
  const { term } = block
  const [asked] = term.args
  if (term.kind !== 'condbr' || !isKind(asked, 'cmp')) return undefined
  const [left, right] = asked.args.map((a) => values.get(a) ?? a)
  const holds = heldOnEdge(cfg, pred, block, { pred: asked.pred, left, right })
  return holds === undefined ? undefined : term.to[holds ? 0 : 1]
}

function targetOf(block: Block, values: ReadonlyMap<Value, Value>): Block | undefined {
  const { term } = block
  const asked = values.get(term.args[0]) ?? term.args[0]
  if (asked.kind !== 'const') return undefined
  if (term.kind === 'condbr') return term.to[asked.value === 1n ? 0 : 1]
  return term.kind === 'switch' ? term.to[term.cases.indexOf(asked.value) + 1] : undefined
}
