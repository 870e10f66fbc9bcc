// Timers in map values (struct bpf_timer): what is armed, and calling them back when simulated time has come. They are kept beside the memory,
// by the Ram offset of the struct, whose bytes nobody may see. A timer that is due runs its callback on the machine by itself, between
// invocations: before the next packet, and once a test run is over those that were due by then.
// Linux: kernel/bpf/helpers.c, bpf_timer_cb().
import { type Code, type Fault, run, slotOfAddress, start } from '../vm/index.ts'
import { DIRECT_HI, mapStructLo } from './address.ts'
import type { Kernel } from './kernel.ts'
import type { KernelMap } from './maps/map.ts'

/** Immutable, so that a snapshot is the list. */
export interface Timer {
  /** Ram offset of the struct. */
  readonly at: number
  readonly map: number
  /** What it calls; undefined = nothing was set, or it was cancelled. */
  readonly callback?: { readonly code: Code; readonly lo: number; readonly hi: number }
  /** Nanoseconds since boot; undefined = not armed. */
  readonly expiresNs?: number
}

/** Callbacks between two invocations; timers that arm themselves for at once would never end. */
const MAX_CALLS = 10_000
const FUEL = 10_000_000

export const timerAt = (k: Kernel, at: number): Timer | undefined => k.timers.find((t) => t.at === at)

/** Puts a timer in, in place of the one that is there. */
export function setTimer(k: Kernel, timer: Timer): void {
  k.timers = [...k.timers.filter((t) => t.at !== timer.at), timer]
}

/** Takes away the timers in a value that is overwritten or deleted. */
export function dropTimers(k: Kernel, ram: number, size: number): void {
  if (k.timers.some((t) => t.at >= ram && t.at < ram + size)) k.timers = k.timers.filter((t) => t.at < ram || t.at >= ram + size)
}

/** What went wrong in a callback; undefined = nothing. */
export type TimerTrouble = { readonly fault?: Fault; readonly unsupported?: string } | undefined

/** Calls back what is due by `untilNs`, in order of time. The machine is left with the last callback. */
export function runTimers(k: Kernel, untilNs: number): TimerTrouble {
  for (let calls = 0; calls < MAX_CALLS; calls++) {
    const due = nextDue(k, untilNs)
    if (!due) return undefined
    const trouble = fire(k, due)
    if (trouble) return trouble
  }
  return { unsupported: `more than ${MAX_CALLS} calls of timers between two packets` }
}

function nextDue(k: Kernel, untilNs: number): Timer | undefined {
  let first: Timer | undefined
  for (const t of k.timers) {
    if (t.expiresNs === undefined || t.expiresNs > untilNs) continue
    if (first?.expiresNs === undefined || t.expiresNs < first.expiresNs) first = t
  }
  return first
}

function fire(k: Kernel, timer: Timer): TimerTrouble {
  const { at, map: id, callback, expiresNs = 0 } = timer
  const map = k.maps[id]
  setTimer(k, callback ? { at, map: id, callback } : { at, map: id })
  const place = map.locate(at)
  if (!callback || !place) return undefined
  const { machine: m } = k
  const value = at - place.offset
  k.nowNs = Math.max(k.nowNs, expiresNs)
  k.runningTimer = at
  start(m, callback.code, mapStructLo(map.id), DIRECT_HI)
  m.pc = slotOfAddress(callback.code, callback.lo, callback.hi)
  setArg(k, 2, keyOf(map, value))
  setArg(k, 3, value)
  const end = run(m, FUEL)
  k.runningTimer = 0
  k.nowNs += m.steps
  if (end === 'exited') return undefined
  if (m.fault) return { fault: m.fault }
  return { unsupported: m.feature || 'a timer that does not end' }
}

function setArg(k: Kernel, reg: number, ram: number): void {
  k.machine.lo[reg] = ram
  k.machine.hi[reg] = ram === 0 ? 0 : DIRECT_HI
}

/** Ram offset of the key of a value; 0 where the map does not say. */
function keyOf(map: KernelMap, value: number): number {
  const { walk } = map
  if (!walk) return 0
  for (let entry = walk.entry(walk.first()); entry !== 0; entry = walk.entry(walk.next(entry)))
    if (walk.value(entry) === value) return walk.key(entry)
  return 0
}
