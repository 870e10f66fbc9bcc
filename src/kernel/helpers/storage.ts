// Helpers on storage that belongs to sockets, tasks, inodes and cgroups. The owner is what the pointer means; see maps/local-storage.ts.
// Linux: kernel/bpf/bpf_task_storage.c, bpf_cgrp_storage.c, bpf_inode_storage.c, net/core/bpf_sk_storage.c.
import { type Machine, stop } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EINVAL } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import type { LocalStorage } from '../maps/local-storage.ts'
import { sockLo } from '../sock.ts'
import { type HelperBody, isNull, mapArg, readable, ret, ret64, u64 } from './body.ts'
import { sockArg } from './socket.ts'

const CREATE = 1

/** Key of the owner that r2 points to; undefined = none that can have storage. */
type OwnerOf = (k: Kernel, m: Machine) => number | undefined

const socket: OwnerOf = (k, m) => {
  const sock = sockArg(k, m, 2)
  return sock?.isFull ? sockLo(sock) : undefined
}
const object: OwnerOf = (_k, m) => (isNull(m, 2) ? undefined : m.lo[2])

function storageArg(k: Kernel, m: Machine): LocalStorage | undefined {
  const map = mapArg(k, m, 1)
  if (!map || 'drop' in map) return map as LocalStorage | undefined
  stop(m, 'bad-argument', 'r1 is no storage')
  return undefined
}

/** (map, owner, initial value or NULL, flags) */
const gets =
  (ownerOf: OwnerOf): HelperBody =>
  (k, m) => {
    const map = storageArg(k, m)
    if (!map) return 'stopped'
    const flags = u64(m, 4)
    const owner = ownerOf(k, m)
    if (owner === undefined || flags > CREATE) return ret(m, 0)
    let value = map.of(owner)
    if (value === 0 && flags === CREATE) {
      const initial = isNull(m, 3) ? 0 : readable(k, m, 3, map.def.valueSize)
      if (initial < 0) return 'stopped'
      value = map.make(owner, initial)
    }
    return value === 0 ? ret(m, 0) : ret64(m, value, DIRECT_HI)
  }

/** (map, owner) */
const deletes =
  (ownerOf: OwnerOf): HelperBody =>
  (k, m) => {
    const map = storageArg(k, m)
    if (!map) return 'stopped'
    const owner = ownerOf(k, m)
    return ret(m, owner === undefined ? -EINVAL : map.drop(owner))
  }

export const skStorageGet: HelperBody = gets(socket)
export const skStorageDelete: HelperBody = deletes(socket)
export const objectStorageGet: HelperBody = gets(object)
export const objectStorageDelete: HelperBody = deletes(object)
