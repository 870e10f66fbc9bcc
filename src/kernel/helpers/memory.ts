// Helpers that read and write memory which may not be there: of the kernel (what is seen through regions of bytes) and of user space (host.user).
// A fault is an error and zeros, never the end of the run.
// Linux: kernel/trace/bpf_trace.c, kernel/bpf/helpers.c, mm/maccess.c.
import { type Machine, READ } from '../../vm/index.ts'
import { EFAULT, EINVAL, ERANGE } from '../errno.ts'
import type { Address, Task } from '../host.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { type HelperBody, readable, ret, u32, u64, writable } from './body.ts'

/** Ram offset of kernel memory that may not be there: -1 then, and no fault. */
function peek(k: Kernel, lo: number, hi: number, size: number): number {
  const r = k.memory.find(hi, lo, size, READ)
  return r && !r.port ? lo : -1
}

/** Why memory cannot be read: addresses of user space and non-canonical ones are not even tried. Linux: copy_from_kernel_nofault_allowed(). */
const probeError = (hi: number): number => (hi >>> 0 < 0xffff8000 ? -ERANGE : -EFAULT)

export const probeReadKernel: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const to = writable(k, m, 1, size)
  if (to < 0) return 'stopped'
  if (size === 0) return ret(m, 0)
  const from = peek(k, m.lo[3], m.hi[3], size)
  if (from < 0) {
    k.memory.ram.fill(to, size, 0)
    return ret(m, probeError(m.hi[3]))
  }
  k.memory.ram.copy(to, from, size)
  return ret(m, 0)
}

export const probeReadKernelStr: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const to = writable(k, m, 1, size)
  if (to < 0) return 'stopped'
  const { ram } = k.memory
  for (let i = 0; i < size; i++) {
    const low = (m.lo[3] + i) | 0
    const from = peek(k, low, low >>> 0 < m.lo[3] >>> 0 ? m.hi[3] + 1 : m.hi[3], 1)
    if (from < 0) {
      ram.fill(to, size, 0)
      return ret(m, probeError(m.hi[3]))
    }
    ram.copy(to + i, from, 1)
    if (ram.u8[to + i] === 0) return ret(m, i + 1)
  }
  if (size > 0) ram.fill(to + size - 1, 1, 0)
  return ret(m, size)
}

const addressIn = (m: Machine, reg: number): Address => [m.lo[reg], m.hi[reg]]

/** Copies what user space has to a Ram offset: 0, or -EFAULT and zeros. */
export function readUser(k: Kernel, to: number, size: number, from: Address, task: Task = k.host.tasks.current()): number {
  if (size === 0) return 0
  const bytes = k.host.user.read(from, size, task)
  if (bytes.length < size) {
    k.memory.ram.fill(to, size, 0)
    return -EFAULT
  }
  k.memory.ram.write(to, bytes.subarray(0, size))
  return 0
}

/** A string up to its 0, cut to `size`: its length with the 0, or -EFAULT. */
export function readUserText(k: Kernel, to: number, size: number, from: Address, task: Task = k.host.tasks.current()): number {
  if (size === 0) return 0
  const bytes = k.host.user.read(from, size, task)
  const end = bytes.indexOf(0)
  if (end < 0 && bytes.length < size) {
    k.memory.ram.fill(to, size, 0)
    return -EFAULT
  }
  const length = end < 0 ? size : end + 1
  k.memory.ram.write(to, bytes.subarray(0, length))
  if (end < 0) k.memory.ram.fill(to + size - 1, 1, 0)
  return length
}

const intoBuffer =
  (read: (k: Kernel, to: number, size: number, from: Address) => number): HelperBody =>
  (k, m) => {
    const size = u32(m, 2)
    const to = writable(k, m, 1, size)
    return to < 0 ? 'stopped' : ret(m, read(k, to, size, addressIn(m, 3)))
  }

export const probeReadUser: HelperBody = intoBuffer(readUser)
export const probeReadUserStr: HelperBody = intoBuffer(readUserText)
export const copyFromUser: HelperBody = probeReadUser

/** TASK_SIZE with four levels of page tables. */
const TASK_SIZE_HI = 0x7fff
const isUser = (m: Machine, reg: number): boolean =>
  m.hi[reg] >>> 0 < TASK_SIZE_HI || (m.hi[reg] === TASK_SIZE_HI && m.lo[reg] >>> 0 < 0xfffff000)

/** bpf_probe_read() and bpf_probe_read_str() know by the address whose memory is meant. */
export const probeRead: HelperBody = (k, m) => (isUser(m, 3) ? probeReadUser : probeReadKernel)(k, m)
export const probeReadStr: HelperBody = (k, m) => (isUser(m, 3) ? probeReadUserStr : probeReadKernelStr)(k, m)

/** (dst, size, user pointer, task, flags) */
export const copyFromUserTask: HelperBody = (k, m) => {
  const size = u32(m, 2)
  const to = writable(k, m, 1, size)
  if (to < 0) return 'stopped'
  if (u64(m, 5) !== 0) return ret(m, -EINVAL)
  const task = k.host.tasks.at?.([m.lo[4], m.hi[4]])
  if (task) return ret(m, readUser(k, to, size, addressIn(m, 3), task))
  k.memory.ram.fill(to, size, 0)
  return ret(m, -EFAULT)
}

/** (user pointer, src, size) */
export const probeWriteUser: HelperBody = (k, m) => {
  const size = u32(m, 3)
  const from = readable(k, m, 2, size)
  if (from < 0) return 'stopped'
  const address = addressIn(m, 1)
  const bytes = k.memory.ram.read(from, size)
  const err = k.host.user.write(address, bytes, k.host.tasks.current())
  if (err === 0) append(k.effects, { kind: 'write-user', address, bytes })
  return ret(m, err)
}

/** The function that the program is attached to is not run; this is what it seems to have returned. */
export const overrideReturn: HelperBody = (k, m) => {
  append(k.effects, { kind: 'override-return', lo: m.lo[2], hi: m.hi[2] })
  return ret(m, 0)
}
