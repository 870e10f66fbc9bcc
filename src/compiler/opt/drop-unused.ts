// Drops functions and variables that nothing refers to any more; of equal strings one stays.
import type { Func, Global, Module, Value } from '../ir/index.ts'

export function dropUnused(module: Module): void {
  mergeStrings(module)
  const live = new Set<Func | Global>()
  const work: (Func | Global)[] = [...module.funcs, ...module.globals].filter((s) => s.used)
  for (let s = work.pop(); s; s = work.pop()) {
    if (live.has(s)) continue
    live.add(s)
    const refer = (v: Value): void => {
      if (v.kind === 'func' || v.kind === 'global') work.push(v)
    }
    if (s.kind === 'global') for (const r of s.relocs) work.push(r.target)
    else {
      for (const b of s.blocks) {
        for (const i of b.instrs) if (i.kind !== 'dbg') i.args.forEach(refer)
        b.term.args.forEach(refer)
      }
    }
  }
  for (const f of module.funcs) {
    // What a debug record alone refers to does not stay for it.
    for (const b of f.blocks) b.instrs = b.instrs.filter((i) => i.kind !== 'dbg' || stays(i.args[0], live))
  }
  keep(module.funcs, (f) => live.has(f))
  keep(module.globals, (g) => live.has(g))
}

const stays = (v: Value, live: ReadonlySet<Func | Global>): boolean => (v.kind === 'func' || v.kind === 'global' ? live.has(v) : true)

function keep<T>(list: T[], wanted: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(wanted))
}

function mergeStrings(module: Module): void {
  const byText = new Map<string, Global>()
  const merged = new Map<Value, Global>()
  for (const g of module.globals) {
    if (!g.isString || g.relocs.length > 0) continue
    const text = `${g.size} ${g.align} ${g.init?.join(',') ?? ''}`
    const first = byText.get(text)
    if (first) merged.set(g, first)
    else byText.set(text, g)
  }
  if (merged.size === 0) return
  for (const fn of module.funcs) {
    for (const b of fn.blocks) for (const i of b.instrs) i.args = i.args.map((a) => merged.get(a) ?? a)
  }
  for (const g of module.globals) for (const [k, r] of g.relocs.entries()) g.relocs[k] = { ...r, target: merged.get(r.target) ?? r.target }
}
