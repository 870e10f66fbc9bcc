// Sockets as programs see them through skb->sk, bpf_sk_lookup_tcp() and contexts: struct bpf_sock, struct bpf_tcp_sock; read only. Each has a number;
// number 0 is the one that a test run gives its packet, which belongs to nobody: closed, of no type and protocol, with the packet's addresses.
//
//   SOCK_LO + 256 * number   struct bpf_sock     + 128   struct bpf_tcp_sock
//
// Numbers in network byte order are kept as a little-endian load sees them.
// Linux: bpf_sock_convert_ctx_access(), bpf_tcp_sock_convert_ctx_access() in net/core/filter.c; bpf_prog_test_run_skb().
import { type Memory, type Port, READ, type Region } from '../vm/index.ts'
import { DIRECT_HI, SOCK_LO } from './address.ts'
import type { Address } from './host.ts'

const STRIDE = 256
const TCP_VIEW = 128
export const MAX_SOCKS = 1 << 16
const TCP_CLOSE = 7
/** rx_queue_mapping: no queue was noted; Linux loads -1 into the whole register unless one byte is asked for. */
const QUEUE = 76
const NO_QUEUE = -1

/** Fields of struct bpf_tcp_sock in order, 4 bytes each but the two that are told. */
const TCP_FIELDS =
  'snd_cwnd srtt_us rtt_min snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out ' +
  'total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out bytes_received bytes_acked dsack_dups delivered delivered_ce ' +
  'icsk_retransmits'
type TcpField = string
const WIDE = new Set(['bytes_received', 'bytes_acked'])
const TCP_LAYOUT: { readonly name: TcpField; readonly at: number; readonly size: number }[] = []
let tcpSize = 0
for (const name of TCP_FIELDS.split(' ')) {
  const size = WIDE.has(name) ? 8 : 4
  TCP_LAYOUT.push({ name, at: tcpSize, size })
  tcpSize += size
}

/** Mutable; owned by its kernel. */
export interface Sock {
  /** Index among the kernel's sockets. */
  readonly id: number
  /** bpf_get_socket_cookie(); 0 = not asked yet. */
  cookie: number
  family: number
  /** SOCK_STREAM, SOCK_DGRAM */
  type: number
  protocol: number
  /** TCP_ESTABLISHED is 1, TCP_CLOSE 7, TCP_LISTEN 10. */
  state: number
  boundIfindex: number
  mark: number
  priority: number
  rxQueue: number
  remoteIp4: number
  localIp4: number
  remoteIp6: Int32Array
  localIp6: Int32Array
  /** Network order. */
  remotePort: number
  localPort: number
  uid: number
  netnsCookie: bigint
  /** Ids of its cgroups, the root's first. */
  cgroups: readonly number[]
  /** Of a socket of IPv6: it takes no packets of IPv4. */
  isV6Only: boolean
  /** Number of the group of sockets that share its address and port (SO_REUSEPORT); 0 = none. */
  reuseport: number
  /** The reuseport array that holds it, by the number of the map; -1 = none. A socket is in one at most. */
  array: number
  /** False for request and time-wait sockets. */
  isFull: boolean
  /** What struct bpf_tcp_sock shows; undefined = not of TCP. */
  tcp: Readonly<Record<TcpField, number>> | undefined
  /** What was set of the options that socket-options.ts knows, by level and name. */
  options: Readonly<Record<string, number | string>>
  /** The listening socket that it came from. */
  listener: number
  /** struct sock of the kernel, for pointers that have its type. */
  object: Address
}

export function createSock(id: number): Sock {
  return {
    id,
    cookie: 0,
    family: 0,
    type: 0,
    protocol: 0,
    state: TCP_CLOSE,
    boundIfindex: 0,
    mark: 0,
    priority: 0,
    rxQueue: NO_QUEUE,
    remoteIp4: 0,
    localIp4: 0,
    remoteIp6: new Int32Array(4),
    localIp6: new Int32Array(4),
    remotePort: 0,
    localPort: 0,
    uid: 0,
    netnsCookie: 1n,
    cgroups: [1],
    isV6Only: false,
    reuseport: 0,
    array: -1,
    isFull: true,
    tcp: undefined,
    options: {},
    listener: -1,
    object: [0, 0],
  }
}

export const copySock = (s: Sock): Sock => ({ ...s, remoteIp6: s.remoteIp6.slice(), localIp6: s.localIp6.slice() })

/** Lower half of the address of its struct bpf_sock. */
export const sockLo = (s: Sock): number => SOCK_LO + STRIDE * s.id
export const tcpSockLo = (s: Sock): number => sockLo(s) + TCP_VIEW

/** Each 32-bit word of struct bpf_sock. */
function word(s: Sock, offset: number): number {
  switch (offset) {
    case 0:
      return s.boundIfindex
    case 4:
      return s.family
    case 8:
      return s.type
    case 12:
      return s.protocol
    case 16:
      return s.mark
    case 20:
      return s.priority
    case 24:
      return s.localIp4
    case 28:
    case 32:
    case 36:
    case 40:
      return s.localIp6[(offset - 28) >> 2]
    case 44:
      return s.localPort
    case 48:
      return s.remotePort
    case 52:
      return s.remoteIp4
    case 56:
    case 60:
    case 64:
    case 68:
      return s.remoteIp6[(offset - 56) >> 2]
    case 72:
      return s.state
    default:
      return s.rxQueue
  }
}

const BPF_SOCK_SIZE = 80
const TWO32 = 4294967296

/** The sockets of a kernel, the memory that programs see them in included. */
export function mapSockRegion(memory: Memory, socks: () => readonly (Sock | undefined)[]): Region {
  const port: Port = {
    load: (at, size, out) => {
      const s = socks()[Math.floor(at / STRIDE)]
      const off = at % STRIDE
      out.hi = 0
      if (!s) return false
      if (off >= TCP_VIEW) {
        const field = TCP_LAYOUT.find((f) => f.at === off - TCP_VIEW && f.size === size)
        if (!field || !s.tcp) return false
        const value = s.tcp[field.name] ?? 0
        out.lo = value | 0
        out.hi = size === 8 ? Math.floor(value / TWO32) | 0 : 0
        return true
      }
      if (off >= QUEUE && off < BPF_SOCK_SIZE && s.rxQueue === NO_QUEUE) {
        out.lo = size === 1 ? 0xff : -1
        out.hi = size === 1 ? 0 : -1
        return true
      }
      if (size === 8 || (off & 3) + size > 4 || off >= BPF_SOCK_SIZE) return false
      const v = word(s, off & ~3)
      out.lo = size === 4 ? v : (v >>> ((off & 3) * 8)) & ((1 << (8 * size)) - 1)
      return true
    },
    store: () => false,
  }
  return memory.map({
    kind: 'sock',
    baseHi: DIRECT_HI,
    baseLo: SOCK_LO,
    to: STRIDE * MAX_SOCKS,
    rights: READ,
    port,
    label: (at) => ({ name: 'sk', offset: at % STRIDE }),
  })
}

/** Number of the socket that an address of its views has; -1 = none. */
export function sockNumber(lo: number, hi: number): number {
  const off = (lo - SOCK_LO) >>> 0
  const within = off % STRIDE
  return hi === DIRECT_HI && off < STRIDE * MAX_SOCKS && (within === 0 || within === TCP_VIEW) ? Math.floor(off / STRIDE) : -1
}
