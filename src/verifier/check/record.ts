// Special fields of a value: members that only helpers and kfuncs of their own may touch, read from the type of the value. A map of a kind
// that must not have such fields is made without types, as libbpf does when the kernel refuses it with them.
// Linux: btf_parse_fields(), btf_find_field(), btf_get_field_type(), btf_find_kptr(), btf_find_graph_root(), map_check_btf().
import { type Btf, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../../btf/index.ts'
import type { MapDef } from '../../isa/index.ts'

export type FieldKind =
  | 'bpf_spin_lock'
  | 'bpf_res_spin_lock'
  | 'bpf_timer'
  | 'bpf_wq'
  | 'bpf_task_work'
  | 'bpf_list_head'
  | 'bpf_list_node'
  | 'bpf_rb_root'
  | 'bpf_rb_node'
  | 'bpf_refcount'
  | 'kptr_untrusted'
  | 'kptr'
  | 'percpu_kptr'
  | 'uptr'

export interface Field {
  readonly kind: FieldKind
  readonly off: number
  readonly size: number
  /** Kptrs: the struct pointed to; roots of lists and trees: the struct of their elements. In the same BTF. */
  readonly typeId: BtfId
  /** Roots: offset of the node in an element. */
  readonly nodeOff: number
}

/** Fields by offset. */
export type FieldRecord = readonly Field[]
export const NO_FIELDS: FieldRecord = []

/** As messages name them. Linux: btf_field_type_name(). */
export const fieldName = (kind: FieldKind): string => (kind === 'kptr_untrusted' ? 'kptr' : kind)

interface Shape {
  readonly size: number
  readonly align: number
  /** One value may hold several. */
  readonly many: boolean
}
const SHAPES: Readonly<Record<Exclude<FieldKind, 'kptr_untrusted' | 'kptr' | 'percpu_kptr' | 'uptr'>, Shape>> = {
  bpf_spin_lock: { size: 4, align: 4, many: false },
  bpf_res_spin_lock: { size: 4, align: 4, many: false },
  bpf_timer: { size: 16, align: 8, many: false },
  bpf_wq: { size: 16, align: 8, many: false },
  bpf_task_work: { size: 8, align: 8, many: false },
  bpf_list_head: { size: 16, align: 8, many: true },
  bpf_list_node: { size: 24, align: 8, many: true },
  bpf_rb_root: { size: 16, align: 8, many: true },
  bpf_rb_node: { size: 32, align: 8, many: true },
  bpf_refcount: { size: 4, align: 4, many: false },
}
const POINTER_TAGS: ReadonlySet<string> = new Set(['kptr_untrusted', 'kptr', 'percpu_kptr', 'uptr'])
const POINTER_BYTES = 8
const MAX_FIELDS = 11
const MAX_DEPTH = 32

/** What may be in the value of a map, and in objects that programs allocate. */
const MAP_KINDS: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'kptr_untrusted',
  'kptr',
  'percpu_kptr',
  'uptr',
  'bpf_list_head',
  'bpf_rb_root',
  'bpf_refcount',
])
const OBJECT_KINDS: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
  'bpf_refcount',
  'kptr_untrusted',
  'kptr',
  'percpu_kptr',
])

interface Search {
  readonly btf: Btf
  readonly kinds: ReadonlySet<FieldKind>
  readonly seen: Set<FieldKind>
}
type Found = Field[] | undefined

/** The fields of a value of type `id`; undefined where the type breaks a rule. */
function parseFields(btf: Btf, id: BtfId, kinds: ReadonlySet<FieldKind>, valueSize: number): FieldRecord | undefined {
  const search: Search = { btf, kinds, seen: new Set() }
  const type = btfType(btf, id)
  let found: Found = []
  if (type.kind === 'struct') found = inStruct(search, type, id, 0)
  else if (type.kind === 'datasec') found = inDatasec(search, type)
  if (!found || found.length > MAX_FIELDS) return undefined
  const has = (kind: FieldKind): boolean => found.some((f) => f.kind === kind)
  let next = 0
  for (const field of found) {
    if (field.off < next || field.off + field.size > valueSize) return undefined
    next = field.off + field.size
  }
  const locked = has('bpf_spin_lock') || has('bpf_res_spin_lock')
  if (has('bpf_spin_lock') && has('bpf_res_spin_lock')) return undefined
  if ((has('bpf_list_head') || has('bpf_rb_root')) && !locked) return undefined
  if (!has('bpf_refcount') && has('bpf_list_node') && has('bpf_rb_node')) return undefined
  return found.sort((a, b) => a.off - b.off)
}

function inStruct(search: Search, type: BtfType & { kind: 'struct' | 'union' }, id: BtfId, depth: number): Found {
  const out: Field[] = []
  for (const [i, member] of type.members.entries()) {
    if (member.offBits % 8 !== 0) return undefined
    const found = inMember(search, id, member.type, i, member.offBits / 8, 0, depth)
    if (!found) return undefined
    out.push(...found)
    if (out.length > MAX_FIELDS) return undefined
  }
  return out
}

function inDatasec(search: Search, type: BtfType & { kind: 'datasec' }): Found {
  const out: Field[] = []
  for (const part of type.vars) {
    const variable = btfType(search.btf, part.type)
    if (variable.kind !== 'var') continue
    const found = inMember(search, part.type, variable.type, -1, part.offset, part.size, 0)
    if (!found) return undefined
    out.push(...found)
  }
  return out
}

/** `owner` is the struct or variable that the member belongs to; `expected` its size where that is said elsewhere. */
function inMember(search: Search, owner: BtfId, typeId: BtfId, index: number, off: number, expected: number, depth: number): Found {
  const { btf, kinds, seen } = search
  let count = 1
  let id = typeId
  let type = btfType(btf, id)
  for (let i = 0; type.kind === 'array'; i++) {
    if (i === MAX_DEPTH) return undefined
    count *= type.count
    id = type.type
    type = btfType(btf, id)
  }
  if (count === 0) return []
  const name = 'name' in type ? type.name : ''
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name as keyof typeof SHAPES] : undefined
  if (shape && kinds.has(name as FieldKind)) {
    const kind = name as FieldKind
    if (!shape.many) {
      if (seen.has(kind)) return undefined
      seen.add(kind)
    }
    if ((expected !== 0 && expected !== shape.size * count) || off % shape.align !== 0) return []
    if (type.kind !== 'struct' || type.size !== shape.size) return []
    let field: Field = { kind, off, size: shape.size, typeId: 0, nodeOff: 0 }
    if (kind === 'bpf_list_head' || kind === 'bpf_rb_root') {
      const root = graphRoot(btf, owner, index, kind === 'bpf_list_head' ? 'bpf_list_node' : 'bpf_rb_node')
      if (!root) return undefined
      field = { ...field, ...root }
    }
    return repeat([field], count, shape.size)
  }
  if (type.kind === 'struct') {
    if (expected !== 0 && expected !== type.size * count) return []
    if (depth + 1 >= MAX_DEPTH) return undefined
    const nested = inStruct(search, type, id, depth + 1)
    const moved = nested?.map((f) => ({ ...f, off: f.off + off }))
    return moved && moved.length > 0 ? repeat(moved, count, type.size) : moved
  }
  if ((expected !== 0 && expected !== POINTER_BYTES * count) || off % POINTER_BYTES !== 0) return []
  const pointer = kptr(btf, type)
  if (pointer === undefined) return undefined
  if (pointer === IGNORED || !kinds.has(pointer.kind)) return []
  return repeat([{ kind: pointer.kind, off, size: POINTER_BYTES, typeId: pointer.typeId, nodeOff: 0 }], count, POINTER_BYTES)
}

const REPEATED: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'kptr_untrusted',
  'kptr',
  'percpu_kptr',
  'uptr',
  'bpf_list_head',
  'bpf_rb_root',
])

function repeat(fields: Field[], count: number, size: number): Found {
  if (count === 1) return fields
  if (!fields.every((f) => REPEATED.has(f.kind)) || fields.length * count > MAX_FIELDS) return undefined
  return Array.from({ length: count }, (_, i) => fields.map((f) => ({ ...f, off: f.off + i * size }))).flat()
}

const IGNORED = 'ignored'

function kptr(btf: Btf, type: BtfType): { kind: FieldKind; typeId: BtfId } | typeof IGNORED | undefined {
  const pointer = type.kind === 'volatile' ? btfType(btf, type.type) : type
  if (pointer.kind !== 'ptr') return IGNORED
  const tag = btfType(btf, pointer.type)
  if (tag.kind !== 'type_tag') return IGNORED
  if (btfType(btf, tag.type).kind === 'type_tag' || !POINTER_TAGS.has(tag.name)) return undefined
  const target = resolve(btf, tag.type)
  return target.type.kind === 'struct' ? { kind: tag.name as FieldKind, typeId: target.id } : undefined
}

const CONTAINS = 'contains:'

/** What a list or tree contains, told by a tag "contains:STRUCT:NODE" at the member or variable. */
function graphRoot(btf: Btf, owner: BtfId, component: number, nodeKind: string): { typeId: BtfId; nodeOff: number } | undefined {
  const tags = btf.types.filter(
    (t) => t.kind === 'decl_tag' && t.type === owner && t.component === component && t.name.startsWith(CONTAINS),
  )
  const [tag] = tags
  if (tags.length !== 1 || tag?.kind !== 'decl_tag') return undefined
  const [struct, node] = tag.name.slice(CONTAINS.length).split(/:(.*)/s)
  if (!struct || !node) return undefined
  const typeId = btf.types.findIndex((t) => t.kind === 'struct' && t.name === struct)
  const type = typeId > 0 ? btfType(btf, typeId) : undefined
  if (type?.kind !== 'struct') return undefined
  const members = type.members.filter((m) => m.name === node)
  const [member] = members
  if (members.length !== 1 || !member) return undefined
  const memberType = btfType(btf, member.type)
  if (memberType.kind !== 'struct' || memberType.name !== nodeKind || member.offBits % 64 !== 0) return undefined
  return { typeId, nodeOff: member.offBits / 8 }
}

/** Found once for each struct. */
const structRecords = new WeakMap<Btf, Map<BtfId, FieldRecord>>()

/** Fields of a struct that the program may allocate. */
export function structRecord(btf: Btf, id: BtfId): FieldRecord {
  const known = structRecords.get(btf) ?? new Map<BtfId, FieldRecord>()
  structRecords.set(btf, known)
  let record = known.get(id)
  if (!record) {
    const type = btfType(btf, id)
    record = type.kind === 'struct' ? (parseFields(btf, id, OBJECT_KINDS, type.size) ?? NO_FIELDS) : NO_FIELDS
    known.set(id, record)
  }
  return record
}

// ---- maps ----

const LOCK_MAPS = ['hash', 'array', 'cgroup_storage', 'sk_storage', 'inode_storage', 'task_storage', 'cgrp_storage']
const TIMER_MAPS = ['hash', 'lru_hash', 'array']
const KPTR_MAPS = [
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'array',
  'percpu_array',
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
]
/** Kinds of maps whose values may have a field of a kind. */
const MAPS_OF_FIELD: Readonly<Record<FieldKind, readonly string[]>> = {
  bpf_spin_lock: LOCK_MAPS,
  bpf_res_spin_lock: LOCK_MAPS,
  bpf_timer: TIMER_MAPS,
  bpf_wq: TIMER_MAPS,
  bpf_task_work: TIMER_MAPS,
  bpf_list_head: TIMER_MAPS,
  bpf_list_node: [],
  bpf_rb_root: TIMER_MAPS,
  bpf_rb_node: [],
  bpf_refcount: KPTR_MAPS,
  kptr_untrusted: KPTR_MAPS,
  kptr: KPTR_MAPS,
  percpu_kptr: KPTR_MAPS,
  uptr: ['task_storage'],
}
/** Kinds of maps that libbpf makes without types. */
const TYPELESS: ReadonlySet<string> = new Set([
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
const PROG_ACCESS = (1 << 7) | (1 << 8)

/** The special fields of a map's values; undefined where the map has no types. */
export function mapRecord(btf: Btf | undefined, map: MapDef): FieldRecord | undefined {
  if (!btf || TYPELESS.has(map.type) || map.valueTypeId === 0) return undefined
  if (sizeOf(btf, map.valueTypeId) !== map.valueSize) return undefined
  const { id } = resolve(btf, map.valueTypeId)
  // Fields that break a rule are no fields.
  const record = parseFields(btf, id, MAP_KINDS, map.valueSize) ?? NO_FIELDS
  if (record.length > 0 && map.flags & PROG_ACCESS) return undefined
  return record.every((f) => MAPS_OF_FIELD[f.kind].includes(map.type)) ? record : undefined
}

// ---- asking ----

export const hasField = (record: FieldRecord | undefined, ...kinds: readonly FieldKind[]): boolean =>
  record?.some((f) => kinds.includes(f.kind)) ?? false
export const fieldAt = (record: FieldRecord | undefined, off: number, ...kinds: readonly FieldKind[]): Field | undefined =>
  record?.find((f) => f.off === off && kinds.includes(f.kind))
export const KPTR_KINDS: readonly FieldKind[] = ['kptr_untrusted', 'kptr', 'percpu_kptr']
