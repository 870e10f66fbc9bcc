// BPF_MAP_TYPE_LPM_TRIE: finds the longest stored prefix of a key. A key is a 32-bit prefix length and then the data, first bit first.
// Kept as a hash table over (length, bits of the prefix) with a count of entries for each length: a lookup tries the lengths that occur,
// longest first. Linux keeps a binary trie; what shows of it is the order of iteration, which is by prefixes: longer before the prefix
// that holds them, 0 before 1.
// Linux: kernel/bpf/lpm_trie.c.
import type { MapDef } from '../../isa/index.ts'
import { EEXIST, EINVAL, ENOENT, ENOMEM, ENOSPC } from '../errno.ts'
import { createElements, E_HASH, E_KEY, E_NEXT } from './elements.ts'
import { jhash } from './jhash.ts'
import { BPF_EXIST, BPF_NOEXIST, type KernelMap, type MapEntry, type MapHost } from './map.ts'

const MAX_BUCKETS = 1 << 12
const LENGTH_BYTES = 4

export function createLpmTrie(host: MapHost, def: MapDef, id: number): KernelMap | undefined {
  const ram = host.memory.ram
  const dataBytes = def.keySize - LENGTH_BYTES
  const maxLength = 8 * dataBytes
  const buckets = Math.min(MAX_BUCKETS, 2 ** Math.ceil(Math.log2(def.maxEntries)))
  const elements = createElements(host, def, false, def.maxEntries + 1)
  const table = ram.alloc(4 * buckets)
  const lengths = ram.alloc(4 * (maxLength + 1))
  // count of entries, head of the free elements
  const state = ram.alloc(8)
  const FREE = state + 4
  const scratchKey = ram.alloc(def.keySize)
  const masked = ram.alloc(def.keySize)
  const scratchValue = ram.alloc(def.valueSize)
  if (table === 0 || scratchValue === 0) return undefined

  const get = (at: number): number => ram.i32[at >> 2]
  const lengthOf = (key: number): number => ram.view.getUint32(key, true)

  /** Puts the first `length` bits of a key, the rest zero, where they are hashed. */
  const mask = (key: number, length: number): void => {
    const { u8, view } = ram
    view.setUint32(masked, length, true)
    for (let i = 0; i < dataBytes; i++) {
      const bits = Math.max(0, Math.min(8, length - 8 * i))
      u8[masked + LENGTH_BYTES + i] = u8[key + LENGTH_BYTES + i] & (0xff00 >> bits)
    }
  }
  const samePrefix = (element: number, length: number): boolean => {
    const { u8 } = ram
    if (lengthOf(element + E_KEY) !== length) return false
    for (let i = 0; i < dataBytes; i++) {
      const bits = Math.max(0, Math.min(8, length - 8 * i))
      if (((u8[element + E_KEY + LENGTH_BYTES + i] ^ u8[masked + LENGTH_BYTES + i]) & (0xff00 >> bits) & 0xff) !== 0) return false
    }
    return true
  }
  /** The entry whose prefix is the first `length` bits of the key. */
  const find = (key: number, length: number): number => {
    mask(key, length)
    const hash = jhash(ram.view, masked, def.keySize, 0)
    for (let e = get(table + 4 * (hash & (buckets - 1))); e !== 0; e = get(e + E_NEXT)) {
      if (get(e + E_HASH) === hash && samePrefix(e, length)) return e
    }
    return 0
  }
  const unlink = (element: number): void => {
    let at = table + 4 * (get(element + E_HASH) & (buckets - 1))
    while (get(at) !== element) at = get(at) + E_NEXT
    ram.setI32(at, get(element + E_NEXT))
    const length = lengthOf(element + E_KEY)
    ram.setI32(lengths + 4 * length, get(lengths + 4 * length) - 1)
    ram.setI32(state, get(state) - 1)
    ram.setI32(element + E_NEXT, get(FREE))
    ram.setI32(FREE, element)
  }

  const lookup = (key: number): number => {
    const most = lengthOf(key)
    if (most > maxLength) return 0
    for (let length = most; length >= 0; length--) {
      if (get(lengths + 4 * length) === 0) continue
      const element = find(key, length)
      if (element !== 0) return elements.valueOf(element)
    }
    return 0
  }

  const update = (key: number, value: number, flags: number): number => {
    const length = lengthOf(key)
    if (flags > BPF_EXIST || length > maxLength) return -EINVAL
    const old = find(key, length)
    if (old !== 0 && flags === BPF_NOEXIST) return -EEXIST
    if (old === 0 && flags === BPF_EXIST) return -ENOENT
    if (old === 0 && get(state) >= def.maxEntries) return -ENOSPC
    const reused = get(FREE)
    const fresh = reused !== 0 ? reused : elements.create()
    if (fresh === 0) return -ENOMEM
    if (reused !== 0) ram.setI32(FREE, get(reused + E_NEXT))
    ram.copy(fresh + E_KEY, key, def.keySize)
    ram.copy(elements.valueOf(fresh), value, def.valueSize)
    mask(key, length)
    const hash = jhash(ram.view, masked, def.keySize, 0)
    const bucket = table + 4 * (hash & (buckets - 1))
    ram.setI32(fresh + E_HASH, hash)
    ram.setI32(fresh + E_NEXT, get(bucket))
    ram.setI32(bucket, fresh)
    ram.setI32(lengths + 4 * length, get(lengths + 4 * length) + 1)
    ram.setI32(state, get(state) + 1)
    if (old !== 0) unlink(old)
    return 0
  }

  const remove = (key: number): number => {
    const length = lengthOf(key)
    if (length > maxLength) return -EINVAL
    const element = find(key, length)
    if (element === 0) return -ENOENT
    unlink(element)
    return 0
  }

  const all = (): number[] => {
    const out: number[] = []
    for (let b = 0; b < buckets; b++) for (let e = get(table + 4 * b); e !== 0; e = get(e + E_NEXT)) out.push(e)
    return out.sort((a, b) => compare(a + E_KEY, b + E_KEY))
  }
  /** Negative where prefix a is visited before prefix b. */
  const compare = (a: number, b: number): number => {
    const common = Math.min(lengthOf(a), lengthOf(b))
    for (let bit = 0; bit < common; bit++) {
      const at = LENGTH_BYTES + (bit >> 3)
      const difference = ((ram.u8[a + at] ^ ram.u8[b + at]) >> (7 - (bit & 7))) & 1
      if (difference) return (ram.u8[a + at] >> (7 - (bit & 7))) & 1 ? 1 : -1
    }
    return lengthOf(b) - lengthOf(a)
  }
  const given = (key: Uint8Array): number => {
    ram.write(scratchKey, key.subarray(0, def.keySize))
    return scratchKey
  }
  const keyBytes = (element: number): Uint8Array => ram.read(element + E_KEY, def.keySize)

  return {
    def,
    id,
    percpu: false,
    lookup,
    update,
    delete: remove,
    userLookup: (key) => {
      const value = lookup(given(key))
      return value === 0 ? undefined : ram.read(value, def.valueSize)
    },
    userUpdate: (key, value, flags) => {
      ram.write(scratchValue, value.subarray(0, def.valueSize))
      return update(given(key), scratchValue, flags)
    },
    userDelete: (key) => remove(given(key)),
    nextKey: (key) => {
      const order = all()
      const at = key ? given(key) : 0
      const here = at !== 0 && lengthOf(at) <= maxLength ? find(at, lengthOf(at)) : 0
      const next = order[here === 0 ? 0 : order.indexOf(here) + 1]
      return next === undefined ? undefined : keyBytes(next)
    },
    count: () => get(state),
    entries: () => all().map((e): MapEntry => ({ key: keyBytes(e), value: ram.read(elements.valueOf(e), def.valueSize) })),
    locate: elements.locate,
  }
}
