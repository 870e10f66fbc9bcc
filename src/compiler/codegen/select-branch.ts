// Selection of what ends a block: jumps on comparisons (and on single bits), results, and the copies that phis of the next block need.
// Part of instruction selection (select.ts), over its state (selection.ts); backwards like all of it.
import { assert, never } from '../../base/index.ts'
import type { JumpOp, Operand } from '../../isa/index.ts'
import {
  type Block,
  bitsOf,
  type Cmp,
  invertPred,
  isInstr,
  type Pred,
  phisOf,
  signed,
  swapPred,
  type Term,
  type Value,
} from '../ir/index.ts'
import type { MBlock, MTerm } from './mir.ts'
import { emitAsm } from './select-asm.ts'
import {
  copy,
  type Draft,
  emitAll,
  fitsS32,
  isWanted,
  moveTo,
  newReg,
  operandOf,
  recipe,
  regOf,
  type State,
  unaliased,
  widthOf,
} from './selection.ts'

const PRED_TO_JUMP = {
  eq: 'jeq',
  ne: 'jne',
  ugt: 'jgt',
  uge: 'jge',
  ult: 'jlt',
  ule: 'jle',
  sgt: 'jsgt',
  sge: 'jsge',
  slt: 'jslt',
  sle: 'jsle',
} as const satisfies Record<Pred, JumpOp>

export function selectTerm(s: State, block: Block): MTerm {
  const { term } = block
  const at = term.at && { at: term.at }
  const to = (b: Block): MBlock => s.blocks.get(b)!
  switch (term.kind) {
    case 'br':
      phiCopies(s, block, term.to[0])
      return { kind: 'goto', to: [to(term.to[0])], ...at }
    case 'condbr':
      return selectCondBr(s, term, [to(term.to[0]), to(term.to[1])])
    case 'ret':
      if (term.args.length > 0) moveTo(s, 0, term.args[0])
      return { kind: 'exit', value: term.args.length > 0, to: [], ...at }
    case 'unreachable':
      return s.fn.naked ? { kind: 'end', to: [], ...at } : { kind: 'exit', value: false, to: [], ...at }
    case 'asmgoto':
      emitAsm(s, term, [])
      return { kind: 'asm', to: term.to.map(to), ...at }
    case 'switch':
      assert(false, 'switch is lowered before selection')
      return { kind: 'exit', value: false, to: [] }
    default:
      return never(term)
  }
}

function selectCondBr(s: State, term: Extract<Term, { kind: 'condbr' }>, targets: [MBlock, MBlock]): MTerm {
  const cond = term.args[0]
  const at = term.at && { at: term.at }
  if (!isInstr(cond)) return { kind: 'goto', to: [targets[cond.kind === 'const' && cond.value === 1n ? 0 : 1]], ...at }
  assert(cond.kind === 'cmp', 'conditions are comparisons')
  const j = comparison(s, cond)
  const to = j.inverted ? [targets[1], targets[0]] : targets
  const likely = term.likely === undefined ? {} : { likely: (j.inverted ? 1 - term.likely : term.likely) as 0 | 1 }
  return { kind: 'jump', op: j.op, width: j.width, dst: j.dst, src: j.src, to, ...likely, ...at }
}

interface Comparison {
  readonly op: JumpOp
  readonly width: 32 | 64
  readonly dst: number
  readonly src: Operand
  /** The jump is taken where the comparison does not hold. */
  readonly inverted: boolean
}

function comparison(s: State, cmp: Cmp): Comparison {
  let { pred } = cmp
  let [left, right] = cmp.args
  if (left.kind === 'const' && right.kind !== 'const') {
    ;[left, right] = [right, left]
    pred = swapPred(pred)
  }
  const width = widthOf(left)
  const mask = testedBits(s, pred, left, right)
  if (mask) {
    const src = operandOf(s, mask[1])
    return { op: 'jset', width, dst: regOf(s, mask[0]), src, inverted: pred === 'eq' }
  }
  let inverted = false
  if (s.target.cpu < 2 && (pred === 'ult' || pred === 'ule' || pred === 'slt' || pred === 'sle')) {
    if (right.kind === 'const') {
      pred = invertPred(pred)
      inverted = true
    } else {
      ;[left, right] = [right, left]
      pred = swapPred(pred)
    }
  }
  return { op: PRED_TO_JUMP[pred], width, dst: regOf(s, left), src: operandOf(s, right), inverted }
}

/** The operands of an `and` that is only compared with 0, where one jump can do both. */
function testedBits(s: State, pred: Pred, left: Value, right: Value): readonly [Value, Value] | undefined {
  if ((pred !== 'eq' && pred !== 'ne') || right.kind !== 'const' || right.value !== 0n) return undefined
  if (!isInstr(left) || left.kind !== 'bin' || left.op !== 'and' || s.counts.get(left) !== 1 || isWanted(s, left)) return undefined
  const [x, y] = left.args
  return y.kind === 'const' && bitsOf(y.type) === 64 && !fitsS32(signed(y)) ? undefined : [x, y]
}

/** The copies that phis of `to` need at the end of `block`, as if done all at once. */
function phiCopies(s: State, block: Block, to: Block): void {
  const moves: { readonly dst: number; src: number }[] = []
  const made: Draft[] = []
  for (const phi of phisOf(to)) {
    const dst = regOf(s, phi)
    const v = unaliased(s, phi.args[phi.from.indexOf(block)])
    const how = recipe(s, v)
    if (how) made.push(...how.ops(dst))
    else if (regOf(s, v) !== dst) moves.push({ dst, src: regOf(s, v) })
  }
  const ordered: Draft[] = []
  while (moves.length > 0) {
    const k = moves.findIndex((m) => !moves.some((o) => o !== m && o.src === m.dst))
    if (k >= 0) {
      const [m] = moves.splice(k, 1)
      ordered.push(copy(m.dst, m.src))
      continue
    }
    const spare = newReg(s)
    const { dst } = moves[0]
    ordered.push(copy(spare, dst))
    for (const m of moves) if (m.src === dst) m.src = spare
  }
  emitAll(s, [...ordered, ...made])
}
