// What programs can reach: regions of 64-bit addresses, each a window into Ram with rights and a name for people. Every
// access of a program and of a helper on its behalf goes through here and either finds the whole range in one region with
// the right it needs, or is a fault (a value, never an exception).
//
//   address  baseHi:baseLo        +from                 +to
//               |-- headroom, none --|#### accessible ####|-- tailroom, none --|
//   ram      baseLo               + the same
//
// The lower half of an address of bytes is their offset in Ram, whatever the upper half says: compiled code turns a pointer into
// an offset by wrapping it to 32 bits. What has no bytes lies at FIRST_PORT_LO and beyond, where no Ram reaches.
//
// A strided region is an array of elements (map values): an access has to lie within one element. A port region has no
// bytes: reads and writes are answered by functions (the program's context, which Linux rewrites field by field).
import { assert } from '../base/index.ts'
import type { Ram, RamSnapshot } from './ram.ts'

export const READ = 1
export const WRITE = 2

/** Lower half of the first address that a region without bytes may have. */
const FIRST_PORT_LO = 0x80000000 | 0

/** Answers accesses to a region that has no bytes. `size` is 1, 2, 4 or 8; false = no such access. */
export interface Port {
  /** Puts the zero-extended value into `out`. */
  load(off: number, size: number, out: Word): boolean
  store(off: number, size: number, lo: number, hi: number): boolean
}

/** A 64-bit value under way. */
export interface Word {
  lo: number
  hi: number
}

/** What people call a place within a region. */
export interface Place {
  readonly name: string
  readonly offset: number
}

/** Mutable: the window [from, to) moves as packets grow and frames come and go. Owned by its Memory. */
export interface Region {
  readonly kind: string
  readonly baseHi: number
  /** For a region of bytes also its place in Ram. */
  readonly baseLo: number
  from: number
  to: number
  readonly rights: number
  /** Distance of elements and bytes of each that are accessible; 0 = not strided. Offsets count from the base. */
  readonly stride: number
  readonly elem: number
  /** Ram distance from each byte to its mark "was written"; 0 = not marked. */
  readonly shadow: number
  readonly port: Port | undefined
  /** Names a place; offsets count from the base. */
  readonly label: (offset: number) => Place
}

export interface RegionSpec {
  readonly kind: string
  readonly baseHi: number
  readonly baseLo: number
  readonly from?: number
  readonly to: number
  readonly rights: number
  readonly stride?: number
  readonly elem?: number
  readonly shadow?: number
  readonly port?: Port
  readonly label?: (offset: number) => Place
}

interface Windows {
  readonly regions: readonly Region[]
  /** from and to of each region. */
  readonly windows: Int32Array
}

export interface MemorySnapshot extends Windows {
  readonly ram: RamSnapshot
}

/** A range of bytes that was accessed, by address. */
export interface Access {
  readonly kind: 'read' | 'write'
  readonly hi: number
  readonly lo: number
  readonly size: number
}

/** A region that contains nothing; what an empty cache points to. */
export const NOWHERE: Region = {
  kind: 'none',
  baseHi: 0,
  baseLo: 0,
  from: 0,
  to: 0,
  rights: 0,
  stride: 0,
  elem: 0,
  shadow: 0,
  port: undefined,
  label: (offset) => ({ name: 'nothing', offset }),
}

export class Memory {
  readonly ram: Ram
  /** By address, ascending. */
  private regions: Region[] = []
  /** What was found last; most accesses go where the one before went. */
  private recent: Region = NOWHERE
  /** Where accesses by helpers are noted; undefined = nowhere. */
  trace: Access[] | undefined
  /** A helper read bytes of the stack that nobody had written. Whoever asks resets it. */
  readUnwritten = false
  /** As they were saved last, for snapshots to share. */
  private saved: Windows | undefined

  constructor(ram: Ram) {
    this.ram = ram
  }

  /** Adds a region; it must not overlap another. */
  map(spec: RegionSpec): Region {
    assert(spec.baseLo >>> 0 >= FIRST_PORT_LO >>> 0 === (spec.port !== undefined), 'bytes lie below all that has none')
    const region: Region = {
      kind: spec.kind,
      baseHi: spec.baseHi | 0,
      baseLo: spec.baseLo | 0,
      from: spec.from ?? 0,
      to: spec.to,
      rights: spec.rights,
      stride: spec.stride ?? 0,
      elem: spec.elem ?? 0,
      shadow: spec.shadow ?? 0,
      port: spec.port,
      label: spec.label ?? ((offset) => ({ name: spec.kind, offset })),
    }
    this.regions.splice(this.indexAfter(region.baseHi, region.baseLo), 0, region)
    return region
  }

  /** Removes a region. Caches that still point to it find it empty. */
  unmap(region: Region): void {
    region.from = region.to = 0
    const i = this.regions.indexOf(region)
    if (i >= 0) this.regions.splice(i, 1)
  }

  list(): readonly Region[] {
    return this.regions
  }

  /** Index of the first region whose base lies beyond the address. */
  private indexAfter(hi: number, lo: number): number {
    let from = 0
    let to = this.regions.length
    while (from < to) {
      const mid = (from + to) >> 1
      const r = this.regions[mid]
      if (r.baseHi >>> 0 < hi >>> 0 || (r.baseHi === hi && r.baseLo >>> 0 <= lo >>> 0)) from = mid + 1
      else to = mid
    }
    return from
  }

  /** The region with the greatest base not beyond the address, wherever its window lies; NOWHERE where there is none. */
  nearest(hi: number, lo: number): Region {
    const i = this.indexAfter(hi, lo)
    const r = i > 0 ? this.regions[i - 1] : NOWHERE
    return r.baseHi === hi ? r : NOWHERE
  }

  /** The region that holds all `size` bytes with the rights, or undefined. Port regions count. */
  find(hi: number, lo: number, size: number, rights: number): Region | undefined {
    if (holds(this.recent, hi, lo, size, rights)) return this.recent
    const r = this.nearest(hi, lo)
    if (!holds(r, hi, lo, size, rights)) return undefined
    this.recent = r
    return r
  }

  /** Ram offset of a range that a helper reads or writes, or -1. An empty range is in order everywhere (offset 0). */
  at(hi: number, lo: number, size: number, rights: number): number {
    if (size === 0) return 0
    const r = this.find(hi, lo, size, rights)
    if (!r || r.port) return -1
    this.trace?.push({ kind: rights & WRITE ? 'write' : 'read', hi, lo, size })
    if (rights & WRITE) {
      this.ram.touch(lo, size)
      if (r.shadow !== 0) this.ram.fill(lo + r.shadow, size, 0xff)
    } else if (r.shadow !== 0 && !this.written(r, lo, size)) this.readUnwritten = true
    return lo
  }

  /** Whether all `size` bytes at a Ram offset of a region have been written. */
  written(r: Region, at: number, size: number): boolean {
    const marks = at + r.shadow
    for (let i = 0; i < size; i++) if (this.ram.u8[marks + i] === 0) return false
    return true
  }

  save(): MemorySnapshot {
    if (!this.saved || !this.isAsSaved(this.saved)) {
      const windows = new Int32Array(this.regions.length * 2)
      for (const [i, r] of this.regions.entries()) {
        windows[2 * i] = r.from
        windows[2 * i + 1] = r.to
      }
      this.saved = { regions: this.regions.slice(), windows }
    }
    return { ram: this.ram.save(), ...this.saved }
  }

  private isAsSaved({ regions, windows }: Windows): boolean {
    if (regions.length !== this.regions.length) return false
    for (let i = 0; i < regions.length; i++) {
      const r = this.regions[i]
      if (regions[i] !== r || windows[2 * i] !== r.from || windows[2 * i + 1] !== r.to) return false
    }
    return true
  }

  restore(s: MemorySnapshot): void {
    this.ram.restore(s.ram)
    for (const r of this.regions) r.from = r.to = 0
    this.regions = s.regions.slice()
    for (const [i, r] of this.regions.entries()) {
      r.from = s.windows[2 * i]
      r.to = s.windows[2 * i + 1]
    }
  }
}

/** Whether the whole range lies within the region's window (and one of its elements) and the rights suffice. */
export function holds(r: Region, hi: number, lo: number, size: number, rights: number): boolean {
  if (r.baseHi !== hi || (r.rights & rights) !== rights) return false
  const off = (lo - r.baseLo) >>> 0
  if (off < r.from || off + size > r.to) return false
  return r.stride === 0 || (off % r.stride) + size <= r.elem
}
