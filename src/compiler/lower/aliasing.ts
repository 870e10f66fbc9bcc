// Whether a record may be made in the place that it is assigned to: only where nothing on the right reads that place. An answer of "no"
// costs a copy, which mostly dissolves again when the record is taken apart into values.
import type { LocalVariable, TExpr } from '../sema/index.ts'

/** The variable that an lvalue is part of; undefined where a pointer leads to it. */
export function rootVariable(e: TExpr): LocalVariable | undefined {
  switch (e.kind) {
    case 'local':
      return e.variable
    case 'member':
      return rootVariable(e.base)
    default:
      return undefined
  }
}

/** Whether making `e` reads nothing of `target` (undefined: of something that a pointer leads to). */
export function madeApart(e: TExpr, target: LocalVariable | undefined): boolean {
  switch (e.kind) {
    case 'load':
      return e.operand.kind === 'compound-literal' ? madeApart(e.operand, target) : isPlace(e.operand)
    case 'local':
    case 'global':
    case 'deref':
    case 'member':
      // A copy of an object; C forbids that it overlaps the target other than exactly.
      return isPlace(e)
    case 'compound-literal':
      return e.init?.parts.every((p) => p.value === undefined || readsOthers(p.value, target)) ?? true
    default:
      return false
  }
}

/** Whether the lvalue is an object of its own and no value that has to be made first. */
const isPlace = (e: TExpr): boolean =>
  e.kind === 'deref' || e.kind === 'local' || e.kind === 'global' || (e.kind === 'member' && isPlace(e.base))

/** Whether a scalar is made of literals and of variables other than the target. */
function readsOthers(e: TExpr, target: LocalVariable | undefined): boolean {
  switch (e.kind) {
    case 'const':
    case 'function':
    case 'global':
      return true
    case 'load': {
      const root = rootVariable(e.operand)
      return target !== undefined && root !== undefined && root !== target
    }
    case 'cast':
    case 'unary':
    case 'not':
      return readsOthers(e.operand, target)
    case 'arithmetic':
    case 'compare':
      return readsOthers(e.left, target) && readsOthers(e.right, target)
    default:
      return false
  }
}
