// Compatible types and composite types (C11 6.2.7): whether two declarations speak of the same thing.
import { never } from '../../base/index.ts'
import { canonical, integerOf, qualifiersOf } from './ctypes.ts'
import type { CType, FunctionType } from './types.ts'

/** Compatible, qualifiers at the top left out of account. Records and enums are compared by identity. */
export function sameUnqualified(a: CType, b: CType): boolean {
  const x = canonical(a)
  const y = canonical(b)
  if (x === y) return true
  if (x.kind === 'enum' || y.kind === 'enum') {
    // An enum is compatible with its integer type; two enums are not with each other.
    return x.kind !== y.kind && integerOf(x) === integerOf(y)
  }
  switch (x.kind) {
    case 'void':
      return y.kind === 'void'
    case 'int':
    case 'record':
      return false
    case 'float':
      return y.kind === 'float' && x.name === y.name
    case 'pointer':
      return y.kind === 'pointer' && compatible(x.to, y.to)
    case 'array':
      return (
        y.kind === 'array' && compatible(x.element, y.element) && (x.count === undefined || y.count === undefined || x.count === y.count)
      )
    case 'function':
      return y.kind === 'function' && sameFunction(x, y)
    default:
      return never(x)
  }
}

/** Compatible, qualifiers at the top included. */
export function compatible(a: CType, b: CType): boolean {
  const p = qualifiersOf(a)
  const q = qualifiersOf(b)
  return p.const === q.const && p.volatile === q.volatile && p.atomic === q.atomic && sameUnqualified(a, b)
}

function sameFunction(x: FunctionType, y: FunctionType): boolean {
  if (!sameUnqualified(x.ret, y.ret)) return false
  if (!x.prototype || !y.prototype) return true
  return (
    x.variadic === y.variadic && x.params.length === y.params.length && x.params.every((p, i) => sameUnqualified(p.type, y.params[i].type))
  )
}

/** Of two compatible types, the one that says more. */
export function composite(a: CType, b: CType): CType {
  const x = canonical(a)
  const y = canonical(b)
  if (x.kind === 'array' && y.kind === 'array' && x.count === undefined) return b
  if (x.kind === 'function' && y.kind === 'function' && !x.prototype && y.prototype) return b
  return a
}
