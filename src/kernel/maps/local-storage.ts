// Storage that belongs to something of the kernel: SK_STORAGE, TASK_STORAGE, INODE_STORAGE, CGRP_STORAGE. A value for each owner, made when a program
// asks for it; it goes with its owner. An owner is known by the lower half of its address (of a socket: that of its struct bpf_sock), so that
// worlds hand in addresses and need not know how values are kept.
//
//   node   +0 next   +4 owner   +8 value
//
// Linux: kernel/bpf/bpf_local_storage.c, bpf_task_storage.c, bpf_cgrp_storage.c, bpf_inode_storage.c, net/core/bpf_sk_storage.c.
import type { MapDef } from '../../isa/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EBADF, EEXIST, EINVAL, ENOENT } from '../errno.ts'
import { copyValue } from './lock-field.ts'
import { BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST, type KernelMap, type MapHost, round8 } from './map.ts'
import { mapValues } from './values.ts'

export interface LocalStorage extends KernelMap {
  /** Ram offset of the owner's value; 0 = it has none. */
  readonly of: (owner: number) => number
  /** The same, made of the bytes at `initial` (0 = zeros) where it has none; 0 = memory ends. */
  readonly make: (owner: number, initial: number) => number
  /** The owner is gone, or gives its value up: 0 or -ENOENT. */
  readonly drop: (owner: number) => number
}

const OWNER = 4
const VALUE = 8

export function createLocalStorage(host: MapHost, def: MapDef, id: number): LocalStorage | undefined {
  const { ram } = host.memory
  const head = ram.alloc(8)
  const scratch = ram.alloc(def.valueSize)
  if (scratch === 0) return undefined
  const size = VALUE + round8(def.valueSize)
  const get = (at: number): number => ram.i32[at >> 2]

  const nodes = (): number[] => {
    const out: number[] = []
    for (let n = get(head); n !== 0; n = get(n)) out.push(n)
    return out
  }
  const find = (owner: number): number => {
    let n = get(head)
    while (n !== 0 && get(n + OWNER) !== owner) n = get(n)
    return n
  }
  const make = (owner: number, initial: number): number => {
    const there = find(owner)
    if (there !== 0) return there + VALUE
    const n = ram.allocBlock(size)
    if (n === 0) return 0
    ram.setI32(n, get(head))
    ram.setI32(n + OWNER, owner)
    ram.setI32(head, n)
    if (initial !== 0) copyValue(ram, n + VALUE, initial, def.valueSize, host.lock)
    mapValues(host.memory, def, n + VALUE, 1, round8(def.valueSize), () => `${def.name || 'storage'}[${hexOwner(owner)}]`)
    return n + VALUE
  }
  const drop = (owner: number): number => {
    for (let at = head, n = get(head); n !== 0; at = n, n = get(n)) {
      if (get(n + OWNER) !== owner) continue
      ram.setI32(at, get(n))
      host.freed(n + VALUE, def.valueSize)
      host.memory.unmap(host.memory.nearest(DIRECT_HI, n + VALUE))
      ram.release(n, size)
      return 0
    }
    return -ENOENT
  }
  /** Owner that a descriptor of user space stands for. */
  const given = (key: Uint8Array): number | undefined => host.ownerOf(def.type, new DataView(key.buffer, key.byteOffset).getInt32(0, true))
  const keyOf = (n: number): Uint8Array => new Uint8Array(new Int32Array([get(n + OWNER), DIRECT_HI]).buffer)

  return {
    def,
    id,
    percpu: false,
    of: (owner) => {
      const n = find(owner)
      return n === 0 ? 0 : n + VALUE
    },
    make,
    drop,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: (key) => {
      const owner = given(key)
      const n = owner === undefined ? 0 : find(owner)
      return n === 0 ? undefined : ram.read(n + VALUE, def.valueSize)
    },
    userUpdate: (key, value, flags) => {
      const owner = given(key)
      if (owner === undefined) return -EBADF
      if ((flags & ~BPF_F_LOCK) > BPF_EXIST || (flags & BPF_F_LOCK && host.lock < 0)) return -EINVAL
      const there = find(owner)
      if (there !== 0 && flags & BPF_NOEXIST) return -EEXIST
      if (there === 0 && flags & BPF_EXIST) return -ENOENT
      ram.write(scratch, value.subarray(0, def.valueSize))
      copyValue(ram, make(owner, 0), scratch, def.valueSize, host.lock)
      return 0
    },
    userDelete: (key) => {
      const owner = given(key)
      return owner === undefined ? -EBADF : drop(owner)
    },
    nextKey: () => undefined,
    count: () => nodes().length,
    entries: () => nodes().map((n) => ({ key: keyOf(n), value: ram.read(n + VALUE, def.valueSize) })),
    locate: (at) => {
      const n = nodes().find((node) => at >= node + VALUE && at < node + size)
      return n === undefined ? undefined : { key: keyOf(n), cpu: 0, offset: at - n - VALUE }
    },
  }
}

const hexOwner = (lo: number): string => `0x${(DIRECT_HI >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, '0')}`
