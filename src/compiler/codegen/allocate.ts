// Register allocation: virtual registers become r0..r9; those for which there is no room live in stack slots of 8 bytes, so that pointers
// and ranges survive for the verifier. What is cheap to make again (literals, addresses) is made again instead.
//
// Each round colours the code as selected with the spills known so far put in. A spilled value that is read again soon, with no call
// between, is kept in its register; if that does not colour, it is reloaded at each use. Where rounds do not come to an end, everything goes
// through memory: what is in a register then lives within one instruction, which always colours.
import { assert } from '../../base/index.ts'
import { imm, reg } from '../../isa/index.ts'
import { color } from './color.ts'
import { makeInterference } from './interference.ts'
import { liveOut, walkBack } from './liveness.ts'
import {
  asmDefs,
  asmUses,
  copySource,
  defOf,
  eachTermUse,
  eachUse,
  FIRST_VREG,
  isVirtual,
  type MAsm,
  type MBlock,
  type MFunc,
  type MInsn,
  type MOp,
  type MTerm,
  newSlot,
  REG_FP,
  type Slot,
  withAsmRegs,
  withRegs,
} from './mir.ts'

/** Instructions after which a value in a register is given up, where it has a slot. */
const KEEP = 8
const MAX_ROUNDS = 24

/** Gives the function's registers places. Afterwards no virtual register is left. After `patience` rounds nothing is kept in registers. */
export function allocate(f: MFunc, patience = MAX_ROUNDS): void {
  const remakers = findRemakers(f)
  const spilled = new Map<number, Spill>()
  const firstTemp = f.nextVreg
  for (let round = 0; ; round++) {
    assert(round <= patience + 1, 'register allocation does not end')
    f.nextVreg = firstTemp
    if (round >= patience) spillAll(f, remakers, spilled)
    const { blocks, temps } = insertSpills(f, spilled)
    const trial: MFunc = { ...f, blocks, nextVreg: f.nextVreg }
    const g = makeInterference(trial)
    for (const [t, kept] of temps) if (!kept) g.cost[t] = Number.POSITIVE_INFINITY
    for (const v of remakers.keys()) g.cost[v] /= 2
    const used = usedVregs(trial)
    const result = color(g, used)
    let failed = false
    for (const v of used) {
      if (result.color[v] >= 0) continue
      failed = true
      note(f, v, result.merged(v), temps, remakers, spilled)
    }
    if (failed) continue
    forgetDeadPlaces(trial)
    f.blocks = blocks
    rewrite(f, (v) => (isVirtual(v) ? result.color[v] : v))
    f.nextVreg = FIRST_VREG
    return
  }
}

/** How a value that gets no register is had: from a slot (shared by registers that were merged) or by making it again. */
interface Spill {
  readonly slot?: Slot
  readonly remake?: readonly MOp[]
  /** Whether it may stay in a register from one use to the next. */
  keep: boolean
}

/** Lets all values go through slots, one for each, at every use. */
function spillAll(f: MFunc, remakers: ReadonlyMap<number, readonly MOp[]>, spilled: Map<number, Spill>): void {
  for (const v of usedVregs(f)) {
    const remake = remakers.get(v)
    const known = spilled.get(v)
    if (known) known.keep = false
    else spilled.set(v, remake ? { remake, keep: false } : { slot: newSlot(f, 8, 8, true), keep: false })
  }
}

/** Takes the failure of `v` down for the next round. */
function note(
  f: MFunc,
  v: number,
  leader: number,
  temps: ReadonlyMap<number, number | undefined>,
  remakers: ReadonlyMap<number, readonly MOp[]>,
  spilled: Map<number, Spill>,
): void {
  if (temps.has(v)) {
    const owner = temps.get(v)
    // A temporary of one instruction: something with a longer life was merged with it or must go; giving up keeping makes room.
    if (owner !== undefined) spilled.get(owner)!.keep = false
    else for (const s of spilled.values()) s.keep = false
    return
  }
  const remake = remakers.get(v)
  if (remake) {
    spilled.set(v, { remake, keep: true })
    return
  }
  const shared = spilled.get(leader)?.slot
  const slot = shared ?? newSlot(f, 8, 8, true)
  const entry: Spill = { slot, keep: true }
  spilled.set(v, entry)
  if (!isVirtual(leader) || spilled.has(leader) || temps.has(leader) || remakers.has(leader)) return
  spilled.set(leader, { slot, keep: true })
}

/** Registers written once, with something that can be written again anywhere. */
function findRemakers(f: MFunc): Map<number, readonly MOp[]> {
  const defs = new Map<number, MOp[]>()
  const others = new Set<number>()
  for (const b of f.blocks) {
    for (const i of b.insns) {
      if (i.kind === 'asm') for (const d of asmDefs(i)) others.add(d)
      if (i.kind !== 'op') continue
      const d = defOf(i.insn)
      if (!isVirtual(d)) continue
      const list = defs.get(d)
      if (list) list.push(i)
      else defs.set(d, [i])
    }
  }
  const found = new Map<number, readonly MOp[]>()
  for (const [v, ops] of defs) {
    if (others.has(v)) continue
    const [a, b] = ops
    const literal = a.insn.kind === 'ld_imm64' || (a.insn.kind === 'alu' && a.insn.op === 'mov' && a.insn.src.kind === 'imm')
    const frame = copySource(a) === REG_FP && b?.insn.kind === 'alu' && b.insn.op === 'add' && b.slot !== undefined
    if ((ops.length === 1 && literal && !a.core) || (ops.length === 2 && frame)) found.set(v, ops)
  }
  return found
}

function usedVregs(f: MFunc): Set<number> {
  const used = new Set<number>()
  const see = (r: number): void => {
    if (isVirtual(r)) used.add(r)
  }
  for (const b of f.blocks) {
    for (const i of b.insns) {
      if (i.kind === 'asm') [...asmUses(i), ...asmDefs(i)].forEach(see)
      if (i.kind !== 'op') continue
      eachUse(i, see)
      see(defOf(i.insn))
    }
    eachTermUse(b.term, see)
  }
  return used
}

interface Rewriting {
  readonly f: MFunc
  readonly spilled: ReadonlyMap<number, Spill>
  /** Temporaries, and the spilled register that they hold from one use to the next (undefined: of one instruction). */
  readonly temps: Map<number, number | undefined>
  /** What spilled values are in registers now, and since when. */
  readonly held: Map<number, { readonly temp: number; last: number }>
  out: MInsn[]
  at: MOp['at']
}

/** The code with every access to a spilled register going through its slot. The blocks are new; `f` is left as it was. */
function insertSpills(f: MFunc, spilled: ReadonlyMap<number, Spill>): { blocks: MBlock[]; temps: Map<number, number | undefined> } {
  const temps = new Map<number, number | undefined>()
  const copies = new Map<MBlock, MBlock>()
  const blocks = f.blocks.map((b): MBlock => {
    const w: Rewriting = { f, spilled, temps, held: new Map(), out: [], at: undefined }
    for (const [k, i] of b.insns.entries()) {
      if (i.kind === 'dbg') w.out.push(spillDebug(i, spilled))
      else if (i.kind === 'asm') spillAsm(w, i, k)
      else spillInsn(w, i, k)
    }
    const term = spillTerm(w, b.term, b.insns.length)
    const copy: MBlock = { id: b.id, insns: w.out, term, depth: b.depth }
    copies.set(b, copy)
    return copy
  })
  for (const b of blocks) b.term = { ...b.term, to: b.term.to.map((t) => copies.get(t)!) }
  return { blocks, temps }
}

function spillDebug(i: Extract<MInsn, { kind: 'dbg' }>, spilled: ReadonlyMap<number, Spill>): MInsn {
  if (i.place.kind !== 'reg') return i
  const s = spilled.get(i.place.reg)
  if (!s) return i
  return { ...i, place: s.slot ? { kind: 'slot', slot: s.slot } : { kind: 'none' } }
}

function newTemp(w: Rewriting, owner: number | undefined): number {
  const t = w.f.nextVreg++
  w.temps.set(t, owner)
  return t
}

/** A register that holds the spilled value `v` at instruction `k`. */
function reload(w: Rewriting, v: number, s: Spill, k: number): number {
  const held = w.held.get(v)
  if (held && k - held.last <= KEEP) {
    held.last = k
    return held.temp
  }
  const temp = newTemp(w, s.keep ? v : undefined)
  const at = w.at && { at: w.at }
  if (s.slot) {
    const insn = { kind: 'load', size: 8, signed: false, dst: temp, src: REG_FP, off: 0 } as const
    w.out.push({ kind: 'op', insn, slot: s.slot, spill: 'load', ...at })
  } else {
    for (const op of s.remake!) {
      const insn = withRegs(
        op.insn,
        (r) => r,
        () => temp,
      )
      w.out.push({ ...op, insn, spill: { remade: v }, ...at })
    }
  }
  if (s.keep) w.held.set(v, { temp, last: k })
  return temp
}

function spillInsn(w: Rewriting, i: MOp, k: number): void {
  w.at = i.at
  const def = defOf(i.insn)
  const target = w.spilled.get(def)
  if (target?.remake) return
  const src = copySource(i)
  const origin = src >= 0 ? w.spilled.get(src) : undefined
  if (target?.slot && origin?.slot === target.slot) return
  if (src >= 0 && target?.slot && !origin && src !== REG_FP) {
    // A copy into a slot is a store.
    w.held.delete(def)
    const insn = { kind: 'store', size: 8, dst: REG_FP, off: 0, src: reg(src) } as const
    w.out.push({ ...i, insn, slot: target.slot, spill: 'store', source: i.insn })
    return
  }
  if (origin && !target) {
    const held = w.held.get(src)
    if (held && k - held.last <= KEEP) {
      held.last = k
      w.out.push({ ...i, insn: { kind: 'alu', op: 'mov', width: 64, dst: def, src: reg(held.temp) }, source: i.insn })
    } else if (origin.slot) {
      const insn = { kind: 'load', size: 8, signed: false, dst: def, src: REG_FP, off: 0 } as const
      w.out.push({ ...i, insn, slot: origin.slot, spill: 'load', source: i.insn })
    } else {
      for (const op of origin.remake!) {
        w.out.push({
          ...op,
          insn: withRegs(
            op.insn,
            (r) => r,
            () => def,
          ),
          spill: { remade: src },
          source: i.insn,
          ...(i.at && { at: i.at }),
        })
      }
    }
    return
  }
  const map = new Map<number, number>()
  eachUse(i, (r) => {
    const s = w.spilled.get(r)
    if (s && !map.has(r)) map.set(r, reload(w, r, s, k))
  })
  if (target) {
    // What is read and written goes through one temporary, which then holds the new value.
    w.held.delete(def)
    let temp = map.get(def)
    if (temp === undefined || target.keep) {
      const fresh = newTemp(w, target.keep ? def : undefined)
      if (temp !== undefined) {
        w.out.push({
          kind: 'op',
          insn: { kind: 'alu', op: 'mov', width: 64, dst: fresh, src: reg(temp) },
          spill: 'copy',
          ...(w.at && { at: w.at }),
        })
      }
      temp = fresh
    }
    map.set(def, temp)
  }
  const rename = (r: number): number => map.get(r) ?? r
  w.out.push(map.size === 0 ? i : { ...i, insn: withRegs(i.insn, rename, rename), source: i.insn })
  if (i.insn.kind === 'call') w.held.clear()
  if (!target?.slot) return
  const temp = map.get(def)!
  const insn = { kind: 'store', size: 8, dst: REG_FP, off: 0, src: reg(temp) } as const
  w.out.push({ kind: 'op', insn, slot: target.slot, spill: 'store', ...(w.at && { at: w.at }) })
  if (target.keep) w.held.set(def, { temp, last: k })
}

/** Every operand of assembly is in a register of its own; what it writes goes to its slot behind it. */
function spillAsm(w: Rewriting, i: MAsm, k: number): void {
  w.at = i.at
  const names = new Map<number, number>()
  const written: { readonly temp: number; readonly slot: Slot }[] = []
  for (const o of i.operands) {
    if ((o.kind !== 'reg' && o.kind !== 'mem') || names.has(o.reg)) continue
    const s = w.spilled.get(o.reg)
    if (!s) continue
    const reads = o.kind === 'mem' || o.access !== 'write'
    const temp = newTemp(w, undefined)
    names.set(o.reg, temp)
    if (reads) {
      const from = reload(w, o.reg, { ...s, keep: false }, k)
      const insn = { kind: 'alu', op: 'mov', width: 64, dst: temp, src: reg(from) } as const
      w.out.push({ kind: 'op', insn, spill: 'copy', ...(w.at && { at: w.at }) })
    }
    if (o.kind === 'reg' && o.access !== 'read' && s.slot) written.push({ temp, slot: s.slot })
  }
  w.held.clear()
  const operands = withAsmRegs(i.operands, (r) => names.get(r) ?? r)
  w.out.push(names.size === 0 ? i : { ...i, operands, source: i.operands })
  for (const { temp, slot } of written) {
    const insn = { kind: 'store', size: 8, dst: REG_FP, off: 0, src: reg(temp) } as const
    w.out.push({ kind: 'op', insn, slot, spill: 'store', ...(w.at && { at: w.at }) })
  }
}

function spillTerm(w: Rewriting, term: MTerm, k: number): MTerm {
  if (term.kind !== 'jump') return term
  w.at = term.at
  const get = (r: number): number => {
    const s = w.spilled.get(r)
    return s ? reload(w, r, s, k) : r
  }
  const source = { dst: term.dst, src: term.src }
  return { ...term, dst: get(term.dst), src: term.src.kind === 'reg' ? reg(get(term.src.reg)) : imm(term.src.imm), source }
}

/** A debug record may speak only of a register that still lives: another value may have its place already. */
function forgetDeadPlaces(f: MFunc): void {
  const out = liveOut(f)
  for (const [k, b] of f.blocks.entries()) {
    if (!b.insns.some((i) => i.kind === 'dbg')) continue
    walkBack(b, out(k), (i, live) => {
      if (i.kind === 'dbg' && i.place.kind === 'reg' && !live.has(i.place.reg)) i.place = { kind: 'none' }
    })
  }
}

/** Puts the final registers in and drops copies of a register to itself. */
function rewrite(f: MFunc, place: (r: number) => number): void {
  for (const b of f.blocks) {
    b.insns = b.insns.map((i): MInsn => {
      if (i.kind === 'dbg') return i.place.kind === 'reg' ? { ...i, place: { kind: 'reg', reg: place(i.place.reg) } } : i
      if (i.kind === 'asm') return { ...i, operands: withAsmRegs(i.operands, place), source: i.source ?? i.operands }
      const source = i.source ?? (i.spill ? undefined : i.insn)
      return { ...i, insn: withRegs(i.insn, place, place), ...(source && { source }) }
    })
    if (b.term.kind === 'jump') {
      const { term } = b
      b.term = {
        ...term,
        dst: place(term.dst),
        src: term.src.kind === 'reg' ? reg(place(term.src.reg)) : term.src,
        source: term.source ?? { dst: term.dst, src: term.src },
      }
    }
  }
}
