// Programs on cgroups: those on the cgroup of a socket that see its options, and those on the cgroup of a task that opens a device. Each program works on
// what the one before it left: the value, and what the call returns.
//
//   setsockopt()   programs, then the kernel with what they left         getsockopt()   the kernel, then programs with what it answered
//
// Linux: __cgroup_bpf_run_filter_setsockopt(), __cgroup_bpf_run_filter_getsockopt(), bpf_prog_run_array_cg() in kernel/bpf/cgroup.c.
import { EFAULT, EINVAL, EPERM } from '../errno.ts'
import { retvalOf } from '../helpers/cgroup.ts'
import { contextField } from '../invocation.ts'
import type { Sock } from '../sock.ts'
import type { Happening } from '../world/engine.ts'
import { fireAll } from './calls.ts'
import type { Attached } from './hooks.ts'
import type { Runtime } from './runtime.ts'
import type { SocketState, TaskState } from './state.ts'

/** What programs see of an option; longer values are cut. */
const PAGE_SIZE = 4096
/** Room that a short value has for a longer one. */
const MIN_ROOM = 16
const MAX_ERRNO = 4095

/** An option on its way through programs. */
export interface Sockopt {
  readonly level: number
  readonly name: number
  readonly optlen: number
  /** What optval points to. */
  readonly buffer: Uint8Array
}

type Call = 'setsockopt' | 'getsockopt'

/** Programs that a socket or a task comes under, those of its own cgroup first. */
function covering(rt: Runtime, call: Call | 'dev', s: Pick<SocketState, 'cgroup' | 'node'>): Attached[] {
  const depth = ({ pod, place }: Attached): number => (pod !== '' ? Number.MAX_SAFE_INTEGER : place === '/' ? 0 : place.split('/').length)
  const covers = ({ pod, place }: Attached): boolean =>
    pod !== '' ? pod === s.node : place === '/' || s.cgroup === place || s.cgroup.startsWith(`${place}/`)
  return rt.hooks
    .at(`cg ${call}`)
    .filter(covers)
    .sort((a, b) => depth(b) - depth(a))
}

const isError = (value: number): boolean => value < 0 && value >= -MAX_ERRNO

/** Runs the programs; what they left, and what the call returns by them. */
function* run(
  rt: Runtime,
  call: Call,
  programs: readonly Attached[],
  sock: Sock,
  from: Sockopt,
  result: number,
): Happening<{ readonly now: Sockopt; readonly retval: number }> {
  const { kernel } = rt
  let now = from
  let retval = result
  for (const attached of programs) {
    const fields = { level: now.level, optname: now.name, optlen: now.optlen }
    const context = { kind: 'sockopt', fields, sock, data: now.buffer, retval } as const
    const [ran] = yield* fireAll(rt, [attached], () => context)
    const { fault, unsupported, retval: returned } = ran.result
    if (fault !== '' || unsupported !== '') return { now, retval: -EPERM }
    const field = (name: string): number => Number(BigInt.asIntN(32, contextField(kernel, name) ?? 0n))
    const { packet, memory } = kernel
    const buffer = memory.ram.read(packet.ram + packet.data, packet.end - packet.data)
    // Of a value that is read level and name are not a program's to change.
    const which = call === 'setsockopt' ? { level: field('level'), name: field('optname') } : now
    now = { level: which.level, name: which.name, optlen: field('optlen'), buffer }
    retval = retvalOf(kernel)
    if ((returned & 1) === 0 && !isError(retval)) retval = -EPERM
  }
  return { now, retval }
}

function roomFor(value: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(Math.min(sizeBytes, PAGE_SIZE))
  out.set(value.subarray(0, out.length))
  return out
}

export type SetOutcome =
  /** The call returns this, and the kernel does nothing. */
  | { readonly kind: 'returns'; readonly value: number }
  /** The kernel goes on; without a value with that of user space. */
  | { readonly kind: 'goes on'; readonly level: number; readonly name: number; readonly value: Uint8Array | undefined }

/** Before the kernel sets an option of `value.length` bytes. */
export function* beforeSet(rt: Runtime, s: SocketState, sock: Sock, level: number, name: number, value: Uint8Array): Happening<SetOutcome> {
  const programs = covering(rt, 'setsockopt', s)
  const optlen = value.length
  if (programs.length === 0) return { kind: 'goes on', level, name, value: undefined }
  const buffer = roomFor(value, Math.max(MIN_ROOM, optlen))
  const { now, retval } = yield* run(rt, 'setsockopt', programs, sock, { level, name, optlen, buffer }, 0)
  if (retval !== 0) return { kind: 'returns', value: Math.min(retval, 0) }
  // -1: the program has done all of it.
  if (now.optlen === -1) return { kind: 'returns', value: 0 }
  if (now.optlen > buffer.length || now.optlen < -1) {
    // A value that programs saw a part of goes on as it came.
    if (optlen > PAGE_SIZE && now.optlen >= 0) return { kind: 'goes on', level, name, value: undefined }
    return { kind: 'returns', value: -EFAULT }
  }
  // 0: the value of user space, whatever stands in the buffer.
  const own = now.optlen === 0 ? undefined : now.buffer.slice(0, now.optlen)
  return { kind: 'goes on', level: now.level, name: now.name, value: own }
}

export interface GetOutcome {
  readonly retval: number
  /** What user space finds in its buffer instead; its length is told too. */
  readonly value: Uint8Array | undefined
}

/** After the kernel has answered `result`, and `value` where that is 0; user space has `room` bytes. */
export function* afterGet(
  rt: Runtime,
  s: SocketState,
  sock: Sock,
  level: number,
  name: number,
  room: number,
  result: number,
  value: Uint8Array,
): Happening<GetOutcome> {
  const programs = covering(rt, 'getsockopt', s)
  if (programs.length === 0) return { retval: result, value: undefined }
  if (room < 0) return { retval: -EINVAL, value: undefined }
  const optlen = result === 0 ? value.length : room
  const buffer = roomFor(result === 0 ? value : NO_BYTES, room)
  const { now, retval } = yield* run(rt, 'getsockopt', programs, sock, { level, name, optlen, buffer }, result)
  if (retval < 0) return { retval, value: undefined }
  if (now.optlen > buffer.length || now.optlen < 0) {
    if (optlen > PAGE_SIZE && now.optlen >= 0) return { retval: result, value: undefined }
    return { retval: -EFAULT, value: undefined }
  }
  return { retval, value: now.optlen === 0 ? undefined : now.buffer.slice(0, now.optlen) }
}

const NO_BYTES = new Uint8Array(0)

/** <linux/bpf.h>: BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR, BPF_DEVCG_ACC_READ, BPF_DEVCG_ACC_WRITE */
const BLOCK = 1
const CHARACTER = 2
const READ = 2
const WRITE = 4
const MAY_READ = 4
const MAY_WRITE = 2

/** Numbers of devices that Linux gives to all machines alike (admin-guide/devices.txt); others get one of those for local use. */
const DEVICES: Readonly<Record<string, readonly [type: number, major: number, minor: number]>> = {
  '/dev/mem': [CHARACTER, 1, 1],
  '/dev/null': [CHARACTER, 1, 3],
  '/dev/zero': [CHARACTER, 1, 5],
  '/dev/full': [CHARACTER, 1, 7],
  '/dev/random': [CHARACTER, 1, 8],
  '/dev/urandom': [CHARACTER, 1, 9],
  '/dev/kmsg': [CHARACTER, 1, 11],
  '/dev/tty': [CHARACTER, 5, 0],
  '/dev/console': [CHARACTER, 5, 1],
  '/dev/ptmx': [CHARACTER, 5, 2],
  '/dev/fuse': [CHARACTER, 10, 229],
  '/dev/kvm': [CHARACTER, 10, 232],
  '/dev/net/tun': [CHARACTER, 10, 200],
  '/dev/loop0': [BLOCK, 7, 0],
  '/dev/sda': [BLOCK, 8, 0],
  '/dev/sda1': [BLOCK, 8, 1],
}
const LOCAL_USE = [CHARACTER, 240, 0] as const

/** Whether a task may open a device: 0, or what the programs of its cgroup say. Linux: devcgroup_check_permission(). */
export function* mayOpenDevice(rt: Runtime, t: TaskState, path: string, mask: number): Happening<number> {
  const programs = covering(rt, 'dev', t)
  if (programs.length === 0) return 0
  const [type, major, minor] = DEVICES[path] ?? LOCAL_USE
  const access = (mask & MAY_READ ? READ : 0) | (mask & MAY_WRITE ? WRITE : 0)
  const fields = { access_type: (access << 16) | type, major, minor }
  let retval = 0
  for (const attached of programs) {
    const [{ result }] = yield* fireAll(rt, [attached], () => ({ kind: 'cgroup_device', fields, retval }))
    if (result.fault !== '' || result.unsupported !== '') return -EPERM
    retval = retvalOf(rt.kernel)
    if ((result.retval & 1) === 0 && !isError(retval)) retval = -EPERM
  }
  return retval
}
