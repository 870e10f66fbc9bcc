// Arrays whose values are things of the kernel: PROG_ARRAY (programs, for tail calls), PERF_EVENT_ARRAY (a buffer per CPU), CGROUP_ARRAY (by id),
// DEVMAP and DEVMAP_HASH, CPUMAP, XSKMAP (where to redirect). User space puts numbers in (descriptors, interface indices);
// programs cannot read them. Kept as pairs of words: the number + 1 (0 = empty) and its key, which is the index but in DEVMAP_HASH.
// Linux: kernel/bpf/arraymap.c (fd_array_*), devmap.c, cpumap.c, net/xdp/xskmap.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EEXIST, EINVAL, ENOENT } from '../errno.ts'
import { BPF_EXIST, BPF_NOEXIST, type KernelMap, type MapEntry, type MapHost } from './map.ts'

const NO_REDIRECTS = new Set(['prog_array', 'perf_event_array', 'cgroup_array'])

/** An array of things, with what helpers ask of it. */
export interface FdArrayMap extends KernelMap {
  /** What stands at an index: the number that user space put in, or -1. */
  readonly slot: (index: number) => number
}

export function createFdArray(host: MapHost, def: MapDef, id: number): FdArrayMap | undefined {
  const ram = host.memory.ram
  const pairs = ram.alloc(8 * def.maxEntries)
  if (pairs === 0) return undefined
  const hashed = def.type === 'devmap_hash'
  const redirects = !NO_REDIRECTS.has(def.type)
  const value = (place: number): number => ram.i32[(pairs >> 2) + 2 * place] - 1
  const keyOf = (place: number): number => (hashed ? ram.i32[(pairs >> 2) + 2 * place + 1] >>> 0 : place)
  const put = (place: number, key: number, number: number): void => {
    ram.setI32(pairs + 8 * place, number + 1)
    ram.setI32(pairs + 8 * place + 4, key)
  }
  /** Where a key stands, or -1. */
  const placeOf = (key: number): number => {
    if (!hashed) return key < def.maxEntries ? key : -1
    for (let p = 0; p < def.maxEntries; p++) if (value(p) >= 0 && keyOf(p) === key) return p
    return -1
  }
  const filled = (): number[] => Array.from({ length: def.maxEntries }, (_, p) => p).filter((p) => value(p) >= 0)
  const slot = (key: number): number => {
    const place = placeOf(key)
    return place < 0 ? -1 : value(place)
  }
  const remove = (key: number): number => {
    const place = placeOf(key)
    if (place < 0) return hashed ? -ENOENT : redirects ? -EINVAL : -E2BIG
    if (value(place) < 0 && !redirects) return -ENOENT
    put(place, 0, -1)
    return 0
  }
  const update = (key: number, number: number, flags: number): number => {
    if (redirects ? flags > BPF_EXIST : flags !== 0) return -EINVAL
    const there = placeOf(key)
    if (!hashed && there < 0) return -E2BIG
    if (redirects && flags === BPF_NOEXIST && (!hashed || there >= 0)) return -EEXIST
    const place = there >= 0 ? there : Array.from({ length: def.maxEntries }, (_, p) => p).find((p) => value(p) < 0)
    if (place === undefined) return -E2BIG
    put(place, key, number)
    return 0
  }
  const u32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const bytes = (n: number, size = 4): Uint8Array => {
    const out = new Uint8Array(size)
    new DataView(out.buffer).setUint32(0, n, true)
    return out
  }

  return {
    def,
    id,
    percpu: false,
    slot,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: (key) => (redirects ? remove(ram.view.getUint32(key, true)) : -EINVAL),
    userLookup: (key) => (slot(u32(key)) >= 0 ? bytes(slot(u32(key)), def.valueSize) : undefined),
    userUpdate: (key, number, flags) => update(u32(key), u32(number), flags),
    userDelete: (key) => remove(u32(key)),
    nextKey: (key) => {
      if (hashed) {
        const keys = filled().map(keyOf)
        const next = keys[key ? keys.indexOf(u32(key)) + 1 : 0]
        return next === undefined ? undefined : bytes(next)
      }
      const index = key ? u32(key) : 0xffffffff
      if (index >= def.maxEntries) return bytes(0)
      return index === def.maxEntries - 1 ? undefined : bytes(index + 1)
    },
    count: () => filled().length,
    entries: () => filled().map((p): MapEntry => ({ key: bytes(keyOf(p)), value: bytes(value(p), def.valueSize) })),
    locate: () => undefined,
  }
}
