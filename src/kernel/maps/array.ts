// BPF_MAP_TYPE_ARRAY and PERCPU_ARRAY: all values are there from the start, zero, one after another.
// Linux: kernel/bpf/arraymap.c.

import type { MapDef } from '../../isa/index.ts'
import { READ } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { E2BIG, EEXIST, EINVAL } from '../errno.ts'
import { copyValue } from './lock-field.ts'
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST, currentCpu, type KernelMap, type MapEntry, type MapHost, round8 } from './map.ts'
import { mapValues, rightsOf } from './values.ts'

/** Values lie 312 bytes into struct bpf_array, which is aligned to 512: the low bits of their addresses are always the same. */
const SLAB = 512
const VALUE_OFFSET = 0x138

export function createArray(host: MapHost, def: MapDef, id: number): KernelMap | undefined {
  const ram = host.memory.ram
  const percpu = def.type === 'percpu_array'
  const cpus = percpu ? host.cpus : 1
  const stride = round8(def.valueSize)
  const block = ram.alloc(def.maxEntries * cpus * stride + SLAB)
  if (block === 0) return undefined
  const values = block + ((VALUE_OFFSET - block) & (SLAB - 1))
  const keyWord = ram.alloc(8)
  host.memory.map({
    kind: 'map key',
    baseHi: DIRECT_HI,
    baseLo: keyWord,
    to: 4,
    rights: READ,
    label: (offset) => ({ name: `key of ${def.name || 'map'}`, offset }),
  })
  const keyOf = (index: number): Uint8Array => new Uint8Array(new Uint32Array([index]).buffer)
  const locate = (at: number) => {
    const off = at - values
    if (off < 0 || off >= def.maxEntries * cpus * stride) return undefined
    const slot = Math.floor(off / stride)
    return { key: keyOf(Math.floor(slot / cpus)), cpu: slot % cpus, offset: off % stride }
  }
  mapValues(host.memory, def, values, def.maxEntries * cpus, stride, (slot) => {
    const index = `${def.name || 'map'}[${Math.floor(slot / cpus)}]`
    return percpu ? `${index} cpu ${slot % cpus}` : index
  })

  const at = (index: number, cpu: number): number => values + (index * cpus + cpu) * stride
  const here = (): number => (percpu ? currentCpu(host) : 0)
  const indexOf = (key: number): number => ram.view.getUint32(key, true)
  const userIndex = (key: Uint8Array): number => new DataView(key.buffer, key.byteOffset).getUint32(0, true)
  const check = (index: number, flags: number): number => {
    if (flags > (BPF_EXIST | BPF_F_LOCK) || (flags & ~BPF_F_LOCK) > BPF_EXIST) return -EINVAL
    if (index >= def.maxEntries) return -E2BIG
    if (flags & BPF_NOEXIST) return -EEXIST
    return flags & BPF_F_LOCK && host.lock < 0 ? -EINVAL : 0
  }
  const read = (index: number): Uint8Array => ram.read(at(index, 0), percpu ? cpus * stride : def.valueSize)

  return {
    def,
    id,
    percpu,
    lookup: (key) => (indexOf(key) < def.maxEntries ? at(indexOf(key), here()) : 0),
    ...(percpu
      ? { lookupPercpu: (key: number, cpu: number) => (indexOf(key) < def.maxEntries && cpu < cpus ? at(indexOf(key), cpu) : 0) }
      : { directValue: (offset: number) => values + offset }),
    table: {
      kind: 'array',
      hi: DIRECT_HI,
      keySize: 4,
      valueSize: def.valueSize,
      rights: rightsOf(def),
      values,
      stride: cpus * stride,
      entries: def.maxEntries,
      ...(percpu ? { cpu: { cell: host.cpuCell, stride } } : {}),
    },
    update: (key, value, flags) => {
      const err = check(indexOf(key), flags)
      if (err === 0) {
        copyValue(ram, at(indexOf(key), here()), value, def.valueSize, host.lock)
        host.freed(at(indexOf(key), here()), def.valueSize)
      }
      return err
    },
    delete: () => -EINVAL,
    walk: {
      first: () => 1,
      next: (cursor) => (cursor >= def.maxEntries ? 0 : cursor + 1),
      entry: (cursor) => cursor,
      // The key lies on Linux's own stack; here beside the map.
      key: (cursor) => {
        ram.setI32(keyWord, cursor - 1)
        return keyWord
      },
      value: (cursor) => at(cursor - 1, here()),
    },
    userLookup: (key) => (userIndex(key) < def.maxEntries ? read(userIndex(key)) : undefined),
    userUpdate: (key, value, flags) => {
      const err = percpu && flags > BPF_EXIST ? -EINVAL : check(userIndex(key), flags)
      if (err === 0) {
        ram.write(at(userIndex(key), 0), value)
        host.freed(at(userIndex(key), 0), cpus * stride)
      }
      return err
    },
    userDelete: () => -EINVAL,
    nextKey: (key) => {
      const index = key ? userIndex(key) : 0xffffffff
      if (index >= def.maxEntries) return keyOf(0)
      return index === def.maxEntries - 1 ? undefined : keyOf(index + 1)
    },
    locks: host.lock >= 0,
    count: () => def.maxEntries,
    entries: () => {
      const out: MapEntry[] = []
      for (let i = 0; i < def.maxEntries; i++) out.push({ key: keyOf(i), value: read(i) })
      return out
    },
    locate,
  }
}
