// Which registers may not share a place: two interfere where one is written while the other lives. Copies do not make their two sides
// interfere, so that they can become one.
import { BitSet, liveOut, walkBack } from './liveness.ts'
import { ALLOCATABLE, asmDefs, asmUses, copySource, defOf, eachTermUse, eachUse, FIRST_VREG, isVirtual, type MFunc, REG_FP } from './mir.ts'

export interface Interference {
  readonly size: number
  interferes(a: number, b: number): boolean
  add(a: number, b: number): void
  /** Neighbours of a virtual register, as recorded (coalesced ones included). */
  readonly neighbours: number[][]
  /** Copies dst = src. */
  readonly copies: { readonly dst: number; readonly src: number }[]
  /** How much a spill would cost: uses and definitions, weighed by loop depth. */
  readonly cost: Float64Array
}

/** Up to this many registers a bit matrix is used; beyond, a hash set. */
const MATRIX_LIMIT = 12_000

export function makeInterference(f: MFunc): Interference {
  const size = f.nextVreg
  const pairs = size <= MATRIX_LIMIT ? matrix(size) : hashed(size)
  const neighbours: number[][] = Array.from({ length: size }, () => [])
  const copies: Interference['copies'] = []
  const cost = new Float64Array(size)
  const add = (a: number, b: number): void => {
    if (a === b || pairs.has(a, b)) return
    pairs.add(a, b)
    pairs.add(b, a)
    if (isVirtual(a)) neighbours[a].push(b)
    if (isVirtual(b)) neighbours[b].push(a)
  }
  for (let a = 0; a < ALLOCATABLE; a++) for (let b = 0; b < a; b++) add(a, b)
  const out = liveOut(f)
  for (const [k, block] of f.blocks.entries()) {
    const weight = 10 ** Math.min(block.depth, 6)
    const spend = (r: number): void => void (cost[r] += weight)
    eachTermUse(block.term, spend)
    const atStart = walkBack(block, out(k), (i, live) => {
      if (i.kind === 'dbg') return
      const define = (d: number, except: number): void => {
        live.each((l) => {
          if (l !== d && l !== except) add(d, l)
        })
      }
      if (i.kind === 'asm') {
        const uses = asmUses(i).filter((r) => r !== REG_FP)
        const defs = asmDefs(i)
        uses.forEach(spend)
        for (const d of [...defs, ...i.clobbers]) {
          define(d, -1)
          for (const r of [...uses, ...defs]) if (r !== d) add(d, r)
        }
        defs.forEach(spend)
        return
      }
      eachUse(i, spend)
      if (i.insn.kind === 'call') {
        for (let r = 0; r <= 5; r++) define(r, -1)
        return
      }
      const def = defOf(i.insn)
      if (def < 0) return
      spend(def)
      const src = copySource(i)
      if (src >= 0 && src !== REG_FP && src !== def) copies.push({ dst: def, src })
      define(def, src)
    })
    if (k > 0) continue
    // What arrives in r1..r5 is all there at once.
    const arriving = new BitSet(size)
    atStart.each((r) => void (r < FIRST_VREG && arriving.add(r)))
    arriving.each((a) => atStart.each((b) => add(a, b)))
  }
  return { size, interferes: pairs.has, add, neighbours, copies, cost }
}

interface Pairs {
  readonly has: (a: number, b: number) => boolean
  readonly add: (a: number, b: number) => void
}

function matrix(size: number): Pairs {
  const row = (size + 31) >> 5
  const bits = new Uint32Array(row * size)
  return {
    has: (a, b) => ((bits[a * row + (b >> 5)] >>> (b & 31)) & 1) === 1,
    add: (a, b) => {
      bits[a * row + (b >> 5)] |= 1 << (b & 31)
    },
  }
}

function hashed(size: number): Pairs {
  const set = new Set<number>()
  return { has: (a, b) => set.has(a * size + b), add: (a, b) => void set.add(a * size + b) }
}
