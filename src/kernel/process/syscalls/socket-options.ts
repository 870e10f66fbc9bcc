// setsockopt() and getsockopt(). Options that are not modelled (../../socket-options.ts) answer what the act says, or 0, and the world's log tells so.
// Linux: do_sock_setsockopt(), do_sock_getsockopt() in net/socket.c; sk_setsockopt() in net/core/sock.c.
import { EACCES, EFAULT, EINVAL, EPERM } from '../../errno.ts'
import { cookieOf } from '../../kernel.ts'
import type { Sock } from '../../sock.ts'
import { getOption, SOL_SOCKET, setOption } from '../../socket-options.ts'
import type { Happening } from '../../world/engine.ts'
import { call, security } from '../calls.ts'
import { afterGet, beforeSet } from '../cgroup-hooks.ts'
import type { Runtime } from '../runtime.ts'
import { viewOf } from '../sockets.ts'
import type { TaskState } from '../state.ts'
import { pointer } from '../structs.ts'
import { read as readUser, write as writeUser } from '../user-memory.ts'
import { int, type SyscallBody, size } from './body.ts'
import { socketAt } from './sockets.ts'

const MAX_VALUE = 65536
const SO_DEBUG = 1
const SO_PRIORITY = 12
const SO_MARK = 36
const INTERACTIVE = 6
const CAP_NET_ADMIN = 1n << 12n
const CAP_NET_RAW = 1n << 13n

const note = (rt: Runtime, t: TaskState, text: string): void =>
  rt.world.tell({ kind: 'note', atNs: rt.clock, node: t.node, text: `${t.comm}: ${text}` })

/** What only some may set. */
function mayNot(t: TaskState, level: number, name: number, value: Uint8Array): number {
  if (level !== SOL_SOCKET || value.length < 4 || (t.caps & (CAP_NET_ADMIN | CAP_NET_RAW)) !== 0n) return 0
  const number = new DataView(value.buffer, value.byteOffset).getInt32(0, true)
  if (name === SO_DEBUG && number !== 0) return -EACCES
  return name === SO_MARK || (name === SO_PRIORITY && (number < 0 || number > INTERACTIVE)) ? -EPERM : 0
}

function kernelSet(rt: Runtime, t: TaskState, sock: Sock, level: number, name: number, value: Uint8Array): number {
  const refused = mayNot(t, level, name, value)
  if (refused !== 0) return refused
  const err = setOption(sock, level, name, value)
  if (err === undefined) note(rt, t, `option ${name} of sockets on level ${level} is not modelled`)
  return err ?? 0
}

function* setsockopt(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_setsockopt', args.slice(0, 5), function* () {
    const found = socketAt(rt, t, args[0])
    if (typeof found === 'bigint') return found
    const { socket: s } = found
    const [level, name, optlen] = [int(args[1]), int(args[2]), int(args[4])]
    if (optlen < 0) return BigInt(-EINVAL)
    const refused = yield* security(rt, 'socket_setsockopt', [pointer(s.socket), BigInt(level), BigInt(name)])
    if (refused !== 0) return BigInt(refused)
    const sock = viewOf(rt, s)
    if (!sock) return 0n
    const given = readUser(rt.state.spaces[t.mm], size(args[3]), Math.min(optlen, MAX_VALUE))
    if (given.length < Math.min(optlen, MAX_VALUE)) return BigInt(-EFAULT)
    const outcome = yield* beforeSet(rt, s, sock, level, name, given)
    if (outcome.kind === 'returns') return BigInt(outcome.value)
    return BigInt(kernelSet(rt, t, sock, outcome.level, outcome.name, outcome.value ?? given))
  })
}

function* getsockopt(rt: Runtime, t: TaskState, args: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_getsockopt', args.slice(0, 5), function* () {
    const found = socketAt(rt, t, args[0])
    if (typeof found === 'bigint') return found
    const { socket: s } = found
    const [level, name] = [int(args[1]), int(args[2])]
    const refused = yield* security(rt, 'socket_getsockopt', [pointer(s.socket), BigInt(level), BigInt(name)])
    if (refused !== 0) return BigInt(refused)
    const sock = viewOf(rt, s)
    if (!sock) return 0n
    const space = rt.state.spaces[t.mm]
    const [toValue, toLength] = [size(args[3]), size(args[4])]
    const told = readUser(space, toLength, 4)
    const room = told.length < 4 ? 0 : new DataView(told.buffer, told.byteOffset).getInt32(0, true)
    const answer = (value: Uint8Array): boolean => {
      const length = new Uint8Array(4)
      new DataView(length.buffer).setInt32(0, value.length, true)
      return writeUser(space, toValue, value) && writeUser(space, toLength, length)
    }
    let got = told.length < 4 ? -EFAULT : getOption(sock, level, name, room, () => cookieOf(rt.kernel, sock))
    if (got === undefined) {
      note(rt, t, `option ${name} of sockets on level ${level} is not modelled`)
      got = new Uint8Array(Math.max(0, Math.min(room, 4)))
    }
    const [result, value] = typeof got === 'number' ? [got, new Uint8Array(0)] : [answer(got) ? 0 : -EFAULT, got]
    const after = yield* afterGet(rt, s, sock, level, name, room, result, value)
    return BigInt(after.value && !answer(after.value) ? -EFAULT : after.retval)
  })
}

export const SOCKET_OPTION_CALLS: Readonly<Record<string, SyscallBody>> = {
  setsockopt: { costNs: 800, start: setsockopt },
  getsockopt: { costNs: 800, start: getsockopt },
}
