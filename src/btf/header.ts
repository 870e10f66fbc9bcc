// All types of a BTF as one C header, such as programs include under the name vmlinux.h: what a type holds by value stands before it, what it
// points to is declared, names that occur twice get `___2`, and members lie where the BTF says (gaps are bit-fields without a name).
// In: types. Out: C text that any C compiler reads; every record asks for CO-RE relocations (preserve_access_index).
// Reference: the rules of layout are the System V ones, as in the compiler's own layout of records.
import { type HeaderStyle, headerDefinition } from './print.ts'
import { alignOf, btfType, sizeOf } from './query.ts'
import type { Btf, BtfComposite, BtfId, BtfType } from './types.ts'

export interface HeaderOptions {
  /** First line of the header, as a comment. */
  readonly title: string
  /** Types that are only declared; their bodies are not known. */
  readonly isCut: (id: BtfId) => boolean
}

const GUARD = '__VMLINUX_H__'
/** Names that compilers have without a declaration. */
const BUILTIN = new Set(['__builtin_va_list', '__va_list_tag'])
/** Typedefs that carry prototypes of tracepoints and helpers, and are no types of programs. */
const INTERNAL = /^btf_(?:trace|bpf)_/

export function printHeader(btf: Btf, { title, isCut }: HeaderOptions): string {
  const out: string[] = []
  const style = headerStyle(btf)
  const defined = new Set<BtfId>()
  /** Tags that may be pointed to: declared, or defined above. */
  const declared = new Set<BtfId>()
  const inside = insideOthers(btf)

  const declareTag = (id: BtfId, kind: 'struct' | 'union', name: string): void => {
    if (declared.has(id)) return
    declared.add(id)
    out.push(`${kind} ${style.nameOf(id, name)};`)
  }

  /** What must stand before a use of the type; `whole`: its size is needed. */
  const need = (id: BtfId, whole: boolean): void => {
    const t = btfType(btf, id)
    switch (t.kind) {
      case 'struct':
      case 'union':
        if (t.name === '') for (const m of t.members) need(m.type, true)
        else if (whole) define(id, t)
        else declareTag(id, t.kind, t.name)
        return
      case 'fwd':
        declareTag(id, t.isUnion ? 'union' : 'struct', t.name)
        return
      case 'enum':
      case 'enum64':
        if (t.name !== '') define(id, t)
        return
      case 'typedef':
        if (!BUILTIN.has(t.name)) define(id, t)
        if (whole) need(t.type, true)
        return
      case 'array':
        need(t.type, true)
        return
      case 'ptr':
        need(t.type, false)
        return
      case 'func_proto':
        need(t.ret, false)
        for (const p of t.params) need(p.type, false)
        return
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        need(t.type, whole)
        return
      default:
    }
  }

  const define = (id: BtfId, t: BtfType): void => {
    if (defined.has(id)) return
    if (isCut(id)) {
      if (t.kind === 'enum' || t.kind === 'enum64') {
        defined.add(id)
        // C declares no enum without its values.
        out.push(`enum ${style.nameOf(id, t.name)} { ${style.nameOf(id, t.name)}___cut = 0 };`)
      }
      return
    }
    defined.add(id)
    if (t.kind === 'struct' || t.kind === 'union') for (const m of t.members) need(m.type, true)
    else if (t.kind === 'typedef') need(t.type, false)
    declared.add(id)
    out.push(headerDefinition(btf, id, style))
  }

  for (const [id, t] of btf.types.entries()) {
    if (!('name' in t)) continue
    if (BUILTIN.has(t.name) || INTERNAL.test(t.name)) continue
    if (t.kind === 'struct' || t.kind === 'union' || t.kind === 'typedef') {
      if (t.name !== '') define(id, t)
    } else if ((t.kind === 'enum' || t.kind === 'enum64') && (t.name !== '' || !inside.has(id))) define(id, t)
  }
  const attribute = '__attribute__((preserve_access_index))'
  return [
    `#ifndef ${GUARD}`,
    `#define ${GUARD}`,
    '',
    `/* ${title} */`,
    '',
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    `#pragma clang attribute push (${attribute}, apply_to = record)`,
    '#endif',
    '',
    ...out,
    '',
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    '#pragma clang attribute pop',
    '#endif',
    '',
    '#endif',
    '',
  ].join('\n')
}

/** Types without a name that stand in another one's body. */
function insideOthers(btf: Btf): Set<BtfId> {
  const inside = new Set<BtfId>()
  const visit = (id: BtfId): void => {
    const t = btfType(btf, id)
    if ('name' in t && t.name === '') inside.add(id)
    else if (t.kind === 'array' || t.kind === 'ptr' || t.kind === 'const' || t.kind === 'volatile') visit(t.type)
  }
  for (const t of btf.types) {
    if (t.kind === 'struct' || t.kind === 'union') for (const m of t.members) visit(m.type)
    else if (t.kind === 'typedef' || t.kind === 'var') visit(t.type)
    else if (t.kind === 'func_proto') for (const p of [{ type: t.ret }, ...t.params]) visit(p.type)
  }
  return inside
}

/** Unique names, tags and other names apart, and layouts. */
function headerStyle(btf: Btf): HeaderStyle {
  const tags = new Map<string, number>()
  const others = new Map<string, number>()
  const names = new Map<BtfId, string>()
  const enumerators = new Map<BtfId, Map<string, string>>()
  const unique = (used: Map<string, number>, name: string): string => {
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return count === 1 ? name : `${name}___${count}`
  }
  // A declaration and a definition of one tag are the same type.
  const whole = new Set(btf.types.flatMap((t) => ((t.kind === 'struct' || t.kind === 'union') && t.name !== '' ? [t.name] : [])))
  for (const [id, t] of btf.types.entries()) {
    switch (t.kind) {
      case 'struct':
      case 'union':
        if (t.name !== '') names.set(id, unique(tags, t.name))
        break
      case 'fwd':
        if (!whole.has(t.name)) tags.set(t.name, 1)
        break
      case 'enum':
      case 'enum64':
        if (t.name !== '') names.set(id, unique(tags, t.name))
        for (const v of t.values) {
          const name = unique(others, v.name)
          if (name === v.name) continue
          enumerators.set(id, (enumerators.get(id) ?? new Map<string, string>()).set(v.name, name))
        }
        break
      case 'typedef':
        if (!INTERNAL.test(t.name)) names.set(id, unique(others, t.name))
        break
      default:
    }
  }
  const aligns = new Map<BtfId, number>()
  return {
    nameOf: (id, name) => names.get(id) ?? name,
    enumeratorName: (id, name) => enumerators.get(id)?.get(name) ?? name,
    layoutOf: (id) => layoutOf(btf, id, aligns),
  }
}

/** The bits that are left free in a record's body, given what a compiler leaves free by itself. */
function layoutOf(btf: Btf, id: BtfId, aligns: Map<BtfId, number>): ReturnType<HeaderStyle['layoutOf']> {
  const t = btfType(btf, id) as BtfComposite
  const packed = isPacked(btf, id, t, aligns)
  const before: number[] = []
  let at = 0
  let align = 1
  for (const m of t.members) {
    if (t.kind === 'union') at = 0
    const natural = packed ? 1 : alignOf(btf, m.type, aligns)
    const unit = (sizeOf(btf, m.type) ?? 0) * 8
    const next =
      m.sizeBits === 0
        ? roundUp(at, natural * 8)
        : !packed && Math.floor(at / unit) !== Math.floor((at + m.sizeBits - 1) / unit)
          ? roundUp(at, unit)
          : at
    before.push(t.kind === 'union' || next === m.offBits ? 0 : m.offBits - at)
    at = m.offBits + (m.sizeBits || unit)
    align = Math.max(align, natural)
  }
  if (t.kind === 'union') {
    at = Math.max(0, ...t.members.map((m) => m.sizeBits || (sizeOf(btf, m.type) ?? 0) * 8))
    return { packed, before, behind: roundUp(Math.ceil(at / 8), align) < t.size ? t.size * 8 : 0 }
  }
  const behind = roundUp(Math.ceil(at / 8), align) < t.size ? t.size * 8 - at : 0
  return { packed, before, behind }
}

/** Whether a member or the size breaks the alignment that the members' types ask for. */
function isPacked(btf: Btf, id: BtfId, t: BtfComposite, aligns: Map<BtfId, number>): boolean {
  if (t.size % alignOf(btf, id, aligns) !== 0) return true
  return t.members.some((m) => m.sizeBits === 0 && m.offBits % (alignOf(btf, m.type, aligns) * 8) !== 0)
}

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to
