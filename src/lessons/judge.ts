// Whether a condition holds for a finished build, and what was found where it does not. Pure: the same build, the same answer.
import { never } from '../base/index.ts'
import type { Build, MachineView, MapView, ProgramReport, Project } from '../engine/index.ts'
import { hexOf } from './bytes.ts'
import type { Condition } from './types.ts'
import { answered, flows, notes, packetEvents } from './world-evidence.ts'

export interface Evidence {
  readonly build: Build
  readonly project: Project
}

/** Empty where the condition holds, else what was found instead ("XDP_PASS", "errors", "nothing ran"). */
export function judge(condition: Condition, { build, project }: Evidence): string {
  const { report } = build
  switch (condition.kind) {
    case 'compiles':
      return report.programs.length > 0 && !report.diagnostics.some((d) => d.severity === 'error') ? '' : 'errors'
    case 'accepted': {
      const program = programOf(build, condition.program)
      if (!program) return 'errors'
      return program.verdict.verdict === 'accepted' ? '' : program.verdict.message || program.verdict.verdict
    }
    case 'rejected': {
      const verdict = programOf(build, condition.program)?.verdict
      if (!verdict) return 'errors'
      return verdict.verdict === 'rejected' && verdict.message.includes(condition.message) ? '' : verdict.message || verdict.verdict
    }
    case 'gets-past': {
      const verdict = programOf(build, undefined)?.verdict
      if (!verdict) return 'errors'
      const lines = project.files.find((f) => f.path === project.build.main)?.text.split('\n') ?? []
      const line = 1 + lines.findIndex((l) => dense(l).includes(dense(condition.text)))
      if (line === 0) return 'missing'
      return verdict.verdict === 'accepted' || (verdict.verdict === 'rejected' && verdict.line > line) ? '' : verdict.message
    }
    case 'verdict':
      return is(report.packets[condition.packet]?.verdict || NOTHING, condition.verdict)
    case 'verdicts':
      return is(report.packets.map((p) => p.verdict || NOTHING).join(' '), condition.verdicts.join(' '))
    case 'bytes': {
      const bytes = packetAfter(build, condition.packet)
      return bytes === undefined ? NOTHING : is(slice(bytes, condition.offset, condition.hex), condition.hex)
    }
    case 'length': {
      const bytes = packetAfter(build, condition.packet)
      return bytes === undefined ? NOTHING : is(String(bytes.length / 2), String(condition.bytes))
    }
    case 'map': {
      const value = entryOf(build, condition)
      if (value === undefined) return noValue(build, condition)
      const { offset = 0, size = value.length / 2 - offset } = condition
      return is(String(littleEndian(value.slice(2 * offset, 2 * (offset + size)))), String(condition.number))
    }
    case 'map-value': {
      const value = entryOf(build, condition)
      return value === undefined ? noValue(build, condition) : is(value, condition.hex)
    }
    case 'no-entry':
      if (!mapOf(build, condition)) return noValue(build, condition)
      return entryOf(build, condition) ?? ''
    case 'map-entries': {
      const map = mapOf(build, condition)
      return map ? is(String(map.entries), String(condition.count)) : noValue(build, condition)
    }
    case 'records': {
      const map = mapOf(build, condition)
      return map ? is(String(records(map).length), String(condition.count)) : noValue(build, condition)
    }
    case 'record': {
      const map = mapOf(build, condition)
      const record = map && records(map)[condition.index]
      if (record === undefined) return map ? 'no record' : noValue(build, condition)
      return is(slice(record, condition.offset ?? 0, condition.hex), condition.hex)
    }
    case 'printk': {
      const lines = atEnd(build)?.printk
      return lines === undefined ? NOTHING : lines.some((l) => l.includes(condition.text)) ? '' : (lines.at(-1) ?? 'nothing printed')
    }
    case 'printk-lines': {
      const lines = atEnd(build)?.printk
      return lines === undefined ? NOTHING : is(String(lines.length), String(condition.count))
    }
    case 'instructions-at-most':
      return atMost(programOf(build, condition.program)?.insnCount, condition.count)
    case 'steps-at-most':
      return atMost(programOf(build, condition.program)?.verdict.processed, condition.count)
    case 'executed-at-most':
      return report.notRun !== '' ? NOTHING : atMost(executed(build), condition.count)
    case 'note': {
      const { text, node, count } = condition
      if (report.notRun !== '') return NOTHING
      const found = notes(build, node)
      const fit = found.filter((n) => n.text.includes(text)).length
      if (count === undefined ? fit > 0 : fit === count) return ''
      return count === undefined ? (found.at(-1)?.text ?? 'nothing in the log') : String(fit)
    }
    case 'answered-at-least': {
      if (report.notRun !== '') return NOTHING
      const found = answered(build, condition.node)
      return found.ended > 0 && percentOf(found.answered, found.ended) >= condition.percent ? '' : `${found.answered} of ${found.ended}`
    }
    case 'packets': {
      if (report.notRun !== '') return NOTHING
      const found = packetEvents(build, condition)
      return found >= (condition.atLeast ?? 0) && found <= (condition.atMost ?? Number.POSITIVE_INFINITY) ? '' : String(found)
    }
    case 'moved-at-most': {
      if (report.notRun !== '') return NOTHING
      const { seen, moved } = flows(build)
      return seen > 0 && percentOf(moved, seen) <= condition.percent ? '' : `${moved} of ${seen}`
    }
    case 'uses':
      return sources(project).includes(dense(condition.text)) ? '' : 'missing'
    case 'avoids':
      return sources(project).includes(dense(condition.text)) ? 'there' : ''
    default:
      return never(condition)
  }
}

const NOTHING = 'nothing ran'

const is = (found: string, wanted: string): string => (found === wanted ? '' : found)
const atMost = (found: number | undefined, most: number): string => (found === undefined ? 'errors' : found <= most ? '' : String(found))

/** The named program, or the one that the scenario attaches. */
export function programOf({ report }: Build, name: string | undefined): ProgramReport | undefined {
  if (report.diagnostics.some((d) => d.severity === 'error' && report.programs.length === 0)) return undefined
  return name === undefined ? (report.programs[report.attached] ?? report.programs[0]) : report.programs.find((p) => p.name === name)
}

/** Instructions executed for all packets. */
export const executed = ({ report }: Build): number => report.packets.reduce((n, p) => n + Math.max(0, p.ticks - 1), 0)

const percentOf = (part: number, whole: number): number => (100 * part) / whole

const ends = new WeakMap<Build, Map<string, MachineView>>()

/** The machine after the last packet, where anything ran; after the last run on `node` where one is named. */
function atEnd(build: Build, node = ''): MachineView | undefined {
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
interface MapPlace {
  readonly map: string
  readonly node?: string
}

const mapOf = (build: Build, { map, node }: MapPlace): MapView | undefined => atEnd(build, node)?.maps.find((m) => m.name === map)

function noValue(build: Build, place: MapPlace): string {
  if (!atEnd(build, place.node)) return NOTHING
  return mapOf(build, place) ? 'no entry' : 'no such map'
}

function entryOf(build: Build, place: MapPlace & { readonly key: string | number }): string | undefined {
  const hex = hexOf(place.key)
  return mapOf(build, place)?.rows.find((r) => r.key === hex)?.value
}

/** Records that were submitted; ring buffers list them with an empty key. */
const records = (map: MapView): readonly string[] => map.rows.filter((r) => r.key === '' || map.type !== 'ringbuf').map((r) => r.value)

function packetAfter(build: Build, packet: number): string | undefined {
  const row = build.report.packets[packet]
  if (build.report.notRun !== '' || !row) return undefined
  return build.move(0, { kind: 'packet', packet, step: Math.max(0, row.ticks - 1) }).packetHex
}

const slice = (hex: string, offset: number, like: string): string => hex.slice(2 * offset, 2 * offset + like.length)

function littleEndian(hex: string): bigint {
  let value = 0n
  for (let at = hex.length - 2; at >= 0; at -= 2) value = (value << 8n) | BigInt(Number.parseInt(hex.slice(at, at + 2), 16))
  return value
}

const sources = (project: Project): string => dense(project.files.map((f) => withoutComments(f.text)).join('\n'))

/** Comments replaced by a blank; strings and characters are left alone. */
export const withoutComments = (source: string): string =>
  source.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (m) => (m.startsWith('/') ? ' ' : m))

const dense = (text: string): string => text.replaceAll(/\s+/g, '')
