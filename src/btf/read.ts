// Bytes of a .BTF section to types. Never throws: what is wrong comes back as a fault with its place.
// A Btf that comes back is sound: every id is in range, every name lies in the string section. Types may still be
// circular in foolish ways (a typedef of itself); whoever walks them bounds the walk (query.ts does).
import { ByteReader } from '../base/index.ts'
import {
  BTF_HEADER_BYTES,
  BTF_KINDS,
  BTF_MAGIC,
  type Btf,
  type BtfEnumerator,
  type BtfLinkage,
  type BtfMember,
  type BtfParam,
  type BtfType,
  type BtfVarSecinfo,
} from './types.ts'

export type BtfFault = 'magic' | 'version' | 'header' | 'truncated' | 'kind' | 'string' | 'type id' | 'linkage'

export type BtfResult =
  | { readonly ok: true; readonly btf: Btf }
  /** `at` is the offset in the section. */
  | { readonly ok: false; readonly fault: BtfFault; readonly at: number }

export function readBtf(bytes: Uint8Array): BtfResult {
  const header = new ByteReader(bytes)
  const magic = header.u16()
  const version = header.u8()
  header.u8()
  const headerBytes = header.u32()
  const typeOff = header.u32()
  const typeLen = header.u32()
  const strOff = header.u32()
  const strLen = header.u32()
  if (header.overrun) return fault('truncated', bytes.length)
  if (magic !== BTF_MAGIC) return fault('magic', 0)
  if (version !== 1) return fault('version', 2)
  if (headerBytes < BTF_HEADER_BYTES || headerBytes > bytes.length) return fault('header', 4)
  const body = bytes.length - headerBytes
  if (typeOff + typeLen > body || strOff + strLen > body) return fault('truncated', bytes.length)
  const strings = bytes.slice(headerBytes + strOff, headerBytes + strOff + strLen)
  if (strLen > 0 && (strings[0] !== 0 || strings[strLen - 1] !== 0)) return fault('string', headerBytes + strOff)

  const start = headerBytes + typeOff
  const reader = new TypeReader(bytes.subarray(start, start + typeLen), strings)
  const types: BtfType[] = [{ kind: 'void' }]
  const ends: number[] = [0]
  while (reader.more()) {
    const type = reader.type()
    if (typeof type === 'string') return fault(type, start + ends[ends.length - 1])
    types.push(type)
    ends.push(reader.offset)
  }
  for (let id = 1; id < types.length; id++) {
    if (referredIds(types[id]).some((t) => t >= types.length)) return fault('type id', start + ends[id - 1])
  }
  return { ok: true, btf: { types, strings } }
}

/** The string at an offset of the string section, or undefined outside of it. */
export function btfString(strings: Uint8Array, offset: number): string | undefined {
  if (offset === 0) return ''
  if (offset < 0 || offset >= strings.length) return undefined
  let end = offset
  while (end < strings.length && strings[end] !== 0) end++
  return new TextDecoder('utf-8').decode(strings.subarray(offset, end))
}

/** Every type id that a type mentions. */
export function referredIds(t: BtfType): number[] {
  switch (t.kind) {
    case 'array':
      return [t.type, t.indexType]
    case 'struct':
    case 'union':
      return t.members.map((m) => m.type)
    case 'func_proto':
      return [t.ret, ...t.params.map((p) => p.type)]
    case 'datasec':
      return t.vars.map((v) => v.type)
    default:
      return 'type' in t ? [t.type] : []
  }
}

/** Reads one type after the other; a fault is a BtfFault instead of a type. */
class TypeReader {
  private readonly r: ByteReader
  private readonly strings: Uint8Array
  private badString = false

  constructor(bytes: Uint8Array, strings: Uint8Array) {
    this.r = new ByteReader(bytes)
    this.strings = strings
  }

  get offset(): number {
    return this.r.offset
  }

  more(): boolean {
    return this.r.left > 0
  }

  type(): BtfType | BtfFault {
    const nameOff = this.r.u32()
    const info = this.r.u32()
    const sizeOrType = this.r.u32()
    const vlen = info & 0xffff
    const kind = BTF_KINDS[(info >>> 24) & 0x1f]
    const flag = info >>> 31 === 1
    if (this.r.overrun) return 'truncated'
    const name = this.string(nameOff)
    const type = this.body(kind, name, sizeOrType, vlen, flag)
    if (this.r.overrun) return 'truncated'
    if (this.badString) return 'string'
    return type
  }

  private string(offset: number): string {
    const s = btfString(this.strings, offset)
    if (s === undefined) this.badString = true
    return s ?? ''
  }

  /** `count` entries of at least `bytes` each; none where there is not room for all of them. */
  private list<T>(count: number, bytes: number, one: () => T): T[] {
    if (count * bytes > this.r.left) {
      this.r.overrun = true
      return []
    }
    return Array.from({ length: count }, one)
  }

  private body(kind: BtfType['kind'] | undefined, name: string, sizeOrType: number, vlen: number, flag: boolean): BtfType | BtfFault {
    const r = this.r
    const size = sizeOrType
    const type = sizeOrType
    switch (kind) {
      case undefined:
      case 'void':
        return 'kind'
      case 'int': {
        const info = r.u32()
        return { kind, name, size, encoding: (info >>> 24) & 0x0f, offBits: (info >>> 16) & 0xff, bits: info & 0xff }
      }
      case 'ptr':
      case 'volatile':
      case 'const':
      case 'restrict':
        return { kind, type }
      case 'typedef':
      case 'type_tag':
        return { kind, name, type }
      case 'array':
        return { kind, type: r.u32(), indexType: r.u32(), count: r.u32() }
      case 'struct':
      case 'union':
        return { kind, name, size, members: this.list(vlen, 12, () => this.member(flag)) }
      case 'enum':
        return { kind, name, size, signed: flag, values: this.list(vlen, 8, () => this.enumerator(flag)) }
      case 'enum64':
        return { kind, name, size, signed: flag, values: this.list(vlen, 12, () => this.enumerator64(flag)) }
      case 'fwd':
        return { kind, name, isUnion: flag }
      case 'func':
        return vlen <= 2 ? { kind, name, type, linkage: vlen as BtfLinkage } : 'linkage'
      case 'func_proto':
        return { kind, ret: type, params: this.list(vlen, 8, (): BtfParam => ({ name: this.string(r.u32()), type: r.u32() })) }
      case 'var': {
        const linkage = r.u32()
        return linkage <= 2 ? { kind, name, type, linkage: linkage as BtfLinkage } : 'linkage'
      }
      case 'datasec': {
        const vars = this.list(vlen, 12, (): BtfVarSecinfo => ({ type: r.u32(), offset: r.u32(), size: r.u32() }))
        return { kind, name, size, vars }
      }
      case 'float':
        return { kind, name, size }
      case 'decl_tag':
        return { kind, name, type, component: r.s32() }
    }
  }

  private member(bitfields: boolean): BtfMember {
    const name = this.string(this.r.u32())
    const type = this.r.u32()
    const offset = this.r.u32()
    return bitfields ? { name, type, offBits: offset & 0xffffff, sizeBits: offset >>> 24 } : { name, type, offBits: offset, sizeBits: 0 }
  }

  private enumerator(signed: boolean): BtfEnumerator {
    const name = this.string(this.r.u32())
    const value = this.r.u32()
    return { name, value: BigInt(signed ? value | 0 : value) }
  }

  private enumerator64(signed: boolean): BtfEnumerator {
    const name = this.string(this.r.u32())
    const value = this.r.u64()
    return { name, value: signed ? BigInt.asIntN(64, value) : value }
  }
}

const fault = (what: BtfFault, at: number): BtfResult => ({ ok: false, fault: what, at })
