// What every kind of map can do, as one record of functions; the kinds are files beside this one. Programs' side speaks in
// Ram offsets (helpers have checked the pointers by then), user space's side in bytes, as the bpf() system call does.
// Results are Linux's: 0, or a negative error number.

import type { MapDef } from '../../isa/index.ts'
import type { Lookup, Memory } from '../../vm/index.ts'
import type { Sock } from '../sock.ts'

export const BPF_NOEXIST = 1
export const BPF_EXIST = 2
export const BPF_F_LOCK = 4

export const BPF_F_NO_PREALLOC = 1 << 0
export const BPF_F_NO_COMMON_LRU = 1 << 1
export const BPF_F_RDONLY = 1 << 3
export const BPF_F_WRONLY = 1 << 4
export const BPF_F_ZERO_SEED = 1 << 6
export const BPF_F_RDONLY_PROG = 1 << 7
export const BPF_F_WRONLY_PROG = 1 << 8
export const BPF_F_INNER_MAP = 1 << 12

/** What maps need of the kernel that they live in. */
export interface MapHost {
  readonly memory: Memory
  /** Possible CPUs. */
  readonly cpus: number
  /** Ram offset of the number of the CPU that runs. */
  readonly cpuCell: number
  /** A seeded random number, for hash seeds. */
  readonly random: () => number
  /** Offset of the spin lock in the map's values; -1 = they have none. */
  readonly lock: number
  /** A value is overwritten or deleted: what it owns goes with it. */
  readonly freed: (ram: number, size: number) => void
  /** Lower half of the address of what a descriptor of user space stands for, as the kind of storage has it; undefined = nothing. */
  readonly ownerOf: (type: string, fd: number) => number | undefined
  /** Number of the socket of a descriptor; -1 = none. */
  readonly sockOf: (fd: number) => number
  readonly sock: (number: number) => Sock | undefined
  readonly sockCookie: (sock: number) => number
  /** The kernel's map at an index. */
  readonly mapAt: (index: number) => KernelMap | undefined
}

/** A key and value as user space sees them; a per-CPU value has the values of all CPUs, each rounded up to 8 bytes. */
export interface MapEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface KernelMap {
  readonly def: MapDef
  /** Index among the kernel's maps. */
  readonly id: number
  /** Whether values come once per CPU. */
  readonly percpu: boolean

  // programs' side
  /** Ram offset of the value for the CPU that runs; 0 = none. */
  readonly lookup: (key: number) => number
  /** The same for any CPU; undefined where the kind has no such helper. */
  readonly lookupPercpu?: (key: number, cpu: number) => number
  readonly update: (key: number, value: number, flags: number) => number
  readonly delete: (key: number) => number
  readonly push?: (value: number, flags: number) => number
  readonly pop?: (into: number) => number
  readonly peek?: (into: number) => number
  /** `peek` asks for the value at the offset instead of writing one there. */
  readonly peekReads?: boolean
  /** The table that `lookup` looks into, where compiled code may do so itself. */
  readonly table?: Lookup
  /** Ram offset of the value at an offset of the only entry (direct value access). */
  readonly directValue?: (offset: number) => number

  /** How bpf_for_each_map_elem() goes through it; undefined where it cannot. */
  readonly walk?: Walk

  // user space's side
  readonly userLookup: (key: Uint8Array) => Uint8Array | undefined
  readonly userUpdate: (key: Uint8Array, value: Uint8Array, flags: number) => number
  readonly userDelete: (key: Uint8Array) => number
  /** The key after `key` (the first one where it is absent or gone); undefined = no more. */
  readonly nextKey: (key: Uint8Array | undefined) => Uint8Array | undefined
  /** Hash kinds: the buckets that Linux would have, and the entries of one in the order of its chain. */
  readonly chains?: { readonly buckets: number; readonly at: (bucket: number) => MapEntry[] }
  /** Whether values have a spin lock. */
  readonly locks?: boolean
  readonly count: () => number
  /** All entries in iteration order. */
  readonly entries: () => MapEntry[]
  /** Which value holds a Ram offset: its key, CPU and the offset within; undefined where it is none of this map's. */
  readonly locate: (ram: number) => MapPlace | undefined
}

/** A way through all entries that stands changes on the way. Cursors are numbers; 0 = the end. */
export interface Walk {
  readonly first: () => number
  /** What to go on with, asked before the entry is visited; `entry` makes an entry of it once its turn has come. */
  readonly next: (entry: number) => number
  readonly entry: (cursor: number) => number
  /** Ram offsets of key and value (of the CPU that runs). */
  readonly key: (entry: number) => number
  readonly value: (entry: number) => number
}

export interface MapPlace {
  readonly key: Uint8Array
  readonly cpu: number
  readonly offset: number
}

export const round8 = (n: number): number => (n + 7) & ~7

/** What programs may do with the values that they hold pointers to. */
export function programRights(def: MapDef): { readonly read: boolean; readonly write: boolean } {
  return { read: (def.flags & BPF_F_WRONLY_PROG) === 0, write: (def.flags & BPF_F_RDONLY_PROG) === 0 }
}

/** The CPU that runs. */
export const currentCpu = (host: Pick<MapHost, 'memory' | 'cpuCell'>): number => host.memory.ram.i32[host.cpuCell >> 2]
