// Several objects made one, as `bpftool gen object` does: sections appended, symbols resolved, references moved, types merged.
// In: objects with names. Out: one object that libbpf and our loader take, or diagnostics. What is still undefined stays an extern.
// libbpf: bpf_linker__add_file(), linker_append_elf_relos().
import { readBtf } from '../../btf/index.ts'
import type { Diagnostic, Span } from '../../diag/index.ts'
import { BPF_CALL, BPF_JMP, INSN_BYTES, type VarLocation } from '../../isa/index.ts'
import {
  type ObjectDebug,
  type ObjectFile,
  type ObjectRelocation,
  type ObjectSection,
  R_BPF_64_ABS64,
  SHF_EXECINSTR,
  SHT_PROGBITS,
} from '../../object/index.ts'
import { placeVariables } from '../btf-fixup.ts'
import { error, type Report } from '../report.ts'
import { type JoinedSections, joinSections } from './sections.ts'
import { type JoinedSymbols, type JoinInput, joinSymbols } from './symbols.ts'
import { joinTypes } from './types.ts'

export interface NamedObject {
  readonly name: string
  readonly object: ObjectFile
}

export interface JoinResult {
  /** Present if and only if no diagnostic is an error. */
  readonly object?: ObjectFile
  readonly diagnostics: readonly Diagnostic[]
}

export function joinObjects(objects: readonly NamedObject[]): JoinResult {
  const report: Report = { list: [] }
  const inputs = objects.map((o) => withTypes(o, report))
  const joined = joinSections(
    inputs.map((i) => i.object),
    report,
  )
  const symbols = joinSymbols(inputs, joined.places, report)
  if (report.list.length > 0) return { diagnostics: report.list }
  const sections = joined.sections.map((s, i) => withRelocations(s, i, inputs, joined, symbols))
  const types = joinTypes(inputs, joined, symbols.globals)
  const extra = types
    ? ([
        ['.BTF', types.btf],
        ['.BTF.ext', types.ext],
      ] as const)
    : []
  for (const [name, data] of extra) {
    if (data) sections.push({ name, type: SHT_PROGBITS, flags: 0, align: 4, data, size: data.length, relocations: [] })
  }
  return { object: { sections, symbols: symbols.symbols, debug: joinDebug(inputs, joined) }, diagnostics: report.list }
}

function withTypes({ name, object }: NamedObject, report: Report): JoinInput {
  const section = object.sections.find((s) => s.name === '.BTF')
  if (!section) return { name, object }
  const read = readBtf(section.data)
  if (read.ok) return { name, object, btf: placeVariables(read.btf, object) }
  error(report, 'btf.invalid', [String(read.at), read.fault])
  return { name, object }
}

/** The section with every object's references, each moved to where its place and its target went. */
function withRelocations(
  section: ObjectSection,
  index: number,
  inputs: readonly JoinInput[],
  { places }: JoinedSections,
  { indices }: JoinedSymbols,
): ObjectSection {
  const relocations: ObjectRelocation[] = []
  const data = section.data.slice()
  inputs.forEach(({ object }, k) => {
    object.sections.forEach((s, i) => {
      const place = places[k][i]
      if (place?.section !== index) return
      for (const r of s.relocations) {
        const symbol = indices[k][r.symbol]
        if (symbol === undefined) continue
        const offset = r.offset + place.offset
        relocations.push({ ...r, offset, symbol })
        const target = object.symbols[r.symbol]
        const moved = target.kind === 'section' && target.section !== undefined ? (places[k][target.section]?.offset ?? 0) : 0
        if (moved !== 0) moveAddend(data, offset, r.type, (section.flags & SHF_EXECINSTR) !== 0, moved)
      }
    })
  })
  return { ...section, data, relocations: relocations.sort((a, b) => a.offset - b.offset) }
}

/** What a reference by section holds is the distance from the section's start, which grew. */
function moveAddend(data: Uint8Array, offset: number, type: number, isCode: boolean, by: number): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (isCode) {
    if (offset + INSN_BYTES > data.length) return
    const unit = data[offset] === (BPF_JMP | BPF_CALL) ? INSN_BYTES : 1
    view.setInt32(offset + 4, view.getInt32(offset + 4, true) + by / unit, true)
  } else if (type === R_BPF_64_ABS64) {
    if (offset + 8 <= data.length) view.setBigUint64(offset, BigInt.asUintN(64, view.getBigUint64(offset, true) + BigInt(by)), true)
  } else if (offset + 4 <= data.length) view.setUint32(offset, view.getUint32(offset, true) + by, true)
}

function joinDebug(inputs: readonly JoinInput[], { sections, places }: JoinedSections): ObjectDebug {
  const spans = new Map<string, readonly (Span | undefined)[]>()
  const vars = new Map<string, readonly VarLocation[]>()
  sections.forEach(({ name, data, flags }, index) => {
    if ((flags & SHF_EXECINSTR) === 0) return
    const of: (Span | undefined)[] = new Array(Math.floor(data.length / INSN_BYTES)).fill(undefined)
    const found: VarLocation[] = []
    inputs.forEach(({ object }, k) => {
      const at = places[k].find((p) => p?.section === index)?.offset
      if (at === undefined) return
      const moved = at / INSN_BYTES
      object.debug?.spans.get(name)?.forEach((span, slot) => {
        of[moved + slot] = span
      })
      for (const v of object.debug?.vars.get(name) ?? []) found.push({ ...v, from: v.from + moved, to: v.to + moved })
    })
    spans.set(name, of)
    vars.set(name, found)
  })
  return { spans, vars }
}
