// Checks an allocation without knowing how it was made: follows which virtual registers each place holds on every path and says where an
// instruction would read another value than the one selected. For tests and development builds; run right after `allocate`.
//
// The state maps places (r0..r9, slots) to the virtual registers whose current value they hold; paths meet by intersection.
import { asmDefs, asmUses, defOf, eachUse, isVirtual, type MAsm, type MBlock, type MFunc, type MOp, REG_FP } from './mir.ts'

type State = Map<string, Set<number>>

export function checkAllocation(f: MFunc): string[] {
  const before = new Map<MBlock, State>()
  const entry: State = new Map()
  for (let r = 1; r <= 5; r++) entry.set(`r${r}`, new Set([r]))
  before.set(f.blocks[0], entry)
  const work = [f.blocks[0]]
  for (let b = work.pop(); b; b = work.pop()) {
    const state = copyOf(before.get(b)!)
    for (const i of b.insns) if (i.kind !== 'dbg') step(state, i, undefined)
    for (const to of b.term.to) {
      const old = before.get(to)
      const met = old ? meet(old, state) : copyOf(state)
      if (old && sizeOfState(old) === sizeOfState(met)) continue
      before.set(to, met)
      work.push(to)
    }
  }
  const faults: string[] = []
  for (const b of f.blocks) {
    const from = before.get(b)
    if (!from) continue
    const state = copyOf(from)
    const say = (text: string): void => void faults.push(`b${b.id}: ${text}`)
    for (const i of b.insns) if (i.kind !== 'dbg') step(state, i, say)
    const { term } = b
    if (term.kind === 'exit' && term.value && !state.get('r0')?.has(0)) say('r0 is not the result')
    if (term.kind !== 'jump' || !term.source) continue
    need(state, term.source.dst, `r${term.dst}`, say)
    if (term.source.src.kind === 'reg' && term.src.kind === 'reg') need(state, term.source.src.reg, `r${term.src.reg}`, say)
  }
  return faults
}

const copyOf = (s: State): State => new Map([...s].map(([k, v]) => [k, new Set(v)]))
const sizeOfState = (s: State): number => [...s.values()].reduce((n, v) => n + v.size, 0)

function meet(a: State, b: State): State {
  const met: State = new Map()
  for (const [place, held] of a) {
    const both = new Set([...held].filter((v) => b.get(place)?.has(v)))
    if (both.size > 0) met.set(place, both)
  }
  return met
}

function need(state: State, vreg: number, place: string, say: ((text: string) => void) | undefined): void {
  if (!say || vreg === REG_FP) return
  if (!state.get(place)?.has(vreg)) say(`${place} does not hold v${vreg}`)
}

/** Where a virtual register's new value is: old copies elsewhere are stale. */
function write(state: State, vreg: number, place: string, held: ReadonlySet<number>): void {
  const next = new Set(held)
  for (const set of state.values()) set.delete(vreg)
  next.add(vreg)
  state.set(place, next)
}

const slotName = (i: MOp): string => `slot${i.slot!.id}`

function step(state: State, i: MOp | MAsm, say: ((text: string) => void) | undefined): void {
  if (i.kind === 'asm') {
    stepAsm(state, i, say)
    return
  }
  const { insn, source } = i
  if (!source) {
    // Put in by the allocator.
    if (i.spill === 'load' && insn.kind === 'load') state.set(`r${insn.dst}`, new Set(state.get(slotName(i))))
    else if (i.spill === 'store' && insn.kind === 'store' && insn.src.kind === 'reg') {
      state.set(slotName(i), new Set(state.get(`r${insn.src.reg}`)))
    } else if (typeof i.spill === 'object') state.set(`r${defOf(insn)}`, new Set([i.spill.remade]))
    else if (insn.kind === 'alu' && insn.op === 'mov' && insn.src.kind === 'reg') {
      state.set(`r${insn.dst}`, new Set(state.get(`r${insn.src.reg}`)))
    }
    return
  }
  if (source.kind === 'alu' && source.op === 'mov' && source.width === 64 && source.src.kind === 'reg' && source.src.reg !== REG_FP) {
    const from = i.spill === 'load' ? slotName(i) : insn.kind === 'store' && insn.src.kind === 'reg' ? `r${insn.src.reg}` : copyPlace(i)
    const to = i.spill === 'store' ? slotName(i) : `r${defOf(insn)}`
    if (typeof i.spill !== 'object') need(state, source.src.reg, from, say)
    write(state, source.dst, to, typeof i.spill === 'object' ? new Set([i.spill.remade]) : (state.get(from) ?? new Set()))
    return
  }
  const wanted: number[] = []
  const given: number[] = []
  eachUse({ kind: 'op', insn: source, ...(i.args !== undefined && { args: i.args }) }, (r) => wanted.push(r))
  eachUse(i, (r) => given.push(r))
  for (const [k, v] of wanted.entries()) need(state, v, `r${given[k]}`, say)
  if (insn.kind === 'call') {
    for (let r = 0; r <= 5; r++) state.delete(`r${r}`)
    for (const set of state.values()) for (let r = 0; r <= 5; r++) set.delete(r)
    state.set('r0', new Set([0]))
    return
  }
  const def = defOf(source)
  if (def < 0) return
  if (!isVirtual(def) && def !== defOf(insn)) say?.(`r${def} became r${defOf(insn)}`)
  write(state, def, `r${defOf(insn)}`, new Set())
}

function stepAsm(state: State, i: MAsm, say: ((text: string) => void) | undefined): void {
  const source = { operands: i.source ?? i.operands }
  const given = asmUses(i)
  for (const [k, v] of asmUses(source).entries()) need(state, v, `r${given[k]}`, say)
  const results = asmDefs(i)
  for (const r of [...i.clobbers, ...results]) {
    state.delete(`r${r}`)
    for (const set of state.values()) set.delete(r)
  }
  for (const [k, v] of asmDefs(source).entries()) write(state, v, `r${results[k]}`, new Set())
}

function copyPlace(i: MOp): string {
  return i.insn.kind === 'alu' && i.insn.src.kind === 'reg' ? `r${i.insn.src.reg}` : '?'
}
