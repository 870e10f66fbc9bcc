// Makes equal computations one: of pure instructions that a dominating one computed already, and of loads whose bytes are known from a
// load, store or fill before, with nothing between on any path that may write there.
//
// Needs SSA and reachable blocks. A walk over the dominator tree with scopes. Loads of volatile memory are left; a load is never moved,
// only replaced, so none comes to stand before a check.
import {
  type Block,
  bitsOf,
  type Cfg,
  constant,
  dominatorTree,
  evalCast,
  type Func,
  type Instr,
  isPure,
  type Load,
  makeCfg,
  replaceValues,
  sizeOf,
  type Value,
} from '../ir/index.ts'
import { type Memory, makeMemory, type Place } from './memory.ts'

/** Instructions that a search for a load's value looks at before it gives up. */
const BUDGET = 2000

/** On legalized code: what a `trunc` gives holds bits that mean nothing, a load does not, so the one never stands for the other. */
export const gvnOfLegal = (fn: Func): void => gvn(fn, true)

export function gvn(fn: Func, isLegal = false): void {
  const cfg = makeCfg(fn)
  const children = dominatorTree(cfg)
  const replacement = new Map<Value, Value>()
  const resolve = (v: Value): Value => {
    let at = v
    for (let next = replacement.get(at); next; next = replacement.get(at)) at = next
    return at
  }
  const numbers = makeNumbers()
  const table = new Map<string, Instr>()
  const memory = makeMemory(fn)
  // Scopes as an explicit stack: entering a block, and undoing what it added.
  const work: ({ enter: number } | { undo: readonly [string, Instr | undefined][] })[] = [{ enter: 0 }]
  for (let item = work.pop(); item; item = work.pop()) {
    if ('undo' in item) {
      for (const [key, old] of item.undo) {
        if (old) table.set(key, old)
        else table.delete(key)
      }
      continue
    }
    const block = cfg.order[item.enter]
    const undo: [string, Instr | undefined][] = []
    const out: Instr[] = []
    for (const i of block.instrs) {
      if (i.kind !== 'phi') for (let k = 0; k < i.args.length; k++) i.args[k] = resolve(i.args[k])
      const known = isPure(i)
        ? table.get(numbers.key(i))
        : i.kind === 'load' && !i.volatile
          ? availableValue({ fn, memory, load: i, isLegal }, cfg, block, out)
          : undefined
      if (known) {
        replacement.set(i, known)
        continue
      }
      out.push(i)
      if (!isPure(i)) continue
      const key = numbers.key(i)
      undo.push([key, table.get(key)])
      table.set(key, i)
    }
    block.instrs = out
    block.term.args = block.term.args.map(resolve)
    work.push({ undo: undo.reverse() })
    for (const c of children[item.enter]) work.push({ enter: c })
  }
  replaceValues(fn, replacement)
}

/** Texts that are equal for instructions that compute the same. */
function makeNumbers(): { readonly key: (i: Instr) => string } {
  const ids = new Map<Value, number>()
  const number = (v: Value): string => {
    if (v.kind === 'const') return `${v.type}:${v.value}`
    let id = ids.get(v)
    if (id === undefined) {
      id = ids.size
      ids.set(v, id)
    }
    return String(id)
  }
  return {
    key: (i) => {
      const what = i.kind === 'bin' || i.kind === 'cast' ? i.op : i.kind === 'cmp' ? i.pred : ''
      return `${i.kind} ${what} ${i.type} ${i.args.map(number).join(' ')}`
    },
  }
}

interface Search {
  readonly memory: Memory
  readonly place: Place
  readonly load: Load
  readonly fn: Func
  readonly isLegal: boolean
  budget: number
}

/** What an instruction says of the bytes that a load wants: their value, that it may have changed them, or nothing. */
type Answer = Value | 'clobber' | undefined

function availableValue(wanted: Omit<Search, 'place' | 'budget'>, cfg: Cfg, block: Block, before: readonly Instr[]): Value | undefined {
  const { load, memory } = wanted
  const search: Search = { ...wanted, place: memory.placeOf(load.args[0], sizeOf(load.type)), budget: BUDGET }
  if (search.place.offset === undefined && load.args[0].kind !== 'ptradd') return undefined
  let answer = scan(search, before)
  let at = cfg.index.get(block)!
  while (answer === undefined && search.budget > 0) {
    if (at === 0) return undefined
    const up = cfg.idom[at]
    if (!clearBetween(search, cfg, up, at)) return undefined
    answer = scan(search, cfg.order[up].instrs)
    at = up
  }
  return answer === 'clobber' || answer === undefined ? undefined : answer
}

/** From the end of a list backwards: the first answer. */
function scan(s: Search, list: readonly Instr[]): Answer {
  for (let k = list.length - 1; k >= 0; k--) {
    if (--s.budget < 0) return 'clobber'
    const answer = ask(s, list[k])
    if (answer !== undefined) return answer
  }
  return undefined
}

function ask(s: Search, i: Instr): Answer {
  switch (i.kind) {
    case 'load':
      return !i.volatile && i !== s.load && i.type === s.load.type && i.args[0] === s.load.args[0] ? i : sameLoad(s, i)
    case 'store': {
      const value = fromStore(s, i)
      if (value) return value
      break
    }
    case 'memset': {
      const value = fromFill(s, i)
      if (value) return value
      break
    }
    default:
  }
  return s.memory.mayWrite(i, s.place) ? 'clobber' : undefined
}

/** A load of the same place by another address. */
function sameLoad(s: Search, i: Load): Answer {
  if (i.volatile || i === s.load || i.type !== s.load.type || s.place.offset === undefined) return undefined
  const p = s.memory.placeOf(i.args[0], sizeOf(i.type))
  return p.base === s.place.base && p.offset === s.place.offset ? i : undefined
}

function fromStore(s: Search, i: Extract<Instr, { kind: 'store' }>): Value | undefined {
  if (i.volatile) return undefined
  const [address, value] = i.args
  if (s.isLegal && value.kind === 'cast' && value.op === 'trunc') return undefined
  const { type } = s.load
  if (address === s.load.args[0] && value.type === type) return value
  const p = s.memory.placeOf(address, sizeOf(value.type))
  if (p.base !== s.place.base || p.offset === undefined || s.place.offset === undefined) return undefined
  const skip = s.place.offset - p.offset
  if (skip === 0 && value.type === type) return value
  if (skip < 0 || skip + sizeOf(type) > sizeOf(value.type) || value.kind !== 'const') return undefined
  return constant(type, value.value >> BigInt(8 * skip))
}

function fromFill(s: Search, i: Extract<Instr, { kind: 'memset' }>): Value | undefined {
  const byte = i.args[1]
  if (i.volatile || byte.kind !== 'const' || s.place.offset === undefined) return undefined
  const p = s.memory.placeOf(i.args[0], i.size)
  const size = sizeOf(s.load.type)
  if (p.base !== s.place.base || p.offset === undefined) return undefined
  if (s.place.offset < p.offset || s.place.offset + size > p.offset + i.size) return undefined
  const all = evalCast('zext', 8, bitsOf(s.load.type), byte.value) * (((1n << BigInt(8 * size)) - 1n) / 255n)
  return constant(s.load.type, all)
}

/** Whether no block on a path from `up` to `at` (both left out, `at` included where a loop leads back to it) may write there. */
function clearBetween(s: Search, cfg: Cfg, up: number, at: number): boolean {
  const seen = new Set<number>()
  const work = cfg.preds[at].map((p) => cfg.index.get(p)!)
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    if (k === up || seen.has(k)) continue
    seen.add(k)
    for (const i of cfg.order[k].instrs) {
      if (--s.budget < 0 || s.memory.mayWrite(i, s.place)) return false
    }
    for (const p of cfg.preds[k]) work.push(cfg.index.get(p)!)
  }
  return true
}
