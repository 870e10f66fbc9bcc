// BPF_MAP_TYPE_HASH, PERCPU_HASH, LRU_HASH and LRU_PERCPU_HASH. Chained buckets in Ram, so that a snapshot of Ram is a
// snapshot of the map. A program that holds a pointer to a value sees what happens to that very element: an update puts
// a new element in the old one's place (per-CPU kinds write in place), and elements are reused last in, first out.
// Buckets and hash are Linux's, so that with BPF_F_ZERO_SEED entries come in its order.
// Linux: kernel/bpf/hashtab.c.
import type { MapDef } from '../../isa/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EEXIST, EINVAL, ENOENT, ENOMEM } from '../errno.ts'
import { createElements, E_HASH, E_KEY, E_LRU, E_NEXT, E_VALUE } from './elements.ts'
import { jhash } from './jhash.ts'
import { copyValue, LOCK_BYTES } from './lock-field.ts'
import { createLru, LRU_META, LRU_REF } from './lru.ts'
import {
  BPF_EXIST,
  BPF_F_LOCK,
  BPF_F_NO_COMMON_LRU,
  BPF_F_NO_PREALLOC,
  BPF_F_ZERO_SEED,
  BPF_NOEXIST,
  currentCpu,
  type KernelMap,
  type MapEntry,
  type MapHost,
  round8,
} from './map.ts'
import { rightsOf } from './values.ts'

/** Bounds the bucket table; beyond it chains grow longer. */
const MAX_BUCKETS = 1 << 16

/** `inPlace`: a value that is there is written over, as in maps of maps. */
export function createHash(host: MapHost, def: MapDef, id: number, inPlace = false): KernelMap | undefined {
  const ram = host.memory.ram
  const percpu = def.type === 'percpu_hash' || def.type === 'lru_percpu_hash'
  const isLru = def.type === 'lru_hash' || def.type === 'lru_percpu_hash'
  const prealloc = (def.flags & BPF_F_NO_PREALLOC) === 0
  const ownLists = (def.flags & BPF_F_NO_COMMON_LRU) !== 0
  const seed = def.flags & BPF_F_ZERO_SEED ? 0 : host.random()
  // With own lists per CPU each needs the same number.
  const total = isLru && ownLists ? Math.max(host.cpus, Math.ceil(def.maxEntries / host.cpus) * host.cpus) : def.maxEntries
  // An element that replaces another exists beside it for a moment; preallocated maps keep one in reserve per CPU.
  const reserve = isLru || percpu ? 0 : prealloc ? host.cpus : 1
  const stride = round8(def.valueSize)
  const elements = createElements(host, def, percpu, total + reserve)
  const wanted = 2 ** Math.ceil(Math.log2(total))
  const buckets = Math.min(MAX_BUCKETS, wanted)
  const table = ram.alloc(4 * buckets)
  // count of entries, head of the free elements, the element in reserve; then a key from user space and its value
  const state = ram.alloc(16)
  const FREE = state + 4
  const EXTRA = state + 8
  const scratchKey = ram.alloc(def.keySize)
  const scratchValue = ram.alloc(elements.valueBytes)
  if (table === 0 || scratchValue === 0) return undefined

  const get = (at: number): number => ram.i32[at >> 2]
  const hashOf = (key: number): number => jhash(ram.view, key, def.keySize, seed)
  const bucketOf = (hash: number): number => table + 4 * (hash & (buckets - 1))
  const sameKey = (element: number, key: number): boolean => {
    const u8 = ram.u8
    for (let i = 0, a = element + E_KEY; i < def.keySize; i++) if (u8[a + i] !== u8[key + i]) return false
    return true
  }
  const find = (key: number, hash: number): number => {
    for (let e = get(bucketOf(hash)); e !== 0; e = get(e + E_NEXT)) if (get(e + E_HASH) === hash && sameKey(e, key)) return e
    return 0
  }
  const link = (element: number, hash: number): void => {
    const bucket = bucketOf(hash)
    ram.setI32(element + E_HASH, hash)
    ram.setI32(element + E_NEXT, get(bucket))
    ram.setI32(bucket, element)
    ram.setI32(state, get(state) + 1)
  }
  /** False if it was not in the table. */
  const unlink = (element: number): boolean => {
    let at = bucketOf(get(element + E_HASH))
    for (let e = get(at); e !== 0; at = e + E_NEXT, e = get(at)) {
      if (e !== element) continue
      ram.setI32(at, get(e + E_NEXT))
      ram.setI32(state, get(state) - 1)
      host.freed(elements.valueOf(e), elements.valueBytes)
      return true
    }
    return false
  }
  const popFree = (): number => {
    const e = get(FREE)
    if (e === 0) return elements.create()
    ram.setI32(FREE, get(e + E_NEXT))
    return e
  }
  const pushFree = (element: number): void => {
    ram.setI32(element + E_NEXT, get(FREE))
    ram.setI32(FREE, element)
  }
  const lru = isLru
    ? createLru(ram, {
        percpu: ownLists,
        cpus: host.cpus,
        cpu: () => currentCpu(host),
        total,
        create: () => {
          const e = elements.create()
          return e === 0 ? 0 : e + E_LRU
        },
        evict: (node) => unlink(node - E_LRU),
      })
    : undefined
  if (reserve > 0 && prealloc) {
    const extra = elements.create()
    if (extra === 0) return undefined
    ram.setI32(EXTRA, extra)
  }

  const here = (): number => (percpu ? currentCpu(host) * stride : 0)

  /** Writes a value that a program gave: of the CPU that runs; a new element's other values are zero. */
  const putValue = (element: number, value: number, all: boolean, fresh: boolean): void => {
    const to = elements.valueOf(element)
    if (all) {
      ram.copy(to, value, elements.valueBytes)
      return
    }
    // Only the value's own bytes: what user space put into the padding behind it stays.
    if (fresh && percpu) for (let cpu = 0; cpu < host.cpus; cpu++) ram.fill(to + cpu * stride, def.valueSize, 0)
    if (fresh && host.lock >= 0) ram.fill(to + host.lock, LOCK_BYTES, 0)
    copyValue(ram, to + here(), value, def.valueSize, host.lock)
  }
  const putKey = (element: number, key: number): void => ram.copy(element + E_KEY, key, def.keySize)
  const refuse = (old: number, flags: number): number => {
    if (old !== 0 && flags === BPF_NOEXIST) return -EEXIST
    return old === 0 && flags === BPF_EXIST ? -ENOENT : 0
  }

  /** The element that takes the place of `old`, or a new one where old is 0; 0 = full. */
  const allocate = (old: number): number => {
    if (old === 0) return get(state) >= def.maxEntries ? 0 : popFree()
    if (!prealloc) return popFree()
    const extra = get(EXTRA)
    ram.setI32(EXTRA, old)
    return extra
  }

  const updatePlain = (key: number, value: number, flags: number, all: boolean): number => {
    const hash = hashOf(key)
    const old = find(key, hash)
    const err = refuse(old, flags)
    if (err !== 0) return err
    if (old !== 0 && (percpu || inPlace)) {
      putValue(old, value, all, false)
      return 0
    }
    const fresh = allocate(old)
    if (fresh === 0) return -E2BIG
    putKey(fresh, key)
    putValue(fresh, value, all, true)
    link(fresh, hash)
    if (old !== 0) {
      unlink(old)
      if (!prealloc) pushFree(old)
    }
    return 0
  }

  /** With BPF_F_LOCK a value that is there is written in place. */
  const updateLocked = (key: number, value: number, flags: number): number => {
    const rest = flags - BPF_F_LOCK
    if (rest > BPF_EXIST || host.lock < 0) return -EINVAL
    const old = find(key, hashOf(key))
    const err = refuse(old, rest)
    if (err !== 0 || old === 0) return err !== 0 ? err : updatePlain(key, value, rest, false)
    copyValue(ram, elements.valueOf(old), value, def.valueSize, host.lock)
    return 0
  }

  const updateLru = (key: number, value: number, flags: number, all: boolean): number => {
    const hash = hashOf(key)
    // Room is made before it is known whether it is needed.
    let fresh = 0
    if (!percpu || flags !== BPF_EXIST) {
      const node = lru!.pop()
      if (node === 0) return -ENOMEM
      fresh = node - E_LRU
      putKey(fresh, key)
      ram.setI32(fresh + E_HASH, hash)
      if (!percpu) putValue(fresh, value, all, true)
    }
    const old = find(key, hash)
    const err = refuse(old, flags)
    if (err !== 0) {
      if (fresh !== 0) lru!.push(fresh + E_LRU)
      return err
    }
    if (percpu && old !== 0) {
      lru!.setRef(old + E_LRU)
      putValue(old, value, all, false)
      if (fresh !== 0) lru!.push(fresh + E_LRU)
      return 0
    }
    if (percpu) putValue(fresh, value, all, true)
    link(fresh, hash)
    if (old !== 0) {
      lru!.setRef(fresh + E_LRU)
      unlink(old)
      lru!.push(old + E_LRU)
    }
    return 0
  }

  const update = (key: number, value: number, flags: number, all: boolean): number => {
    if (flags & BPF_F_LOCK && !isLru && !percpu) return updateLocked(key, value, flags)
    if (flags > BPF_EXIST) return -EINVAL
    return isLru ? updateLru(key, value, flags, all) : updatePlain(key, value, flags, all)
  }

  const remove = (key: number): number => {
    const element = find(key, hashOf(key))
    if (element === 0) return -ENOENT
    unlink(element)
    if (lru) lru.push(element + E_LRU)
    else pushFree(element)
    return 0
  }

  const given = (key: Uint8Array): number => {
    ram.write(scratchKey, key.subarray(0, def.keySize))
    return scratchKey
  }
  const read = (element: number): Uint8Array => ram.read(elements.valueOf(element), percpu ? elements.valueBytes : def.valueSize)
  const firstFrom = (bucket: number): number => {
    for (let b = bucket; b < buckets; b++) {
      const e = get(table + 4 * b)
      if (e !== 0) return e
    }
    return 0
  }
  const after = (element: number): number => get(element + E_NEXT) || firstFrom((get(element + E_HASH) & (buckets - 1)) + 1)
  const lookup = (key: number): number => {
    const element = find(key, hashOf(key))
    if (element === 0) return 0
    lru?.setRef(element + E_LRU)
    return elements.valueOf(element)
  }

  return {
    def,
    id,
    percpu,
    lookup: (key) => {
      const value = lookup(key)
      return value === 0 ? 0 : value + here()
    },
    table: {
      kind: 'chains',
      hi: DIRECT_HI,
      table,
      mask: buckets - 1,
      seed,
      keySize: def.keySize,
      valueSize: def.valueSize,
      rights: rightsOf(def),
      next: E_NEXT,
      hash: E_HASH,
      key: E_KEY,
      value: E_VALUE,
      ...(percpu ? { cpu: { cell: host.cpuCell, stride } } : {}),
      ...(isLru ? { used: { at: E_LRU + LRU_META, bit: LRU_REF } } : {}),
    },
    ...(percpu
      ? {
          lookupPercpu: (key: number, cpu: number) => {
            if (cpu >= host.cpus) return 0
            const value = lookup(key)
            return value === 0 ? 0 : value + cpu * stride
          },
        }
      : {}),
    update: (key, value, flags) => update(key, value, flags, false),
    delete: remove,
    walk: {
      first: () => firstFrom(0),
      // Within a bucket the next element is fixed beforehand; the next bucket (as a negative cursor) is looked into when its turn comes.
      next: (e) => get(e + E_NEXT) || -((get(e + E_HASH) & (buckets - 1)) + 1),
      entry: (cursor) => (cursor < 0 ? firstFrom(-cursor) : cursor),
      key: (e) => e + E_KEY,
      value: (e) => elements.valueOf(e) + here(),
    },
    userLookup: (key) => {
      const at = given(key)
      const element = find(at, hashOf(at))
      return element === 0 ? undefined : read(element)
    },
    userUpdate: (key, value, flags) => {
      ram.write(scratchValue, value.subarray(0, elements.valueBytes))
      return update(given(key), scratchValue, flags, percpu)
    },
    userDelete: (key) => remove(given(key)),
    nextKey: (key) => {
      let element = 0
      if (key) {
        const at = given(key)
        const here = find(at, hashOf(at))
        if (here !== 0) {
          element = after(here)
          return element === 0 ? undefined : ram.read(element + E_KEY, def.keySize)
        }
      }
      element = firstFrom(0)
      return element === 0 ? undefined : ram.read(element + E_KEY, def.keySize)
    },
    locks: host.lock >= 0,
    chains: {
      buckets: wanted,
      at: (bucket) => {
        const out: MapEntry[] = []
        for (let e = get(table + 4 * (bucket & (buckets - 1))); e !== 0; e = get(e + E_NEXT))
          if ((get(e + E_HASH) & (wanted - 1)) === bucket) out.push({ key: ram.read(e + E_KEY, def.keySize), value: read(e) })
        return out
      },
    },
    count: () => get(state),
    entries: () => {
      const out: MapEntry[] = []
      for (let e = firstFrom(0); e !== 0; e = after(e)) out.push({ key: ram.read(e + E_KEY, def.keySize), value: read(e) })
      return out
    },
    locate: elements.locate,
  }
}
