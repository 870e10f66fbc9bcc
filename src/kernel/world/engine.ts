// The engine of a world: a queue of events in simulated time, and the parts (network, processes) that carry them out. What was planned before
// the start (stimuli, by the hundred thousand) is a list with a cursor, what the parts schedule on the way is a heap; both hold plain data.
//
//   planned  ─┐
//             ├─ the earliest ─▶ part.carryOut(what) ── yields ──▶ Activation ──▶ driver
//   heap     ─┘                        ▲                                            │
//                                      └───────────── ActivationResult ◀────────────┘
//
// Invariants: events of one time happen in the order in which they were scheduled, planned ones first; between two events nothing but the
// parts' own state, the kernels, the heap and three counters tells one point in time from another, so `save` keeps these and nothing else.
import { assert } from '../../base/index.ts'
import { type Kernel, type KernelSnapshot, restoreKernel, saveKernel } from '../kernel.ts'
import { append, createLog } from '../log.ts'
import { type EventQueue, pushEvent, queueOf, type ScheduledEvent, shiftEvent } from './queue.ts'
import type { Activation, ActivationResult, World, WorldEvent, WorldPlan, WorldSnapshot, WorldStep } from './types.ts'

/** Simulated time since boot at which every scenario begins: a quarter of an hour. */
export const BOOT_NS = 900_000_000_000

/** What carries out an event: it yields where a hook has a program and goes on with what that answered. */
export type Happening<T = void> = Generator<Activation, T, ActivationResult>

/** One kind of doings in the world. Its state is its own; `save` gives an immutable picture of it. */
export interface WorldPart {
  /** Name by which events are scheduled for it. */
  readonly name: string
  /** `what` is the plain data that the event was scheduled with. */
  carryOut(what: unknown): Happening
  save(): unknown
  restore(saved: unknown): void
}

/** An event known before the world begins. */
export interface PlannedEvent {
  readonly atNs: number
  readonly part: string
  readonly what: unknown
}

export interface WorldOptions {
  readonly plan: WorldPlan
  readonly kernels: ReadonlyMap<string, Kernel>
  /** In order of time. */
  readonly planned: readonly PlannedEvent[]
  readonly limits?: Partial<WorldLimits>
}

/** What a world may take before it is ended, by name. */
export interface WorldLimits {
  readonly events: number
  readonly activations: number
  /** Entries of the log. */
  readonly log: number
}

const LIMITS: WorldLimits = { events: 1_000_000, activations: 500_000, log: 2_000_000 }

/** A world as its parts see it. */
export interface WorldEngine extends World {
  /** Simulated time since the scenario began. */
  readonly nowNs: number
  add(part: WorldPart): void
  schedule(afterNs: number, part: string, what: unknown): void
  /** Notes what happened. */
  tell(event: WorldEvent): void
}

interface Snapshot extends WorldSnapshot {
  readonly cursor: number
  readonly heap: readonly ScheduledEvent[]
  readonly order: number
  readonly logged: number
  readonly carried: number
  readonly ran: number
  readonly stopped: string
  readonly kernels: readonly KernelSnapshot[]
  readonly parts: readonly unknown[]
}

/** A world without parts yet; they are added before the first `next`. */
export function createWorld({ plan, kernels, planned, limits = {} }: WorldOptions): WorldEngine {
  const { events: maxEvents, activations: maxActivations, log: maxLog } = { ...LIMITS, ...limits }
  const parts = new Map<string, WorldPart>()
  const list = [...kernels.values()]
  const log = createLog<WorldEvent>()
  let queue: EventQueue = queueOf([])
  let cursor = 0
  let order = 0
  let nowNs = 0
  let carried = 0
  let ran = 0
  let stopped = ''
  let current: Happening | undefined
  /** Whether the activation that was handed out waits for its result. */
  let waiting = false
  /** What it answered, until the event goes on with it. */
  let pending: ActivationResult | undefined

  function begin(): Happening | undefined {
    const soon = planned[cursor]
    const heaped = queue.items[0]
    const fromPlan = soon !== undefined && (heaped === undefined || soon.atNs <= heaped.atNs)
    const event = fromPlan ? soon : shiftEvent(queue)
    if (!event) return undefined
    if (fromPlan) cursor++
    nowNs = Math.max(nowNs, event.atNs)
    carried++
    const part = parts.get(event.part)
    assert(part, `the world has a part ${event.part}`)
    return part.carryOut(event.what)
  }

  function advance(result: ActivationResult | undefined): WorldStep {
    assert(current, 'an event is under way')
    const step = result ? current.next(result) : current.next()
    if (step.done) {
      current = undefined
      return { kind: 'event' }
    }
    if (++ran > maxActivations) stopped = `${maxActivations} runs of programs`
    waiting = true
    return { kind: 'activation', activation: step.value }
  }

  return {
    plan,
    kernels,
    get stopped() {
      return stopped
    },
    get nowNs() {
      return nowNs
    },
    events: {
      get count() {
        return log.count
      },
      at: (index) => log.items[index],
    },
    add(part) {
      parts.set(part.name, part)
    },
    schedule(afterNs, part, what) {
      pushEvent(queue, { atNs: nowNs + afterNs, order: order++, part, what })
    },
    tell(event) {
      append(log, event)
    },
    next() {
      assert(!waiting, 'the last activation has been finished')
      if (pending) {
        const result = pending
        pending = undefined
        return advance(result)
      }
      if (carried >= maxEvents) stopped = `${maxEvents} events`
      if (log.count >= maxLog) stopped = `${maxLog} entries of the log`
      if (stopped !== '') return { kind: 'over' }
      current = begin()
      return current ? advance(undefined) : { kind: 'over' }
    },
    finish(result) {
      assert(waiting, 'an activation waits for its result')
      waiting = false
      pending = result
    },
    save(): WorldSnapshot {
      assert(!current, 'a world is saved between events')
      const snapshot: Snapshot = {
        atNs: nowNs,
        cursor,
        heap: queue.items.slice(),
        order,
        logged: log.count,
        carried,
        ran,
        stopped,
        kernels: list.map(saveKernel),
        parts: [...parts.values()].map((p) => p.save()),
      }
      return snapshot
    },
    restore(snapshot) {
      const s = snapshot as Snapshot
      nowNs = s.atNs
      cursor = s.cursor
      queue = queueOf(s.heap)
      order = s.order
      log.count = s.logged
      carried = s.carried
      ran = s.ran
      stopped = s.stopped
      current = undefined
      pending = undefined
      waiting = false
      for (const [i, k] of list.entries()) restoreKernel(k, s.kernels[i])
      for (const [i, part] of [...parts.values()].entries()) part.restore(s.parts[i])
    },
  }
}
