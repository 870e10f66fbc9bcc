// .BTF and .BTF.ext of a unit: types of its variables, maps and functions, where functions begin, which line each instruction is of, and
// which instructions CO-RE relocates. Offsets in data sections are final (libbpf would find them from the symbols otherwise).
import { BtfBuilder, type BtfId, type BtfLinkage } from '../../btf/index.ts'
import { lineColumn, lineText, type SourceFile, type Span } from '../../diag/index.ts'
import { type CoreRecord, type ExtSection, type FuncRecord, type LineRecord, writeBtfExt } from '../../object/index.ts'
import type { Module } from '../ir/index.ts'
import type { CType, FunctionInfo, FunctionType, GlobalVariable, UnitSymbols } from '../sema/types.ts'
import { makeTypeWriter, type TypeWriter } from './btf-types.ts'
import type { CodeSection, DataSection } from './sections.ts'

export function makeDebugInfo(
  module: Module,
  symbols: UnitSymbols,
  code: readonly CodeSection[],
  data: readonly DataSection[],
): { readonly btf: Uint8Array; readonly ext: Uint8Array | undefined } {
  const builder = new BtfBuilder()
  const types = makeTypeWriter(builder)
  const functions = new Map(symbols.functions.map((f) => [f.name, f]))
  const variables = new Map(symbols.globals.map((g) => [g.name, g]))
  const used = [
    ...module.globals.flatMap((g) => variables.get(g.name) ?? []),
    ...module.funcs.flatMap((f) => functions.get(f.name) ?? []),
  ].filter((s) => s.kind === 'function' || !s.isString)
  for (const s of used) {
    types.need(s.type)
    if (s.kind === 'variable' && s.section === '.maps') for (const t of mapTypes(s.type)) types.need(t)
  }
  const cores = code.map((s) =>
    s.funcs.flatMap((f) => f.code.items.flatMap((i) => (i.kind === 'op' && i.core ? [{ i, start: f.start }] : []))),
  )
  for (const { i } of cores.flat()) types.need(i.core!.root as CType)

  const ids = new Map<string, BtfId>()
  for (const s of used) ids.set(s.name, s.kind === 'function' ? functionId(builder, types, s) : variableId(builder, types, s))
  addDataSections(builder, module, data, ids)

  const bySource = new Map(module.sources.map((f) => [f.path, f]))
  const funcs: ExtSection<FuncRecord>[] = code.map((s) => ({
    section: s.name,
    records: s.funcs.flatMap((f) => {
      const typeId = ids.get(f.code.func.name)
      return typeId === undefined ? [] : [{ offset: 8 * f.start, typeId }]
    }),
  }))
  const lines = code.map((s) => ({ section: s.name, records: linesOf(s, functions, bySource) }))
  const core = code.map((s, k) => ({
    section: s.name,
    records: cores[k].map(({ i, start }): CoreRecord => {
      const { root, access, relo } = i.core!
      return { offset: 8 * (start + i.slotIndex), typeId: types.idOf(root), access, kind: relo }
    }),
  }))
  const ext = writeBtfExt({ funcs, lines, core }, builder)
  return { btf: builder.build(), ext }
}

/** What a map's members point to: keys, values and inner maps are told whole, since the loader asks for their size. */
function mapTypes(map: CType): CType[] {
  let type = map
  while (type.kind === 'typedef' || type.kind === 'qualified' || type.kind === 'tagged') type = type.of
  if (type.kind === 'array') return mapTypes(type.element)
  if (type.kind !== 'record') return []
  return type.fields.flatMap((f) => {
    const member = f.type.kind === 'array' ? f.type.element : f.type
    if (member.kind !== 'pointer') return []
    return f.type.kind === 'array' ? [member.to, ...mapTypes(member.to)] : [member.to]
  })
}

const LINKAGE = { internal: 0, external: 1, extern: 2 } as const satisfies Record<GlobalVariable['linkage'], BtfLinkage>

function functionId(builder: BtfBuilder, types: TypeWriter, f: FunctionInfo): BtfId {
  const id = builder.add({ kind: 'func', name: f.name, type: types.protoOf(f.type as FunctionType), linkage: LINKAGE[f.linkage] })
  tags(builder, f.declTags, id, -1)
  for (const [k, p] of f.type.params.entries()) tags(builder, p.declTags, id, k)
  return id
}

function variableId(builder: BtfBuilder, types: TypeWriter, g: GlobalVariable): BtfId {
  const id = builder.add({ kind: 'var', name: g.name, type: types.idOf(g.type), linkage: LINKAGE[g.linkage] })
  tags(builder, g.declTags, id, -1)
  return id
}

function tags(builder: BtfBuilder, texts: readonly string[], type: BtfId, component: number): void {
  for (const name of texts) builder.add({ kind: 'decl_tag', name, type, component })
}

function addDataSections(builder: BtfBuilder, module: Module, data: readonly DataSection[], ids: ReadonlyMap<string, BtfId>): void {
  const all = data.map((s) => ({
    name: s.name,
    size: s.size,
    vars: s.variables.flatMap(({ global, offset }) => {
      const type = ids.get(global.name)
      return type === undefined ? [] : [{ type, offset, size: global.size }]
    }),
  }))
  const externs = new Map<string, { type: BtfId; offset: number; size: number }[]>()
  for (const s of [...module.globals, ...module.funcs]) {
    const type = ids.get(s.name)
    if (s.linkage !== 'extern' || type === undefined || s.section === '') continue
    const list = externs.get(s.section) ?? []
    list.push({ type, offset: 0, size: s.kind === 'global' ? s.size : 0 })
    externs.set(s.section, list)
  }
  for (const [name, vars] of externs) all.push({ name, size: 0, vars })
  for (const s of all.toSorted((a, b) => (a.name < b.name ? -1 : 1))) if (s.vars.length > 0) builder.add({ kind: 'datasec', ...s })
}

/** A record wherever the place in the source changes; each function begins with one. */
function linesOf(
  section: CodeSection,
  functions: ReadonlyMap<string, FunctionInfo>,
  sources: ReadonlyMap<string, SourceFile>,
): LineRecord[] {
  const records: LineRecord[] = []
  for (const { code, start } of section.funcs) {
    let last: Span | undefined
    let first = true
    for (const i of code.items) {
      if (i.kind !== 'op') continue
      const declared = functions.get(code.func.name)?.at ?? code.func.at
      const at = i.at ?? (first ? declared : undefined)
      const file = at && sources.get(at.file)
      if (at && file && !(last?.file === at.file && last.start === at.start)) {
        const { line, column } = lineColumn(file, at.start)
        records.push({
          offset: 8 * (start + i.slotIndex),
          file: file.path,
          text: lineText(file, line),
          line,
          column: i.at ? column : 0,
        })
        last = at
      }
      first = false
    }
  }
  return records
}
