// Questions about types: what lies behind typedefs, how big a type is, where a member lies. Every walk is bounded, since types
// read from foreign bytes may be circular; where a walk does not end the answer is undefined.
import type { Btf, BtfId, BtfKind, BtfMember, BtfType } from './types.ts'

const MAX_DEPTH = 32
export const POINTER_BYTES = 8

export const btfType = (btf: Btf, id: BtfId): BtfType => btf.types[id] ?? { kind: 'void' }

/** The type behind typedefs, qualifiers and type tags, with its id. Circular ones end as void. */
export function resolve(btf: Btf, id: BtfId): { readonly id: BtfId; readonly type: BtfType } {
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btfType(btf, id)
    switch (type.kind) {
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        id = type.type
        break
      default:
        return { id, type }
    }
  }
  return { id: 0, type: { kind: 'void' } }
}

/** Bytes of a type; undefined for what has no size (void, functions, forward declarations). */
export function sizeOf(btf: Btf, id: BtfId, depth = 0): number | undefined {
  if (depth > MAX_DEPTH) return undefined
  const { type } = resolve(btf, id)
  switch (type.kind) {
    case 'int':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'float':
    case 'datasec':
      return type.size
    case 'ptr':
      return POINTER_BYTES
    case 'array': {
      const element = sizeOf(btf, type.type, depth + 1)
      return element === undefined ? undefined : element * type.count
    }
    case 'var':
      return sizeOf(btf, type.type, depth + 1)
    default:
      return undefined
  }
}

/** Alignment in bytes; 1 where the type has none. */
export function alignOf(btf: Btf, id: BtfId, known = new Map<BtfId, number>(), depth = 0): number {
  const { id: at, type } = resolve(btf, id)
  if (depth > MAX_DEPTH) return 1
  switch (type.kind) {
    case 'int':
    case 'enum':
    case 'enum64':
    case 'float':
      return Math.max(1, Math.min(POINTER_BYTES, type.size))
    case 'ptr':
      return POINTER_BYTES
    case 'array':
    case 'var':
    case 'struct':
    case 'union': {
      const done = known.get(at)
      if (done !== undefined) return done
      known.set(at, 1)
      const parts = type.kind === 'array' || type.kind === 'var' ? [type] : type.members
      const align = parts.reduce((most, part) => Math.max(most, alignOf(btf, part.type, known, depth + 1)), 1)
      known.set(at, align)
      return align
    }
    default:
      return 1
  }
}

/** The member of a struct or union by name, also inside anonymous members; its offset counts from the outermost. */
export function findMember(btf: Btf, id: BtfId, name: string, searched = new Set<BtfId>(), depth = 0): BtfMember | undefined {
  const { id: at, type } = resolve(btf, id)
  if (depth > MAX_DEPTH || searched.has(at) || (type.kind !== 'struct' && type.kind !== 'union')) return undefined
  searched.add(at)
  for (const m of type.members) {
    if (m.name === name) return m
    if (m.name !== '') continue
    const inner = findMember(btf, m.type, name, searched, depth + 1)
    if (inner) return { ...inner, offBits: m.offBits + inner.offBits }
  }
  return undefined
}

/** Id of the first type of a kind with a name. */
export function findByName(btf: Btf, kind: BtfKind, name: string): BtfId | undefined {
  const id = btf.types.findIndex((t) => t.kind === kind && 'name' in t && t.name === name)
  return id < 0 ? undefined : id
}
