// struct sk_buff and the program's view of it, struct __sk_buff: a table of fields, each with how to read and perhaps write it.
// Loads may be narrower than a field; Linux loads the whole field and shifts. data, data_meta and data_end yield addresses.
//
//   head            data                 tail                end
//     |-- headroom --|###################|-- tailroom --|
//        mac_header^      ^network_header
//
// Numbers in network byte order (protocol, vlan_proto) are kept as a little-endian load sees them.
// Linux: include/linux/skbuff.h, bpf_convert_ctx_access(), tc_cls_act_convert_ctx_access() in net/core/filter.c.
import type { Port, Word } from '../vm/index.ts'
import { DIRECT_HI } from './address.ts'
import { type PacketBuffer, packetLo } from './packet-buffer.ts'
import { type Sock, sockLo } from './sock.ts'

export const SK_BUFF_SIZE = 192
/** Linux: SKB_MAX_ALLOC; no helper makes a packet longer. */
export const SKB_MAX_LEN = 16064

/** Headroom of a test run's packets, and what more comes in multiples of. */
export const NET_SKB_PAD = 64

/** cb[] may be accessed in any size, aligned or not. */
const CB = 48
const CB_SIZE = 20

export const CHECKSUM_NONE = 0
export const CHECKSUM_UNNECESSARY = 1
export const CHECKSUM_COMPLETE = 2

/** Besides the packet's bytes. Mutable, one per invocation. Header offsets count from the start of the packet buffer; -1 = not set. */
export interface SkBuff {
  /** Where the headroom begins: a helper that needs more moves the packet to a larger buffer, in Linux. */
  head: number
  macHeader: number
  networkHeader: number
  transportHeader: number
  macLen: number
  protocol: number
  pktType: number
  mark: number
  priority: number
  hash: number
  /** skb_get_hash() has nothing to do: the hash is valid over layer 4. */
  hashValid: boolean
  /** Hash of the flow that a flow dissector found; 0 = none has looked. */
  flowHash: number
  vlanPresent: boolean
  vlanTci: number
  vlanProto: number
  queueMapping: number
  ingressIfindex: number
  ifindex: number
  tcIndex: number
  tcClassid: number
  /** cb[0] to cb[4], 20 bytes. */
  readonly cb: Uint8Array
  napiId: number
  tstampLo: number
  tstampHi: number
  tstampType: number
  wireLen: number
  gsoSegs: number
  gsoSize: number
  hwtstampLo: number
  hwtstampHi: number
  ipSummed: number
  csum: number
  csumLevel: number
  encapsulation: boolean
  /** At the ingress hook of tc, where the MAC header had been pulled. */
  atTcIngress: boolean
  /** undefined = it belongs to none. */
  sock: Sock | undefined
  /** Ram offset of its struct bpf_flow_keys; 0 = none. */
  flowKeys: number
  /** A flow dissector is asked about this packet, and may load its bytes. */
  isDissected: boolean
  /** The tunnel that it came through or is to leave by. */
  tunnel: TunnelInfo | undefined
}

/** Linux: struct ip_tunnel_info. Addresses as a program gives them: of IPv4 in host order, of IPv6 in network order. */
export interface TunnelInfo {
  readonly isV6: boolean
  readonly id: number
  readonly source: Uint8Array
  readonly dest: Uint8Array
  readonly tos: number
  readonly ttl: number
  readonly label: number
  readonly flags: number
  readonly options: Uint8Array | undefined
  /** A program set it, for sending. */
  readonly isSent: boolean
}

export function createSkBuff(): SkBuff {
  return {
    head: 0,
    macHeader: -1,
    networkHeader: -1,
    transportHeader: -1,
    macLen: 0,
    protocol: 0,
    pktType: 0,
    mark: 0,
    priority: 0,
    hash: 0,
    hashValid: false,
    flowHash: 0,
    vlanPresent: false,
    vlanTci: 0,
    vlanProto: 0,
    queueMapping: 0,
    ingressIfindex: 0,
    ifindex: 1,
    tcIndex: 0,
    tcClassid: 0,
    cb: new Uint8Array(CB_SIZE),
    napiId: 0,
    tstampLo: 0,
    tstampHi: 0,
    tstampType: 0,
    wireLen: 0,
    gsoSegs: 0,
    gsoSize: 0,
    hwtstampLo: 0,
    hwtstampHi: 0,
    ipSummed: CHECKSUM_NONE,
    csum: 0,
    csumLevel: 0,
    encapsulation: false,
    atTcIngress: false,
    sock: undefined,
    flowKeys: 0,
    isDissected: false,
    tunnel: undefined,
  }
}

/** A copy that shares nothing but the socket. */
export const copySkBuff = (skb: SkBuff): SkBuff => ({ ...skb, cb: skb.cb.slice() })

interface Field {
  readonly offset: number
  readonly size: number
  /** Size of the kernel's field where it is smaller: a load that is not narrower than that yields it whole, wherever it begins. */
  readonly target?: number
  readonly get: (s: SkBuff, p: PacketBuffer) => number
  readonly set?: (s: SkBuff, value: number, high: number) => void
  /** Upper half, for 64-bit fields and addresses. */
  readonly high?: (s: SkBuff) => number
  readonly setHigh?: (s: SkBuff, value: number) => void
}

const direct = (): number => DIRECT_HI
const QUEUE_UNSET = 0xffff

// biome-ignore format: a table reads best with one row a line
const FIELDS: readonly Field[] = [
  { offset: 0, size: 4, get: (_, p) => p.end - p.data },
  { offset: 4, size: 4, target: 1, get: (s) => s.pktType },
  { offset: 8, size: 4, get: (s) => s.mark, set: (s, v) => { s.mark = v } },
  { offset: 12, size: 4, target: 2, get: (s) => s.queueMapping, set: (s, v, h) => { if (h === 0 && v >>> 0 < QUEUE_UNSET) s.queueMapping = v } },
  { offset: 16, size: 4, target: 2, get: (s) => s.protocol },
  { offset: 20, size: 4, get: (s) => (s.vlanPresent ? 1 : 0) },
  { offset: 24, size: 4, target: 2, get: (s) => s.vlanTci },
  { offset: 28, size: 4, target: 2, get: (s) => s.vlanProto },
  { offset: 32, size: 4, get: (s) => s.priority, set: (s, v) => { s.priority = v } },
  { offset: 36, size: 4, get: (s) => s.ingressIfindex },
  { offset: 40, size: 4, get: (s) => s.ifindex },
  { offset: 44, size: 4, target: 2, get: (s) => s.tcIndex, set: (s, v) => { s.tcIndex = v & 0xffff } },
  { offset: 68, size: 4, get: (s) => s.hash },
  { offset: 72, size: 4, target: 2, get: (s) => s.tcClassid, set: (s, v) => { s.tcClassid = v & 0xffff } },
  { offset: 76, size: 4, get: (_, p) => packetLo(p, p.data), high: direct },
  { offset: 80, size: 4, get: (_, p) => packetLo(p, p.end), high: direct },
  { offset: 84, size: 4, get: (s) => s.napiId },
  { offset: 88, size: 4, target: 2, get: (s) => s.sock?.family ?? 0 },
  { offset: 92, size: 4, get: (s) => s.sock?.remoteIp4 ?? 0 },
  { offset: 96, size: 4, get: (s) => s.sock?.localIp4 ?? 0 },
  ...[0, 1, 2, 3].map((i): Field => ({ offset: 100 + 4 * i, size: 4, get: (s) => s.sock?.remoteIp6[i] ?? 0 })),
  ...[0, 1, 2, 3].map((i): Field => ({ offset: 116 + 4 * i, size: 4, get: (s) => s.sock?.localIp6[i] ?? 0 })),
  { offset: 132, size: 4, target: 2, get: (s) => (s.sock?.remotePort ?? 0) << 16 },
  { offset: 136, size: 4, target: 2, get: (s) => s.sock?.localPort ?? 0 },
  { offset: 140, size: 4, get: (_, p) => packetLo(p, p.meta), high: direct },
  { offset: 144, size: 8, get: (s) => s.flowKeys, high: (s) => (s.flowKeys === 0 ? 0 : DIRECT_HI) },
  { offset: 152, size: 8, get: (s) => s.tstampLo, set: (s, v) => { s.tstampLo = v }, high: (s) => s.tstampHi, setHigh: (s, v) => { s.tstampHi = v } },
  { offset: 160, size: 4, get: (s) => s.wireLen },
  { offset: 164, size: 4, target: 2, get: (s) => s.gsoSegs },
  { offset: 168, size: 8, get: (s) => (s.sock ? sockLo(s.sock) : 0), high: (s) => (s.sock ? DIRECT_HI : 0) },
  { offset: 176, size: 4, target: 2, get: (s) => s.gsoSize },
  { offset: 180, size: 1, get: (s) => s.tstampType },
  { offset: 184, size: 8, get: (s) => s.hwtstampLo, high: (s) => s.hwtstampHi },
]

/** Row of FIELDS for each byte of the context; -1 = padding. */
const FIELD_AT = new Int8Array(SK_BUFF_SIZE).fill(-1)
for (const [i, f] of FIELDS.entries()) FIELD_AT.fill(i, f.offset, f.offset + f.size)

/** The context as programs access it. Which fields a program type may access is the verifier's business. */
export function skbPort(packet: PacketBuffer, skb: () => SkBuff): Port {
  return {
    load: (off, size, out) => {
      if (off >= CB && off + size <= CB + CB_SIZE) {
        loadCb(skb().cb, off - CB, size, out)
        return true
      }
      const row = FIELD_AT[off]
      if (row < 0) return false
      const f = FIELDS[row]
      const within = off - f.offset
      if (within + size > f.size) return false
      out.lo = f.get(skb(), packet) | 0
      out.hi = f.high ? f.high(skb()) | 0 : 0
      if (size < (f.target ?? f.size)) narrow(out, within, size)
      return true
    },
    store: (off, size, lo, hi) => {
      if (off >= CB && off + size <= CB + CB_SIZE) {
        storeCb(skb().cb, off - CB, size, lo, hi)
        return true
      }
      const row = FIELD_AT[off]
      if (row < 0) return false
      const f = FIELDS[row]
      if (!f.set || f.offset !== off || size !== f.size) return false
      f.set(skb(), lo, hi)
      f.setHigh?.(skb(), hi)
      return true
    },
  }
}

/** Keeps `size` bytes from byte `from` on. */
function narrow(w: Word, from: number, size: number): void {
  let v = w.lo
  if (from >= 4) v = w.hi >> ((from - 4) * 8)
  else if (from > 0) v = (w.lo >>> (from * 8)) | (w.hi << (32 - from * 8))
  w.lo = size === 4 ? v : v & ((1 << (8 * size)) - 1)
  w.hi = 0
}

function loadCb(cb: Uint8Array, at: number, size: number, out: Word): void {
  out.lo = out.hi = 0
  for (let i = 0; i < size; i++) {
    if (i < 4) out.lo |= cb[at + i] << (8 * i)
    else out.hi |= cb[at + i] << (8 * (i - 4))
  }
}

function storeCb(cb: Uint8Array, at: number, size: number, lo: number, hi: number): void {
  for (let i = 0; i < size; i++) cb[at + i] = i < 4 ? lo >> (8 * i) : hi >> (8 * (i - 4))
}
