// Lets spilled values whose lives do not meet lie in one slot: the stack has 512 bytes. After allocation; before the frame is laid out.
//
// A spill slot is written and read whole, so the classic data flow tells where its value is still to be read; two slots meet where one is
// written while the other lives. Debug records that named a slot end where another value is put into it.
import { Worklist } from '../../base/index.ts'
import type { DebugVar } from '../ir/index.ts'
import { BitSet } from './liveness.ts'
import type { MBlock, MFunc, MInsn, MOp, Slot } from './mir.ts'

export function shareSpills(f: MFunc): void {
  const spills = f.slots.filter((s) => s.spill)
  if (spills.length < 2) return
  const index = new Map(spills.map((s, k) => [s, k]))
  const place = color(spills.length, meetings(f, index))
  const shared = spills.map((_, k) => spills[place[k]])
  if (shared.every((s, k) => s === spills[k])) return
  endRecords(f, index, place)
  const final = (s: Slot): Slot => (s.spill ? shared[index.get(s)!] : s)
  for (const b of f.blocks) {
    b.insns = b.insns.map((i): MInsn => {
      if (i.kind === 'op') return i.slot ? { ...i, slot: final(i.slot) } : i
      return i.kind === 'dbg' && i.place.kind === 'slot' ? { ...i, place: { kind: 'slot', slot: final(i.place.slot) } } : i
    })
  }
  const used = new Set(shared)
  const kept = f.slots.filter((s) => !s.spill || used.has(s))
  f.slots.splice(0, f.slots.length, ...kept)
}

const accessOf = (i: MInsn): { readonly op: MOp; readonly slot: Slot } | undefined =>
  i.kind === 'op' && i.slot?.spill ? { op: i, slot: i.slot } : undefined

/** Which slots meet each slot. */
function meetings(f: MFunc, index: ReadonlyMap<Slot, number>): BitSet[] {
  const size = index.size
  const out = liveOut(f, index)
  const met = Array.from({ length: size }, () => new BitSet(size))
  for (const [k, b] of f.blocks.entries()) {
    const live = out[k].copy()
    for (let n = b.insns.length - 1; n >= 0; n--) {
      const a = accessOf(b.insns[n])
      if (!a) continue
      const slot = index.get(a.slot)!
      if (a.op.insn.kind === 'load') live.add(slot)
      else {
        live.delete(slot)
        live.each((other) => {
          met[slot].add(other)
          met[other].add(slot)
        })
      }
    }
  }
  return met
}

function liveOut(f: MFunc, index: ReadonlyMap<Slot, number>): BitSet[] {
  const at = new Map(f.blocks.map((b, k) => [b, k]))
  const preds: number[][] = f.blocks.map(() => [])
  for (const [k, b] of f.blocks.entries()) for (const to of b.term.to) preds[at.get(to)!].push(k)
  const out = f.blocks.map(() => new BitSet(index.size))
  const work = new Worklist(f.blocks.length)
  for (let k = f.blocks.length - 1; k >= 0; k--) work.push(k)
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    const live = liveAtStart(f.blocks[k], out[k], index)
    for (const p of preds[k]) {
      const { words } = out[p]
      let changed = false
      for (let w = 0; w < words.length; w++) {
        const next = (words[w] | live.words[w]) >>> 0
        if (next === words[w]) continue
        words[w] = next
        changed = true
      }
      if (changed) work.push(p)
    }
  }
  return out
}

function liveAtStart(block: MBlock, out: BitSet, index: ReadonlyMap<Slot, number>): BitSet {
  const live = out.copy()
  for (let n = block.insns.length - 1; n >= 0; n--) {
    const a = accessOf(block.insns[n])
    if (!a) continue
    if (a.op.insn.kind === 'load') live.add(index.get(a.slot)!)
    else live.delete(index.get(a.slot)!)
  }
  return live
}

/** For each slot the first one that it may lie in. */
function color(size: number, met: readonly BitSet[]): number[] {
  const place: number[] = []
  for (let k = 0; k < size; k++) {
    const taken = new Set<number>()
    met[k].each((other) => void (other < k && taken.add(place[other])))
    let at = 0
    while (at < k && (place[at] !== at || taken.has(at))) at++
    place.push(at)
  }
  return place
}

/** A variable is no longer found in a slot once another value has been put there. */
function endRecords(f: MFunc, index: ReadonlyMap<Slot, number>, place: readonly number[]): void {
  const named = new Map<number, Map<DebugVar, number>>()
  for (const b of f.blocks) {
    for (const i of b.insns) {
      if (i.kind !== 'dbg' || i.place.kind !== 'slot' || !i.place.slot.spill) continue
      const own = index.get(i.place.slot)!
      const list = named.get(place[own]) ?? new Map<DebugVar, number>()
      named.set(place[own], list.set(i.variable, own))
    }
  }
  if (named.size === 0) return
  for (const b of f.blocks) {
    b.insns = b.insns.flatMap((i): MInsn[] => {
      const a = accessOf(i)
      if (a?.op.insn.kind !== 'store') return [i]
      const own = index.get(a.slot)!
      const ended = [...(named.get(place[own]) ?? [])].filter(([, of]) => of !== own)
      return [i, ...ended.map(([variable]): MInsn => ({ kind: 'dbg', variable, place: { kind: 'none' } }))]
    })
  }
}
