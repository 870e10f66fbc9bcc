// What a finished run leaves behind for checks: maps, records and lines as they stand after the last thing that happened. Kept for each build, since a
// lesson asks many times.
import type { Build, MachineView, MapView } from '../engine/index.ts'
import { toHex } from '../engine/index.ts'
import { hexOf } from './bytes.ts'

export const NOTHING = 'nothing ran'

const ends = new WeakMap<Build, Map<string, MachineView>>()

/** The machine after the last run, where anything ran; after the last one on `node` where one is named. */
export function atEnd(build: Build, node = ''): MachineView | undefined {
  const { report } = build
  const kept = ends.get(build) ?? new Map<string, MachineView>()
  ends.set(build, kept)
  const known = kept.get(node)
  if (known || report.activations === 0 || report.notRun !== '') return known
  const activation = node === '' ? undefined : lastOn(build, node)
  if (node !== '' && activation === undefined) return undefined
  const move = activation ? { ...activation, kind: 'activation' as const } : { kind: 'tick' as const, tick: report.totalTicks }
  const end = build.move(0, move)
  kept.set(node, end)
  return end
}

const WINDOW = 5000

function lastOn(build: Build, node: string): { readonly activation: number; readonly step: number } | undefined {
  for (let from = Math.max(0, build.report.activations - WINDOW); ; from = Math.max(0, from - WINDOW)) {
    const row = build.activations(from, WINDOW).rows.findLast((r) => r.node === node)
    if (row) return { activation: row.index, step: Math.max(0, row.ticks - 1) }
    if (from === 0) return undefined
  }
}

/** A map by name, of one host where that is named. */
export interface MapPlace {
  readonly map: string
  readonly node?: string
}

export const mapOf = (build: Build, { map, node }: MapPlace): MapView | undefined => atEnd(build, node)?.maps.find((m) => m.name === map)

/** Why there is no value. */
export function noValue(build: Build, place: MapPlace): string {
  if (!atEnd(build, place.node)) return NOTHING
  return mapOf(build, place) ? 'no entry' : 'no such map'
}

export function entryOf(build: Build, place: MapPlace & { readonly key: string | number }): string | undefined {
  const hex = hexOf(place.key)
  return mapOf(build, place)?.rows.find((r) => r.key === hex)?.value
}

/** Records that were submitted, in hex, the oldest first: what user space reads, else what waits for it. Ring buffers list theirs with an empty key. */
export function recordsOf(build: Build, place: MapPlace): readonly string[] | undefined {
  const map = mapOf(build, place)
  if (!map) return undefined
  const taken = build.records(build.report.totalTicks).flatMap((r) => (r.map === place.map ? [toHex(r.data)] : []))
  if (taken.length > 0) return taken
  return map.rows.filter((r) => r.key === '' || map.type !== 'ringbuf').map((r) => r.value)
}

export function littleEndian(hex: string): bigint {
  let value = 0n
  for (let at = hex.length - 2; at >= 0; at -= 2) value = (value << 8n) | BigInt(Number.parseInt(hex.slice(at, at + 2), 16))
  return value
}
