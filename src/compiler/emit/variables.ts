// Where each C variable is found at each instruction, from the debug records between instructions: a forward data flow over the slots.
//
// The state maps a variable to the registers that hold its value. Writing a register takes it from whatever it held; a copy makes a
// second place; where paths meet, what all of them say remains. A range ends where the register is written.
import type { VarLocation } from '../../isa/index.ts'
import type { Generated, Placed } from '../codegen/index.ts'
import { defOf } from '../codegen/mir.ts'
import type { DebugVar } from '../ir/index.ts'

/** The places that hold each variable: `r6`, `s-16` (a spill), `m-8` (memory that variables share). */
type State = Map<DebugVar, ReadonlySet<string>>

/** Locations with instruction indices from `start`. */
export function variableLocations(code: Generated, start: number): VarLocation[] {
  const found: VarLocation[] = []
  for (const { variable, offset, size } of code.stackVariables) {
    found.push({ name: variable.name, type: variable.ctype, from: start, to: start + code.length, place: { kind: 'stack', offset, size } })
  }
  if (code.items.some((i) => i.kind === 'dbg')) found.push(...registerLocations(code, start))
  return found
}

function registerLocations(code: Generated, start: number): VarLocation[] {
  const { items } = code
  const before = flow(items)
  const open = new Map<DebugVar, { readonly place: string; readonly from: number }>()
  const found: VarLocation[] = []
  const close = (v: DebugVar, to: number): void => {
    const o = open.get(v)
    open.delete(v)
    if (!o || o.from >= to) return
    found.push({ name: v.name, type: v.ctype, from: start + o.from, to: start + to, place: placeOf(o.place, v) })
  }
  const show = (state: State, slot: number): void => {
    for (const [v, o] of open) if (!state.get(v)?.has(o.place)) close(v, slot)
    for (const [v, places] of state) {
      if (open.has(v)) continue
      const [place] = places
      if (place !== undefined) open.set(v, { place, from: slot })
    }
  }
  let state: State = new Map()
  let changed = false
  for (const [k, i] of items.entries()) {
    if (begins(items, k)) {
      state = new Map(before.get(k))
      changed = true
    }
    if (i.kind === 'op' && changed) {
      show(state, i.slotIndex)
      changed = false
    }
    if (step(state, i)) changed = true
  }
  for (const v of [...open.keys()]) close(v, code.length)
  return found
}

const placeOf = (place: string, v: DebugVar): VarLocation['place'] =>
  place.startsWith('r')
    ? { kind: 'reg', reg: Number(place.slice(1)) }
    : { kind: 'stack', offset: Number(place.slice(1)), size: place.startsWith('m') ? v.size : Math.min(8, v.size) }

/** Whether ways may meet or part before an item. */
function begins(items: readonly Placed[], k: number): boolean {
  const i = items[k]
  const last = items[k - 1]
  return k === 0 || i.leads || (last.kind === 'op' && (last.insn.kind === 'goto' || last.insn.kind === 'jump' || last.insn.kind === 'exit'))
}

/** The state before each item that begins a row of them; absent where it cannot be reached. */
function flow(items: readonly Placed[]): Map<number, State> {
  const bySlot = new Map<number, number>()
  for (const [k, i] of items.entries()) if (i.leads) bySlot.set(i.slotIndex, k)
  const before = new Map<number, State>([[0, new Map()]])
  const work = [0]
  const reach = (k: number, state: State): void => {
    if (k >= items.length) return
    const old = before.get(k)
    const met = old ? meet(old, state) : new Map(state)
    if (old && sizeOf(old) === sizeOf(met)) return
    before.set(k, met)
    work.push(k)
  }
  for (let first = work.pop(); first !== undefined; first = work.pop()) {
    const state: State = new Map(before.get(first))
    for (let k = first; k < items.length; k++) {
      if (k > first && begins(items, k)) {
        const last = items[k - 1]
        if (last.kind !== 'op' || (last.insn.kind !== 'goto' && last.insn.kind !== 'exit')) reach(k, state)
        break
      }
      const i = items[k]
      step(state, i)
      if (i.kind === 'op' && (i.insn.kind === 'goto' || i.insn.kind === 'jump')) {
        reach(bySlot.get(i.slotIndex + 1 + i.insn.off) ?? items.length, state)
      }
    }
  }
  return before
}

const sizeOf = (s: State): number => [...s.values()].reduce((n, p) => n + p.size, 0)

function meet(a: State, b: State): State {
  const met: State = new Map()
  for (const [v, places] of a) {
    const both = new Set([...places].filter((p) => b.get(v)?.has(p)))
    if (both.size > 0) met.set(v, both)
  }
  return met
}

/** Goes over an item; whether anything is found elsewhere than before. */
function step(state: State, i: Placed): boolean {
  if (i.kind === 'dbg') {
    state.delete(i.variable)
    if (i.place.kind === 'reg') state.set(i.variable, new Set([`r${i.place.reg}`]))
    else if (i.place.kind === 'slot') state.set(i.variable, new Set([`${i.place.slot.spill ? 's' : 'm'}${i.place.slot.offset}`]))
    return true
  }
  const { insn } = i
  if (insn.kind === 'call') {
    let changed = false
    for (let r = 0; r <= 5; r++) if (forget(state, `r${r}`)) changed = true
    return changed
  }
  if (insn.kind === 'store' && i.slot?.spill) {
    const forgotten = forget(state, `s${i.slot.offset}`)
    return (insn.src.kind === 'reg' && also(state, `r${insn.src.reg}`, `s${i.slot.offset}`)) || forgotten
  }
  const d = defOf(insn)
  if (d < 0) return false
  const copied = insn.kind === 'alu' && insn.op === 'mov' && insn.width === 64 && insn.src.kind === 'reg' ? `r${insn.src.reg}` : undefined
  const source = insn.kind === 'load' && i.slot?.spill ? `s${i.slot.offset}` : copied
  if (source === `r${d}`) return false
  const forgotten = forget(state, `r${d}`)
  return (source !== undefined && also(state, source, `r${d}`)) || forgotten
}

function forget(state: State, place: string): boolean {
  let changed = false
  for (const [v, places] of state) {
    if (!places.has(place)) continue
    changed = true
    const left = new Set(places)
    left.delete(place)
    if (left.size === 0) state.delete(v)
    else state.set(v, left)
  }
  return changed
}

function also(state: State, source: string, place: string): boolean {
  let changed = false
  for (const [v, places] of state) {
    if (!places.has(source)) continue
    state.set(v, new Set([...places, place]))
    changed = true
  }
  return changed
}
