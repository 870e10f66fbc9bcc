// BPF_MAP_TYPE_ARRAY_OF_MAPS and HASH_OF_MAPS: an array or hash whose values are maps, all of one form. User space puts them in; a program's
// lookup gives the map itself, for another lookup. Kept in an array or hash of numbers: the map's index among the kernel's + 1.
// Linux: kernel/bpf/map_in_map.c, array_of_map_*() in arraymap.c, htab_of_map_*() in hashtab.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EBADF, EINVAL } from '../errno.ts'
import { createArray } from './array.ts'
import { createHash } from './hash.ts'
import { BPF_F_INNER_MAP, type KernelMap, type MapEntry, type MapHost } from './map.ts'

export interface MapOfMaps extends KernelMap {
  /** Index of the map under the key at a Ram offset; -1 = none. */
  readonly inner: (key: number) => number
}

export function createMapOfMaps(host: MapHost, def: MapDef, id: number): MapOfMaps | undefined {
  const isArray = def.type === 'array_of_maps'
  const numbers = { ...def, type: isArray ? 'array' : 'hash', valueSize: 4 }
  const store = isArray ? createArray(host, numbers, id) : createHash(host, numbers, id, true)
  if (!store) return undefined
  const ram = host.memory.ram
  const number = (value: Uint8Array | undefined): number => (value ? new DataView(value.buffer, value.byteOffset).getUint32(0, true) : 0)
  const bytes = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer)
  const isFilled = ({ value }: MapEntry): boolean => number(value) !== 0
  /** What user space sees: an id, here the index. */
  const shown = (e: MapEntry): MapEntry => ({ key: e.key, value: bytes(number(e.value) - 1) })

  return {
    def,
    id,
    percpu: false,
    inner: (key) => {
      const at = store.lookup(key)
      return at === 0 ? -1 : ram.i32[at >> 2] - 1
    },
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: (key) => {
      const n = number(store.userLookup(key))
      return n === 0 ? undefined : bytes(n - 1)
    },
    userUpdate: (key, value, flags) => {
      // Linux: bpf_fd_array_map_update_elem() looks at flags and index before the descriptor.
      if (isArray && flags !== 0) return -EINVAL
      if (isArray && number(key) >= def.maxEntries) return -E2BIG
      const inner = host.mapAt(number(value))
      if (!inner) return -EBADF
      return def.inner && fits(def.inner, inner.def) ? store.userUpdate(key, bytes(inner.id + 1), flags) : -EINVAL
    },
    userDelete: (key) => (isArray ? store.userUpdate(key, bytes(0), 0) : store.userDelete(key)),
    nextKey: store.nextKey,
    ...(store.chains && { chains: { buckets: store.chains.buckets, at: (bucket: number) => store.chains!.at(bucket).map(shown) } }),
    count: () => store.entries().filter(isFilled).length,
    entries: () => store.entries().filter(isFilled).map(shown),
    locate: () => undefined,
  }
}

/** Whether a map may stand where maps are like the other. Linux: bpf_map_meta_equal(), array_map_meta_equal(). */
function fits(wanted: MapDef, map: MapDef): boolean {
  const same =
    wanted.type === map.type && wanted.keySize === map.keySize && wanted.valueSize === map.valueSize && wanted.flags === map.flags
  const isArray = map.type === 'array' || map.type === 'percpu_array'
  return same && (!isArray || (wanted.flags & BPF_F_INNER_MAP) !== 0 || wanted.maxEntries === map.maxEntries)
}
