// The bytes of a relocatable eBPF object to an ObjectFile. Any bytes are taken: what is broken is a diagnostic, and nothing here
// reads or allocates beyond the file's own size (a NOBITS section keeps its size as a number).
// In the result, section and symbol tables, their string tables and relocation sections are gone: sections hold their
// relocations, symbols and relocations point at indices of the lists. RELA addends are added to the bytes that they patch.
import { ByteReader } from '../base/index.ts'
import type { DiagCode, Diagnostic } from '../diag/index.ts'
import * as e from './elf-constants.ts'
import type { ObjectFile, ObjectRelocation, ObjectSection, ObjectSymbol } from './types.ts'

export interface ReadElfResult {
  /** Absent where the bytes are no eBPF object at all. */
  readonly object?: ObjectFile
  readonly diagnostics: readonly Diagnostic[]
}

interface RawSection {
  readonly nameOff: number
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly align: number
}

// A section that claims more memory than this is not eBPF's.
const MAX_NOBITS = 1 << 28

export function readElf(bytes: Uint8Array): ReadElfResult {
  const header = new ByteReader(bytes)
  const ident = header.slice(16)
  if (ident.length < 16 || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c || ident[3] !== 0x46) return fail('elf.magic')
  if (ident[4] !== 2) return fail('elf.class')
  if (ident[5] !== 1) return fail('elf.byteOrder')
  const type = header.u16()
  const machine = header.u16()
  // Old compilers left the machine empty.
  if (machine !== e.EM_BPF && machine !== 0) return fail('elf.machine', String(machine))
  if (type !== e.ET_REL) return fail('elf.notRelocatable', String(type))
  header.offset = 40
  const tableOffset = number(header.u64())
  header.offset = 58
  const entry = header.u16()
  const count16 = header.u16()
  const names16 = header.u16()
  if (header.overrun) return fail('elf.truncated', 'header', String(bytes.length))

  const diagnostics: Diagnostic[] = []
  const raw = readSections(bytes, tableOffset, entry, count16, diagnostics)
  const namesIndex = names16 === e.SHN_XINDEX ? (raw[0]?.link ?? 0) : names16
  const names = raw[namesIndex] ? contents(bytes, raw[namesIndex]) : new Uint8Array(0)
  return { object: assemble(bytes, raw, names, diagnostics), diagnostics }
}

function readSections(bytes: Uint8Array, offset: number, entry: number, count: number, diagnostics: Diagnostic[]): RawSection[] {
  const out: RawSection[] = []
  if (offset === 0 || entry < e.SECTION_HEADER_BYTES) return out
  const one = (i: number): RawSection | undefined => {
    const r = new ByteReader(bytes, offset + i * entry)
    const nameOff = r.u32()
    const type = r.u32()
    const flags = number(r.u64())
    r.u64() // sh_addr
    const at = number(r.u64())
    const size = number(r.u64())
    const link = r.u32()
    const info = r.u32()
    const section: RawSection = { nameOff, type, flags, offset: at, size, link, info, align: alignment(r.u64()) }
    return r.overrun ? undefined : section
  }
  let total = count
  if (total === 0) total = one(0)?.size ?? 0
  for (let i = 0; i < total; i++) {
    const section = one(i)
    if (!section) {
      diagnostics.push(diagnostic('elf.truncated', 'section headers', String(bytes.length)))
      break
    }
    out.push(section)
  }
  return out
}

function assemble(bytes: Uint8Array, raw: readonly RawSection[], names: Uint8Array, diagnostics: Diagnostic[]): ObjectFile {
  const symtab = raw.findIndex((s) => s.type === e.SHT_SYMTAB)
  const hidden = (i: number) =>
    i === 0 || raw[i].type === e.SHT_SYMTAB || raw[i].type === e.SHT_REL || raw[i].type === e.SHT_RELA || raw[i].type === e.SHT_STRTAB
  const indexOf = new Map<number, number>()
  raw.forEach((_, i) => {
    if (!hidden(i)) indexOf.set(i, indexOf.size)
  })

  const { symbols, places } = symtab < 0 ? { symbols: [], places: [] } : readSymbols(bytes, raw, symtab, indexOf, names, diagnostics)
  const sections: (ObjectSection & { relocations: ObjectRelocation[] })[] = []
  for (const i of indexOf.keys()) {
    const s = raw[i]
    const name = text(names, s.nameOff)
    const noBits = s.type === e.SHT_NOBITS
    if (!noBits && s.offset + s.size > bytes.length) diagnostics.push(diagnostic('elf.truncated', name, String(bytes.length)))
    const size = noBits ? Math.min(s.size, MAX_NOBITS) : undefined
    const data = noBits ? new Uint8Array(0) : contents(bytes, s).slice()
    sections.push({ name, type: s.type, flags: s.flags, align: s.align, data, size: size ?? data.length, relocations: [] })
  }
  raw.forEach((s, i) => {
    if (s.type !== e.SHT_REL && s.type !== e.SHT_RELA) return
    const target = indexOf.get(s.info)
    if (target === undefined || i === 0) return
    readRelocations(bytes, s, sections[target], places, diagnostics)
  })
  return { sections, symbols }
}

function readSymbols(
  bytes: Uint8Array,
  raw: readonly RawSection[],
  symtab: number,
  indexOf: ReadonlyMap<number, number>,
  sectionNames: Uint8Array,
  diagnostics: Diagnostic[],
): { symbols: ObjectSymbol[]; places: (number | undefined)[] } {
  const table = contents(bytes, raw[symtab])
  const strings = raw[raw[symtab].link] ? contents(bytes, raw[raw[symtab].link]) : new Uint8Array(0)
  const symbols: ObjectSymbol[] = []
  const places: (number | undefined)[] = []
  const count = Math.floor(table.length / e.SYMBOL_BYTES)
  for (let i = 0; i < count; i++) {
    const r = new ByteReader(table, i * e.SYMBOL_BYTES)
    const nameOff = r.u32()
    const info = r.u8()
    const other = r.u8()
    const shndx = r.u16()
    const value = number(r.u64())
    const size = number(r.u64())
    const kind = e.SYMBOL_KINDS[info & 0x0f]
    const binding = e.BINDINGS[info >> 4]
    if (i === 0 || !kind || !binding) {
      places.push(undefined)
      if (i > 0) diagnostics.push(diagnostic('elf.symbol', String(i)))
      continue
    }
    const section = shndx === e.SHN_UNDEF || shndx >= e.SHN_LORESERVE ? undefined : indexOf.get(shndx)
    const name = kind === 'section' && nameOff === 0 && raw[shndx] ? text(sectionNames, raw[shndx].nameOff) : text(strings, nameOff)
    places.push(symbols.length)
    symbols.push({
      name,
      value,
      size,
      binding,
      kind,
      visibility: (other & 3) === e.STV_HIDDEN ? 'hidden' : 'default',
      ...(section === undefined ? {} : { section }),
    })
  }
  return { symbols, places }
}

function readRelocations(
  bytes: Uint8Array,
  s: RawSection,
  target: ObjectSection & { relocations: ObjectRelocation[] },
  places: readonly (number | undefined)[],
  diagnostics: Diagnostic[],
): void {
  const entry = s.type === e.SHT_RELA ? e.RELA_BYTES : e.REL_BYTES
  const table = contents(bytes, s)
  for (let at = 0; at + entry <= table.length; at += entry) {
    const r = new ByteReader(table, at)
    const offset = number(r.u64())
    const type = r.u32()
    const symbol = places[r.u32()]
    if (symbol === undefined || offset >= target.data.length) {
      diagnostics.push(diagnostic('elf.relocation', target.name, `0x${offset.toString(16)}`))
      continue
    }
    if (s.type === e.SHT_RELA) addAddend(target.data, offset, type, number(BigInt.asIntN(64, r.u64())))
    target.relocations.push({ offset, type, symbol })
  }
}

function addAddend(data: Uint8Array, offset: number, type: number, addend: number): void {
  const at = type === e.R_BPF_64_64 || type === e.R_BPF_64_32 ? offset + 4 : offset
  if (at + 4 > data.length) return
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  view.setInt32(at, view.getInt32(at, true) + addend, true)
}

/** A section's bytes, cut at the end of the file; none for NOBITS. */
function contents(bytes: Uint8Array, s: RawSection): Uint8Array {
  if (s.type === e.SHT_NOBITS || s.offset > bytes.length) return new Uint8Array(0)
  return bytes.subarray(s.offset, Math.min(bytes.length, s.offset + s.size))
}

function text(table: Uint8Array, offset: number): string {
  if (offset >= table.length) return ''
  let end = offset
  while (end < table.length && table[end] !== 0) end++
  return new TextDecoder('utf-8').decode(table.subarray(offset, end))
}

/** Compilers align to at most a page; what is more, or no power of two, is no alignment. */
const alignment = (x: bigint): number => (x > 4096n || (x & (x - 1n)) !== 0n ? 1 : Math.max(1, number(x)))

/** Sizes and offsets beyond what a double holds exactly lie beyond any file. */
const number = (x: bigint): number => Number(x)

function diagnostic(code: DiagCode, ...params: string[]): Diagnostic {
  return { code, severity: 'error', params, labels: [], fixes: [] }
}

const fail = (code: DiagCode, ...params: string[]): ReadElfResult => ({ diagnostics: [diagnostic(code, ...params)] })
