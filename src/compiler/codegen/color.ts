// Colours the interference graph with ten registers, merging the two sides of copies where that is safe.
//
// Iterated register coalescing: L. George, A. W. Appel, "Iterated Register Coalescing", TOPLAS 18(3), 1996. The worklists and the names of
// the steps are the paper's: simplify, coalesce, freeze, select spill, assign colours. r0..r9 are coloured from the start.
import type { Interference } from './interference.ts'
import { ALLOCATABLE, FIRST_VREG, isVirtual } from './mir.ts'

export interface Coloring {
  /** Register of a virtual register; -1 where it has to be spilled. */
  readonly color: Int8Array
  /** The register that a register was merged with, itself where with none. */
  readonly merged: (v: number) => number
}

/** Preferred order: what calls destroy first, so that r6..r9 stay free for what lives across them. */
const ORDER = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9] as const

interface Graph {
  readonly g: Interference
  readonly present: Uint8Array
  readonly degree: Int32Array
  readonly alias: Int32Array
  readonly copyList: number[][]
  /** State of each copy: 0 waiting to be tried, 1 not ready, 2 done with. */
  readonly copyState: Uint8Array
  readonly copyWork: number[]
  readonly simplifyWork: Set<number>
  readonly freezeWork: Set<number>
  readonly spillWork: Set<number>
  readonly stack: number[]
}

/** `cost[v]` = Infinity: must get a register. */
export function color(g: Interference, used: ReadonlySet<number>): Coloring {
  const s = prepare(g, used)
  for (;;) {
    const next = first(s.simplifyWork)
    if (next !== undefined) simplify(s, next)
    else if (s.copyWork.length > 0) coalesce(s, s.copyWork.pop()!)
    else if (s.freezeWork.size > 0) freeze(s, first(s.freezeWork)!)
    else if (s.spillWork.size > 0) selectSpill(s)
    else break
  }
  return assign(s)
}

const first = (set: ReadonlySet<number>): number | undefined => {
  for (const x of set) return x
  return undefined
}

function prepare(g: Interference, used: ReadonlySet<number>): Graph {
  const s: Graph = {
    g,
    present: new Uint8Array(g.size),
    degree: new Int32Array(g.size).fill(1 << 28),
    alias: Int32Array.from({ length: g.size }, (_, i) => i),
    copyList: Array.from({ length: g.size }, () => []),
    copyState: new Uint8Array(g.copies.length),
    copyWork: [],
    simplifyWork: new Set(),
    freezeWork: new Set(),
    spillWork: new Set(),
    stack: [],
  }
  for (const [k, c] of g.copies.entries()) {
    s.copyList[c.dst].push(k)
    s.copyList[c.src].push(k)
    s.copyWork.push(k)
  }
  s.copyWork.reverse()
  for (const v of used) {
    s.present[v] = 1
    s.degree[v] = g.neighbours[v].length
  }
  for (const v of used) {
    if (s.degree[v] >= ALLOCATABLE) s.spillWork.add(v)
    else if (copyRelated(s, v)) s.freezeWork.add(v)
    else s.simplifyWork.add(v)
  }
  return s
}

const find = (s: Graph, v: number): number => {
  let at = v
  while (s.alias[at] !== at) at = s.alias[at]
  return at
}

/** Neighbours that are still in the graph. */
function* adjacent(s: Graph, v: number): Iterable<number> {
  for (const n of s.g.neighbours[v]) if (!isVirtual(n) || s.present[n]) yield n
}

const copyRelated = (s: Graph, v: number): boolean => s.copyList[v].some((k) => s.copyState[k] < 2)

function simplify(s: Graph, v: number): void {
  s.simplifyWork.delete(v)
  s.stack.push(v)
  s.present[v] = 0
  for (const n of s.g.neighbours[v]) if (isVirtual(n) && s.present[n]) lowerDegree(s, n)
}

function lowerDegree(s: Graph, v: number): void {
  const d = s.degree[v]--
  if (d !== ALLOCATABLE) return
  enableCopies(s, v)
  for (const n of adjacent(s, v)) if (isVirtual(n)) enableCopies(s, n)
  s.spillWork.delete(v)
  if (copyRelated(s, v)) s.freezeWork.add(v)
  else s.simplifyWork.add(v)
}

function enableCopies(s: Graph, v: number): void {
  for (const k of s.copyList[v]) {
    if (s.copyState[k] !== 1) continue
    s.copyState[k] = 0
    s.copyWork.push(k)
  }
}

function coalesce(s: Graph, k: number): void {
  if (s.copyState[k] !== 0) return
  const c = s.g.copies[k]
  const a = find(s, c.dst)
  const b = find(s, c.src)
  const [u, v] = isVirtual(b) ? [a, b] : [b, a]
  if (u === v) {
    s.copyState[k] = 2
    addToSimplify(s, u)
  } else if (!isVirtual(v) || s.g.interferes(u, v)) {
    s.copyState[k] = 2
    addToSimplify(s, u)
    addToSimplify(s, v)
  } else if (isVirtual(u) ? conservative(s, u, v) : fitsPrecolored(s, u, v)) {
    s.copyState[k] = 2
    combine(s, u, v)
    addToSimplify(s, u)
  } else {
    s.copyState[k] = 1
  }
}

function addToSimplify(s: Graph, v: number): void {
  if (!isVirtual(v) || copyRelated(s, v) || s.degree[v] >= ALLOCATABLE || !s.freezeWork.delete(v)) return
  s.simplifyWork.add(v)
}

/** George's test: each neighbour of v is harmless or interferes with u anyway. */
function fitsPrecolored(s: Graph, u: number, v: number): boolean {
  for (const n of adjacent(s, v)) {
    if (isVirtual(n) && s.degree[n] >= ALLOCATABLE && !s.g.interferes(n, u)) return false
    if (!isVirtual(n) && n === u) return false
  }
  return true
}

/** Briggs' test: the merged register has fewer than ten neighbours of high degree. */
function conservative(s: Graph, u: number, v: number): boolean {
  let high = 0
  const seen = new Set<number>()
  for (const x of [u, v]) {
    for (const n of adjacent(s, x)) {
      if (seen.has(n)) continue
      seen.add(n)
      const both = x === u && s.g.interferes(n, v)
      if (s.degree[n] - (both ? 1 : 0) >= ALLOCATABLE) high++
    }
  }
  return high < ALLOCATABLE
}

function combine(s: Graph, u: number, v: number): void {
  s.freezeWork.delete(v)
  s.spillWork.delete(v)
  s.present[v] = 0
  s.alias[v] = u
  s.copyList[u].push(...s.copyList[v])
  s.g.cost[u] += s.g.cost[v]
  enableCopies(s, v)
  for (const n of s.g.neighbours[v]) {
    // What is gone from the graph is coloured after u, with regard to v's alias.
    if (isVirtual(n) && !s.present[n]) continue
    if (!s.g.interferes(n, u)) {
      s.g.add(n, u)
      if (isVirtual(u)) s.degree[u]++
    } else if (isVirtual(n)) {
      lowerDegree(s, n)
    }
  }
  if (isVirtual(u) && s.degree[u] >= ALLOCATABLE && s.freezeWork.delete(u)) s.spillWork.add(u)
}

function freeze(s: Graph, v: number): void {
  s.freezeWork.delete(v)
  s.simplifyWork.add(v)
  freezeCopies(s, v)
}

function freezeCopies(s: Graph, v: number): void {
  for (const k of s.copyList[v]) {
    if (s.copyState[k] === 2) continue
    s.copyState[k] = 2
    const c = s.g.copies[k]
    const a = find(s, c.dst)
    const b = find(s, c.src)
    const other = a === v ? b : a
    if (isVirtual(other) && s.present[other] && !copyRelated(s, other) && s.degree[other] < ALLOCATABLE && s.freezeWork.delete(other)) {
      s.simplifyWork.add(other)
    }
  }
}

function selectSpill(s: Graph): void {
  let best = -1
  let least = Number.POSITIVE_INFINITY
  for (const v of s.spillWork) {
    const price = s.g.cost[v] / s.degree[v]
    if (best < 0 || price < least) {
      best = v
      least = price
    }
  }
  s.spillWork.delete(best)
  s.simplifyWork.add(best)
  freezeCopies(s, best)
}

function assign(s: Graph): Coloring {
  const chosen = new Int8Array(s.g.size).fill(-1)
  for (let r = 0; r < ALLOCATABLE; r++) chosen[r] = r
  const partners: number[][] = Array.from({ length: s.g.size }, () => [])
  for (const c of s.g.copies) {
    const a = find(s, c.dst)
    const b = find(s, c.src)
    if (a === b) continue
    partners[a].push(b)
    partners[b].push(a)
  }
  while (s.stack.length > 0) {
    const v = s.stack.pop()!
    let taken = 0
    for (const n of s.g.neighbours[v]) {
      const c = chosen[find(s, n)]
      if (c >= 0) taken |= 1 << c
    }
    for (const p of partners[v]) {
      const c = chosen[p]
      if (c >= 0 && !(taken & (1 << c))) {
        chosen[v] = c
        break
      }
    }
    if (chosen[v] < 0) chosen[v] = ORDER.find((c) => !(taken & (1 << c))) ?? -1
  }
  for (let v = FIRST_VREG; v < s.g.size; v++) {
    const to = find(s, v)
    if (to !== v) chosen[v] = chosen[to]
  }
  return { color: chosen, merged: (v) => find(s, v) }
}
