// The scheduler: tasks that can run wait in a queue for each CPU, a CPU runs one task until it waits, ends or has used its slice. Everything goes by
// simulated time and is the same on every run.
//
//   blocked ── wake ──▶ runnable ── switch ──▶ running ── waits ──▶ blocked
//                          ▲                     │
//                          └── slice used up ────┘
//
// Events of a CPU ("run") are armed one at a time. Linux: kernel/sched/core.c (tracepoints and their arguments).
import type { Happening } from '../world/engine.ts'
import { call, trace } from './calls.ts'
import { showRun } from './objects.ts'
import { currentTask, draw, type Runtime, taskOf } from './runtime.ts'
import type { TaskState } from './state.ts'
import { pointer } from './structs.ts'

const PRIO = 120
/** Slice of the fair scheduler (base_slice_ns). */
export const SLICE_NS = 2_800_000
const SWITCH_NS = 900
const WAKE_NS = 1800
/** Reported for a task that is preempted (TASK_REPORT_MAX). */
const PREEMPTED = 0x100
const INTERRUPTIBLE = 1
const ZOMBIE = 0x20
const DEAD = 0x10

/** The CPU goes on after a time; one event is on its way at most. */
export function arm(rt: Runtime, cpu: number, afterNs: number): void {
  if (rt.state.armed[cpu]) return
  rt.state.armed[cpu] = true
  rt.world.schedule(Math.max(0, rt.clock - rt.world.nowNs) + afterNs, rt.part, { kind: 'run', cpu })
}

const isIdle = (rt: Runtime, cpu: number): boolean => taskOf(rt, rt.state.current[cpu]).tid === 0

/** A task that waited can go on. In the context of whatever runs on the CPU of the event. */
export function* wake(rt: Runtime, t: TaskState, isNew = false): Happening {
  if (t.run === 'dead' || t.run === 'zombie' || t.run === 'running' || t.run === 'runnable') return
  const values = { comm: t.comm, pid: t.tid, prio: PRIO, target_cpu: t.cpu }
  if (!isNew) yield* trace(rt, 'sched/sched_waking', [pointer(t.obj.task)], values)
  const cpu = chooseCpu(rt, t)
  if (cpu !== t.cpu) {
    yield* trace(rt, 'sched/sched_migrate_task', [pointer(t.obj.task), BigInt(cpu)], {
      comm: t.comm,
      pid: t.tid,
      prio: PRIO,
      orig_cpu: t.cpu,
      dest_cpu: cpu,
    })
    t.cpu = cpu
  }
  t.run = 'runnable'
  t.readyNs = rt.clock
  rt.state.queues[cpu].push(t.key)
  showRun(rt, t)
  yield* trace(rt, isNew ? 'sched/sched_wakeup_new' : 'sched/sched_wakeup', [pointer(t.obj.task)], { ...values, target_cpu: cpu })
  if (isIdle(rt, cpu)) arm(rt, cpu, WAKE_NS + draw(rt, 1200))
}

/** Its own CPU where that idles, else another that does, else the shortest queue. */
function chooseCpu(rt: Runtime, t: TaskState): number {
  const { queues } = rt.state
  const load = (cpu: number): number => queues[cpu].length + (isIdle(rt, cpu) ? 0 : 1)
  let best = t.cpu
  for (let cpu = 0; cpu < queues.length; cpu++) if (load(cpu) < load(best)) best = cpu
  return best
}

/** The running task of the CPU of the event makes room for the next one. */
export function* reschedule(rt: Runtime): Happening {
  const { state, cpu } = rt
  const prev = currentTask(rt)
  const preempted = prev.run === 'running'
  const queue = state.queues[cpu]
  if (preempted && prev.tid !== 0 && queue.length === 0) return
  if (preempted && prev.tid !== 0) {
    prev.run = 'runnable'
    prev.readyNs = rt.clock
    queue.push(prev.key)
  }
  const next = taskOf(rt, queue.shift() ?? -1 - cpu)
  if (next === prev) return
  showRun(rt, prev)
  const reported = prev.tid === 0 ? 0 : preempted ? 0 : prev.run === 'zombie' ? ZOMBIE : prev.run === 'dead' ? DEAD : INTERRUPTIBLE
  yield* call(rt, '__schedule', [], function* () {
    yield* trace(
      rt,
      'sched/sched_switch',
      [preempted && prev.tid !== 0 ? 1n : 0n, pointer(prev.obj.task), pointer(next.obj.task), BigInt(reported)],
      {
        prev_comm: prev.comm,
        prev_pid: prev.tid,
        prev_prio: PRIO,
        prev_state: preempted && prev.tid !== 0 ? PREEMPTED : reported,
        next_comm: next.comm,
        next_pid: next.tid,
        next_prio: PRIO,
      },
    )
    return 0n
  })
  state.current[cpu] = next.key
  if (prev.tid === 0) prev.run = 'idle'
  next.run = 'running'
  next.cpu = cpu
  showRun(rt, next)
  yield* call(rt, 'finish_task_switch', [pointer(prev.obj.task)])
  if (next.tid !== 0) {
    rt.world.tell({ kind: 'process', atNs: rt.clock, node: next.node, pid: next.tid, ppid: next.ppid, what: 'switch', comm: next.comm })
    arm(rt, cpu, SWITCH_NS + sliceOf(next))
  }
}

/** Until the end of its slice, or of what it computes; 0 where its next step is something else. */
export const sliceOf = (t: TaskState): number => (t.call ? 0 : Math.min(t.spinNs, SLICE_NS))

/** Counts time that the running task has had. */
export function account(rt: Runtime, t: TaskState, ns: number): void {
  t.runNs += ns
  showRun(rt, t)
}
