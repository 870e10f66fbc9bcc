// Map values in the address space: a strided region with the rights that the map's flags leave to programs.
import type { MapDef } from '../../isa/index.ts'
import { type Memory, READ, type Region, WRITE } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { programRights } from './map.ts'

/** What programs may do with the bytes of values: READ, WRITE or both. */
export function rightsOf(def: MapDef): number {
  const { read, write } = programRights(def)
  return (read ? READ : 0) | (write ? WRITE : 0)
}

/** `name` names the value at a slot for people. */
export function mapValues(memory: Memory, def: MapDef, ram: number, slots: number, stride: number, name: (slot: number) => string): Region {
  return memory.map({
    kind: 'map value',
    baseHi: DIRECT_HI,
    baseLo: ram,
    to: slots * stride,
    rights: rightsOf(def),
    stride,
    elem: def.valueSize,
    label: (offset) => {
      const slot = Math.max(0, Math.min(slots - 1, Math.floor(offset / stride)))
      return { name: name(slot), offset: offset - slot * stride }
    },
  })
}
