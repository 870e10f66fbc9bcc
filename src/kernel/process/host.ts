// What helpers ask of processes: who runs, memory of user space, call stacks, paths and symbols. A part of the kernel's Host (../host.ts).

import { DIRECT_HI } from '../address.ts'
import { EFAULT } from '../errno.ts'
import type { Address, Host, Task } from '../host.ts'
import { errno } from './numbers.ts'
import { cgroupIds, ptRegsAt } from './objects.ts'
import { currentTask, type Runtime } from './runtime.ts'
import { generateLater } from './signals.ts'
import type { TaskState } from './state.ts'
import { functionAddress, kernelFunction, symbolAt } from './symbols.ts'
import { userStack } from './user-code.ts'
import { read, write } from './user-memory.ts'

const TWO32 = 4294967296
/** Where a caller in the kernel goes on. */
const RETURN_OFFSET = 0x46n
const PROBE_OFFSET = 5n

const objectAddress = (ram: number): Address => (ram === 0 ? [0, 0] : [ram, DIRECT_HI])
const number = ([lo, hi]: Address): number => (hi >>> 0) * TWO32 + (lo >>> 0)
const halves = (value: bigint): Address => [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))]

export function attachHost(rt: Runtime): void {
  const { kernel } = rt
  const { host } = kernel
  const taskOf = (t: TaskState): Task => ({
    pid: t.tid,
    tgid: t.tid === 0 ? 0 : t.tgid,
    uid: t.uid,
    gid: t.gid,
    comm: t.comm,
    cgroups: cgroupIds(rt, t),
    classid: 0,
    object: objectAddress(t.obj.task),
    regs: objectAddress(ptRegsAt(t)),
  })
  const stateOf = (task: Task): TaskState | undefined => (task.pid === 0 ? currentTask(rt) : rt.state.tasks.get(task.pid))
  const tasks: Host['tasks'] = {
    current: () => taskOf(currentTask(rt)),
    byPid: (pid) => {
      const t = rt.state.tasks.get(pid)
      return t && t.run !== 'dead' && t.tid > 0 ? taskOf(t) : undefined
    },
    at: ([lo, hi]) => {
      const t = hi === DIRECT_HI ? [...rt.state.tasks.values()].find((o) => o.obj.task === lo) : undefined
      return t && taskOf(t)
    },
    inNamespace: (dev, ino) => {
      const t = currentTask(rt)
      if (dev !== NSFS_DEV || Number(ino) !== t.ns.pid) return undefined
      return { pid: t.vpid, tgid: t.vtgid }
    },
    signal: (task, signal) => {
      const t = stateOf(task)
      return t && t.tid !== 0 ? generateLater(rt, t, signal) : errno('ESRCH')
    },
    cgroup: (id) => objectAddress([...rt.state.cgroups.values()].find((c) => c.id === id)?.ram ?? 0),
    cgroupId: ([lo, hi]) => (hi === DIRECT_HI ? [...rt.state.cgroups.values()].find((c) => c.ram === lo)?.id : undefined),
  }
  const user: Host['user'] = {
    read: (address, size, task) => {
      const space = rt.state.spaces[stateOf(task)?.mm ?? -1]
      return space ? read(space, number(address), size) : new Uint8Array(0)
    },
    write: (address, bytes, task) => {
      const space = rt.state.spaces[stateOf(task)?.mm ?? -1]
      return space && write(space, number(address), bytes) ? 0 : -EFAULT
    },
  }
  const stacks: Host['stacks'] = {
    kernel: (task) => kernelStack(stateOf(task)),
    user: (task) => {
      const t = stateOf(task)
      return t && t.tid !== 0 ? userStack(rt, t) : []
    },
  }
  const names: Host['names'] = {
    ...host.names,
    path: ([lo, hi]) => {
      if (hi !== DIRECT_HI) return undefined
      const dentry = kernel.memory.ram.view.getUint32(lo + rt.structs.field('path', 'dentry').at, true)
      return [...rt.state.dentries.values()].find((d) => d.ram === dentry)?.path
    },
    symbol: (name) => (kernelFunction(name) ? halves(functionAddress(name)) : host.names.symbol?.(name)),
    symbolAt: (address) => symbolAt((BigInt(address[1] >>> 0) << 32n) | BigInt(address[0] >>> 0)) ?? host.names.symbolAt?.(address),
  }
  kernel.host = {
    ...host,
    tasks,
    user,
    stacks,
    names,
    perf: { ...host.perf, sample: () => ({ period: BigInt(rt.samplePeriod), address: 0n }) },
  }
}

/** Device of the file system that namespaces are files of: what stat() of /proc/PID/ns/pid says. */
const NSFS_DEV = 4n

/** Functions of the kernel that are under way, the innermost first. */
function kernelStack(t: TaskState | undefined): bigint[] {
  if (!t) return []
  const frames = t.frames.map((f) => f.name)
  const outer =
    t.tid === 0 ? ['cpu_startup_entry', 'do_idle'] : t.call || frames.length > 0 ? ['entry_SYSCALL_64_after_hwframe', 'do_syscall_64'] : []
  const stack = [...outer, ...frames].reverse()
  return stack.map((name, i) => functionAddress(name) + (i === 0 ? PROBE_OFFSET : RETURN_OFFSET))
}
