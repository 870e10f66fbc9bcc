// What every part of the processes of one host works on: the kernel with its types, the attached programs, the acts, and the state that running changes.
// Owned by processes.ts.
import { assert } from '../../base/index.ts'
import type { Kernel } from '../kernel.ts'
import type { WorldEngine } from '../world/engine.ts'
import type { ActTable } from './acts/act.ts'
import type { Hooks } from './hooks.ts'
import type { NetworkPort } from './network-port.ts'
import type { ProcState, TaskState } from './state.ts'
import type { Structs } from './structs.ts'

export interface Runtime {
  readonly kernel: Kernel
  readonly structs: Structs
  readonly host: string
  readonly world: WorldEngine
  /** Name by which events are scheduled. */
  readonly part: string
  readonly hooks: Hooks
  readonly acts: ActTable
  readonly network: NetworkPort
  /** Period of samples of perf_event programs, in nanoseconds. */
  readonly samplePeriod: number
  state: ProcState
  /** Simulated time since the scenario began, within the event under way. */
  clock: number
  /** CPU that the event under way happens on. */
  cpu: number
}

export const taskOf = (rt: Runtime, key: number): TaskState => {
  const task = rt.state.tasks.get(key)
  assert(task, `a task ${key}`)
  return task
}

/** The task on the CPU of the event under way. */
export const currentTask = (rt: Runtime): TaskState => taskOf(rt, rt.state.current[rt.cpu])

/** A deterministic number from 0 to `below` - 1. */
export function draw(rt: Runtime, below: number): number {
  // xorshift32
  let x = rt.state.random
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  rt.state.random = x >>> 0
  return below <= 0 ? 0 : rt.state.random % below
}
