// Programs at hooks, and the functions of the kernel around them. `fire` runs what is attached to a key; `enter` and `leave` are the two ends of a
// function of the kernel, `trace` is a tracepoint, `security` a hook of security modules.
//
//   enter   kprobe, kprobe.session, fentry, fmod_ret      leave   fexit, kretprobe, kprobe.session
//
// A program that overrides the return value keeps the body of the function from running: `enter` answers the value then.
// Linux: kprobes run before the trampoline of fentry and kretprobes after fexit, since ftrace calls them around it.
import { syscallByName, tracepointByName, tracepointRecord } from '../../abi/index.ts'
import type { ProgContext } from '../context.ts'
import type { Effect } from '../host.ts'
import { startProgram } from '../invocation.ts'
import { BOOT_NS, type Happening } from '../world/engine.ts'
import type { ActivationResult } from '../world/types.ts'
import type { Attached } from './hooks.ts'
import { ptRegsAt } from './objects.ts'
import { currentTask, type Runtime } from './runtime.ts'
import type { TaskState } from './state.ts'
import { pointer } from './structs.ts'
import { functionAddress } from './symbols.ts'

/** Simulated time that a function of the kernel takes besides what it calls. */
const FUNCTION_NS = 40
/** Where a kprobe finds the instruction pointer: behind the landing pad, as ftrace reports it. */
const PROBE_OFFSET = 5n
const KERNEL_CS = 0x10n
const KERNEL_SS = 0x18n
const USER_CS = 0x33n
const USER_SS = 0x2bn
const FLAGS = 0x246n

interface Ran {
  readonly result: ActivationResult
  readonly effects: readonly Effect[]
  readonly index: number
}

const who = (t: TaskState): string => (t.tid === 0 ? t.comm : `${t.comm}(${t.tid})`)

/** Runs the programs at a key one after the other; `stop` ends the row early. */
export const fire = (
  rt: Runtime,
  key: string,
  context: () => ProgContext,
  stop: (ran: Ran) => boolean = () => false,
): Happening<readonly Ran[]> => fireAll(rt, rt.hooks.at(key), context, stop)

/** The same for programs that were chosen. */
export function* fireAll(
  rt: Runtime,
  attached: readonly Attached[],
  context: () => ProgContext,
  stop: (ran: Ran) => boolean = () => false,
): Happening<readonly Ran[]> {
  if (attached.length === 0) return NONE
  const out: Ran[] = []
  const t = currentTask(rt)
  for (const { program, name, place, index } of attached) {
    const { kernel } = rt
    kernel.cpu = rt.cpu
    const before = kernel.effects.count
    const started = startProgram(kernel, program, context(), BOOT_NS + rt.clock)
    const hook = { name, node: t.node, place }
    const activation = { hook, kernel, program, atNs: rt.clock, cpu: rt.cpu, subject: subjectOf(t), event: rt.world.events.count - 1 }
    const result = yield started.ok ? activation : { ...activation, refused: started.unsupported }
    const ran = { result, effects: kernel.effects.items.slice(before, kernel.effects.count), index }
    out.push(ran)
    if (stop(ran)) break
  }
  return out
}

const NONE: readonly Ran[] = []

/** "curl(812) openat /etc/hosts" */
function subjectOf(t: TaskState): string {
  return t.call ? `${who(t)} ${t.call.name} ${t.call.shown.slice(0, 2).join(' ')}`.trimEnd() : who(t)
}

/** Values of registers by name; all others are 0. In the order of struct pt_regs. */
export function registers(values: Readonly<Record<string, bigint>>): bigint[] {
  return REGISTERS.map((name) => values[name] ?? 0n)
}

const REGISTERS = 'r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss'.split(' ')
const PARAMS = ['di', 'si', 'dx', 'cx', 'r8', 'r9']

const named = (args: readonly bigint[]): Record<string, bigint> =>
  Object.fromEntries(args.slice(0, PARAMS.length).map((arg, i) => [PARAMS[i], arg]))

function kernelRegs(rt: Runtime, args: readonly bigint[], more: Readonly<Record<string, bigint>>): bigint[] {
  const sp = pointer(ptRegsAt(currentTask(rt)) - 128)
  return registers({ ...named(args), cs: KERNEL_CS, ss: KERNEL_SS, flags: FLAGS, sp, bp: sp + 64n, ...more })
}

/** Registers of user space at a function's begin or end. */
export const userRegs = (args: readonly bigint[], more: Readonly<Record<string, bigint>>): bigint[] =>
  registers({ ...named(args), cs: USER_CS, ss: USER_SS, flags: FLAGS, ...more })

/** A function of the kernel begins. What it returns instead of running, where a program said so. */
export function* enter(rt: Runtime, name: string, args: readonly bigint[]): Happening<bigint | undefined> {
  const t = currentTask(rt)
  rt.clock += FUNCTION_NS
  const address = functionAddress(name)
  const site = { ip: address, args: args.length }
  const regs = (): ProgContext => ({ kind: 'regs', regs: kernelRegs(rt, args, { ip: address + PROBE_OFFSET }), site })
  const sessions: number[] = []
  t.frames.push({ name, args, sessions })
  let instead: bigint | undefined
  for (const { effects } of yield* fire(rt, `k ${name}`, regs)) instead = overridden(effects) ?? instead
  for (const { effects, result, index } of yield* fire(rt, `ks ${name}`, regs)) {
    instead = overridden(effects) ?? instead
    if (result.retval === 0) sessions.push(index)
  }
  if (instead !== undefined) return instead
  yield* fire(rt, `fe ${name}`, () => ({ kind: 'args', args, site }))
  const modified = yield* fire(rt, `fm ${name}`, () => ({ kind: 'args', args: [...args, 0n], site }), isRefusal)
  const last = modified.at(-1)
  return last && last.result.retval !== 0 ? BigInt(last.result.retval | 0) : undefined
}

const isRefusal = ({ result }: Ran): boolean => (result.retval | 0) !== 0

function overridden(effects: readonly Effect[]): bigint | undefined {
  const found = effects.findLast((e) => e.kind === 'override-return')
  return found?.kind === 'override-return' ? BigInt.asIntN(64, (BigInt(found.hi >>> 0) << 32n) | BigInt(found.lo >>> 0)) : undefined
}

/** The innermost function of the running task ends with a result. `ran`: its body was carried out. */
export function* leave(rt: Runtime, result: bigint, ran = true): Happening {
  const t = currentTask(rt)
  const frame = t.frames.at(-1)
  if (!frame) return
  const { name, args, sessions } = frame
  rt.clock += FUNCTION_NS
  const site = { ip: functionAddress(name), args: args.length, isReturn: true }
  const regs = (): ProgContext => ({
    kind: 'regs',
    regs: kernelRegs(rt, [], { ax: result, ip: functionAddress('arch_rethook_trampoline') }),
    site,
  })
  if (ran) yield* fire(rt, `fx ${name}`, () => ({ kind: 'args', args, result, site }))
  yield* fire(rt, `kr ${name}`, regs)
  if (sessions.length > 0) yield* fire(rt, `ks ${name}`, regs)
  t.frames.pop()
}

/** A function with a body that does not wait. */
export function* call(rt: Runtime, name: string, args: readonly bigint[], body?: () => Happening<bigint> | bigint): Happening<bigint> {
  const instead = yield* enter(rt, name, args)
  const result = instead ?? (body ? yield* finished(body()) : 0n)
  yield* leave(rt, result, instead === undefined)
  return result
}

/** The value of what may be a generator. */
export function* finished<T>(value: Happening<T> | T): Happening<T> {
  return isHappening(value) ? yield* value : value
}

const isHappening = <T>(value: Happening<T> | T): value is Happening<T> => typeof value === 'object' && value !== null && 'next' in value

/** security_X and the programs on bpf_lsm_X: 0, or the first refusal. A function that has another name or other arguments is told in `through`. */
export function* security(rt: Runtime, hook: string, args: readonly bigint[], through: Through = {}): Happening<number> {
  const result = yield* call(rt, through.name ?? `security_${hook}`, through.args ?? args, () => lsm(rt, hook, args))
  return Number(BigInt.asIntN(32, result))
}

interface Through {
  readonly name?: string
  readonly args?: readonly bigint[]
}

function* lsm(rt: Runtime, hook: string, args: readonly bigint[]): Happening<bigint> {
  const ran = yield* fire(rt, `lsm ${hook}`, () => ({ kind: 'args', args: [...args, 0n] }), isRefusal)
  const last = ran.at(-1)
  return last ? BigInt(last.result.retval | 0) : 0n
}

/** A tracepoint: its arguments for raw programs, and the record of "system/name" for others. */
export function* trace(
  rt: Runtime,
  event: string,
  args: readonly bigint[],
  values: Readonly<Record<string, number | bigint | string>>,
): Happening {
  const name = event.slice(event.indexOf('/') + 1)
  yield* fire(rt, `raw ${name}`, () => ({ kind: 'args', args }))
  const row = tracepointByName(event)
  if (row) yield* fire(rt, `tp ${event}`, () => ({ kind: 'bytes', bytes: tracepointRecord(row, currentTask(rt).tid, values) }))
}

const RECORD_HEAD = 16

/** raw_syscalls/sys_enter and syscalls/sys_enter_X. */
export function* traceEnter(rt: Runtime, t: TaskState, nr: number, name: string, args: readonly bigint[]): Happening {
  const six = Array.from({ length: 6 }, (_, i) => args[i] ?? 0n)
  yield* fire(rt, 'raw sys_enter', () => ({ kind: 'args', args: [pointer(ptRegsAt(t)), BigInt(nr)] }))
  yield* fire(rt, 'tp raw_syscalls/sys_enter', () => ({ kind: 'bytes', bytes: syscallRecord(t, BigInt(nr), six, true) }))
  const count = syscallByName(name)?.args.length ?? 0
  yield* fire(rt, `tp syscalls/sys_enter_${name}`, () => ({
    kind: 'bytes',
    bytes: syscallRecord(t, BigInt(nr), six.slice(0, count), false),
  }))
}

/** raw_syscalls/sys_exit and syscalls/sys_exit_X. */
export function* traceExit(rt: Runtime, t: TaskState, nr: number, name: string, result: bigint): Happening {
  yield* fire(rt, 'raw sys_exit', () => ({ kind: 'args', args: [pointer(ptRegsAt(t)), result] }))
  yield* fire(rt, 'tp raw_syscalls/sys_exit', () => ({ kind: 'bytes', bytes: syscallRecord(t, BigInt(nr), [result], true) }))
  yield* fire(rt, `tp syscalls/sys_exit_${name}`, () => ({ kind: 'bytes', bytes: syscallRecord(t, BigInt(nr), [result], false) }))
}

/** The number is a long for the raw events and an int for the others; words follow at 16 in both. */
function syscallRecord(t: TaskState, nr: bigint, words: readonly bigint[], wide: boolean): Uint8Array {
  const out = new Uint8Array(RECORD_HEAD + 8 * words.length)
  const view = new DataView(out.buffer)
  view.setInt32(4, t.tid, true)
  if (wide) view.setBigInt64(8, nr, true)
  else view.setInt32(8, Number(nr), true)
  for (const [i, word] of words.entries()) view.setBigUint64(RECORD_HEAD + 8 * i, BigInt.asUintN(64, word), true)
  return out
}
