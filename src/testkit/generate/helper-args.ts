// Lane helpers: one call of any helper, its arguments right, nearly right or anything: maps of the right and the wrong kind, buffers on
// the stack, in the packet and in values, sizes of 0, unknown and too large, pointers that may be null, the context, other pointers.
import { type HelperRow, helperAllowed, helpers, splitKind } from '../../abi/index.ts'
import { randomPacket } from './packet.ts'
import { EDGES, type Random } from './random.ts'
import type { MapSketch, Sketch } from './record.ts'

const TYPES = [
  'xdp',
  'xdp',
  'sched_cls',
  'sched_cls',
  'socket_filter',
  'cgroup_skb',
  'sk_lookup',
  'kprobe',
  'tracepoint',
  'sock_ops',
  'bind4',
  'syscall',
  'perf_event',
  'raw_tracepoint',
  'cgroup_sock_create',
  'sk_msg',
  'sk_skb',
  'sk_reuseport',
  'flow_dissector',
  'cgroup_sysctl',
  'cgroup_getsockopt',
  'cgroup_device',
  'lwt_xmit',
  'netfilter',
  'connect4',
]
/** May sleep: system calls always, kprobes on functions of processes. */
const SLEEPABLE = 16

const MAPS: readonly MapSketch[] = [
  { type: 'array', key: 4, value: 16, max: 4 },
  { type: 'hash', key: 4, value: 8, max: 4, init: [['01000000', '1122334455667788']] },
  { type: 'queue', key: 0, value: 8, max: 2, init: [['', '0102030405060708']] },
  { type: 'ringbuf', key: 0, value: 0, max: 4096 },
  { type: 'prog_array', key: 4, value: 4, max: 2 },
  { type: 'lru_hash', key: 8, value: 4, max: 4 },
  { type: 'percpu_array', key: 4, value: 8, max: 2 },
  { type: 'perf_event_array', key: 4, value: 4, max: 2 },
  { type: 'devmap', key: 4, value: 4, max: 2 },
  { type: 'array', key: 4, value: 24, max: 1, flags: 0x80 },
  { type: 'hash', key: 16, value: 32, max: 2 },
  { type: 'percpu_hash', key: 4, value: 8, max: 2 },
  { type: 'stack_trace', key: 4, value: 64, max: 2 },
  { type: 'cgroup_array', key: 4, value: 4, max: 2 },
  { type: 'lpm_trie', key: 8, value: 8, max: 2, flags: 1 },
  { type: 'sockmap', key: 4, value: 4, max: 2 },
  { type: 'sockhash', key: 4, value: 8, max: 2 },
  { type: 'cpumap', key: 4, value: 4, max: 2 },
  { type: 'xskmap', key: 4, value: 4, max: 2 },
  { type: 'devmap_hash', key: 4, value: 4, max: 2 },
  { type: 'reuseport_sockarray', key: 4, value: 8, max: 2 },
  { type: 'stack', key: 0, value: 16, max: 2 },
  { type: 'bloom_filter', key: 0, value: 8, max: 2 },
  { type: 'user_ringbuf', key: 0, value: 0, max: 4096 },
  { type: 'cgroup_storage', key: 16, value: 8, max: 0 },
]

/** r6 = ctx, r7 = packet with 32 bytes proven (where there is one), r8 = map value or null, r9 = an unknown number below 64. */
function prologue(type: string): string[] {
  const offsets = type === 'xdp' ? [0, 4] : ['sched_cls', 'cgroup_skb'].includes(type) ? [76, 80] : undefined
  const lines = ['r6 = r1', '*(u64 *)(r10 - 8) = 1', '*(u64 *)(r10 - 16) = 2', '*(u64 *)(r10 - 24) = 3', '*(u64 *)(r10 - 32) = 4', 'r7 = 0']
  if (offsets) {
    lines.push(`r7 = *(u32 *)(r6 + ${offsets[0]})`, `r2 = *(u32 *)(r6 + ${offsets[1]})`)
    lines.push('r3 = r7', 'r3 += 32', 'if r3 > r2 goto out')
  }
  lines.push('r2 = r10', 'r2 += -4', 'r1 = map[m1] ll', 'call bpf_map_lookup_elem', 'r8 = r0', 'r9 = 0')
  if (offsets) lines.push('r9 = *(u8 *)(r7 + 20)', 'r9 &= 63')
  return lines
}

export function helperSketch(r: Random): Sketch {
  const type = r.pick(TYPES)
  const helper = pickHelper(r, type)
  const used = new Set<number>([1])
  const lines = prologue(type)
  if (r.chance(70)) lines.push('if r8 == 0 goto out')
  for (const [i, kind] of helper.args.entries()) {
    const dst = `r${i + 1}`
    // The kind is mostly obeyed: a wrong argument hides what is checked behind it.
    const text = r.chance(82) ? fitting(r, kind, used, helper.argSizes?.[i]) : anything(r, used)
    lines.push(...text.map((line) => line.replaceAll('$', dst)))
  }
  lines.push(`call ${helper.name}`)
  lines.push(...afterwards(r, helper), 'out:', 'r0 = 0', 'exit')
  return {
    gen: helper.name.slice(4),
    type,
    text: lines.join('\n'),
    maps: MAPS,
    packet: randomPacket(r),
    flags: (r.chance(5) ? 1 : 0) | (type === 'syscall' || (type === 'kprobe' && r.chance(50)) ? SLEEPABLE : 0),
    license: r.chance(4) ? 'MIT' : 'GPL',
  }
}

function pickHelper(r: Random, type: string): HelperRow {
  const any = r.pick(helpers)
  if (r.chance(10)) return any
  let helper = any
  for (let i = 0; i < 20 && !helperAllowed(helper.id, type); i++) helper = r.pick(helpers)
  return helper
}

/** Lines that set `$` to what the kind asks for. */
function fitting(r: Random, kind: string, used: Set<number>, size: number | undefined): string[] {
  const { base } = splitKind(kind)
  switch (base) {
    case 'const_map_ptr':
      return mapPointer(r, used)
    case 'ptr_to_map_key':
    case 'ptr_to_map_value':
      return r.pick([
        ['$ = r10', '$ += -4'],
        ['$ = r10', '$ += -8'],
        ['$ = r10', '$ += -16'],
        ['$ = r10', '$ += -32'],
        ['$ = r8'],
        ['$ = r7'],
      ])
    case 'ptr_to_ctx':
      return ['$ = r6']
    case 'ptr_to_mem':
    case 'ptr_to_fixed_size_mem':
    case 'ptr_to_long':
    case 'ptr_to_int':
      return size && r.chance(60) ? ['$ = r10', `$ += -${Math.min(512, (size + 7) & ~7)}`] : buffer(r)
    case 'const_size':
    case 'const_size_or_zero':
    case 'mem_size':
      return r.pick([
        ['$ = 8'],
        [`$ = ${r.pick([0, 1, 4, 7, 12, 16, 24, 32, 33, 64, 512, 513, -1, 0x10000])}`],
        ['$ = r9'],
        ['$ = r9', '$ += 1'],
        ['$ = r9', '$ &= 15'],
        ['$ = r9', '$ &= -4'],
        ['$ = r9', '$ -= 4'],
      ])
    case 'const_alloc_size_or_zero':
      return [`$ = ${r.pick([0, 8, 16, 64, 4096, 0x40000000])}`]
    case 'ptr_to_spin_lock':
    case 'ptr_to_stack':
      return ['$ = r10', '$ += -8']
    default:
      return r.chance(70) ? [`$ = ${r.pick(EDGES)}`] : r.pick([['$ = 0'], ['$ = r9'], ['$ = 1'], ['$ = 4']])
  }
}

function mapPointer(r: Random, used: Set<number>): string[] {
  const i = r.below(MAPS.length)
  used.add(i)
  return [`$ = map[m${i}] ll`]
}

function buffer(r: Random): string[] {
  return r.pick([
    ['$ = r10', `$ += -${r.pick([8, 16, 24, 32, 40, 64])}`],
    ['$ = r10', `$ += -${r.pick([1, 3, 12, 512, 513])}`],
    ['$ = r7'],
    ['$ = r7', `$ += ${r.pick([2, 8, 14, 28])}`],
    ['$ = r7', '$ += r9'],
    ['$ = r8'],
    ['$ = r8', `$ += ${r.pick([1, 4, 8])}`],
    ['$ = r10', '$ += -48', '$ += r9'],
    ['$ = map[m0][0]+0 ll'],
    ['$ = map[m9][0]+8 ll'],
    ['$ = 0'],
  ])
}

function anything(r: Random, used: Set<number>): string[] {
  return r.pick([
    () => ['$ = 0'],
    () => ['$ = r9'],
    () => ['$ = r6'],
    () => ['$ = r7'],
    () => ['$ = r8'],
    () => ['$ = r10'],
    () => mapPointer(r, used),
    () => buffer(r),
    () => [`$ = ${r.pick(EDGES)}`],
    () => [],
  ])()
}

/** What came back is used, given back or forgotten; the packet is read again. */
function afterwards(r: Random, helper: HelperRow): string[] {
  const lines: string[] = []
  const release = helper.name === 'bpf_ringbuf_reserve' ? 'bpf_ringbuf_submit' : helper.ret.includes('sock') ? 'bpf_sk_release' : undefined
  if (release && r.chance(75)) lines.push('if r0 == 0 goto out', 'r1 = r0', 'r2 = 0', `call ${release}`)
  else if (helper.ret.includes('ptr') && r.chance(60)) {
    if (r.chance(70)) lines.push('if r0 == 0 goto out')
    lines.push(`r1 = *(${r.pick(['u8', 'u32', 'u64'])} *)(r0 + ${r.pick([0, 4, 8])})`)
  } else if (r.chance(30)) lines.push('r1 = r10', 'r1 += r0', 'r2 = *(u8 *)(r1 - 8)')
  if (r.chance(25)) lines.push('if r7 == 0 goto out', 'r1 = *(u8 *)(r7 + 3)')
  if (r.chance(25)) lines.push('r2 = *(u64 *)(r10 - 8)', 'r0 = r2', 'exit')
  return lines
}
