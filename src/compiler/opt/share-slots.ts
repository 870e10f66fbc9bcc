// Lets stack variables that never live at the same time share memory: what is left of 512 bytes is what programs run out of.
//
// Needs lifetime marks; a variable without them, or used outside of them, lives everywhere. Gives: no lifetime marks any more; the
// variables that share are told to the debugger where they begin and end.
import { type Alloca, type Block, type DbgValue, type Func, type Instr, isKind, makeCfg, undef, type Value } from '../ir/index.ts'

export function shareSlots(fn: Func): void {
  const slots = fn.blocks[0].instrs.filter((i) => i.kind === 'alloca')
  if (slots.length > 1) merge(fn, slots)
  for (const b of fn.blocks) b.instrs = b.instrs.filter((i) => i.kind !== 'lifetime')
}

function merge(fn: Func, slots: readonly Alloca[]): void {
  const marked = new Set<Alloca>()
  for (const b of fn.blocks)
    for (const i of b.instrs) if (i.kind === 'lifetime' && i.start && isKind(i.args[0], 'alloca')) marked.add(i.args[0])
  const clashes = interference(fn, slots, marked)
  const home = new Map<Alloca, Alloca>()
  const tenants = new Map<Alloca, Alloca[]>()
  for (const slot of slots.toSorted((a, b) => b.size - a.size || b.align - a.align)) {
    const host = marked.has(slot)
      ? [...tenants].find(([h, list]) => h.size >= slot.size && h.align >= slot.align && list.every((t) => !clashes.get(t)!.has(slot)))?.[0]
      : undefined
    if (host) {
      home.set(slot, host)
      tenants.get(host)!.push(slot)
    } else tenants.set(slot, [slot])
  }
  if (home.size > 0) move(fn, home, tenants)
}

/** Which variables live together somewhere. */
function interference(fn: Func, slots: readonly Alloca[], marked: ReadonlySet<Alloca>): Map<Alloca, Set<Alloca>> {
  const clashes = new Map(slots.map((s) => [s, new Set<Alloca>()]))
  const clash = (a: Alloca, b: Alloca): void => {
    if (a === b) return
    clashes.get(a)!.add(b)
    clashes.get(b)!.add(a)
  }
  const everywhere = slots.filter((s) => !marked.has(s))
  for (const a of everywhere) for (const b of slots) clash(a, b)
  const cfg = makeCfg(fn)
  const atEnd = cfg.order.map(() => new Set<Alloca>())
  const walk = (block: Block, live: Set<Alloca>, note: boolean): void => {
    for (const i of block.instrs) {
      if (i.kind !== 'lifetime' || !isKind(i.args[0], 'alloca')) continue
      const slot = i.args[0]
      if (i.start) {
        if (note) for (const other of live) clash(slot, other)
        live.add(slot)
      } else live.delete(slot)
    }
  }
  const before = (k: number): Set<Alloca> => {
    const live = new Set<Alloca>()
    for (const p of cfg.preds[k]) for (const s of atEnd[cfg.index.get(p)!]) live.add(s)
    return live
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const [k, block] of cfg.order.entries()) {
      const live = before(k)
      walk(block, live, false)
      if (live.size === atEnd[k].size) continue
      atEnd[k] = live
      changed = true
    }
  }
  for (const [k, block] of cfg.order.entries()) {
    const live = before(k)
    const list = [...live]
    for (const [n, a] of list.entries()) for (const b of list.slice(n + 1)) clash(a, b)
    walk(block, live, true)
  }
  return clashes
}

function move(fn: Func, home: ReadonlyMap<Alloca, Alloca>, tenants: ReadonlyMap<Alloca, readonly Alloca[]>): void {
  // The host speaks for all of its tenants: it is no one variable any more.
  const hosts = new Map<Value, Alloca>()
  for (const [host, list] of tenants) {
    if (list.length < 2) continue
    const { variable, ...bare } = host
    void variable
    const made: Alloca = { ...bare, id: fn.nextId++, args: [] }
    for (const t of list) hosts.set(t, made)
  }
  for (const block of fn.blocks) {
    block.instrs = block.instrs.flatMap((i): Instr[] => {
      if (i.kind === 'alloca') {
        const host = hosts.get(i)
        if (!host) return [i]
        return home.has(i) ? [] : [host]
      }
      if (i.kind === 'lifetime' && isKind(i.args[0], 'alloca')) return record(fn, i, i.args[0], hosts.get(i.args[0]))
      i.args = i.args.map((a) => hosts.get(a) ?? a)
      return [i]
    })
    block.term.args = block.term.args.map((a) => hosts.get(a) ?? a)
  }
}

function record(fn: Func, i: Extract<Instr, { kind: 'lifetime' }>, slot: Alloca, host: Alloca | undefined): Instr[] {
  if (!host || !slot.variable) return []
  const value = i.start ? host : undef('ptr')
  const made: DbgValue = { kind: 'dbg', type: 'void', id: fn.nextId++, variable: slot.variable, args: [value], ...(i.at && { at: i.at }) }
  return [made]
}
