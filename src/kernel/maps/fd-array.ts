// Arrays whose values are things of the kernel: PROG_ARRAY (programs, for tail calls), PERF_EVENT_ARRAY (a buffer per CPU),
// DEVMAP and DEVMAP_HASH, CPUMAP, XSKMAP (where to redirect). User space puts numbers in (descriptors, interface indices);
// programs cannot read them. Kept as one word an index: the number + 1, 0 = empty.
// Linux: kernel/bpf/arraymap.c (fd_array_*), devmap.c, cpumap.c, net/xdp/xskmap.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EEXIST, EINVAL, ENOENT } from '../errno.ts'
import { BPF_EXIST, BPF_NOEXIST, type KernelMap, type MapEntry, type MapHost } from './map.ts'

/** An array of things, with what helpers ask of it. */
export interface FdArrayMap extends KernelMap {
  /** What stands at an index: the number that user space put in, or -1. */
  readonly slot: (index: number) => number
}

export function createFdArray(host: MapHost, def: MapDef, id: number): FdArrayMap | undefined {
  const ram = host.memory.ram
  const words = ram.alloc(4 * def.maxEntries)
  if (words === 0) return undefined
  const get = (index: number): number => (index < def.maxEntries ? ram.i32[(words >> 2) + index] - 1 : -1)
  const set = (index: number, value: number): void => ram.setI32(words + 4 * index, value)
  const u32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  const bytes = (value: number, size = 4): Uint8Array => {
    const out = new Uint8Array(size)
    new DataView(out.buffer).setUint32(0, value, true)
    return out
  }
  const remove = (index: number): number => {
    if (index >= def.maxEntries) return -E2BIG
    if (get(index) < 0) return -ENOENT
    set(index, 0)
    return 0
  }
  const redirects = def.type !== 'prog_array' && def.type !== 'perf_event_array'

  return {
    def,
    id,
    percpu: false,
    slot: get,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: (key) => (redirects ? remove(ram.view.getUint32(key, true)) : -EINVAL),
    userLookup: (key) => (get(u32(key)) >= 0 ? bytes(get(u32(key)), def.valueSize) : undefined),
    userUpdate: (key, value, flags) => {
      const index = u32(key)
      if (redirects ? flags > BPF_EXIST : flags !== 0) return -EINVAL
      if (index >= def.maxEntries) return -E2BIG
      if (redirects && flags & BPF_NOEXIST) return -EEXIST
      set(index, u32(value) + 1)
      return 0
    },
    userDelete: (key) => remove(u32(key)),
    nextKey: (key) => {
      const index = key ? u32(key) : 0xffffffff
      if (index >= def.maxEntries) return bytes(0)
      return index === def.maxEntries - 1 ? undefined : bytes(index + 1)
    },
    count: () => {
      let n = 0
      for (let i = 0; i < def.maxEntries; i++) if (get(i) >= 0) n++
      return n
    },
    entries: () => {
      const out: MapEntry[] = []
      for (let i = 0; i < def.maxEntries; i++) if (get(i) >= 0) out.push({ key: bytes(i), value: bytes(get(i), def.valueSize) })
      return out
    },
    locate: () => undefined,
  }
}
