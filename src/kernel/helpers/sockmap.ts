// Helpers on tables of sockets: putting a socket in, sending data to another socket, choosing one of a group.
// Linux: net/core/sock_map.c, net/core/filter.c.
import { type Machine, stop } from '../../vm/index.ts'
import { EAFNOSUPPORT, EBADFD, EINVAL, ENOENT, EOPNOTSUPP, EPROTOTYPE } from '../errno.ts'
import { contextField } from '../invocation.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import type { SockTable } from '../maps/sock-table.ts'
import type { Sock } from '../sock.ts'
import { type HelperBody, mapArg, readable, ret, u64 } from './body.ts'

const SK_DROP = 0
const SK_PASS = 1
const BPF_F_INGRESS = 1
const TCP = 6
const TCP_LISTEN = 10
/** sock_map_op_okay(): a connection is there, or a socket listens. */
const OPS_WITH_SOCKET = [4n, 5n, 11n]

function tableArg(k: Kernel, m: Machine): SockTable | undefined {
  const map = mapArg(k, m, 2)
  if (!map || 'sockAt' in map) return map as SockTable | undefined
  stop(m, 'bad-argument', 'r2 is no table of sockets')
  return undefined
}

/** Ram offset of the key: what r3 points to, or r3 itself put into memory. */
function keyOf(k: Kernel, m: Machine, map: SockTable, byValue: boolean): number {
  if (!byValue) return readable(k, m, 3, map.def.keySize)
  k.memory.ram.setI32(k.scratch, m.lo[3])
  return k.scratch
}

const redirects =
  (byValue: boolean, isMessage: boolean): HelperBody =>
  (k, m) => {
    const map = tableArg(k, m)
    const key = map ? keyOf(k, m, map, byValue) : -1
    if (!map || key < 0) return 'stopped'
    const flags = u64(m, 4)
    const sock: Sock | undefined = k.socks[map.sockAt(key)]
    if (flags > BPF_F_INGRESS || !sock || (sock.protocol === TCP && sock.state === TCP_LISTEN)) return ret(m, SK_DROP)
    if (isMessage && flags === 0 && sock.protocol !== TCP) return ret(m, SK_DROP)
    append(k.effects, { kind: 'redirect-socket', sock, flags })
    return ret(m, SK_PASS)
  }

export const skRedirectMap: HelperBody = redirects(true, false)
export const skRedirectHash: HelperBody = redirects(false, false)
export const msgRedirectMap: HelperBody = redirects(true, true)
export const msgRedirectHash: HelperBody = redirects(false, true)

/** (sock_ops, map, key, flags) */
export const sockTableUpdate: HelperBody = (k, m) => {
  const map = tableArg(k, m)
  const key = map ? readable(k, m, 3, map.def.keySize) : -1
  if (!map || key < 0) return 'stopped'
  if (!k.ctx.sock || !OPS_WITH_SOCKET.includes(contextField(k, 'op') ?? -1n)) return ret(m, -EOPNOTSUPP)
  return ret(m, map.putSock(key, k.ctx.sock.id, u64(m, 4)))
}

/** (ctx, map, key, flags) */
export const skSelectReuseport: HelperBody = (k, m) => {
  const map = tableArg(k, m)
  const key = map ? readable(k, m, 3, map.def.keySize) : -1
  if (!map || key < 0) return 'stopped'
  if (u64(m, 4) !== 0) return ret(m, -EINVAL)
  const sock = k.socks[map.sockAt(key)]
  if (!sock) return ret(m, -ENOENT)
  const isArray = map.def.type === 'reuseport_sockarray'
  if (sock.reuseport === 0) return ret(m, isArray ? -ENOENT : -EINVAL)
  const asked = k.ctx.sock
  if (asked && asked.reuseport !== sock.reuseport)
    return ret(m, asked.protocol !== sock.protocol ? -EPROTOTYPE : asked.family !== sock.family ? -EAFNOSUPPORT : -EBADFD)
  append(k.effects, { kind: 'assign-socket', sock, flags: 0 })
  return ret(m, 0)
}
