// BPF_MAP_TYPE_ARENA: sparse memory that a program shares with user space. A program holds user space's addresses of it and casts them to the
// kernel's, of which the lower halves count. Here an arena is one block of Ram whose offset is the lower half of its first address, so that both
// kinds of pointers reach it; pages come and go as regions.
//
//   user    ARENA_USER_HI : ram + offset        kernel (after the cast)   0 : ram + offset
//
// What a program reads of a page that is not there is 0, and what it writes is lost. Addresses are made up: where map_extra asks for one, Linux gives that.
// Linux: kernel/bpf/arena.c, BPF_PROBE_MEM32 in the JIT.
import type { MapDef } from '../../isa/index.ts'
import { READ, WRITE } from '../../vm/index.ts'
import { EBUSY, EINVAL, EOPNOTSUPP } from '../errno.ts'
import type { KernelMap, MapHost } from './map.ts'

export const ARENA_PAGE = 4096
export const ARENA_USER_HI = 0x7f3a
/** Ram that an arena may take; a larger one is not modelled. */
const MAX_ARENA = 32 << 20

export interface ArenaMap extends KernelMap {
  /** Ram offset of the first page. */
  readonly base: number
  /** Ram offset of that many pages, at `address` (a Ram offset, 0 = anywhere); 0 = there is no room. */
  readonly allocPages: (address: number, pages: number) => number
  readonly freePages: (address: number, pages: number) => void
  /** Keeps pages from being given out: 0 or an error. */
  readonly reservePages: (address: number, pages: number) => number
}

const FREE = 0
const USED = 1
const RESERVED = 2

export function createArena(host: MapHost, def: MapDef, id: number): ArenaMap | undefined {
  const { memory } = host
  const { ram } = memory
  const pages = def.maxEntries
  if (pages * ARENA_PAGE > MAX_ARENA) return undefined
  const base = ram.alloc(pages * ARENA_PAGE, ARENA_PAGE)
  const marks = ram.alloc(pages)
  if (base === 0 || marks === 0) return undefined
  const his = [0, ARENA_USER_HI]

  const open = (page: number): void => {
    const at = base + page * ARENA_PAGE
    ram.fill(at, ARENA_PAGE, 0)
    for (const baseHi of his) {
      memory.map({
        kind: 'arena',
        baseHi,
        baseLo: at,
        to: ARENA_PAGE,
        rights: READ | WRITE,
        label: (offset) => ({ name: def.name || 'arena', offset: page * ARENA_PAGE + offset }),
      })
    }
    mark(page, USED)
  }
  const mark = (page: number, what: number): void => ram.fill(marks + page, 1, what)
  const stateOf = (page: number): number => ram.u8[marks + page]
  const run = (from: number, count: number, state: number): boolean => {
    for (let i = 0; i < count; i++) if (from + i >= pages || stateOf(from + i) !== state) return false
    return true
  }
  const pageOf = (address: number): number => (address - base) / ARENA_PAGE
  const isPage = (page: number): boolean => Number.isInteger(page) && page >= 0 && page < pages

  return {
    def,
    id,
    percpu: false,
    base,
    allocPages: (address, count) => {
      if (count <= 0 || count > pages) return 0
      let page = address === 0 ? 0 : pageOf(address)
      if (address !== 0) {
        if (!isPage(page) || !run(page, count, FREE)) return 0
      } else {
        while (page + count <= pages && !run(page, count, FREE)) page++
        if (page + count > pages) return 0
      }
      for (let i = 0; i < count; i++) open(page + i)
      return base + page * ARENA_PAGE
    },
    freePages: (address, count) => {
      const first = pageOf(address)
      if (!isPage(first)) return
      for (let page = first; page < Math.min(pages, first + count); page++) {
        if (stateOf(page) !== USED) continue
        for (const hi of his) memory.unmap(memory.nearest(hi, base + page * ARENA_PAGE))
        mark(page, FREE)
      }
    },
    reservePages: (address, count) => {
      const page = pageOf(address)
      if (!isPage(page) || count > pages - page) return -EINVAL
      if (!run(page, count, FREE)) return -EBUSY
      for (let i = 0; i < count; i++) mark(page + i, RESERVED)
      return 0
    },
    lookup: () => 0,
    update: () => -EOPNOTSUPP,
    delete: () => -EOPNOTSUPP,
    userLookup: () => undefined,
    userUpdate: () => -EOPNOTSUPP,
    userDelete: () => -EOPNOTSUPP,
    nextKey: () => undefined,
    count: () => 0,
    entries: () => [],
    directValue: (offset) => base + offset,
    locate: () => undefined,
  }
}
