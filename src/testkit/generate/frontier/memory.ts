// Stack, map values, context: variable offsets, uninitialised bytes, spills in all widths, atomics on every kind of pointer, arithmetic on
// pointers that may be null or may not be moved, null checks in every form.
import { EDGES, type Random } from '../random.ts'
import { arrayOf, at, bytesOf, hashOf, LOADS, lookup, OUT, SIZES, type Skeleton, type Skeletons } from './skeleton.ts'

const TYPES = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb'] as const

function variableStack(r: Random): Skeleton {
  const lowest = r.pick([-16, -24, -32, -64, -512])
  const size = r.pick(SIZES)
  const wrote = Array.from({ length: r.below(5) }, () => `*(u64 *)(r10 - ${8 * r.between(1, 8)}) = ${r.pick(['0', '1', 'r10', 'r6'])}`)
  const bound = r.pick([`r1 &= ${r.pick([7, 8, 15, 24, 56])}`, `if r1 > ${r.pick([8, 15, 24])} goto out`, `if r1 s> 8 goto out`, ''])
  return {
    type: TYPES,
    text: [
      'r6 = r1',
      lookup('r7'),
      ...wrote,
      `r1 = *(${r.pick(['u8', 'u32', 's8', 'u64'])} *)(r7 + 0)`,
      bound,
      `r2 = r10; r2 += ${lowest}; r2 += r1`,
      r.pick([
        `r0 = *(${size} *)${at('r2', r.pick([0, 0, 4, -8]))}; exit`,
        `*(${size} *)${at('r2', r.pick([0, 0, 4, -8]))} = ${r.pick(['r1', '0', 'r10'])}; r0 = *(${r.pick(SIZES)} *)${at('r10', lowest)}; exit`,
        `r1 = map[m0] ll; call bpf_map_lookup_elem; if r0 == 0 goto out; r0 = 1; exit`,
        `r1 = r10; r1 += ${lowest}; r3 = r2; r2 = 8; r4 = 8; r5 = 0; call bpf_csum_diff; r0 &= 1; exit`,
        `w1 = 1; lock *(u32 *)(r2 + 0) += w1; r0 = 0; exit`,
      ]),
      OUT,
    ],
    maps: [hashOf(r, 16)],
  }
}

/** Writes of some widths, then reads of others, at places that overlap. */
function widths(r: Random): Skeleton {
  const values = ['r1', 'r1', 'r2', '0', '1', '-1', 'r10', 'r6', 'r7', 'w1']
  const place = () => -8 * r.between(1, 3) + r.pick([0, 0, 0, 4, 4, 2, 6, 1, 7, -1])
  const write = (): string => {
    const v = r.pick(values)
    return `*(${r.pick(SIZES)} *)${at('r10', place())} = ${v}`
  }
  const read = (): string => `${r.pick(['r0', 'r3', 'r3'])} = *(${r.pick(LOADS)} *)${at('r10', place())}`
  return {
    type: TYPES,
    text: [
      'r6 = r1; r0 = 0',
      lookup('r7'),
      'r0 = 0; r3 = 0; r1 = *(u32 *)(r7 + 0); r2 = *(u64 *)(r7 + 8)',
      ...Array.from({ length: r.between(1, 4) }, write),
      ...Array.from({ length: r.between(1, 3) }, () => (r.chance(80) ? read() : write())),
      r.pick([
        'r0 &= 1; exit',
        'r3 &= 15; r7 += r3; r0 = *(u8 *)(r7 + 0); exit',
        'r7 += r3; r0 = *(u8 *)(r7 + 0); exit',
        'r0 = *(u8 *)(r3 + 0); exit',
      ]),
      OUT,
    ],
    maps: [hashOf(r, 16)],
    flags: r.chance(15) ? 1 : 0,
  }
}

/** Bytes that nobody wrote, read by instructions and by helpers. */
function uninitialised(r: Random): Skeleton {
  return {
    type: TYPES,
    text: [
      'r6 = r1; r0 = 0',
      ...(r.chance(60) ? [`*(${r.pick(SIZES)} *)(r10 - ${r.pick([4, 8, 12, 16])}) = ${r.pick(['0', '1', 'r6'])}`] : []),
      r.pick([
        `r0 = *(${r.pick(LOADS)} *)(r10 - ${r.between(1, 20)})`,
        `r1 = map[m0] ll; r2 = r10; r2 += -${r.pick([4, 8, 12, 16])}; call bpf_map_lookup_elem; r0 = 0`,
        `r1 = map[m0] ll; r2 = r10; r2 += -8; r3 = r10; r3 += -${r.pick([16, 24, 32])}; r4 = 0; call bpf_map_update_elem`,
        `r1 = map[m1] ll; r2 = r10; r2 += -16; call ${r.pick(['bpf_map_pop_elem', 'bpf_map_peek_elem'])}; r0 = *(u64 *)(r10 - 16)`,
        `r1 = r10; r1 += -${r.pick([4, 8, 16])}; r2 = ${r.pick([4, 8, 16])}; r3 = 0; r4 = 0; r5 = 0; call bpf_csum_diff`,
        `r1 = r10; r1 += -8; *(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r0 + 0)`,
        `r1 = r6; r2 = 0; r3 = r10; r3 += -16; r4 = ${r.pick([4, 16, 17])}; call bpf_skb_load_bytes; r0 = *(u32 *)(r10 - 16)`,
        `r${r.between(0, 9)} = r${r.between(0, 9)}`,
        `r1 = r10; r1 += -16; r2 = 16; call bpf_get_current_comm; r0 = *(u8 *)(r10 - ${r.pick([1, 16, 17])})`,
      ]),
      'r0 &= 1; exit',
    ],
    maps: [hashOf(r, 8), { type: 'queue', key: 0, value: 8, max: 2, init: [['', '0700000000000000']] }],
  }
}

/** A pointer of some kind in r2. */
const POINTERS: Readonly<Record<string, string>> = {
  ctx: 'r2 = r6',
  stack: 'r2 = r10; r2 += -16',
  value: 'r2 = r7',
  value_or_null: '*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = map[m0] ll; call bpf_map_lookup_elem; r2 = r0',
  map: 'r2 = map[m0] ll',
  direct: 'r2 = map[m1][0]+8 ll',
  pkt: 'r2 = r8',
  pkt_end: 'r2 = r9',
  sock_or_null: 'r2 = *(u64 *)(r6 + 168)',
  sock: 'r2 = *(u64 *)(r6 + 168); if r2 == 0 goto out',
  mem_or_null: 'r1 = map[m2] ll; r2 = 16; r3 = 0; call bpf_ringbuf_reserve; r2 = r0',
  scalar: 'r2 = *(u64 *)(r7 + 0)',
  constant: 'r2 = 64',
}
const KINDS = Object.keys(POINTERS)

function anyPointer(r: Random, kind: string, lines: readonly string[]): Skeleton {
  return {
    type: kind.startsWith('sock') ? 'sched_cls' : r.pick(['sched_cls', 'sched_cls', 'cgroup_skb']),
    text: [
      'r6 = r1; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 24) = 0',
      lookup('r7'),
      'r8 = *(u32 *)(r6 + 76); r9 = *(u32 *)(r6 + 80); r1 = r8; r1 += 32; if r1 > r9 goto out',
      POINTERS[kind]!,
      ...lines,
      'r0 &= 1; exit',
      OUT,
    ],
    maps: [hashOf(r, 16), { ...arrayOf(r, 24), type: 'array', max: 1 }, { type: 'ringbuf', key: 0, value: 0, max: 4096 }],
    flags: r.chance(8) ? r.pick([1, 8, 0x80]) : 0,
  }
}

/** Every memory instruction through every kind of pointer. */
function access(r: Random): Skeleton {
  const size = r.pick(SIZES)
  const off = r.pick([0, 0, 0, 4, 8, 12, 15, 16, -4, -8, 1])
  const where = at('r2', off)
  const bare = where.slice(1, -1)
  const wide = r.pick(['u32', 'u64'])
  const atomics = ['+=', '&=', '|=', '^='].map((op) => `lock *(${wide} *)${where} ${op} r1`)
  const x = wide === 'u64' ? '64' : ''
  return anyPointer(r, r.pick(KINDS), [
    `r1 = ${r.pick(['1', '1', 'r10', 'r7'])}; r0 = 0`,
    r.pick([
      `r0 = *(${r.pick(LOADS)} *)${where}`,
      `*(${size} *)${where} = ${r.pick(['r1', '0', '-1', 'r6', 'r2'])}`,
      r.pick(atomics),
      `r1 = atomic${x}_fetch_${r.pick(['add', 'and', 'or', 'xor'])}((${wide} *)${where}, r1); r0 = r1`,
      `r1 = xchg_64(${bare}, r1)`,
      `w1 = xchg32_32(${bare}, w1)`,
      `r0 = cmpxchg_64(${bare}, r0, r1)`,
      `w0 = cmpxchg32_32(${bare}, w0, w1)`,
      `r0 = load_acquire((${size} *)${where})`,
      `store_release((${size} *)${where}, r1)`,
    ]),
    ...(r.chance(30) ? [`r0 = *(${r.pick(SIZES)} *)${where}`] : []),
  ])
}

const ALU = ['+=', '-=', '*=', '&=', '|=', '<<=', '>>=', 's>>=', '^=', '/=', '%=', 's/=']

/** Every operation on every kind of pointer. */
function arithmetic(r: Random): Skeleton {
  const op = r.chance(65) ? r.pick(['+=', '-=']) : r.pick(ALU)
  const number = r.pick([...EDGES, 4, 8, 16, 0x1fffffff, 0x20000000, -0x20000000])
  const shift = /<<|>>/.test(op)
  return anyPointer(r, r.pick(KINDS), [
    'r0 = 0',
    ...(r.chance(40)
      ? [`r3 = *(${r.pick(LOADS)} *)(r7 + 0); ${r.pick(['r3 &= 7', 'r3 &= 0xfff', '', 'if r3 s> 8 goto out', 'if r3 > 8 goto out'])}`]
      : ['r3 = r2']),
    r.pick([
      `r2 ${op} ${shift ? 3 : number || 1}`,
      `w2 ${op} ${shift ? 3 : number || 1}`,
      `r2 ${op} r3`,
      `r3 ${op} r2; r2 = r3`,
      `r2 = -r2`,
      `r2 = be16 r2`,
      `r2 = (s32)r2`,
      `w2 = w2`,
      `r2 ${op} r2`,
      `w3 = (s8)w2`,
      `r2 += r10`,
    ]),
    r.pick(['r0 = *(u8 *)(r2 + 0)', 'r0 = r2', '', '*(u8 *)(r2 + 0) = 1', '*(u64 *)(r10 - 8) = r2']),
  ])
}

/** Null checks, in all the ways that there are. */
function nullCheck(r: Random): Skeleton {
  const kind = r.pick(['value_or_null', 'value_or_null', 'value_or_null', 'sock_or_null', 'mem_or_null'])
  const load =
    kind === 'sock_or_null' ? `r0 = *(u32 *)(r2 + ${r.pick([0, 4, 8, 3])})` : `r0 = *(${r.pick(SIZES)} *)(r2 + ${r.pick([0, 8])})`
  const release = kind === 'mem_or_null' && r.chance(80) ? ['r1 = r2; r2 = 0; call bpf_ringbuf_discard; r0 = 0'] : []
  return anyPointer(r, kind, [
    r.pick(['r3 = r2', 'r3 = r2; r3 += 0', '*(u64 *)(r10 - 24) = r2; r3 = r2', 'r4 = 0; r3 = r2', 'r2 += 4; r3 = r2']),
    r.pick([
      'if r2 == 0 goto out',
      'if r3 == 0 goto out',
      'if r2 != 0 goto +1; goto out',
      'if w2 == 0 goto out',
      'if r4 == r2 goto out',
      'if r2 > 0 goto +1; goto out',
      'if r2 & 7 goto +1; goto out',
      'if r2 == 1 goto out',
      'r4 = *(u32 *)(r7 + 0); if r2 == r4 goto out',
      'if r2 == r7 goto +1; goto out',
      'if r2 s< 1 goto out',
      'if r2 == 0 goto +1; if r2 == 0 goto out',
      '',
    ]),
    ...(r.chance(25) ? ['r2 = *(u64 *)(r10 - 24)'] : []),
    ...(r.chance(20) ? ['r2 = r3'] : []),
    load,
    ...release,
  ])
}

/** Array lookups whose key is known, which need no check; and those that only look so. */
function knownKey(r: Random): Skeleton {
  const write = r.pick([
    `*(u32 *)(r10 - 4) = ${r.pick([0, 1, 3, 4, -1])}`,
    `w1 = ${r.pick([0, 1, 3, 4])}; *(u32 *)(r10 - 4) = r1`,
    `r1 = ${r.pick([0, 1, 4])}; *(u64 *)(r10 - 8) = r1; *(u32 *)(r10 - 4) = ${r.pick([0, 1])}`,
    `*(u64 *)(r10 - 8) = 0`,
    `*(u16 *)(r10 - 4) = 1; *(u16 *)(r10 - 2) = 0`,
    `r1 = *(u32 *)(r6 + 0); r1 &= 1; *(u32 *)(r10 - 4) = r1`,
    `*(u32 *)(r10 - 4) = 1; r1 = 1; lock *(u32 *)(r10 - 4) += r1`,
    `*(u8 *)(r10 - 4) = 0; *(u8 *)(r10 - 3) = 0; *(u8 *)(r10 - 2) = 0; *(u8 *)(r10 - 1) = 0`,
  ])
  return {
    type: ['sched_cls', 'socket_filter', 'cgroup_skb'],
    text: [
      'r6 = r1',
      write,
      `r2 = r10; r2 += ${r.pick([-4, -4, -8])}; r1 = map[m0] ll; call bpf_map_lookup_elem`,
      ...(r.chance(25) ? ['if r0 == 0 goto out'] : []),
      `${r.pick(['r0 = *(u32 *)(r0 + 0)', 'r1 = r0; r0 = *(u8 *)(r1 + 3)', 'r0 += 4; r0 = *(u32 *)(r0 + 0)'])}; r0 &= 1; exit`,
      OUT,
    ],
    maps: [r.chance(80) ? { ...arrayOf(r, 8), max: 4, key: 4 } : hashOf(r, 8)],
  }
}

/** Values with rights of their own, and their addresses in instructions. */
function direct(r: Random): Skeleton {
  const size = r.pick(SIZES)
  const where = r.pick([0, 0, 8, 16, 23, 24, 32, -1])
  return {
    type: TYPES,
    text: [
      'r6 = r1; r0 = 0',
      `r1 = map[m${r.below(3)}][0]+${Math.max(0, where)} ll`,
      r.pick([
        `r0 = *(${size} *)${at('r1', r.pick([0, 0, -8, 8, 16]))}`,
        `*(${size} *)${at('r1', r.pick([0, 0, -8, 8]))} = 1`,
        'r2 = 1; lock *(u64 *)(r1 + 0) += r2',
        'r1 += 8; r0 = *(u8 *)(r1 + 0)',
      ]),
      'r0 &= 1; exit',
    ],
    maps: [
      { ...arrayOf(r, 24, r.pick([0, 0x80, 0x100])), type: 'array', max: r.pick([1, 1, 2]) },
      hashOf(r, 24),
      { type: 'percpu_array', key: 4, value: 24, max: 1 },
    ],
  }
}

/** The context moved, spilled, written. */
function context(r: Random): Skeleton {
  return {
    type: TYPES,
    text: [
      'r6 = r1; r0 = 0',
      lookup('r7'),
      r.pick([
        'r6 += 8; r0 = *(u32 *)(r6 + 0)',
        'r6 += 8; r0 = *(u32 *)(r6 - 8)',
        'r1 = *(u8 *)(r7 + 0); r1 &= 4; r6 += r1; r0 = *(u32 *)(r6 + 0)',
        '*(u64 *)(r10 - 8) = r6; r6 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r6 + 0)',
        'r6 += 8; r1 = r6; r2 = 0; call bpf_skb_pull_data',
        'r6 -= 8; r6 += 8; r0 = *(u32 *)(r6 + 0)',
        'r0 = *(u32 *)(r6 - 4)',
        '*(u64 *)(r7 + 0) = r6; r6 = *(u64 *)(r7 + 0); r0 = *(u32 *)(r6 + 0)',
        `*(u32 *)(r6 + ${r.pick([8, 32, 48, 52, 120, 124])}) = ${r.pick([0, 1, -1])}`,
        `r0 = *(u32 *)(r6 + ${4 * r.below(48)}); *(u32 *)(r10 - 8) = r0; r0 = *(u16 *)(r10 - 8)`,
      ]),
      'r0 &= 1; exit',
      OUT,
    ],
    maps: [hashOf(r, 16)],
  }
}

/** Which memory an instruction reads may depend on the way to it; its kind may not. */
function twoWays(r: Random): Skeleton {
  const kinds = ['ctx', 'stack', 'value', 'pkt', 'direct', 'sock', 'scalar']
  const [a, b] = [r.pick(kinds), r.pick(kinds)]
  const made = anyPointer(r, a, [
    'r3 = r2; r1 = *(u8 *)(r7 + 0); if r1 == 7 goto 1f',
    POINTERS[b]!,
    'r3 = r2',
    `1: ${r.pick([`r0 = *(${r.pick(['u32', 'u8'])} *)(r3 + 0)`, `*(u32 *)(r3 + 0) = 1; r0 = 0`])}`,
  ])
  return { ...made, type: 'sched_cls' }
}

/** Strict alignment, on all memory. */
function aligned(r: Random): Skeleton {
  const size = r.pick(SIZES)
  const made = anyPointer(r, r.pick(['stack', 'value', 'pkt', 'ctx', 'direct']), [
    `r3 = *(u8 *)(r7 + 0); r3 ${r.pick(['&= 4', '&= 8', '&= 3', '<<= 2', '*= 8', '&= 0'])}; ${r.chance(40) ? 'r2 += r3;' : ''} r2 += ${r.pick([0, 0, 1, 2, 4, 8])}; r0 = *(${size} *)${at('r2', r.between(0, bytesOf(size)))}`,
  ])
  return { ...made, flags: r.pick([1, 1, 2, 0]) }
}

export const MEMORY: Skeletons = {
  variableStack,
  variableStack2: variableStack,
  widths,
  widths2: widths,
  uninitialised,
  access,
  access2: access,
  arithmetic,
  arithmetic2: arithmetic,
  nullCheck,
  nullCheck2: nullCheck,
  knownKey,
  direct,
  context,
  twoWays,
  aligned,
}
