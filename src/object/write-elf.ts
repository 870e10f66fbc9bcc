// An ObjectFile as the bytes of a relocatable ELF64 file for eBPF, in the layout that clang writes:
// header, section contents, relocation sections (.rel<name>), symbol table, string table, section headers.
// Local symbols stand before the others in the file, as ELF asks; relocations follow their symbols there.
import { ByteWriter } from '../base/index.ts'
import * as e from './elf-constants.ts'
import type { ObjectFile, ObjectSymbol } from './types.ts'

/** Bytes that llvm-readelf, bpftool and libbpf read. `object.debug` is not part of ELF and is left out. */
export function writeElf(object: ObjectFile): Uint8Array {
  const strings = new StringTable()
  const { order, firstGlobal } = symbolOrder(object.symbols)
  // Section numbers: 0 is the null section, then ours, then .rel*, .symtab, .strtab.
  const relocated = object.sections.map((_, i) => i).filter((i) => object.sections[i].relocations.length > 0)
  const symtabIndex = 1 + object.sections.length + relocated.length
  const strtabIndex = symtabIndex + 1

  const body = new ByteWriter(4096).zeros(e.ELF_HEADER_BYTES)
  const headers: SectionHeader[] = [{ name: 0, type: 0, flags: 0, offset: 0, size: 0, link: 0, info: 0, align: 0, entry: 0 }]
  for (const s of object.sections) {
    const align = Math.max(1, s.align)
    body.align(align)
    const noBits = s.type === e.SHT_NOBITS
    headers.push({
      name: strings.add(s.name),
      type: s.type,
      flags: s.flags,
      offset: body.length,
      size: noBits ? s.size : s.data.length,
      link: 0,
      info: 0,
      align,
      entry: s.flags & e.SHF_STRINGS ? 1 : 0,
    })
    if (!noBits) body.bytes(s.data)
  }

  const place = new Map(order.map((symbol, at) => [symbol, at + 1]))
  for (const i of relocated) {
    const { name, relocations } = object.sections[i]
    body.align(8)
    headers.push({
      name: strings.add(`.rel${name}`),
      type: e.SHT_REL,
      flags: e.SHF_INFO_LINK,
      offset: body.length,
      size: relocations.length * e.REL_BYTES,
      link: symtabIndex,
      info: i + 1,
      align: 8,
      entry: e.REL_BYTES,
    })
    for (const r of relocations)
      body
        .u64(BigInt(r.offset))
        .u32(r.type)
        .u32(place.get(r.symbol) ?? 0)
  }

  body.align(8)
  const symtabOffset = body.length
  body.zeros(e.SYMBOL_BYTES)
  for (const i of order) writeSymbol(body, object.symbols[i], strings)
  headers.push({
    name: strings.add('.symtab'),
    type: e.SHT_SYMTAB,
    flags: 0,
    offset: symtabOffset,
    size: (order.length + 1) * e.SYMBOL_BYTES,
    link: strtabIndex,
    info: firstGlobal + 1,
    align: 8,
    entry: e.SYMBOL_BYTES,
  })

  const strtabName = strings.add('.strtab')
  const table = strings.done()
  headers.push({
    name: strtabName,
    type: e.SHT_STRTAB,
    flags: 0,
    offset: body.length,
    size: table.length,
    link: 0,
    info: 0,
    align: 1,
    entry: 0,
  })
  body.bytes(table).align(8)
  const headersOffset = body.length
  for (const h of headers) writeSectionHeader(body, h)
  const bytes = body.done()
  bytes.set(elfHeader(headersOffset, headers.length, strtabIndex))
  return bytes
}

interface SectionHeader {
  readonly name: number
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly align: number
  readonly entry: number
}

function elfHeader(sectionHeaders: number, sections: number, strtab: number): Uint8Array {
  return new ByteWriter(e.ELF_HEADER_BYTES)
    .bytes(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))
    .zeros(8)
    .u16(e.ET_REL)
    .u16(e.EM_BPF)
    .u32(1)
    .u64(0n)
    .u64(0n)
    .u64(BigInt(sectionHeaders))
    .u32(0)
    .u16(e.ELF_HEADER_BYTES)
    .u16(0)
    .u16(0)
    .u16(e.SECTION_HEADER_BYTES)
    .u16(sections)
    .u16(strtab)
    .done()
}

function writeSectionHeader(w: ByteWriter, h: SectionHeader): void {
  w.u32(h.name).u32(h.type).u64(BigInt(h.flags)).u64(0n).u64(BigInt(h.offset)).u64(BigInt(h.size))
  w.u32(h.link).u32(h.info).u64(BigInt(h.align)).u64(BigInt(h.entry))
}

function writeSymbol(w: ByteWriter, s: ObjectSymbol, strings: StringTable): void {
  const info = (e.BINDINGS.indexOf(s.binding) << 4) | e.SYMBOL_KINDS.indexOf(s.kind)
  const section = s.section !== undefined ? s.section + 1 : s.kind === 'file' ? e.SHN_ABS : e.SHN_UNDEF
  w.u32(s.kind === 'section' ? 0 : strings.add(s.name))
    .u8(info)
    .u8(s.visibility === 'hidden' ? e.STV_HIDDEN : 0)
    .u16(section)
    .u64(BigInt(s.value))
    .u64(BigInt(s.size))
}

/** Indices of the symbols, local ones first. */
function symbolOrder(symbols: readonly ObjectSymbol[]): { order: number[]; firstGlobal: number } {
  const all = symbols.map((_, i) => i)
  const local = all.filter((i) => symbols[i].binding === 'local')
  return { order: [...local, ...all.filter((i) => symbols[i].binding !== 'local')], firstGlobal: local.length }
}

/** NUL-terminated names, each stored once. */
class StringTable {
  private readonly w = new ByteWriter(256).u8(0)
  private readonly offsets = new Map<string, number>([['', 0]])

  add(text: string): number {
    const known = this.offsets.get(text)
    if (known !== undefined) return known
    const offset = this.w.length
    this.w.bytes(new TextEncoder().encode(text.replaceAll('\0', ''))).u8(0)
    this.offsets.set(text, offset)
    return offset
  }

  done(): Uint8Array {
    return this.w.done()
  }
}
