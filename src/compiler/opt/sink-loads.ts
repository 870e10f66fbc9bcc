// Moves a load, and what is computed of it, past the branch at the end of its block where one way alone uses it:
//
//   len = *(u8 *)(iph) << 2               if iph + 20 > end goto out
//   if iph + 20 > end goto out      =>    len = *(u8 *)(iph) << 2
//   use len                               use len
//
// C that reads a packet first and asks for its bounds then is right for Linux only so; LLVM's instruction combiner does the same, and programs
// were written against it. Needs: nothing. Gives: the same values, later, never more often.
import { type Block, type Cfg, dominates, type Func, type Instr, isKind, makeCfg, sizeOf, undef, type Value } from '../ir/index.ts'
import { type Memory, makeMemory } from './memory.ts'

/** So many writes behind a load are compared with it. */
const MOST_WRITES = 16

export function sinkLoads(fn: Func): void {
  const cfg = makeCfg(fn)
  const memory = makeMemory(fn)
  const { uses, records, homes } = usesOf(cfg)
  // Downwards, so that what has been moved can go on.
  for (const block of cfg.order) {
    for (const way of waysBehind(cfg, block)) {
      const leadsTo = (use: Use): boolean => dominates(cfg, way, 'term' in use ? use : homes.get(use)!)
      const moved = movable(block, leadsTo, uses, memory)
      if (moved.size === 0) continue
      const instrs = block.instrs.flatMap((i): Instr[] => {
        if (moved.has(i)) return [i]
        return i.kind === 'dbg' && moved.has(i.args[0]) ? [{ ...i, args: [...i.args], id: fn.nextId++ }] : []
      })
      block.instrs = block.instrs.filter((i) => !moved.has(i))
      // A variable that was said to be such a value is not known before the branch, nor on the other way.
      for (const v of moved) {
        for (const said of records.get(v) ?? []) if (!leadsTo(said)) said.args[0] = undef(v.type)
        records.set(v, records.get(v)?.filter((r) => r.args[0] === v) ?? [])
      }
      for (const i of instrs) {
        homes.set(i, way)
        if (i.kind === 'dbg') records.get(i.args[0])?.push(i)
      }
      const start = way.instrs.findIndex((i) => i.kind !== 'phi')
      way.instrs.splice(start < 0 ? way.instrs.length : start, 0, ...instrs)
    }
  }
}

/** An instruction; a block whose terminator, or a phi behind it, it is. */
type Use = Instr | Block

/** What uses each value, what only says that a variable has it, and where instructions stand. */
function usesOf(cfg: Cfg): Record<'uses', Map<Value, Use[]>> & Record<'records', Map<Value, Instr[]>> & Record<'homes', Map<Instr, Block>> {
  const [uses, records, homes] = [new Map<Value, Use[]>(), new Map<Value, Instr[]>(), new Map<Instr, Block>()]
  const note = <T>(to: Map<Value, T[]>, v: Value, use: T): void => {
    const list = to.get(v)
    if (list) list.push(use)
    else to.set(v, [use])
  }
  for (const block of cfg.order) {
    for (const i of block.instrs) {
      homes.set(i, block)
      if (i.kind === 'dbg') note(records, i.args[0], i)
      else for (const [k, a] of i.args.entries()) note(uses, a, i.kind === 'phi' ? i.from[k] : i)
    }
    for (const a of block.term.args) note(uses, a, block)
  }
  return { uses, records, homes }
}

/** Blocks that a branch at the end of this one, and nothing else, leads to. */
const waysBehind = (cfg: Cfg, block: Block): Block[] =>
  block.term.kind === 'condbr' ? block.term.to.filter((b) => cfg.preds[cfg.index.get(b) ?? 0].length === 1) : []

/** The loads of a block, and what is computed of them, that only one way behind it uses. */
function movable(block: Block, leadsTo: (use: Use) => boolean, uses: ReadonlyMap<Value, readonly Use[]>, memory: Memory): Set<Value> {
  const later = new Set<Use>()
  const writes: Instr[] = []
  for (const i of block.instrs.toReversed()) {
    const of = uses.get(i) ?? []
    const isLater = of.length > 0 && of.every((u) => later.has(u) || leadsTo(u))
    if (isLater && (isComputation(i) || (isKind(i, 'load') && !i.volatile && isKept(i, writes, memory)))) later.add(i)
    else if (!isComputation(i) && i.kind !== 'load') writes.push(i)
  }
  const moved = new Set<Value>()
  for (const i of block.instrs) if (later.has(i) && (i.kind === 'load' || i.args.some((a) => moved.has(a)))) moved.add(i)
  return moved
}

function isKept(load: Instr, writes: readonly Instr[], memory: Memory): boolean {
  if (writes.length > MOST_WRITES) return false
  const place = memory.placeOf(load.args[0], sizeOf(load.type))
  // Fields of a context are pointers into the packet: what was proven of one is not proven of the same field read again.
  return place.base.kind !== 'param' && writes.every((w) => w.kind !== 'asm' && !memory.mayWrite(w, place))
}

const isComputation = (i: Instr): boolean => i.kind === 'cast' || i.kind === 'bin' || i.kind === 'bswap' || i.kind === 'ptradd'
