// A task goes on: its next act is taken from the script and carried out, a system call under way ends or waits, computing uses up its time. One event of
// a CPU is one such step, so that a world can be saved between any two.
import { errnoName, syscallByName } from '../../abi/index.ts'
import { never } from '../../base/index.ts'
import { contextBytes } from '../invocation.ts'
import type { Happening } from '../world/engine.ts'
import type { Act, Arg } from './acts/act.ts'
import { enter, finished, fire, leave, registers, traceEnter, traceExit } from './calls.ts'
import { runIterator } from './iterators.ts'
import { ptRegsAt } from './objects.ts'
import { currentTask, draw, type Runtime } from './runtime.ts'
import { account, arm, reschedule, SLICE_NS } from './schedule.ts'
import { deliver } from './signals.ts'
import { sockaddrBytes } from './sockets.ts'
import type { SystemCall, TaskState } from './state.ts'
import { pointer } from './structs.ts'
import type { Outcome, SyscallBody } from './syscalls/body.ts'
import { FILE_CALLS } from './syscalls/files.ts'
import { MEMORY_CALLS } from './syscalls/memory.ts'
import { PROCESS_CALLS, planChild } from './syscalls/process.ts'
import { SOCKET_OPTION_CALLS } from './syscalls/socket-options.ts'
import { SOCKET_CALLS } from './syscalls/sockets.ts'
import { enterUser, imagePath, leaveUser, pushFunctions } from './user-code.ts'
import { stash, textBytes } from './user-memory.ts'

const BODIES: Readonly<Record<string, SyscallBody | undefined>> = {
  ...FILE_CALLS,
  ...PROCESS_CALLS,
  ...SOCKET_CALLS,
  ...SOCKET_OPTION_CALLS,
  ...MEMORY_CALLS,
}
/** System calls without a body of their own answer what the act says, or 0. */
const OTHER_NS = 1500
/** In user space between two acts. */
const USER_NS = 700
/** An act that is told to take longer lets others run. */
const LONG_NS = 20_000
const ENOSYS = -38n
const FORK_FLAGS = 0x1200011n
const THREAD_FLAGS = 0x3d0f00n
const NO_ACT = { bind: '', otherwise: -1, takesNs: -1 } as const

/** The task on the CPU of the event takes its next step. */
export function* step(rt: Runtime): Happening {
  const t = currentTask(rt)
  if (t.tid === 0 || t.run !== 'running') return yield* reschedule(rt)
  if (t.call) {
    if (t.result !== undefined) yield* endCall(rt, t, t.result)
    else if (t.pending.length > 0) return (yield* deliver(rt, t)) ? arm(rt, rt.cpu, USER_NS) : yield* reschedule(rt)
    else return yield* settle(rt, t, yield* resume(rt, t, t.call))
  } else if (t.spinNs > 0) compute(rt, t)
  else if (t.pending.length === 0) {
    const ended = yield* nextAct(rt, t)
    if (ended) return yield* reschedule(rt)
    if (t.call || t.run !== 'running') return
  }
  if (t.pending.length > 0 && !(yield* deliver(rt, t))) return yield* reschedule(rt)
  if (t.sliceNs >= SLICE_NS) {
    t.sliceNs = 0
    yield* reschedule(rt)
    if (currentTask(rt) !== t) return
  }
  goOn(rt, t)
}

/** Arms the CPU for the rest of what the task computes, a slice at most. */
function goOn(rt: Runtime, t: TaskState): void {
  arm(rt, rt.cpu, t.spinNs > 0 ? Math.min(t.spinNs, SLICE_NS) : USER_NS + draw(rt, 200))
}

function compute(rt: Runtime, t: TaskState): void {
  const used = Math.min(t.spinNs, SLICE_NS)
  t.spinNs -= used
  t.sliceNs += used
  account(rt, t, used)
}

/** Takes acts until one needs time. True: there is nothing left to do, or the task has ended. */
function* nextAct(rt: Runtime, t: TaskState): Happening<boolean> {
  for (;;) {
    const frame = t.script.at(-1)
    if (!frame) {
      const block = t.queued.shift()
      if (block !== undefined) {
        t.script.push({ block, at: 0, left: 0, strict: false, functions: 0, call: undefined })
        continue
      }
      if (!t.ends) {
        t.run = 'idle'
        return true
      }
      t.ends = false
      yield* begin(rt, t, t.tid === t.tgid ? 'exit_group' : 'exit', [0n], ['0'])
      return false
    }
    const block = rt.acts.blocks[frame.block]
    const act = block?.[frame.at]
    if (act) {
      frame.at++
      yield* carryOut(rt, t, act)
      return false
    }
    if (block && block.length > 0 && frame.left > 0) {
      frame.left--
      frame.at = 0
      return false
    }
    if (frame.call) yield* leaveUser(rt, t, frame.call)
    t.ustack.length = Math.max(0, t.ustack.length - frame.functions)
    t.script.pop()
  }
}

function* carryOut(rt: Runtime, t: TaskState, act: Act): Happening {
  const { bind, otherwise, takesNs } = act
  t.acting = { bind, otherwise, takesNs }
  switch (act.kind) {
    case 'syscall':
      return yield* begin(
        rt,
        t,
        act.name,
        act.args.map((arg) => word(rt, t, arg)),
        act.shown,
        act.answer,
      )
    case 'fork': {
      planChild(rt, { name: act.name, block: act.block })
      if (!act.thread) return yield* begin(rt, t, 'clone', [FORK_FLAGS, 0n, 0n, 0n, 0n], [act.name])
      const args = stash(rt.state.spaces[t.mm], wordsOf([THREAD_FLAGS, ...new Array<bigint>(10).fill(0n)]))
      return yield* begin(rt, t, 'clone3', [BigInt(args), 88n], [act.name])
    }
    case 'block':
      t.script.push({ block: act.block, at: 0, left: act.times - 1, strict: act.strict, functions: 0, call: undefined })
      return
    case 'call': {
      const image = imagePath(t, act.image)
      const args = act.args.map((arg) => word(rt, t, arg))
      yield* enterUser(rt, t, image, act.name, args)
      const call = { image, name: act.name, args, result: word(rt, t, act.result) }
      t.script.push({ block: act.block, at: 0, left: 0, strict: false, functions: 1, call })
      t.spinNs = Math.max(0, takesNs)
      return
    }
    case 'spin': {
      const before = t.ustack.length
      pushFunctions(t, act.stack)
      t.script.push({ block: -1, at: 0, left: 0, strict: false, functions: t.ustack.length - before, call: undefined })
      t.spinNs = act.ns
      return
    }
    case 'wait': {
      const child = [...rt.state.tasks.values()].findLast((o) => o.name === act.name && o.ppid === t.tgid && o.run !== 'dead')
      return yield* begin(rt, t, 'wait4', [BigInt(act.name === '' ? -1 : (child?.tid ?? -1)), 0n, 0n, 0n], [act.name])
    }
    case 'iter': {
      const text = yield* runIterator(rt, act.program)
      rt.world.tell({ kind: 'note', atNs: rt.clock, node: t.node, text })
      return
    }
    case 'prog': {
      const ran = yield* fire(rt, `syscall ${act.program}`, () => ({ kind: 'bytes', bytes: act.bytes }))
      if (ran.length > 0 && bind !== '') t.vars[bind] = ran[0].result.retval
      if (ran.length > 0)
        rt.world.tell({
          kind: 'note',
          atNs: rt.clock,
          node: t.node,
          text: `${act.program}: ${ran[0].result.retval}, ${contextBytes(rt.kernel).length} bytes`,
        })
      return
    }
    default:
      return never(act)
  }
}

/** What a register holds for an argument: texts and structures are put into the task's memory. */
function word(rt: Runtime, t: TaskState, arg: Arg): bigint {
  const space = rt.state.spaces[t.mm]
  switch (arg.kind) {
    case 'number':
      return BigInt.asUintN(64, arg.value)
    case 'text':
      return BigInt(stash(space, textBytes(`${arg.text}\0`)))
    case 'bytes':
      return BigInt(stash(space, textBytes(arg.text)))
    case 'room':
      return BigInt(stash(space, new Uint8Array(arg.sizeBytes)))
    case 'fd':
      return BigInt.asUintN(64, BigInt(typeof arg.ref === 'number' ? arg.ref : (t.vars[arg.ref] ?? -1)))
    case 'process':
      return BigInt(typeof arg.name === 'number' ? arg.name : pidOf(rt, arg.name))
    case 'sockaddr':
      return BigInt(stash(space, sockaddrBytes(rt.network.resolve(t.node, arg.host) ?? UNKNOWN, arg.port)))
    case 'texts': {
      const pointers = arg.texts.map((text) => BigInt(stash(space, textBytes(`${text}\0`))))
      return BigInt(stash(space, wordsOf([...pointers, 0n])))
    }
    case 'words':
      return BigInt(stash(space, wordsOf(arg.words)))
    default:
      return never(arg)
  }
}

/** TEST-NET-1: nobody is there. */
const UNKNOWN = '192.0.2.1'
/** No process has this number. */
const NOBODY = 4194304

/** The latest living process of a name, of the scenario or as comm has it. */
const pidOf = (rt: Runtime, name: string): number =>
  [...rt.state.tasks.values()].findLast((o) => (o.name === name || o.comm === name) && o.run !== 'dead')?.tid ?? NOBODY

function wordsOf(values: readonly bigint[]): Uint8Array {
  const out = new Uint8Array(8 * values.length)
  const view = new DataView(out.buffer)
  for (const [i, v] of values.entries()) view.setBigUint64(8 * i, BigInt.asUintN(64, v), true)
  return out
}

/** A system call begins: registers are saved, tracepoints fire, the body runs up to its end or its first wait. */
function* begin(rt: Runtime, t: TaskState, name: string, args: readonly bigint[], shown: readonly string[], answer?: bigint): Happening {
  const row = syscallByName(name)
  if (!row) return
  const { nr, tracepoint } = row
  t.call = { nr, name: tracepoint, args, shown, rest: {} }
  t.result = undefined
  saveRegisters(rt, t, nr, args)
  yield* traceEnter(rt, t, nr, tracepoint, args)
  const instead = yield* enter(rt, `__x64_sys_${tracepoint}`, [pointer(ptRegsAt(t))])
  if (instead !== undefined) return yield* settle(rt, t, instead)
  const body = BODIES[row.name]
  const outcome = body && answer === undefined ? yield* finished(body.start(rt, t, args)) : (answer ?? 0n)
  yield* settle(rt, t, outcome)
}

/** struct pt_regs at the top of the kernel's stack. */
function saveRegisters(rt: Runtime, t: TaskState, nr: number, args: readonly bigint[]): void {
  const [di = 0n, si = 0n, dx = 0n, r10 = 0n, r8 = 0n, r9 = 0n] = args
  const sp = BigInt(rt.state.spaces[t.mm].stackTop - 0x200)
  const regs = registers({ di, si, dx, r10, r8, r9, ax: ENOSYS, orig_ax: BigInt(nr), sp, cs: 0x33n, ss: 0x2bn, flags: 0x246n })
  rt.kernel.memory.ram.write(ptRegsAt(t), wordsOf(regs))
}

function* resume(rt: Runtime, t: TaskState, call: SystemCall): Happening<Outcome> {
  t.wait = undefined
  const row = syscallByName(call.name)
  const body = row && BODIES[row.name]
  return body?.resume ? yield* finished(body.resume(rt, t, call)) : 0n
}

/** A body has run: it has a result, which takes its time, or the task waits. */
function* settle(rt: Runtime, t: TaskState, outcome: Outcome): Happening {
  if (t.run === 'zombie' || t.run === 'dead') return yield* reschedule(rt)
  if (typeof outcome !== 'bigint') {
    if (outcome.rest && t.call) t.call = { ...t.call, rest: outcome.rest }
    return yield* wait(rt, t, outcome.wait)
  }
  t.result = BigInt.asIntN(64, outcome)
  const { takesNs } = t.acting
  if (takesNs >= LONG_NS) return yield* wait(rt, t, { kind: 'time', wake: rt.clock + takesNs })
  const usual = BODIES[syscallByName(t.call?.name ?? '')?.name ?? '']?.costNs ?? OTHER_NS
  const cost = takesNs >= 0 ? takesNs : usual + draw(rt, usual >> 2)
  t.sliceNs += cost
  account(rt, t, cost)
  arm(rt, rt.cpu, cost)
}

function* wait(rt: Runtime, t: TaskState, what: NonNullable<TaskState['wait']>): Happening {
  t.wait = what
  t.run = 'blocked'
  if (what.kind === 'time')
    rt.world.schedule(Math.max(0, what.wake - rt.world.nowNs), rt.part, { kind: 'wake', task: t.key, wake: what.wake })
  yield* reschedule(rt)
}

/** The functions of the kernel that are still under way end, and the task goes back to user space. */
function* endCall(rt: Runtime, t: TaskState, result: bigint): Happening {
  const { call: c } = t
  if (!c) return
  while (t.frames.length > 0) yield* leave(rt, result)
  yield* traceExit(rt, t, c.nr, c.name, result)
  rt.world.tell({
    kind: 'syscall',
    atNs: rt.clock,
    node: t.node,
    pid: t.tid,
    comm: t.comm,
    name: c.name,
    args: c.shown,
    result: Number(result),
  })
  t.call = undefined
  t.result = undefined
  t.wait = undefined
  const failed = result < 0n && result > -4096n && errnoName(Number(result)) !== undefined
  const { bind, otherwise } = t.acting
  t.acting = NO_ACT
  if (bind !== '') t.vars[bind] = Number(result)
  if (!failed) return
  if (otherwise >= 0) t.script.push({ block: otherwise, at: 0, left: 0, strict: false, functions: 0, call: undefined })
  else if (t.script.at(-1)?.strict) t.script.pop()
}
