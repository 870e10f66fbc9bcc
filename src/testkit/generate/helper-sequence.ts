// Sequences of helper calls as one straight program: lookups, updates and deletes in several kinds of maps, queues, checksums, packets that grow and
// shrink, texts. What each call answers is kept in map m0, so that a difference says which call it was. Everything is determined: the stack is
// written first, and no helper is called whose answer changes from run to run.
//
//   r6 = context   r9 = results (value of m0)   fp-64..fp-1 = keys, values, buffers
//
// In: random choices. Out: a sketch that Linux accepts.
import type { Random } from './random.ts'
import type { MapSketch, Sketch } from './record.ts'

const MAX_CALLS = 40
const MAPS: readonly MapSketch[] = [
  { type: 'array', key: 4, value: 8 * MAX_CALLS, max: 1 },
  { type: 'hash', key: 4, value: 8, max: 4 },
  { type: 'array', key: 4, value: 8, max: 3 },
  { type: 'lru_hash', key: 4, value: 8, max: 8 },
  { type: 'hash', key: 4, value: 8, max: 4, flags: 1 },
  { type: 'queue', key: 0, value: 8, max: 3 },
  { type: 'stack', key: 0, value: 8, max: 3 },
  { type: 'lpm_trie', key: 8, value: 8, max: 6, flags: 1 },
]
const KEYED = [1, 2, 3, 4]
const QUEUES = [5, 6]
const TRIE = 7
const BUFFER = -64

type Call = (r: Random, n: number) => string

const pointer = (reg: number, off: number): string => `r${reg} = r10\nr${reg} += ${off}\n`
const word = (off: number, value: number): string => `*(u32 *)(r10 ${off}) = ${value | 0}\n`
const long = (off: number, value: number): string => `*(u64 *)(r10 ${off}) = ${value | 0}\n`
const number = (r: Random): number => r.pick([0, 1, -1, 2, 7, 255, 256, 65535, 65536, 0x7fffffff, -2147483648, r.below(0x7fffffff)])

const key = (r: Random, map: number): string =>
  map === TRIE
    ? `${word(-16, r.pick([0, 1, 8, 16, 24, 31, 32, 33]))}${word(-12, r.pick([0x0100000a, 0x0200000a, 0x00000a0a, 0x000000c0]))}`
    : word(-16, r.pick([0, 1, 2, 3, 4, 5]))
const flags = (r: Random): number => r.pick([0, 0, 0, 1, 2, 3, 4])

const mapCalls: readonly Call[] = [
  (r, n) => {
    const map = r.pick([...KEYED, TRIE])
    return `${key(r, map)}${pointer(2, -16)}r1 = m${map} ll\ncall bpf_map_lookup_elem\nif r0 == 0 goto l${n}\nr0 = *(u64 *)(r0 +0)\nl${n}:\n`
  },
  (r) => {
    const map = r.pick([...KEYED, TRIE])
    return `${key(r, map)}${long(-24, number(r))}${pointer(2, -16)}${pointer(3, -24)}r4 = ${flags(r)}\nr1 = m${map} ll\ncall bpf_map_update_elem\n`
  },
  (r) => {
    const map = r.pick([...KEYED, TRIE])
    return `${key(r, map)}${pointer(2, -16)}r1 = m${map} ll\ncall bpf_map_delete_elem\n`
  },
  (r) => `${long(-24, number(r))}${pointer(2, -24)}r3 = ${r.pick([0, 0, 1, 2, 3])}\nr1 = m${r.pick(QUEUES)} ll\ncall bpf_map_push_elem\n`,
  (r) =>
    `${pointer(2, -24)}r1 = m${r.pick(QUEUES)} ll\ncall ${r.pick(['bpf_map_pop_elem', 'bpf_map_peek_elem'])}\nr1 = *(u64 *)(r10 -24)\nr0 ^= r1\n`,
]

const textCalls: readonly Call[] = [
  (r) => {
    const [from, to] = [r.pick([0, 4, 8, 12, 16, 6]), r.pick([0, 4, 8, 20, 3])]
    return `${long(BUFFER, number(r))}${pointer(1, BUFFER)}r2 = ${from}\n${pointer(3, BUFFER + 24)}r4 = ${to}\nr5 = ${number(r)}\ncall bpf_csum_diff\n`
  },
  (r) => {
    const text = r.pick([0x3031, 0x3078_3132, 0x2d33_3231, 0x2020_3731, 0x3939_3939, 0x7a7a, 0x3730])
    return `${long(BUFFER, text)}${word(BUFFER + 4, r.pick([0, 0x39393939, 0x61]))}${pointer(1, BUFFER)}r2 = ${r.pick([1, 2, 4, 8])}\nr3 = ${r.pick([0, 8, 10, 16, 7, 32])}\n${pointer(4, -24)}call ${r.pick(['bpf_strtol', 'bpf_strtoul'])}\nr1 = *(u64 *)(r10 -24)\nr0 ^= r1\n`
  },
]

const small = (r: Random): number => r.pick([-300, -64, -32, -20, -14, -8, -4, -3, -1, 0, 1, 4, 8, 14, 20, 32, 64, 255, 300])
const offset = (r: Random): number => r.pick([0, 1, 12, 13, 14, 24, 33, 54, 60, 63, 64, 100, 0xffff, 0x10000])
const size = (r: Random): number => r.pick([1, 2, 4, 6, 8, 16, 31, 32])

const xdpCalls: readonly Call[] = [
  (r) => `r1 = r6\nr2 = ${small(r)}\ncall bpf_xdp_adjust_head\n`,
  (r) => `r1 = r6\nr2 = ${small(r)}\ncall bpf_xdp_adjust_tail\n`,
  (r) => `r1 = r6\nr2 = ${small(r)}\ncall bpf_xdp_adjust_meta\n`,
  (r) =>
    `r1 = r6\nr2 = ${offset(r)}\n${pointer(3, BUFFER)}r4 = ${size(r)}\ncall bpf_xdp_load_bytes\nr1 = *(u64 *)(r10 ${BUFFER})\nr0 ^= r1\n`,
  (r) => `r1 = r6\nr2 = ${offset(r)}\n${long(BUFFER, number(r))}${pointer(3, BUFFER)}r4 = ${size(r)}\ncall bpf_xdp_store_bytes\n`,
  () => 'r1 = r6\ncall bpf_xdp_get_buff_len\n',
  (r) =>
    `${word(-24, r.pick([0, 100, 1500, 70000]))}r1 = r6\nr2 = ${r.pick([0, 1, 99])}\n${pointer(3, -24)}r4 = ${small(r)}\nr5 = ${r.pick([0, 0, 1, 2])}\ncall bpf_check_mtu\nr1 = *(u32 *)(r10 -24)\nr0 ^= r1\n`,
]

const L4 = [0, 2, 4, 0x10, 0x12, 0x14, 0x20, 0x22, 0x40, 1, 3]
const skbCalls: readonly Call[] = [
  (r) =>
    `r1 = r6\nr2 = ${offset(r)}\n${pointer(3, BUFFER)}r4 = ${size(r)}\ncall bpf_skb_load_bytes\nr1 = *(u64 *)(r10 ${BUFFER})\nr0 ^= r1\n`,
  (r) =>
    `r1 = r6\nr2 = ${offset(r)}\n${pointer(3, BUFFER)}r4 = ${size(r)}\nr5 = ${r.pick([0, 1, 2])}\ncall bpf_skb_load_bytes_relative\nr1 = *(u64 *)(r10 ${BUFFER})\nr0 ^= r1\n`,
  (r) =>
    `r1 = r6\nr2 = ${offset(r)}\n${long(BUFFER, number(r))}${pointer(3, BUFFER)}r4 = ${size(r)}\nr5 = ${r.pick([0, 0, 1, 2, 3, 4])}\ncall bpf_skb_store_bytes\n`,
  (r) =>
    `r1 = r6\nr2 = ${r.pick([0, 13, 14, 34, 40, 54, 60, 64, 100, 500, 1500, 20000])}\nr3 = ${r.pick([0, 0, 0, 1])}\ncall bpf_skb_change_tail\n`,
  (r) => `r1 = r6\nr2 = ${r.pick([0, 1, 4, 14, 20, 64, 200])}\nr3 = ${r.pick([0, 0, 0, 1])}\ncall bpf_skb_change_head\n`,
  (r) => `r1 = r6\nr2 = ${r.pick([0xdd86, 0x0008, 0x0608])}\nr3 = ${r.pick([0, 0, 1])}\ncall bpf_skb_change_proto\n`,
  (r) => `r1 = r6\nr2 = ${r.pick([0, 1, 2, 3, 4, 7])}\ncall bpf_skb_change_type\nr1 = *(u32 *)(r6 +4)\nr0 ^= r1\n`,
  (r) =>
    `r1 = r6\nr2 = ${small(r)}\nr3 = ${r.pick([0, 1, 1, 2])}\nr4 = ${r.pick([0, 0, 1, 2, 4, 10, 18, 32, 128, 256])}\ncall bpf_skb_adjust_room\n`,
  (r) => `r1 = r6\nr2 = ${r.pick([0x0081, 0xa888, 0x0008])}\nr3 = ${r.pick([1, 100, 4095, 0x2001])}\ncall bpf_skb_vlan_push\n`,
  () => 'r1 = r6\ncall bpf_skb_vlan_pop\nr1 = *(u32 *)(r6 +28)\nr0 ^= r1\n',
  (r) => `r1 = r6\nr2 = ${offset(r)}\nr3 = ${number(r)}\nr4 = ${number(r)}\nr5 = ${r.pick([0, 2, 4, 1, 3])}\ncall bpf_l3_csum_replace\n`,
  (r) => `r1 = r6\nr2 = ${offset(r)}\nr3 = ${number(r)}\nr4 = ${number(r)}\nr5 = ${r.pick(L4)}\ncall bpf_l4_csum_replace\n`,
  (r) => `r1 = r6\nr2 = ${r.pick([0, 1, 2, 3, 4])}\ncall bpf_csum_level\n`,
  (r) => `r1 = r6\nr2 = ${number(r)}\ncall bpf_csum_update\n`,
  (r) => `r1 = r6\nr2 = ${number(r)}\ncall bpf_set_hash\nr1 = *(u32 *)(r6 +68)\nr0 ^= r1\n`,
  () => 'r1 = r6\ncall bpf_set_hash_invalid\nr0 = *(u32 *)(r6 +68)\n',
  (r) => `r1 = r6\nr2 = ${offset(r)}\ncall bpf_skb_pull_data\n`,
  () => 'r1 = r6\ncall bpf_skb_ecn_set_ce\n',
  (r) =>
    `${long(BUFFER, number(r))}${long(BUFFER + 8, number(r))}${word(BUFFER + 20, r.pick([0x4001, 0x10000]))}${word(BUFFER + 24, r.pick([0, 7]))}r1 = r6\n${pointer(2, BUFFER)}r3 = ${r.pick([44, 44, 28, 24, 22, 8, 12])}\nr4 = ${r.pick([0, 0, 1, 2, 4, 8, 16, 32])}\ncall bpf_skb_set_tunnel_key\n`,
  (r) => {
    const reads = [0, 8, 16, 24, 32].map((at) => `r1 = *(u64 *)(r10 ${BUFFER + at})\nr0 ^= r1\n`).join('')
    return `r1 = r6\n${pointer(2, BUFFER)}r3 = ${r.pick([44, 44, 28, 24, 22, 8, 12])}\nr4 = ${r.pick([0, 0, 1, 16, 17, 2])}\ncall bpf_skb_get_tunnel_key\n${reads}`
  },
  (r) => `${long(BUFFER, number(r))}r1 = r6\n${pointer(2, BUFFER)}r3 = ${r.pick([4, 8, 16, 3])}\ncall bpf_skb_set_tunnel_opt\n`,
  (r) =>
    `r1 = r6\n${pointer(2, BUFFER)}r3 = ${r.pick([4, 8, 16, 32])}\ncall bpf_skb_get_tunnel_opt\nr1 = *(u64 *)(r10 ${BUFFER})\nr0 ^= r1\n`,
  (r) => `r1 = r6\nr2 = ${number(r)}\nr3 = ${r.pick([0, 1, 2, 3])}\ncall bpf_skb_set_tstamp\nr1 = *(u64 *)(r6 +152)\nr0 ^= r1\n`,
  (r) => `r1 = ${r.pick([0, 1, 99])}\nr2 = ${r.pick([0, 1, 2])}\ncall bpf_redirect\n`,
]

function packet(r: Random): Uint8Array {
  const p = new Uint8Array(r.pick([60, 64, 98, 200])).map(() => r.byte())
  p.set([0x52, 0x54, 0, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1])
  const v6 = r.chance(30)
  p.set(v6 ? [0x86, 0xdd, 0x60, r.pick([0, 0x10, 0x20, 0x30])] : [8, 0, 0x45, r.pick([0, 1, 2, 3])], 12)
  if (!v6) p[23] = r.pick([6, 17, 1])
  else p[20] = r.pick([6, 17, 58])
  return p
}

export function helperSequence(r: Random): Sketch {
  const xdp = r.chance(35)
  const calls = [...mapCalls, ...textCalls, ...(xdp ? xdpCalls : skbCalls), ...(xdp ? xdpCalls : [])]
  const only = r.chance(25) ? [r.pick(calls), r.pick(calls), r.pick(calls)] : calls
  let text = 'r6 = r1\n'
  for (let off = -8; off >= BUFFER - 64; off -= 8) text += long(off, 0)
  text += `${pointer(2, -16)}r1 = m0 ll\ncall bpf_map_lookup_elem\nif r0 == 0 goto out\nr9 = r0\n`
  const count = r.between(1, MAX_CALLS)
  for (let n = 0; n < count; n++) text += `${r.pick(only)(r, n)}*(u64 *)(r9 +${8 * n}) = r0\n`
  text += `out:\nr0 = ${xdp ? 2 : 0}\nexit\n`
  return { gen: xdp ? 'xdp' : 'skb', type: xdp ? 'xdp' : 'sched_cls', text, maps: MAPS, packet: packet(r) }
}
