// Code of user space: which functions a program and its libraries have, where they lie, and what happens when one is called or returns. Images are mapped
// when they are first used; a function's place in its image is given when it is first met, 0x100 bytes each.
import type { ProgContext } from '../context.ts'
import type { Happening } from '../world/engine.ts'
import { fire, userRegs } from './calls.ts'
import { baseOf } from './hooks.ts'
import type { Runtime } from './runtime.ts'
import type { TaskState, UserCall } from './state.ts'
import { mapImage, type UserSpace, write } from './user-memory.ts'

const FIRST = 0x1000
const ROOM = 0x100
/** Where a caller goes on, behind the beginning of its function. */
const RETURN_OFFSET = 0x1b
const LIBRARIES = '/usr/lib/x86_64-linux-gnu/'
const LIBC = `${LIBRARIES}libc.so.6`
const FRAME_BYTES = 0x40

/** Path of an image as acts name it: the program itself, a library by its name, or a whole path. */
export const imagePath = (t: TaskState, image: string): string =>
  image === '' || baseOf(image) === baseOf(t.exe) ? t.exe : image.startsWith('/') ? image : `${LIBRARIES}${image}`

function offsetOf(rt: Runtime, path: string, name: string): number {
  const { images } = rt.state
  const names = images.get(path) ?? []
  if (names.length === 0) images.set(path, names)
  let index = names.indexOf(name)
  if (index < 0) index = names.push(name) - 1
  return FIRST + ROOM * index
}

/** Address of a function in a task's memory. */
function addressOf(rt: Runtime, t: TaskState, path: string, name: string): number {
  return mapImage(rt.state.spaces[t.mm], path) + offsetOf(rt, path, name)
}

/** "path:name" on the stack of user space. */
const entry = (path: string, name: string): string => `${path}:${name}`

export function pushFunctions(t: TaskState, stack: readonly string[]): void {
  for (const item of stack) {
    const at = item.lastIndexOf(':')
    t.ustack.push(entry(imagePath(t, at < 0 ? '' : item.slice(0, at)), item.slice(at + 1)))
  }
}

/** Functions that are under way in user space, the innermost first, the C library's part of a system call included. */
function frames(t: TaskState): string[] {
  const inCall = t.call ? [entry(LIBC, t.call.name)] : []
  return [...inCall, ...t.ustack.slice().reverse(), entry(t.exe, 'main'), entry(LIBC, '__libc_start_call_main'), entry(t.exe, '_start')]
}

/** Instruction pointers of the stack of user space, the innermost first. */
export function userStack(rt: Runtime, t: TaskState): bigint[] {
  if (t.mm < 0) return []
  return frames(t).map((item, i) => {
    const at = item.lastIndexOf(':')
    return BigInt(addressOf(rt, t, item.slice(0, at), item.slice(at + 1)) + (i === 0 ? 0 : RETURN_OFFSET))
  })
}

/** Symbol of an address in a memory: what a profiler of user space would find in the image. */
export function userSymbol(rt: Runtime, space: UserSpace, ip: number): { readonly image: string; readonly name: string } | undefined {
  const area = space.areas.find((a) => ip >= a.start && ip < a.end)
  if (!area || area.path === '') return undefined
  const index = Math.floor((ip - area.start + area.offset - FIRST) / ROOM)
  const name = rt.state.images.get(area.path)?.[index]
  return name === undefined ? undefined : { image: area.path, name }
}

const stackPointer = (rt: Runtime, t: TaskState): number => rt.state.spaces[t.mm].stackTop - 0x200 - FRAME_BYTES * t.ustack.length

/** A function of user space begins. */
export function* enterUser(rt: Runtime, t: TaskState, path: string, name: string, args: readonly bigint[]): Happening {
  const caller = userStack(rt, t)[0]
  t.ustack.push(entry(path, name))
  const sp = stackPointer(rt, t)
  write(rt.state.spaces[t.mm], sp, wordOf(caller + BigInt(RETURN_OFFSET)))
  const ip = BigInt(addressOf(rt, t, path, name))
  const context = (): ProgContext => ({
    kind: 'regs',
    regs: userRegs(args, { ip, sp: BigInt(sp), bp: BigInt(sp + FRAME_BYTES) }),
    site: { ip, args: args.length },
  })
  yield* fire(rt, `u ${baseOf(path)}:${name}`, context)
}

/** It returns; programs at its end see the result. */
export function* leaveUser(rt: Runtime, t: TaskState, call: UserCall): Happening {
  const ip = BigInt(addressOf(rt, t, call.image, call.name))
  const sp = BigInt(stackPointer(rt, t) + 8)
  const context = (): ProgContext => ({
    kind: 'regs',
    regs: userRegs([], { ax: call.result, ip: ip + 0x20n, sp }),
    site: { ip, isReturn: true },
  })
  yield* fire(rt, `ur ${baseOf(call.image)}:${call.name}`, context)
}

function wordOf(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}
