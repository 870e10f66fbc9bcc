// Signals and the end of tasks. A signal is generated at once, delivered when its task goes back to user space; what a process does with one that it has
// no handler for is Linux's default: most end it. Linux: kernel/signal.c, kernel/exit.c.
import type { Happening } from '../world/engine.ts'
import { call, leave, security, trace, traceExit } from './calls.ts'
import { errno, SIGCHLD } from './numbers.ts'
import { showKin, showRun } from './objects.ts'
import type { Runtime } from './runtime.ts'
import { wake } from './schedule.ts'
import type { TaskState } from './state.ts'
import { pointer } from './structs.ts'
import { closeFd } from './syscalls/files.ts'

/** SIGCHLD, SIGCONT, SIGURG and SIGWINCH do nothing by default; those that stop a process are not modelled and do nothing either. */
const IGNORED = new Set([17, 18, 19, 20, 21, 22, 23, 28])
const INTERRUPTED = -512n
const PRIO = 120

/** A signal for a task: generated in the context of whatever runs. */
export function* generate(rt: Runtime, target: TaskState, signal: number, fromKernel = false): Happening {
  if (target.run === 'dead' || target.run === 'zombie') return
  yield* trace(rt, 'signal/signal_generate', [BigInt(signal), fromKernel ? 1n : 0n, pointer(target.obj.task), 1n, 0n], {
    sig: signal,
    errno: 0,
    code: fromKernel ? 0x80 : 0,
    comm: target.comm,
    pid: target.tid,
    group: 1,
    result: 0,
  })
  if (signal === 0 || IGNORED.has(signal)) return
  target.pending.push(signal)
  if (target.run === 'blocked' || target.run === 'idle') yield* wake(rt, target)
}

/** What waits for the running task before it goes back to user space. Whether it goes on living. */
export function* deliver(rt: Runtime, t: TaskState): Happening<boolean> {
  const signal = t.pending.shift()
  if (signal === undefined) return true
  if (t.call) yield* endInterrupted(rt, t)
  yield* trace(rt, 'signal/signal_deliver', [BigInt(signal), 0n, 0n], { sig: signal, errno: 0, code: 0, sa_handler: 0, sa_flags: 0 })
  yield* exitGroup(rt, t, signal, true)
  return false
}

/** A system call that waits is given up. */
function* endInterrupted(rt: Runtime, t: TaskState): Happening {
  const { call: c } = t
  if (!c) return
  while (t.frames.length > 0) yield* leave(rt, INTERRUPTED)
  yield* traceExit(rt, t, c.nr, c.name, INTERRUPTED)
  t.call = undefined
  t.wait = undefined
}

/** do_group_exit(): all threads end. `code`: as wait() gives it (a signal's number, or the exit code times 256). */
export function* exitGroup(rt: Runtime, t: TaskState, code: number, killed: boolean): Happening {
  yield* call(rt, 'do_group_exit', [BigInt(code)], function* () {
    for (const o of [...rt.state.tasks.values()])
      if (o.tgid === t.tgid && o !== t && o.run !== 'dead' && o.run !== 'zombie') endTask(rt, o, code, 'dead')
    yield* exitTask(rt, t, code, killed)
    return 0n
  })
  t.frames = []
}

/** do_exit() of the running task. */
export function* exitTask(rt: Runtime, t: TaskState, code: number, killed: boolean): Happening {
  t.exitCode = code
  yield* call(rt, 'do_exit', [BigInt(code)], function* () {
    const alone = ![...rt.state.tasks.values()].some((o) => o !== t && o.tgid === t.tgid && o.run !== 'dead' && o.run !== 'zombie')
    showRun(rt, t)
    yield* trace(rt, 'sched/sched_process_exit', [pointer(t.obj.task), alone ? 1n : 0n], {
      comm: t.comm,
      pid: t.tid,
      prio: PRIO,
      group_dead: alone ? 1 : 0,
    })
    const table = rt.state.tables[t.files]
    if (table && --table.users === 0) for (const fd of [...table.fds.keys()]) yield* closeFd(rt, t, fd)
    return 0n
  })
  rt.world.tell({ kind: 'process', atNs: rt.clock, node: t.node, pid: t.tid, ppid: t.ppid, what: killed ? 'killed' : 'exit', comm: t.comm })
  endTask(rt, t, code, t.tid === t.tgid ? 'zombie' : 'dead')
  t.frames = []
  if (t.tid !== t.tgid) return
  for (const child of rt.state.tasks.values()) {
    if (child.ppid !== t.tgid || child === t) continue
    child.ppid = 1
    if (child.run !== 'dead') showKin(rt, child)
  }
  const parent = rt.state.tasks.get(t.ppid)
  if (!parent) return
  yield* generate(rt, parent, SIGCHLD, true)
  const waiting = [...rt.state.tasks.values()].find(
    (o) => o.tgid === parent.tgid && o.wait?.kind === 'child' && (o.wait.pid === -1 || o.wait.pid === t.tgid),
  )
  if (waiting) yield* wake(rt, waiting)
  else if (parent.tid === 1 || parent.script.length === 0) yield* reap(rt, t)
}

function endTask(rt: Runtime, t: TaskState, code: number, run: 'zombie' | 'dead'): void {
  t.run = run
  t.exitCode = code
  t.wait = undefined
  t.call = undefined
  t.pending = []
  t.script = []
  t.spinNs = 0
  for (const queue of rt.state.queues) {
    const at = queue.indexOf(t.key)
    if (at >= 0) queue.splice(at, 1)
  }
  showRun(rt, t)
}

/** The parent has asked: nothing of the task is left. */
export function* reap(rt: Runtime, t: TaskState): Happening {
  t.run = 'dead'
  showRun(rt, t)
  yield* security(rt, 'task_free', [pointer(t.obj.task)])
  yield* trace(rt, 'sched/sched_process_free', [pointer(t.obj.task)], { comm: t.comm, pid: t.tid, prio: PRIO })
}

/** bpf_send_signal(): the signal is pending when the program has run; its tracepoint is not fired from within a program. */
export function generateLater(rt: Runtime, target: TaskState, signal: number): number {
  if (target.run === 'dead' || target.run === 'zombie') return errno('ESRCH')
  if (signal === 0 || IGNORED.has(signal)) return 0
  target.pending.push(signal)
  return target.run === 'blocked' || target.run === 'idle' ? later(rt, target) : 0
}

function later(rt: Runtime, target: TaskState): number {
  rt.world.schedule(0, rt.part, { kind: 'interrupt', task: target.key })
  return 0
}
