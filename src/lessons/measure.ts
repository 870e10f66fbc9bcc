// Conditions that measure: what programs reported beside what really happened. Each has figures that texts may name ({{solution.CHECK@caught}}), and what was
// found where it does not hold. Pure.
import type { Build, UserView } from '../engine/index.ts'
import { hexOf } from './bytes.ts'
import { atEnd, entryOf, littleEndian, mapOf, NOTHING, noValue, recordsOf } from './evidence.ts'
import type { Condition } from './types.ts'
import { factsOf, spansOf } from './world-facts.ts'

export type Measured = Extract<Condition, { kind: 'map' | 'map-entries' | 'shown' | 'world' | 'alerts' | 'percentiles' | 'race' }>

export const isMeasured = (c: Condition): c is Measured => MEASURED.includes(c.kind)

const MEASURED = ['map', 'map-entries', 'shown', 'world', 'alerts', 'percentiles', 'race']

export interface Measurement {
  /** Empty where the condition holds. */
  readonly found: string
  readonly figures: Readonly<Record<string, number>>
}

const nothing = (found: string): Measurement => ({ found, figures: {} })
const is = (found: number, wanted: number): string => (found === wanted ? '' : String(found))

export function measure(c: Measured, build: Build): Measurement {
  switch (c.kind) {
    case 'map': {
      const value = entryOf(build, c)
      if (value === undefined) return nothing(noValue(build, c))
      const number = numberAt(c, value)
      return { found: number === BigInt(c.number) ? '' : String(number), figures: { value: Number(number) } }
    }
    case 'map-entries': {
      const map = mapOf(build, c)
      return map ? { found: is(map.entries, c.count), figures: { count: map.entries } } : nothing(noValue(build, c))
    }
    case 'shown':
      return shown(c, build)
    case 'world': {
      if (!atEnd(build)) return nothing(NOTHING)
      const count = factsOf(build, c.fact).length
      return { found: is(count, c.count), figures: { count } }
    }
    case 'alerts':
      return alerts(c, build)
    case 'percentiles':
      return percentiles(c, build)
    case 'race':
      return race(c, build)
  }
}

function numberAt({ offset = 0, size }: { readonly offset?: number; readonly size?: number }, value: string): bigint {
  return littleEndian(value.slice(2 * offset, size === undefined ? undefined : 2 * (offset + size)))
}

type Of<K extends Measured['kind']> = Extract<Measured, { kind: K }>

function shown({ view, text, count }: Of<'shown'>, build: Build): Measurement {
  if (!atEnd(build)) return nothing(NOTHING)
  const found = build.userViews(build.report.totalTicks).views.at(view)
  if (!found) return nothing('no such view')
  const lines = linesOf(found)
  const hits = lines.filter((l) => l.includes(text)).length
  const holds = count === undefined ? hits > 0 : hits === count
  return {
    found: holds ? '' : count !== undefined ? String(hits) : found.fault || (lines.at(-1) ?? 'nothing shown'),
    figures: { count: hits },
  }
}

/** A view as lines of text. */
export function linesOf(view: UserView): readonly string[] {
  switch (view.kind) {
    case 'log':
      return view.lines.map((l) => l.text)
    case 'tree':
      return view.rows.map((r) => `${'  '.repeat(r.depth)}${r.label}`)
    case 'flame':
      return view.stacks.map((s) => `${s.frames.join(';')} ${s.count}`)
    case 'histogram':
      return view.groups.flatMap((g) => g.bars.map((b) => `${g.key === '' ? '' : `${g.key} `}${b.label}: ${b.count}`))
    case 'table':
      return view.rows.map((r) => `${r.key}: ${r.value}`)
    case 'series':
      return view.lines.flatMap((l) => l.points.map((p) => `${l.key}: ${p.value}`))
  }
}

function alerts(c: Of<'alerts'>, build: Build): Measurement {
  const records = recordsOf(build, c)
  if (!records) return nothing(noValue(build, c))
  const truth = new Set(c.facts.flatMap((fact) => factsOf(build, fact).map((e) => e.pid)))
  const named = records.map((r) => Number(littleEndian(r.slice(2 * (c.offset ?? 0), 2 * (c.offset ?? 0) + 8))))
  const caught = [...truth].filter((pid) => named.includes(pid)).length
  const wrong = named.filter((pid) => !truth.has(pid)).length
  const holds = caught === truth.size && truth.size > 0 && (c.false === undefined || wrong <= c.false)
  return {
    found: holds ? '' : `${caught} / ${truth.size}, +${wrong}`,
    figures: { caught, of: truth.size, false: wrong, records: named.length },
  }
}

/** Nearest rank; 0 where there are no numbers. */
export function percentile(numbers: readonly number[], p: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0
}

function percentiles(c: Of<'percentiles'>, build: Build): Measurement {
  const records = recordsOf(build, c)
  if (!records) return nothing(noValue(build, c))
  const { offset = 0, size = 8, within = 1000 } = c
  const measured = records.map((r) => Number(littleEndian(r.slice(2 * offset, 2 * (offset + size)))))
  const truth = spansOf(build, c.from, c.to)
  const ps = c.of.map(Number)
  const figures = Object.fromEntries(
    ps.flatMap((p) => [[`p${p}`, percentile(measured, p)] as const, [`true${p}`, percentile(truth, p)] as const]),
  )
  const holds =
    measured.length === truth.length &&
    truth.length > 0 &&
    ps.every((p) => Math.abs(percentile(measured, p) - percentile(truth, p)) <= within)
  const shown = ps.map((p) => `p${p} ${percentile(measured, p)} ns`).join(', ')
  return { found: holds ? '' : `${measured.length} / ${truth.length}: ${shown}`, figures: { ...figures, count: measured.length } }
}

/** The key of a race in hex. */
export const raceKey = (c: Of<'race'>): string => hexOf(c.key) ?? ''

function race(c: Of<'race'>, build: Build): Measurement {
  if (!atEnd(build)) return nothing(NOTHING)
  const ends = build.race(c.cpus, c.map, raceKey(c))
  if (ends.length === 0) return nothing(NOTHING)
  const numberOf = (value: string): number => Number(numberAt(c, value))
  const bad = ends.filter((e) => e.trouble !== '' || e.value === '' || numberOf(e.value) !== c.number)
  const [first] = bad
  const least = Math.min(...ends.map((e) => (e.value === '' ? 0 : numberOf(e.value))))
  return {
    found: first ? first.trouble || (first.value === '' ? 'no entry' : String(numberOf(first.value))) : '',
    figures: { orders: ends.length, wrong: bad.length, least },
  }
}
