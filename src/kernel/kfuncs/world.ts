// Kernel functions on what the world has: tasks and cgroups by number, user memory into dynptrs, arenas, and what is nothing to do here.
// Linux: kernel/bpf/helpers.c, kernel/trace/bpf_trace.c, kernel/bpf/arena.c.
import { type Machine, stop, stopUnsupported } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { dynptrArg, writeDynptr } from '../dynptr.ts'
import { E2BIG, EINVAL } from '../errno.ts'
import { type HelperBody, mapArg, ret, ret64, retU32, s32, u32 } from '../helpers/body.ts'
import { readUser, readUserText } from '../helpers/memory.ts'
import type { Address } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import { ARENA_USER_HI, type ArenaMap } from '../maps/arena.ts'

/** A pointer to something that is counted stays what it is: objects of the world live as long as it wants. */
export const acquire: HelperBody = (_k, m) => ret64(m, m.lo[1], m.hi[1])
export const nothing: HelperBody = () => undefined

const retAddress = (m: Machine, a: Address | undefined): undefined => (a ? ret64(m, ...a) : ret(m, 0))

export const taskFromPid: HelperBody = (k, m) => {
  const { byPid } = k.host.tasks
  return byPid ? retAddress(m, byPid(s32(m, 1))?.object) : stopUnsupported(m, 'tasks by number')
}

export const cgroupFromId: HelperBody = (k, m) => {
  const { cgroup } = k.host.tasks
  return cgroup ? retAddress(m, cgroup(u32(m, 1))) : stopUnsupported(m, 'cgroups by number')
}

/** (cgroup, level) */
export const cgroupAncestor: HelperBody = (k, m) => {
  const { cgroup, cgroupPath } = k.host.tasks
  if (!cgroup || !cgroupPath) return stopUnsupported(m, 'ancestors of cgroups')
  const id = cgroupPath([m.lo[1], m.hi[1]])?.[s32(m, 2)]
  return retAddress(m, id === undefined ? undefined : cgroup(id))
}

/** (task, cgroup) */
export const taskUnderCgroup: HelperBody = (k, m) => {
  const { at, cgroupId } = k.host.tasks
  if (!at || !cgroupId) return stopUnsupported(m, 'cgroups of tasks')
  const id = cgroupId([m.lo[2], m.hi[2]])
  return ret(m, id !== undefined && at([m.lo[1], m.hi[1]])?.cgroups.includes(id) ? 1 : 0)
}

/** (task, signal, of the thread or the process, value) */
export const sendSignalTask: HelperBody = (k, m) => {
  const { at, signal } = k.host.tasks
  const task = at?.([m.lo[1], m.hi[1]])
  if (!task || !signal) return stopUnsupported(m, 'signals to tasks')
  const kind = u32(m, 3)
  return ret(m, kind > 1 ? -EINVAL : signal(task, s32(m, 2), kind === 0))
}

/** (dynptr, offset, size, address): bytes or a string of user space. */
const reads =
  (text: boolean): HelperBody =>
  (k, m) => {
    const p = dynptrArg(k, m, 1)
    if (!p) return 'stopped'
    const [offset, size] = [u32(m, 2), u32(m, 3)]
    if (p.isNull || p.isReadOnly) return ret(m, -EINVAL)
    if (size > p.size || offset > p.size - size) return ret(m, -E2BIG)
    if (size === 0) return ret(m, 0)
    const { ram } = k.memory
    const buffer = ram.allocBlock(size)
    const read = (text ? readUserText : readUser)(k, buffer, size, [m.lo[4], m.hi[4]])
    const length = text ? read : size
    const err = read < 0 ? 0 : writeDynptr(k, m, p, offset, buffer, length, 0)
    ram.release(buffer, size)
    if (err === undefined) return 'stopped'
    return ret(m, err < 0 ? err : read)
  }

export const readUserDynptr: HelperBody = reads(false)
export const readUserStrDynptr: HelperBody = reads(true)

/** (to, size, address, flags): the length with its 0; with the flag the rest is zeros. */
export const copyFromUserStr: HelperBody = (k, m) => {
  const size = u32(m, 2)
  if (u32(m, 4) > 1) return ret(m, -EINVAL)
  const at = k.memory.at(m.hi[1], m.lo[1], size, 2)
  if (at < 0) return ret(m, -EINVAL)
  const read = readUserText(k, at, size, [m.lo[3], m.hi[3]])
  if (u32(m, 4) === 1 && read >= 0 && read < size) k.memory.ram.fill(at + read, size - read, 0)
  return ret(m, read)
}

export const mapSumElemCount: HelperBody = (k, m) => {
  const map = mapArg(k, m, 1)
  return map ? retU32(m, map.count()) : 'stopped'
}

function arenaArg(k: Kernel, m: Machine): ArenaMap | undefined {
  const map = mapArg(k, m, 1)
  if (!map || 'allocPages' in map) return map as ArenaMap | undefined
  stop(m, 'bad-argument', 'r1 is no arena')
  return undefined
}

/** (arena, address or NULL, pages, node, flags) */
export const arenaAllocPages: HelperBody = (k, m) => {
  const arena = arenaArg(k, m)
  if (!arena) return 'stopped'
  const at = u32(m, 5) === 0 ? arena.allocPages(m.lo[2], u32(m, 3)) : 0
  return at === 0 ? ret(m, 0) : ret64(m, at, ARENA_USER_HI)
}

/** (arena, address, pages) */
export const arenaFreePages: HelperBody = (k, m) => {
  const arena = arenaArg(k, m)
  if (!arena) return 'stopped'
  arena.freePages(m.lo[2], u32(m, 3))
  return undefined
}

export const arenaReservePages: HelperBody = (k, m) => {
  const arena = arenaArg(k, m)
  return arena ? ret(m, u32(m, 3) === 0 ? 0 : arena.reservePages(m.lo[2], u32(m, 3))) : 'stopped'
}

export const sessionIsReturn: HelperBody = (k, m) => ret(m, k.site.isReturn ? 1 : 0)

/** The frame behind a context is its own object here where the world made one. */
export const castToKernCtx: HelperBody = (_k, m) =>
  m.hi[1] === DIRECT_HI && m.lo[1] > 0 ? ret64(m, m.lo[1], m.hi[1]) : stopUnsupported(m, "the kernel's own form of a context")
