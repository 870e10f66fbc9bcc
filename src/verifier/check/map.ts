// Maps: which a program may name, what it may read and write of their values, and numbers that are known because a map cannot change.
// Linux: check_map_prog_compatibility(), check_map_access_type(), check_map_access(), bpf_map_is_rdonly(), bpf_map_direct_read(),
// check_reg_const_str().
import type { MapDef } from '../../isa/index.ts'
import { BTF_ID, baseType, MAP, MEM_ALLOC, OFF, PTR_TO_BTF_ID, PTR_TO_MAP_VALUE, TYPE, VALUE_HI } from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, F_SLEEPABLE, unsupported } from '../env.ts'
import { EACCES, EBUSY, EINVAL, ENOTSUPP, EPERM } from '../errno.ts'
import { sminOf, umaxOf, varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { isKptrUnknown, withGoodKptrs } from './kptr-target.ts'
import { type FieldRecord, fieldName, hasField, KPTR_KINDS, mapRecord, structRecord } from './record.ts'
import { checkRegion } from './region.ts'

export const F_RDONLY_PROG = 1 << 7
export const F_WRONLY_PROG = 1 << 8

/** Kinds of maps whose use in programs needs more than keys and values. */
const UNMODELLED_MAPS: ReadonlySet<string> = new Set(['struct_ops', 'insn_array'])

/** Programs that run anywhere in the kernel. Linux: is_tracing_prog_type(). */
const TRACING: ReadonlySet<string> = new Set(['kprobe', 'tracepoint', 'perf_event', 'raw_tracepoint', 'raw_tracepoint_writable'])

/** Kinds of maps for programs that may sleep. */
const FOR_SLEEPERS: ReadonlySet<string> = new Set([
  'hash',
  'lru_hash',
  'array',
  'percpu_hash',
  'percpu_array',
  'lru_percpu_hash',
  'array_of_maps',
  'hash_of_maps',
  'ringbuf',
  'user_ringbuf',
  'inode_storage',
  'sk_storage',
  'task_storage',
  'cgrp_storage',
  'queue',
  'stack',
  'arena',
])

export function checkMapProgCompatibility(env: Env, index: number): number {
  const map = env.maps[index]!
  const ofMaps = map.type === 'array_of_maps' || map.type === 'hash_of_maps'
  if (UNMODELLED_MAPS.has(map.type) || (ofMaps && !map.inner)) return unsupported(env, `map type ${map.type}`)
  if (map.type === 'arena') {
    const err = takeArena(env, index)
    if (err) return err
  }
  const record = recordOf(env, index)
  const { name } = env.progType
  if (TRACING.has(name) && hasField(record, 'bpf_list_head', 'bpf_rb_root')) {
    verbose(env.log, 'tracing progs cannot use bpf_{list_head,rb_root} yet\n')
    return -EINVAL
  }
  if (hasField(record, 'bpf_spin_lock', 'bpf_res_spin_lock') && (name === 'socket_filter' || TRACING.has(name))) {
    verbose(env.log, `${name === 'socket_filter' ? 'socket filter' : 'tracing'} progs cannot use bpf_spin_lock yet\n`)
    return -EINVAL
  }
  for (const timer of ['bpf_timer', 'bpf_wq'] as const) {
    if (!hasField(record, timer) || !TRACING.has(name)) continue
    verbose(env.log, `tracing progs cannot use ${timer} yet\n`)
    return -EINVAL
  }
  if (env.program.flags & F_SLEEPABLE && !FOR_SLEEPERS.has(map.type)) {
    verbose(env.log, 'Sleepable programs can only use array, hash, ringbuf and local storage maps\n')
    return -EINVAL
  }
  const field = record?.find((f) => f.kind === 'uptr' || isKptrUnknown(env, f))
  return field === undefined ? 0 : unsupported(env, `${field.kind} in a map value`)
}

/** libbpf has given it its address in user space before a program is loaded. */
function takeArena(env: Env, index: number): number {
  if (env.arena >= 0 && env.arena !== index) {
    verbose(env.log, 'Only one arena per program\n')
    return -EBUSY
  }
  if (!env.perfmon || !env.bpfCapable) {
    verbose(env.log, 'CAP_BPF and CAP_PERFMON are required to use arena\n')
    return -EPERM
  }
  env.arena = index
  return 0
}

/** The special fields of a map's values; undefined where the map has no types. */
export function recordOf(env: Env, index: number): FieldRecord | undefined {
  if (!env.records.has(index)) {
    const record = mapRecord(env.btf, env.maps[index]!)
    env.records.set(index, record && withGoodKptrs(env, record))
  }
  return env.records.get(index)
}

/** Of what a register points to: a map's value or an object that the program allocated. Linux: reg_btf_record(). */
export function regRecord(env: Env, s: Int32Array, r: number): FieldRecord | undefined {
  const type = s[r + TYPE]!
  if (baseType(type) === PTR_TO_MAP_VALUE) return recordOf(env, s[r + MAP]!)
  if (baseType(type) === PTR_TO_BTF_ID && type & MEM_ALLOC && env.btf) return structRecord(env.btf, s[r + BTF_ID]!)
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

/** `direct`: by an instruction of the program, not by a helper. */
export function checkMapAccess(env: Env, regno: number, off: number, size: number, zeroSizeAllowed: boolean, direct: boolean): number {
  const r = curReg(env, regno)
  const err = checkRegion(env, regno, off, size, mapOf(env, r).valueSize, zeroSizeAllowed)
  if (err) return err
  const record = recordOf(env, env.words[r + MAP]!)
  return record && record.length > 0 ? checkFieldsUntouched(env, r, off, size, record, direct) : 0
}

/** Special fields are touched by what they are for; a kptr also as a whole by loads and stores. */
function checkFieldsUntouched(env: Env, r: number, off: number, size: number, record: FieldRecord, direct: boolean): number {
  const { words: s, log } = env
  for (const field of record) {
    if (sminOf(s, r) + off >= field.off + field.size || field.off >= umaxOf(s, r) + off + size) continue
    const name = fieldName(field.kind)
    const at = off + varOffOf(s, r)
    let why = ''
    if (!KPTR_KINDS.includes(field.kind) && field.kind !== 'uptr') why = 'cannot be accessed directly by load/store'
    else if (!direct) why = 'cannot be accessed indirectly by helper'
    else if (!tnumIsConst(s, r + VALUE_HI)) why = 'access cannot have variable offset'
    else if (field.off !== at) why = `access misaligned expected=${field.off} off=${at}`
    else if (size !== 8) why = 'access size must be BPF_DW'
    if (why === '') continue
    verbose(log, `${name} ${why}\n`)
    return -EACCES
  }
  return 0
}

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
  const err = checkMapAccess(env, regno, s[r + OFF]!, map.valueSize - s[r + OFF]!, false, false)
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
