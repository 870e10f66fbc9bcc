// The runs and the log of a world as rows for lists, time lines and maps of it. In: a timeline that has run. Out: plain windows.
import type { Program } from '../isa/index.ts'
import type { Activation, PlanHook } from '../kernel/index.ts'
import { dissect } from '../packet/index.ts'
import { runOfEvent } from './moves.ts'
import { type Outcome, outcomeOf, verdictName } from './run.ts'
import type { ActivationRun, Timeline } from './timeline.ts'
import type { ActivationRow, ActivationWindow, EventWindow, HookView, LanesView, PacketRow, WorldView } from './views.ts'

/** Rows of packets that a report holds; further ones are found among the activations. */
const MAX_PACKET_ROWS = 10_000
const MAX_WINDOW = 5000

type ProgramIndex = (program: Program) => number

/** What an activation is for: as the world says, or what its packet is. */
export const subjectOf = ({ subject, packet }: Activation): string => (subject !== '' || !packet ? subject : dissect(packet).summary)

/** Runs on packets, of which rows are made. */
export function packetRuns(t: Timeline): number[] {
  const out: number[] = []
  for (const [i, { activation }] of t.runs.entries()) {
    if (activation.packet) out.push(i)
    if (out.length === MAX_PACKET_ROWS) break
  }
  return out
}

export function packetRow(t: Timeline, run: number, index: number): PacketRow {
  const { activation, steps, firstTick, result } = t.runs[run]
  const packet = activation.packet ?? new Uint8Array(0)
  const { summary, protocol } = dissect(packet)
  return {
    index,
    atNs: activation.atNs,
    sizeBytes: packet.length,
    summary,
    protocol,
    ...judged(t.runs[run]),
    retval: result.retval,
    firstTick,
    ticks: steps + 1,
    activation: run,
  }
}

function judged({ activation, result }: ActivationRun): { readonly verdict: string; readonly outcome: Outcome } {
  if (result.fault !== '' || result.unsupported !== '') return { verdict: 'fault', outcome: 'other' }
  const { type } = activation.program.program
  return { verdict: verdictName(type, result.retval), outcome: outcomeOf(type, result.retval) }
}

export function activationWindow(t: Timeline, revision: number, indexOf: ProgramIndex, from: number, count: number): ActivationWindow {
  const first = Math.max(0, Math.trunc(from))
  const rows = t.runs.slice(first, first + Math.min(count, MAX_WINDOW)).map((run, i): ActivationRow => {
    const { activation, firstTick, steps } = run
    const { hook, atNs, cpu, event } = activation
    return {
      index: first + i,
      atNs,
      node: hook.node,
      hook: hook.name,
      place: hook.place,
      program: indexOf(activation.program.program),
      cpu,
      subject: subjectOf(activation),
      ...judged(run),
      firstTick,
      ticks: steps + 1,
      event,
    }
  })
  return { revision, total: t.runs.length, from: first, rows }
}

export function eventWindow(t: Timeline, revision: number, total: number, from: number, count: number): EventWindow {
  const first = Math.max(0, Math.trunc(from))
  const end = Math.min(total, first + Math.min(count, MAX_WINDOW))
  const events = []
  const runs = []
  for (let i = first; i < end; i++) {
    events.push(t.world.events.at(i))
    runs.push(runOfEvent(t, i))
  }
  return { revision, total, from: first, events, runs }
}

/** Bins that lanes are counted in, at most. */
const MAX_BINS = 2000

/** Counts runs between two times (half open) in `bins` stretches, hook by hook. */
export function lanesView(t: Timeline, revision: number, fromNs: number, toNs: number, bins: number): LanesView {
  const n = Math.max(1, Math.min(MAX_BINS, Math.trunc(bins)))
  const zeros = () => new Array<number>(n).fill(0)
  const lanes = t.world.plan.hooks.map((_, hook) => ({
    hook,
    first: new Array<number>(n).fill(-1),
    runs: zeros(),
    passed: zeros(),
    dropped: zeros(),
  }))
  const scale = n / Math.max(1, toNs - fromNs)
  for (const [index, run] of t.runs.entries()) {
    const { atNs } = run.activation
    if (!(atNs >= fromNs && atNs < toNs)) continue
    const lane = lanes.find(({ hook }) => isAt(run, t.world.plan.hooks[hook]))
    if (!lane) continue
    const bin = Math.min(n - 1, Math.floor((atNs - fromNs) * scale))
    if (lane.first[bin] < 0) lane.first[bin] = index
    lane.runs[bin]++
    const { outcome } = judged(run)
    if (outcome !== 'other') lane[outcome][bin]++
  }
  return { revision, lanes }
}

function isAt({ activation }: ActivationRun, hook: PlanHook): boolean {
  const { name, node, place } = activation.hook
  return name === hook.name && node === hook.node && place === hook.place && activation.program.program.name === hook.program
}

export function worldView(t: Timeline, revision: number, indexOf: ProgramIndex, events: number): WorldView {
  const { plan, stopped } = t.world
  const hooks = plan.hooks.map((hook): HookView => {
    const counts = { runs: 0, passed: 0, dropped: 0, faults: 0, steps: 0 }
    let program = -1
    for (const run of t.runs) {
      const { activation, steps } = run
      if (!isAt(run, hook)) continue
      program = indexOf(activation.program.program)
      const { verdict, outcome } = judged(run)
      counts.runs++
      counts.steps += steps
      if (verdict === 'fault') counts.faults++
      else if (outcome === 'passed') counts.passed++
      else if (outcome === 'dropped') counts.dropped++
    }
    return { name: hook.name, node: hook.node, place: hook.place, program, ...counts }
  })
  const endNs = events > 0 ? t.world.events.at(events - 1).atNs : 0
  return { revision, nodes: plan.nodes, links: plan.links, hooks, activations: t.runs.length, events, endNs, stopped }
}
