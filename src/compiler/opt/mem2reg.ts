// Turns stack memory that is only loaded and stored as a whole into SSA values.
//
// Needs: reachable blocks only. Gives: no alloca that `isPromotable`; a debug record wherever such a variable gets a value.
// Phis are put at the iterated dominance frontier of the stores where the variable is live (Cytron et al., 1991, pruned), then a walk
// over the dominator tree renames. Accesses may differ between i64 and ptr; casts are put in.
import {
  type Alloca,
  type Block,
  type Cfg,
  type DbgValue,
  dominanceFrontier,
  dominatorTree,
  type Func,
  type Instr,
  type Load,
  makeCfg,
  type Phi,
  replaceValues,
  type Store,
  sizeOf,
  type Type,
  undef,
  usersOf,
  type Value,
} from '../ir/index.ts'

export function mem2reg(fn: Func): void {
  const slots = findPromotable(fn)
  if (slots.length === 0) return
  const cfg = makeCfg(fn)
  const phiSlot = placePhis(fn, cfg, slots)
  rename(fn, cfg, slots, phiSlot)
}

interface Slot {
  readonly alloca: Alloca
  readonly type: Type
  readonly loads: ReadonlySet<Load>
  readonly stores: ReadonlySet<Store>
}

function findPromotable(fn: Func): Slot[] {
  const users = usersOf(fn)
  const slots: Slot[] = []
  for (const i of fn.blocks[0].instrs) {
    if (i.kind !== 'alloca') continue
    const slot = slotOf(i, users.get(i) ?? [], fn)
    if (slot) slots.push(slot)
  }
  return slots
}

function slotOf(alloca: Alloca, users: readonly Instr[], fn: Func): Slot | undefined {
  const loads = new Set<Load>()
  const stores = new Set<Store>()
  let type: Type | undefined
  for (const u of users) {
    if (u.kind === 'lifetime' || u.kind === 'dbg') continue
    const access =
      u.kind === 'load' ? u.type : u.kind === 'store' && u.args[0] === alloca && u.args[1] !== alloca ? u.args[1].type : undefined
    if (access === undefined || sizeOf(access) !== alloca.size || (u as Load | Store).volatile) return undefined
    if (type === undefined || (access === 'ptr' && type === 'i64')) type = access
    if (u.kind === 'load') loads.add(u)
    else stores.add(u as Store)
  }
  // A terminator may use the address too.
  if (fn.blocks.some((b) => b.term.args.includes(alloca))) return undefined
  return { alloca, type: type ?? 'i64', loads, stores }
}

/** The variable that a new phi is for, and its block's position. */
interface Placement {
  readonly slot: Slot
  readonly at: number
}

/** Phis where several stores meet and the variable is still read; which variable each is for. */
function placePhis(fn: Func, cfg: Cfg, slots: readonly Slot[]): Map<Phi, Placement> {
  const frontier = dominanceFrontier(cfg)
  const phiSlot = new Map<Phi, Placement>()
  const stores = new Map<Slot, Set<number>>(slots.map((s) => [s, new Set()]))
  const exposed = new Map<Slot, Set<number>>(slots.map((s) => [s, new Set()]))
  const slotByAlloca = new Map<Value, Slot>(slots.map((s) => [s.alloca, s]))
  for (const [k, block] of cfg.order.entries()) {
    for (const i of block.instrs) {
      if (i.kind !== 'load' && i.kind !== 'store') continue
      const slot = slotByAlloca.get(i.args[0])
      if (!slot) continue
      if (i.kind === 'store') stores.get(slot)!.add(k)
      else if (!stores.get(slot)!.has(k)) exposed.get(slot)!.add(k)
    }
  }
  for (const slot of slots) {
    const live = liveIn(cfg, stores.get(slot)!, exposed.get(slot)!)
    const done = new Set<number>()
    const work = [...stores.get(slot)!]
    for (let k = work.pop(); k !== undefined; k = work.pop()) {
      for (const f of frontier[k]) {
        if (done.has(f) || !live.has(f)) continue
        done.add(f)
        const phi: Phi = { kind: 'phi', type: slot.type, id: fn.nextId++, args: [], from: [] }
        cfg.order[f].instrs.unshift(phi)
        phiSlot.set(phi, { slot, at: f })
        work.push(f)
      }
    }
  }
  return phiSlot
}

/** Blocks at whose start the variable's value may still be read. */
function liveIn(cfg: Cfg, stores: ReadonlySet<number>, exposed: ReadonlySet<number>): Set<number> {
  const live = new Set(exposed)
  const work = [...exposed]
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    for (const p of cfg.preds[k]) {
      const at = cfg.index.get(p)!
      if (live.has(at) || stores.has(at)) continue
      live.add(at)
      work.push(at)
    }
  }
  return live
}

function rename(fn: Func, cfg: Cfg, slots: readonly Slot[], phiSlot: ReadonlyMap<Phi, Placement>): void {
  const slotByAlloca = new Map<Value, Slot>(slots.map((s) => [s.alloca, s]))
  const children = dominatorTree(cfg)
  const replacement = new Map<Value, Value>()
  /** Values at the end of each block, for its children and the phis after it. */
  const atEnd = new Map<number, Map<Slot, Value>>()
  const work = [0]
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    const block = cfg.order[k]
    const current = new Map(k === 0 ? [] : atEnd.get(cfg.idom[k])!)
    block.instrs = renameBlock(fn, block, current, slotByAlloca, phiSlot, replacement)
    atEnd.set(k, current)
    work.push(...children[k])
  }
  for (const [phi, { slot, at }] of phiSlot) {
    for (const p of cfg.preds[at]) {
      phi.from.push(p)
      phi.args.push(atEnd.get(cfg.index.get(p)!)!.get(slot) ?? undef(slot.type))
    }
  }
  replaceValues(fn, replacement)
}

function renameBlock(
  fn: Func,
  block: Block,
  current: Map<Slot, Value>,
  slotByAlloca: ReadonlyMap<Value, Slot>,
  phiSlot: ReadonlyMap<Phi, Placement>,
  replacement: Map<Value, Value>,
): Instr[] {
  const out: Instr[] = []
  const records: Instr[] = []
  const cast = (v: Value, type: Type, near: Instr): Value => {
    if (v.type === type) return v
    if (v.kind === 'const' || v.kind === 'undef') return { ...v, type }
    const op = type === 'ptr' ? 'inttoptr' : 'ptrtoint'
    const made: Instr = { kind: 'cast', op, type, id: fn.nextId++, args: [v], ...(near.at && { at: near.at }) }
    out.push(made)
    return made
  }
  const record = (slot: Slot, value: Value, near: Instr): Instr[] => {
    const { variable } = slot.alloca
    if (!variable) return []
    const made: DbgValue = { kind: 'dbg', type: 'void', id: fn.nextId++, variable, args: [value], ...(near.at && { at: near.at }) }
    return [made]
  }
  for (const i of block.instrs) {
    if (i.kind === 'phi') {
      out.push(i)
      const slot = phiSlot.get(i)?.slot
      if (!slot) continue
      current.set(slot, i)
      records.push(...record(slot, i, i))
      continue
    }
    if (records.length > 0) out.push(...records.splice(0))
    const slot = slotByAlloca.get(i.kind === 'alloca' ? i : i.args[0])
    if (!slot) {
      out.push(i)
    } else if (i.kind === 'load') {
      replacement.set(i, cast(current.get(slot) ?? undef(slot.type), i.type, i))
    } else if (i.kind === 'store') {
      const value = cast(i.args[1], slot.type, i)
      current.set(slot, value)
      out.push(...record(slot, value, i))
    } else if (i.kind === 'lifetime') {
      // A scope entered anew begins with nothing.
      current.delete(slot)
    }
  }
  out.push(...records)
  return out
}
