// The maps that an object defines: BTF-defined ones in `.maps`, old ones in `maps` (a struct bpf_map_def of numbers), and one array of a
// single value for each data section (data-maps.ts). References inside `.maps` fill places of maps with other maps or programs.
// A map that cannot be made is reported and has `def` undefined: programs that need it are not made.
// libbpf: bpf_object__init_user_btf_map(), bpf_object__collect_map_relos().
import { ByteReader } from '../base/index.ts'
import { type Btf, type BtfVarSecinfo, btfType, POINTER_BYTES, resolve } from '../btf/index.ts'
import type { MapDef, MapSlot } from '../isa/index.ts'
import type { ObjectFile, ObjectRelocation } from '../object/index.ts'
import { isMapOfMaps, makeMap, noAttributes, readBtfMap } from './btf-map.ts'
import type { CodeFunctions } from './functions.ts'
import { error, type Report, warning } from './report.ts'

const STATIC = 0

/** A map and the place in the object that relocations name it by. */
export interface PlacedMap {
  readonly name: string
  /** Index of its section in the object. */
  readonly section: number
  /** Its offset there; undefined for a data section, whose map is the whole section. */
  readonly offset?: number
  readonly def?: MapDef
}

/** Maps of the `.maps` section in the order of their variables. */
export function btfMaps(object: ObjectFile, btf: Btf | undefined, functions: CodeFunctions, report: Report): PlacedMap[] {
  const section = object.sections.findIndex((s) => s.name === '.maps')
  if (section < 0) return []
  const datasec = btf?.types.find((t) => t.kind === 'datasec' && t.name === '.maps')
  if (!btf || datasec?.kind !== 'datasec') {
    error(report, 'loader.mapsWithoutBtf', [])
    return []
  }
  const declared = datasec.vars.flatMap((v) => {
    const variable = btfType(btf, v.type)
    if (variable.kind !== 'var') return []
    if (variable.linkage === STATIC) error(report, 'loader.mapStatic', [variable.name])
    const def = variable.linkage === STATIC ? undefined : readBtfMap(btf, variable.name, variable.type, report)
    return [{ v, placed: { name: variable.name, section, offset: v.offset, ...(def ? { def } : {}) } }]
  })
  const { relocations } = object.sections[section]
  const placed: PlacedMap[] = declared.map((d) => d.placed)
  // Maps of maps come last, so that what is put into them is whole.
  for (const last of [false, true]) {
    declared.forEach(({ v }, i) => {
      const { def } = placed[i]
      const own = relocations.filter((r) => r.offset >= v.offset && r.offset < v.offset + v.size)
      if (!def || own.length === 0 || isMapOfMaps(def.type) !== last) return
      placed[i] = fillSlots(placed[i], def, v, own, { object, btf, functions, placed, report })
    })
  }
  return placed
}

interface SlotContext {
  readonly object: ObjectFile
  readonly btf: Btf
  readonly functions: CodeFunctions
  readonly placed: readonly PlacedMap[]
  readonly report: Report
}

/** The map with what its declaration puts into it: `.values = { [1] = &inner }`. */
function fillSlots(map: PlacedMap, def: MapDef, v: BtfVarSecinfo, relocations: readonly ObjectRelocation[], c: SlotContext): PlacedMap {
  const variable = btfType(c.btf, v.type)
  const { type } = resolve(c.btf, variable.kind === 'var' ? variable.type : 0)
  const values = type.kind === 'struct' ? type.members.find((m) => m.name === 'values') : undefined
  const first = v.offset + (values?.offBits ?? 0) / 8
  const slots: MapSlot[] = []
  for (const r of relocations) {
    const index = (r.offset - first) / POINTER_BYTES
    const slot = values && Number.isInteger(index) && index >= 0 ? slotOf(c, def, index, r) : undefined
    if (!slot) {
      error(c.report, 'loader.mapAttribute', [map.name, 'values'])
      return { name: map.name, section: map.section, offset: v.offset }
    }
    slots.push(slot)
  }
  return { ...map, def: { ...def, slots: slots.sort((a, b) => a.index - b.index) } }
}

function slotOf(c: SlotContext, def: MapDef, index: number, r: ObjectRelocation): MapSlot | undefined {
  const symbol = c.object.symbols[r.symbol]
  const data = c.object.sections[c.placed[0].section].data
  // A static thing is named by its section, its place there being what the section's bytes hold.
  const held = symbol.kind === 'section' ? new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(r.offset, true) : 0
  const at = symbol.value + held
  if (isMapOfMaps(def.type)) {
    const map = c.placed.find((p) => p.section === symbol.section && p.offset === at)?.def
    return map && { kind: 'map', index, map }
  }
  if (def.type !== 'prog_array') return undefined
  const program = c.functions.programs.find((p) => p.section === symbol.section && p.start * 8 === at)
  return program && { kind: 'program', index, program: program.name }
}

/** Maps of the old `maps` section: five numbers where each symbol points. */
export function legacyMaps(object: ObjectFile, report: Report): PlacedMap[] {
  const section = object.sections.findIndex((s) => s.name === 'maps')
  if (section < 0) return []
  const { data } = object.sections[section]
  const out: PlacedMap[] = []
  warning(report, 'loader.legacyMaps', [])
  for (const s of object.symbols) {
    if (s.section !== section || s.kind === 'section' || s.name === '') continue
    const r = new ByteReader(data, s.value)
    const a = noAttributes()
    a.type = r.u32()
    a.keySize = r.u32()
    a.valueSize = r.u32()
    a.maxEntries = r.u32()
    a.flags = r.u32()
    if (r.overrun) error(report, 'loader.mapAttribute', [s.name, 'definition'])
    const def = r.overrun ? undefined : makeMap(s.name, a, report)
    out.push({ name: s.name, section, offset: s.value, ...(def ? { def } : {}) })
  }
  return out
}
