// Drops stores that nobody reads: on every way from the store all of its bytes are written again, or the stack variable ends, before
// anything may read them.
//
// Needs SSA and reachable blocks. Volatile stores stay. Memory that outlives the function counts as read at its end.
import { type Func, type Instr, isKind, makeCfg, sizeOf } from '../ir/index.ts'
import { type Memory, makeMemory, type Place } from './memory.ts'

/** Instructions looked at for one store. */
const BUDGET = 1500

export function dse(fn: Func): void {
  const memory = makeMemory(fn)
  const cfg = makeCfg(fn)
  for (let changed = true; changed; ) {
    changed = false
    // Last first: what a dropped store read or wrote is settled by then.
    for (const block of cfg.order.toReversed()) {
      for (let k = block.instrs.length - 1; k >= 0; k--) {
        const place = writtenBy(memory, block.instrs[k])
        if (!place || !isDead(memory, place, block.instrs, k + 1, block.term.to)) continue
        block.instrs.splice(k, 1)
        changed = true
      }
    }
  }
}

/** The bytes that a plain store, fill or copy writes, where they are known. */
function writtenBy(memory: Memory, i: Instr): Place | undefined {
  if (i.kind !== 'store' && i.kind !== 'memset' && i.kind !== 'memcpy') return undefined
  if (i.volatile) return undefined
  const place = memory.placeOf(i.args[0], i.kind === 'store' ? sizeOf(i.args[1].type) : i.size)
  return place.offset === undefined ? undefined : place
}

interface Way {
  readonly instrs: readonly Instr[]
  readonly from: number
  readonly to: readonly { readonly instrs: readonly Instr[]; readonly term: { readonly to: readonly Way['to'][number][] } }[]
  /** Bytes not written again yet, by distance from the place's start. */
  readonly left: bigint
}

function isDead(memory: Memory, place: Place, instrs: readonly Instr[], from: number, to: Way['to']): boolean {
  const size = place.size ?? 0
  if (size === 0 || size > 512) return false
  const onStack = isKind(place.base, 'alloca')
  let budget = BUDGET
  const seen = new Map<Way['to'][number], bigint>()
  const work: Way[] = [{ instrs, from, to, left: (1n << BigInt(size)) - 1n }]
  for (let way = work.pop(); way; way = work.pop()) {
    let { left } = way
    for (let k = way.from; k < way.instrs.length && left !== 0n; k++) {
      const i = way.instrs[k]
      if (--budget < 0 || memory.mayRead(i, place)) return false
      if (i.kind === 'lifetime' && i.args[0] === place.base) left = 0n
      else left &= ~coveredBy(memory, i, place)
    }
    if (left === 0n) continue
    if (way.to.length === 0 && !onStack) return false
    for (const next of way.to) {
      const before = seen.get(next) ?? 0n
      if ((left & ~before) === 0n) continue
      seen.set(next, before | left)
      work.push({ instrs: next.instrs, from: 0, to: next.term.to, left: before | left })
    }
  }
  return true
}

/** Which bytes of the place the instruction certainly writes. */
function coveredBy(memory: Memory, i: Instr, place: Place): bigint {
  const w = writtenBy(memory, i)
  if (!w || w.base !== place.base || w.offset === undefined || place.offset === undefined || w.size === undefined) return 0n
  const start = w.offset - place.offset
  const bits = (1n << BigInt(w.size)) - 1n
  return start >= 0 ? bits << BigInt(start) : bits >> BigInt(-start)
}
