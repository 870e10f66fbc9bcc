// One field of a value by its path ("key.pid", "slots[3]"), as a number or a text, and texts with places for fields: "{comm} {pid} opened {path}".
// A place may say how it is shown: {daddr:ip} an IPv4 address in network order, {dport:port} a port in network order, {flags:hex}.
import { type Btf, type BtfId, findMember, formatValue, resolve, sizeOf } from '../btf/index.ts'

export type FieldValue = bigint | string

interface Place {
  readonly type: BtfId
  readonly bytes: Uint8Array
  /** Bits of a bit field; 0 = not one. */
  readonly bits: number
  readonly bitAt: number
}

/** The field's number or text; undefined where there is no such field. */
export function fieldValue(btf: Btf, type: BtfId, bytes: Uint8Array, path: string): FieldValue | undefined {
  const place = placeOf(btf, { type, bytes, bits: 0, bitAt: 0 }, path)
  return place && valueAt(btf, place)
}

function placeOf(btf: Btf, start: Place, path: string): Place | undefined {
  let at = start
  for (const [, name, index] of path.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g)) {
    const { id, type } = resolve(btf, at.type)
    if (index !== undefined) {
      if (type.kind !== 'array' || Number(index) >= type.count) return undefined
      const size = sizeOf(btf, type.type) ?? 0
      at = { type: type.type, bytes: at.bytes.subarray(size * Number(index)), bits: 0, bitAt: 0 }
      continue
    }
    const member = findMember(btf, id, name)
    if (!member) return undefined
    at = { type: member.type, bytes: at.bytes.subarray(member.offBits >> 3), bits: member.sizeBits, bitAt: member.offBits & 7 }
  }
  return at
}

function valueAt(btf: Btf, { type: id, bytes, bits, bitAt }: Place): FieldValue | undefined {
  const { type } = resolve(btf, id)
  switch (type.kind) {
    case 'int':
    case 'enum':
    case 'enum64': {
      const raw = integer(bytes, type.size)
      if (raw === undefined) return undefined
      const value = bits > 0 ? BigInt.asUintN(bits, raw >> BigInt(bitAt)) : raw
      if (type.kind === 'int') return type.encoding & 1 ? BigInt.asIntN(bits || type.size * 8, value) : value
      const signed = BigInt.asIntN(type.size * 8, value)
      return type.values.find((v) => v.value === value || v.value === signed)?.name ?? value
    }
    case 'ptr':
      return integer(bytes, 8)
    case 'array': {
      const element = resolve(btf, type.type).type
      return element.kind === 'int' && element.size === 1 ? textOf(bytes.subarray(0, type.count)) : formatValue(btf, id, bytes)
    }
    default:
      return formatValue(btf, id, bytes)
  }
}

/** Up to the first NUL; what cannot be printed is a dot. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
  return [...text].map((c) => (c === '\n' || c === '\r' || c === '\t' ? ' ' : c < ' ' || c === '\u{fffd}' ? '.' : c)).join('')
}

function integer(bytes: Uint8Array, size: number): bigint | undefined {
  if (bytes.length < size) return undefined
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i])
  return value
}

/** A text with {field} places filled in; what is not there stays as it is written. */
export function fillFormat(btf: Btf, type: BtfId, bytes: Uint8Array, format: string): string {
  return format.replace(/\{([\w.[\]]+)(?::(\w+))?\}/g, (whole, path: string, how?: string) => {
    const value = fieldValue(btf, type, bytes, path)
    return value === undefined ? whole : shown(value, how)
  })
}

function shown(value: FieldValue, how: string | undefined): string {
  if (typeof value === 'string') return value
  switch (how) {
    case 'ip':
      return [0n, 8n, 16n, 24n].map((shift) => String((value >> shift) & 0xffn)).join('.')
    case 'port':
      return String(((value & 0xffn) << 8n) | ((value >> 8n) & 0xffn))
    case 'hex':
      return `0x${BigInt.asUintN(64, value).toString(16)}`
    default:
      return String(value)
  }
}

/** The struct that a record is, by its name, or the only one of the program's own that has its size. */
export function recordType(btf: Btf, name: string | undefined, sizeBytes: number): BtfId | undefined {
  if (name !== undefined && name !== '') {
    const plain = name.replace(/^struct /, '')
    const id = btf.types.findIndex((t) => (t.kind === 'struct' || t.kind === 'union' || t.kind === 'typedef') && t.name === plain)
    return id < 0 ? undefined : id
  }
  const fitting = btf.types.flatMap((t, id) => (t.kind === 'struct' && t.name !== '' && t.size === sizeBytes ? [id] : []))
  return fitting.length === 1 ? fitting[0] : undefined
}
