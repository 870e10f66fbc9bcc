// BPF_MAP_TYPE_BLOOM_FILTER: a set that says "certainly not" or "perhaps". Values are pushed and peeked for; each sets or asks for as many
// bits as there are hash functions (map_extra, 5 unless told otherwise). There is nothing to look up, delete or go through.
// Linux: kernel/bpf/bloom_filter.c.
import type { MapDef } from '../../isa/index.ts'
import { EINVAL, ENOENT, EOPNOTSUPP } from '../errno.ts'
import { jhash } from './jhash.ts'
import { BPF_F_ZERO_SEED, type KernelMap, type MapHost } from './map.ts'

const DEFAULT_HASHES = 5
const SMALLEST_BITS = 64
const LARGEST_BITS = 2 ** 31
const TWO32 = 2 ** 32

export function createBloomFilter(host: MapHost, def: MapDef, id: number): KernelMap | undefined {
  const ram = host.memory.ram
  const hashes = def.extra || DEFAULT_HASHES
  const bits = bitsFor(def.maxEntries, hashes)
  const bitset = bits === TWO32 ? 0 : ram.alloc(bits / 8)
  const scratch = ram.alloc(def.valueSize)
  if (bitset === 0 || scratch === 0) return undefined
  const seed = def.flags & BPF_F_ZERO_SEED ? 0 : host.random()
  const bitOf = (value: number, index: number): number => (jhash(ram.view, value, def.valueSize, (seed + index) | 0) & (bits - 1)) >>> 0
  const push = (value: number, flags: number): number => {
    if (flags !== 0) return -EINVAL
    for (let i = 0; i < hashes; i++) {
      const bit = bitOf(value, i)
      const at = bitset + (bit >>> 3)
      ram.touch(at, 1)
      ram.u8[at] |= 1 << (bit & 7)
    }
    return 0
  }

  return {
    def,
    id,
    percpu: false,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EOPNOTSUPP,
    push,
    peek: (value) => {
      for (let i = 0; i < hashes; i++) {
        const bit = bitOf(value, i)
        if ((ram.u8[bitset + (bit >>> 3)] & (1 << (bit & 7))) === 0) return -ENOENT
      }
      return 0
    },
    peekReads: true,
    userLookup: () => undefined,
    userUpdate: (_key, value, flags) => {
      ram.write(scratch, value.subarray(0, def.valueSize))
      return push(scratch, flags)
    },
    userDelete: () => -EOPNOTSUPP,
    nextKey: () => undefined,
    count: () => 0,
    entries: () => [],
    locate: () => undefined,
  }
}

/** n * k * 7 / 5, for 1 / ln 2, rounded up to a power of two; 2^32 where that overflows. */
function bitsFor(entries: number, hashes: number): number {
  const product = entries * hashes
  const bits = Math.floor(product / 5) * 7
  if (product >= TWO32 || bits > LARGEST_BITS) return TWO32
  return bits <= SMALLEST_BITS ? SMALLEST_BITS : 2 ** Math.ceil(Math.log2(bits))
}
