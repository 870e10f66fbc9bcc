// Calls, loops, dead code, references that must be given back, tail calls, exits, and instructions with rules of their own.
import { immediate, type Random } from '../random.ts'
import { at, hashOf, lookup, OUT, packetStart, SIZES, type Skeleton, type Skeletons } from './skeleton.ts'

const TYPES = ['xdp', 'sched_cls', 'socket_filter', 'cgroup_skb'] as const
const RING = { type: 'ringbuf', key: 0, value: 0, max: 4096 }
const PROGS = { type: 'prog_array', key: 4, value: 4, max: 2 }

/** What a function is given, does with it, and gives back. */
function calls(r: Random): Skeleton {
  const given = r.pick([
    'r1 = r6',
    'r1 = r10; r1 += -16',
    'r1 = r7',
    'r1 = *(u32 *)(r7 + 0)',
    'r1 = 5',
    '',
    'r1 = map[m0] ll',
    '*(u64 *)(r10 - 16) = r7; r1 = r10; r1 += -16',
  ])
  const body = r.pick([
    `r0 = *(u32 *)(r1 + ${r.pick([0, 4, 8])})`,
    `*(u32 *)(r1 + 0) = 7; r0 = 1`,
    `*(u64 *)(r1 + 0) = r10; r0 = 0`,
    'r0 = r1',
    'r0 = r10',
    'r0 = r6',
    '',
    'r6 = 9; r0 = r6',
    'w0 = w1; w0 &= 15',
    `*(u64 *)(r10 - ${r.pick([8, 256, 512])}) = 3; r0 = *(u64 *)(r10 - 8)`,
    'r0 = *(u64 *)(r1 + 0); r0 = *(u32 *)(r0 + 0)',
    'if r1 == 0 goto 1f; r0 = 3; exit; 1: r0 = 4',
    'r0 = 0; call deeper; r0 += 1',
    'r1 = r10; r1 += -8; *(u64 *)(r10 - 8) = 1; call deeper',
    'r0 = 2; *(u64 *)(r10 - 8) = 1; r1 = map[m0] ll; r2 = r10; r2 += -8; call bpf_map_delete_elem',
  ])
  const after = r.pick([
    '',
    '',
    'r0 = r6',
    'r0 = r1',
    'r0 = *(u32 *)(r10 - 16)',
    'r0 = *(u8 *)(r0 + 0)',
    'r7 += r0; r0 = *(u8 *)(r7 + 0)',
    'r1 = *(u64 *)(r10 - 16); r0 = *(u8 *)(r1 + 0)',
    'r1 = 3; call sub',
  ])
  return {
    type: TYPES,
    text: [
      'r6 = r1; *(u64 *)(r10 - 16) = 0',
      lookup('r7'),
      given,
      'call sub',
      after,
      'r0 &= 1; exit',
      OUT,
      `sub: ${body}; exit`,
      ...(body.includes('deeper')
        ? [`deeper: ${r.pick(['r0 = 1', '*(u64 *)(r1 + 0) = 5; r0 = 1', 'r0 = *(u64 *)(r1 + 0)', 'call sub', ''])}; exit`]
        : []),
    ],
    maps: [hashOf(r, 16)],
  }
}

/** Depth of calls and of stacks. */
function frames(r: Random): Skeleton {
  const depth = r.pick([1, 2, 3, 6, 7, 8, 9])
  const stack = r.pick([8, 32, 64, 100, 256, 400, 512])
  const body = (i: number): string =>
    `*(u64 *)(r10 - ${Math.max(8, stack & ~7)}) = ${i}; ${r.chance(15) ? `*(u8 *)(r10 - ${r.pick([8, 500])}) = 1; ` : ''}`
  const lines = [`main: r6 = r1; ${r.chance(70) ? body(0) : ''}call f1; r0 &= 1; exit`]
  for (let i = 1; i <= depth; i++) lines.push(`f${i}: ${body(i)}${i < depth ? `call f${i + 1}; ` : ''}r0 = ${i}; exit`)
  if (r.chance(30)) lines[1] = lines[1]!.replace('r0 = 1; exit', 'r1 = 0; call f1; r0 = 1; exit')
  return { type: TYPES, text: lines }
}

/** Records of a ring buffer: given back on every way, or not. */
function references(r: Random): Skeleton {
  const use = () =>
    r.pick([
      `*(${r.pick(SIZES)} *)(r7 + ${r.pick([0, 8, 15, 16])}) = 1`,
      'r1 = *(u64 *)(r7 + 0)',
      'r8 = r7; r8 += 4; *(u32 *)(r8 + 0) = 2',
      '*(u64 *)(r10 - 16) = r7; r7 = 0; r7 = *(u64 *)(r10 - 16)',
      'r1 = r6; call sub',
      'r1 = 3; *(u64 *)(r7 + 0) = r1',
      `*(u32 *)(r10 - 4) = 0; r1 = map[m1] ll; r2 = r10; r2 += -4; r3 = r7; r4 = 0; call bpf_map_update_elem`,
      '*(u64 *)(r7 + 0) = r7',
      'r9 = *(u8 *)(r7 + 0); if r9 == 3 goto out',
      '',
    ])
  const uses = `${use()}; ${use()}`
  const give = r.pick([
    'r1 = r7; r2 = 0; call bpf_ringbuf_submit',
    'r1 = r7; r2 = 1; call bpf_ringbuf_discard',
    'r1 = r7; r1 += 4; r2 = 0; call bpf_ringbuf_submit',
    'r1 = r7; r2 = 0; call bpf_ringbuf_submit; r1 = r7; r2 = 0; call bpf_ringbuf_submit',
    'r1 = r7; r2 = 0; call bpf_ringbuf_submit; r0 = *(u8 *)(r7 + 0)',
    'r1 = r7; call sub',
    '',
    'r9 = *(u8 *)(r7 + 0); if r9 > 3 goto 1f; r1 = r7; r2 = 0; call bpf_ringbuf_submit; goto 2f; 1: r1 = r7; r2 = 0; call bpf_ringbuf_discard; 2: r0 = 0',
    'r1 = r10; r1 += -8; r2 = 0; call bpf_ringbuf_submit',
  ])
  return {
    type: TYPES,
    text: [
      'r6 = r1',
      `r1 = map[m0] ll; r2 = ${r.pick([16, 16, 16, 8, 0, 4096])}; r3 = ${r.pick([0, 0, 0, 1])}; call bpf_ringbuf_reserve`,
      r.pick(['r7 = r0; if r7 == 0 goto out', 'r7 = r0; if r0 == 0 goto out', 'if r0 != 0 goto +1; goto out; r7 = r0', 'r7 = r0']),
      uses,
      give,
      'r0 = 0; exit',
      OUT,
      ...(`${uses}${give}`.includes('sub')
        ? [
            `sub: ${r.pick(['r2 = 0; call bpf_ringbuf_submit', 'r0 = 0', 'r2 = 0; call bpf_ringbuf_discard', '*(u8 *)(r1 + 0) = 1'])}; r0 = 0; exit`,
          ]
        : []),
    ],
    maps: [RING, hashOf(r, 16)],
  }
}

/** Sockets of a packet and of a lookup. */
function sockets(r: Random): Skeleton {
  const find = r.pick([
    'r7 = *(u64 *)(r6 + 168)',
    'r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = -1; r5 = 0; call bpf_sk_lookup_tcp; r7 = r0',
    'r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call bpf_sk_lookup_udp; r7 = r0',
    'r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call bpf_skc_lookup_tcp; r7 = r0',
  ])
  const turn = r.pick([
    '',
    '',
    'r1 = r7; call bpf_sk_fullsock; r8 = r0; if r8 == 0 goto 9f',
    'r1 = r7; call bpf_tcp_sock; r8 = r0; if r8 == 0 goto 9f',
    'r8 = r7',
  ])
  const use = r.pick([
    `r9 = *(u32 *)(r7 + ${4 * r.below(24)})`,
    `r9 = *(${r.pick(SIZES)} *)(r7 + ${r.below(96)})`,
    `r9 = *(u32 *)(r8 + ${4 * r.below(40)})`,
    '*(u32 *)(r7 + 8) = 1',
    'r7 += 4; r9 = *(u32 *)(r7 + 0)',
    'r1 = r7; r2 = r10; r2 += -16; r3 = 0; call bpf_sk_release',
    '',
  ])
  return {
    type: 'sched_cls',
    text: [
      'r6 = r1; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r8 = 0; r9 = 0',
      find,
      r.chance(85) ? 'if r7 == 0 goto out' : '',
      turn,
      use,
      r.pick(['9: r1 = r7; call bpf_sk_release', '9: r1 = r7; call bpf_sk_release', '9: r1 = r8; call bpf_sk_release', '9: r0 = 0']),
      `${r.pick(['r9 = *(u32 *)(r7 + 4)', '', ''])}`,
      'r0 = 0; exit',
      OUT,
    ],
  }
}

/** Indexes of tail calls, and what may stand around them. */
function tailCalls(r: Random): Skeleton {
  const call = `r1 = ${r.pick(['r6', 'r6', 'r6', '0'])}; r2 = map[m${r.pick([1, 1, 1, 0])}] ll; r3 = ${r.pick(['0', '1', '2', '-1', 'r9'])}; call bpf_tail_call`
  return {
    type: TYPES,
    text: [
      'r6 = r1; r9 = *(u32 *)(r6 + 0)',
      r.chance(40) ? `*(u64 *)(r10 - ${r.pick([8, 256, 264, 512])}) = 1` : '',
      r.chance(20) ? 'r1 = map[m2] ll; r2 = 8; r3 = 0; call bpf_ringbuf_reserve' : '',
      ...(r.chance(50)
        ? [call, 'r0 = 1; exit']
        : [
            'r1 = r6; r9 = 3; call sub; r0 &= 1; exit',
            `sub: r6 = r1; r9 = 1; *(u64 *)(r10 - ${r.pick([8, 248, 256, 264])}) = 1; ${call}; r0 = 0; exit`,
          ]),
    ],
    maps: [hashOf(r, 8), PROGS, RING],
  }
}

/** Old loads from the packet, which need r6. */
function oldLoads(r: Random): Skeleton {
  const load = r.pick([
    `r0 = *(${r.pick(['u8', 'u16', 'u32'])} *)skb[${r.pick([0, 12, 13, 23, 60, 1000, -1, -0x200000, -0x1ffff4, -0x100000])}]`,
    `r7 = ${r.pick([0, 2, 14, -1, 0x7fffffff])}; r0 = *(${r.pick(['u8', 'u16', 'u32'])} *)skb[r7 + ${r.pick([0, 2, 9])}]`,
    `r7 = *(u32 *)(r6 + 0); r0 = *(u8 *)skb[r7 + 0]`,
    'r6 = 0; r0 = *(u8 *)skb[0]',
    'r0 = *(u8 *)skb[r10 + 0]',
    'r1 = 7; r0 = *(u16 *)skb[12]; r0 = r1',
    'r0 = *(u16 *)skb[12]; if r0 != 0x800 goto out; r0 = *(u8 *)skb[23]',
    'call sub',
    'r1 = map[m0] ll; r2 = 8; r3 = 0; call bpf_ringbuf_reserve; r0 = *(u8 *)skb[0]',
  ])
  return {
    type: r.pick(['socket_filter', 'sched_cls', 'cgroup_skb', 'socket_filter', 'xdp']),
    text: [
      'r6 = r1; r0 = 0',
      load,
      `${r.chance(50) ? 'r0 &= 1; ' : ''}exit`,
      OUT,
      ...(load === 'call sub' ? [`sub: r6 = r1; ${r.pick(['r0 = *(u8 *)skb[0]', 'r0 = 0'])}; exit`] : []),
    ],
    maps: [RING],
  }
}

/** Small loops with any bound, counted in any way. */
function loops(r: Random): Skeleton {
  const n = r.pick([1, 2, 3, 4, 7, 10])
  const counter = r.pick(['r9', 'w9'])
  const [begin, next, test] = r.pick([
    ['0', '+= 1', `< ${n}`],
    ['0', '+= 1', `!= ${n}`],
    ['0', '+= 2', `s< ${n}`],
    [String(n), '-= 1', '!= 0'],
    [String(n), '+= -1', 's> 0'],
    ['1', '<<= 1', `< ${1 << n}`],
    ['0', '+= 1', `<= ${n}`],
    [String(1 << n), '>>= 1', '!= 0'],
  ] as const)
  const body = () =>
    r.pick([
      'r8 += r9',
      'r8 = *(u8 *)(r7 + 0)',
      'r1 = r7; r1 += r9; r8 = *(u8 *)(r1 + 0)',
      '*(u64 *)(r10 - 16) = r9',
      'r8 ^= 5; if r8 & 4 goto +1; r8 += 1',
      'r1 = *(u8 *)(r7 + 1); if r1 == 9 goto done',
      'r1 = r9; r1 += 1; r8 = r1',
      'r1 = r10; r1 += -16; r1 += r9; *(u8 *)(r1 + 0) = 1',
      'r1 = r9; call sub; r8 += r0',
      'r8 |= 1; r8 &= 7',
      'may_goto done',
    ])
  const inner = r.chance(30)
    ? [
        `r5 = 0; inner: ${r.pick(['r8 += r5', 'r8 ^= r9', 'r8 = r5'])}; r5 += 1; if ${r.pick(['r5', 'w5'])} < ${r.pick([1, 2, 3, 5])} goto inner`,
      ]
    : []
  return {
    type: ['xdp', 'sched_cls', 'socket_filter'],
    text: [
      'r6 = r1; *(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 8) = 0',
      lookup('r7'),
      `r8 = 0; ${counter} = ${begin}`,
      `again: ${body()}; ${r.chance(50) ? body() : 'r0 = 0'}`,
      ...inner,
      `${counter} ${next}; if ${counter} ${test} goto again`,
      `done: r0 = r8; ${r.pick(['', 'r1 = r7; r1 += r9; r2 = *(u8 *)(r1 + 0);'])} exit`,
      OUT,
      'sub: r0 = r1; r0 += 1; exit',
    ],
    maps: [hashOf(r, 16)],
  }
}

/** may_goto in all the places where it may stand, and where not. */
function mayGoto(r: Random): Skeleton {
  return {
    type: TYPES,
    text: [
      'r6 = r1; r0 = 0',
      r.pick([
        'r9 = 0; again: may_goto done; r9 += 1; goto again; done: r0 = 1',
        'again: may_goto done; goto again; done: r0 = 1',
        'may_goto +0; r0 = 1',
        'may_goto +1; r0 = 1',
        'r9 = 0; again: r9 += 1; may_goto done; if r9 < 5 goto again; done: r0 = 1',
        'r9 = 0; again: r1 = r10; r1 += -64; r1 += r9; *(u8 *)(r1 + 0) = 0; may_goto done; r9 += 1; goto again; done: r0 = 1',
        'r9 = 0; again: if r9 >= 60 goto done; r1 = r10; r1 += -64; r1 += r9; *(u8 *)(r1 + 0) = 0; may_goto done; r9 += 1; goto again; done: r0 = 1',
        'r9 = 0; again: may_goto done; r8 = 0; in: may_goto out2; r8 += 1; goto in; out2: r9 += 1; goto again; done: r0 = r8; r0 &= 1',
        'again: r0 += 1; may_goto again',
        'r1 = 0; call sub',
      ]),
      'r0 &= 1; exit',
      'sub: r9 = 0; 1: may_goto 2f; r9 += 1; goto 1b; 2: r0 = r9; exit',
    ],
  }
}

/** Ways that lead nowhere. */
function shape(r: Random): Skeleton {
  return {
    type: TYPES,
    text: [
      r.pick([
        'r0 = 0; exit; r0 = 1; exit',
        'r0 = 0; goto -1; exit',
        'r0 = 0; goto +5; exit',
        'r0 = 0; if r0 == 0 goto -3; exit',
        'r0 = 0; goto 1f; r1 = 5 ll; 1: exit',
        'r0 = 0; if r1 == 0 goto +1; r2 = 5 ll; exit',
        'r0 = 0',
        'r0 = 0; call sub; exit; sub: r0 = 1',
        'call sub; exit; r0 = 1; sub: r0 = 2; exit',
        'r0 = 0; again: goto again; exit',
        'r0 = 0; again: if r1 != 0 goto again; exit',
        'r9 = 3; again: r9 = 3; if r9 == 3 goto again; r0 = 0; exit',
        'r0 = 1; if r0 == 1 goto +1; r0 = *(u8 *)(r5 + 0); exit',
        'r0 = 1; if r0 != 1 goto +1; exit; r0 = *(u8 *)(r5 + 0); exit',
        'r0 = 0; gotol 1f; r0 = 2; 1: exit',
        'r0 = 0; call +0; exit',
        'call +1; exit; call -2; exit',
        'call sub; exit; sub: goto -3',
        'if r1 == 0 goto other; r0 = 0; call sub; exit; sub: other: r0 = 1; exit',
        'r1 = sub ll; r0 = 0; exit; sub: r0 = 0; exit',
        'r1 = 4; r2 = sub ll; r3 = 0; r4 = 0; call bpf_loop; r0 = 0; exit; sub: r0 = 0; exit',
        'call unknown#999; exit',
        'call unknown#-7; exit',
        'r0 = 0; exit; exit',
      ]),
    ],
  }
}

/** Operations that are refused for their operand, or defined where C is not. */
function operations(r: Random): Skeleton {
  const op = r.pick(['/=', '%=', 's/=', 's%=', '<<=', '>>=', 's>>=', '*='])
  const [x, y] = r.chance(50) ? ['r1', 'r2'] : ['w1', 'w2']
  const right = r.chance(50) ? String(r.pick([0, 1, 31, 32, 63, 64, 65, -1, 3])) : y
  return {
    type: TYPES,
    text: [
      'r6 = r1',
      lookup('r7'),
      `r1 = *(u64 *)(r7 + 0); r2 = ${r.pick(['*(u64 *)(r7 + 8)', '0', '-1', '1', '40'])}`,
      r.chance(20) ? 'r1 = 0x8000000000000000 ll' : '',
      `${x} ${op} ${right}`,
      `r0 = r1; ${r.chance(50) ? 'r0 >>= 32;' : ''} ${r.chance(50) ? 'r0 &= 1;' : ''} exit`,
      OUT,
    ],
    maps: [hashOf(r, 16)],
  }
}

/** What each type may return, from ranges and on all widths. */
function returns(r: Random): Skeleton {
  return {
    type: r.pick([
      'cgroup_skb',
      'cgroup_skb',
      'xdp',
      'sched_cls',
      'sk_lookup',
      'bind4',
      'sock_ops',
      'cgroup_device',
      'connect4',
      'getpeername4',
      'cgroup_skb_egress',
    ]),
    text: [
      'r6 = r1; r0 = *(u32 *)(r6 + 0)',
      r.pick([
        `r0 = ${r.pick([0, 1, 2, 3, 4, -1])}`,
        `r0 &= ${r.pick([1, 3, 7])}`,
        `w0 = ${r.pick([0, 1, -1])}`,
        'r0 = 0x100000001 ll',
        'r0 = 0x100000000 ll',
        `if r0 ${r.pick(['>', '>=', 's>'])} ${r.pick([0, 1, 2])} goto 1f; goto 2f; 1: r0 = 1; 2: r0 = r0`,
        `if w0 ${r.pick(['>', '>=', 's>'])} ${r.pick([0, 1, 2])} goto 1f; goto 2f; 1: r0 = 1; 2: r0 = r0`,
        'r0 = r6',
        'r0 = r10',
        'r0 = 0; r1 = *(u32 *)(r6 + 0); if r1 == 0 goto +1; r0 = 1',
        'r0 <<= 32',
        `r0 >>= ${r.pick([31, 30, 32])}`,
        '',
      ]),
      'exit',
    ],
  }
}

/** Helpers that take or give memory of a size. */
function memoryHelpers(r: Random): Skeleton {
  const type = r.pick(['xdp', 'sched_cls', 'cgroup_skb'])
  const size = r.pick(['0', '4', '8', 'r9', 'r9', String(immediate(r))])
  const buffer = r.pick(['r10; $ += -16', 'r7', 'r10; $ += -64', 'r8', 'r7; $ += r9'])
  const arg = (n: number) => `r${n} = ${buffer.replaceAll('$', `r${n}`)}`
  return {
    type,
    text: [
      packetStart(type).replaceAll('r7', 'r5').replaceAll('r8', 'r4'),
      'r8 = r5; r5 += 20; if r5 > r4 goto out',
      '*(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 64) = 0',
      lookup('r7'),
      `r9 = *(${r.pick(['u8', 'u32', 's32'])} *)(r7 + 0); ${r.pick(['r9 &= 15', 'r9 &= 7', 'if r9 > 8 goto out', 'if r9 s> 8 goto out', 'if r9 == 0 goto out; if r9 > 16 goto out', '', 'r9 &= 12'])}`,
      r.pick([
        `r1 = map[m1] ll; ${arg(2)}; r3 = ${size}; r4 = 0; call bpf_ringbuf_output`,
        `${arg(1)}; r2 = ${size}; r3 = r10; r3 += -8; r4 = ${r.pick(['0', '4', '8'])}; r5 = 0; call bpf_csum_diff`,
        `r1 = 0; r2 = 0; ${arg(3)}; r4 = ${size}; r5 = 0; call bpf_csum_diff`,
        `r1 = r6; r2 = 0; ${arg(3)}; r4 = ${size}; call bpf_skb_load_bytes`,
        `r1 = r6; r2 = ${r.pick(['0', '14', 'r9'])}; ${arg(3)}; r4 = ${size}; call bpf_xdp_load_bytes`,
        `r1 = r6; r2 = 0; ${arg(3)}; r4 = ${size}; r5 = 0; call bpf_skb_store_bytes`,
        `r1 = r6; r2 = 0; ${arg(3)}; r4 = ${size}; call bpf_xdp_store_bytes`,
        `${arg(1)}; r2 = ${size}; call bpf_trace_printk`,
      ]),
      r.pick(['r0 &= 1', `r0 = *(u64 *)${at('r10', r.pick([-16, -8, -64]))}; r0 &= 1`, 'r0 = *(u8 *)(r8 + 0); r0 &= 1']),
      'exit',
      OUT,
    ],
    maps: [hashOf(r, 16), RING],
  }
}

export const CONTROL: Skeletons = {
  calls,
  calls2: calls,
  frames,
  references,
  references2: references,
  sockets,
  tailCalls,
  oldLoads,
  loops,
  loops2: loops,
  mayGoto,
  shape,
  operations,
  returns,
  memoryHelpers,
  memoryHelpers2: memoryHelpers,
}
