// Small acts on a workshop's list, and the texts of its form as values. Pure.
import type { WorkshopItem } from '../../lessons/index.ts'

type Items = readonly WorkshopItem[]

export const withItem = (items: Items, at: number, item: WorkshopItem): Items => items.map((old, i) => (i === at ? item : old))
export const withoutItem = (items: Items, at: number): Items => items.filter((_, i) => i !== at)

export function move(items: Items, at: number, by: 1 | -1): Items {
  const to = at + by
  if (to < 0 || to >= items.length) return items
  const out = [...items]
  out[at] = items[to]
  out[to] = items[at]
  return out
}

/** Text of the form as a list of hidden runs; empty text = none; undefined where it is no JSON list. */
export function readRuns(text: string): readonly unknown[] | undefined {
  if (text.trim() === '') return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** "2026-11-30T15:00" in local time as milliseconds since 1970; 0 where it is none. */
export const toTime = (text: string): number => {
  const time = new Date(text).getTime()
  return Number.isNaN(time) ? 0 : time
}

/** The other way round, for the form; empty for 0. */
export function fromTime(ms: number): string {
  if (ms === 0) return ''
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
