// What a program is started with: the kinds of contexts, and the C structs among them as tables of fields. xdp_md and __sk_buff are rewritten by
// Linux field by field and have ports of their own (xdp-buff.ts, sk-buff.ts); all others hold whole numbers and whole pointers, so that their
// UAPI bytes in Ram behave like what Linux's rewritten accesses yield: a narrow load is a part of its field.
// In: a ProgContext. Out: bytes for r1 to point to. Afterwards `contextField` reads what the program left there.
// Linux: the structs of <linux/bpf.h>; *_convert_ctx_access() in net/core/filter.c and kernel/bpf/cgroup.c.
import type { Sock } from './sock.ts'

/** 'name offset size', an array as 'name offset size*count'. */
const STRUCTS = {
  sock_addr:
    'user_family 0 4, user_ip4 4 4, user_ip6 8 4*4, user_port 24 4, family 28 4, type 32 4, protocol 36 4, msg_src_ip4 40 4, msg_src_ip6 44 4*4, sk 64 8',
  sock_ops:
    'op 0 4, args 4 4*4, reply 4 4, replylong 4 4*4, family 20 4, remote_ip4 24 4, local_ip4 28 4, remote_ip6 32 4*4, local_ip6 48 4*4, ' +
    'remote_port 64 4, local_port 68 4, is_fullsock 72 4, snd_cwnd 76 4, srtt_us 80 4, bpf_sock_ops_cb_flags 84 4, state 88 4, rtt_min 92 4, ' +
    'snd_ssthresh 96 4, rcv_nxt 100 4, snd_nxt 104 4, snd_una 108 4, mss_cache 112 4, ecn_flags 116 4, rate_delivered 120 4, ' +
    'rate_interval_us 124 4, packets_out 128 4, retrans_out 132 4, total_retrans 136 4, segs_in 140 4, data_segs_in 144 4, segs_out 148 4, ' +
    'data_segs_out 152 4, lost_out 156 4, sacked_out 160 4, sk_txhash 164 4, bytes_received 168 8, bytes_acked 176 8, sk 184 8, ' +
    'skb_data 192 8, skb_data_end 200 8, skb_len 208 4, skb_tcp_flags 212 4, skb_hwtstamp 216 8',
  sk_msg:
    'data 0 8, data_end 8 8, family 16 4, remote_ip4 20 4, local_ip4 24 4, remote_ip6 28 4*4, local_ip6 44 4*4, remote_port 60 4, ' +
    'local_port 64 4, size 68 4, sk 72 8',
  sk_reuseport:
    'data 0 8, data_end 8 8, len 16 4, eth_protocol 20 4, ip_protocol 24 4, bind_inany 28 4, hash 32 4, sk 40 8, migrating_sk 48 8',
  sk_lookup:
    'sk 0 8, cookie 0 8, family 8 4, protocol 12 4, remote_ip4 16 4, remote_ip6 20 4*4, remote_port 36 2, local_ip4 40 4, local_ip6 44 4*4, ' +
    'local_port 60 4, ingress_ifindex 64 4',
  cgroup_sock:
    'bound_dev_if 0 4, family 4 4, type 8 4, protocol 12 4, mark 16 4, priority 20 4, src_ip4 24 4, src_ip6 28 4*4, src_port 44 4, dst_port 48 2, ' +
    'dst_ip4 52 4, dst_ip6 56 4*4, state 72 4, rx_queue_mapping 76 4',
  sockopt: 'sk 0 8, optval 8 8, optval_end 16 8, level 24 4, optname 28 4, optlen 32 4, retval 36 4',
  sysctl: 'write 0 4, file_pos 4 4',
  cgroup_device: 'access_type 0 4, major 4 4, minor 8 4',
  netfilter: 'state 0 8, skb 8 8',
  perf_event: 'regs 0 8*21, sample_period 168 8, addr 176 8',
} as const

export type StructKind = keyof typeof STRUCTS
export type FieldValue = number | bigint | readonly (number | bigint)[]

export type ProgContext =
  /** A frame at the driver, Ethernet header first. */
  | {
      readonly kind: 'xdp'
      readonly packet: Uint8Array
      /** What a program before it put in front of the frame. */
      readonly metadata?: Uint8Array
      readonly ingressIfindex?: number
      readonly rxQueueIndex?: number
      readonly egressIfindex?: number
    }
  /** A packet with its Ethernet header; the program's type says where its data begins. */
  | {
      readonly kind: 'skb'
      readonly packet: Uint8Array
      /** What a program at the driver put in front of the frame. */
      readonly metadata?: Uint8Array
      readonly fields?: SkbFields
      readonly sock?: Sock | null
      /** Of a flow dissector that is asked about a packet under way: its flags (BPF_FLOW_DISSECTOR_F_). A test run has no such packet. */
      readonly dissect?: number
    }
  /**
   * A struct of its own. `sock`: what `sk` points to and helpers on sockets work on. `data`: what data and data_end (optval, skb_data) point to.
   */
  | {
      readonly kind: StructKind
      readonly fields: Readonly<Record<string, FieldValue>>
      readonly sock?: Sock
      readonly data?: Uint8Array
      /** Bytes in front of where `data` begins for the program: headers of the link and the network, for helpers that load from there. */
      readonly headers?: Uint8Array
      /** What the call returns so far (bpf_get_retval()). */
      readonly retval?: number
      readonly sysctl?: SysctlAccess
    }
  /** struct pt_regs in the order of its fields: r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss. */
  | { readonly kind: 'regs'; readonly regs: readonly bigint[]; readonly site?: CallSite }
  /** A tracepoint's record, or what user space hands to a syscall program (which may change it). */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly site?: CallSite }
  /** Arguments as 64-bit words: raw_tracepoint, tp_btf, fentry, fexit, fmod_ret, lsm, iter, struct_ops. `result` follows them for fexit. */
  | { readonly kind: 'args'; readonly args: readonly bigint[]; readonly result?: bigint; readonly site?: CallSite }

/** Fields of struct __sk_buff that differ from a packet fresh off loopback. */
export interface SkbFields {
  readonly ingressIfindex?: number
  readonly ifindex?: number
  readonly mark?: number
  readonly priority?: number
  readonly pktType?: number
  readonly queueMapping?: number
  readonly vlanTci?: number
  readonly vlanProto?: number
  readonly tcClassid?: number
  readonly tcIndex?: number
  readonly tstamp?: bigint
  readonly wireLen?: number
  readonly gsoSegs?: number
  readonly gsoSize?: number
  readonly hwtstamp?: bigint
  readonly cb?: Uint8Array
  /** The flow's hash, where it is known; 0 = not yet. */
  readonly hash?: number
  /** What bpf_get_hash_recalc() finds where the hash is not known; 0 = it takes the packet apart itself. */
  readonly flowHash?: number
}

/** A sysctl that is read or written: "net/ipv4/tcp_mem", its value, and the one that is written. */
export interface SysctlAccess {
  readonly name: string
  readonly current?: Uint8Array
  readonly next?: Uint8Array
}

/** Where a program is attached, as far as helpers ask. */
export interface CallSite {
  /** bpf_get_func_ip() */
  readonly ip?: bigint
  /** bpf_get_attach_cookie() */
  readonly cookie?: bigint
  /** Arguments of the traced function. */
  readonly args?: number
  /** Whether a session's program runs at the exit. */
  readonly isReturn?: boolean
}

export interface Field {
  readonly at: number
  readonly size: number
  readonly count: number
}

interface Layout {
  readonly size: number
  readonly fields: ReadonlyMap<string, Field>
}

function layoutOf(text: string): Layout {
  const fields = new Map<string, Field>()
  let size = 0
  for (const item of text.split(', ')) {
    const [name, at, shape] = item.split(' ')
    const [bytes, count = 1] = shape.split('*').map(Number)
    fields.set(name, { at: Number(at), size: bytes, count })
    size = Math.max(size, Number(at) + bytes * count)
  }
  return { size: (size + 7) & ~7, fields }
}

const LAYOUTS = Object.fromEntries(Object.entries(STRUCTS).map(([kind, text]) => [kind, layoutOf(text)])) as Record<StructKind, Layout>

export const isStructKind = (kind: string): kind is StructKind => Object.hasOwn(STRUCTS, kind)
export const structField = (kind: StructKind, name: string): Field | undefined => LAYOUTS[kind].fields.get(name)

/** The bytes of a struct; a field without a value is 0, and one that the struct does not have is left out. */
export function structBytes(kind: StructKind, values: Readonly<Record<string, FieldValue>>): Uint8Array {
  const layout = LAYOUTS[kind]
  const out = new Uint8Array(layout.size)
  const view = new DataView(out.buffer)
  for (const [name, value] of Object.entries(values)) {
    const field = layout.fields.get(name)
    if (!field) continue
    const list = Array.isArray(value) ? (value as readonly (number | bigint)[]) : [value as number | bigint]
    for (const [i, v] of list.slice(0, field.count).entries()) putField(view, field.at + i * field.size, field.size, BigInt(v))
  }
  return out
}

export function putField(view: DataView, at: number, size: number, value: bigint): void {
  if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, value), true)
  else if (size === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true)
  else view.setUint16(at, Number(BigInt.asUintN(16, value)), true)
}

/** Words as bytes, little-endian. */
export function wordBytes(words: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(8 * words.length)
  const view = new DataView(out.buffer)
  for (const [i, w] of words.entries()) view.setBigUint64(8 * i, BigInt.asUintN(64, w), true)
  return out
}
