// What the maps panel shows: how many rows a map keeps back, and a value's decoded text apart from its raw bytes. Pure.
import type { MapRowView, MapView } from '../../../engine/index.ts'

/** Entries that the view leaves out (beyond its first rows, or zero rows of an array). */
export const hiddenRows = (map: MapView): number => Math.max(0, map.entries - map.rows.length)

/** Whether all of a value's bytes are zero, as in slots of an array that nothing has touched. */
export const isZero = (hex: string): boolean => /^0*$/.test(hex)

/** Whether any row was changed by the last instruction. */
export const hasChange = (map: MapView): boolean => map.rows.some((row) => row.changed)

/** Records instead of entries: nothing has a key, and the size is one of bytes. */
export const isRing = (map: MapView): boolean => map.type === 'ringbuf'

const pairs = (hex: string): string => hex.replace(/(..)(?=.)/g, '$1 ')

/** Raw bytes in pairs, of the key and of the value; only worth showing where the decoded text is another. */
export function rawText({ key, keyText, value, valueText }: MapRowView): string {
  const of = (hex: string, text: string) => (pairs(hex) === text || hex === text ? '' : pairs(hex))
  return [of(key, keyText), of(value, valueText)].filter(Boolean).join(' → ')
}

/** Maps of the program first, read-only data sections last; order otherwise as they come. */
export function orderMaps(maps: readonly MapView[]): readonly MapView[] {
  const isSection = (map: MapView) => map.name.startsWith('.') || /\.(rodata|data|bss)\b/.test(map.name)
  return [...maps.filter((m) => !isSection(m)), ...maps.filter(isSection)]
}
