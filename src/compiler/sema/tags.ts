// struct, union and enum: tags in their scopes, members laid out, enumerators given their values (C11 6.7.2.1-3).
import { error, label, type Place, warning } from '../report.ts'
import type { EnumSpec, MemberDeclaration, RecordSpec } from '../syntax/index.ts'
import { noteChange } from '../undo.ts'
import { meaning } from './attributes.ts'
import { isConst } from './build-expr.ts'
import { type Context, declare, innermost, lookupTag } from './context.ts'
import {
  asArray,
  asRecord,
  BOOL,
  canonical,
  INT,
  integerOf,
  isFunction,
  isInteger,
  LONG,
  sizeOf,
  UCHAR,
  UINT,
  ULONG,
  USHORT,
  wrap,
} from './ctypes.ts'
import { layoutRecord, type Member } from './layout.ts'
import { printType, quoteType } from './print-type.ts'
import { declaredType, specifiedType } from './specifiers.ts'
import type { CType, EnumType, IntType, RecordType } from './types.ts'

/** struct-or-union-specifier: finds or makes the type, and completes it where there is a body. */
export function recordType(cx: Context, spec: RecordSpec): RecordType {
  const record = findOrMakeRecord(cx, spec)
  if (spec.members || spec.attributes.length > 0) noteChange(cx.journal, record)
  if (!spec.members) {
    if (spec.attributes.length > 0 && !record.complete) applyRecordAttributes(cx, record, spec)
    return record
  }
  if (record.complete) {
    error(cx.sink, 'c.redefined', spec.name?.at ?? spec.at, [spec.name?.name ?? ''], {
      labels: [label(record.at, 'c.note.previous-definition')],
    })
    return makeRecord(spec)
  }
  const align = applyRecordAttributes(cx, record, spec)
  const members = spec.members.flatMap((m) => membersOf(cx, m, spec))
  checkMembers(cx, members, spec)
  const layout = layoutRecord(members, { union: spec.tag === 'union', packed: record.packed, pack: spec.pack, align })
  record.fields = layout.fields
  record.size = layout.size
  record.align = layout.align
  record.complete = true
  return record
}

function makeRecord(spec: RecordSpec): RecordType {
  return {
    kind: 'record',
    tag: spec.tag,
    name: spec.name?.name,
    at: spec.name?.at ?? spec.at,
    complete: false,
    fields: [],
    size: 0,
    align: 1,
    packed: false,
    preserveAccessIndex: false,
    declTags: [],
  }
}

function findOrMakeRecord(cx: Context, spec: RecordSpec): RecordType {
  if (!spec.name) return makeRecord(spec)
  const { name } = spec.name
  const scope = innermost(cx)
  const known = spec.members ? scope.tags.get(name) : lookupTag(cx, name)
  if (known?.kind === 'record' && known.tag === spec.tag) return known
  if (known) {
    error(cx.sink, 'c.wrong-tag', spec.name.at, [name], { labels: [label(known.at, 'c.note.previous-use')] })
    return makeRecord(spec)
  }
  const made = makeRecord(spec)
  scope.tags.set(name, made)
  return made
}

/** The alignment asked for. */
function applyRecordAttributes(cx: Context, record: RecordType, spec: RecordSpec): number | undefined {
  const said = meaning(cx, spec.attributes)
  record.packed ||= said.packed
  record.preserveAccessIndex ||= said.preserveAccessIndex
  record.declTags = [...record.declTags, ...said.declTags]
  return said.align
}

function membersOf(cx: Context, m: MemberDeclaration, spec: RecordSpec): Member[] {
  const said = meaning(cx, m.specifiers.attributes)
  const base = specifiedType(cx, m.specifiers, said) ?? INT
  if (m.declarators.length === 0) {
    // C11's anonymous struct or union; anything else declares nothing.
    const record = asRecord(base)
    if (record && (record.name === undefined || m.specifiers.type?.kind === 'typedef')) {
      return [
        { field: { name: undefined, type: base, at: m.at, declTags: [] }, widthBits: undefined, align: said.align, packed: said.packed },
      ]
    }
    if (!record && canonical(base).kind !== 'enum') warning(cx.sink, 'c.declares-nothing', m.at)
    return []
  }
  return m.declarators.map((d): Member => {
    const own = meaning(cx, d.attributes)
    const declared = declaredType(cx, base, d.declarator)
    const width = d.width ? bitFieldWidth(cx, d.width, declared.type, declared.name?.name ?? '') : undefined
    const type = checkedMember(cx, declared.type, declared.at, declared.name?.name ?? '', spec)
    const aligns = [said.align, own.align].filter((a) => a !== undefined)
    return {
      field: { name: declared.name?.name, type, at: declared.at, declTags: [...said.declTags, ...own.declTags] },
      widthBits: width,
      align: aligns.length > 0 ? Math.max(...aligns) : undefined,
      packed: said.packed || own.packed,
    }
  })
}

function checkedMember(cx: Context, type: CType, at: Place, name: string, spec: RecordSpec): CType {
  if (isFunction(type)) {
    error(cx.sink, 'c.member-function', at, [name])
    return INT
  }
  const array = asArray(type)
  if (sizeOf(type) === undefined && !(array && sizeOf(array.element) !== undefined)) {
    const record = asRecord(type)
    const labels = record
      ? [
          label(record.at, spec.name && record.name === spec.name.name ? 'c.note.not-complete-here' : 'c.note.forward-declared', [
            printType(type),
          ]),
        ]
      : []
    error(cx.sink, 'c.member-incomplete', at, [name, quoteType(type)], { labels })
    return INT
  }
  if (canonical(type).kind === 'void') {
    error(cx.sink, 'c.member-incomplete', at, [name, quoteType(type)])
    return INT
  }
  return type
}

function bitFieldWidth(cx: Context, width: MemberDeclaration['declarators'][number]['width'] & object, type: CType, name: string): number {
  const value = cx.rules.expression(cx, width)
  const int = integerOf(type)
  const fault = (
    code: 'c.bitfield-type' | 'c.bitfield-width-constant' | 'c.bitfield-negative' | 'c.bitfield-too-wide' | 'c.bitfield-zero',
  ): number => {
    if (value.kind !== 'error') error(cx.sink, code, value.at, [name])
    return 1
  }
  if (!int) return fault('c.bitfield-type')
  if (!isConst(value) || !isInteger(value.type)) return fault('c.bitfield-width-constant')
  if (value.value < 0n) return fault('c.bitfield-negative')
  if (value.value > BigInt(int === BOOL ? 1 : int.size * 8)) return fault('c.bitfield-too-wide')
  if (value.value === 0n && name !== '') return fault('c.bitfield-zero')
  return Number(value.value)
}

function checkMembers(cx: Context, members: readonly Member[], spec: RecordSpec): void {
  const seen = new Map<string, Place>()
  const visit = (name: string | undefined, type: CType, at: Place): void => {
    if (name === undefined) {
      for (const f of asRecord(type)?.fields ?? []) visit(f.name, f.type, f.at)
      return
    }
    const before = seen.get(name)
    if (before) error(cx.sink, 'c.duplicate-member', at, [name], { labels: [label(before, 'c.note.previous-declaration')] })
    seen.set(name, at)
  }
  for (const [i, m] of members.entries()) {
    visit(m.field.name, m.field.type, m.field.at)
    if (asArray(m.field.type)?.count === undefined && asArray(m.field.type) && i < members.length - 1 && spec.tag === 'struct') {
      error(cx.sink, 'c.flexible-not-last', m.field.at, [m.field.name ?? ''])
    }
  }
}

// --- enum ---

/** enum-specifier */
export function enumType(cx: Context, spec: EnumSpec): EnumType {
  const known = spec.name && (spec.members ? innermost(cx).tags.get(spec.name.name) : lookupTag(cx, spec.name.name))
  let type: EnumType
  if (known?.kind === 'enum') {
    type = known
    if (spec.members || spec.underlying) noteChange(cx.journal, type)
  } else {
    if (known && spec.name)
      error(cx.sink, 'c.wrong-tag', spec.name.at, [spec.name.name], { labels: [label(known.at, 'c.note.previous-use')] })
    type = { kind: 'enum', name: spec.name?.name, at: spec.name?.at ?? spec.at, complete: false, underlying: UINT, members: [] }
    if (spec.name && !known) innermost(cx).tags.set(spec.name.name, type)
  }
  const fixed = spec.underlying && integerOf(cx.rules.typeName(cx, spec.underlying))
  if (fixed) {
    type.underlying = fixed
    type.complete = true
  }
  if (!spec.members) return type
  if (type.complete && type.members.length > 0) {
    error(cx.sink, 'c.redefined', spec.name?.at ?? spec.at, [spec.name?.name ?? ''], {
      labels: [label(type.at, 'c.note.previous-definition')],
    })
    return type
  }
  const members: { readonly name: string; readonly value: bigint }[] = []
  let next = 0n
  for (const m of spec.members) {
    if (m.value) {
      const value = cx.rules.expression(cx, m.value)
      if (isConst(value) && isInteger(value.type)) next = value.value
      else if (value.kind !== 'error') error(cx.sink, 'c.enum-not-constant', value.at, [m.name.name])
    }
    if (next < -(1n << 63n) || next >= 1n << 64n) {
      error(cx.sink, 'c.enum-too-large', m.name.at)
      next = 0n
    }
    members.push({ name: m.name.name, value: next })
    // While the list is open an enumerator is an int, or of a wider type if its value needs one.
    declare(cx, { kind: 'enumerator', name: m.name.name, value: next, type: fixed ?? fitting([next]), at: m.name.at })
    next++
  }
  type.members = members
  if (!fixed)
    type.underlying = underlyingFor(
      members.map((m) => m.value),
      meaning(cx, spec.attributes).packed,
    )
  type.complete = true
  if (type.underlying.size > 4) retypeEnumerators(cx, type)
  return type
}

/** clang's choice: unsigned int, int, then the 64-bit types. */
function underlyingFor(values: readonly bigint[], packed: boolean): IntType {
  if (packed) {
    const max = values.reduce((a, b) => (b > a ? b : a), 0n)
    if (values.every((v) => v >= 0n)) {
      for (const t of [UCHAR, USHORT]) if (wrap(t, max) === max) return t
    }
  }
  const fits = (t: IntType): boolean => values.every((v) => wrap(t, v) === v)
  if (values.every((v) => v >= 0n)) return fits(UINT) ? UINT : ULONG
  return fits(INT) ? INT : LONG
}

const fitting = (values: readonly bigint[]): IntType => [INT, UINT, LONG, ULONG].find((t) => values.every((v) => wrap(t, v) === v)) ?? ULONG

/** In an enum of 64 bits all enumerators have its type. */
function retypeEnumerators(cx: Context, type: EnumType): void {
  const scope = innermost(cx)
  for (const m of type.members) {
    const symbol = scope.names.get(m.name)
    if (symbol?.kind === 'enumerator') scope.names.set(m.name, { ...symbol, type: type.underlying })
  }
}
