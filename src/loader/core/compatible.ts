// When a type of the program and one of the kernel stand for the same thing. Three questions, from lax to strict:
//
//   fieldsAreCompatible   may a field of this type be read where the program expects that one (structs of any name, integers of any size)
//   typesAreCompatible    same shape of pointers, arrays and functions; names were compared by the caller
//   typesMatch            same names, sizes and members, as far as the program's type says (BPF_CORE_TYPE_MATCHES)
//
// Every walk is bounded: types may be circular. libbpf: bpf_core_fields_are_compat(), __bpf_core_types_are_compat(), __bpf_core_types_match().
import { BTF_INT_SIGNED, type Btf, type BtfComposite, type BtfEnum, type BtfId, type BtfType, btfType, resolve } from '../../btf/index.ts'
import { essentialName, sameEssence } from './names.ts'

const MAX_DEPTH = 32

const isComposite = (t: BtfType): t is BtfComposite => t.kind === 'struct' || t.kind === 'union'
export const isEnum = (t: BtfType): t is BtfEnum => t.kind === 'enum' || t.kind === 'enum64'

/** Enums of 32 and of 64 bits are one kind here. */
export const kindsAreCompatible = (a: BtfType, b: BtfType): boolean => a.kind === b.kind || (isEnum(a) && isEnum(b))

export function fieldsAreCompatible(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  let a = resolve(local, localId).type
  let b = resolve(target, targetId).type
  for (let depth = 0; depth < MAX_DEPTH && a.kind === 'array' && b.kind === 'array'; depth++) {
    a = resolve(local, a.type).type
    b = resolve(target, b.type).type
  }
  if (isComposite(a) && isComposite(b)) return true
  if (!kindsAreCompatible(a, b)) return false
  switch (a.kind) {
    case 'ptr':
    case 'float':
      return true
    case 'int':
      return a.offBits === 0 && b.kind === 'int' && b.offBits === 0
    case 'fwd':
    case 'enum':
    case 'enum64': {
      const other = 'name' in b ? b.name : ''
      return a.name === '' || other === '' || sameEssence(a.name, other)
    }
    default:
      return false
  }
}

export function typesAreCompatible(local: Btf, localId: BtfId, target: Btf, targetId: BtfId, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false
  // What was named must be of one kind before typedefs are looked through: a typedef does not stand for a struct.
  if (depth === 0 && !kindsAreCompatible(btfType(local, localId), btfType(target, targetId))) return false
  const a = resolve(local, localId).type
  const b = resolve(target, targetId).type
  const again = (x: BtfId, y: BtfId): boolean => typesAreCompatible(local, x, target, y, depth + 1)
  if (!kindsAreCompatible(a, b)) return false
  switch (a.kind) {
    case 'void':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return true
    case 'int':
      return a.offBits === 0 && b.kind === 'int' && b.offBits === 0
    case 'ptr':
    case 'array':
      return 'type' in b && again(a.type, b.type)
    case 'func_proto':
      if (b.kind !== 'func_proto' || a.params.length !== b.params.length) return false
      return a.params.every((p, i) => again(p.type, b.params[i].type)) && again(a.ret, b.ret)
    default:
      return false
  }
}

export function typesMatch(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  return new Matcher(local, target).match(localId, targetId, false, 0)
}

/** Owned by one call of `typesMatch`; the steps are counted, since members of members may be very many. */
class Matcher {
  private readonly local: Btf
  private readonly target: Btf
  private left = 200_000

  constructor(local: Btf, target: Btf) {
    this.local = local
    this.target = target
  }

  match(localId: BtfId, targetId: BtfId, behindPointer: boolean, depth: number): boolean {
    if (depth >= MAX_DEPTH || --this.left < 0) return false
    const a = resolve(this.local, localId).type
    const b = resolve(this.target, targetId).type
    if (!namesMatch(a, b)) return false
    switch (a.kind) {
      case 'void':
        return b.kind === 'void'
      case 'fwd':
        if (b.kind === 'fwd') return a.isUnion === b.isUnion
        return behindPointer && b.kind === (a.isUnion ? 'union' : 'struct')
      case 'enum':
      case 'enum64':
        return isEnum(b) && enumsMatch(a, b)
      case 'struct':
      case 'union':
        if (a.kind === b.kind) return behindPointer || this.membersMatch(a, b as BtfComposite, depth)
        return behindPointer && b.kind === 'fwd' && b.isUnion === (a.kind === 'union')
      case 'int':
        return b.kind === 'int' && a.size === b.size && (a.encoding & BTF_INT_SIGNED) === (b.encoding & BTF_INT_SIGNED)
      case 'ptr':
        return b.kind === 'ptr' && this.match(a.type, b.type, true, depth + 1)
      case 'array':
        return b.kind === 'array' && a.count === b.count && this.match(a.type, b.type, behindPointer, depth + 1)
      case 'func_proto':
        if (b.kind !== 'func_proto' || a.params.length !== b.params.length) return false
        return (
          a.params.every((p, i) => this.match(p.type, b.params[i].type, behindPointer, depth + 1)) &&
          this.match(a.ret, b.ret, behindPointer, depth + 1)
        )
      default:
        return false
    }
  }

  /** Every member of the program's type has one of its name and type in the kernel's. */
  private membersMatch(a: BtfComposite, b: BtfComposite, depth: number): boolean {
    if (a.members.length > b.members.length) return false
    return a.members.every((m) =>
      b.members.some((other) => essenceMatches(m.name, other.name) && this.match(m.type, other.type, false, depth + 1)),
    )
  }
}

function namesMatch(a: BtfType, b: BtfType): boolean {
  return essenceMatches('name' in a ? a.name : '', 'name' in b ? b.name : '')
}

const essenceMatches = (local: string, target: string): boolean => (target === '' ? local === '' : sameEssence(local, target))

function enumsMatch(a: BtfEnum, b: BtfEnum): boolean {
  if (a.size !== b.size || a.values.length > b.values.length) return false
  const names = new Set(b.values.map((v) => essentialName(v.name)))
  return a.values.every((v) => names.has(essentialName(v.name)))
}
