// Whether a condition holds for a finished build, and what was found where it does not. Pure: the same build, the same answer.
import { never } from '../base/index.ts'
import type { Build, ProgramReport, Project } from '../engine/index.ts'
import { atEnd, entryOf, mapOf, NOTHING, noValue, recordsOf } from './evidence.ts'
import { measure } from './measure.ts'
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
      if (report.packets.every((p) => p.verdict === '')) return NOTHING
      return is(report.packets.map((p) => p.verdict || NOTHING).join(' '), condition.verdicts.join(' '))
    case 'bytes': {
      const bytes = packetAfter(build, condition.packet)
      return bytes === undefined ? NOTHING : is(slice(bytes, condition.offset, condition.hex), condition.hex)
    }
    case 'length': {
      const bytes = packetAfter(build, condition.packet)
      return bytes === undefined ? NOTHING : is(String(bytes.length / 2), String(condition.bytes))
    }
    case 'map-value': {
      const value = entryOf(build, condition)
      return value === undefined ? noValue(build, condition) : is(value, condition.hex)
    }
    case 'no-entry':
      if (!mapOf(build, condition)) return noValue(build, condition)
      return entryOf(build, condition) ?? ''
    case 'records': {
      const records = recordsOf(build, condition)
      return records ? is(String(records.length), String(condition.count)) : noValue(build, condition)
    }
    case 'record': {
      const records = recordsOf(build, condition)
      const record = records?.[condition.index]
      if (record === undefined) return records ? 'no record' : noValue(build, condition)
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
    case 'map':
    case 'map-entries':
    case 'shown':
    case 'world':
    case 'alerts':
    case 'percentiles':
    case 'race':
      return measure(condition, build).found
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
      const found = answered(build, condition.node, condition.withinMs)
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

/** What a condition about a world counted ("88 of 88"), also where it holds; empty where it counts nothing. */
export function counted(c: Condition, build: Build): string {
  if (build.report.notRun !== '') return ''
  switch (c.kind) {
    case 'note':
      return String(notes(build, c.node).filter((n) => n.text.includes(c.text)).length)
    case 'answered-at-least': {
      const found = answered(build, c.node, c.withinMs)
      return `${found.answered} of ${found.ended}`
    }
    case 'packets':
      return String(packetEvents(build, c))
    case 'moved-at-most': {
      const { seen, moved } = flows(build)
      return `${moved} of ${seen}`
    }
    case 'alerts': {
      const { caught, of, false: others } = measure(c, build).figures
      return of === undefined ? '' : `${caught} / ${of}, +${others}`
    }
    default:
      return ''
  }
}

const is = (found: string, wanted: string): string => (found === wanted ? '' : found)
const atMost = (found: number | undefined, most: number): string => (found === undefined ? 'errors' : found <= most ? '' : String(found))

/** The named program, or the one that the scenario attaches. */
export function programOf({ report }: Build, name: string | undefined): ProgramReport | undefined {
  if (report.diagnostics.some((d) => d.severity === 'error' && report.programs.length === 0)) return undefined
  return name === undefined ? (report.programs[report.attached] ?? report.programs[0]) : report.programs.find((p) => p.name === name)
}

const WINDOW = 5000

const percentOf = (part: number, whole: number): number => (100 * part) / whole

/** Instructions of all runs. */
export const executed = (build: Build): number => {
  let sum = 0
  for (let at = 0; at < build.report.activations; at += WINDOW) for (const { ticks } of build.activations(at, WINDOW).rows) sum += ticks - 1
  return sum
}

function packetAfter(build: Build, packet: number): string | undefined {
  const row = build.report.packets[packet]
  if (build.report.notRun !== '' || !row) return undefined
  return build.move(0, { kind: 'packet', packet, step: Math.max(0, row.ticks - 1) }).packetHex
}

const slice = (hex: string, offset: number, like: string): string => hex.slice(2 * offset, 2 * offset + like.length)

const sources = (project: Project): string => dense(project.files.map((f) => withoutComments(f.text)).join('\n'))

/** Comments replaced by a blank; strings and characters are left alone. */
export const withoutComments = (source: string): string =>
  source.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (m) => (m.startsWith('/') ? ' ' : m))

const dense = (text: string): string => text.replaceAll(/\s+/g, '')
