// System calls on memory, bpf() and modules. Linux: mm/mmap.c, mm/mprotect.c, kernel/bpf/syscall.c, kernel/module/main.c.
import { EBADF, EINVAL, ENOMEM, EPERM } from '../../errno.ts'
import type { Happening } from '../../world/engine.ts'
import { call, security } from '../calls.ts'
import { fileAt, words } from '../files.ts'
import { MAP_ANONYMOUS, PAGE_BYTES } from '../numbers.ts'
import { showTask } from '../objects.ts'
import type { Runtime } from '../runtime.ts'
import type { TaskState } from '../state.ts'
import { make, pointer } from '../structs.ts'
import { type Area, areaAt, mapArea } from '../user-memory.ts'
import { int, type SyscallBody, size } from './body.ts'

const MAX_MAP = 1 << 30
const CAP_SYS_MODULE = 1n << 16n
const CAP_BPF = 1n << 39n
const READING_MODULE = 2n
const LOADING_MODULE = 2n

function* mmap(rt: Runtime, t: TaskState, a: readonly bigint[]): Happening<bigint> {
  const anonymous = (size(a[3]) & MAP_ANONYMOUS) !== 0
  const file = anonymous ? undefined : fileAt(rt, t, int(a[4]))
  if (!anonymous && !file) return BigInt(-EBADF)
  const length = size(a[1])
  if (length === 0 || length > MAX_MAP) return BigInt(length === 0 ? -EINVAL : -ENOMEM)
  const at = pointer(file?.ram ?? 0)
  return yield* call(rt, 'vm_mmap_pgoff', [at, a[0], a[1], a[2], a[3], (a[5] ?? 0n) / BigInt(PAGE_BYTES)], function* () {
    const refused =
      (yield* security(rt, 'mmap_file', [at, a[2], a[2], a[3]], { args: [at, a[2], a[3]] })) || (yield* security(rt, 'mmap_addr', [a[0]]))
    if (refused !== 0) return BigInt(refused)
    const address = mapArea(rt.state.spaces[t.mm], length, int(a[2]), file?.path ?? '', size(a[5]), size(a[0]))
    showTask(rt, t)
    return BigInt(address)
  })
}

function* mprotect(rt: Runtime, t: TaskState, a: readonly bigint[]): Happening<bigint> {
  const [start, length, prot] = [size(a[0]), size(a[1]), int(a[2])]
  return yield* call(rt, 'do_mprotect_pkey', [a[0], a[1], a[2], -1n], function* () {
    if (start % PAGE_BYTES !== 0) return BigInt(-EINVAL)
    const space = rt.state.spaces[t.mm]
    const area = areaAt(space, start)
    if (!area) return BigInt(-ENOMEM)
    const flags = (area.prot & 7) | 0x70
    const vma = pointer(
      make(rt.kernel, rt.structs, 'vm_area_struct', { vm_start: area.start, vm_end: area.end, vm_flags: flags, vm_mm: pointer(t.obj.mm) }),
    )
    const refused = yield* security(rt, 'file_mprotect', [vma, a[2], a[2]])
    if (refused !== 0) return BigInt(refused)
    const end = Math.min(area.end, start + Math.ceil(length / PAGE_BYTES) * PAGE_BYTES)
    const parts: Area[] = [
      { ...area, end: start },
      { ...area, start, end, prot, offset: area.offset + start - area.start },
      { ...area, start: end, offset: area.offset + end - area.start },
    ]
    space.areas.splice(space.areas.indexOf(area), 1, ...parts.filter((p) => p.end > p.start))
    return 0n
  })
}

function* munmap(rt: Runtime, t: TaskState, a: readonly bigint[]): Happening<bigint> {
  const space = rt.state.spaces[t.mm]
  const at = space.areas.findIndex((area) => area.start === size(a[0]))
  if (at >= 0) space.areas.splice(at, 1)
  return 0n
}

function brk(rt: Runtime, t: TaskState): bigint {
  return BigInt(rt.state.spaces[t.mm].brk)
}

function* bpf(rt: Runtime, t: TaskState, a: readonly bigint[]): Happening<bigint> {
  return yield* call(rt, '__sys_bpf', [a[0], a[1], a[2]], function* () {
    if (!(t.caps & CAP_BPF)) return BigInt(-EPERM)
    const attr = words(rt, new Array<bigint>(18).fill(0n))
    return BigInt(yield* security(rt, 'bpf', [a[0], attr, a[2], 0n]))
  })
}

function* initModule(rt: Runtime, t: TaskState): Happening<bigint> {
  if (!(t.caps & CAP_SYS_MODULE)) return BigInt(-EPERM)
  const refused = yield* security(rt, 'kernel_load_data', [LOADING_MODULE, 1n])
  return refused !== 0 ? BigInt(refused) : yield* loadModule(rt)
}

function* finitModule(rt: Runtime, t: TaskState, fd: number): Happening<bigint> {
  if (!(t.caps & CAP_SYS_MODULE)) return BigInt(-EPERM)
  const file = fileAt(rt, t, fd)
  if (!file) return BigInt(-EBADF)
  const refused = yield* security(rt, 'kernel_read_file', [pointer(file.ram), READING_MODULE, 1n])
  return refused !== 0 ? BigInt(refused) : yield* loadModule(rt)
}

const loadModule = (rt: Runtime): Happening<bigint> => call(rt, 'do_init_module', [pointer(make(rt.kernel, rt.structs, 'module', {}))])

export const MEMORY_CALLS: Readonly<Record<string, SyscallBody>> = {
  mmap: { costNs: 2500, start: mmap },
  mprotect: { costNs: 1800, start: mprotect },
  munmap: { costNs: 2200, start: munmap },
  brk: { costNs: 400, start: brk },
  bpf: { costNs: 4000, start: bpf },
  init_module: { costNs: 900_000, start: initModule },
  finit_module: { costNs: 900_000, start: (rt, t, a) => finitModule(rt, t, int(a[0])) },
}
