// The BTF of several objects as one: types behind one another, a global name told once by the object whose definition counts, sections with
// the variables of all, repetitions removed. .BTF.ext follows: its offsets by sections, its type ids by types.
// libbpf: linker_append_btf(), linker_append_btf_ext(), finalize_btf().
import { BtfBuilder, type BtfId, type BtfType, type BtfVarSecinfo, dedupTypes, withIds } from '../../btf/index.ts'
import { type BtfExt, type ExtSection, readBtfExt, writeBtfExt } from '../../object/index.ts'
import type { JoinedSections, Place } from './sections.ts'
import { declarationOf, type GlobalSymbol, type JoinInput } from './symbols.ts'

export interface JoinedTypes {
  readonly btf: Uint8Array
  readonly ext: Uint8Array | undefined
}

/** `inputs` have BTF whose variables are placed. */
export function joinTypes(
  inputs: readonly JoinInput[],
  { sections, places }: JoinedSections,
  globals: ReadonlyMap<string, GlobalSymbol>,
): JoinedTypes | undefined {
  if (!inputs.some((i) => i.btf)) return undefined
  const all: BtfType[] = [{ kind: 'void' }]
  const bases = inputs.map(({ btf }) => {
    const base = all.length - 1
    for (const t of btf?.types.slice(1) ?? []) all.push(withIds(t, (id) => (id === 0 ? 0 : base + id)))
    return base
  })
  const owned = aliases(inputs, bases, globals)
  const datasecs = joinDatasecs(inputs, bases, places, owned)
  // A name that another object tells, and a section, make room for what stands in their stead.
  const types = all.map(
    (t, id): BtfType => (t.kind === 'datasec' || owned.has(id) ? { kind: 'void' } : withIds(t, (x) => owned.get(x) ?? x)),
  )
  for (const [name, vars] of datasecs) {
    const size = sections.find((s) => s.name === name)?.size ?? 0
    types.push({ kind: 'datasec', name, size, vars: vars.sort((a, b) => a.offset - b.offset) })
  }
  const { types: deduplicated, ids } = dedupTypes(types)
  const builder = new BtfBuilder()
  for (const t of deduplicated.slice(1)) builder.define(builder.reserve(), t)
  const moved = (object: number, id: BtfId): BtfId => (id === 0 ? 0 : ids[owned.get(bases[object] + id) ?? bases[object] + id])
  const ext = writeBtfExt(joinExt(inputs, places, moved), builder)
  return { btf: builder.build(), ext }
}

/** For each FUNC or VAR of a global name that another object tells: that one's id. */
function aliases(inputs: readonly JoinInput[], bases: readonly number[], globals: ReadonlyMap<string, GlobalSymbol>): Map<BtfId, BtfId> {
  const out = new Map<BtfId, BtfId>()
  for (const [name, { owner }] of globals) {
    const told = inputs.map(({ btf }, k) => {
      const id = btf && declarationOf(btf, name)
      return id === undefined ? undefined : bases[k] + id
    })
    const chosen = told[owner] ?? told.find((id) => id !== undefined)
    for (const id of told) if (id !== undefined && chosen !== undefined && id !== chosen) out.set(id, chosen)
  }
  return out
}

function joinDatasecs(
  inputs: readonly JoinInput[],
  bases: readonly number[],
  places: readonly (readonly (Place | undefined)[])[],
  owned: ReadonlyMap<BtfId, BtfId>,
): Map<string, BtfVarSecinfo[]> {
  const out = new Map<string, BtfVarSecinfo[]>()
  inputs.forEach(({ object, btf }, k) => {
    for (const t of btf?.types ?? []) {
      if (t.kind !== 'datasec') continue
      const section = object.sections.findIndex((s) => s.name === t.name)
      // A section that BTF alone knows (.ksyms) has no place; one of ELF that was left away takes its variables with it.
      if (section >= 0 && !places[k][section]) continue
      const offset = places[k][section]?.offset ?? 0
      const list = out.get(t.name) ?? []
      for (const v of t.vars) if (!owned.has(bases[k] + v.type)) list.push({ ...v, type: bases[k] + v.type, offset: v.offset + offset })
      out.set(t.name, list)
    }
  })
  for (const [name, vars] of out) if (vars.length === 0) out.delete(name)
  return out
}

function joinExt(
  inputs: readonly JoinInput[],
  places: readonly (readonly (Place | undefined)[])[],
  moved: (object: number, id: BtfId) => BtfId,
): BtfExt {
  const funcs: Gathered<BtfExt['funcs']> = new Map()
  const lines: Gathered<BtfExt['lines']> = new Map()
  const core: Gathered<BtfExt['core']> = new Map()
  inputs.forEach(({ object, btf }, k) => {
    const data = object.sections.find((s) => s.name === '.BTF.ext')?.data
    const read = data && btf && readBtfExt(data, btf)
    if (!read?.ok) return
    const place = (name: string) => places[k][object.sections.findIndex((s) => s.name === name)]?.offset
    gather(funcs, read.ext.funcs, place, (r) => ({ ...r, typeId: moved(k, r.typeId) }))
    gather(lines, read.ext.lines, place, (r) => r)
    gather(core, read.ext.core, place, (r) => ({ ...r, typeId: moved(k, r.typeId) }))
  })
  return { funcs: spread(funcs), lines: spread(lines), core: spread(core) }
}

type Gathered<T extends readonly ExtSection<unknown>[]> = Map<string, T[number]['records'][number][]>

function gather<R extends { readonly offset: number }>(
  into: Map<string, R[]>,
  sections: readonly ExtSection<R>[],
  place: (section: string) => number | undefined,
  change: (record: R) => R,
): void {
  for (const { section, records } of sections) {
    const offset = place(section)
    if (offset === undefined) continue
    const list = into.get(section) ?? []
    for (const r of records) list.push(change({ ...r, offset: r.offset + offset }))
    into.set(section, list)
  }
}

const spread = <R>(gathered: ReadonlyMap<string, readonly R[]>): ExtSection<R>[] =>
  [...gathered].map(([section, records]) => ({ section, records }))
