// The elements of a hash map in Ram, made in chunks as they are needed. Element and value lie apart, so that the values of a
// chunk are one strided region of the address space and their keys another.
//
//   element  +0 next in bucket   +4 hash   +8 lru next   +12 lru prev   +16 lru type, ref, cpu   +20 value   +24 key
//
// Handles are Ram offsets of elements; 0 is none.
import { toHex } from '../../base/index.ts'
import type { MapDef } from '../../isa/index.ts'
import { READ } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { type MapHost, type MapPlace, round8 } from './map.ts'
import { mapValues } from './values.ts'

export const E_NEXT = 0
export const E_HASH = 4
export const E_LRU = 8
export const E_VALUE = 20
export const E_KEY = 24

const CHUNK = 256

interface Chunk {
  readonly elements: number
  readonly values: number
  readonly count: number
}

export interface Elements {
  /** A new element, or 0 once `total` exist or memory ends. */
  readonly create: () => number
  readonly valueOf: (element: number) => number
  readonly elementOfValue: (ram: number) => number
  readonly locate: (ram: number) => MapPlace | undefined
  /** Bytes of all CPUs' values. */
  readonly valueBytes: number
}

export function createElements(host: MapHost, def: MapDef, percpu: boolean, total: number): Elements {
  const { memory } = host
  const ram = memory.ram
  const stride = round8(def.valueSize)
  const cpus = percpu ? host.cpus : 1
  const size = E_KEY + round8(def.keySize)
  const valueBytes = cpus * stride
  // How many exist and which chunks lie where is part of what a snapshot keeps: made[0] in Ram, chunks by made.
  const made = ram.alloc(8)
  const chunks: Chunk[] = []

  const name = (chunk: Chunk, slot: number): string => {
    const key = chunk.elements + Math.floor(slot / cpus) * size + E_KEY
    const text = `${def.name || 'map'}[${toHex(ram.read(key, def.keySize))}]`
    return percpu ? `${text} cpu ${slot % cpus}` : text
  }

  const addChunk = (index: number): boolean => {
    const count = Math.min(CHUNK, total - index * CHUNK)
    const elements = ram.alloc(count * size)
    const values = elements === 0 ? 0 : ram.alloc(count * valueBytes)
    if (values === 0) return false
    const chunk = { elements, values, count }
    chunks[index] = chunk
    memory.map({
      kind: 'map key',
      baseHi: DIRECT_HI,
      baseLo: elements,
      from: E_KEY,
      to: count * size,
      rights: READ,
      stride: size,
      elem: size,
      label: (offset) => ({ name: `key of ${name(chunk, Math.floor(offset / size) * cpus)}`, offset: (offset % size) - E_KEY }),
    })
    mapValues(memory, def, values, count * cpus, stride, (slot) => name(chunk, slot))
    return true
  }

  const chunkOfValue = (at: number): Chunk | undefined => {
    const count = Math.ceil(ram.i32[made >> 2] / CHUNK)
    return chunks.find((c, i) => i < count && at >= c.values && at < c.values + c.count * valueBytes)
  }

  const elementOfValue = (at: number): number => {
    const c = chunkOfValue(at)
    return c ? c.elements + Math.floor((at - c.values) / valueBytes) * size : 0
  }

  return {
    valueBytes,
    create: () => {
      const n = ram.i32[made >> 2]
      if (n >= total) return 0
      if (n % CHUNK === 0 && !addChunk(n / CHUNK)) return 0
      const c = chunks[Math.floor(n / CHUNK)]
      const element = c.elements + (n % CHUNK) * size
      ram.setI32(element + E_VALUE, c.values + (n % CHUNK) * valueBytes)
      ram.setI32(made, n + 1)
      return element
    },
    valueOf: (element) => ram.i32[(element + E_VALUE) >> 2],
    elementOfValue,
    locate: (at) => {
      const element = elementOfValue(at)
      if (element === 0) return undefined
      const off = at - ram.i32[(element + E_VALUE) >> 2]
      return { key: ram.read(element + E_KEY, def.keySize), cpu: Math.floor(off / stride), offset: off % stride }
    },
  }
}
