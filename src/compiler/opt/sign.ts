// Whether a value is certainly not negative at a place: by its bits, by what it is computed from, and by the branches that lead there.
// A question that `divide` asks: BPF before v4 divides unsigned numbers alone.
import { type Block, bitsOf, type Cfg, type Func, type Instr, isInstr, isKind, makeCfg, preorder, signed, type Value } from '../ir/index.ts'
import { knownZero } from './known-bits.ts'

const MAX_DEPTH = 8

export type SignQuestion = (v: Value, at: Block) => boolean

export function makeSignQuestion(fn: Func): SignQuestion {
  const cfg = makeCfg(fn)
  const home = new Map<Value, Block>()
  for (const b of cfg.order) for (const i of b.instrs) home.set(i, b)
  const bound = boundsOf(cfg)
  return (v, at) => nonNegative({ bound, home, open: new Set() }, v, at, 0)
}

interface Search {
  /** Whether a branch that dominates the place lets only values through that are not negative. */
  readonly bound: SignQuestion
  readonly home: ReadonlyMap<Value, Block>
  /** Phis that are being asked: what holds for all other ways in, and is kept on the way round, holds for the loop. */
  readonly open: Set<Value>
}

function nonNegative(s: Search, v: Value, at: Block, depth: number): boolean {
  if (v.kind === 'const') return signed(v) >= 0n
  if ((knownZero(v) >> BigInt(bitsOf(v.type) - 1)) & 1n) return true
  if (depth > MAX_DEPTH) return false
  return s.bound(v, at) || (isInstr(v) && byOperands(s, v, at, depth + 1))
}

function byOperands(s: Search, i: Instr, at: Block, depth: number): boolean {
  const all = (...operands: readonly number[]): boolean => operands.every((k) => nonNegative(s, i.args[k], at, depth))
  switch (i.kind) {
    case 'cast':
      return i.op === 'sext' && all(0)
    case 'select':
      return selects(s, i, at, depth)
    case 'phi': {
      if (s.open.has(i)) return true
      s.open.add(i)
      const into = s.home.get(i)
      const holds = i.args.every((a, k) => nonNegative(s, a, i.from[k], depth) || byEdge(i.from[k], into, a))
      s.open.delete(i)
      return holds
    }
    case 'bin':
      switch (i.op) {
        case 'add':
        case 'mul':
          return i.nsw === true && all(0, 1)
        case 'sdiv':
          return all(0, 1)
        case 'srem':
        case 'ashr':
          return all(0)
        case 'and':
          return all(0) || all(1)
        case 'or':
        case 'xor':
          return all(0, 1)
        default:
          return false
      }
    default:
      return false
  }
}

/** `x < 0 ? -x : x` and `x < 0 ? 0 : x`, beside both sides. */
function selects(s: Search, i: Extract<Instr, { kind: 'select' }>, at: Block, depth: number): boolean {
  return [0, 1].every((k) => {
    const side = i.args[k + 1]
    return nonNegative(s, side, at, depth) || implies(i.args[0], k === 0, side)
  })
}

/**
 * By value, the parts of the dominator tree that only a branch leads into which lets no negative one through: intervals of the tree's preorder
 * that do not meet, so that a question costs the logarithm of their number, however high the tree.
 */
function boundsOf(cfg: Cfg): SignQuestion {
  const { first, last } = preorder(cfg)
  const parts = new Map<Value, number[]>()
  for (const k of [...cfg.order.keys()].sort((a, b) => first[a] - first[b])) {
    // Only an edge that is the one way in says something of all that the block dominates.
    if (k === 0 || cfg.preds[k].length !== 1) continue
    const { term } = cfg.preds[k][0]
    if (term.kind !== 'condbr' || term.to[0] === term.to[1]) continue
    const yes = term.to[0] === cfg.order[k]
    for (const v of compared(term.args[0])) {
      if (!implies(term.args[0], yes, v)) continue
      const of = parts.get(v)
      if (!of) parts.set(v, [k])
      else if (first[k] > last[of[of.length - 1]]) of.push(k)
    }
  }
  return (v, at) => {
    const of = parts.get(v)
    const k = cfg.index.get(at)
    if (!of || k === undefined) return false
    const nearest = of[lastAtMost(of, first, first[k])]
    return nearest !== undefined && first[k] <= last[nearest]
  }
}

/** Position of the last of `of` whose number is at most `most`; -1 where none is. */
function lastAtMost(of: readonly number[], number: Int32Array, most: number): number {
  let [low, high] = [0, of.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (number[of[middle]] <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** What a condition compares with literals. */
function compared(condition: Value): Value[] {
  if (isKind(condition, 'bin')) return condition.args.flatMap(compared)
  return isKind(condition, 'cmp') && condition.args[1].kind === 'const' ? [condition.args[0]] : []
}

/** Whether the branch that goes from one block straight to another lets only values through that are not negative. */
function byEdge(from: Block, to: Block | undefined, v: Value): boolean {
  const { term } = from
  return term.kind === 'condbr' && term.to[0] !== term.to[1] && implies(term.args[0], term.to[0] === to, v)
}

/** Whether v >= 0 follows from the condition's being so. */
function implies(condition: Value, holds: boolean, v: Value): boolean {
  if (isKind(condition, 'bin') && condition.type === 'i1' && condition.op === (holds ? 'and' : 'or')) {
    return implies(condition.args[0], holds, v) || implies(condition.args[1], holds, v)
  }
  if (!isKind(condition, 'cmp') || condition.args[0] !== v || condition.args[1].kind !== 'const') return false
  const bound = condition.args[1]
  const limit = signed(bound)
  switch (condition.pred) {
    case 'slt':
      return !holds && limit >= 0n
    case 'sle':
      return !holds && limit >= -1n
    case 'sgt':
      return holds && limit >= -1n
    case 'sge':
      return holds && limit >= 0n
    case 'ult':
    case 'ule':
      // Below a number that is not negative itself.
      return holds && limit >= 0n
    case 'ugt':
    case 'uge':
      return !holds && limit >= 0n
    case 'eq':
      return holds && limit >= 0n
    case 'ne':
      return !holds && limit >= 0n
    default:
      return false
  }
}
