// Skeletons: short programs about one thing that verifiers get wrong, with holes that the generator fills. This file has what they share.
import type { Random } from '../random.ts'
import type { MapSketch } from '../record.ts'

export interface Skeleton {
  /** One type, or several to choose from; any packet type where absent. */
  readonly type?: string | readonly string[]
  /** Lines; a line may hold several statements. */
  readonly text: readonly string[]
  readonly maps?: readonly MapSketch[]
  readonly flags?: number
}
export type Skeletons = Readonly<Record<string, (r: Random) => Skeleton>>

/** Offsets of data, data_end and data_meta in the contexts of types that have them. */
export const DATA: Readonly<Record<string, readonly [data: number, end: number, meta: number]>> = {
  xdp: [0, 4, 8],
  sched_cls: [76, 80, 140],
  cgroup_skb: [76, 80, 140],
}

/** r6 = context, r7 = data, r8 = data_end. */
export const packetStart = (type: string): string => `r6 = r1; r7 = *(u32 *)(r6 + ${DATA[type]![0]}); r8 = *(u32 *)(r6 + ${DATA[type]![1]})`

/** Leaves with 0, the value that every type may return. */
export const OUT = 'out: r0 = 0; exit'

/** `dst` = value of key 0 of map m0 (not null); key at fp-4. */
export const lookup = (dst: string, map = 'm0'): string =>
  `*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = map[${map}] ll; call bpf_map_lookup_elem; if r0 == 0 goto out; ${dst} = r0`

/** A hash map, whose lookups may fail, with one value of `size` bytes. */
export const hashOf = (r: Random, size: number): MapSketch => {
  let value = ''
  for (let i = 0; i < size; i++) value += (r.chance(40) ? 0 : r.byte()).toString(16).padStart(2, '0')
  return { type: r.chance(85) ? 'hash' : 'lru_hash', key: 4, value: size, max: 4, init: [['00000000', value]] }
}
export const arrayOf = (r: Random, size: number, flags = 0): MapSketch => ({
  ...hashOf(r, size),
  type: r.chance(85) ? 'array' : 'percpu_array',
  flags,
  ...(flags ? { init: [] } : {}),
})

export const SIZES = ['u8', 'u16', 'u32', 'u64'] as const
export const LOADS = ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32'] as const
export const bytesOf = (size: string): number => Number(size.slice(1)) / 8

/** "(r7 + 4)", "(r7 - 4)" */
export const at = (reg: string, offset: number): string => `(${reg} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)})`
