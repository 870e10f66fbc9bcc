// BPF_MAP_TYPE_STACK_TRACE: call stacks by a number that is made of their hash, so that equal stacks are kept once. Programs put them in with
// bpf_get_stackid(); user space reads and deletes them. A stack whose place another one has is refused or takes that place, as the flags say.
//
//   bucket   +0 hash   +4 how many addresses, +1 (0 = empty)   +8 the addresses, 8 bytes each
//
// Linux: kernel/bpf/stackmap.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EEXIST, EINVAL, ENOENT } from '../errno.ts'
import { jhash } from './jhash.ts'
import type { KernelMap, MapHost } from './map.ts'

export const BPF_F_STACK_BUILD_ID = 1 << 5
export const BPF_F_FAST_STACK_CMP = 1 << 9
export const BPF_F_REUSE_STACKID = 1 << 10

export interface StackTraceMap extends KernelMap {
  /** Addresses that an entry has room for. */
  readonly depth: number
  /** Number of the stack, or an error. */
  readonly store: (stack: readonly bigint[], flags: number) => number
}

const HEAD = 8

export function createStackTrace(host: MapHost, def: MapDef, id: number): StackTraceMap | undefined {
  const { ram } = host.memory
  const buckets = 2 ** Math.ceil(Math.log2(def.maxEntries))
  const stride = HEAD + def.valueSize
  const table = ram.alloc(buckets * stride)
  if (table === 0) return undefined
  const at = (n: number): number => table + n * stride
  const length = (n: number): number => ram.i32[(at(n) + 4) >> 2] - 1
  const isFilled = (n: number): boolean => n < buckets && length(n) >= 0
  const u32 = (key: Uint8Array): number => new DataView(key.buffer, key.byteOffset).getUint32(0, true)
  const keyOf = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer)
  const read = (n: number): Uint8Array => ram.read(at(n) + HEAD, def.valueSize)
  const firstFrom = (n: number): Uint8Array | undefined => {
    for (let i = n; i < buckets; i++) if (isFilled(i)) return keyOf(i)
    return undefined
  }
  const filled = (): number[] => Array.from({ length: buckets }, (_, n) => n).filter(isFilled)

  return {
    def,
    id,
    percpu: false,
    depth: def.valueSize / 8,
    store: (stack, flags) => {
      const words = new BigUint64Array(stack)
      const hash = jhash(new DataView(words.buffer), 0, words.byteLength, 0)
      const n = (hash & (buckets - 1)) >>> 0
      const matches = isFilled(n) && ram.i32[at(n) >> 2] === (hash | 0)
      if (matches && flags & BPF_F_FAST_STACK_CMP) return n
      const same = matches && length(n) === stack.length && stack.every((ip, i) => ram.view.getBigUint64(at(n) + HEAD + 8 * i, true) === ip)
      if (same) return n
      if (isFilled(n) && !(flags & BPF_F_REUSE_STACKID)) return -EEXIST
      ram.fill(at(n), stride, 0)
      ram.setI32(at(n), hash)
      ram.setI32(at(n) + 4, stack.length + 1)
      ram.write(at(n) + HEAD, new Uint8Array(words.buffer))
      return n
    },
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: (key) => (isFilled(u32(key)) ? read(u32(key)) : undefined),
    userUpdate: () => -EINVAL,
    userDelete: (key) => {
      const n = u32(key)
      if (n >= buckets) return -E2BIG
      if (!isFilled(n)) return -ENOENT
      ram.setI32(at(n) + 4, 0)
      return 0
    },
    nextKey: (key) => firstFrom(key && isFilled(u32(key)) ? u32(key) + 1 : 0),
    count: () => filled().length,
    entries: () => filled().map((n) => ({ key: keyOf(n), value: read(n) })),
    locate: () => undefined,
  }
}
