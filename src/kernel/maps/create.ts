// A live map from its description, with the checks that BPF_MAP_CREATE makes. Kinds that are not modelled are named as such.
// Linux: map_create() in kernel/bpf/syscall.c and each kind's alloc_check.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EINVAL, ENOMEM, ENOTSUPP } from '../errno.ts'
import { createArena } from './arena.ts'
import { createArray } from './array.ts'
import { createBloomFilter } from './bloom-filter.ts'
import { createCgroupStorage } from './cgroup-storage.ts'
import { createFdArray } from './fd-array.ts'
import { createHash } from './hash.ts'
import { createLocalStorage } from './local-storage.ts'
import { createLpmTrie } from './lpm-trie.ts'
import {
  BPF_F_INNER_MAP,
  BPF_F_NO_COMMON_LRU,
  BPF_F_NO_PREALLOC,
  BPF_F_RDONLY,
  BPF_F_RDONLY_PROG,
  BPF_F_WRONLY,
  BPF_F_WRONLY_PROG,
  BPF_F_ZERO_SEED,
  type KernelMap,
  type MapHost,
} from './map.ts'
import { createMapOfMaps } from './map-of-maps.ts'
import { createQueueStack } from './queue-stack.ts'
import { createRingbuf } from './ringbuf.ts'
import { createSockTable } from './sock-table.ts'
import { BPF_F_STACK_BUILD_ID, createStackTrace } from './stack-trace.ts'
import { createStructOps } from './struct-ops.ts'

type CreateResult =
  | { readonly ok: true; readonly map: KernelMap }
  | { readonly ok: false; readonly errno: number; readonly unsupported?: string }

const ACCESS = BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG
const BPF_F_MMAPABLE = 1 << 10
const BPF_F_PRESERVE_ELEMS = 1 << 11
const BPF_F_NUMA_NODE = 1 << 2
const PAGE_SIZE = 4096
/** Linux: KMALLOC_MAX_SIZE, PCPU_MIN_UNIT_SIZE, sizeof(struct htab_elem). */
const KMALLOC_MAX = 0x400000
const PERCPU_MAX = 32768
const HTAB_ELEM = 48
const NR_CPUS = 256
/** A length and up to 256 bytes; sizeof(struct lpm_trie_node). */
const LPM_KEY_MAX = 260
const LPM_NODE = 40
const MAX_BLOOM_HASHES = 15
/** sizeof(struct bpf_cgroup_storage_key), BPF_LOCAL_STORAGE_MAX_VALUE_SIZE */
const CGROUP_STORAGE_KEY = 16
const LOCAL_STORAGE_MAX = 65407
const NO_INNER = new Set(['array_of_maps', 'hash_of_maps'])

interface Kind {
  readonly create: (host: MapHost, def: MapDef, id: number) => KernelMap | undefined
  readonly flags: number
  /** errno or 0 */
  readonly check: (def: MapDef) => number
}

const isPowerOf2 = (n: number): boolean => n > 0 && (n & (n - 1)) === 0

const checkArray = (def: MapDef): number => {
  if (def.maxEntries === 0 || def.keySize !== 4 || def.valueSize === 0) return EINVAL
  if (def.type === 'percpu_array' && (def.flags & BPF_F_NUMA_NODE) !== 0) return EINVAL
  return def.valueSize > 0x7fffffff || (def.type === 'percpu_array' && def.valueSize > PERCPU_MAX) ? E2BIG : 0
}
const checkHash = (def: MapDef): number => {
  if (def.maxEntries === 0 || def.valueSize === 0 || def.keySize === 0) return EINVAL
  const lru = def.type.startsWith('lru_')
  if (lru && def.flags & BPF_F_NO_PREALLOC) return ENOTSUPP
  if (!lru && def.flags & BPF_F_NO_COMMON_LRU) return EINVAL
  const percpu = def.type.includes('percpu')
  if (percpu && (def.flags & BPF_F_NUMA_NODE) !== 0) return EINVAL
  return def.keySize + def.valueSize >= KMALLOC_MAX - HTAB_ELEM || (percpu && def.valueSize > PERCPU_MAX) ? E2BIG : 0
}
const checkQueue = (def: MapDef): number => {
  if (def.maxEntries === 0 || def.keySize !== 0 || def.valueSize === 0) return EINVAL
  return def.valueSize > KMALLOC_MAX - 1024 ? E2BIG : 0
}
const checkRingbuf = (def: MapDef): number =>
  def.keySize !== 0 || def.valueSize !== 0 || !isPowerOf2(def.maxEntries) || def.maxEntries % PAGE_SIZE !== 0 ? EINVAL : 0
const checkBloomFilter = (def: MapDef): number => {
  if (def.valueSize > KMALLOC_MAX) return E2BIG
  return def.keySize !== 0 || def.valueSize === 0 || def.maxEntries === 0 || (def.extra ?? 0) > MAX_BLOOM_HASHES ? EINVAL : 0
}
const checkCgroupStorage = (def: MapDef): number => {
  if ((def.keySize !== 8 && def.keySize !== CGROUP_STORAGE_KEY) || def.valueSize === 0) return EINVAL
  if (def.valueSize > (def.type === 'cgroup_storage' ? LOCAL_STORAGE_MAX : PERCPU_MAX)) return E2BIG
  return def.maxEntries !== 0 ? EINVAL : 0
}
/** What user space creates one with is a map to take the form from; a map of maps is none. */
const checkMapOfMaps = (def: MapDef): number => {
  if (def.valueSize !== 4) return EINVAL
  return !def.inner || NO_INNER.has(def.inner.type) ? EINVAL : 0
}
const checkCpuMap = (def: MapDef): number => checkRedirect(def) || (def.maxEntries > NR_CPUS ? E2BIG : 0)
const checkLpmTrie = (def: MapDef): number => {
  if (def.maxEntries === 0 || (def.flags & BPF_F_NO_PREALLOC) === 0) return EINVAL
  if (def.keySize < 5 || def.keySize > LPM_KEY_MAX || def.valueSize < 1) return EINVAL
  return def.valueSize > KMALLOC_MAX - LPM_KEY_MAX - LPM_NODE ? EINVAL : 0
}
const checkFdArray = (def: MapDef): number => (def.maxEntries === 0 || def.keySize !== 4 || def.valueSize !== 4 ? EINVAL : 0)
const checkRedirect = (def: MapDef): number =>
  def.maxEntries === 0 || def.keySize !== 4 || (def.valueSize !== 4 && def.valueSize !== 8) ? EINVAL : 0

/** sysctl kernel.perf_event_max_stack; sizeof(struct bpf_stack_build_id) */
const MAX_STACK_DEPTH = 127
const STACK_BUILD_ID = 32
const checkStackTrace = (def: MapDef): number => {
  const size = def.flags & BPF_F_STACK_BUILD_ID ? STACK_BUILD_ID : 8
  if (def.maxEntries === 0 || def.keySize !== 4 || def.valueSize < 8 || def.valueSize % 8 !== 0) return EINVAL
  if (def.valueSize % size !== 0 || def.valueSize / size > MAX_STACK_DEPTH) return EINVAL
  return def.maxEntries > 0x80000000 ? E2BIG : 0
}
/** Values have to be described by BTF. */
const checkLocalStorage = (def: MapDef): number => {
  if (!(def.flags & BPF_F_NO_PREALLOC) || def.maxEntries !== 0 || def.keySize !== 4 || def.valueSize === 0) return EINVAL
  if (def.keyTypeId === 0 || def.valueTypeId === 0) return EINVAL
  return def.valueSize > LOCAL_STORAGE_MAX ? E2BIG : 0
}
const MAX_BPF_STACK = 512
const checkSockHash = (def: MapDef): number => {
  if (def.maxEntries === 0 || def.keySize === 0 || (def.valueSize !== 4 && def.valueSize !== 8)) return EINVAL
  return def.keySize > MAX_BPF_STACK ? E2BIG : 0
}
const checkArena = (def: MapDef): number => {
  if (def.keySize !== 0 || def.valueSize !== 0 || def.maxEntries === 0 || !(def.flags & BPF_F_MMAPABLE)) return EINVAL
  return def.maxEntries * PAGE_SIZE > 2 ** 32 ? E2BIG : 0
}
const checkStructOps = (def: MapDef): number => (def.keySize !== 4 || def.maxEntries !== 1 || def.valueSize === 0 ? EINVAL : 0)

const BPF_F_CLONE = 1 << 9
const BPF_F_LINK = 1 << 13
const BPF_F_SEGV_ON_FAULT = 1 << 17
const BPF_F_NO_USER_CONV = 1 << 18
const STORAGE_FLAGS = BPF_F_NO_PREALLOC | BPF_F_CLONE
const FD_FLAGS = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY
const HASH_FLAGS = BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | ACCESS
const KINDS: Readonly<Record<string, Kind>> = {
  array: {
    create: createArray,
    check: checkArray,
    flags: BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_INNER_MAP | ACCESS,
  },
  percpu_array: { create: createArray, check: checkArray, flags: ACCESS },
  hash: { create: createHash, check: checkHash, flags: HASH_FLAGS },
  percpu_hash: { create: createHash, check: checkHash, flags: HASH_FLAGS },
  lru_hash: { create: createHash, check: checkHash, flags: HASH_FLAGS },
  lru_percpu_hash: { create: createHash, check: checkHash, flags: HASH_FLAGS },
  queue: { create: createQueueStack, check: checkQueue, flags: BPF_F_NUMA_NODE | ACCESS },
  stack: { create: createQueueStack, check: checkQueue, flags: BPF_F_NUMA_NODE | ACCESS },
  ringbuf: { create: createRingbuf, check: checkRingbuf, flags: BPF_F_NUMA_NODE },
  user_ringbuf: { create: createRingbuf, check: checkRingbuf, flags: BPF_F_NUMA_NODE },
  prog_array: { create: createFdArray, check: checkFdArray, flags: FD_FLAGS },
  lpm_trie: { create: createLpmTrie, check: checkLpmTrie, flags: BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | ACCESS },
  perf_event_array: { create: createFdArray, check: checkFdArray, flags: FD_FLAGS | BPF_F_PRESERVE_ELEMS },
  devmap: { create: createFdArray, check: checkRedirect, flags: FD_FLAGS },
  devmap_hash: { create: createFdArray, check: checkRedirect, flags: FD_FLAGS },
  cpumap: { create: createFdArray, check: checkCpuMap, flags: BPF_F_NUMA_NODE },
  bloom_filter: { create: createBloomFilter, check: checkBloomFilter, flags: BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | ACCESS },
  array_of_maps: { create: createMapOfMaps, check: (def) => checkMapOfMaps(def) || checkFdArray(def), flags: FD_FLAGS },
  hash_of_maps: { create: createMapOfMaps, check: (def) => checkMapOfMaps(def) || checkHash(def), flags: HASH_FLAGS },
  cgroup_storage: { create: createCgroupStorage, check: checkCgroupStorage, flags: BPF_F_NUMA_NODE | ACCESS },
  percpu_cgroup_storage: { create: createCgroupStorage, check: checkCgroupStorage, flags: BPF_F_NUMA_NODE | ACCESS },
  stack_trace: {
    create: createStackTrace,
    check: checkStackTrace,
    flags: BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_STACK_BUILD_ID,
  },
  cgroup_array: { create: createFdArray, check: checkFdArray, flags: FD_FLAGS },
  sockmap: { create: createSockTable, check: checkRedirect, flags: FD_FLAGS },
  sockhash: { create: createSockTable, check: checkSockHash, flags: FD_FLAGS },
  reuseport_sockarray: { create: createSockTable, check: checkRedirect, flags: FD_FLAGS },
  sk_storage: { create: createLocalStorage, check: checkLocalStorage, flags: STORAGE_FLAGS },
  task_storage: { create: createLocalStorage, check: checkLocalStorage, flags: STORAGE_FLAGS },
  inode_storage: { create: createLocalStorage, check: checkLocalStorage, flags: STORAGE_FLAGS },
  cgrp_storage: { create: createLocalStorage, check: checkLocalStorage, flags: STORAGE_FLAGS },
  struct_ops: { create: createStructOps, check: checkStructOps, flags: BPF_F_LINK },
  arena: { create: createArena, check: checkArena, flags: BPF_F_MMAPABLE | BPF_F_SEGV_ON_FAULT | BPF_F_NO_USER_CONV },
  xskmap: { create: createFdArray, check: checkFdArray, flags: FD_FLAGS },
}

/** Names of the kinds that are modelled. */
export const modelledMaps: readonly string[] = Object.keys(KINDS)

export function createMap(host: MapHost, def: MapDef, id: number): CreateResult {
  const kind = Object.hasOwn(KINDS, def.type) ? KINDS[def.type] : undefined
  if (!kind) return { ok: false, errno: EINVAL, unsupported: `map type ${def.type}` }
  if (def.flags & ~kind.flags) return { ok: false, errno: EINVAL }
  const errno = kind.check(def)
  if (errno !== 0) return { ok: false, errno }
  const map = kind.create(host, def, id)
  if (!map) return { ok: false, errno: ENOMEM, unsupported: `a map as large as ${def.name || def.type}` }
  return { ok: true, map }
}
