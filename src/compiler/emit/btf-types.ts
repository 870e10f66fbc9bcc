// C types to BTF. Records are told whole where the program itself handles them; one that is only pointed to from within another record is
// a forward declaration, or a program with one `struct task_struct *` would carry half of the kernel (as clang does).
//
// Two walks: `need` finds the records that must be whole, `idOf` makes types. All calls of `need` come before the first `idOf`.
import { never } from '../../base/index.ts'
import { BTF_INT_BOOL, BTF_INT_SIGNED, type BtfBuilder, type BtfId, type BtfMember } from '../../btf/index.ts'
import type { CType, EnumType, FunctionType, RecordType } from '../sema/types.ts'

export interface TypeWriter {
  /** Asks for a type, its records whole. */
  need(type: CType): void
  idOf(type: CType): BtfId
  /** FUNC_PROTO with the parameters' names. */
  protoOf(type: FunctionType): BtfId
}

/** So many types of a chain are made one within the other. */
const STEP = 64

export function makeTypeWriter(builder: BtfBuilder): TypeWriter {
  const whole = new Set<RecordType>()
  const records = new Map<RecordType, BtfId>()
  const enums = new Map<EnumType, BtfId>()
  const typedefs = new Map<CType, BtfId>()

  /** What a type consists of, in a loop: chains of types may be long. */
  const need = (wanted: CType): void => {
    const work: (readonly [type: CType, inRecord: boolean])[] = [[wanted, false]]
    for (let next = work.pop(); next; next = work.pop()) {
      const [type, inRecord] = next
      switch (type.kind) {
        case 'pointer': {
          const to = bare(type.to)
          if (!inRecord || to.kind !== 'record' || to.name === undefined) work.push([type.to, inRecord])
          break
        }
        case 'array':
          work.push([type.element, inRecord])
          break
        case 'function':
          work.push([type.ret, inRecord])
          for (const p of type.params) work.push([p.type, inRecord])
          break
        case 'record':
          if (whole.has(type)) break
          whole.add(type)
          for (const f of type.fields) work.push([f.type, true])
          break
        case 'typedef':
        case 'qualified':
        case 'tagged':
          work.push([type.of, inRecord])
          break
        case 'void':
        case 'int':
        case 'float':
        case 'enum':
          break
        default:
          never(type)
      }
    }
  }

  const tag = (texts: readonly string[], type: BtfId, component: number): void => {
    for (const text of texts) builder.add({ kind: 'decl_tag', name: text, type, component })
  }

  const recordId = (type: RecordType): BtfId => {
    const known = records.get(type)
    if (known !== undefined) return known
    if (!type.complete || !whole.has(type)) {
      const id = builder.add({ kind: 'fwd', name: type.name ?? '', isUnion: type.tag === 'union' })
      records.set(type, id)
      return id
    }
    const id = builder.reserve()
    records.set(type, id)
    const members = type.fields.map(
      (f): BtfMember => ({ name: f.name ?? '', type: idOf(f.type), offBits: f.offBits, sizeBits: f.widthBits ?? 0 }),
    )
    builder.define(id, { kind: type.tag, name: type.name ?? '', size: type.size, members })
    tag(type.declTags, id, -1)
    for (const [k, f] of type.fields.entries()) tag(f.declTags, id, k)
    return id
  }

  const enumId = (type: EnumType): BtfId => {
    const known = enums.get(type)
    if (known !== undefined) return known
    const { size } = type.underlying
    const id = builder.reserve()
    enums.set(type, id)
    const signed = type.members.some((m) => m.value < 0n)
    builder.define(id, {
      kind: size === 8 ? 'enum64' : 'enum',
      name: type.name ?? '',
      size,
      signed,
      values: type.members.map((m) => ({ name: m.name, value: m.value })),
    })
    return id
  }

  const functionId = (type: FunctionType, named: boolean): BtfId => {
    const params = type.params.map((p) => ({ name: named ? (p.name ?? '') : '', type: idOf(p.type) }))
    if (type.variadic) params.push({ name: '', type: 0 })
    return builder.add({ kind: 'func_proto', ret: idOf(type.ret), params })
  }

  /** Types far down a chain first, so that a long one costs no depth. */
  const idOf = (type: CType): BtfId => {
    const below: CType[] = []
    let at: CType | undefined = type
    for (let n = 1; at && !(at.kind === 'typedef' && typedefs.has(at)); n++) {
      if (n % STEP === 0) below.push(at)
      at = at.kind === 'pointer' ? at.to : at.kind === 'typedef' || at.kind === 'qualified' || at.kind === 'tagged' ? at.of : undefined
    }
    for (let next = below.pop(); next; next = below.pop()) ownId(next)
    return ownId(type)
  }

  const ownId = (type: CType): BtfId => {
    switch (type.kind) {
      case 'void':
        return 0
      case 'int': {
        const encoding = type.name === '_Bool' ? BTF_INT_BOOL : type.signed ? BTF_INT_SIGNED : 0
        return builder.add({ kind: 'int', name: type.name, size: type.size, encoding, bits: 8 * type.size, offBits: 0 })
      }
      case 'float':
        return builder.add({ kind: 'float', name: type.name, size: type.size })
      case 'pointer':
        return builder.add({ kind: 'ptr', type: idOf(type.to) })
      case 'array': {
        const element = idOf(type.element)
        const indexType = builder.add({ kind: 'int', name: '__ARRAY_SIZE_TYPE__', size: 4, encoding: 0, bits: 32, offBits: 0 })
        return builder.add({ kind: 'array', type: element, indexType, count: type.count ?? 0 })
      }
      case 'function':
        return functionId(type, false)
      case 'record':
        return recordId(type)
      case 'enum':
        return enumId(type)
      case 'typedef': {
        const known = typedefs.get(type)
        if (known !== undefined) return known
        const id = builder.add({ kind: 'typedef', name: type.name, type: idOf(type.of) })
        tag(type.declTags, id, -1)
        typedefs.set(type, id)
        return id
      }
      case 'qualified': {
        let id = idOf(type.of)
        if (type.restrict) id = builder.add({ kind: 'restrict', type: id })
        if (type.volatile) id = builder.add({ kind: 'volatile', type: id })
        if (type.const) id = builder.add({ kind: 'const', type: id })
        return id
      }
      case 'tagged':
        return builder.add({ kind: 'type_tag', name: type.tag, type: idOf(type.of) })
      default:
        return never(type)
    }
  }

  return { need, idOf, protoOf: (type) => functionId(type, true) }
}

function bare(type: CType): CType {
  let at = type
  while (at.kind === 'typedef' || at.kind === 'qualified' || at.kind === 'tagged') at = at.of
  return at
}
