// Where a move along the timeline leads: a tick to a tick. In: the timeline (all packets run), source lines, where one is, the move.
// Line and breakpoint moves walk the instructions of a run by replaying it; both directions give the same stops.
import type { Program } from '../isa/index.ts'
import { packetAt, runningProgram, seek, type Timeline } from './timeline.ts'
import type { Move } from './views.ts'

/** Instructions that one move may look at before it stops where it is. */
const MAX_WALK = 4_000_000

/** Source line of each slot of a program; 0 where unknown. */
export type Lines = (program: Program) => Int32Array

export function moveTo(t: Timeline, lines: Lines, from: number, move: Move): number {
  const last = t.totalTicks - 1
  const here = clamp(from, 0, last)
  switch (move.kind) {
    case 'tick':
      return clamp(move.tick, 0, last)
    case 'insn':
      return clamp(here + move.by, 0, last)
    case 'packet': {
      const run = t.runs[clamp(move.packet, 0, t.runs.length - 1)]
      return run.firstTick + clamp(move.step, 0, run.steps)
    }
    case 'line':
      return move.by > 0 ? nextLine(t, lines, here) : previousLine(t, lines, here)
    case 'breakpoint':
      return move.by > 0 ? nextBreakpoint(t, new Set(move.slots), here) : previousBreakpoint(t, new Set(move.slots), here)
  }
}

const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(high, Math.trunc(n)))

/** Walks a packet's run in [from, to) steps: at each of them the machine stands before the instruction. */
function* walk(t: Timeline, packet: number, from: number, to: number): Generator<undefined> {
  seek(t, packet, from)
  for (let step = from; step < to; step++) {
    seek(t, packet, step)
    yield
  }
}

function* linesOf(t: Timeline, lines: Lines, packet: number, from: number, to: number): Generator<number> {
  for (const _ of walk(t, packet, from, to)) yield lines(runningProgram(t))[t.kernel.machine.pc] ?? 0
}

/** Slots of the attached program; -1 within another one. */
function* slots(t: Timeline, packet: number, from: number, to: number): Generator<number> {
  for (const _ of walk(t, packet, from, to)) yield runningProgram(t) === t.program.program ? t.kernel.machine.pc : -1
}

/** The first step behind `here` at which another line begins; the end of the run where there is none. */
function nextLine(t: Timeline, lines: Lines, here: number): number {
  const packet = packetAt(t, here)
  const { firstTick, steps } = t.runs[packet]
  const at = here - firstTick
  if (at >= steps) return Math.min(here + 1, t.totalTicks - 1)
  let line = -1
  let step = at
  for (const next of linesOf(t, lines, packet, at, Math.min(steps, at + MAX_WALK))) {
    if (line === -1) line = next
    else if (next !== line && next !== 0) return firstTick + step
    step++
  }
  return firstTick + Math.min(steps, step)
}

/** The first step of the line before: where that line was entered. */
function previousLine(t: Timeline, lines: Lines, here: number): number {
  const packet = packetAt(t, here)
  const { firstTick } = t.runs[packet]
  const at = here - firstTick
  if (at === 0) return Math.max(0, here - 1)
  // Entries of lines up to here, in order.
  let line = 0
  let step = Math.max(0, at - MAX_WALK)
  let entry = step
  for (const next of linesOf(t, lines, packet, step, at)) {
    if (next !== line && next !== 0) {
      line = next
      entry = step
    }
    step++
  }
  return firstTick + entry
}

function nextBreakpoint(t: Timeline, stops: ReadonlySet<number>, here: number): number {
  let walked = 0
  for (let packet = packetAt(t, here); packet < t.runs.length && walked < MAX_WALK; packet++) {
    const { firstTick, steps } = t.runs[packet]
    let step = Math.max(0, here + 1 - firstTick)
    for (const slot of slots(t, packet, step, steps)) {
      if (stops.has(slot)) return firstTick + step
      step++
      walked++
    }
  }
  return t.totalTicks - 1
}

function previousBreakpoint(t: Timeline, stops: ReadonlySet<number>, here: number): number {
  let walked = 0
  for (let packet = packetAt(t, here); packet >= 0 && walked < MAX_WALK; packet--) {
    const { firstTick, steps } = t.runs[packet]
    let step = 0
    let found = -1
    for (const slot of slots(t, packet, 0, Math.min(steps, here - firstTick))) {
      if (stops.has(slot)) found = step
      step++
      walked++
    }
    if (found >= 0) return firstTick + found
  }
  return 0
}
