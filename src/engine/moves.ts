// Where a move along the timeline leads: a tick to a tick. In: the timeline (all has run), source lines, where one is, the move.
// Line and breakpoint moves walk the instructions of a run by replaying it; both directions give the same stops.
import type { Program } from '../isa/index.ts'
import { kernelHere, runAt, runningProgram, seek, type Timeline } from './timeline.ts'
import type { Move } from './views.ts'

/** Instructions that one move may look at before it stops where it is. */
const MAX_WALK = 4_000_000

/** Steps at which a value is looked at, which takes longer. */
const MAX_LOOKS = 400_000

/** What moves by expressions ask, where the world stands. */
export interface MoveAids {
  /** Whether the breakpoint here counts. */
  readonly holds?: () => boolean
  /** The value that is followed, as a line. */
  readonly value?: () => string
}

/** Source line of each slot of a program; 0 where unknown. */
export type Lines = (program: Program) => Int32Array

export interface MoveTables {
  readonly lines: Lines
  /** Run of each packet row. */
  readonly packets: readonly number[]
  /** Program that breakpoints are in where a move does not say. */
  readonly program: Program
  readonly programAt: (index: number) => Program | undefined
}

export function moveTo(t: Timeline, tables: MoveTables, from: number, move: Move, aids: MoveAids = {}): number {
  const last = t.totalTicks - 1
  const here = clamp(from, 0, last)
  const { lines, packets } = tables
  switch (move.kind) {
    case 'tick':
      return clamp(move.tick, 0, last)
    case 'insn':
      return clamp(here + move.by, 0, last)
    case 'packet':
      return tickOf(t, packets[clamp(move.packet, 0, packets.length - 1)] ?? 0, move.step)
    case 'activation':
      return tickOf(t, move.activation, move.step)
    case 'event':
      return tickOf(t, runOfEvent(t, move.event), 0)
    case 'line':
      return move.by > 0 ? nextLine(t, lines, here) : previousLine(t, lines, here)
    case 'breakpoint': {
      const program = (move.program === undefined ? undefined : tables.programAt(move.program)) ?? tables.program
      const slots = new Set(move.slots)
      const stops = (slot: number): boolean => slots.has(slot) && (aids.holds?.() ?? true)
      return move.by > 0 ? nextBreakpoint(t, program, stops, here) : previousBreakpoint(t, program, stops, here)
    }
    case 'change':
      return aids.value ? (move.by > 0 ? nextChange(t, aids.value, here) : previousChange(t, aids.value, here)) : here
  }
}

const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, Math.trunc(n)))

function tickOf(t: Timeline, index: number, step: number): number {
  const run = t.runs[clamp(index, 0, t.runs.length - 1)]
  return run.firstTick + clamp(step, 0, run.steps)
}

/** The run that an entry of the world's log comes from: the last one that began for it or for an earlier entry; -1 before the first. */
export function runOfEvent(t: Timeline, event: number): number {
  let low = 0
  let high = t.runs.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (t.runs[mid].activation.event <= event) low = mid + 1
    else high = mid
  }
  return low - 1
}

/** Walks a run in [from, to) steps: at each of them the machine stands before the instruction. */
function* walk(t: Timeline, run: number, from: number, to: number): Generator<undefined> {
  for (let step = from; step < to; step++) {
    seek(t, run, step)
    yield
  }
}

function* linesOf(t: Timeline, lines: Lines, run: number, from: number, to: number): Generator<number> {
  for (const _ of walk(t, run, from, to)) yield lines(runningProgram(t))[kernelHere(t).machine.pc] ?? 0
}

/** Slots of a program; -1 within another one. */
function* slots(t: Timeline, program: Program, run: number, from: number, to: number): Generator<number> {
  for (const _ of walk(t, run, from, to)) yield runningProgram(t) === program ? kernelHere(t).machine.pc : -1
}

/** The first step behind `here` at which another line begins; the end of the run where there is none. */
function nextLine(t: Timeline, lines: Lines, here: number): number {
  const run = runAt(t, here)
  const { firstTick, steps } = t.runs[run]
  const at = here - firstTick
  if (at >= steps) return Math.min(here + 1, t.totalTicks - 1)
  let line = -1
  let step = at
  for (const next of linesOf(t, lines, run, at, Math.min(steps, at + MAX_WALK))) {
    if (line === -1) line = next
    else if (next !== line && next !== 0) return firstTick + step
    step++
  }
  return firstTick + Math.min(steps, step)
}

/** The first step of the line before: where that line was entered. */
function previousLine(t: Timeline, lines: Lines, here: number): number {
  const run = runAt(t, here)
  const { firstTick } = t.runs[run]
  const at = here - firstTick
  if (at === 0) return Math.max(0, here - 1)
  // Entries of lines up to here, in order.
  let line = 0
  let step = Math.max(0, at - MAX_WALK)
  let entry = step
  for (const next of linesOf(t, lines, run, step, at)) {
    if (next !== line && next !== 0) {
      line = next
      entry = step
    }
    step++
  }
  return firstTick + entry
}

function nextBreakpoint(t: Timeline, program: Program, stops: (slot: number) => boolean, here: number): number {
  let walked = 0
  for (let run = runAt(t, here); run < t.runs.length && walked < MAX_WALK; run++) {
    const { firstTick, steps } = t.runs[run]
    let step = Math.max(0, here + 1 - firstTick)
    for (const slot of slots(t, program, run, step, steps)) {
      if (stops(slot)) return firstTick + step
      step++
      walked++
    }
  }
  return t.totalTicks - 1
}

function previousBreakpoint(t: Timeline, program: Program, stops: (slot: number) => boolean, here: number): number {
  let walked = 0
  for (let run = runAt(t, here); run >= 0 && walked < MAX_WALK; run--) {
    const { firstTick, steps } = t.runs[run]
    let step = 0
    let found = -1
    for (const slot of slots(t, program, run, 0, Math.min(steps, here - firstTick))) {
      if (stops(slot)) found = step
      step++
      walked++
    }
    if (found >= 0) return firstTick + found
  }
  return 0
}

/** The first tick behind `here` at which the value is another one than right before; the end of everything where it stays. */
function nextChange(t: Timeline, value: () => string, here: number): number {
  let run = runAt(t, here)
  let step = here - t.runs[run].firstTick
  seek(t, run, step)
  const before = value()
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    if (step < t.runs[run].steps) step++
    else if (run + 1 < t.runs.length) {
      run++
      step = 0
    } else break
    seek(t, run, step)
    if (value() !== before) return t.runs[run].firstTick + step
  }
  return t.totalTicks - 1
}

/** The last tick before `here` at which the value was another one than right before that; the beginning where there is none. */
function previousChange(t: Timeline, value: () => string, here: number): number {
  let looks = 0
  for (let run = runAt(t, here); run >= 0 && looks < MAX_LOOKS; run--) {
    const { firstTick, steps } = t.runs[run]
    const until = Math.min(steps, here - 1 - firstTick)
    let found = -1
    let before: string | undefined
    if (run > 0) {
      seek(t, run - 1, t.runs[run - 1].steps)
      before = value()
    }
    for (let step = 0; step <= until; step++, looks++) {
      seek(t, run, step)
      const now = value()
      if (before !== undefined && now !== before) found = step
      before = now
    }
    if (found >= 0) return firstTick + found
  }
  return 0
}
