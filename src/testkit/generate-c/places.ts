// Picks places: a variable that is visible, then members, elements and pointers down to an integer.
import type { CType, Place, Variable } from './data.ts'
import { rangeOf, rangeOfBits, S32 } from './numbers.ts'
import { type Scope, type Unit, visible } from './scope.ts'
import { constant, type Expr, hole, type Part, whole } from './tree.ts'

export function pickPlace(scope: Scope, use: 'read' | 'write'): Place | undefined {
  const { random } = scope.unit
  const list = visible(scope).filter((v) => (use === 'read' || v.writable) && leads(v.type))
  // Locals first: they are what optimisers move about.
  const own = list.filter((v) => scope.locals.includes(v))
  const from = own.length > 0 && random.chance(60) ? own : list
  return from.length === 0 ? undefined : placeIn(scope, random.pick(from), use)
}

const leads = (type: CType): boolean => type.kind !== 'array' || leads(type.of)

export function placeIn(scope: Scope, variable: Variable, use: 'read' | 'write'): Place {
  return descend(scope, variable.type, [variable.name], variable, use)
}

function descend(scope: Scope, type: CType, parts: readonly Part[], variable: Variable, use: 'read' | 'write'): Place {
  const { random } = scope.unit
  const { isVolatile } = variable
  switch (type.kind) {
    case 'int':
      return { parts, type, range: parts.length === 1 && variable.range ? variable.range : rangeOf(type), isVolatile }
    case 'struct': {
      const field = random.pick(type.fields)
      const inner: readonly Part[] = [...parts, `.${field.name}`]
      if (field.width === undefined) return descend(scope, field.type, inner, variable, use)
      if (field.type.kind !== 'int') throw new Error('a bit-field is an integer')
      const range = field.type.bool ? rangeOf(field.type) : rangeOfBits(field.width, field.type.signed)
      return { parts: inner, type: field.type, width: field.width, range, isVolatile }
    }
    case 'array':
      return descend(scope, type.of, [...parts, '[', whole(scope.unit.index(scope, type.count)), ']'], variable, use)
    case 'pointer': {
      const arrow = type.to.kind === 'struct' && random.chance(80)
      const target: readonly Part[] = arrow ? [...parts, '[0]'] : ['(*', ...parts, ')']
      return tidy(descend(scope, type.to, target, variable, use), parts)
    }
  }
}

/** `p[0].f` is written `p->f`. */
function tidy(place: Place, pointer: readonly Part[]): Place {
  const { parts } = place
  const at = pointer.length
  const member = parts[at + 1]
  if (parts[at] !== '[0]' || typeof member !== 'string' || !member.startsWith('.')) return place
  return { ...place, parts: [...parts.slice(0, at), `->${member.slice(1)}`, ...parts.slice(at + 2)] }
}

/**
 * The address of an object of a type that may be kept in a pointer; undefined where there is none. `older` are the locals that live as long
 * as the pointer does.
 */
export function addressOf(scope: Scope, type: CType, older: readonly Variable[]): readonly Part[] | undefined {
  const { random } = scope.unit
  const found: (readonly Part[])[] = []
  for (const v of [...scope.unit.globals, ...older]) {
    if (!v.writable || !v.addressable || v.isVolatile) continue
    if (sameName(v.type, type)) found.push(['&', v.name])
    else if (v.type.kind === 'array' && sameName(v.type.of, type)) {
      found.push(['&', v.name, '[', hole(constantIn(scope.unit, 0n, BigInt(v.type.count - 1))), ']'])
    } else if (v.type.kind === 'pointer' && sameName(v.type.to, type)) found.push([v.name])
  }
  return found.length === 0 ? undefined : random.pick(found)
}

/** Types of one spelling; `sameType` of two pointers' targets. */
function sameName(a: CType, b: CType): boolean {
  if (a.kind === 'int' && b.kind === 'int') return a.name === b.name
  return a.kind === 'struct' && b.kind === 'struct' && a.name === b.name
}

export function constantIn(unit: Unit, lo: bigint, hi: bigint): Expr {
  return constant(S32, lo + BigInt(unit.random.below(Number(hi - lo) + 1)))
}

export function target(scope: Scope): Place | undefined {
  if (!scope.pure) return pickPlace(scope, 'write')
  const own: Scope = { ...scope, unit: { ...scope.unit, globals: [] }, locals: scope.locals.filter((v) => v.type.kind !== 'pointer') }
  return pickPlace(own, 'write')
}
