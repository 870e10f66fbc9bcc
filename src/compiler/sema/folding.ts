// What clang folds beyond C's integer constant expressions (an extension it shares with gcc): scalars that are const count as their values, so
// that a size, a case or another variable's initialiser can be made of them. In: a typed expression. Out: its number, or undefined.
import { computed, holds } from './build-expr.ts'
import { integerOf, qualifiersOf, wrap } from './ctypes.ts'
import type { TExpr } from './tree.ts'

export function foldedNumber(e: TExpr): bigint | undefined {
  switch (e.kind) {
    case 'const':
      return e.value
    case 'load':
      return constValue(e)
    case 'cast': {
      const inner = foldedNumber(e.operand)
      const type = integerOf(e.type)
      return inner === undefined || !type ? undefined : wrap(type, inner)
    }
    case 'unary': {
      const inner = foldedNumber(e.operand)
      const type = integerOf(e.type)
      return inner === undefined || !type ? undefined : wrap(type, e.op === '-' ? -inner : ~inner)
    }
    case 'not': {
      const inner = foldedNumber(e.operand)
      return inner === undefined ? undefined : BigInt(inner === 0n)
    }
    case 'arithmetic':
      return foldedSum(e)
    case 'compare': {
      const [left, right] = [foldedNumber(e.left), foldedNumber(e.right)]
      return left === undefined || right === undefined ? undefined : BigInt(holds(e.op, left, right))
    }
    case 'conditional': {
      const condition = foldedNumber(e.condition)
      return condition === undefined ? undefined : condition === 0n ? foldedNumber(e.no) : e.yes ? foldedNumber(e.yes) : condition
    }
    default:
      return undefined
  }
}

function constValue({ operand, type }: TExpr & { readonly kind: 'load' }): bigint | undefined {
  if (operand.kind !== 'local' && operand.kind !== 'global') return undefined
  const { variable } = operand
  const int = integerOf(type)
  if (!int || variable.value === undefined || qualifiersOf(variable.type).volatile) return undefined
  return variable.kind === 'global' && variable.weak ? undefined : wrap(int, variable.value)
}

/** Along the left side in a loop, so that long sums cost no depth. */
function foldedSum(e: TExpr & { readonly kind: 'arithmetic' }): bigint | undefined {
  const spine: (TExpr & { readonly kind: 'arithmetic' })[] = []
  let first: TExpr = e
  for (; first.kind === 'arithmetic'; first = first.left) spine.push(first)
  let left = foldedNumber(first)
  for (const { op, right, type } of spine.reverse()) {
    const int = integerOf(type)
    const by = foldedNumber(right)
    if (left === undefined || by === undefined || !int) return undefined
    if ((op === '/' || op === '%') && by === 0n) return undefined
    if ((op === '<<' || op === '>>') && (by < 0n || by >= BigInt(8 * int.size))) return undefined
    left = wrap(int, computed(op, left, by))
  }
  return left
}
