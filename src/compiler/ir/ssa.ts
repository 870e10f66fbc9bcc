// Makes SSA right again after a value has got further definitions (an edge now goes round the block that made it).
//
// A variable is an old value together with the values that stand for it at the ends of some blocks. Its uses that the old definition no
// longer reaches alone get phis, placed at the iterated dominance frontier where the variable is still read.
import { assert } from '../../base/index.ts'
import { undef } from './build.ts'
import { type Cfg, dominanceFrontier, makeCfg } from './cfg.ts'
import type { Block, Func, Phi, Value } from './types.ts'

export interface Variable {
  readonly old: Value
  /** The value at the end of each block that defines one; the old value's own block among them. */
  readonly defs: ReadonlyMap<Block, Value>
}

/** Rewrites the uses of `old` outside the block that makes it. Every block that a phi takes from can be reached. */
export function repairSsa(fn: Func, variables: readonly Variable[]): void {
  if (variables.length === 0) return
  const cfg = makeCfg(fn)
  const frontier = dominanceFrontier(cfg)
  for (const v of variables) repair(fn, cfg, frontier, v)
}

function repair(fn: Func, cfg: Cfg, frontier: readonly ReadonlySet<number>[], { old, defs }: Variable): void {
  const defined = new Map<number, Value>()
  for (const [b, v] of defs) if (cfg.index.has(b)) defined.set(cfg.index.get(b)!, v)
  const home = [...defs].find(([, v]) => v === old)?.[0]
  const needed = usedAtStart(cfg, old, home, defined)
  const phis = new Map<number, Phi>()
  const work = [...defined.keys()]
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    for (const f of frontier[k]) {
      if (phis.has(f) || !needed.has(f) || cfg.order[f] === home) continue
      phis.set(f, { kind: 'phi', type: old.type, id: fn.nextId++, args: [], from: [] })
      work.push(f)
    }
  }
  const atEnd = (block: Block): Value => {
    const at = cfg.index.get(block)
    assert(at !== undefined, 'a phi takes from a block that can be reached')
    for (let k = at; ; k = cfg.idom[k]) {
      const v = defined.get(k) ?? phis.get(k)
      if (v) return v
      if (k === 0) return undef(old.type)
    }
  }
  const atStart = (block: Block): Value => {
    const k = cfg.index.get(block)!
    return phis.get(k) ?? (k === 0 ? undef(old.type) : atEnd(cfg.order[cfg.idom[k]]))
  }
  for (const [k, phi] of phis) {
    for (const p of cfg.preds[k]) {
      phi.from.push(p)
      phi.args.push(atEnd(p))
    }
  }
  for (const block of cfg.order) {
    for (const i of block.instrs) {
      for (let k = 0; k < i.args.length; k++) {
        if (i.args[k] !== old) continue
        if (i.kind === 'phi') i.args[k] = atEnd(i.from[k])
        else if (block !== home) i.args[k] = atStart(block)
      }
    }
    if (block !== home) block.term.args = block.term.args.map((a) => (a === old ? atStart(block) : a))
  }
  for (const [k, phi] of phis) cfg.order[k].instrs.unshift(phi)
}

/** Blocks at whose start the variable is still to be read. */
function usedAtStart(cfg: Cfg, old: Value, home: Block | undefined, defined: ReadonlyMap<number, Value>): Set<number> {
  const needed = new Set<number>()
  const work: number[] = []
  const need = (k: number): void => {
    if (needed.has(k) || cfg.order[k] === home) return
    needed.add(k)
    work.push(k)
  }
  for (const [k, block] of cfg.order.entries()) {
    for (const i of block.instrs) {
      for (const [n, a] of i.args.entries()) {
        if (a !== old) continue
        if (i.kind !== 'phi') need(k)
        else {
          const from = cfg.index.get(i.from[n])
          if (from !== undefined && !defined.has(from)) need(from)
        }
      }
    }
    if (block.term.args.includes(old)) need(k)
  }
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    for (const p of cfg.preds[k]) {
      const at = cfg.index.get(p)!
      if (!defined.has(at)) need(at)
    }
  }
  return needed
}
