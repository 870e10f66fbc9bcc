// One BTF-defined map: a struct whose members are the attributes. An attribute hides in a type: `__uint(max_entries, 16)` is
// `int (*max_entries)[16]`, `__type(key, __u32)` is `__u32 *key`, `__array(values, struct inner)` is `struct inner *values[]`.
// What libbpf refuses is refused; what programs rely on some loader to put right is put right and told.
// libbpf: parse_btf_map_def(), bpf_object__create_map().
import { mapTypeById } from '../abi/index.ts'
import { type Btf, type BtfId, type BtfMember, btfType, resolve, sizeOf } from '../btf/index.ts'
import type { MapDef } from '../isa/index.ts'
import { error, type Report, warning } from './report.ts'

export interface MapAttributes {
  type: number
  keySize: number
  valueSize: number
  maxEntries: number
  flags: number
  extra: number
  keyTypeId: BtfId
  valueTypeId: BtfId
  inner?: MapDef
}

export const noAttributes = (): MapAttributes => ({
  type: 0,
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  flags: 0,
  extra: 0,
  keyTypeId: 0,
  valueTypeId: 0,
})

const PAGE_BYTES = 4096
/** Return addresses of a stack trace: sysctl kernel.perf_event_max_stack. */
const STACK_BYTES = 127 * 8
/** A file descriptor. */
const FD_BYTES = 4

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

export const isMapOfMaps = (type: string | undefined): boolean => type === 'array_of_maps' || type === 'hash_of_maps'

/** `outer` is the map whose inner maps this describes. Undefined where a diagnostic says why. */
export function readBtfMap(btf: Btf, name: string, id: BtfId, report: Report, outer?: string): MapDef | undefined {
  const { type } = resolve(btf, id)
  const wrong = (what: string): undefined => {
    error(report, 'loader.mapAttribute', [name, what])
  }
  if (type.kind !== 'struct') return wrong('definition')
  const a = noAttributes()
  for (const m of type.members) {
    const isGood =
      m.name === 'values'
        ? outer === undefined && m === type.members[type.members.length - 1] && readValues(btf, name, m, a, report)
        : readAttribute(btf, m, a)
    if (!isGood) return wrong(m.name)
  }
  return a.type === 0 ? wrong('type') : makeMap(name, a, report)
}

/** Reads one member of a map's struct into `a`; false where it is none that there is, or at odds with another. */
function readAttribute(btf: Btf, m: BtfMember, a: MapAttributes): boolean {
  switch (m.name) {
    case 'key':
    case 'value': {
      const { type: pointer } = resolve(btf, m.type)
      const size = pointer.kind === 'ptr' ? sizeOf(btf, pointer.type) : undefined
      if (pointer.kind !== 'ptr' || size === undefined) return false
      if (m.name === 'key') a.keyTypeId = pointer.type
      else a.valueTypeId = pointer.type
      return setSize(a, m.name, size)
    }
    default: {
      const n = uintAttribute(btf, m)
      return n !== undefined && setNumber(a, m.name, n)
    }
  }
}

function setSize(a: MapAttributes, what: 'key' | 'value', size: number): boolean {
  const known = what === 'key' ? a.keySize : a.valueSize
  if (known !== 0 && known !== size) return false
  if (what === 'key') a.keySize = size
  else a.valueSize = size
  return true
}

function setNumber(a: MapAttributes, name: string, n: number): boolean {
  switch (name) {
    case 'type':
      a.type = n
      return true
    case 'max_entries':
      a.maxEntries = n
      return true
    case 'map_flags':
      a.flags = n
      return true
    case 'key_size':
      return setSize(a, 'key', n)
    case 'value_size':
      return setSize(a, 'value', n)
    case 'map_extra':
      a.extra = n
      return true
    // The machine has one node.
    case 'numa_node':
      return true
    // Pinning is about the file system; a map starts anew each time here, as on a fresh machine.
    case 'pinning':
      return n <= 1
    default:
      return false
  }
}

/** N of `int (*name)[N]`; what does not fit an array's length is an enumerator of `enum { ... } (*name)[...]` (`__ulong`). */
function uintAttribute(btf: Btf, m: BtfMember): number | undefined {
  const { type } = resolve(btf, m.type)
  if (type.kind === 'ptr') {
    const array = btfType(btf, type.type)
    return array.kind === 'array' ? array.count : undefined
  }
  return (type.kind === 'enum' || type.kind === 'enum64') && type.values.length > 0 ? Number(type.values[0].value) : undefined
}

/** `__array(values, ...)`: what inner maps are like, or that programs may be listed. */
function readValues(btf: Btf, name: string, m: BtfMember, a: MapAttributes, report: Report): boolean {
  const row = mapTypeById(a.type)?.name
  const { type: array } = resolve(btf, m.type)
  const pointer = array.kind === 'array' && array.count === 0 ? resolve(btf, array.type).type : undefined
  if (pointer?.kind !== 'ptr' || !setSize(a, 'value', FD_BYTES)) return false
  if (row === 'prog_array') return resolve(btf, pointer.type).type.kind === 'func_proto'
  if (!isMapOfMaps(row)) return false
  const inner = readBtfMap(btf, `${name}.inner`, pointer.type, report, name)
  if (inner) a.inner = inner
  return inner !== undefined
}

/** The map that attributes describe, with the sizes that loaders fill in. */
export function makeMap(name: string, a: MapAttributes, report: Report): MapDef | undefined {
  const row = mapTypeById(a.type)
  if (!row) {
    error(report, 'loader.mapType', [name, String(a.type)])
    return undefined
  }
  if (isMapOfMaps(row.name) && !a.inner) {
    error(report, 'loader.mapInner', [name])
    return undefined
  }
  const withoutBtf = WITHOUT_BTF.has(row.name)
  return {
    name,
    type: row.name,
    ...sizes(name, row.name, a, report),
    flags: a.flags,
    keyTypeId: withoutBtf ? 0 : a.keyTypeId,
    valueTypeId: withoutBtf ? 0 : a.valueTypeId,
    init: [],
    frozen: false,
    ...(a.extra === 0 ? {} : { extra: a.extra }),
    ...(a.inner ? { inner: a.inner } : {}),
  }
}

type Sizes = Pick<MapDef, 'keySize' | 'valueSize' | 'maxEntries'>

/** libbpf rounds ring buffers up and counts CPUs (one here); the other repairs are those of Go's loader, and are told. */
function sizes(name: string, type: string, a: MapAttributes, report: Report): Sizes {
  const repair = (what: string, have: number, good: number): number => {
    if (have !== good) warning(report, 'loader.mapRepaired', [name, what, String(have), String(good)])
    return good
  }
  const { keySize, valueSize, maxEntries } = a
  switch (type) {
    case 'perf_event_array':
      return {
        keySize: repair('key_size', keySize, FD_BYTES),
        valueSize: repair('value_size', valueSize, FD_BYTES),
        maxEntries: maxEntries === 0 ? 1 : maxEntries,
      }
    case 'ringbuf':
    case 'user_ringbuf':
      return { keySize: repair('key_size', keySize, 0), valueSize: repair('value_size', valueSize, 0), maxEntries: ringBytes(maxEntries) }
    case 'stack_trace':
      return { keySize, valueSize: valueSize === 0 ? repair('value_size', valueSize, STACK_BYTES) : valueSize, maxEntries }
    default:
      return { keySize, valueSize, maxEntries }
  }
}

/** The next power-of-two number of pages that is larger, unless the size is one already. */
function ringBytes(size: number): number {
  const pages = size / PAGE_BYTES
  if (size === 0 || (Number.isInteger(pages) && (pages & (pages - 1)) === 0)) return size
  for (let bytes = PAGE_BYTES; bytes <= 0x80000000; bytes *= 2) if (bytes > size) return bytes
  return size
}
