// What the maps panel shows: how many rows a map keeps back, and a value's decoded text apart from its raw bytes. Pure.
import type { MapView } from '../../../engine/index.ts'

/** Entries that the view leaves out (beyond its first rows, or zero rows of an array). */
export const hiddenRows = (map: MapView): number => Math.max(0, map.entries - map.rows.length)

/** Whether all of a value's bytes are zero, as in slots of an array that nothing has touched. */
export const isZero = (hex: string): boolean => /^0*$/.test(hex)

/** Whether any row was changed by the last instruction. */
export const hasChange = (map: MapView): boolean => map.rows.some((row) => row.changed)

/** Raw bytes in pairs; only worth showing where the decoded text is another. */
export function rawText(hex: string, text: string): string {
  const raw = hex.replace(/(..)(?=.)/g, '$1 ')
  return raw === text || hex === text ? '' : raw
}

/** Maps of the program first, read-only data sections last; order otherwise as they come. */
export function orderMaps(maps: readonly MapView[]): readonly MapView[] {
  const isSection = (map: MapView) => map.name.startsWith('.') || /\.(rodata|data|bss)\b/.test(map.name)
  return [...maps.filter((m) => !isSection(m)), ...maps.filter(isSection)]
}
