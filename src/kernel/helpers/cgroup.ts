// Helpers of programs on cgroups: the value that a call returns, sysctl values, and whether something lies under a cgroup.
// Linux: kernel/bpf/cgroup.c, net/core/filter.c, kernel/trace/bpf_trace.c.
import type { Machine } from '../../vm/index.ts'
import { E2BIG, EAGAIN, EINVAL, ENOENT } from '../errno.ts'
import { contextField, setContextField } from '../invocation.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { fdArrayArg, type HelperBody, readable, ret, s32, u32, u64, writable } from './body.ts'

/** What a call returns so far: programs on getsockopt() may also write it into their context. */
export const retvalOf = (k: Kernel): number =>
  k.ctx.kind === 'sockopt' ? Number(BigInt.asIntN(32, contextField(k, 'retval') ?? 0n)) : k.retval

export const getRetval: HelperBody = (k, m) => ret(m, retvalOf(k))

export const setRetval: HelperBody = (k, m) => {
  k.retval = s32(m, 1)
  setContextField(k, 'retval', BigInt(k.retval))
  append(k.effects, { kind: 'set-retval', value: k.retval })
  return ret(m, 0)
}

/** The cgroup at an index of a cgroup array: its id, or an error. */
function cgroupAt(k: Kernel, m: Machine, mapReg: number, indexReg: number): number | 'stopped' {
  const map = fdArrayArg(k, m, mapReg)
  if (!map) return 'stopped'
  const index = u32(m, indexReg)
  if (index >= map.def.maxEntries) return -E2BIG
  const id = map.slot(index)
  return id < 0 ? -EAGAIN : id
}

/** (skb, map, index) */
export const skbUnderCgroup: HelperBody = (k, m) => {
  const sock = k.skb.sock
  if (!sock?.isFull) return ret(m, -ENOENT)
  const id = cgroupAt(k, m, 2, 3)
  if (id === 'stopped') return id
  return ret(m, id < 0 ? id : sock.cgroups.includes(id) ? 1 : 0)
}

/** (map, index) */
export const currentTaskUnderCgroup: HelperBody = (k, m) => {
  const id = cgroupAt(k, m, 1, 2)
  if (id === 'stopped') return id
  return ret(m, id < 0 ? id : k.host.tasks.current().cgroups.includes(id) ? 1 : 0)
}

/** Copies a value that may be absent or longer than the buffer: its length, or an error. Linux: copy_sysctl_value(). */
function copyValue(k: Kernel, at: number, size: number, value: Uint8Array | undefined): number {
  const { ram } = k.memory
  if (size === 0) return -E2BIG
  ram.fill(at, size, 0)
  if (!value || value.length === 0) return -EINVAL
  ram.write(at, value.subarray(0, size))
  if (size > value.length) return value.length
  ram.fill(at + size - 1, 1, 0)
  return -E2BIG
}

const BASE_NAME = 1

/** (ctx, buffer, size, flags): "net/ipv4/tcp_mem" or its last part. */
export const sysctlGetName: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  const flags = u64(m, 4)
  if (flags > BASE_NAME) return ret(m, -EINVAL)
  const name = k.sysctl?.name ?? ''
  const bytes = new TextEncoder().encode(flags === BASE_NAME ? name.slice(name.lastIndexOf('/') + 1) : name)
  if (size === 0) return ret(m, -E2BIG)
  k.memory.ram.fill(at, size, 0)
  k.memory.ram.write(at, bytes.subarray(0, size - 1))
  return ret(m, bytes.length < size ? bytes.length : -E2BIG)
}

export const sysctlGetCurrentValue: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  return at < 0 ? 'stopped' : ret(m, copyValue(k, at, size, k.sysctl?.current))
}

const isWrite = (k: Kernel): boolean => contextField(k, 'write') === 1n

export const sysctlGetNewValue: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = writable(k, m, 2, size)
  if (at < 0) return 'stopped'
  if (isWrite(k)) return ret(m, copyValue(k, at, size, k.sysctl?.next))
  k.memory.ram.fill(at, size, 0)
  return ret(m, -EINVAL)
}

const PAGE_SIZE = 4096

export const sysctlSetNewValue: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const at = readable(k, m, 2, size)
  if (at < 0) return 'stopped'
  if (!isWrite(k) || !k.sysctl?.next?.length || size === 0) return ret(m, -EINVAL)
  if (size > PAGE_SIZE - 1) return ret(m, -E2BIG)
  k.sysctl = { ...k.sysctl, next: k.memory.ram.read(at, size) }
  return ret(m, 0)
}

const ALL_CB_FLAGS = 0x7f

/** (sock_ops, flags): the flags that Linux does not know. */
export const sockOpsCbFlagsSet: HelperBody = (k, m) => {
  if (!k.ctx.sock?.isFull) return ret(m, -EINVAL)
  setContextField(k, 'bpf_sock_ops_cb_flags', BigInt(u32(m, 2) & ALL_CB_FLAGS))
  return ret(m, s32(m, 2) & ~ALL_CB_FLAGS)
}
