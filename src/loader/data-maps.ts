// Global variables live in maps: each data section is an array map with one value, the section's bytes. Constants are frozen.
// Linux limits a map's name to 15 characters, so libbpf joins the object's name and the section's and cuts both.
// libbpf: internal_map_name(), bpf_object__init_internal_map(), map_is_mmapable().
import type { Btf } from '../btf/index.ts'
import type { MapDef } from '../isa/index.ts'
import { type ObjectFile, type ObjectSection, SHT_NOBITS } from '../object/index.ts'
import type { PlacedMap } from './maps.ts'

const BPF_F_RDONLY_PROG = 1 << 7
const BPF_F_MMAPABLE = 1 << 10
const NAME_LENGTH = 15

export function dataMaps(object: ObjectFile, btf: Btf | undefined, objectName: string): PlacedMap[] {
  return object.sections.flatMap((s, section) => {
    const kind = dataKind(s)
    if (!kind || s.size === 0) return []
    const def = dataMap(s, kind, btf, objectName)
    return [{ name: def.name, section, def }]
  })
}

/** Which kind of data a section holds, by its name (`.data.cache` is data); undefined where it is no data section. */
function dataKind(s: ObjectSection): 'data' | 'rodata' | 'bss' | undefined {
  const is = (name: string) => s.name === name || s.name.startsWith(`${name}.`)
  if (s.type === SHT_NOBITS) return is('.bss') ? 'bss' : undefined
  return is('.data') ? 'data' : is('.rodata') ? 'rodata' : undefined
}

function dataMap(s: ObjectSection, kind: 'data' | 'rodata' | 'bss', btf: Btf | undefined, objectName: string): MapDef {
  const datasecId = btf ? btf.types.findIndex((t) => t.kind === 'datasec' && t.name === s.name) : -1
  const mmapable = datasecId > 0 && btf !== undefined && hasGlobalVariable(btf, datasecId)
  return {
    name: dataMapName(objectName, s.name),
    type: 'array',
    keySize: 4,
    valueSize: s.size,
    maxEntries: 1,
    flags: (kind === 'rodata' ? BPF_F_RDONLY_PROG : 0) | (mmapable ? BPF_F_MMAPABLE : 0),
    keyTypeId: 0,
    valueTypeId: Math.max(0, datasecId),
    init: kind === 'bss' ? [] : [{ key: new Uint8Array(4), value: s.data }],
    frozen: kind === 'rodata',
    section: s.name,
  }
}

/** "prog" and ".rodata" make "prog.rodata"; a section with a second dot keeps its name alone. */
export function dataMapName(objectName: string, section: string): string {
  const suffix = Math.min(NAME_LENGTH, Math.max(7, section.length))
  const prefix = section.indexOf('.', 1) >= 0 ? 0 : Math.min(NAME_LENGTH - suffix, objectName.length)
  return (objectName.slice(0, prefix) + section.slice(0, suffix)).replace(/[^A-Za-z0-9_.]/g, '_')
}

/** Only data with a variable that user space can know may be mapped into it. */
function hasGlobalVariable(btf: Btf, datasecId: number): boolean {
  const type = btf.types[datasecId]
  if (type.kind !== 'datasec') return false
  return type.vars.some((v) => {
    const variable = btf.types[v.type]
    return variable.kind === 'var' && variable.linkage !== 0
  })
}
