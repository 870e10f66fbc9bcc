// Maps: which a program may name, what it may read and write of their values, and numbers that are known because a map cannot change.
// Linux: check_map_prog_compatibility(), check_map_access_type(), check_map_access(), bpf_map_is_rdonly(), bpf_map_direct_read(),
// check_reg_const_str(), btf_parse_fields() (only to tell which values hold fields that are not modelled).
import { type Btf, btfType, resolve } from '../../btf/index.ts'
import type { MapDef } from '../../isa/index.ts'
import { MAP, OFF, PTR_TO_MAP_VALUE, TYPE, VALUE_HI } from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, unsupported } from '../env.ts'
import { EACCES, EINVAL, ENOTSUPP } from '../errno.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { checkRegion } from './region.ts'

export const F_RDONLY_PROG = 1 << 7
export const F_WRONLY_PROG = 1 << 8

/** Kinds of maps whose use in programs needs more than keys and values. */
const UNMODELLED_MAPS: ReadonlySet<string> = new Set(['struct_ops', 'arena', 'insn_array', 'array_of_maps', 'hash_of_maps', 'user_ringbuf'])

/** Members of a value that only helpers of their own may touch. Linux: btf_field_type. */
const SPECIAL_FIELDS: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
  'bpf_refcount',
])
const SPECIAL_TAGS: ReadonlySet<string> = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr'])
const MAX_FIELD_DEPTH = 16

export function checkMapProgCompatibility(env: Env, map: MapDef): number {
  if (UNMODELLED_MAPS.has(map.type)) return unsupported(env, `map type ${map.type}`)
  const field = env.btf && map.valueTypeId ? specialField(env.btf, map.valueTypeId, 0) : undefined
  return field === undefined ? 0 : unsupported(env, `${field} in a map value`)
}

function specialField(btf: Btf, id: number, depth: number): string | undefined {
  if (depth > MAX_FIELD_DEPTH) return undefined
  const { type } = resolve(btf, id)
  if (type.kind === 'array') return specialField(btf, type.type, depth + 1)
  if (type.kind === 'ptr') {
    const pointee = btfType(btf, type.type)
    return pointee.kind === 'type_tag' && SPECIAL_TAGS.has(pointee.name) ? pointee.name : undefined
  }
  if (type.kind !== 'struct') return undefined
  if (SPECIAL_FIELDS.has(type.name)) return type.name
  for (const member of type.members) {
    const field = specialField(btf, member.type, depth + 1)
    if (field !== undefined) return field
  }
  return undefined
}

export function checkMapAccessType(env: Env, regno: number, off: number, size: number, write: boolean): number {
  const map = mapOf(env, curReg(env, regno))
  const forbidden = write ? (map.flags & F_RDONLY_PROG) !== 0 : (map.flags & F_WRONLY_PROG) !== 0
  if (!forbidden) return 0
  const what = write ? 'write into' : 'read from'
  verbose(env.log, `${what} map forbidden, value_size=${map.valueSize} off=${off} size=${size}\n`)
  return -EACCES
}

export const checkMapAccess = (env: Env, regno: number, off: number, size: number, zeroSizeAllowed: boolean): number =>
  checkRegion(env, regno, off, size, mapOf(env, curReg(env, regno)).valueSize, zeroSizeAllowed)

/** The map that a register points to or into. */
export const mapOf = (env: Env, r: number): MapDef => env.maps[env.words[r + MAP]!]!

/** Programs may not write. Linux: dev_map_init_map() adds the flag to every map of devices. */
export const isRdonlyProg = (map: MapDef): boolean => (map.flags & F_RDONLY_PROG) !== 0 || map.type.startsWith('devmap')

/** Neither programs nor user space can change the map any more. */
export const isMapRdonly = (map: MapDef): boolean => (map.flags & F_RDONLY_PROG) !== 0 && map.frozen

/** A constant map whose memory can be looked into. */
export const hasDirectValue = (map: MapDef): boolean => map.type === 'array'

/** Bytes of a constant map from an offset on, as a signed or unsigned number in two words; an errno where they cannot be had. */
export function directRead(map: MapDef, off: number, size: number, signed: boolean, out: Int32Array): number {
  if (map.maxEntries !== 1) return -ENOTSUPP
  if (off < 0 || off >= map.valueSize) return -EINVAL
  const value = contents(map)
  const byte = (i: number): number => value[off + i] ?? 0
  let lo = 0
  let hi = 0
  for (let i = 0; i < size; i++) {
    if (i < 4) lo |= byte(i) << (8 * i)
    else hi |= byte(i) << (8 * (i - 4))
  }
  if (signed && size < 8) {
    const shift = 32 - 8 * size
    lo = (lo << shift) >> shift
    hi = lo >> 31
  }
  out[0] = hi
  out[1] = lo
  return 0
}

/** What a one-entry array holds: the last thing that was put in. */
const contents = (map: MapDef): Uint8Array => map.init[map.init.length - 1]?.value ?? new Uint8Array(0)

/** A string that ends within a constant map, for format arguments. */
export function checkConstStr(env: Env, regno: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (s[r + TYPE] !== PTR_TO_MAP_VALUE) return -EINVAL
  const map = mapOf(env, r)
  if (!isMapRdonly(map)) {
    verbose(log, `R${regno} does not point to a readonly map'\n`)
    return -EACCES
  }
  if (!tnumIsConst(s, r + VALUE_HI)) {
    verbose(log, `R${regno} is not a constant address'\n`)
    return -EACCES
  }
  if (!hasDirectValue(map)) {
    verbose(log, 'no direct value access support for this map type\n')
    return -EACCES
  }
  const err = checkMapAccess(env, regno, s[r + OFF]!, map.valueSize - s[r + OFF]!, false)
  if (err) return err
  const off = s[r + OFF]! + varOffOf(s, r)
  if (map.maxEntries !== 1 || off >= map.valueSize) {
    verbose(log, 'direct value access on string failed\n')
    return map.maxEntries !== 1 ? -ENOTSUPP : -EINVAL
  }
  if (constString(map, off) === undefined) {
    verbose(log, 'string is not zero-terminated\n')
    return -EINVAL
  }
  return 0
}

/** The bytes of a zero-terminated string in a constant map. */
export function constString(map: MapDef, off: number): Uint8Array | undefined {
  const value = contents(map)
  if (value.length < map.valueSize && off >= value.length) return new Uint8Array(0)
  const end = value.indexOf(0, off)
  if (end >= 0) return value.subarray(off, end)
  return value.length < map.valueSize ? value.subarray(off) : undefined
}
