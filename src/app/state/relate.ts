// What belongs together: from one thing that is pointed at to everything that is lit for it, in every panel.
// In: a selection and the tables of the shown program and machine. Out: slots, C lines, a span of the text and bytes of the packet.
// Pure, so that all panels light up the same; a selection that names nothing (an old slot, a blank line) lights nothing.
import type { LayerView, ListingRow } from '../../engine/index.ts'
import { never } from '../never.ts'
import type { Breakpoints } from './record.ts'

export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'insn'; readonly slot: number }
  /** 1-based line of the main file. */
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'bytes'; readonly offset: number; readonly size: number }
  | { readonly kind: 'layer'; readonly layer: number; readonly field: number }

export interface Tables {
  readonly listing: readonly ListingRow[]
  readonly layers: readonly LayerView[]
}

export interface Related {
  readonly slots: readonly number[]
  readonly lines: readonly number[]
  /** Offsets in the main file, finer than lines where known. */
  readonly span: { readonly start: number; readonly end: number } | undefined
  readonly bytes: { readonly offset: number; readonly size: number } | undefined
  /** Layer and field that hold the bytes. */
  readonly field: { readonly layer: number; readonly field: number } | undefined
}

export const NOTHING: Related = { slots: [], lines: [], span: undefined, bytes: undefined, field: undefined }
export const NO_SELECTION: Selection = { kind: 'none' }

export function relate(selection: Selection, tables: Tables): Related {
  switch (selection.kind) {
    case 'none':
      return NOTHING
    case 'insn': {
      const row = rowAt(tables.listing, selection.slot)
      if (!row) return NOTHING
      return { ...NOTHING, slots: [row.slot], lines: row.line > 0 ? [row.line] : [], span: row.span }
    }
    case 'line': {
      const slots = slotsOfLine(tables.listing, selection.line)
      return { ...NOTHING, slots, lines: [selection.line] }
    }
    case 'bytes':
      return { ...NOTHING, bytes: { offset: selection.offset, size: selection.size }, field: fieldAt(tables.layers, selection.offset) }
    case 'layer': {
      const layer = tables.layers[selection.layer]
      const part = selection.field < 0 ? layer : layer?.fields[selection.field]
      if (!part) return NOTHING
      return { ...NOTHING, bytes: { offset: part.offset, size: part.size }, field: { layer: selection.layer, field: selection.field } }
    }
    default:
      return never(selection)
  }
}

/** The row at a slot; rows lie in slot order, but a wide load leaves a slot out. */
export function rowAt(listing: readonly ListingRow[], slot: number): ListingRow | undefined {
  const at = rowIndexAt(listing, slot)
  return at < 0 ? undefined : listing[at]
}

/** Index of the row at a slot, -1 where there is none. */
export function rowIndexAt(listing: readonly ListingRow[], slot: number): number {
  let low = 0
  let high = listing.length - 1
  while (low <= high) {
    const mid = (low + high) >> 1
    const at = listing[mid].slot
    if (at === slot) return mid
    if (at < slot) low = mid + 1
    else high = mid - 1
  }
  return -1
}

export function slotsOfLine(listing: readonly ListingRow[], line: number): readonly number[] {
  return listing.filter((row) => row.line === line).map((row) => row.slot)
}

/** Slots at which a run stops: those set in the listing, and each first slot of a run of instructions on a marked C line. */
export function breakpointSlots(
  listing: readonly ListingRow[],
  breakpoints: { readonly lines: readonly number[]; readonly slots: readonly number[] },
): readonly number[] {
  const out: number[] = []
  let before = -1
  for (const row of listing) {
    const entersLine = row.line !== before && breakpoints.lines.includes(row.line)
    if (entersLine || breakpoints.slots.includes(row.slot)) out.push(row.slot)
    before = row.line
  }
  return out
}

/** Conditions of those slots: a breakpoint's own, else that of its line. */
export function slotConditions(
  listing: readonly ListingRow[],
  slots: readonly number[],
  { conditions = [], slots: own }: Breakpoints,
): readonly { readonly slot: number; readonly text: string }[] {
  if (conditions.length === 0) return []
  const lineOf = new Map(listing.map((row) => [row.slot, row.line]))
  return slots.flatMap((slot) => {
    const isOwn = own.includes(slot)
    const found = conditions.find((c) => (isOwn ? c.kind === 'insn' && c.at === slot : c.kind === 'line' && c.at === lineOf.get(slot)))
    return found ? [{ slot, text: found.text }] : []
  })
}

function fieldAt(layers: readonly LayerView[], offset: number): { layer: number; field: number } | undefined {
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const l = layers[layer]
    if (offset < l.offset || offset >= l.offset + l.size) continue
    const field = l.fields.findIndex((f) => offset >= f.offset && offset < f.offset + Math.max(1, f.size))
    return { layer, field }
  }
  return undefined
}
