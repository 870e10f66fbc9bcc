// A map's contents as [key, value] in hex, in the form of recorded runs: arrays by index, hash kinds sorted by key, queue and stack in the
// order of popping with an empty key, ring buffers as records with the key "" (submitted), "discarded" or "busy"; per-CPU maps show CPU 0.
import { toHex } from '../base/index.ts'
import type { KernelMap, RingbufMap } from '../kernel/index.ts'

export type DumpedEntry = readonly [key: string, value: string]

export function dumpMap(map: KernelMap): DumpedEntry[] {
  if (map.def.type === 'ringbuf')
    return (map as RingbufMap).ring.records().map((r) => [r.state === 'submitted' ? '' : r.state, toHex(r.data)])
  const rows = map.entries().map((e): DumpedEntry => [toHex(e.key), toHex(e.value.subarray(0, map.def.valueSize))])
  return map.def.type.includes('hash') ? rows.sort(([a], [b]) => (a < b ? -1 : 1)) : rows
}

/** Maps whose entries are no data for people or comparisons. */
export const isOpaque = (type: string): boolean => type === 'prog_array' || type.endsWith('_of_maps')
