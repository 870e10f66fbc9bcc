// Whether two files mean the same by a global name: a function or variable of like type, or a map of equal definition.
// Sizes of arrays, names of parameters, qualifiers and typedefs do not count, and behind a pointer only names do.
// libbpf: glob_sym_btf_matches(), map_defs_match().
import { type Btf, type BtfId, resolve } from '../../btf/index.ts'
import type { MapDef } from '../../isa/index.ts'
import { readBtfMap } from '../btf-map.ts'

const MAX_DEPTH = 32

export function sameDeclaration(a: Btf, idA: BtfId, b: Btf, idB: BtfId, exact = true, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false
  const x = resolve(a, idA).type
  const y = resolve(b, idB).type
  const again = (p: BtfId, q: BtfId, e = exact): boolean => sameDeclaration(a, p, b, q, e, depth + 1)
  if (!exact && x.kind === 'fwd' && (y.kind === 'struct' || y.kind === 'union'))
    return x.name === y.name && x.isUnion === (y.kind === 'union')
  if (!exact && y.kind === 'fwd' && (x.kind === 'struct' || x.kind === 'union'))
    return x.name === y.name && y.isUnion === (x.kind === 'union')
  switch (x.kind) {
    case 'void':
      return y.kind === 'void'
    case 'fwd':
      return y.kind === 'fwd' && x.name === y.name
    case 'int':
    case 'float':
      return y.kind === x.kind && x.size === y.size
    case 'enum':
    case 'enum64':
      return y.kind === x.kind && x.name === y.name && x.size === y.size
    case 'ptr':
      return y.kind === 'ptr' && again(x.type, y.type, false)
    case 'array':
      return y.kind === 'array' && again(x.type, y.type)
    case 'func':
    case 'var':
      return y.kind === x.kind && x.name === y.name && (x.linkage === 0) === (y.linkage === 0) && again(x.type, y.type)
    case 'struct':
    case 'union':
      if (y.kind !== x.kind || x.name !== y.name) return false
      if (!exact) return true
      return (
        x.members.length === y.members.length &&
        x.members.every((m, i) => {
          const n = y.members[i]
          return m.name === n.name && m.offBits === n.offBits && m.sizeBits === n.sizeBits && again(m.type, n.type)
        })
      )
    case 'func_proto':
      return (
        y.kind === 'func_proto' &&
        x.params.length === y.params.length &&
        x.params.every((p, i) => again(p.type, y.params[i].type)) &&
        again(x.ret, y.ret)
      )
    default:
      return false
  }
}

/** Whether two variables of `.maps` declare one map. */
export function sameMap(a: Btf, idA: BtfId, b: Btf, idB: BtfId): boolean {
  const read = (btf: Btf, id: BtfId): MapDef | undefined => {
    const variable = btf.types[id]
    return variable?.kind === 'var' ? readBtfMap(btf, variable.name, variable.type, { list: [] }) : undefined
  }
  const x = read(a, idA)
  const y = read(b, idB)
  return x !== undefined && y !== undefined && sameDefinition(a, x, b, y)
}

function sameDefinition(a: Btf, x: MapDef, b: Btf, y: MapDef): boolean {
  const numbers = (m: MapDef) => [m.type, m.keySize, m.valueSize, m.maxEntries, m.flags, m.extra ?? 0].join()
  const sameType = (p: BtfId, q: BtfId): boolean => (p === 0 || q === 0 ? p === q : sameDeclaration(a, p, b, q))
  if (numbers(x) !== numbers(y) || !sameType(x.keyTypeId, y.keyTypeId) || !sameType(x.valueTypeId, y.valueTypeId)) return false
  return x.inner && y.inner ? sameDefinition(a, x.inner, b, y.inner) : x.inner === y.inner
}
