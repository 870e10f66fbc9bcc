// Tables of sockets: SOCKMAP, SOCKHASH, REUSEPORT_SOCKARRAY. User space puts descriptors in and reads cookies; a program's lookup gives the socket.
// Kept as an array or hash of the sockets' numbers + 1 (0 = empty).
// Linux: net/core/sock_map.c, kernel/bpf/reuseport_array.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EBADF, EBUSY, EEXIST, EINVAL, ENOENT, ENOTSUPP } from '../errno.ts'
import type { Sock } from '../sock.ts'
import { createArray } from './array.ts'
import { createHash } from './hash.ts'
import { BPF_EXIST, BPF_NOEXIST, type KernelMap, type MapHost } from './map.ts'

export interface SockTable extends KernelMap {
  /** Number of the socket under the key at a Ram offset; -1 = none. */
  readonly sockAt: (key: number) => number
  /** 0 or an error. */
  readonly putSock: (key: number, sock: number, flags: number) => number
  /** Takes a closed socket out, wherever it stands. Linux: sock_map_unhash(), bpf_sk_reuseport_detach(). */
  readonly dropSock: (sock: number) => void
}

export const isSockTable = (map: KernelMap): map is SockTable => 'sockAt' in map

const TCP = 6
const UDP = 17
const AF_INET = 2
const AF_INET6 = 10
const TCP_LISTEN = 10
const TCP_CLOSE = 7

/** Sockets that share a port, listening or bound, and in no other array. Linux: reuseport_array_update_check(). */
function unfit(sock: Sock): number {
  if (sock.protocol !== TCP && sock.protocol !== UDP) return -ENOTSUPP
  if (sock.family !== AF_INET && sock.family !== AF_INET6) return -ENOTSUPP
  const waits = sock.state === (sock.protocol === TCP ? TCP_LISTEN : TCP_CLOSE) && sock.localPort !== 0
  if (!waits || sock.reuseport === 0) return -EINVAL
  return sock.array >= 0 ? -EBUSY : 0
}

export function createSockTable(host: MapHost, def: MapDef, id: number): SockTable | undefined {
  const hashed = def.type === 'sockhash'
  const numbers = { ...def, type: hashed ? 'hash' : 'array', valueSize: 4, flags: 0 }
  const store = hashed ? createHash(host, numbers, id) : createArray(host, numbers, id)
  const { ram } = host.memory
  const word = ram.alloc(8)
  const scratch = ram.alloc(def.keySize)
  if (!store || scratch === 0) return undefined
  const reuseport = def.type === 'reuseport_sockarray'
  const number = (value: Uint8Array | undefined): number =>
    value ? new DataView(value.buffer, value.byteOffset).getUint32(0, true) - 1 : -1
  const sockAt = (key: number): number => {
    const at = store.lookup(key)
    return at === 0 ? -1 : ram.i32[at >> 2] - 1
  }
  const isInside = (key: number): boolean => hashed || ram.view.getUint32(key, true) < def.maxEntries

  const forget = (sock: number): void => {
    const known = reuseport ? host.sock(sock) : undefined
    if (known) known.array = -1
  }

  const put = (key: number, sock: number, flags: number): number => {
    if (flags > BPF_EXIST) return -EINVAL
    if (!isInside(key)) return -E2BIG
    const there = sockAt(key) >= 0
    if (there && flags === BPF_NOEXIST) return -EEXIST
    if (!there && flags === BPF_EXIST) return -ENOENT
    if (reuseport) {
      const shared = host.sock(sock)
      const refused = shared ? unfit(shared) : -EINVAL
      if (refused !== 0 || !shared) return refused
      forget(sockAt(key))
      shared.array = id
    }
    ram.setI32(word, sock + 1)
    return store.update(key, word, 0)
  }
  const remove = (key: number): number => {
    if (hashed) return store.delete(key)
    if (!isInside(key)) return reuseport ? -E2BIG : -EINVAL
    if (sockAt(key) < 0) return reuseport ? -ENOENT : -EINVAL
    forget(sockAt(key))
    ram.setI32(store.lookup(key), 0)
    return 0
  }
  const given = (key: Uint8Array): number => {
    ram.write(scratch, key.subarray(0, def.keySize))
    return scratch
  }
  const cookie = (sock: number): Uint8Array => {
    const out = new Uint8Array(def.valueSize)
    new DataView(out.buffer).setUint32(0, host.sockCookie(sock), true)
    return out
  }
  const filled = () => store.entries().filter((e) => number(e.value) >= 0)

  return {
    def,
    id,
    percpu: false,
    sockAt,
    putSock: put,
    dropSock: (sock) => {
      for (const e of filled()) if (number(e.value) === sock) remove(given(e.key))
    },
    lookup: () => 0,
    update: () => -EINVAL,
    delete: remove,
    userLookup: (key) => {
      const sock = sockAt(given(key))
      return sock < 0 ? undefined : cookie(sock)
    },
    userUpdate: (key, value, flags) => {
      const sock = host.sockOf(new DataView(value.buffer, value.byteOffset).getInt32(0, true))
      return sock < 0 ? -EBADF : put(given(key), sock, flags)
    },
    userDelete: (key) => remove(given(key)),
    nextKey: store.nextKey,
    count: () => filled().length,
    entries: () => filled().map((e) => ({ key: e.key, value: cookie(number(e.value)) })),
    locate: () => undefined,
  }
}
