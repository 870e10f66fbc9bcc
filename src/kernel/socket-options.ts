// Options of sockets as setsockopt() and getsockopt() know them: which there are, what a value may be, and what is read back. In: a socket, a level, a
// name, bytes. Out: 0 or an error of Linux; `undefined` where the option is not modelled. What is kept has no effect beyond being read again, but mark and
// priority, which go with packets.
// Linux: net/core/sock.c, net/ipv4/ip_sockglue.c, net/ipv4/tcp.c; bpf_setsockopt() in net/core/filter.c. Values of fresh sockets are those of Linux 6.18.
import { fromHex, toHex } from '../base/index.ts'
import { EDOM, EINVAL, ENOENT, ENOPROTOOPT, EOPNOTSUPP } from './errno.ts'
import type { Sock } from './sock.ts'

export const SOL_SOCKET = 1
export const SOL_IP = 0
export const SOL_TCP = 6

type Kind =
  /** A flag: 0, or 1 for every other number. */
  | 'flag'
  /** A number within bounds, in front of which and behind which it is -EINVAL. */
  | 'number'
  /** Read only: as the socket says. */
  | 'told'
  /** Room for data: doubled, within bounds. */
  | 'room'
  | 'timeval'
  | 'linger'
  | 'pacing'
  | 'name'
  | 'tos'
  | 'ttl'

interface Option {
  readonly level: number
  readonly name: number
  readonly kind: Kind
  readonly initial: number
  readonly min: number
  readonly max: number
}

const INT_MAX = 0x7fffffff
const INT_MIN = -0x80000000

/** level name kind [initial [min max]] */
const TABLE = `
1 1 flag
1 2 flag
1 3 told
1 4 told
1 5 flag
1 6 flag
1 7 room 0 4608 8388608
1 8 room 0 2304 8388608
1 9 flag
1 10 flag
1 11 flag
1 12 number
1 13 linger
1 15 flag
1 18 number 1
1 19 told
1 20 timeval
1 21 timeval
1 30 told
1 36 number
1 38 told
1 39 told
1 47 pacing -1
1 49 number -1
1 57 told
1 62 number 0 0
1 71 told
1 74 number 1
0 1 tos
0 2 ttl -1
6 1 flag
6 2 number 536
6 3 flag
6 4 number 7200 1 32767
6 5 number 75 1 32767
6 6 number 9 1 127
6 7 number 6 1 127
6 12 flag 1
6 13 name
6 16 number 0 0 1
6 18 number 0 0
6 25 number
6 27 number 0 0 2`

const OPTIONS = new Map<string, Option>()
for (const line of TABLE.trim().split('\n')) {
  const [level, name, kind, initial = '0', min = String(INT_MIN), max = String(INT_MAX)] = line.split(' ')
  OPTIONS.set(`${level} ${name}`, {
    level: Number(level),
    name: Number(name),
    kind: kind as Kind,
    initial: Number(initial),
    min: Number(min),
    max: Number(max),
  })
}

const SOL_IPV6 = 41
const AF_INET = 2
const AF_INET6 = 10
const TCP = 6
const UNIX = 1
const SO_TYPE = 3
const SO_ERROR = 4
const SO_SNDLOWAT = 19
const SO_ACCEPTCONN = 30
const SO_PROTOCOL = 38
const SO_DOMAIN = 39
const SO_COOKIE = 57
const SO_MARK = 36
const SO_PRIORITY = 12
const SO_SNDBUF = 7
const SO_RCVLOWAT = 18
const SO_TXREHASH = 74
const SO_REUSEPORT = 15
const SO_NETNS_COOKIE = 71
const TCP_MAXSEG = 2
const IP_TOS = 1
const ECN_BITS = 3
const DEFAULT_TTL = 64
const NAME_BYTES = 16
const WMEM_MAX = 4_194_304

const isTcp = (sock: Sock): boolean => sock.protocol === TCP && sock.family !== UNIX
const isOfTcpAlone = ({ level, name }: Option): boolean => level === SOL_SOCKET && name === SO_TXREHASH

/** Whether an option is modelled for such a socket. */
function optionOf(sock: Sock, level: number, name: number): Option | undefined {
  if (level === SOL_TCP && sock.protocol !== TCP) return undefined
  if (level === SOL_IP && sock.family === UNIX) return undefined
  return OPTIONS.get(`${level} ${name}`)
}

/** What a socket answers on a level that it does not have. */
function foreignLevel(sock: Sock, level: number, isSet: boolean): number | undefined {
  if (level === SOL_SOCKET) return undefined
  if (sock.family === UNIX) return -EOPNOTSUPP
  if (level === SOL_IP || level === sock.protocol || (level === SOL_IPV6 && sock.family === AF_INET6)) return undefined
  return isSet ? -ENOPROTOOPT : -EOPNOTSUPP
}

const keyOf = ({ level, name }: Option): string => `${level} ${name}`

/** Sets an option: 0 or an error; undefined = it is not modelled. */
export function setOption(sock: Sock, level: number, name: number, value: Uint8Array): number | undefined {
  const option = optionOf(sock, level, name)
  if (!option) return foreignLevel(sock, level, true)
  const keep = (kept: number | string): number => {
    sock.options = { ...sock.options, [keyOf(option)]: kept }
    if (level === SOL_SOCKET && name === SO_MARK) sock.mark = Number(kept)
    if (level === SOL_SOCKET && name === SO_PRIORITY) sock.priority = Number(kept)
    return 0
  }
  if (option.kind === 'name') {
    if (value.length < 1) return -EINVAL
    const text = textOf(value)
    return CONGESTION.has(text) ? keep(text) : -ENOENT
  }
  if (level === SOL_IP) return setIp(option, sock, value, keep)
  if (value.length < 4) return -EINVAL
  if (isOfTcpAlone(option) && !isTcp(sock)) return -EOPNOTSUPP
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const number = view.getInt32(0, true)
  switch (option.kind) {
    case 'told':
      return -ENOPROTOOPT
    case 'flag':
      if (level === SOL_SOCKET && name === SO_REUSEPORT && number !== 0 && sock.family === UNIX) return -EOPNOTSUPP
      return keep(number === 0 ? 0 : 1)
    case 'room': {
      const wanted = Math.min(number >>> 0, WMEM_MAX)
      return keep(Math.max(2 * wanted, option.min))
    }
    case 'linger':
      return value.length < 8
        ? -EINVAL
        : keep(toHex(number === 0 ? new Uint8Array(8) : Uint8Array.from([1, 0, 0, 0, ...value.subarray(4, 8)])))
    case 'timeval':
      return setTime(view, keep)
    case 'pacing':
      return keep(
        value.length >= 8 ? toHex(value.subarray(0, 8)) : number === -1 ? 'ffffffffffffffff' : `${toHex(value.subarray(0, 4))}00000000`,
      )
    case 'number':
      return setNumber(option, sock, number, keep)
    default:
      return undefined
  }
}

const MIN_SEGMENT = 88
const MAX_SEGMENT = 32767
/** Half of what the receive buffer of TCP grows to (tcp_rmem). */
const MAX_TCP_LOWAT = 16_777_216

function setNumber(option: Option, sock: Sock, number: number, keep: (kept: number) => number): number {
  if (number < option.min || number > option.max) return -EINVAL
  if (option.level === SOL_TCP && option.name === TCP_MAXSEG) {
    if (number !== 0 && (number < MIN_SEGMENT || number > MAX_SEGMENT)) return -EINVAL
    return keep(number === 0 ? option.initial : number)
  }
  if (option.level === SOL_SOCKET && option.name === SO_RCVLOWAT) {
    const wanted = number < 0 ? INT_MAX : number || 1
    return keep(isTcp(sock) ? Math.min(wanted, MAX_TCP_LOWAT) : wanted)
  }
  if (option.level === SOL_SOCKET && option.name === SO_TXREHASH)
    return number < -1 || number > 1 ? -EINVAL : keep(number === -1 ? 1 : number)
  return keep(number)
}

/** Options of IP take one byte too. */
function setIp(option: Option, sock: Sock, value: Uint8Array, keep: (kept: number) => number): number {
  const number = value.length >= 4 ? new DataView(value.buffer, value.byteOffset).getInt32(0, true) : value.length >= 1 ? value[0] : 0
  if (option.kind === 'ttl') {
    if (value.length < 1) return -EINVAL
    return number === -1 || (number >= 1 && number <= 255) ? keep(number) : -EINVAL
  }
  // TCP marks congestion in the lowest two bits by itself.
  return keep(sock.protocol === TCP ? number & 0xff & ~ECN_BITS : number & 0xff)
}

const TIMEVAL = 16
const MICROSECONDS = 1_000_000n

function setTime(view: DataView, keep: (kept: string) => number): number {
  if (view.byteLength < TIMEVAL) return -EINVAL
  const seconds = view.getBigInt64(0, true)
  const micros = view.getBigInt64(8, true)
  if (micros < 0n || micros >= MICROSECONDS) return -EDOM
  const out = new Uint8Array(TIMEVAL)
  const to = new DataView(out.buffer)
  // The clock ticks every millisecond; a negative time is none.
  if (seconds >= 0n) {
    const ms = (micros + 999n) / 1000n
    to.setBigInt64(0, seconds + ms / 1000n, true)
    to.setBigInt64(8, (ms % 1000n) * 1000n, true)
  }
  return keep(toHex(out))
}

const CONGESTION = new Set(['reno', 'cubic', 'bbr'])
const DEFAULT_CONGESTION = 'cubic'

const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0)
  return String.fromCharCode(...bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, NAME_BYTES - 1)))
}

const bytesOf = (kept: number | string): Uint8Array => fromHex(String(kept))!

function int(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setInt32(0, value, true)
  return out
}

function wide(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}

const TCP_LISTEN = 10

/** What only the socket can say. `cookie`: of the socket, made when it is asked for. */
function told(sock: Sock, name: number, cookie: () => number): Uint8Array {
  switch (name) {
    case SO_TYPE:
      return int(sock.type)
    case SO_ERROR:
      return int(0)
    case SO_SNDLOWAT:
      return int(1)
    case SO_ACCEPTCONN:
      return int(sock.state === TCP_LISTEN ? 1 : 0)
    case SO_PROTOCOL:
      return int(sock.protocol)
    case SO_DOMAIN:
      return int(sock.family)
    case SO_COOKIE:
      return wide(BigInt(cookie()))
    default:
      return wide(sock.netnsCookie)
  }
}

/** Room of fresh sockets: of TCP as its own sysctls say, of others as those of all sockets. */
function roomOf(sock: Sock, name: number): number {
  if (!isTcp(sock)) return 212_992
  return name === SO_SNDBUF ? 16_384 : 131_072
}

/** What getsockopt() gives back for a buffer of `room` bytes: the bytes, or an error; undefined = it is not modelled. */
export function getOption(sock: Sock, level: number, name: number, room: number, cookie: () => number): Uint8Array | number | undefined {
  const option = optionOf(sock, level, name)
  if (!option) return foreignLevel(sock, level, false)
  if (room < 0) return -EINVAL
  if (isOfTcpAlone(option) && !isTcp(sock)) return -EOPNOTSUPP
  const kept = sock.options[keyOf(option)]
  switch (option.kind) {
    case 'told': {
      const bytes = told(sock, name, cookie)
      const fits = name === SO_NETNS_COOKIE ? room === 8 : bytes.length < 8 || room >= 8
      return fits ? bytes.subarray(0, room) : -EINVAL
    }
    case 'room':
      return int(Number(kept ?? roomOf(sock, name))).subarray(0, room)
    case 'linger':
      return bytesOf(kept ?? '0'.repeat(16)).subarray(0, room)
    case 'timeval':
      return bytesOf(kept ?? '0'.repeat(2 * TIMEVAL)).subarray(0, room)
    case 'pacing': {
      const bytes = bytesOf(kept ?? 'f'.repeat(16))
      if (room >= 8) return bytes
      const isLarge = bytes.subarray(4).some((b) => b !== 0)
      return (isLarge ? int(-1) : bytes).subarray(0, Math.min(4, room))
    }
    case 'name': {
      const out = new Uint8Array(NAME_BYTES)
      for (const [i, c] of [...String(kept ?? DEFAULT_CONGESTION)].entries()) out[i] = c.charCodeAt(0)
      return out.subarray(0, room)
    }
    case 'ttl':
    case 'tos': {
      const value = Number(kept ?? option.initial)
      const shown = option.kind === 'ttl' && value === -1 ? DEFAULT_TTL : value
      return room >= 4 ? int(shown) : int(shown).subarray(0, Math.min(1, room))
    }
    case 'flag':
    case 'number':
      return int(
        level === SOL_SOCKET && name === SO_MARK
          ? sock.mark
          : level === SOL_SOCKET && name === SO_PRIORITY
            ? sock.priority
            : Number(kept ?? option.initial),
      ).subarray(0, room)
  }
}

/** Options that programs may ask for and set with numbers of four bytes. Linux: sol_socket_sockopt(), sol_ip_sockopt(), sol_tcp_sockopt(). */
const BY_PROGRAMS: Readonly<Record<number, ReadonlySet<number>>> = {
  [SOL_SOCKET]: new Set([2, 7, 8, 9, 12, 15, 18, 36, 47, 62, 74]),
  [SOL_IP]: new Set([IP_TOS]),
  [SOL_TCP]: new Set([1, 2, 4, 5, 6, 7, 10, 16, 18, 25, 27]),
}
export const TCP_CONGESTION = 13
/** TCP_BPF_IW to TCP_BPF_RTO_MIN, and TCP_BPF_SOCK_OPS_CB_FLAGS. */
const OWN_TCP = new Set([1001, 1002, 1003, 1004, 1008])

/** Whether Linux takes the option from a program at all: 0 or -EINVAL. */
export function programMay(sock: Sock, level: number, name: number, sizeBytes: number): number {
  if (!sock.isFull) return -EINVAL
  if (level === SOL_TCP && sock.protocol !== TCP) return -EINVAL
  if (level === SOL_IP && sock.family !== AF_INET && sock.isV6Only) return -EINVAL
  if (level === SOL_TCP && name === TCP_CONGESTION) return sizeBytes < 2 ? -EINVAL : 0
  const isKnown = BY_PROGRAMS[level]?.has(name) || (level === SOL_TCP && OWN_TCP.has(name))
  return isKnown && sizeBytes === 4 ? 0 : -EINVAL
}
