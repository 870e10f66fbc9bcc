// An object becomes programs: maps found, functions linked, source lines and names moved to where their code went.
// A pure function of the object; every mistake is a diagnostic, and a program that cannot be made right is left out, never bent.
// Order: BTF, maps, functions, then each program by itself. libbpf: bpf_object_open(), bpf_object__relocate().
import { progTypeBySection } from '../abi/index.ts'
import { type Btf, type BtfId, readBtf, writeBtf } from '../btf/index.ts'
import type { Span } from '../diag/index.ts'
import { INSN_BYTES, type LineInfo, type MapDef, type Program, type SubprogInfo, type VarLocation } from '../isa/index.ts'
import { type BtfExt, type CoreRecord, type ExtSection, type LineRecord, type ObjectFile, readBtfExt } from '../object/index.ts'
import { attachment } from './attach.ts'
import { fixupBtf } from './btf-fixup.ts'
import type { KernelTypes } from './core/kernel-types.ts'
import { type CoreFault, relocateCore, spellCore } from './core/relocate.ts'
import { dataMaps } from './data-maps.ts'
import { resolveExterns } from './externs.ts'
import { type CodeFunction, codeFunctions, exceptionCallback } from './functions.ts'
import { type Linked, type LinkInput, linkProgram, relocationsBySlot } from './link.ts'
import { btfMaps, legacyMaps } from './maps.ts'
import { error, type Report, warning } from './report.ts'
import type { LoadOptions, LoadResult } from './types.ts'

const BPF_F_SLEEPABLE = 1 << 4
const BPF_F_XDP_HAS_FRAGS = 1 << 5
const MAX_PROGRAM_BYTES = 64 << 20

export function load(object: ObjectFile, options: LoadOptions = {}): LoadResult {
  const report: Report = { list: [] }
  const types = readTypes(object, report)
  const objectName = options.objectName ?? ''
  const externs = types.btf && resolveExterns(object, types.btf, options.kernel, objectName, report)
  const { ext } = types
  const btf = externs?.btf
  const functions = codeFunctions(object, report)
  const maps = [...btfMaps(object, btf, functions, report), ...legacyMaps(object, report), ...dataMaps(object, btf, objectName)]
  const link: LinkInput = { object, functions, maps, relocations: relocationsBySlot(object), externs, report }
  const context: Context = {
    object,
    report,
    btf,
    kernel: options.kernel,
    ext: indexExt(ext),
    license: license(object),
    bytes: btf && writeBtf(btf),
  }

  const programs: Program[] = []
  let total = 0
  for (const main of functions.programs) {
    const type = programType(context, main)
    const thrownTo = btf && exceptionCallback(btf, functions, main, report)
    const linked = type && thrownTo !== 'wrong' ? linkProgram(link, main, thrownTo) : undefined
    if (!type || !linked || !applyCore(context, main, linked)) continue
    total += linked.code.length
    if (total > MAX_PROGRAM_BYTES) {
      error(report, 'loader.tooLarge', [])
      break
    }
    programs.push(makeProgram(context, main, type, linked))
  }
  if (functions.programs.length === 0 && report.list.length === 0) error(report, 'loader.noProgram', [])
  const defs = maps.flatMap((m): MapDef[] => (m.def ? [m.def] : []))
  return { programs, maps: externs?.config ? [...defs, externs.config] : defs, diagnostics: report.list }
}

/** .BTF.ext by section name. */
interface ExtIndex {
  readonly funcs: ReadonlyMap<string, ReadonlyMap<number, BtfId>>
  readonly lines: ReadonlyMap<string, readonly LineRecord[]>
  readonly core: ReadonlyMap<string, readonly CoreRecord[]>
}

interface Context {
  readonly object: ObjectFile
  readonly report: Report
  readonly btf: Btf | undefined
  readonly kernel: KernelTypes | undefined
  readonly ext: ExtIndex
  readonly license: string
  /** The finished .BTF section. */
  readonly bytes: Uint8Array | undefined
}

function readTypes(object: ObjectFile, report: Report): { btf?: Btf; ext?: BtfExt } {
  const section = object.sections.find((s) => s.name === '.BTF')
  if (!section) return {}
  const read = readBtf(section.data)
  if (!read.ok) {
    error(report, 'btf.invalid', [String(read.at), read.fault])
    return {}
  }
  const btf = fixupBtf(read.btf, object)
  const extSection = object.sections.find((s) => s.name === '.BTF.ext')
  if (!extSection) return { btf }
  const ext = readBtfExt(extSection.data, read.btf)
  if (!ext.ok) {
    error(report, 'btf.ext', [String(ext.at)])
    return { btf }
  }
  return { btf, ext: ext.ext }
}

function indexExt(ext: BtfExt | undefined): ExtIndex {
  const bySection = <T extends { readonly offset: number }>(list: readonly ExtSection<T>[] | undefined) => {
    const out = new Map<string, T[]>()
    for (const { section, records } of list ?? []) out.set(section, [...(out.get(section) ?? []), ...records])
    for (const records of out.values()) records.sort((a, b) => a.offset - b.offset)
    return out
  }
  const funcs = new Map<string, ReadonlyMap<number, BtfId>>()
  for (const [section, records] of bySection(ext?.funcs)) funcs.set(section, new Map(records.map((f) => [f.offset, f.typeId])))
  return { funcs, lines: bySection(ext?.lines), core: bySection(ext?.core) }
}

function license(object: ObjectFile): string {
  const data = object.sections.find((s) => s.name === 'license')?.data ?? new Uint8Array(0)
  const end = data.indexOf(0)
  return new TextDecoder('utf-8').decode(end < 0 ? data : data.subarray(0, end))
}

interface ProgramType {
  readonly name: string
  readonly attachType: number
  readonly attachTo: string | undefined
  readonly flags: number
}

function programType({ object, btf, kernel, report }: Context, main: CodeFunction): ProgramType | undefined {
  // A question mark only says that the program is not loaded unless asked for.
  const section = object.sections[main.section].name.replace(/^\?/, '')
  const found = progTypeBySection(section)
  if (!found) {
    error(report, 'loader.section', [main.name, section])
    return undefined
  }
  if (found.legacy) warning(report, 'loader.legacySection', [main.name, section, found.row.name])
  const flags = (/^xdp\.frags(\/|$)/.test(section) ? BPF_F_XDP_HAS_FRAGS : 0) | (isSleepable(section) ? BPF_F_SLEEPABLE : 0)
  const attached = attachment(object, btf, kernel, main, section, found.row.name)
  return { name: found.row.name, attachType: attached?.member ?? found.attachType, attachTo: attached?.attachTo, flags }
}

const isSleepable = (section: string): boolean => /^[\w.]+\.s(\/|$)/.test(section) || section === 'syscall'

/** Applies the CO-RE records of the program's functions; reports those that cannot be, each thing once. */
function applyCore(c: Context, main: CodeFunction, linked: Linked): boolean {
  const missing = new Set<string>()
  let ok = true
  for (const { func, at } of linked.pieces) {
    for (const record of within(c.ext.core.get(c.object.sections[func.section].name), func)) {
      const spelled = c.btf ? spellCore(c.btf, record) : ''
      const byte = record.offset + (at - func.start) * INSN_BYTES
      const fault: CoreFault | undefined =
        c.btf && c.kernel ? relocateCore(c.btf, record, c.kernel, linked.code, byte) : { kind: 'unknown' }
      if (fault?.kind === 'unknown') missing.add(`CO-RE ${spelled}`)
      else if (fault) {
        error(c.report, 'loader.core', [main.name, spelled, String(byte / INSN_BYTES), fault.what])
        ok = false
      }
    }
  }
  for (const what of missing) error(c.report, 'loader.unsupported', [main.name, what])
  return ok && missing.size === 0
}

function makeProgram(c: Context, main: CodeFunction, type: ProgramType, linked: Linked): Program {
  const lines: LineInfo[] = []
  const spans: (Span | undefined)[] = new Array(linked.code.length / INSN_BYTES).fill(undefined)
  const vars: VarLocation[] = []
  const subprogs: SubprogInfo[] = []
  linked.pieces.forEach(({ func, at }) => {
    const section = c.object.sections[func.section].name
    const moved = at - func.start
    subprogs.push({
      start: at,
      name: func.name,
      typeId: c.ext.funcs.get(section)?.get(func.start * INSN_BYTES) ?? 0,
      isGlobal: func.isGlobal,
    })
    for (const { offset, file, text, line, column } of within(c.ext.lines.get(section), func)) {
      lines.push({ insn: Math.floor(offset / INSN_BYTES) + moved, file, line, column, text })
    }
    const debugSpans = c.object.debug?.spans.get(section) ?? []
    for (let slot = 0; slot < func.count; slot++) spans[at + slot] = debugSpans[func.start + slot]
    for (const v of c.object.debug?.vars.get(section) ?? []) {
      if (v.from < func.start || v.from >= func.start + func.count) continue
      vars.push({ ...v, from: v.from + moved, to: v.to + moved })
    }
  })
  return {
    name: main.name,
    section: c.object.sections[main.section].name,
    type: type.name,
    attachType: type.attachType,
    ...(type.attachTo === undefined ? {} : { attachTo: type.attachTo }),
    license: c.license,
    flags: type.flags,
    code: linked.code,
    maps: linked.maps,
    lines,
    spans,
    subprogs,
    vars,
    ...(c.bytes ? { btf: c.bytes } : {}),
  }
}

/** The records that lie in a function's range of slots; they are in order. */
function within<T extends { readonly offset: number }>(records: readonly T[] | undefined, func: CodeFunction): readonly T[] {
  if (!records) return []
  const start = func.start * INSN_BYTES
  return records.slice(lowerBound(records, start), lowerBound(records, start + func.count * INSN_BYTES))
}

/** Index of the first record at or behind an offset. */
function lowerBound(records: readonly { readonly offset: number }[], offset: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (records[mid].offset < offset) low = mid + 1
    else high = mid
  }
  return low
}
