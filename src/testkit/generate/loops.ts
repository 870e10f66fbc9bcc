// Lane loops: few programs, much work: nested loops, branches that double the paths, long walks over packets, calls in loops. Counts of what
// was done have to be equal near the limits too. Bounds are drawn so that most stay below a hundred thousand steps.

import { packetStart } from './frontier/skeleton.ts'
import { randomPacket } from './packet.ts'
import type { Random } from './random.ts'
import type { Sketch } from './record.ts'

const SHAPES: Readonly<Record<string, (r: Random) => string[]>> = {
  /** Each branch leaves a different number behind, and all are asked about at the end. */
  diamonds: (r) => [
    'r6 = r1; r7 = *(u32 *)(r6 + 16); r0 = 0',
    ...Array.from(
      { length: r.between(2, 14) },
      (_, i) => `if r7 ${r.pick(['&', '>', 's>'])} ${1 << i} goto +1; r0 ${r.pick(['+=', '|=', '^='])} ${1 << i}`,
    ),
    r.pick(['', 'r1 = r10; r1 += -8; r0 &= 7; r1 += r0; *(u8 *)(r1 + 0) = 1', 'if r0 == 3 goto +1; r0 = 1']),
    'r0 &= 1; exit',
  ],
  nested: (r) => [
    'r6 = r1; r0 = 0; r7 = 0',
    `1: r8 = 0`,
    `2: ${r.pick(['r9 = 0', 'r9 = r8', 'r9 = r7'])}`,
    `3: ${r.pick(['r0 += r9', 'r0 ^= r8', 'r1 = *(u32 *)(r6 + 16); if r1 == 5 goto +1; r0 += 1'])}`,
    `r9 += 1; if ${r.pick(['r9', 'w9'])} ${r.pick(['<', 's<'])} ${r.between(1, 9)} goto 3b`,
    `r8 += 1; if r8 ${r.pick(['<', '!='])} ${r.between(1, 9)} goto 2b`,
    `r7 += 1; if r7 ${r.pick(['<', '!='])} ${r.between(1, 12)} goto 1b`,
    'r0 &= 1; exit',
  ],
  count: (r) => [
    'r6 = r1; r0 = 0',
    `1: r0 ${r.pick(['+= 1', '+= 3'])}; ${r.pick(['', 'r1 = r0; r1 &= 7; *(u64 *)(r10 - 8) = r1;', 'r2 = *(u32 *)(r6 + 16);'])} if r0 < ${r.pick([10, 100, 1000, 5000])} goto 1b`,
    '2: r0 &= 1; exit',
  ],
  unknownBound: (r) => [
    'r6 = r1; r7 = *(u32 *)(r6 + 16)',
    r.pick([`r7 &= ${r.pick([3, 15, 63])}`, `if r7 > ${r.pick([5, 20, 100])} goto 2f`, 'w7 >>= 26']),
    'r0 = 0; r8 = 0',
    `1: if r8 ${r.pick(['>=', '==', 's>='])} r7 goto 2f; r8 += 1; ${r.pick(['r0 += r8', 'r1 = r10; r1 -= r8; *(u8 *)(r1 + 0) = 3', 'r0 = 3'])}; goto 1b`,
    '2: r0 = 0; exit',
  ],
  walk: (r) => [
    packetStart('xdp'),
    'r0 = 0; r9 = 0',
    `1: r2 = r7; r2 += ${r.pick([1, 2, 4])}; if r2 > r8 goto 2f; r3 = *(u8 *)(r7 + 0); r0 += r3; ${r.pick(['', `if r3 == ${r.below(9)} goto +1; r0 ^= 1;`])} r7 = r2; r9 += 1; if r9 < ${r.pick([5, 30, 100, 300])} goto 1b`,
    '2: r0 &= 1; exit',
  ],
  calls: (r) => [
    'r6 = r1; r0 = 0; r7 = 0',
    `1: r1 = r7; call sub; r8 = r0; r7 += 1; if r7 < ${r.pick([2, 10, 60])} goto 1b; r0 = r8; r0 &= 1; exit`,
    `sub: r0 = 0; r2 = 0; 3: r2 += 1; ${r.pick(['r0 += r1', 'r0 ^= r2', 'if r1 > r2 goto +1; r0 += 1'])}; if r2 < ${r.between(1, 6)} goto 3b; exit`,
  ],
  /** A number grows on one of two ways: states differ until they are widened, or for ever. */
  widen: (r) => [
    'r6 = r1; r7 = 0; r0 = 0',
    `1: r1 = *(u32 *)(r6 + 16); if r1 ${r.pick(['>', '&', '=='])} ${r.between(1, 40)} goto 2f; ${r.pick(['r0 += 1', 'r0 = 1', '*(u64 *)(r10 - 8) = r7'])}; goto 3f; 2: ${r.pick(['r0 = 2', 'r0 += 2', '*(u32 *)(r10 - 8) = 1'])}; 3: r7 += 1; if r7 < ${r.pick([4, 12, 40])} goto 1b`,
    'r0 &= 1; exit',
  ],
  mayGoto: (r) => [
    'r6 = r1; r7 = 0; r0 = 0',
    `1: may_goto 2f; ${r.pick(['r0 += 1', 'r7 += 1; r0 = r7', 'r1 = *(u32 *)(r6 + 16); if r1 == 7 goto 2f; r0 += 1'])}; ${r.pick([`if r0 > ${r.between(1, 90)} goto 2f;`, `if r7 >= ${r.between(1, 20)} goto 2f; r7 += 1;`])} goto 1b`,
    '2: r0 &= 1; exit',
  ],
}
const NAMES = Object.keys(SHAPES)

export function loopSketch(r: Random): Sketch {
  const gen = r.pick(NAMES)
  const text = SHAPES[gen]!(r).join('\n')
  return { gen, type: 'xdp', text, packet: randomPacket(r), flags: r.chance(20) ? r.pick([8, 0x80]) : 0 }
}
