// Many elements of a map with one system call of user space: BPF_MAP_LOOKUP_BATCH, LOOKUP_AND_DELETE_BATCH, UPDATE_BATCH, DELETE_BATCH.
//
//   hash kinds      lookups go bucket by bucket, a whole bucket or none of it; the cursor is the number of the next bucket
//   array, LPM      lookups go key by key; the cursor is the last key
//
// In: keys and values one behind the other. Out: what Linux writes back, and 0 or a negative error; a lookup that reached the end says -ENOENT.
// Linux: bpf_map_do_batch(), generic_map_*_batch() in kernel/bpf/syscall.c, __htab_map_lookup_and_delete_batch() in kernel/bpf/hashtab.c.
import { concat } from '../../base/index.ts'
import { EFAULT, EINVAL, ENOENT, ENOSPC, ENOTSUPP, EPERM } from '../errno.ts'
import { BPF_F_LOCK, BPF_F_RDONLY, BPF_F_WRONLY, type KernelMap, type MapEntry, round8 } from './map.ts'

export type BatchOperation = 'lookup' | 'lookup-and-delete' | 'update' | 'delete'

export interface BatchRequest {
  readonly count: number
  readonly elemFlags?: number
  readonly flags?: number
  /** Of lookups: what the call before gave back; undefined = from the start. */
  readonly cursor?: Uint8Array
  readonly keys?: Uint8Array
  readonly values?: Uint8Array
}

export interface BatchAnswer {
  readonly errno: number
  /** Elements that were gone through; as it was asked where the call did not come so far. */
  readonly count: number
  readonly keys: Uint8Array
  readonly values: Uint8Array
  /** undefined = left as it was. */
  readonly cursor: Uint8Array | undefined
}

const HASHES = new Set(['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'hash_of_maps'])
const ARRAYS = new Set(['array', 'percpu_array', 'array_of_maps'])
const NO_BYTES = new Uint8Array(0)
const U32 = 4

/** Carries a batch out. `cpus`: possible ones, as values of per-CPU kinds have one for each. */
export function mapBatch(map: KernelMap, operation: BatchOperation, request: BatchRequest, cpus: number): BatchAnswer {
  const { def } = map
  const refused = (errno: number): BatchAnswer => ({ errno, count: request.count, keys: NO_BYTES, values: NO_BYTES, cursor: undefined })
  const reads = operation === 'lookup' || operation === 'lookup-and-delete'
  if (reads && def.flags & BPF_F_WRONLY) return refused(-EPERM)
  if (operation !== 'lookup' && (def.flags & BPF_F_RDONLY || def.frozen)) return refused(-EPERM)
  const isHash = HASHES.has(def.type)
  const isArray = ARRAYS.has(def.type)
  const isThere =
    isHash ||
    (isArray && (operation === 'lookup' || operation === 'update')) ||
    (def.type === 'lpm_trie' && operation !== 'lookup-and-delete')
  if (!isThere) return refused(-ENOTSUPP)
  const { elemFlags = 0, flags = 0 } = request
  if ((elemFlags & ~BPF_F_LOCK) !== 0 || (elemFlags & BPF_F_LOCK && !map.locks)) return refused(-EINVAL)
  if (isHash && reads && flags !== 0) return refused(-EINVAL)
  if (request.count === 0) return { ...refused(0), count: 0 }
  const valueSize = valueBytes(map, cpus)
  switch (operation) {
    case 'lookup':
    case 'lookup-and-delete':
      return isHash ? byBuckets(map, request, operation === 'lookup-and-delete') : byKeys(map, request)
    case 'update':
      return each(map, request, (key, at) => {
        const value = request.values?.subarray(at * valueSize, (at + 1) * valueSize) ?? NO_BYTES
        return value.length < valueSize ? -EFAULT : map.userUpdate(key, value, elemFlags)
      })
    case 'delete':
      return each(map, request, (key) => map.userDelete(key))
  }
}

/** Bytes of a value as user space sees it. */
export function valueBytes({ def, percpu }: KernelMap, cpus: number): number {
  return percpu ? round8(def.valueSize) * cpus : def.valueSize
}

function each(map: KernelMap, request: BatchRequest, act: (key: Uint8Array, at: number) => number): BatchAnswer {
  const { keySize } = map.def
  let errno = 0
  let done = 0
  for (; done < request.count; done++) {
    const key = request.keys?.subarray(done * keySize, (done + 1) * keySize) ?? NO_BYTES
    errno = key.length < keySize ? -EFAULT : act(key, done)
    if (errno !== 0) break
  }
  return { errno, count: done, keys: NO_BYTES, values: NO_BYTES, cursor: undefined }
}

const answer = (errno: number, found: readonly MapEntry[], cursor: Uint8Array | undefined): BatchAnswer => ({
  errno,
  count: found.length,
  keys: concat(found.map((e) => e.key)),
  values: concat(found.map((e) => e.value)),
  cursor,
})

function byKeys(map: KernelMap, { count, cursor }: BatchRequest): BatchAnswer {
  if (cursor && cursor.length < map.def.keySize) return answer(-EFAULT, [], undefined)
  const found: MapEntry[] = []
  let last = cursor
  let errno = 0
  while (found.length < count) {
    const key = map.nextKey(last)
    if (!key) {
      errno = -ENOENT
      break
    }
    last = key
    // Empty places of arrays of maps are passed over.
    const value = map.userLookup(key)
    errno = value ? 0 : -ENOENT
    if (value) found.push({ key, value })
  }
  return answer(errno, found, found.length > 0 ? last : undefined)
}

function byBuckets(map: KernelMap, { count, cursor }: BatchRequest, removes: boolean): BatchAnswer {
  const { buckets, at } = map.chains ?? { buckets: 0, at: () => [] }
  if (cursor && cursor.length < U32) return answer(-EFAULT, [], undefined)
  let bucket = cursor ? new DataView(cursor.buffer, cursor.byteOffset).getUint32(0, true) : 0
  if (bucket >= buckets) return answer(-ENOENT, [], undefined)
  const found: MapEntry[] = []
  let errno = 0
  for (;;) {
    const entries = at(bucket)
    if (entries.length > count - found.length) {
      if (found.length === 0) errno = -ENOSPC
      break
    }
    found.push(...entries)
    // Elements are freed from the end of the chain on.
    if (removes) for (const { key } of entries.toReversed()) map.userDelete(key)
    bucket++
    if (bucket >= buckets) {
      errno = -ENOENT
      break
    }
  }
  const next = new Uint8Array(U32)
  new DataView(next.buffer).setUint32(0, bucket, true)
  return answer(errno, found, next)
}
