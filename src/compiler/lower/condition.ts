// Conditions: expressions as branches (&&, || and ! become control flow) and as one bit.
import { addBlock, type Block, constant, type Pred, type Value } from '../ir/index.ts'
import { type CType, integerOf, type TExpr } from '../sema/index.ts'
import { enter, isWide, type L, mark } from './state.ts'
import { wideCompare, wideTruth, wideValue } from './wide.ts'

type CompareOp = (TExpr & { readonly kind: 'compare' })['op']

const SIGNED: Readonly<Record<CompareOp, Pred>> = { '==': 'eq', '!=': 'ne', '<': 'slt', '<=': 'sle', '>': 'sgt', '>=': 'sge' }
const UNSIGNED: Readonly<Record<CompareOp, Pred>> = { '==': 'eq', '!=': 'ne', '<': 'ult', '<=': 'ule', '>': 'ugt', '>=': 'uge' }

/** Pointers compare like unsigned numbers. */
export const predicate = (op: CompareOp, t: CType): Pred => (integerOf(t)?.signed ? SIGNED : UNSIGNED)[op]

/** Branches on an expression. */
export function branch(l: L, e: TExpr, yes: Block, no: Block, likely?: 0 | 1): void {
  switch (e.kind) {
    case 'const':
      l.b.br(e.value !== 0n ? yes : no)
      return
    case 'not':
      branch(l, e.operand, no, yes, likely === undefined ? undefined : likely === 0 ? 1 : 0)
      return
    case 'logical': {
      const right = addBlock(l.fn, e.op === '&&' ? 'and.rhs' : 'or.rhs')
      if (e.op === '&&') branch(l, e.left, right, no, likely)
      else branch(l, e.left, yes, right, likely)
      l.b.block = right
      branch(l, e.right, yes, no, likely)
      return
    }
    case 'cast':
      // To _Bool and back to int: the same truth.
      if (integerOf(e.type) && (widens(e) || integerOf(e.type)?.name === '_Bool')) {
        branch(l, e.operand, yes, no, likely)
        return
      }
      break
    case 'builtin':
      if (e.name === '__builtin_expect' && e.args[1].kind === 'const') {
        branch(l, e.args[0], yes, no, e.args[1].value !== 0n ? 0 : 1)
        return
      }
      break
    case 'compare': {
      // (expect(x, c) != 0), which the macros for likely and unlikely make.
      const inner = e.left.kind === 'builtin' && e.left.name === '__builtin_expect' && e.right.kind === 'const' && e.right.value === 0n
      if (inner && (e.op === '!=' || e.op === '==')) {
        branch(l, e.left, e.op === '!=' ? yes : no, e.op === '!=' ? no : yes)
        return
      }
      break
    }
    default:
      break
  }
  const bit = truth(l, e)
  mark(l, e.at)
  l.b.condbr(bit, yes, no, likely)
}

/** An integer conversion that keeps every value apart from zero. */
function widens(e: TExpr & { readonly kind: 'cast' }): boolean {
  const from = integerOf(e.operand.type)
  const to = integerOf(e.type)
  return from !== undefined && to !== undefined && to.size >= from.size
}

/** The expression as i1. */
export function truth(l: L, e: TExpr): Value {
  switch (e.kind) {
    case 'compare': {
      if (isWide(e.left.type)) return wideCompare(l, e)
      const left = l.rules.value(l, e.left)
      const right = l.rules.value(l, e.right)
      mark(l, e.at)
      return l.b.cmp(predicate(e.op, e.left.type), left, right)
    }
    case 'not': {
      const inner = truth(l, e.operand)
      mark(l, e.at)
      return l.b.bin('xor', inner, constant('i1', 1))
    }
    case 'logical':
      return logical(l, e)
    default: {
      if (isWide(e.type)) return wideTruth(l, wideValue(l, e))
      const v = l.rules.value(l, e)
      mark(l, e.at)
      return l.b.cmp('ne', v, constant(v.type, 0))
    }
  }
}

/** && and || as a value: 0 or 1 from where the result was known. */
function logical(l: L, e: TExpr & { readonly kind: 'logical' }): Value {
  const yes = addBlock(l.fn, 'logical.true')
  const no = addBlock(l.fn, 'logical.false')
  const end = addBlock(l.fn, 'logical.end')
  branch(l, e, yes, no)
  l.b.block = yes
  l.b.br(end)
  l.b.block = no
  enter(l, end)
  mark(l, e.at)
  return l.b.phi('i1', [
    { value: constant('i1', 1), from: yes },
    { value: constant('i1', 0), from: no },
  ])
}
