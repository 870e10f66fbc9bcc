// Helpers on call stacks: numbers of stacks in a map, and stacks as addresses or build ids in a buffer. What the stacks are is the world's matter.
// Linux: kernel/bpf/stackmap.c.
import type { Machine } from '../../vm/index.ts'
import { stop, stopUnsupported } from '../../vm/index.ts'
import { EFAULT, EINVAL } from '../errno.ts'
import type { Task } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import { BPF_F_FAST_STACK_CMP, BPF_F_REUSE_STACKID, BPF_F_STACK_BUILD_ID, type StackTraceMap } from '../maps/stack-trace.ts'
import { type HelperBody, mapArg, ret, u32, u64, writable } from './body.ts'

const SKIP_MASK = 0xff
const USER_STACK = 1 << 8
const USER_BUILD_ID = 1 << 11
/** sysctl kernel.perf_event_max_stack */
const MAX_DEPTH = 127
const BUILD_ID_BYTES = 32
const BUILD_ID_VALID = 1
const BUILD_ID_IP = 2

/** Instruction pointers, the innermost first, as many as the walker takes. */
function walk(k: Kernel, task: Task, isUser: boolean, depth: number): readonly bigint[] {
  const { stacks } = k.host
  return (isUser ? stacks.user(task) : stacks.kernel(task)).slice(0, Math.min(depth, MAX_DEPTH))
}

/** (ctx, map, flags) */
export const getStackid: HelperBody = (k, m) => {
  const map = mapArg(k, m, 2)
  if (!map) return 'stopped'
  if (!('store' in map)) {
    stop(m, 'bad-argument', 'r2 is no map of stacks')
    return 'stopped'
  }
  if (map.def.flags & BPF_F_STACK_BUILD_ID) return stopUnsupported(m, 'maps of stacks by build id')
  const flags = u64(m, 3)
  if (flags > (SKIP_MASK | USER_STACK | BPF_F_FAST_STACK_CMP | BPF_F_REUSE_STACKID)) return ret(m, -EINVAL)
  const skip = flags & SKIP_MASK
  const { depth, store } = map as StackTraceMap
  const stack = walk(k, k.host.tasks.current(), (flags & USER_STACK) !== 0, depth + skip)
  if (stack.length <= skip) return ret(m, -EFAULT)
  return ret(m, store(stack.slice(skip, skip + depth), flags))
}

function putStack(k: Kernel, m: Machine, task: Task, to: number, size: number, flags: number): undefined {
  const { ram } = k.memory
  const isUser = (flags & USER_STACK) !== 0
  const byBuildId = (flags & USER_BUILD_ID) !== 0
  const elem = byBuildId ? BUILD_ID_BYTES : 8
  ram.fill(to, size, 0)
  if (flags > (SKIP_MASK | USER_STACK | USER_BUILD_ID) || flags & 0x600 || (byBuildId && !isUser) || size % elem !== 0)
    return ret(m, -EINVAL)
  const skip = flags & SKIP_MASK
  const stack = walk(k, task, isUser, size / elem + skip)
  if (stack.length < skip || stack.length === 0) return ret(m, -EFAULT)
  const shown = stack.slice(skip, skip + size / elem)
  for (const [i, ip] of shown.entries()) {
    const at = to + i * elem
    if (byBuildId) putBuildId(k, task, at, ip)
    else ram.view.setBigUint64(at, ip, true)
  }
  return ret(m, shown.length * elem)
}

/** struct bpf_stack_build_id: s32 status, 20 bytes of id, then an offset in the file or the address. */
function putBuildId(k: Kernel, task: Task, at: number, ip: bigint): void {
  const { ram } = k.memory
  const found = k.host.stacks.buildId?.(task, ip)
  ram.view.setInt32(at, found ? BUILD_ID_VALID : BUILD_ID_IP, true)
  if (found) ram.write(at + 4, found.id.subarray(0, 20))
  ram.view.setBigUint64(at + 24, found ? found.offset : ip, true)
}

/** (ctx, buffer, size, flags) */
export const getStack: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const to = writable(k, m, 2, size)
  return to < 0 ? 'stopped' : putStack(k, m, k.host.tasks.current(), to, size, u64(m, 4))
}

/** (task, buffer, size, flags) */
export const getTaskStack: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const to = writable(k, m, 2, size)
  if (to < 0) return 'stopped'
  const task = k.host.tasks.at?.([m.lo[1], m.hi[1]])
  return task ? putStack(k, m, task, to, size, u64(m, 4)) : stopUnsupported(m, 'the stack of another task')
}
