// Helpers on maps: lookup, update, delete, push, pop, peek, and the tail call. Results are those of the map's kind.
// Linux: kernel/bpf/helpers.c; bpf_tail_call() is an instruction of its own in the JIT.
import { type HelperResult, tailCall } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EINVAL } from '../errno.ts'
import { type Kernel, type MapChange, mapLo, programAt } from '../kernel.ts'
import { giveBack, takeLock } from '../locks.ts'
import { append } from '../log.ts'
import type { CgroupStorage } from '../maps/cgroup-storage.ts'
import type { KernelMap } from '../maps/map.ts'
import type { MapOfMaps } from '../maps/map-of-maps.ts'
import type { SockTable } from '../maps/sock-table.ts'
import { sockLo } from '../sock.ts'
import { fdArrayArg, type HelperBody, mapArg, readable, ret, ret64, u32, u64, writable } from './body.ts'
import { sockArg } from './socket.ts'

const note = (k: Kernel, map: KernelMap, kind: MapChange['kind'], key: number): void =>
  append(k.changes, { map: map.id, kind, key: k.memory.ram.read(key, map.def.keySize) })

export const mapLookupElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  const key = readable(k, m, 2, map.def.keySize)
  if (key < 0) return 'stopped'
  if ('inner' in map) {
    const inner = k.maps[(map as MapOfMaps).inner(key)]
    return inner ? ret64(m, mapLo(inner), DIRECT_HI) : ret(m, 0)
  }
  if ('sockAt' in map) {
    const sock = k.socks[(map as SockTable).sockAt(key)]
    return sock ? ret64(m, sockLo(sock), DIRECT_HI) : ret(m, 0)
  }
  const value = map.lookup(key)
  return value === 0 ? ret(m, 0) : ret64(m, value, DIRECT_HI)
}

export const mapLookupPercpuElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  const key = readable(k, m, 2, map.def.keySize)
  if (key < 0) return 'stopped'
  const value = map.lookupPercpu ? map.lookupPercpu(key, u32(m, 3)) : 0
  return value === 0 ? ret(m, 0) : ret64(m, value, DIRECT_HI)
}

export const mapUpdateElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  const key = readable(k, m, 2, map.def.keySize)
  if (key < 0) return 'stopped'
  if ('sockAt' in map) {
    const sock = sockArg(k, m, 3)
    return ret(m, sock ? (map as SockTable).putSock(key, sock.id, u64(m, 4)) : -EINVAL)
  }
  const value = readable(k, m, 3, map.def.valueSize)
  if (value < 0) return 'stopped'
  const err = map.update(key, value, u64(m, 4))
  if (err === 0) note(k, map, 'update', key)
  return ret(m, err)
}

export const mapDeleteElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  const key = readable(k, m, 2, map.def.keySize)
  if (key < 0) return 'stopped'
  const err = map.delete(key)
  if (err === 0) note(k, map, 'delete', key)
  return ret(m, err)
}

export const mapPushElem: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  const value = readable(k, m, 2, map.def.valueSize)
  if (value < 0) return 'stopped'
  const err = map.push ? map.push(value, u64(m, 3)) : -EINVAL
  if (err === 0) note(k, map, 'push', 0)
  return ret(m, err)
}

/** bpf_get_local_storage(): the storage of where the program is attached. */
export const getLocalStorage: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  if (!map) return 'stopped'
  return 'storage' in map ? ret64(m, (map as CgroupStorage).storage(), DIRECT_HI) : ret(m, 0)
}

const takes =
  (kind: 'pop' | 'peek'): HelperBody =>
  (k, m) => {
    const map = mapArg(k, m, 1)
    if (!map) return 'stopped'
    const reads = kind === 'peek' && map.peekReads === true
    const value = reads ? readable(k, m, 2, map.def.valueSize) : writable(k, m, 2, map.def.valueSize)
    if (value < 0) return 'stopped'
    const take = map[kind]
    const err = take ? take(value) : -EINVAL
    if (err === 0 && kind === 'pop') note(k, map, 'pop', 0)
    return ret(m, err)
  }

export const mapPopElem: HelperBody = takes('pop')
export const mapPeekElem: HelperBody = takes('peek')

export const tailCallHelper: HelperBody = (k, m): HelperResult => {
  const map = fdArrayArg(k, m, 2)
  if (!map) return 'stopped'
  const target = programAt(k, map, u32(m, 3))
  // On failure the program goes on after the call; r0 is whatever it was.
  if (!target) return undefined
  return tailCall(m, target.code, m.lo[1], m.hi[1]) ? 'moved' : undefined
}

const LOCK_BYTES = 4

export const spinLock: HelperBody = (k, m) => {
  const at = writable(k, m, 1, LOCK_BYTES)
  if (at < 0) return 'stopped'
  const taken = takeLock(k, m, at)
  return taken === 'taken' ? ret(m, 0) : taken
}

export const spinUnlock: HelperBody = (k, m) => {
  const at = writable(k, m, 1, LOCK_BYTES)
  if (at < 0) return 'stopped'
  giveBack(k, at)
  return ret(m, 0)
}
