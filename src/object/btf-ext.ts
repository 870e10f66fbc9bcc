// The .BTF.ext section: which function begins where, which source line code comes from, and which instructions depend on the layout
// of kernel types (CO-RE). Records are grouped by code section; offsets count bytes from that section's start.
// Strings live in .BTF: reading looks them up there, writing adds them to the builder that makes it.
// Reference: Linux 6.18 Documentation/bpf/btf.rst, "BTF.ext section".
import { ByteReader, ByteWriter } from '../base/index.ts'
import { type Btf, type BtfBuilder, btfString } from '../btf/index.ts'

export interface FuncRecord {
  readonly offset: number
  /** BTF id of the FUNC. */
  readonly typeId: number
}

export interface LineRecord {
  readonly offset: number
  readonly file: string
  readonly text: string
  readonly line: number
  readonly column: number
}

export interface CoreRecord {
  readonly offset: number
  readonly typeId: number
  /** "0:1:0": member indices from the type on. */
  readonly access: string
  /** enum bpf_core_relo_kind. */
  readonly kind: number
}

export interface ExtSection<T> {
  readonly section: string
  readonly records: readonly T[]
}

export interface BtfExt {
  readonly funcs: readonly ExtSection<FuncRecord>[]
  readonly lines: readonly ExtSection<LineRecord>[]
  readonly core: readonly ExtSection<CoreRecord>[]
}

export type BtfExtResult = { readonly ok: true; readonly ext: BtfExt } | { readonly ok: false; readonly at: number }

const MAGIC = 0xeb9f
const HEADER_BYTES = 32
const FUNC_BYTES = 8
const LINE_BYTES = 16
const CORE_BYTES = 16

export function readBtfExt(bytes: Uint8Array, btf: Btf): BtfExtResult {
  const header = new ByteReader(bytes)
  const magic = header.u16()
  const version = header.u8()
  header.u8()
  const headerBytes = header.u32()
  const funcOff = header.u32()
  const funcLen = header.u32()
  const lineOff = header.u32()
  const lineLen = header.u32()
  // Objects older than CO-RE have a header of 24 bytes.
  const withCore = headerBytes >= HEADER_BYTES
  const coreOff = withCore ? header.u32() : 0
  const coreLen = withCore ? header.u32() : 0
  if (header.overrun || magic !== MAGIC || version !== 1 || headerBytes < 24 || headerBytes > bytes.length) return { ok: false, at: 0 }

  const text = (offset: number) => btfString(btf.strings, offset) ?? ''
  const func = (r: ByteReader): FuncRecord => ({ offset: r.u32(), typeId: r.u32() })
  const line = (r: ByteReader): LineRecord => {
    const offset = r.u32()
    const file = text(r.u32())
    const source = text(r.u32())
    const lineColumn = r.u32()
    return { offset, file, text: source, line: lineColumn >>> 10, column: lineColumn & 0x3ff }
  }
  const core = (r: ByteReader): CoreRecord => ({ offset: r.u32(), typeId: r.u32(), access: text(r.u32()), kind: r.u32() })

  const funcs = readTable(bytes, headerBytes + funcOff, funcLen, FUNC_BYTES, text, func)
  const lines = readTable(bytes, headerBytes + lineOff, lineLen, LINE_BYTES, text, line)
  const relocations = readTable(bytes, headerBytes + coreOff, coreLen, CORE_BYTES, text, core)
  if (typeof funcs === 'number') return { ok: false, at: funcs }
  if (typeof lines === 'number') return { ok: false, at: lines }
  if (typeof relocations === 'number') return { ok: false, at: relocations }
  return { ok: true, ext: { funcs, lines, core: relocations } }
}

/** One of the three tables, or the place where it is broken. Records may be longer than what we know of them. */
function readTable<T>(
  bytes: Uint8Array,
  start: number,
  length: number,
  minRecord: number,
  text: (offset: number) => string,
  read: (r: ByteReader) => T,
): ExtSection<T>[] | number {
  const out: ExtSection<T>[] = []
  if (length === 0) return out
  if (start + length > bytes.length) return bytes.length
  const r = new ByteReader(bytes.subarray(0, start + length), start)
  const recordBytes = r.u32()
  if (r.overrun || recordBytes < minRecord || recordBytes % 4 !== 0) return start
  while (r.left > 0) {
    const section = text(r.u32())
    const count = r.u32()
    if (r.overrun || count * recordBytes > r.left) return start + length
    const records: T[] = []
    for (let i = 0; i < count; i++) {
      const at = r.offset
      records.push(read(r))
      r.offset = at + recordBytes
    }
    out.push({ section, records })
  }
  return out
}

/** The section's bytes, undefined where it has no record; its strings go into the builder, so build .BTF afterwards. */
export function writeBtfExt(ext: BtfExt, builder: BtfBuilder): Uint8Array | undefined {
  const funcs = writeTable(ext.funcs, FUNC_BYTES, builder, (w, f) => w.u32(f.offset).u32(f.typeId))
  const lines = writeTable(ext.lines, LINE_BYTES, builder, (w, l) =>
    w
      .u32(l.offset)
      .u32(builder.string(l.file))
      .u32(builder.string(l.text))
      .u32(((l.line << 10) | Math.min(l.column, 0x3ff)) >>> 0),
  )
  const core = writeTable(ext.core, CORE_BYTES, builder, (w, c) => w.u32(c.offset).u32(c.typeId).u32(builder.string(c.access)).u32(c.kind))
  // libbpf takes a section without records for a broken one.
  if (funcs.length + lines.length + core.length === 0) return undefined
  return new ByteWriter(HEADER_BYTES)
    .u16(MAGIC)
    .u8(1)
    .u8(0)
    .u32(HEADER_BYTES)
    .u32(0)
    .u32(funcs.length)
    .u32(funcs.length)
    .u32(lines.length)
    .u32(funcs.length + lines.length)
    .u32(core.length)
    .bytes(funcs)
    .bytes(lines)
    .bytes(core)
    .done()
}

function writeTable<T>(
  sections: readonly ExtSection<T>[],
  recordBytes: number,
  builder: BtfBuilder,
  write: (w: ByteWriter, record: T) => void,
): Uint8Array {
  const w = new ByteWriter(256)
  const filled = sections.filter((s) => s.records.length > 0)
  if (filled.length === 0) return w.done()
  w.u32(recordBytes)
  for (const s of filled) {
    w.u32(builder.string(s.section)).u32(s.records.length)
    for (const record of s.records) write(w, record)
  }
  return w.done()
}
