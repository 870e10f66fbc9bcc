// Lane leaks: what only those without CAP_PERFMON are refused, or judged otherwise: addresses that get out, stack that nobody wrote, offsets that
// are masked against mispredicted branches, ways that only a mispredicted branch takes. By root most are accepted.
import { randomPacket } from './packet.ts'
import type { Random } from './random.ts'
import type { Sketch } from './record.ts'

const lookup = (key: number): string =>
  `*(u64 *)(r10 - 8) = ${key}; r2 = r10; r2 += -8; r1 = map[m0] ll; call bpf_map_lookup_elem; if r0 == 0 goto out; r8 = r0`

/** A number of which something is known. */
const narrow = (r: Random): string =>
  r.pick([
    'r7 &= 7',
    'r7 &= 15',
    'if r7 > 7 goto out',
    'if r7 s> 7 goto out; if r7 s< 0 goto out',
    'if r7 s> 0 goto out; if r7 s< -7 goto out',
    'r7 &= 7; r7 -= 3',
    'r7 &= 1; r7 <<= 2',
    'r7 = 4',
    '',
  ])

/** Moves a pointer in r8 by r7. */
const move = (r: Random): string =>
  r.pick(['r8 += r7', 'r8 += r7', 'r7 += r8; r8 = r7', 'r8 -= r7', 'r8 += 8; r8 -= r7', `r8 += ${r.pick([1, 8, 15, 16, -1])}`])

const touch = (r: Random): string => r.pick(['r0 = *(u8 *)(r8 + 0)', '*(u8 *)(r8 + 0) = 1', 'r0 = *(u8 *)(r8 + 8)', 'r0 = 1'])

const SHAPES: Readonly<Record<string, (r: Random) => readonly string[]>> = {
  value: (r) => [lookup(0), 'r7 = *(u8 *)(r8 + 0)', narrow(r), move(r), r.pick(['', move(r)]), touch(r)],
  /** The same instruction on two ways. */
  paths: (r) => [
    lookup(0),
    `r7 = *(u8 *)(r8 + 0); r9 = *(u32 *)(r6 + ${r.pick([0, 8])}); if r9 ${r.pick(['>', '==', '&'])} 3 goto 1f; ${narrow(r)}; goto 2f`,
    `1: ${r.pick([narrow(r), 'r8 = r10; r8 += -8', 'r8 = 1', 'r8 += 4', 'r7 = 2'])}`,
    `2: ${move(r)}`,
    touch(r),
  ],
  decided: (r) => [
    `r7 = ${r.below(4)}; r8 = r10; ${r.pick(['', 'r9 = r6;'])} if r7 ${r.pick(['==', '!=', '>', 's<'])} ${r.below(4)} goto 1f`,
    r.pick(['*(u64 *)(r10 - 16) = r6', 'r8 += -8', 'r9 = r7', 'r7 = *(u64 *)(r10 - 8)']),
    `1: ${r.pick(['r0 = r7', '*(u64 *)(r10 - 8) = r7; r0 = *(u64 *)(r10 - 8)', 'r0 = *(u32 *)(r6 + 0)', 'r8 += r7; r0 = 1', 'r0 = r9'])}`,
  ],
  stack: (r) => [
    `r7 = *(u32 *)(r6 + 0); ${narrow(r)}; r8 = r10`,
    r.pick(['r8 += -16; r8 += r7', 'r8 += r7', 'r8 += -16', 'r8 -= 8', 'r8 += -520', 'r8 += 0']),
    r.pick(['*(u64 *)(r10 - 16) = r6', '*(u64 *)(r10 - 16) = 0', '']),
    r.pick([
      '*(u8 *)(r8 + 0) = 1',
      'r0 = *(u8 *)(r8 - 16)',
      '*(u32 *)(r10 - 16) = 3',
      'r0 = *(u64 *)(r10 - 24)',
      'r0 = *(u32 *)(r10 - 16)',
    ]),
  ],
  leak: (r) => [
    lookup(r.below(2)),
    r.pick([
      '*(u64 *)(r8 + 0) = r10',
      'r0 = r8',
      'r0 = r6',
      'r0 = r8; r0 -= r10',
      'if r8 > r10 goto out',
      'if r8 == 8 goto out',
      'if r6 == 0 goto out',
      'w0 = w8',
      'r0 = (s8)r8',
      'r8 = -r8',
      'r8 = be16 r8',
      'w8 += 1',
      '*(u32 *)(r6 + 48) = r8',
      'lock *(u64 *)(r8 + 0) += r6',
      'r6 = atomic64_fetch_add((u64 *)(r8 + 0), r6)',
      '*(u64 *)(r10 - 16) = r8; lock *(u64 *)(r10 - 16) += r7',
      'r1 = r8; r2 = r10; call bpf_ktime_get_ns; r0 = 0',
      'r1 = r6; r2 = r8; call bpf_get_hash_recalc',
    ]),
  ],
}
const NAMES = Object.keys(SHAPES)

export function leakSketch(r: Random): Sketch {
  const gen = r.pick(NAMES)
  return {
    gen,
    type: r.pick(['socket_filter', 'socket_filter', 'cgroup_skb']),
    text: ['r6 = r1; r0 = 0; r7 = 0', ...SHAPES[gen]!(r), 'r0 = 1', 'out: exit'].join('\n'),
    maps: [{ type: r.pick(['array', 'array', 'hash']), key: 8, value: 16, max: 4 }].map((m) => (m.type === 'array' ? { ...m, key: 4 } : m)),
    packet: randomPacket(r),
  }
}
