// The maps that an object defines: BTF-defined ones in `.maps` (a struct whose members are the attributes), old ones in `maps`
// (a struct bpf_map_def of numbers), and one array of a single value for each data section (data-maps.ts).
// A BTF attribute hides in a type: `__uint(max_entries, 16)` is `int (*max_entries)[16]`, `__type(key, __u32)` is `__u32 *key`.
// A map that uses what is not modelled is reported by name and has `def` undefined: programs that need it are not made.
// libbpf: parse_btf_map_def(), bpf_object__init_user_btf_map(), bpf_object__create_map().
import { mapTypeById } from '../abi/index.ts'
import { ByteReader } from '../base/index.ts'
import { type Btf, type BtfId, type BtfMember, type BtfType, btfType, resolve, sizeOf } from '../btf/index.ts'
import type { MapDef } from '../isa/index.ts'
import type { ObjectFile } from '../object/index.ts'
import { error, type Report } from './report.ts'

/** A map and the place in the object that relocations name it by. */
export interface PlacedMap {
  readonly name: string
  /** Index of its section in the object. */
  readonly section: number
  /** Its offset there; undefined for a data section, whose map is the whole section. */
  readonly offset?: number
  readonly def?: MapDef
}

const PAGE_BYTES = 4096

/** Map types to which libbpf gives no key and value types, since the kernel would refuse them. */
const WITHOUT_BTF: ReadonlySet<string> = new Set([
  'perf_event_array',
  'cgroup_array',
  'stack_trace',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
  'sockmap',
  'sockhash',
  'queue',
  'stack',
  'arena',
])

/** Maps of the `.maps` section in the order of their variables. */
export function btfMaps(object: ObjectFile, btf: Btf | undefined, report: Report): PlacedMap[] {
  const section = object.sections.findIndex((s) => s.name === '.maps')
  if (section < 0) return []
  const datasec = btf?.types.find((t) => t.kind === 'datasec' && t.name === '.maps')
  if (!btf || datasec?.kind !== 'datasec') {
    error(report, 'loader.mapsWithoutBtf', [])
    return []
  }
  const relocated = object.sections[section].relocations.map((r) => r.offset)
  return datasec.vars.flatMap((v): PlacedMap[] => {
    const variable = btfType(btf, v.type)
    if (variable.kind !== 'var') return []
    const hasValues = relocated.some((at) => at >= v.offset && at < v.offset + v.size)
    const def = btfMap(btf, variable.name, variable.type, hasValues, report)
    return [{ name: variable.name, section, offset: v.offset, ...(def ? { def } : {}) }]
  })
}

interface Attributes {
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  keyTypeId: BtfId
  valueTypeId: BtfId
}

function btfMap(btf: Btf, name: string, id: BtfId, hasValues: boolean, report: Report): MapDef | undefined {
  const { type } = resolve(btf, id)
  const wrong = (what: string) => {
    error(report, 'loader.mapAttribute', [name, what])
    return undefined
  }
  if (type.kind !== 'struct') return wrong('definition')
  const a: Attributes = { type: 0, keySize: 0, valueSize: 0, maxEntries: 0, flags: 0, keyTypeId: 0, valueTypeId: 0 }
  for (const m of type.members) {
    const fault = readAttribute(btf, m, a)
    if (fault === 'unsupported' || (fault === 'values' && hasValues)) {
      error(report, 'loader.unsupported', [name, m.name])
      return undefined
    }
    if (fault === 'wrong') return wrong(m.name)
  }
  if (a.type === 0) return wrong('type')
  return makeMap(name, a, report)
}

type AttributeFault = 'unsupported' | 'values' | 'wrong' | undefined

/** Reads one member of a map's struct into `a`. */
function readAttribute(btf: Btf, m: BtfMember, a: Attributes): AttributeFault {
  switch (m.name) {
    case 'type':
    case 'max_entries':
    case 'map_flags':
    case 'key_size':
    case 'value_size':
    case 'numa_node':
    case 'pinning': {
      const n = uintAttribute(btf, m)
      if (n === undefined) return 'wrong'
      return setNumber(a, m.name, n)
    }
    case 'key':
    case 'value': {
      const pointer = btfType(btf, m.type)
      const size = pointer.kind === 'ptr' ? sizeOf(btf, pointer.type) : undefined
      if (pointer.kind !== 'ptr' || size === undefined) return 'wrong'
      const known = m.name === 'key' ? a.keySize : a.valueSize
      if (known !== 0 && known !== size) return 'wrong'
      if (m.name === 'key') Object.assign(a, { keySize: size, keyTypeId: pointer.type })
      else Object.assign(a, { valueSize: size, valueTypeId: pointer.type })
      return undefined
    }
    case 'values': {
      if (a.valueSize !== 0 && a.valueSize !== 4) return 'wrong'
      a.valueSize = 4
      return mapTypeById(a.type)?.name === 'prog_array' ? 'values' : 'unsupported'
    }
    default:
      return 'unsupported'
  }
}

function setNumber(a: Attributes, name: string, n: number): AttributeFault {
  switch (name) {
    case 'type':
      a.type = n
      return undefined
    case 'max_entries':
      a.maxEntries = n
      return undefined
    case 'map_flags':
      a.flags = n
      return undefined
    case 'key_size':
      if (a.keySize !== 0 && a.keySize !== n) return 'wrong'
      a.keySize = n
      return undefined
    case 'value_size':
      if (a.valueSize !== 0 && a.valueSize !== n) return 'wrong'
      a.valueSize = n
      return undefined
    case 'pinning':
      // Pinning is about the file system; a map of this kind starts anew each time here, as on a fresh machine.
      return n <= 1 ? undefined : 'wrong'
    default:
      return undefined
  }
}

/** N of `int (*name)[N]`. */
function uintAttribute(btf: Btf, m: BtfMember): number | undefined {
  const pointer = resolve(btf, m.type).type
  const array: BtfType | undefined = pointer.kind === 'ptr' ? btfType(btf, pointer.type) : undefined
  return array?.kind === 'array' ? array.count : undefined
}

function makeMap(name: string, a: Attributes, report: Report): MapDef | undefined {
  const row = mapTypeById(a.type)
  if (!row) {
    error(report, 'loader.mapType', [name, String(a.type)])
    return undefined
  }
  const isRing = row.name === 'ringbuf' || row.name === 'user_ringbuf'
  const withoutBtf = WITHOUT_BTF.has(row.name)
  return {
    name,
    type: row.name,
    keySize: a.keySize,
    valueSize: a.valueSize,
    // libbpf puts the number of CPUs for a perf_event_array that names none; the machine here has one.
    maxEntries: isRing ? ringBytes(a.maxEntries) : a.maxEntries === 0 && row.name === 'perf_event_array' ? 1 : a.maxEntries,
    flags: a.flags,
    keyTypeId: withoutBtf ? 0 : a.keyTypeId,
    valueTypeId: withoutBtf ? 0 : a.valueTypeId,
    init: [],
    frozen: false,
  }
}

/** The next power-of-two number of pages that is larger, unless the size is one already. */
function ringBytes(size: number): number {
  const pages = size / PAGE_BYTES
  if (size === 0 || (Number.isInteger(pages) && (pages & (pages - 1)) === 0)) return size
  for (let bytes = PAGE_BYTES; bytes <= 0x80000000; bytes *= 2) if (bytes > size) return bytes
  return size
}

/** Maps of the old `maps` section: five numbers where each symbol points. */
export function legacyMaps(object: ObjectFile, report: Report): PlacedMap[] {
  const section = object.sections.findIndex((s) => s.name === 'maps')
  if (section < 0) return []
  const { data } = object.sections[section]
  const out: PlacedMap[] = []
  for (const s of object.symbols) {
    if (s.section !== section || s.kind === 'section' || s.name === '') continue
    const r = new ByteReader(data, s.value)
    const a: Attributes = {
      type: r.u32(),
      keySize: r.u32(),
      valueSize: r.u32(),
      maxEntries: r.u32(),
      flags: r.u32(),
      keyTypeId: 0,
      valueTypeId: 0,
    }
    if (r.overrun) error(report, 'loader.mapAttribute', [s.name, 'definition'])
    const def = r.overrun ? undefined : makeMap(s.name, a, report)
    out.push({ name: s.name, section, offset: s.value, ...(def ? { def } : {}) })
  }
  return out
}
