// A number from somewhere, a few operations and comparisons on it, and a use that needs its bounds: the heart of range tracking. Numbers are
// mixed in width and sign, copied, linked, spilled and filled in other widths on their way.
import { immediate, type Random } from '../random.ts'
import { at, bytesOf, DATA, hashOf, LOADS, lookup, OUT, SIZES, type Skeleton, type Skeletons } from './skeleton.ts'

const ALU = ['+=', '-=', '*=', '/=', 's/=', '|=', '&=', '<<=', '>>=', 's>>=', '%=', 's%=', '^=', '=']
const JUMPS = ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&']
const MASKS = [1, 3, 7, 15, 31, 63, 127, 255, 4, 6, 12, 56, 60, 0xff0, 0x7fff, -8, -4]

/** `reg` = an unknown number; r7 is the map value. */
function source(r: Random, reg: string): string {
  const k = r.below(10)
  if (k < 5) return `${reg} = *(${r.pick(LOADS)} *)(r7 + ${r.pick([0, 1, 4, 8, 3])})`
  if (k < 6) return `${reg} = ${immediate(r)}`
  if (k < 7) return `${reg} = *(u32 *)(r6 + 16)`
  if (k < 8) return `r0 = 1; r0 = atomic_fetch_add((u64 *)(r7 + 8), r0); ${reg} = r0`
  if (k < 9) return `w0 = 1; w0 = atomic_fetch_xor((u32 *)(r7 + 8), w0); ${reg} = r0`
  return `${reg} = 0x${r.byte().toString(16)}${r.pick(['00000000', '80000000', 'ffffffff', '00000001'])} ll`
}

const half = (r: Random, reg: string): string => (r.chance(45) ? reg.replace('r', 'w') : reg)

/** One step on the numbers r1 and r2. */
function step(r: Random): string {
  const [a, b] = r.chance(65) ? ['r1', 'r2'] : ['r2', 'r1']
  const wide = r.chance(55)
  const [x, y] = wide ? [a, b] : [a.replace('r', 'w'), b.replace('r', 'w')]
  switch (r.below(16)) {
    case 0:
    case 1:
      return `${x} &= ${r.pick(MASKS)}`
    case 2: {
      const op = r.pick(ALU)
      const shift = op.includes('<<') || op.includes('>>')
      return `${x} ${op} ${shift ? r.below(wide ? 64 : 32) : immediate(r) || 1}`
    }
    case 3:
      return `${x} ${r.pick(ALU)} ${y}`
    case 4:
    case 5:
    case 6:
      return `if ${x} ${r.pick(JUMPS)} ${r.chance(70) ? r.pick([...MASKS, 0, -1, 16, 32, 40]) : immediate(r)} goto ${r.chance(75) ? 'out' : '+1'}`
    case 7:
    case 8:
      return `if ${x} ${r.pick(JUMPS)} ${y} goto ${r.chance(75) ? 'out' : '+1'}`
    case 9:
      return r.chance(50) ? `${y} = ${x}` : `${y} = ${x}; ${half(r, b)} += ${r.pick([1, 2, 4, 8, -1, -4, 16])}`
    case 10:
      return `${x} = (${r.pick(wide ? ['s8', 's16', 's32'] : ['s8', 's16'])})${r.chance(50) ? x : y}`
    case 11:
      return r.pick([
        `${a} = be${r.pick([16, 32, 64])} ${a}`,
        `${a} = le${r.pick([16, 32, 64])} ${a}`,
        `${a} = bswap${r.pick([16, 32, 64])} ${a}`,
        `${x} = -${x}`,
      ])
    case 12:
    case 13: {
      const [out, back] = [r.pick(SIZES), r.pick(LOADS)]
      const where = -8 * r.between(2, 3) + r.pick([0, 0, 0, 4, 2, 1])
      return `*(${out} *)${at('r10', where)} = ${a}; ${r.chance(60) ? a : b} = *(${back} *)${at('r10', where + r.pick([0, 0, 0, 0, 4, -4, 1]))}`
    }
    case 14: {
      const n = r.pick([8, 16, 24, 32, 48, 56])
      return `${a} <<= ${n}; ${a} ${r.pick(['>>=', 's>>='])} ${r.chance(85) ? n : r.pick([8, 32, 60])}`
    }
    default:
      return wide ? `r3 = ${b}; r3 ${r.pick(ALU.slice(0, 8))} ${a}; ${a} = r3` : `w3 = ${y}; w3 ${r.pick(ALU.slice(0, 8))} ${x}; ${x} = w3`
  }
}

/** Something that Linux allows only within bounds. */
function use(r: Random): string {
  const n = r.chance(75) ? 'r1' : 'r2'
  const size = r.pick(SIZES)
  const off = r.pick([0, 0, 1, 4, -1, -8])
  switch (r.below(9)) {
    case 0:
    case 1:
    case 2:
      return `r7 += ${n}; r0 = *(${size} *)${at('r7', off)}; exit`
    case 3:
      return `r3 = r10; r3 += ${n}; ${r.chance(50) ? `r0 = *(${size} *)${at('r3', -64 + off)}` : `*(${size} *)${at('r3', -64 + off)} = 5; r0 = 0`}; exit`
    case 4:
      return `r7 -= ${n}; r0 = *(${size} *)${at('r7', 16 + off)}; exit`
    case 5:
      return `r9 = ${n}; r1 = r7; r2 = ${r.pick(['0', '4', 'r9'])}; r3 = r7; r4 = ${r.pick(['0', '8', 'r9'])}; r5 = 0; call bpf_csum_diff; exit`
    case 6:
      return `r0 = ${n}; exit`
    case 7:
      return `r3 = ${n}; r1 = map[m1] ll; r2 = r7; r4 = 0; call bpf_ringbuf_output; r0 = 0; exit`
    default:
      return `if ${half(r, n)} ${r.pick(JUMPS)} ${r.pick(MASKS)} goto out; r7 += ${n}; r0 = *(u8 *)${at('r7', off)}; exit`
  }
}

function pipeline(r: Random): Skeleton {
  const size = r.pick([16, 32, 40, 48, 64, 256])
  const steps = Array.from({ length: r.between(1, 7) }, () => step(r))
  return {
    type: ['xdp', 'sched_cls', 'sched_cls', 'cgroup_skb', 'socket_filter'],
    text: ['r6 = r1', lookup('r7'), source(r, 'r1'), source(r, 'r2'), ...steps, use(r), OUT],
    maps: [hashOf(r, size), { type: 'ringbuf', key: 0, value: 0, max: 4096 }],
  }
}

/** Two bounds, then the number as an index: off by one on purpose. */
function window(r: Random): Skeleton {
  const size = r.pick(SIZES)
  const edge = 32 - bytesOf(size)
  const compare = (lo: boolean): string => {
    const ops = lo ? ['s<', 's<=', '<', '<='] : ['s>', 's>=', '>', '>=', 's>', '>']
    return `if ${half(r, 'r1')} ${r.pick(ops)} ${lo ? r.pick([0, -1, 1, 4]) : edge + r.between(-2, 2)} goto out`
  }
  const checks = [compare(true), compare(false)]
  if (r.chance(50)) checks.reverse()
  if (r.chance(30)) checks.splice(r.below(2), 1)
  return {
    type: ['xdp', 'sched_cls'],
    text: ['r6 = r1', lookup('r7'), `r1 = *(${r.pick(LOADS)} *)(r7 + 0)`, ...checks, `r7 += r1; r0 = *(${size} *)(r7 + 0); exit`, OUT],
    maps: [hashOf(r, 32)],
  }
}

/** The same number under several names: copies, copies plus a constant, copies on the stack. */
function linked(r: Random): Skeleton {
  const wide = r.chance(70)
  const [a, b] = wide ? ['r1', 'r2'] : ['w1', 'w2']
  const moves = [
    `${b} = ${a}`,
    r.pick([`${b} += ${r.pick([1, 4, 8, -2, 100, 0x7fffffff])}`, `r2 += ${r.pick([1, 4, -1])}`, '']),
    r.pick([`*(u64 *)(r10 - 16) = r1`, `*(u32 *)(r10 - 16) = r1`, '']),
    r.pick(['r3 = r2', 'w3 = w1', 'r3 = r1; r3 += 7', '']),
    r.pick(['', '', 'r1 += 1', 'w2 += 0', 'r1 <<= 1']),
  ].filter((line) => line !== '')
  const known = r.pick(['r1', 'r2', 'w1', 'w2', 'r1'])
  const used = r.pick(['r1', 'r2', 'r2', 'r3', 'fill'])
  const fill = used === 'fill' ? [`r2 = *(${r.pick(['u64', 'u32'])} *)(r10 - 16)`] : []
  if (used === 'r3') moves.push('r3 = r2')
  return {
    type: ['xdp', 'sched_cls'],
    text: [
      'r6 = r1',
      lookup('r7'),
      `r1 = *(${r.pick(['u64', 'u32', 'u8', 's32'])} *)(r7 + 0); *(u64 *)(r10 - 16) = 0`,
      ...(r.chance(60) ? [`r1 &= ${r.pick([255, 127, 0xffff, 31])}`] : []),
      ...moves,
      `if ${known} ${r.pick(['>', '<', '>=', '<=', 's>', 's<', '==', '!='])} ${r.pick([8, 16, 20, 24, 28, 0, 1, 31])} goto out`,
      ...fill,
      `r7 += ${used === 'fill' ? 'r2' : used}; r0 = *(${r.pick(SIZES)} *)${at('r7', r.pick([0, 0, -4, 4]))}; exit`,
      OUT,
    ],
    maps: [hashOf(r, 32)],
  }
}

/** A path that forgets what another one knows, then a precise use: what pruning must not get wrong. */
function precision(r: Random): Skeleton {
  const consts = [r.between(0, 40), r.between(0, 40)]
  const stack = r.chance(50)
  const put = (n: number) => (stack ? `*(${r.pick(['u64', 'u32'])} *)(r10 - 16) = ${n}` : `r9 = ${n}`)
  const spill = r.chance(40)
  return {
    type: ['xdp', 'sched_cls', 'socket_filter'],
    text: [
      'r6 = r1; *(u64 *)(r10 - 16) = 0; r9 = 0',
      lookup('r7'),
      `r1 = *(u8 *)(r7 + 0); r2 = *(u8 *)(r7 + 1); r3 = 0; r4 = ${r.between(0, 3)}`,
      `if ${half(r, 'r1')} ${r.pick(JUMPS)} ${r.between(0, 9)} goto 1f`,
      `${put(consts[0]!)}; goto 2f`,
      `1: ${put(consts[1]!)}`,
      `2: ${r.pick(['r3 += r1', 'r3 = r1; r3 &= 3', 'r4 += 1', 'r5 = r9'])}`,
      `if ${half(r, 'r2')} ${r.pick(JUMPS)} ${r.between(0, 9)} goto 3f`,
      `${r.pick(['r3 = 7', 'r4 = 0', 'r3 |= 1'])}`,
      `3: if ${half(r, 'r1')} != ${r.between(0, 5)} goto 4f`,
      `${r.pick(['r3 += 2', 'r4 += r2'])}`,
      `4: ${stack ? `r9 = *(${r.pick(['u64', 'u32', 'u8'])} *)(r10 - 16)` : 'r9 = r9'}`,
      ...(spill ? ['*(u64 *)(r10 - 24) = r9; r9 = 1; r9 = *(u64 *)(r10 - 24)'] : []),
      `${r.pick(['', 'r9 += 1;', 'w9 += 3;', 'r9 ^= 1;', 'r5 = r9; r9 = r5;'])} r7 += r9; r0 = *(u8 *)${at('r7', r.between(-1, 2))}; exit`,
      OUT,
    ],
    maps: [hashOf(r, 32)],
  }
}

/** Numbers straight from a packet in its own byte order. */
function fromPacket(r: Random): Skeleton {
  const type = r.pick(['xdp', 'sched_cls'])
  const [data, end] = DATA[type]!
  return {
    type,
    text: [
      `r6 = r1; r7 = *(u32 *)(r6 + ${data}); r8 = *(u32 *)(r6 + ${end}); r2 = r7; r2 += 24; if r2 > r8 goto out`,
      `r1 = *(${r.pick(LOADS)} *)(r7 + 16); r2 = *(u8 *)(r7 + 14)`,
      ...Array.from({ length: r.between(1, 5) }, () => step(r)),
      `r3 = r7; r3 += r1; r4 = r3; r4 += ${r.pick([1, 2, 4, 8])}; if r4 > r8 goto out; r0 = *(${r.pick(SIZES)} *)(r3 + 0); exit`,
      OUT,
    ],
  }
}

export const SCALARS: Skeletons = {
  pipeline,
  pipeline2: pipeline,
  pipeline3: pipeline,
  pipeline4: pipeline,
  window,
  linked,
  precision,
  precision2: precision,
  fromPacket,
}
