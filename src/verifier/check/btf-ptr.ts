// Pointers to structures of the kernel (and to objects that the program has allocated), told by BTF. How far one may be trusted is in the
// flags of its kind: trusted (alive as long as the program runs), rcu (alive in this RCU section), neither (old programs; reads cannot
// fault), untrusted (may be garbage; only reads). What is loaded through one is trusted no more than a list of fields says.
// Linux: check_ptr_to_btf_access(), check_ptr_to_map_access(), mark_btf_ld_reg(), is_trusted_reg(), btf_nested_type_is_trusted().
import { mapType } from '../../abi/index.ts'
import { type BtfId, btfType } from '../../btf/index.ts'
import { markRegKnownZero, markRegUnknown } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  baseType,
  CONST_PTR_TO_MAP,
  ID,
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_USER,
  mayBeNull,
  NON_OWN_REF,
  PTR_MAYBE_NULL,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TRUSTED,
  PTR_UNTRUSTED,
  REF_OBJ_ID,
  SCALAR_VALUE,
  TYPE,
  typeFlags,
  VALUE_HI,
} from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, unsupported } from '../env.ts'
import { EACCES, EINVAL, ENOTSUPP, EPERM } from '../errno.ts'
import { tnumText } from '../log/numbers.ts'
import { varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { btfOf, KERNEL_BTF, kernelStruct, nameText, typeNameOf } from './btf-types.ts'
import { type StructAccess, structAccess } from './btf-walk.ts'
import { isGplCompatible } from './license.ts'
import { mapOf, regRecord } from './map.ts'
import { fieldName } from './record.ts'
import { mayWriteStruct } from './struct-write.ts'

/** Flags that make a pointer trusted by themselves, and those that are known to do no harm to that. */
const TRUSTED_MODIFIERS = MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF

/** Kinds that stand for a structure of the kernel without naming it. Linux: reg2btf_ids[]. */
export function structOfKind(type: number): string | undefined {
  switch (baseType(type)) {
    case PTR_TO_SOCKET:
      return 'sock'
    case PTR_TO_SOCK_COMMON:
      return 'sock_common'
    case PTR_TO_TCP_SOCK:
      return 'tcp_sock'
    case CONST_PTR_TO_MAP:
      return 'bpf_map'
    default:
      return undefined
  }
}

export const hasUnsafeModifiers = (type: number): boolean => (typeFlags(type) & ~TRUSTED_MODIFIERS) !== 0
export const trustedModifiers = (type: number): number => type & TRUSTED_MODIFIERS

export function isTrustedReg(s: Int32Array, r: number): boolean {
  const type = s[r + TYPE]!
  if (s[r + REF_OBJ_ID] !== 0) return true
  if (hasUnsafeModifiers(type)) return false
  return structOfKind(type) !== undefined || trustedModifiers(type) !== 0
}
export const isRcuReg = (s: Int32Array, r: number): boolean => (s[r + TYPE]! & MEM_RCU) !== 0

/** Objects of RCU stay alive here. */
export const inRcuSection = (env: Env): boolean => env.cur.rcuLock || !env.cur.inSleepable || env.cur.locks.count > 0

// ---- fields that keep trust ----

/** 'struct field type behind the pointer', alive and not NULL wherever the struct is trusted. Linux: BTF_TYPE_SAFE_TRUSTED(). */
const SAFE_TRUSTED: ReadonlySet<string> = new Set([
  'bpf_iter_meta seq seq_file',
  'bpf_iter__task meta bpf_iter_meta',
  'bpf_iter__task task task_struct',
  'linux_binprm file file',
  'file f_inode inode',
])
/** The same, but may be NULL. */
const SAFE_TRUSTED_OR_NULL: ReadonlySet<string> = new Set(['dentry d_inode inode', 'socket sk sock'])
/** Alive in an RCU section and not NULL. */
const SAFE_RCU: ReadonlySet<string> = new Set([
  'task_struct cpus_ptr cpumask',
  'task_struct cgroups css_set',
  'task_struct real_parent task_struct',
  'task_struct group_leader task_struct',
  'cgroup kn kernfs_node',
  'css_set dfl_cgrp cgroup',
  'cgroup_subsys_state cgroup cgroup',
])
/** The same, but may be NULL. */
const SAFE_RCU_OR_NULL: ReadonlySet<string> = new Set(['mm_struct exe_file file', 'sk_buff sk sock', 'request_sock sk sock'])

// ---- access ----

/** Gives a register what a load through BTF yields. */
export function markBtfLoad(env: Env, value: number, kind: number, which: number, id: BtfId, flags: number): void {
  const s = env.words
  if (kind === SCALAR_VALUE) {
    markRegUnknown(s, value)
    return
  }
  markRegKnownZero(s, value)
  s[value + TYPE] = kind | flags
  if (kind === PTR_TO_MEM) return
  s[value + BTF] = which
  s[value + BTF_ID] = id
  if (flags & PTR_MAYBE_NULL) s[value + ID] = ++env.idGen
}

/** `off` includes the fixed offset; a load goes to the register at `value` (-1: nowhere). */
export function checkBtfAccess(env: Env, regno: number, off: number, size: number, write: boolean, value: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  const which = s[r + BTF]!
  const id = s[r + BTF_ID]!
  const name = typeNameOf(env, which, id)
  const refuse = (text: string): number => {
    verbose(log, `R${regno} is ptr_${name} ${text}\n`)
    return -EACCES
  }
  if (!env.perfmon) {
    verbose(log, `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN\n`)
    return -EPERM
  }
  if (which === KERNEL_BTF && !isGplCompatible(env)) {
    verbose(log, `Cannot access kernel 'struct ${name}' from non-GPL compatible program\n`)
    return -EINVAL
  }
  if (off < 0) return refuse(`invalid negative access: off=${off}`)
  if (!tnumIsConst(s, r + VALUE_HI) || varOffOf(s, r) !== 0) {
    return refuse(`invalid variable offset: off=${off}, var_off=${tnumText(s, r + VALUE_HI)}`)
  }
  if (type & MEM_USER) return refuse(`access user memory: off=${off}`)
  if (type & MEM_PERCPU) return refuse(`access percpu memory: off=${off}`)
  if (write) {
    const allowed = type & MEM_ALLOC ? undefined : mayWriteStruct(env, name, off, size)
    if (allowed !== undefined) return allowed
    const own = (type & MEM_ALLOC) !== 0 && (type & PTR_UNTRUSTED) === 0
    if (!own) {
      verbose(log, 'only read is supported\n')
      return -EACCES
    }
  }
  const field = type & MEM_ALLOC ? regRecord(env, s, r)?.find((f) => off < f.off + f.size && f.off < off + size) : undefined
  if (field) {
    verbose(log, `direct access to ${fieldName(field.kind)} is disallowed\n`)
    return -EACCES
  }
  const access = structAccess(env, which, id, type, off, size)
  if (access.kind < 0) return access.kind
  const flags = access.kind === PTR_TO_BTF_ID ? trustOf(env, r, name, access) : access.flags
  if (!write && value >= 0) markBtfLoad(env, value, access.kind, which, access.id, flags)
  return 0
}

/** How far the pointer found may be trusted. */
function trustOf(env: Env, r: number, name: string, access: StructAccess): number {
  const s = env.words
  const type = s[r + TYPE]!
  const noTrust = access.flags & ~(TRUSTED_MODIFIERS | MEM_RCU)
  if (type & PTR_UNTRUSTED) return PTR_UNTRUSTED
  if (!isTrustedReg(s, r) && !isRcuReg(s, r)) return noTrust
  const field = `${name} ${access.field} ${nameText(btfType(btfOf(env, s[r + BTF]!), access.id))}`
  if (SAFE_TRUSTED.has(field)) return access.flags | PTR_TRUSTED
  if (SAFE_TRUSTED_OR_NULL.has(field)) return access.flags | PTR_TRUSTED | PTR_MAYBE_NULL
  if (!inRcuSection(env) || mayBeNull(type)) return PTR_UNTRUSTED
  if (SAFE_RCU.has(field)) return access.flags | MEM_RCU
  const known = SAFE_RCU_OR_NULL.has(field)
  if (known || access.flags & MEM_RCU) return (access.flags | MEM_RCU | PTR_MAYBE_NULL) & ~(known ? PTR_UNTRUSTED : 0)
  return access.flags & (MEM_PERCPU | MEM_USER) ? access.flags : noTrust
}

/** Kinds of maps by the structure that the kernel keeps them in. Linux: map_btf_id of struct bpf_map_ops. */
const MAP_STRUCTS: Readonly<Record<string, string>> = {
  array: 'bpf_array',
  percpu_array: 'bpf_array',
  prog_array: 'bpf_array',
  perf_event_array: 'bpf_array',
  cgroup_array: 'bpf_array',
  array_of_maps: 'bpf_array',
  hash: 'bpf_htab',
  percpu_hash: 'bpf_htab',
  lru_hash: 'bpf_htab',
  lru_percpu_hash: 'bpf_htab',
  hash_of_maps: 'bpf_htab',
  bloom_filter: 'bpf_bloom_filter',
  cpumap: 'bpf_cpu_map',
  devmap: 'bpf_dtab',
  devmap_hash: 'bpf_dtab',
  queue: 'bpf_queue_stack',
  stack: 'bpf_queue_stack',
  lpm_trie: 'lpm_trie',
  stack_trace: 'bpf_stack_map',
  ringbuf: 'bpf_ringbuf_map',
  user_ringbuf: 'bpf_ringbuf_map',
  sockmap: 'bpf_stab',
  sockhash: 'bpf_shtab',
  reuseport_sockarray: 'reuseport_array',
  xskmap: 'xsk_map',
  sk_storage: 'bpf_local_storage_map',
  inode_storage: 'bpf_local_storage_map',
  task_storage: 'bpf_local_storage_map',
  cgrp_storage: 'bpf_local_storage_map',
  cgroup_storage: 'bpf_cgroup_storage_map',
  percpu_cgroup_storage: 'bpf_cgroup_storage_map',
  struct_ops: 'bpf_struct_ops_map',
  arena: 'bpf_arena',
}

/** A load through a pointer to a map: the map's own structure. */
export function checkMapPtrAccess(env: Env, regno: number, off: number, size: number, write: boolean, value: number): number {
  const { log } = env
  const map = mapOf(env, curReg(env, regno))
  const name = MAP_STRUCTS[map.type]
  if (!name) {
    verbose(log, `map_ptr access not supported for map type ${mapType(map.type)?.id ?? 0}\n`)
    return -ENOTSUPP
  }
  if (!env.perfmon) {
    verbose(log, `'struct ${name}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN\n`)
    return -EPERM
  }
  if (off < 0) {
    verbose(log, `R${regno} is ${name} invalid negative access: off=${off}\n`)
    return -EACCES
  }
  if (write) {
    verbose(log, `only read from ${name} is supported\n`)
    return -EACCES
  }
  const id = kernelStruct(env, name)
  if (id === undefined) return unsupported(env, `struct ${name} of the kernel`)
  const access = structAccess(env, KERNEL_BTF, id, PTR_TO_BTF_ID, off, size)
  if (access.kind < 0) return access.kind
  if (value >= 0) markBtfLoad(env, value, access.kind, KERNEL_BTF, access.id, access.flags)
  return 0
}
