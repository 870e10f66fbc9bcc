// Packet pointers: proofs against data_end in every orientation, variable offsets, metadata, and what makes proofs void.
import type { Random } from '../random.ts'
import { at, bytesOf, DATA, hashOf, lookup, OUT, packetStart, SIZES, type Skeleton, type Skeletons } from './skeleton.ts'

const TYPES = ['xdp', 'sched_cls', 'cgroup_skb'] as const
const COMPARE = ['>', '>=', '<', '<=', '==', '!=', 's>', 's<', '&'] as const

/** A comparison of `p` (packet plus n) with data_end in any orientation; both ways out use the packet. */
function orientation(r: Random): Skeleton {
  const type = r.pick(TYPES)
  const n = r.pick([1, 2, 4, 8, 14, 34])
  const size = r.pick(SIZES)
  const off = n - bytesOf(size) + r.between(-1, 1)
  const op = r.pick(r.chance(85) ? COMPARE.slice(0, 4) : COMPARE)
  const [a, b] = r.chance(50) ? ['r2', 'r8'] : ['r8', 'r2']
  const narrow = r.chance(6)
  const access = r.chance(80) ? `r0 = *(${size} *)${at('r7', off)}` : `*(${size} *)${at('r7', off)} = 1; r0 = 0`
  return {
    type,
    text: [
      packetStart(type),
      `r2 = r7; r2 += ${n}`,
      `if ${narrow ? a!.replace('r', 'w') : a} ${op} ${narrow ? b!.replace('r', 'w') : b} goto 1f`,
      r.chance(50) ? `${access}; exit` : 'r0 = 0; exit',
      `1: ${r.chance(50) ? `${access}; exit` : 'r0 = 0; exit'}`,
    ],
  }
}

/** An offset out of the packet itself. */
function variable(r: Random): Skeleton {
  const type = r.pick(TYPES)
  const limit = r.pick([
    `r3 &= ${r.pick([15, 63, 255, 0x7fff, 0xffff])}`,
    `if r3 > ${r.pick([60, 0x7fff, 0xffff, 0xfffe, 0x10000])} goto out`,
    `r3 <<= ${r.pick([2, 8, 12])}`,
    `w3 *= 4`,
    `if r3 s> 40 goto out`,
    '',
  ])
  const fixed = r.pick([0, 0, 14, -2, 0x7fff, 0xfff0])
  const p = r.pick(['r4', 'r4', 'r5'])
  const n = r.pick([1, 2, 4, 8, 20])
  const size = r.pick(SIZES)
  return {
    type,
    text: [
      packetStart(type),
      'r2 = r7; r2 += 20; if r2 > r8 goto out',
      `r3 = *(${r.pick(['u8', 'u16', 'u32', 's16'])} *)(r7 + 14)`,
      limit,
      `r4 = ${r.chance(90) ? 'r7; r4 += r3' : 'r3; r4 += r7'}`,
      ...(fixed ? [`r4 += ${fixed}`] : []),
      `r5 = r4; r5 += ${n}; if ${r.pick(['r5 > r8', 'r8 < r5', 'r5 >= r8', 'r8 <= r5'])} goto out`,
      ...(r.chance(20) ? [`r4 += ${r.pick([1, 2])}`] : []),
      ...(r.chance(15) ? ['*(u64 *)(r10 - 8) = r4; r4 = 0; r4 = *(u64 *)(r10 - 8)'] : []),
      `r0 = *(${size} *)${at(p, p === 'r5' ? -n + r.between(-1, 1) : r.between(-1, n - 1))}; exit`,
      OUT,
    ],
  }
}

/** Metadata lies before the data and is proven against it. */
function meta(r: Random): Skeleton {
  const type = r.pick(['xdp', 'sched_cls'])
  const [data, end, md] = DATA[type]!
  const n = r.pick([1, 4, 8])
  return {
    type,
    text: [
      `r6 = r1; r2 = *(u32 *)(r6 + ${md}); r3 = *(u32 *)(r6 + ${r.chance(80) ? data : end})`,
      `r4 = r2; r4 += ${n}; if ${r.pick(['r4 > r3', 'r3 < r4', 'r4 >= r3', 'r4 <= r3'])} goto out`,
      ...(r.chance(25) && type === 'xdp' ? ['r7 = r2; r1 = r6; r2 = 0; call bpf_xdp_adjust_meta; r2 = r7'] : []),
      r.chance(70) ? `r0 = *(u8 *)${at('r2', r.between(-1, n))}; exit` : `*(u8 *)${at('r2', r.between(-1, n))} = 3; r0 = 0; exit`,
      OUT,
    ],
  }
}

const SKB_CHANGES = [
  'r1 = r6; r2 = 20; call bpf_skb_pull_data',
  'r1 = r6; r2 = 0; r3 = r10; r3 += -8; r4 = 2; r5 = 0; call bpf_skb_store_bytes',
  'r1 = r6; r2 = 16; r3 = 0; r4 = 1; r5 = 2; call bpf_l3_csum_replace',
  'r1 = r6; r2 = 0; r3 = r10; r3 += -8; r4 = 4; call bpf_skb_load_bytes',
  'r1 = r6; r2 = 0x8100; r3 = 5; call bpf_skb_vlan_push',
  'r1 = r6; r2 = 60; r3 = 0; call bpf_skb_change_tail',
] as const
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  xdp: [
    'r1 = r6; r2 = 0; call bpf_xdp_adjust_head',
    'r1 = r6; r2 = 0; call bpf_xdp_adjust_tail',
    'r1 = r6; r2 = -4; call bpf_xdp_adjust_meta',
    'r1 = r6; r2 = 0; r3 = r10; r3 += -8; r4 = 2; call bpf_xdp_store_bytes',
    'call bpf_get_smp_processor_id',
  ],
  sched_cls: SKB_CHANGES,
  cgroup_skb: [
    'r1 = r6; r2 = 0; r3 = r10; r3 += -8; r4 = 4; call bpf_skb_load_bytes',
    'call bpf_get_smp_processor_id',
    ...SKB_CHANGES.slice(0, 2),
  ],
}

/** Proofs after something that may move the packet. */
function stale(r: Random): Skeleton {
  const type = r.pick(TYPES)
  const [data, end] = DATA[type]!
  const inner = r.pick(CHANGES[type]!)
  const change = r.chance(20) ? 'r1 = r6; call sub' : inner
  const again = r.chance(40)
  return {
    type,
    text: [
      packetStart(type),
      '*(u64 *)(r10 - 8) = 0; r2 = r7; r2 += 20; if r2 > r8 goto out',
      ...(r.chance(30) ? ['*(u64 *)(r10 - 16) = r7'] : []),
      change,
      ...(again ? [`r7 = *(u32 *)(r6 + ${data}); r8 = *(u32 *)(r6 + ${end}); r2 = r7; r2 += ${r.pick([20, 8])}; if r2 > r8 goto out`] : []),
      ...(r.chance(20) ? ['r7 = *(u64 *)(r10 - 16)'] : []),
      `r0 = *(u8 *)(r7 + ${r.pick([0, 7, 8, 19, 20])}); exit`,
      OUT,
      `sub: r6 = r1; *(u64 *)(r10 - 8) = 1; ${inner}; r0 = 0; exit`,
    ],
  }
}

/** One proof that serves several copies; or does not, since the copy went another way. */
function copies(r: Random): Skeleton {
  const type = r.pick(TYPES)
  const move = (reg: string): string =>
    r.pick([`${reg} = r7`, `${reg} = r7; ${reg} += ${r.pick([4, 14, -2])}`, `${reg} = r2`, `${reg} = r2; ${reg} -= 8`])
  const size = r.pick(SIZES)
  return {
    type,
    text: [
      packetStart(type),
      `r2 = r7; r2 += ${r.pick([8, 14, 40])}`,
      r.chance(60) ? move('r3') : 'r3 = r7',
      r.chance(30) ? '*(u64 *)(r10 - 16) = r7' : '',
      `if ${r.pick(['r2', 'r2', 'r3'])} > r8 goto out`,
      r.chance(30) ? move('r4') : 'r4 = r3',
      r.chance(30) ? 'r4 = *(u64 *)(r10 - 16)' : '',
      `r0 = *(${size} *)${at(r.pick(['r3', 'r4', 'r7', 'r2']), r.between(-2, 14))}; exit`,
      OUT,
    ],
  }
}

/** Writing: which types may, and with which instructions. */
function write(r: Random): Skeleton {
  const type = r.pick(TYPES)
  const how = r.pick([
    '*(u8 *)(r7 + 3) = r7',
    '*(u32 *)(r7 + 2) = 7',
    '*(u64 *)(r7 + 0) = r2',
    '*(u64 *)(r7 + 0) = r6',
    'w1 = 1; lock *(u32 *)(r7 + 0) += w1',
    'r1 = 1; r1 = atomic64_fetch_add((u64 *)(r7 + 0), r1)',
    'r1 = 5; store_release((u16 *)(r7 + 2), r1)',
    'r1 = load_acquire((u32 *)(r7 + 4))',
    '*(u16 *)(r7 + 12) = 0x608',
    'r1 = *(u8 *)(r7 + 5); r1 += 1; *(u8 *)(r7 + 5) = r1',
  ])
  return {
    type,
    text: [packetStart(type), 'r2 = r7; r2 += 14; if r2 > r8 goto out', how, 'r0 = 1; exit', OUT],
    flags: r.chance(20) ? 1 : 0,
  }
}

/** A walk over headers, bounded. */
function walk(r: Random): Skeleton {
  const type = r.pick(['xdp', 'sched_cls'])
  return {
    type,
    text: [
      packetStart(type),
      `r9 = 0; r0 = 0`,
      `again: r2 = r7; r2 += ${r.pick([1, 2, 4])}; if r2 > r8 goto done`,
      `r3 = *(u8 *)(r7 + 0); ${r.pick(['r0 += r3', 'w0 ^= w3', 'r0 = r3', ''])}`,
      `${r.pick(['r7 += 1', 'r7 += 2', 'r7 = r2', 'r3 &= 7; r7 += r3'])}`,
      `r9 += 1; if ${r.pick(['r9', 'w9'])} ${r.pick(['<', '!=', 's<', '<='])} ${r.pick([2, 3, 5, 8, 20])} goto again`,
      'done: r0 &= 1; exit',
    ],
  }
}

/** Pointers taken apart: differences, comparisons with other things, arithmetic that is refused. */
function odd(r: Random): Skeleton {
  const type = r.pick(TYPES)
  return {
    type,
    text: [
      packetStart(type),
      lookup('r9'),
      r.pick([
        'r8 -= r7; if r8 s< 20 goto out; r0 = *(u8 *)(r7 + 0); exit',
        'r7 -= r8; r0 = r7; exit',
        'r8 += 1; exit',
        'r7 -= 4; r2 = r7; r2 += 8; if r2 > r8 goto out; r0 = *(u8 *)(r7 + 4); exit',
        'r2 = r9; if r2 > r8 goto out; r0 = *(u8 *)(r7 + 0); exit',
        'if r7 == 0 goto out; r0 = *(u8 *)(r7 + 0); exit',
        'if r7 != r8 goto out; r0 = *(u8 *)(r7 + 0); exit',
        'r7 &= -4; r0 = *(u8 *)(r7 + 0); exit',
        'w2 = w7; r7 = r2; exit',
        'r2 = r7; r2 += 8; if r2 > r8 goto out; r3 = r7; r3 -= r9; r0 = r3; exit',
        'r2 = r7; r2 += 8; if r2 > r8 goto out; r1 = *(u8 *)(r9 + 0); r7 += r1; r0 = *(u8 *)(r7 + 0); exit',
        'r2 = r7; r2 += 8; if r2 > r8 goto out; r1 = *(u8 *)(r9 + 0); r1 &= 7; r7 -= r1; r0 = *(u8 *)(r7 + 7); exit',
        'r2 = r7; r2 += 0x10000; if r2 > r8 goto out; r0 = *(u8 *)(r7 + 0); exit',
        'r2 = r7; r2 += 0xffff; if r2 > r8 goto out; r0 = *(u8 *)(r7 + 32766); exit',
        '*(u32 *)(r10 - 8) = r7; r0 = 0; exit',
        '*(u64 *)(r10 - 16) = r8; r2 = *(u64 *)(r10 - 16); r3 = r7; r3 += 2; if r3 > r2 goto out; r0 = *(u16 *)(r7 + 0); exit',
        '*(u64 *)(r9 + 0) = r7; r7 = *(u64 *)(r9 + 0); r0 = *(u8 *)(r7 + 0); exit',
      ]),
      OUT,
    ],
    maps: [hashOf(r, 16)],
  }
}

export const PACKETS: Skeletons = {
  orientation,
  orientation2: orientation,
  variable,
  variable2: variable,
  meta,
  stale,
  stale2: stale,
  copies,
  write,
  walk,
  odd,
}
