// Bytes as a C initialiser by their type: `{.packets = 3, .addr = {192, 168, 0, 1}, .name = "eth0"}`.
// Integers are decimal, pointers hex, enumerators by name where the value has one, character arrays as strings where they are
// text that ends in NUL. Bytes that are missing show as `?`. The text is bounded, whatever the types and bytes are.
import { btfType, resolve, sizeOf } from './query.ts'
import type { Btf, BtfId, BtfMember, BtfType } from './types.ts'
import { BTF_INT_BOOL, BTF_INT_CHAR, BTF_INT_SIGNED } from './types.ts'

const MAX_DEPTH = 16
const MAX_ITEMS = 256
const MAX_VALUES = 10_000

/** One walk: `left` is how many more values it may show. */
interface Walk {
  readonly btf: Btf
  left: number
}

/** `bytes` as a value of the type, as bpftool's dumps and C's designated initialisers name the members. */
export function formatValue(btf: Btf, id: BtfId, bytes: Uint8Array): string {
  return format({ btf, left: MAX_VALUES }, id, bytes, 0)
}

function format(w: Walk, id: BtfId, bytes: Uint8Array, depth: number): string {
  const { type } = resolve(w.btf, id)
  if (depth > MAX_DEPTH || --w.left < 0) return '...'
  switch (type.kind) {
    case 'int':
      return bytes.length < type.size ? '?' : formatInt(type, integer(bytes, type.size), (type.encoding & BTF_INT_SIGNED) !== 0)
    case 'enum':
    case 'enum64': {
      if (bytes.length < type.size) return '?'
      return formatEnum(type, integer(bytes, type.size))
    }
    case 'ptr':
      return bytes.length < 8 ? '?' : `0x${integer(bytes, 8).toString(16)}`
    case 'float':
      return formatFloat(type.size, bytes)
    case 'array':
      return formatArray(w, type, bytes, depth)
    case 'struct':
    case 'union':
      return `{${type.members
        .slice(0, MAX_ITEMS)
        .map((m) => formatMember(w, m, bytes, depth))
        .join(', ')}}`
    case 'datasec':
      return `{${type.vars
        .slice(0, MAX_ITEMS)
        .map((v) => {
          const variable = btfType(w.btf, v.type)
          const name = 'name' in variable ? variable.name : ''
          return `.${name} = ${format(w, v.type, bytes.subarray(v.offset, v.offset + v.size), depth + 1)}`
        })
        .join(', ')}}`
    case 'var':
      return format(w, type.type, bytes, depth + 1)
    default:
      return [...bytes.subarray(0, MAX_ITEMS)].map((b) => b.toString(16).padStart(2, '0')).join(' ')
  }
}

function formatMember(w: Walk, m: BtfMember, bytes: Uint8Array, depth: number): string {
  const label = m.name === '' ? '' : `.${m.name} = `
  if (m.sizeBits > 0) return label + formatBitfield(w.btf, m, bytes)
  const at = m.offBits >> 3
  return label + format(w, m.type, bytes.subarray(at, at + (sizeOf(w.btf, m.type) ?? 0)), depth + 1)
}

function formatBitfield(btf: Btf, m: BtfMember, bytes: Uint8Array): string {
  const { type } = resolve(btf, m.type)
  const first = m.offBits >> 3
  const size = Math.ceil(((m.offBits & 7) + m.sizeBits) / 8)
  if (first + size > bytes.length) return '?'
  const raw = integer(bytes.subarray(first), size) >> BigInt(m.offBits & 7)
  const value = BigInt.asUintN(m.sizeBits, raw)
  const isSigned = (type.kind === 'int' && (type.encoding & BTF_INT_SIGNED) !== 0) || (type.kind === 'enum' && type.signed)
  const number = isSigned ? BigInt.asIntN(m.sizeBits, value) : value
  if (type.kind === 'enum' || type.kind === 'enum64') return formatEnum(type, number)
  return type.kind === 'int' && (type.encoding & BTF_INT_BOOL) !== 0 ? String(number !== 0n) : String(number)
}

function formatArray(w: Walk, type: Extract<BtfType, { kind: 'array' }>, bytes: Uint8Array, depth: number): string {
  const size = sizeOf(w.btf, type.type) ?? 0
  if (size === 0) return '{}'
  const element = resolve(w.btf, type.type).type
  if (element.kind === 'int' && element.size === 1 && isText(w.btf, type.type)) {
    const text = asText(bytes.subarray(0, type.count))
    if (text !== undefined) return text
  }
  const count = Math.min(type.count, MAX_ITEMS)
  const items = Array.from({ length: count }, (_, i) => format(w, type.type, bytes.subarray(i * size, (i + 1) * size), depth + 1))
  if (type.count > count) items.push('...')
  return `{${items.join(', ')}}`
}

/** Whether the element type says "character": clang gives `char` the name and no encoding that could tell it from `__u8`. */
function isText(btf: Btf, id: BtfId): boolean {
  const { type } = resolve(btf, id)
  return type.kind === 'int' && (type.name === 'char' || (type.encoding & BTF_INT_CHAR) !== 0) && type.name !== 'unsigned char'
}

/** A quoted string where the bytes are printable ASCII followed by nothing but NULs, at least one of them. */
function asText(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0)
  if (end < 0 || bytes.subarray(end).some((b) => b !== 0)) return undefined
  let text = ''
  for (const b of bytes.subarray(0, end)) {
    if (b === 10) text += '\\n'
    else if (b === 34 || b === 92) text += `\\${String.fromCharCode(b)}`
    else if (b >= 32 && b < 127) text += String.fromCharCode(b)
    else return undefined
  }
  return `"${text}"`
}

function formatInt(type: Extract<BtfType, { kind: 'int' }>, raw: bigint, signed: boolean): string {
  if (type.encoding & BTF_INT_BOOL) return raw === 0n ? 'false' : raw === 1n ? 'true' : String(raw)
  return String(signed ? BigInt.asIntN(type.size * 8, raw) : raw)
}

function formatEnum(type: Extract<BtfType, { kind: 'enum' | 'enum64' }>, raw: bigint): string {
  const value = type.signed ? BigInt.asIntN(type.size * 8, raw) : BigInt.asUintN(type.size * 8, raw)
  return type.values.find((v) => v.value === value)?.name ?? String(value)
}

function formatFloat(size: number, bytes: Uint8Array): string {
  if (bytes.length < size) return '?'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return size === 4 ? String(view.getFloat32(0, true)) : size === 8 ? String(view.getFloat64(0, true)) : '?'
}

function integer(bytes: Uint8Array, size: number): bigint {
  let value = 0n
  for (let i = Math.min(size, bytes.length) - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i])
  return value
}
