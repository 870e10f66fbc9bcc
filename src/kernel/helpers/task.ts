// Helpers on the task that runs: who it is, its namespaces and cgroups, signals. Which one it is, is the world's matter (host.tasks).
// Linux: kernel/bpf/helpers.c, kernel/trace/bpf_trace.c, net/core/filter.c.
import { stopUnsupported } from '../../vm/index.ts'
import { EINVAL, EOPNOTSUPP } from '../errno.ts'
import { type HelperBody, ret, ret64, s32, u32, u64, writable } from './body.ts'
import { retNumber } from './socket.ts'

export const getCurrentPidTgid: HelperBody = (k, m) => {
  const { pid, tgid } = k.host.tasks.current()
  return ret64(m, pid, tgid)
}

export const getCurrentUidGid: HelperBody = (k, m) => {
  const { uid, gid } = k.host.tasks.current()
  return ret64(m, uid, gid)
}

export const getCurrentComm: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const at = writable(k, m, 1, size)
  if (at < 0) return 'stopped'
  const comm = new TextEncoder().encode(k.host.tasks.current().comm)
  k.memory.ram.fill(at, size, 0)
  k.memory.ram.write(at, comm.subarray(0, Math.max(0, size - 1)))
  return ret(m, 0)
}

export const getCurrentCgroupId: HelperBody = (k, m) => {
  const { cgroups } = k.host.tasks.current()
  return retNumber(m, cgroups[cgroups.length - 1] ?? 0)
}

/** The root is at level 0; beyond the own level there is none. */
export const getCurrentAncestorCgroupId: HelperBody = (k, m) => retNumber(m, k.host.tasks.current().cgroups[s32(m, 1)] ?? 0)

/** (dev, ino, nsdata, size of it) */
export const getNsCurrentPidTgid: HelperBody = (k, m) => {
  const size = u32(m, 4)
  const at = writable(k, m, 3, size)
  if (at < 0) return 'stopped'
  const { ram } = k.memory
  const { inNamespace } = k.host.tasks
  if (size !== 8) {
    ram.fill(at, size, 0)
    return ret(m, -EINVAL)
  }
  if (!inNamespace) return stopUnsupported(m, 'pid namespaces')
  const found = inNamespace(big(u64(m, 1)), big(u64(m, 2)))
  ram.view.setUint32(at, found?.pid ?? 0, true)
  ram.view.setUint32(at + 4, found?.tgid ?? 0, true)
  return ret(m, found ? 0 : -EINVAL)
}

const big = (n: number): bigint => BigInt(n)

/** struct task_struct, as a number or as a pointer that the verifier knows. */
export const getCurrentTask: HelperBody = (k, m) => {
  const [lo, hi] = k.host.tasks.current().object
  return (lo | hi) === 0 ? stopUnsupported(m, 'struct task_struct of the running task') : ret64(m, lo, hi)
}

export const taskPtRegs: HelperBody = (k, m) => {
  const task = k.host.tasks.at?.([m.lo[1], m.hi[1]])
  return task?.regs ? ret64(m, ...task.regs) : stopUnsupported(m, 'struct pt_regs of a task')
}

const MAX_SIGNAL = 64

const signals =
  (thread: boolean): HelperBody =>
  (k, m) => {
    const { current, signal } = k.host.tasks
    const number = u32(m, 1)
    if (number > MAX_SIGNAL) return ret(m, -EINVAL)
    return signal ? ret(m, signal(current(), number, thread)) : stopUnsupported(m, 'signals')
  }

export const sendSignal: HelperBody = signals(false)
export const sendSignalThread: HelperBody = signals(true)

/** What of the place where it is attached a program may ask; ENOENT or 0 where it was not told. */
const siteWord =
  (of: 'ip' | 'cookie'): HelperBody =>
  (k, m) => {
    const v = k.site[of] ?? 0n
    return ret64(m, Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n)))
  }

export const getFuncIp: HelperBody = siteWord('ip')
export const getAttachCookie: HelperBody = siteWord('cookie')

/** (ctx, n, to): the n-th argument of the traced function. */
export const getFuncArg: HelperBody = (k, m) => {
  const to = writable(k, m, 3, 8)
  if (to < 0) return 'stopped'
  const n = u32(m, 2)
  if (n >= (k.site.args ?? 0)) return ret(m, -EINVAL)
  k.memory.ram.copy(to, k.ctx.ram + 8 * n, 8)
  return ret(m, 0)
}

/** (ctx, to): what the traced function returned, or is about to be taken to have returned. */
export const getFuncRet: HelperBody = (k, m) => {
  const to = writable(k, m, 2, 8)
  if (to < 0) return 'stopped'
  if (k.progType !== 'fexit' && k.progType !== 'fmod_ret') return ret(m, -EOPNOTSUPP)
  k.memory.ram.copy(to, k.ctx.ram + 8 * (k.site.args ?? 0), 8)
  return ret(m, 0)
}

export const getFuncArgCnt: HelperBody = (k, m) => ret(m, k.site.args ?? 0)
