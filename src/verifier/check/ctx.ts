// Fields of contexts and of kernel structures that programs see through a fixed layout: sockets, flow keys.
// Linux: check_ctx_access(), check_sock_access(), check_flow_keys_access(), bpf_{sock_common,sock,tcp_sock,xdp_sock}_is_valid_access().
import { type CtxAccess, type CtxKind, ctxAccess } from '../../abi/index.ts'
import {
  PTR_MAYBE_NULL,
  PTR_TO_FLOW_KEYS,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_TCP_SOCK,
  PTR_TO_TP_BUFFER,
  PTR_TO_XDP_SOCK,
  SCALAR_VALUE,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, NO_FIELD, SEEN } from '../env.ts'
import { EACCES, EFAULT } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { sminOf } from '../values.ts'
import { verbose } from '../verbose.ts'

/** Kinds of registers that context fields give; undefined where they are not modelled. */
const CTX_TYPES: Readonly<Record<CtxKind, number | undefined>> = {
  scalar: SCALAR_VALUE,
  pkt: PTR_TO_PACKET,
  pkt_end: PTR_TO_PACKET_END,
  pkt_meta: PTR_TO_PACKET_META,
  sock_common_or_null: PTR_TO_SOCK_COMMON | PTR_MAYBE_NULL,
  sock_or_null: PTR_TO_SOCKET | PTR_MAYBE_NULL,
  sock: PTR_TO_SOCKET,
  flow_keys: PTR_TO_FLOW_KEYS,
  xdp_sock_or_null: PTR_TO_XDP_SOCK | PTR_MAYBE_NULL,
  trusted_ptr: undefined,
  tp_buffer: PTR_TO_TP_BUFFER,
}

export const ctxRegType = (kind: CtxKind): number | undefined => CTX_TYPES[kind]

/** struct bpf_nf_ctx: the hook's state and the packet. */
const NETFILTER_STRUCTS: Readonly<Record<number, string>> = { 0: 'nf_hook_state', 8: 'sk_buff' }

/** The structure that a context field points to. */
export const ctxStructName = (env: Env, off: number): string | undefined =>
  env.progType.name === 'netfilter' ? NETFILTER_STRUCTS[off] : undefined

/** struct __sk_buff, where CAP_BPF is asked for. */
const SKB_DATA = 76
const SKB_DATA_END = 80
const SKB_TSTAMP = 152
const SKB_TSTAMP_END = 160

/** Linux: cg_skb_is_valid_access(). */
function mayUseField(env: Env, off: number, write: boolean): boolean {
  if (env.bpfCapable || !env.progType.name.startsWith('cgroup_skb')) return true
  return off !== SKB_DATA && off !== SKB_DATA_END && !(write && off >= SKB_TSTAMP && off < SKB_TSTAMP_END)
}

/** What the access yields, or undefined (and said so) where it is not allowed. */
export function checkCtxAccess(env: Env, off: number, size: number, write: boolean, signed: boolean): CtxAccess | undefined {
  const access = ctxAccess(env.progType.name, off, size)
  // Pointers are not loaded with sign extension.
  if (access && mayUseField(env, off, write) && (!write || access.writable) && !(signed && access.kind !== 'scalar')) return access
  verbose(env.log, `invalid bpf_context access off=${off} size=${size}\n`)
  return undefined
}

const FLOW_KEYS_BYTES = 56

export function checkFlowKeysAccess(env: Env, off: number, size: number): number {
  if (off >= 0 && off + size <= FLOW_KEYS_BYTES) return 0
  verbose(env.log, `invalid access to flow keys off=${off} size=${size}\n`)
  return -EACCES
}

// struct bpf_sock
const SOCK_TYPE = 8
const SOCK_SRC_IP4 = 24
const SOCK_SRC_PORT = 44
const SOCK_DST_PORT = 48
const SOCK_DST_PORT_END = 50
const SOCK_DST_IP4 = 52
const SOCK_STATE = 72
const SOCK_BYTES = 80
/** Fields of which bytes may be read where the access begins at the field. */
const SOCK_NARROW: ReadonlySet<number> = new Set([4, 8, 12, SOCK_SRC_PORT, SOCK_STATE, 76])

function isSockAccess(off: number, size: number): boolean {
  if (off < 0 || off >= SOCK_BYTES || off % size !== 0) return false
  if (off >= SOCK_DST_PORT && off < SOCK_DST_PORT_END) return size === 4 || size <= 2
  if (off >= SOCK_DST_PORT_END && off < SOCK_DST_IP4) return false
  const address = (off >= SOCK_SRC_IP4 && off < SOCK_SRC_PORT) || (off >= SOCK_DST_IP4 && off < SOCK_STATE)
  return address || SOCK_NARROW.has(off) ? size <= 4 : size === 4
}

// struct bpf_tcp_sock: two counters of 64 bits, all else has 32.
const TCP_BYTES_RECEIVED = 80
const TCP_BYTES_ACKED = 88
const TCP_SOCK_BYTES = 112
/** Reads of 32 bits here are let through, but there is nothing to read for them. */
const TCP_HIGH_HALVES: ReadonlySet<number> = new Set([TCP_BYTES_RECEIVED + 4, TCP_BYTES_ACKED + 4])
const XDP_SOCK_BYTES = 4

function isValidSockAccess(type: number, off: number, size: number): boolean {
  switch (type) {
    case PTR_TO_SOCK_COMMON:
      return !(off >= SOCK_TYPE && off < SOCK_SRC_IP4) && isSockAccess(off, size)
    case PTR_TO_SOCKET:
      return isSockAccess(off, size)
    case PTR_TO_TCP_SOCK:
      if (off < 0 || off >= TCP_SOCK_BYTES || off % size !== 0) return false
      return size === (off === TCP_BYTES_RECEIVED || off === TCP_BYTES_ACKED ? 8 : 4)
    case PTR_TO_XDP_SOCK:
      return off >= 0 && off < XDP_SOCK_BYTES && off % size === 0 && size === 4
    default:
      return false
  }
}

export function checkSockAccess(env: Env, regno: number, off: number, size: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  if (sminOf(s, r) < 0) {
    verbose(log, `R${regno} min value is negative, either use unsigned index or do a if (index >=0) check.\n`)
    return -EACCES
  }
  if (isValidSockAccess(s[r + TYPE]!, off, size)) {
    if (s[r + TYPE] === PTR_TO_TCP_SOCK && TCP_HIGH_HALVES.has(off)) env.aux.flags[env.insnIdx]! |= NO_FIELD
    return 0
  }
  verbose(log, `R${regno} invalid ${regTypeName(s[r + TYPE]!)} access off=${off} size=${size}\n`)
  return -EACCES
}

/** Fields become accesses of the kernel's structures once every path is safe. Linux: convert_ctx_accesses(). */
export function checkFieldConversion(env: Env): number {
  if (!env.aux.flags.some((flags) => (flags & (NO_FIELD | SEEN)) === (NO_FIELD | SEEN))) return 0
  verbose(env.log, 'verifier bug: error during ctx access conversion (0)\n')
  return -EFAULT
}
