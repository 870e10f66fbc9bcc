// Helpers on sockets and their cgroups. Which sockets there are is the world's matter (host.net); a socket is known by the address of its view.
// Linux: net/core/filter.c, net/core/sock_diag.c.

import { type Machine, stopUnsupported } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EAFNOSUPPORT, EEXIST, EINVAL, ENOENT, EOPNOTSUPP, EPROTOTYPE, ESOCKTNOSUPPORT } from '../errno.ts'
import type { SocketQuery } from '../host.ts'
import { contextField, setContextField } from '../invocation.ts'
import { cookieOf, type Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { type Sock, sockLo, sockNumber, tcpSockLo } from '../sock.ts'
import { getOption, programMay, SOL_TCP, setOption, TCP_CONGESTION } from '../socket-options.ts'
import { type HelperBody, isNull, readable, ret, ret64, retU32, s32, u32, u64 } from './body.ts'

/** The socket that a pointer means: one of its views, a context that has one, or a struct sock of the kernel. */
export function sockAt(k: Kernel, lo: number, hi: number): Sock | undefined {
  const number = sockNumber(lo, hi)
  if (number >= 0) return k.socks[number]
  if (k.memory.nearest(hi, lo) === k.skbRegion) return k.skb.sock
  if (hi === DIRECT_HI && k.ctx.ram !== 0 && lo === k.ctx.ram) return k.ctx.sock
  return hi === DIRECT_HI ? k.socks.find((s) => s.object[0] === lo && s.object[1] === hi) : undefined
}

export const sockArg = (k: Kernel, m: Machine, reg: number): Sock | undefined => sockAt(k, m.lo[reg], m.hi[reg])

export const getSocketCookie: HelperBody = (k, m) => {
  const sock = sockArg(k, m, 1)
  if (!sock) return ret(m, 0)
  return ret(m, cookieOf(k, sock))
}

export const getNetnsCookie: HelperBody = (k, m) => {
  const cookie = k.host.net.netnsCookie(isNull(m, 1) ? undefined : sockArg(k, m, 1))
  return ret64(m, Number(BigInt.asIntN(32, cookie)), Number(BigInt.asIntN(32, cookie >> 32n)))
}

const OVERFLOW_UID = 65534
export const getSocketUid: HelperBody = (k, m) => retU32(m, k.skb.sock ? k.skb.sock.uid : OVERFLOW_UID)
export const getCgroupClassid: HelperBody = (_k, m) => ret(m, 0)
export const getRouteRealm: HelperBody = (_k, m) => ret(m, 0)

const ROOT_CGROUP_ID = 1
const own = (ids: readonly number[]): number => ids[ids.length - 1] ?? ROOT_CGROUP_ID

export const skCgroupId: HelperBody = (k, m) => retNumber(m, own(sockArg(k, m, 1)?.cgroups ?? []))
/** The root is its own ancestor at level 0; beyond the own level there is none. */
export const skAncestorCgroupId: HelperBody = (k, m) => retNumber(m, sockArg(k, m, 1)?.cgroups[s32(m, 2)] ?? 0)

const TWO32 = 4294967296
export const retNumber = (m: Machine, n: number): undefined => ret64(m, n | 0, Math.floor(n / TWO32) | 0)

const TUPLE4 = 12
const TUPLE6 = 36
const NETNS_CURRENT = 0xffffffff

/** (ctx, tuple, size, netns, flags) */
const lookups =
  (protocol: SocketQuery['protocol'], common: boolean): HelperBody =>
  (k, m) => {
    const size = u32(m, 3)
    const at = readable(k, m, 2, size)
    if (at < 0) return 'stopped'
    const family = size === TUPLE4 ? 'ip4' : size === TUPLE6 ? 'ip6' : undefined
    const netns = u64(m, 4)
    const isCurrent = m.hi[4] === -1 ? netns === 2 ** 64 || m.lo[4] === -1 : u32(m, 4) === NETNS_CURRENT && m.hi[4] === 0
    if (!family || u64(m, 5) !== 0 || !(isCurrent || netns <= 0x7fffffff)) return ret(m, 0)
    const { ram } = k.memory
    const bytes = family === 'ip4' ? 4 : 16
    const sock = k.host.net.lookup({
      protocol,
      family,
      source: ram.read(at, bytes),
      dest: ram.read(at + bytes, bytes),
      sourcePort: ram.view.getUint16(at + 2 * bytes, true),
      destPort: ram.view.getUint16(at + 2 * bytes + 2, true),
      netns: isCurrent ? -1 : netns,
      ifindex: k.progType.startsWith('xdp') ? k.xdp.ingressIfindex : k.skb.ifindex,
      common,
    })
    return sock && (common || sock.isFull) ? ret64(m, sockLo(sock), DIRECT_HI) : ret(m, 0)
  }

export const skLookupTcp: HelperBody = lookups('tcp', false)
export const skLookupUdp: HelperBody = lookups('udp', false)
export const skcLookupTcp: HelperBody = lookups('tcp', true)
export const skRelease: HelperBody = (_k, m) => ret(m, 0)

const view =
  (of: (sock: Sock, k: Kernel) => number): HelperBody =>
  (k, m) => {
    const sock = sockArg(k, m, 1)
    const lo = sock ? of(sock, k) : 0
    return lo === 0 ? ret(m, 0) : ret64(m, lo, DIRECT_HI)
  }

export const skFullsock: HelperBody = view((s) => (s.isFull ? sockLo(s) : 0))
export const tcpSock: HelperBody = view((s) => (s.isFull && s.tcp ? tcpSockLo(s) : 0))

const TCP_LISTEN = 10
export const getListenerSock: HelperBody = view((s, k) => {
  const listener = s.state === TCP_LISTEN ? s : k.socks[s.listener]
  return listener && listener.state === TCP_LISTEN ? sockLo(listener) : 0
})

const TCP = 6
const AF_INET6 = 10
const TIME_WAIT = 6
const NEW_SYN_RECV = 12
const UDP = 17
const UNIX = 1

/** Pointers that have the kernel's own types: to the struct sock of the kernel, where the socket is of that kind. */
const casts =
  (fits: (s: Sock) => boolean): HelperBody =>
  (k, m) => {
    const sock = sockArg(k, m, 1)
    if (!sock || !fits(sock)) return ret(m, 0)
    const [lo, hi] = sock.object
    return (lo | hi) === 0 ? stopUnsupported(m, 'struct sock of a socket of this world') : ret64(m, lo, hi)
  }

export const skcToTcpSock: HelperBody = casts((s) => s.isFull && s.protocol === TCP)
export const skcToTcp6Sock: HelperBody = casts((s) => s.isFull && s.protocol === TCP && s.family === AF_INET6)
export const skcToTcpTimewaitSock: HelperBody = casts((s) => s.state === TIME_WAIT && !s.isFull)
export const skcToTcpRequestSock: HelperBody = casts((s) => s.state === NEW_SYN_RECV)
export const skcToUdp6Sock: HelperBody = casts((s) => s.protocol === UDP && s.family === AF_INET6)
export const skcToUnixSock: HelperBody = casts((s) => s.family === UNIX)
export const skcToMptcpSock: HelperBody = (_k, m) => ret(m, 0)

const BPF_SK_LOOKUP_F_REPLACE = 1
const BPF_SK_LOOKUP_F_NO_REUSEPORT = 2
const TCP_ESTABLISHED = 1
const AF_INET = 2

/** bpf_sk_assign(): of tc for the packet, of sk_lookup for the connection. */
export const skAssign: HelperBody = (k, m) => {
  const sock = isNull(m, 2) ? undefined : sockArg(k, m, 2)
  const flags = u64(m, 3)
  if (k.progType === 'sk_lookup') return assignLookup(k, m, sock, flags)
  if (!sock || flags !== 0) return ret(m, -EINVAL)
  if (!k.skb.atTcIngress) return ret(m, -EOPNOTSUPP)
  k.skb.sock = sock
  append(k.effects, { kind: 'assign-socket', sock, flags })
  return ret(m, 0)
}

/** Sockets that others may free at any time are not taken: of TCP only listening ones. */
function assignLookup(k: Kernel, m: Machine, sock: Sock | undefined, flags: number): undefined {
  if (flags > (BPF_SK_LOOKUP_F_REPLACE | BPF_SK_LOOKUP_F_NO_REUSEPORT)) return ret(m, -EINVAL)
  if (sock && (sock.state === TCP_ESTABLISHED || (sock.protocol === TCP && sock.state !== TCP_LISTEN))) return ret(m, -ESOCKTNOSUPPORT)
  if (sock && BigInt(sock.protocol) !== contextField(k, 'protocol')) return ret(m, -EPROTOTYPE)
  const isOther = sock && contextField(k, 'family') !== BigInt(sock.family)
  if (sock && isOther && (sock.family === AF_INET || sock.isV6Only)) return ret(m, -EAFNOSUPPORT)
  if (k.ctx.sock && !(flags & BPF_SK_LOOKUP_F_REPLACE)) return ret(m, -EEXIST)
  k.ctx.sock = sock
  setContextField(k, 'sk', sock ? (BigInt(DIRECT_HI >>> 0) << 32n) | BigInt(sockLo(sock) >>> 0) : 0n)
  append(k.effects, { kind: 'assign-socket', sock, flags })
  return ret(m, 0)
}

/** The socket that a helper on options works on, and where the value lies; a number is what the helper answers at once. */
function optionArgs(k: Kernel, m: Machine): { readonly sock: Sock; readonly at: number; readonly size: number } | number {
  const size = u32(m, 5)
  const at = k.memory.at(m.hi[4], m.lo[4], size, 1)
  if (at < 0) return -EINVAL
  const sock = sockArg(k, m, 1) ?? k.ctx.sock
  return sock ? { sock, at, size } : -ENOENT
}

const notModelled = (m: Machine, level: number, name: number): 'stopped' =>
  stopUnsupported(m, `option ${name} of sockets on level ${level}`)

/** (ctx or sk, level, optname, optval, optlen) */
export const setsockopt: HelperBody = (k, m) => {
  const args = optionArgs(k, m)
  if (typeof args === 'number') return ret(m, args)
  const { sock, at, size } = args
  const [level, name] = [s32(m, 2), s32(m, 3)]
  const refused = programMay(sock, level, name, size)
  if (refused !== 0) return ret(m, refused)
  const err = setOption(sock, level, name, k.memory.ram.read(at, size))
  if (err === undefined) return notModelled(m, level, name)
  if (err === 0) k.host.net.optionSet?.(sock)
  return ret(m, err)
}

/** What is not filled is cleared, all of it after an error. */
export const getsockopt: HelperBody = (k, m) => {
  const args = optionArgs(k, m)
  if (typeof args === 'number') return ret(m, args)
  const { sock, at, size } = args
  const [level, name] = [s32(m, 2), s32(m, 3)]
  const { ram } = k.memory
  const refused = programMay(sock, level, name, size)
  // The name of the congestion control ends with a zero in any case.
  const room = level === SOL_TCP && name === TCP_CONGESTION ? size - 1 : size
  const got = refused === 0 ? getOption(sock, level, name, room, () => cookieOf(k, sock)) : refused
  if (got === undefined) return notModelled(m, level, name)
  ram.fill(at, size, 0)
  if (typeof got === 'number') return ret(m, got)
  ram.write(at, got)
  return ret(m, 0)
}

/** (ctx, sockaddr, size) */
export const bind: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = readable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const { bind: call } = k.host.net
  if (!k.ctx.sock) return ret(m, -EINVAL)
  return call ? ret(m, call(k.ctx.sock, k.memory.ram.read(at, size))) : stopUnsupported(m, 'bpf_bind()')
}
