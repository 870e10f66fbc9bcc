// What a world's log and packets say about a run, for conditions and figures: how requests ended, where packets came, which flows moved. In: a finished
// build. Out: plain numbers; nothing is kept but the log of each build.
import type { Build } from '../engine/index.ts'
import { readCapture } from '../packet/index.ts'
import type { Condition } from './types.ts'

type Event = ReturnType<Build['events']>['events'][number]
type Note = Event & { readonly kind: 'note' }
type OnPackets = Condition & { readonly kind: 'packets' }

const WINDOW = 5000
const logs = new WeakMap<Build, readonly Event[]>()

function logOf(build: Build): readonly Event[] {
  const kept = logs.get(build)
  if (kept) return kept
  const log: Event[] = []
  while (log.length < build.report.events) {
    const { events } = build.events(log.length, WINDOW)
    if (events.length === 0) break
    log.push(...events)
  }
  logs.set(build, log)
  return log
}

/** Lines of the log about requests and connections; those of one host or pod where it is named. */
export const notes = (build: Build, node?: string): readonly Note[] =>
  logOf(build).filter((e): e is Note => e.kind === 'note' && (node === undefined || e.node === node))

/** Requests that ended, and those of them that were answered in so many milliseconds. */
export function answered(
  build: Build,
  node?: string,
  withinMs = Number.POSITIVE_INFINITY,
): { readonly ended: number; readonly answered: number } {
  const ends = notes(build, node).flatMap((n) => n.request ?? [])
  return { ended: ends.length, answered: ends.filter((r) => r.ok && r.tookNs <= withinMs * 1_000_000).length }
}

/** Events of packets that a condition is about. */
export function packetEvents(build: Build, c: OnPackets): number {
  const [from, to] = [c.fromMs ?? 0, c.toMs ?? Number.POSITIVE_INFINITY].map((ms) => ms * 1_000_000)
  return logOf(build).filter(
    (e) =>
      e.kind === 'packet' &&
      e.node === c.node &&
      e.what === c.what &&
      (c.place === undefined || e.place === c.place) &&
      (c.why === undefined || e.why === c.why) &&
      e.atNs >= from &&
      e.atNs < to,
  ).length
}

const ETHERTYPE = 12
const DESTINATION = 30
const IPV4 = 0x0800

/**
 * Flows (protocol, addresses and ports as packets arrive) that a program let through before and after user space last wrote a map, and those of them
 * whose last packet left for another IPv4 destination than their first. Where no map was written: flows with several packets.
 */
export function flows(build: Build): { readonly seen: number; readonly moved: number } {
  const rows = build.report.packets.filter((row) => row.outcome !== 'dropped')
  const { packets } = readCapture(build.exportPcap())
  const changed = logOf(build).findLast((e) => e.kind === 'map')?.atNs
  const first = new Map<string, string>()
  const last = new Map<string, string>()
  for (const [i, { summary, atNs }] of rows.entries()) {
    const flow = summary.replace(/ \[[^\]]*\].*$/, '')
    const target = destination(packets[i]?.data)
    if (target === undefined || !/TCP|UDP/.test(flow)) continue
    if (!first.has(flow) && (changed === undefined || atNs < changed)) first.set(flow, target)
    else if (first.has(flow) && (changed === undefined || atNs >= changed)) last.set(flow, target)
  }
  return { seen: last.size, moved: [...last].filter(([flow, target]) => first.get(flow) !== target).length }
}

function destination(frame: Uint8Array | undefined): string | undefined {
  if (!frame || frame.length < DESTINATION + 4 || ((frame[ETHERTYPE] << 8) | frame[ETHERTYPE + 1]) !== IPV4) return undefined
  return frame.subarray(DESTINATION, DESTINATION + 4).join('.')
}
