// Watch expressions over a build's run: their values at a tick, conditions of breakpoints, and where a value changes.
// In: the parts of a build, which stands where the timeline stands. Out: plain rows, and tests for moves.
import type { BuildParts } from '../build.ts'
import type { MoveAids } from '../moves.ts'
import { kernelHere, runAt, runningProgram, seek, type Timeline } from '../timeline.ts'
import type { Move } from '../views.ts'
import { evaluate, integerOf, isTrue, type WatchPlace, watchText } from './evaluate.ts'
import { type Expr, parseWatch } from './parse.ts'

export interface WatchRow {
  readonly text: string
  /** 'fault': the text is no expression, from `at` on; 'unknown': a name that means nothing; 'absent': not there now. */
  readonly kind: 'number' | 'text' | 'absent' | 'unknown' | 'fault'
  /** The number, the text, or the name of what is missing. */
  readonly value: string
  /** 64 bits in hex, without leading zeros; empty where it is no number. */
  readonly hex: string
  readonly at: number
}

export interface WatchesView {
  readonly revision: number
  readonly tick: number
  readonly rows: readonly WatchRow[]
}

const MAX_WATCHES = 50

export function watches(parts: BuildParts, revision: number, tick: number, texts: readonly string[]): WatchesView {
  const { timeline } = parts
  if (!timeline) return { revision, tick, rows: [] }
  const at = Math.max(0, Math.min(tick, timeline.totalTicks - 1))
  const run = runAt(timeline, at)
  seek(timeline, run, at - timeline.runs[run].firstTick)
  const place = placeHere(parts, timeline)
  return { revision, tick: at, rows: texts.slice(0, MAX_WATCHES).map((text) => rowOf(text, place)) }
}

function rowOf(text: string, place: WatchPlace): WatchRow {
  const parsed = parseWatch(text)
  if (!parsed.ok) return { text, kind: 'fault', value: '', hex: '', at: parsed.at }
  const value = evaluate(parsed.expr, place)
  switch (value.kind) {
    case 'number':
      return { text, kind: 'number', value: String(integerOf(value)), hex: value.bits.toString(16), at: 0 }
    case 'text':
      return { text, kind: 'text', value: value.text, hex: '', at: 0 }
    case 'absent':
      return { text, kind: 'absent', value: value.what, hex: '', at: 0 }
    case 'unknown':
      return { text, kind: 'unknown', value: value.name, hex: '', at: 0 }
  }
}

function placeHere(parts: BuildParts, t: Timeline): WatchPlace {
  const run = t.here
  const { activation, steps } = t.runs[run]
  const tables = parts.tables()
  const { kernel } = activation
  const program = runningProgram(t)
  const isOver = kernel.machine.steps >= steps
  const pc = isOver ? -1 : kernel.machine.pc
  return {
    kernel,
    program,
    pc,
    btf: tables.btf(activation.program.program),
    hasPacket: activation.packet !== undefined,
    counters: {
      step: kernel.machine.steps,
      packet: tables.packetOf(run) + 1,
      cpu: activation.cpu,
      line: pc < 0 ? 0 : tables.lines(program)[pc],
    },
  }
}

/** What a move with expressions needs. An expression that makes no sense never holds, and never changes. */
export function moveAids(parts: BuildParts, move: Move): MoveAids {
  const { timeline } = parts
  if (!timeline) return {}
  if (move.kind === 'change') {
    const parsed = parseWatch(move.text)
    return { value: () => (parsed.ok ? watchText(evaluate(parsed.expr, placeHere(parts, timeline))) : '') }
  }
  if (move.kind !== 'breakpoint' || !move.conditions) return {}
  const conditions = new Map<number, Expr | undefined>()
  for (const { slot, text } of move.conditions) {
    const parsed = parseWatch(text)
    conditions.set(slot, parsed.ok ? parsed.expr : undefined)
  }
  return {
    holds() {
      const { pc } = kernelHere(timeline).machine
      if (!conditions.has(pc)) return true
      const expr = conditions.get(pc)
      return expr !== undefined && isTrue(evaluate(expr, placeHere(parts, timeline)))
    },
  }
}
