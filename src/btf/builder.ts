// Collects types and strings and writes them as a .BTF section. Equal types get one id and equal strings one offset.
// A recursive struct is made in two steps: `reserve` its id, then `define` it; a type that was reserved is never merged.
// Invariant: ids handed out stay valid; `build` may be called at any time after every reserved id is defined.
import { assert, ByteWriter } from '../base/index.ts'
import { BTF_HEADER_BYTES, BTF_KINDS, BTF_MAGIC, type Btf, type BtfId, type BtfMember, type BtfType } from './types.ts'

const utf8 = new TextEncoder()

/** The bytes of a name without zeros. Nearly all are short and ASCII, where a loop is quicker than the encoder. */
function encodeName(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0 || c > 127) return utf8.encode(text.replaceAll('\0', ''))
    bytes[i] = c
  }
  return bytes
}

/** Owned by the pass that makes the object file. */
export class BtfBuilder {
  private readonly list: (BtfType | undefined)[] = [{ kind: 'void' }]
  private readonly ids = new Map<string, BtfId>()
  private readonly strings = new ByteWriter(1024).u8(0)
  private readonly stringOffsets = new Map<string, number>([['', 0]])

  /** Id of a type: that of an equal one added before, else a new one. */
  add(type: BtfType): BtfId {
    if (type.kind === 'void') return 0
    const key = keyOf(type)
    const known = this.ids.get(key)
    if (known !== undefined) return known
    const id = this.reserve()
    this.ids.set(key, id)
    this.list[id] = type
    return id
  }

  /** A new id for a type that is defined later. */
  reserve(): BtfId {
    return this.list.push(undefined) - 1
  }

  define(id: BtfId, type: BtfType): void {
    assert(id > 0 && id < this.list.length && this.list[id] === undefined, `BTF id ${id} is reserved`)
    this.list[id] = type
  }

  /** Offset of a string in the string section (for .BTF.ext). */
  string(text: string): number {
    const known = this.stringOffsets.get(text)
    if (known !== undefined) return known
    const offset = this.strings.length
    this.strings.bytes(encodeName(text)).u8(0)
    this.stringOffsets.set(text, offset)
    return offset
  }

  get types(): readonly (BtfType | undefined)[] {
    return this.list
  }

  /** The .BTF section. */
  build(): Uint8Array {
    const w = new ByteWriter(1024)
    for (let id = 1; id < this.list.length; id++) {
      const type = this.list[id]
      assert(type !== undefined, `BTF id ${id} is defined`)
      this.write(w, type)
    }
    const types = w.done()
    const strings = this.strings.done()
    return new ByteWriter(BTF_HEADER_BYTES + types.length + strings.length)
      .u16(BTF_MAGIC)
      .u8(1)
      .u8(0)
      .u32(BTF_HEADER_BYTES)
      .u32(0)
      .u32(types.length)
      .u32(types.length)
      .u32(strings.length)
      .bytes(types)
      .bytes(strings)
      .done()
  }

  private write(w: ByteWriter, t: BtfType): void {
    const name = 'name' in t ? this.string(t.name) : 0
    const head = (vlen: number, sizeOrType: number, flag = false) =>
      w
        .u32(name)
        .u32(((flag ? 0x80000000 : 0) | (BTF_KINDS.indexOf(t.kind) << 24) | vlen) >>> 0)
        .u32(sizeOrType)
    switch (t.kind) {
      case 'void':
        return
      case 'int':
        head(0, t.size).u32((t.encoding << 24) | (t.offBits << 16) | t.bits)
        return
      case 'array':
        head(0, 0).u32(t.type).u32(t.indexType).u32(t.count)
        return
      case 'struct':
      case 'union': {
        const bitfields = t.members.some((m) => m.sizeBits > 0)
        head(t.members.length, t.size, bitfields)
        for (const m of t.members) w.u32(this.string(m.name)).u32(m.type).u32(memberOffset(m, bitfields))
        return
      }
      case 'enum':
        head(t.values.length, t.size, t.signed)
        for (const v of t.values) w.u32(this.string(v.name)).u32(Number(BigInt.asUintN(32, v.value)))
        return
      case 'enum64':
        head(t.values.length, t.size, t.signed)
        for (const v of t.values) w.u32(this.string(v.name)).u64(v.value)
        return
      case 'fwd':
        head(0, 0, t.isUnion)
        return
      case 'ptr':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'typedef':
      case 'type_tag':
        head(0, t.type)
        return
      case 'func':
        head(t.linkage, t.type)
        return
      case 'func_proto':
        head(t.params.length, t.ret)
        for (const p of t.params) w.u32(this.string(p.name)).u32(p.type)
        return
      case 'var':
        head(0, t.type).u32(t.linkage)
        return
      case 'datasec':
        head(t.vars.length, t.size)
        for (const v of t.vars) w.u32(v.type).u32(v.offset).u32(v.size)
        return
      case 'float':
        head(0, t.size)
        return
      case 'decl_tag':
        head(0, t.type).u32(t.component)
        return
    }
  }
}

/** The .BTF section of a list of types whose ids are their places (types[0] is void); nothing is merged. */
export function writeBtf(btf: Pick<Btf, 'types'>): Uint8Array {
  const builder = new BtfBuilder()
  for (const type of btf.types.slice(1)) builder.define(builder.reserve(), type)
  return builder.build()
}

/** The same text for equal types and for no others: names have no separator in them, and lists are as long as they say. */
function keyOf(t: BtfType): string {
  const name = 'name' in t ? t.name : ''
  const head = `${t.kind}\0${name}\0`
  switch (t.kind) {
    case 'void':
      return head
    case 'int':
      return `${head}${t.size},${t.encoding},${t.bits},${t.offBits}`
    case 'ptr':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return `${head}${t.type}`
    case 'array':
      return `${head}${t.type},${t.indexType},${t.count}`
    case 'struct':
    case 'union':
      return t.members.reduce((key, m) => `${key}\0${m.name}\0${m.type},${m.offBits},${m.sizeBits}`, `${head}${t.size}`)
    case 'enum':
    case 'enum64':
      return t.values.reduce((key, v) => `${key}\0${v.name}\0${v.value}`, `${head}${t.size},${t.signed}`)
    case 'fwd':
      return `${head}${t.isUnion}`
    case 'func':
    case 'var':
      return `${head}${t.type},${t.linkage}`
    case 'func_proto':
      return t.params.reduce((key, p) => `${key}\0${p.name}\0${p.type}`, `${head}${t.ret}`)
    case 'datasec':
      return t.vars.reduce((key, v) => `${key}\0${v.type},${v.offset},${v.size}`, `${head}${t.size}`)
    case 'float':
      return `${head}${t.size}`
    case 'decl_tag':
      return `${head}${t.type},${t.component}`
  }
}

const memberOffset = (m: BtfMember, bitfields: boolean): number => (bitfields ? ((m.sizeBits << 24) | m.offBits) >>> 0 : m.offBits)
