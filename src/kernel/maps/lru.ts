// Which element of an LRU hash goes when a new one is needed. Linux's lists, as an approximation of "least recently used" that
// needs no lock on a lookup: a lookup only sets the element's ref bit.
//
//   global:  FREE   INACTIVE <-> ACTIVE          per CPU:  free (ready to use), pending (in use, not yet in the global lists)
//
//   A CPU takes from its free list. When that is empty: pending elements go to INACTIVE (ACTIVE if ref'd); ACTIVE's tail is
//   rotated if ACTIVE is the longer one; INACTIVE is scanned, ref'd ones rise to ACTIVE; then up to `targetFree` elements
//   come from FREE or, without ref, from INACTIVE's tail. If that fails, one goes regardless of its ref.
//   With BPF_F_NO_COMMON_LRU each CPU has lists of its own.
//
// Reference: Linux kernel/bpf/bpf_lru_list.c (described there and in Documentation/bpf/map_lru_hash_update.dot).
import type { Ram } from '../../vm/index.ts'

const ACTIVE = 0
const INACTIVE = 1
const FREE = 2
const LOCAL_FREE = 3
const LOCAL_PENDING = 4

/** Elements that a CPU takes at a time at most; and that one scan looks at. */
const LOCAL_TARGET = 128
const PERCPU_TARGET = 4

const NEXT = 0
const PREV = 4
export const LRU_META = 8
const TYPE_MASK = 0xff
export const LRU_REF = 0x100
const CPU_SHIFT = 16
const CPU_MASK = 0xff << CPU_SHIFT

interface Lru {
  /** An element to use; it may just have been thrown out of the table. 0 = none. */
  readonly pop: () => number
  /** Gives back an element that is no longer in the table. */
  readonly push: (node: number) => void
  readonly setRef: (node: number) => void
}

interface LruOptions {
  readonly percpu: boolean
  readonly cpus: number
  /** The CPU that runs. */
  readonly cpu: () => number
  readonly total: number
  /** A fresh element (its node), or 0. */
  readonly create: () => number
  /** Takes the element out of the table; false if it was not in it. */
  readonly evict: (node: number) => boolean
}

export function createLru(ram: Ram, o: LruOptions): Lru {
  // Heads look like nodes: next, prev.
  const head = (): number => {
    const at = ram.alloc(16)
    ram.setI32(at + NEXT, at)
    ram.setI32(at + PREV, at)
    return at
  }
  /** Lists that one CPU has to itself, or that all share: the heads by type, and counts of ACTIVE and INACTIVE, the node that the next
   * scan of INACTIVE begins at, and how many fresh elements were made. */
  const newSet = () => {
    const heads = [head(), head(), head()]
    const state = ram.alloc(24)
    ram.setI32(state + 8, heads[INACTIVE])
    return { heads, state, rotation: state + 8, made: state + 16 }
  }
  const sets = Array.from({ length: o.percpu ? o.cpus : 1 }, newSet)
  const local = Array.from({ length: o.percpu ? 0 : o.cpus }, (_, cpu) => {
    const steal = ram.alloc(8)
    ram.setI32(steal, cpu)
    return { free: head(), pending: head(), steal }
  })
  /** The set that is worked on: that of the CPU that runs, or of a node that is given back. */
  let set = sets[0]
  let lists = set.heads
  let localFree = 0
  let localPending = 0
  const workOn = (cpu: number): void => {
    set = sets[o.percpu ? cpu : 0]
    lists = set.heads
    if (o.percpu) return
    localFree = local[cpu].free
    localPending = local[cpu].pending
  }
  const share = o.percpu ? shareOfCpu(o.total, o.cpus) : o.total
  const scans = o.percpu ? PERCPU_TARGET : LOCAL_TARGET
  const targetFree = Math.min(LOCAL_TARGET, Math.max(1, Math.floor(Math.floor(o.total / o.cpus) / 2)))

  const get = (at: number): number => ram.i32[at >> 2]
  const next = (n: number): number => get(n + NEXT)
  const prev = (n: number): number => get(n + PREV)
  const typeOf = (n: number): number => get(n + LRU_META) & TYPE_MASK
  const isRef = (n: number): boolean => (get(n + LRU_META) & LRU_REF) !== 0
  const setType = (n: number, type: number): void => ram.setI32(n + LRU_META, (get(n + LRU_META) & ~TYPE_MASK) | type)
  const clearRef = (n: number): void => ram.setI32(n + LRU_META, get(n + LRU_META) & ~LRU_REF)
  const setCpu = (n: number, cpu: number): void => ram.setI32(n + LRU_META, (get(n + LRU_META) & ~CPU_MASK) | (cpu << CPU_SHIFT))
  const isEmpty = (list: number): boolean => next(list) === list

  const unlink = (n: number): void => {
    ram.setI32(prev(n) + NEXT, next(n))
    ram.setI32(next(n) + PREV, prev(n))
  }
  const addAfter = (n: number, at: number): void => {
    const following = next(at)
    ram.setI32(n + NEXT, following)
    ram.setI32(n + PREV, at)
    ram.setI32(following + PREV, n)
    ram.setI32(at + NEXT, n)
  }
  /** A list's head is a node like any other. */
  const addHead = addAfter
  const count = (type: number, by: number): void => {
    if (type < FREE) ram.setI32(set.state + 4 * type, get(set.state + 4 * type) + by)
  }
  /** The scan must not begin at a node that leaves its place. */
  const passRotation = (n: number): void => {
    if (get(set.rotation) === n) ram.setI32(set.rotation, prev(n))
  }

  /** From a global list to `list`, whose nodes are of `type`. */
  const toFree = (n: number, list: number, type: number): void => {
    passRotation(n)
    count(typeOf(n), -1)
    setType(n, type)
    unlink(n)
    // A CPU's free list keeps the order in which elements were found; lists of its own do not.
    addAfter(n, o.percpu ? list : prev(list))
  }
  /** From a local list into a global one. */
  const moveIn = (n: number, type: number): void => {
    count(type, 1)
    setType(n, type)
    clearRef(n)
    unlink(n)
    addHead(n, lists[type])
  }
  /** Between global lists, or to the head of its own. */
  const move = (n: number, type: number): void => {
    if (typeOf(n) !== type) {
      count(typeOf(n), -1)
      count(type, 1)
      setType(n, type)
    }
    clearRef(n)
    passRotation(n)
    unlink(n)
    addHead(n, lists[type])
  }

  const rotateActive = (): void => {
    const list = lists[ACTIVE]
    const first = next(list)
    let n = prev(list)
    for (let i = 0; n !== list; ) {
      const before = prev(n)
      move(n, isRef(n) ? ACTIVE : INACTIVE)
      if (++i === scans || n === first) break
      n = before
    }
  }

  const rotateInactive = (): void => {
    const list = lists[INACTIVE]
    if (isEmpty(list)) return
    let last = next(get(set.rotation))
    if (last === list) last = next(last)
    let cur = get(set.rotation)
    let following = list
    for (let i = 0; i < scans; ) {
      if (cur === list) {
        cur = prev(cur)
        continue
      }
      following = prev(cur)
      if (isRef(cur)) move(cur, ACTIVE)
      if (cur === last) break
      cur = following
      i++
    }
    ram.setI32(set.rotation, following)
  }

  const rotate = (): void => {
    if (get(set.state + 4 * INACTIVE) < get(set.state + 4 * ACTIVE)) rotateActive()
    rotateInactive()
  }

  const shrink = (target: number, list: number, type: number): number => {
    let shrunk = 0
    let n = prev(lists[INACTIVE])
    for (let i = 0; n !== lists[INACTIVE]; ) {
      const before = prev(n)
      if (isRef(n)) move(n, ACTIVE)
      else if (o.evict(n)) {
        toFree(n, list, type)
        if (++shrunk === target) break
      }
      if (++i === scans) break
      n = before
    }
    if (shrunk > 0) return shrunk
    const from = lists[isEmpty(lists[INACTIVE]) ? ACTIVE : INACTIVE]
    for (n = prev(from); n !== from; n = prev(n)) {
      if (!o.evict(n)) continue
      toFree(n, list, type)
      return 1
    }
    return 0
  }

  /** The next element of FREE; fresh ones lie behind those that were given back. */
  const firstFree = (): number => {
    const n = next(lists[FREE])
    if (n !== lists[FREE]) return n
    if (get(set.made) >= share) return 0
    const fresh = o.create()
    if (fresh === 0) return 0
    ram.setI32(set.made, get(set.made) + 1)
    setType(fresh, FREE)
    addHead(fresh, lists[FREE])
    return fresh
  }

  const refill = (): void => {
    for (let n = prev(localPending); n !== localPending; ) {
      const before = prev(n)
      moveIn(n, isRef(n) ? ACTIVE : INACTIVE)
      n = before
    }
    rotate()
    let taken = 0
    while (taken < targetFree) {
      const n = firstFree()
      if (n === 0) break
      toFree(n, localFree, LOCAL_FREE)
      taken++
    }
    if (taken < targetFree) shrink(targetFree - taken, localFree, LOCAL_FREE)
  }

  const popLocal = (): number => {
    const n = next(localFree)
    if (n === localFree) return 0
    unlink(n)
    return n
  }

  /** An element in use that a CPU has not handed to the global lists. */
  const popPending = (): number => {
    for (const force of [false, true]) {
      for (let n = prev(localPending); n !== localPending; n = prev(n)) {
        if ((!isRef(n) || force) && o.evict(n)) {
          unlink(n)
          return n
        }
      }
    }
    return 0
  }

  /** What a CPU that has nothing takes from others, one after the other from where it stopped last time. */
  const steal = (cpu: number): number => {
    const first = get(local[cpu].steal)
    let from = first
    let n = 0
    do {
      workOn(from)
      n = popLocal()
      if (n === 0) n = popPending()
      from = (from + 1) % o.cpus
    } while (n === 0 && from !== first)
    ram.setI32(local[cpu].steal, from)
    workOn(cpu)
    return n
  }

  const popCommon = (): number => {
    const cpu = o.cpu()
    workOn(cpu)
    let n = popLocal()
    if (n === 0) {
      refill()
      n = popLocal()
    }
    if (n === 0) n = steal(cpu)
    if (n === 0) return 0
    setType(n, LOCAL_PENDING)
    setCpu(n, cpu)
    clearRef(n)
    addHead(n, localPending)
    return n
  }

  const popPercpu = (): number => {
    const cpu = o.cpu()
    workOn(cpu)
    rotate()
    let n = firstFree()
    if (n === 0) {
      shrink(PERCPU_TARGET, lists[FREE], FREE)
      n = firstFree()
    }
    if (n === 0) return 0
    setCpu(n, cpu)
    clearRef(n)
    move(n, INACTIVE)
    return n
  }

  return {
    pop: o.percpu ? popPercpu : popCommon,
    push: (n) => {
      workOn((get(n + LRU_META) & CPU_MASK) >> CPU_SHIFT)
      if (typeOf(n) !== LOCAL_PENDING) {
        move(n, FREE)
        return
      }
      setType(n, LOCAL_FREE)
      clearRef(n)
      unlink(n)
      addHead(n, localFree)
    },
    setRef: (n) => ram.setI32(n + LRU_META, get(n + LRU_META) | LRU_REF),
  }
}

/** What each CPU gets of the elements: Linux deals them out CPU by CPU; where there are too few, the first has them all. */
function shareOfCpu(total: number, cpus: number): number {
  const each = Math.floor(total / cpus)
  return each === 0 ? total : each
}
