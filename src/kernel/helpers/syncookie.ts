// SYN cookies: a sequence number that is made of the connection's addresses, so that a server keeps nothing until it comes back in the ACK. The secret is
// made up here; what counts is that a cookie that was made is found good.
// Linux: net/core/filter.c, __cookie_v4_init_sequence() in net/ipv4/syncookies.c.
import { stopUnsupported } from '../../vm/index.ts'
import { EACCES, EINVAL, ENOENT } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { jhash } from '../maps/jhash.ts'
import { type HelperBody, readable, ret, ret64, u32 } from './body.ts'
import { sockArg } from './socket.ts'

const TCP_HEADER = 20
const IP4_HEADER = 20
const IP6_HEADER = 40
const SECRET = 0x73796e63
const DEFAULT_MSS = 536
const MSS_OF_V4 = [536, 1300, 1440, 1460]
const MSS_OF_V6 = [1220, 1420, 1440, 8940]
const OPT_END = 0
const OPT_NOP = 1
const OPT_MSS = 2

/** The cookie for a connection and an index of the table of segment sizes. `ip`, `tcp`: Ram offsets of headers; `seq`: of the SYN. */
function cookie(k: Kernel, ip: number, isV6: boolean, tcp: number, seq: number, index: number): number {
  const { u8 } = k.memory.ram
  const flow = new Uint8Array(44)
  flow.set(u8.subarray(ip + (isV6 ? 8 : 12), ip + (isV6 ? 40 : 20)))
  flow.set(u8.subarray(tcp, tcp + 4), 32)
  new DataView(flow.buffer).setUint32(36, seq, true)
  flow[40] = index
  return jhash(new DataView(flow.buffer), 0, flow.length, SECRET) >>> 0
}

function mssOption(k: Kernel, tcp: number, length: number): number {
  const { u8, view } = k.memory.ram
  for (let at = tcp + TCP_HEADER; at < tcp + length; ) {
    const kind = u8[at]
    if (kind === OPT_END) return 0
    if (kind === OPT_NOP) {
      at++
      continue
    }
    const size = u8[at + 1]
    if (size < 2 || at + size > tcp + length) return 0
    if (kind === OPT_MSS && size === 4) return view.getUint16(at + 2)
    at += size
  }
  return 0
}

/** (IP header, TCP header, its length) */
const generates =
  (isV6: boolean): HelperBody =>
  (k, m) => {
    const size = u32(m, 3)
    const ip = readable(k, m, 1, isV6 ? IP6_HEADER : IP4_HEADER)
    const tcp = ip < 0 ? -1 : readable(k, m, 2, size)
    if (tcp < 0) return 'stopped'
    if (size < TCP_HEADER || size !== 4 * (k.memory.ram.u8[tcp + 12] >> 4)) return ret(m, -EINVAL)
    const table = isV6 ? MSS_OF_V6 : MSS_OF_V4
    const mss = mssOption(k, tcp, size) || DEFAULT_MSS
    const index = Math.max(
      0,
      table.findLastIndex((n) => n <= mss),
    )
    return ret64(m, cookie(k, ip, isV6, tcp, k.memory.ram.view.getUint32(tcp + 4), index) | 0, table[index])
  }

export const tcpRawGenSyncookieIpv4: HelperBody = generates(false)
export const tcpRawGenSyncookieIpv6: HelperBody = generates(true)

/** (IP header, TCP header of the ACK) */
const checks =
  (isV6: boolean): HelperBody =>
  (k, m) => {
    const ip = readable(k, m, 1, isV6 ? IP6_HEADER : IP4_HEADER)
    const tcp = ip < 0 ? -1 : readable(k, m, 2, TCP_HEADER)
    if (tcp < 0) return 'stopped'
    const { view } = k.memory.ram
    const seq = (view.getUint32(tcp + 4) - 1) >>> 0
    const given = (view.getUint32(tcp + 8) - 1) >>> 0
    const isGood = MSS_OF_V4.some((_, index) => cookie(k, ip, isV6, tcp, seq, index) === given)
    return ret(m, isGood ? 0 : -EACCES)
  }

export const tcpRawCheckSyncookieIpv4: HelperBody = checks(false)
export const tcpRawCheckSyncookieIpv6: HelperBody = checks(true)

/** (sock, IP header, its length, TCP header, its length) of a socket that listens: the world knows whether it hands out cookies. */
const ofSocket =
  (what: 'check' | 'make'): HelperBody =>
  (k, m) => {
    const ip = readable(k, m, 2, u32(m, 3))
    const tcp = ip < 0 ? -1 : readable(k, m, 4, u32(m, 5))
    if (tcp < 0) return 'stopped'
    const sock = sockArg(k, m, 1)
    const { checkSynCookie, makeSynCookie } = k.host.net
    if (u32(m, 5) < TCP_HEADER) return ret(m, -EINVAL)
    if (!sock) return ret(m, -ENOENT)
    const headers = [k.memory.ram.read(ip, u32(m, 3)), k.memory.ram.read(tcp, u32(m, 5))] as const
    if (what === 'check') return checkSynCookie ? ret(m, checkSynCookie(sock, ...headers)) : stopUnsupported(m, 'SYN cookies of sockets')
    if (!makeSynCookie) return stopUnsupported(m, 'SYN cookies of sockets')
    const made = makeSynCookie(sock, ...headers)
    return ret64(m, Number(BigInt.asIntN(32, made)), Number(BigInt.asIntN(32, made >> 32n)))
  }

export const tcpCheckSyncookie: HelperBody = ofSocket('check')
export const tcpGenSyncookie: HelperBody = ofSocket('make')
