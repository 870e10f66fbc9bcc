// What the branches that lead to a place say of a comparison: whether it always holds there. Branches on the way up the dominator tree count
// where they let through one way only; unsigned bounds and equalities with literals are put together to a range, anything else is known if it
// was asked before. A question that `correlate` and `jumpThreading` ask.
import { type Block, type Cfg, invertPred, isKind, type Pred, swapPred, type Value } from '../ir/index.ts'
import { alwaysHolds, type Range, visibleRange } from './known-bits.ts'

const MOST_BLOCKS = 64
const DEPTH = 3

export interface Question {
  readonly pred: Pred
  readonly left: Value
  readonly right: Value
}

/** Whether the comparison holds in a block. */
export function heldAt(cfg: Cfg, block: Block, question: Question): boolean | undefined {
  return climb(cfg, block, begin(question))
}

/** Whether it holds on the way from one block straight into another. */
export function heldOnEdge(cfg: Cfg, from: Block, to: Block, question: Question): boolean | undefined {
  const search = begin(question)
  return learnFrom(search, from, to) ?? climb(cfg, from, search)
}

interface Search {
  readonly question: Question
  /** Of the left side, where the right one is a literal. */
  range: Range | undefined
  readonly literal: bigint
  /** Whether the literal itself has been ruled out. */
  excluded: boolean
}

function begin(question: Question): Search {
  const { left, right } = question
  const literal = right.kind === 'const' ? right.value : 0n
  return { question, range: right.kind === 'const' ? visibleRange(left) : undefined, literal, excluded: false }
}

function climb(cfg: Cfg, block: Block, search: Search): boolean | undefined {
  let k = cfg.index.get(block)
  for (let n = 0; k !== undefined && k > 0 && n < MOST_BLOCKS; n++) {
    const preds = cfg.preds[k]
    if (preds.length === 1) {
      const held = learnFrom(search, preds[0], cfg.order[k])
      if (held !== undefined) return held
    }
    k = cfg.idom[k]
  }
  return undefined
}

/** Takes in what a branch says that goes from one block to another. */
function learnFrom(search: Search, from: Block, to: Block): boolean | undefined {
  const { term } = from
  if (term.kind !== 'condbr' || term.to[0] === term.to[1]) return undefined
  const [condition] = term.args
  if (!isKind(condition, 'cmp')) return undefined
  const pred = term.to[0] === to ? condition.pred : invertPred(condition.pred)
  return learn(search, pred, condition.args[0], condition.args[1])
}

function learn(search: Search, pred: Pred, left: Value, right: Value): boolean | undefined {
  const { question, literal } = search
  const straight = same(left, question.left, DEPTH) && same(right, question.right, DEPTH)
  if (straight || (same(left, question.right, DEPTH) && same(right, question.left, DEPTH))) {
    const known = straight ? pred : swapPred(pred)
    if (known === question.pred) return true
    if (known === invertPred(question.pred)) return false
  }
  if (!search.range || right.kind !== 'const' || !same(left, question.left, DEPTH)) return undefined
  if (pred === 'ne' && right.value === literal) search.excluded = true
  search.range = narrowed(search.range, pred, right.value)
  if (search.excluded && (question.pred === 'eq' || question.pred === 'ne')) return question.pred === 'ne'
  return alwaysHolds(question.pred, search.range, literal)
}

function narrowed({ least, most }: Range, pred: Pred, by: bigint): Range {
  const atLeast = (x: bigint): Range => ({ least: x > least ? x : least, most })
  const atMost = (x: bigint): Range => ({ least, most: x < most ? x : most })
  switch (pred) {
    case 'eq':
      return { least: by, most: by }
    case 'ne':
      return by === least ? atLeast(by + 1n) : by === most ? atMost(by - 1n) : { least, most }
    case 'ult':
      return by > 0n ? atMost(by - 1n) : { least, most }
    case 'ule':
      return atMost(by)
    case 'ugt':
      return atLeast(by + 1n)
    case 'uge':
      return atLeast(by)
    default:
      return { least, most }
  }
}

/** Whether two values are the same number whenever both exist: one value, or computed alike from the same. */
function same(a: Value, b: Value, depth: number): boolean {
  if (a === b) return true
  if (a.kind === 'const' && b.kind === 'const') return a.type === b.type && a.value === b.value
  if (depth === 0) return false
  const alike =
    (isKind(a, 'ptradd') && isKind(b, 'ptradd')) ||
    (isKind(a, 'cast') && isKind(b, 'cast') && a.op === b.op && a.type === b.type) ||
    (isKind(a, 'bin') && isKind(b, 'bin') && a.op === b.op && a.type === b.type)
  return alike && a.args.length === b.args.length && a.args.every((x, k) => same(x, b.args[k], depth - 1))
}
