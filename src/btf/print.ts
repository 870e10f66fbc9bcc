// Types as C: a type's name as in a declaration (`struct flow *`, `__u8[6]`) and its whole definition.
// A C declarator grows around the name from the inside out: pointers to the left, arrays and parameters to the right, with
// parentheses where a pointer meets one of those.
import { btfType } from './query.ts'
import type { Btf, BtfId, BtfMember } from './types.ts'

const MAX_DEPTH = 32
const MAX_PARTS = 10_000

/** One walk: `left` is how many more types it may visit, since foreign types may nest without end. */
interface Walk {
  readonly btf: Btf
  left: number
  readonly header?: HeaderStyle
}

/** What a header needs beyond a picture of the type: names that are unique, and bodies that a compiler lays out as they are. */
export interface HeaderStyle {
  readonly nameOf: (id: BtfId, name: string) => string
  readonly enumeratorName: (id: BtfId, name: string) => string
  /** Bits to leave free before each member and behind the last (of a union: its size), and whether nothing else is to be left free. */
  readonly layoutOf: (id: BtfId) => { readonly packed: boolean; readonly before: readonly number[]; readonly behind: number }
}

/** A definition as it stands in a header (`typedef`, `struct`, `union`, `enum`), with its `;`. */
export function headerDefinition(btf: Btf, id: BtfId, header: HeaderStyle): string {
  const w = { btf, left: MAX_PARTS, header }
  const type = btfType(btf, id)
  if (type.kind === 'typedef') return `typedef ${declare(w, type.type, header.nameOf(id, type.name), 0)};`
  return `${definition(w, id, 0, '')};`
}

/** The C spelling of a type, around `name` where one is given: `int (*f)(void)`. */
export function typeName(btf: Btf, id: BtfId, name = ''): string {
  return declare(walk(btf), id, name, 0).trimEnd()
}

/** The definition: `struct s { ... };`, `typedef __u32 u;`, `enum e { ... };`, or the declaration of a variable or function. */
export function printType(btf: Btf, id: BtfId): string {
  const type = btfType(btf, id)
  switch (type.kind) {
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return `${definition(walk(btf), id, 0, '')};`
    case 'fwd':
      return `${type.isUnion ? 'union' : 'struct'} ${type.name};`
    case 'typedef':
      return `typedef ${declare(walk(btf), type.type, type.name, 0)};`
    case 'var':
      return `${['static ', '', 'extern '][type.linkage]}${declare(walk(btf), type.type, type.name, 0)};`
    case 'func':
      return `${['static ', '', 'extern '][type.linkage]}${declare(walk(btf), type.type, type.name, 0)};`
    case 'datasec':
      return `/* ${type.name} */\n${type.vars.map((v) => printType(btf, v.type)).join('\n')}`
    default:
      return `${typeName(btf, id)};`
  }
}

function declare(w: Walk, id: BtfId, inner: string, depth: number): string {
  const type = btfType(w.btf, id)
  if (depth > MAX_DEPTH || --w.left < 0) return `? ${inner}`
  const spaced = inner === '' || inner.startsWith('[') ? inner : ` ${inner}`
  switch (type.kind) {
    case 'void':
      return `void${spaced}`
    case 'int':
    case 'float':
      return `${type.name}${spaced}`
    case 'typedef':
      return `${nameOf(w, id, type.name)}${spaced}`
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return (type.name ? `${tag(type.kind)} ${nameOf(w, id, type.name)}` : definition(w, id, depth, '')) + spaced
    case 'fwd':
      return `${type.isUnion ? 'union' : 'struct'} ${nameOf(w, id, type.name)}${spaced}`
    case 'ptr':
      return declare(w, type.type, `*${inner}`, depth + 1)
    case 'const':
    case 'volatile':
    case 'restrict':
      return qualified(w, type.kind, type.type, inner, depth)
    case 'type_tag':
      return declare(w, type.type, inner, depth + 1)
    case 'array':
      return declare(w, type.type, `${inner.startsWith('*') ? `(${inner})` : inner}[${type.count}]`, depth + 1)
    case 'func_proto': {
      const params = type.params.map((p) => (p.type === 0 && p.name === '' ? '...' : declare(w, p.type, p.name, depth + 1)))
      const list = params.length === 0 ? 'void' : params.join(', ')
      return declare(w, type.ret, `${inner.startsWith('*') ? `(${inner})` : inner}(${list})`, depth + 1)
    }
    case 'func':
    case 'var':
      return declare(w, type.type, type.name, depth + 1)
    case 'datasec':
    case 'decl_tag':
      return `${type.name}${spaced}`
  }
}

/** A qualifier stands left of a plain type (`const int x`) and right of the star of a pointer (`int *const x`). */
function qualified(w: Walk, qualifier: string, id: BtfId, inner: string, depth: number): string {
  let behind = btfType(w.btf, id)
  for (let i = 0; i < MAX_DEPTH && (behind.kind === 'const' || behind.kind === 'volatile' || behind.kind === 'type_tag'); i++) {
    behind = btfType(w.btf, behind.type)
  }
  // A constant array of constants says it once.
  if (behind.kind === 'array' && btfType(w.btf, behind.type).kind === qualifier) return declare(w, id, inner, depth + 1)
  if (behind.kind !== 'ptr') return `${qualifier} ${declare(w, id, inner, depth + 1)}`
  return declare(w, id, inner === '' || inner.startsWith('[') ? `${qualifier}${inner}` : `${qualifier} ${inner}`, depth + 1)
}

function definition(w: Walk, id: BtfId, depth: number, indent: string): string {
  const type = btfType(w.btf, id)
  if (depth > MAX_DEPTH || --w.left < 0) return '?'
  if (type.kind === 'enum' || type.kind === 'enum64') {
    const values = type.values.map((v) => `${indent}\t${enumeratorName(w, id, v.name)} = ${enumeratorValue(w, v.value)},\n`).join('')
    const small = w.header && type.size < 4 ? ' __attribute__((packed))' : ''
    return `enum ${type.name ? `${nameOf(w, id, type.name)} ` : ''}{\n${values}${indent}}${small}`
  }
  if (type.kind !== 'struct' && type.kind !== 'union') return typeName(w.btf, id)
  const layout = w.header?.layoutOf(id)
  const free = (bits = 0): string => padding(bits, `${indent}\t`)
  // Members of a union do not add up: what fills it is a record of its own.
  const behind =
    type.kind === 'union' && layout?.behind
      ? `${indent}\tstruct {\n${padding(layout.behind, `${indent}\t\t`)}${indent}\t};\n`
      : free(layout?.behind)
  const members = type.members.map((m, i) => `${free(layout?.before[i])}${indent}\t${member(w, m, depth + 1, `${indent}\t`)};\n`).join('')
  const attributes = layout?.packed ? ' __attribute__((packed))' : ''
  return `${type.kind} ${type.name ? `${nameOf(w, id, type.name)} ` : ''}{\n${members}${behind}${indent}}${attributes}`
}

const nameOf = (w: Walk, id: BtfId, name: string): string => w.header?.nameOf(id, name) ?? name
const enumeratorName = (w: Walk, id: BtfId, name: string): string => w.header?.enumeratorName(id, name) ?? name
const enumeratorValue = (w: Walk, value: bigint): string => (w.header && value >= 1n << 63n ? `${value}ULL` : `${value}`)

/** Bit-fields without a name, which ask for no alignment. */
function padding(bits: number, indent: string): string {
  const first = bits % 64
  return `${first > 0 ? `${indent}long: ${first};\n` : ''}${`${indent}long: 64;\n`.repeat((bits - first) / 64)}`
}

function member(w: Walk, m: BtfMember, depth: number, indent: string): string {
  const type = btfType(w.btf, m.type)
  const bits = m.sizeBits > 0 ? `: ${m.sizeBits}` : ''
  if ((type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum') && type.name === '') {
    return `${definition(w, m.type, depth, indent)}${m.name ? ` ${m.name}` : ''}${bits}`
  }
  return `${declare(w, m.type, m.name, depth)}${bits}`
}

const tag = (kind: 'struct' | 'union' | 'enum' | 'enum64'): string => (kind === 'enum64' ? 'enum' : kind)

const walk = (btf: Btf): Walk => ({ btf, left: MAX_PARTS })
