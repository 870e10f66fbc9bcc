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
  type Type,
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
  const touched: Touched = { byBlock: new Map(), known: makeKnown() }
  // Scopes as an explicit stack: entering a block, and undoing what it added.
  const work: ({ enter: number } | { undo: readonly [string, Instr | undefined][]; leave: Touches })[] = [{ enter: 0 }]
  for (let item = work.pop(); item; item = work.pop()) {
    if ('undo' in item) {
      for (const [key, old] of item.undo) {
        if (old) table.set(key, old)
        else table.delete(key)
      }
      for (const i of item.leave.instrs) touched.known.forget(memory, i)
      continue
    }
    const block = cfg.order[item.enter]
    const undo: [string, Instr | undefined][] = []
    const out: Instr[] = []
    const touches: Touches = { instrs: [], places: [], length: 0 }
    for (const i of block.instrs) {
      if (i.kind !== 'phi') for (let k = 0; k < i.args.length; k++) i.args[k] = resolve(i.args[k])
      const known = isPure(i)
        ? (table.get(numbers.key(i)) ?? (isLegal ? undefined : widened(fn, i, (cut) => table.get(numbers.key(cut)), out)))
        : i.kind === 'load' && !i.volatile
          ? availableValue({ fn, memory, touched, load: i, isLegal }, cfg, block, touches)
          : undefined
      if (known) {
        replacement.set(i, known)
        continue
      }
      out.push(i)
      touches.length = out.length
      if (!isPure(i)) {
        if (!touchesMemory(i)) continue
        touches.instrs.push(i)
        touches.places.push(out.length - 1)
        touched.known.add(memory, i)
        continue
      }
      const key = numbers.key(i)
      undo.push([key, table.get(key)])
      table.set(key, i)
    }
    block.instrs = out
    touched.byBlock.set(block, touches)
    block.term.args = block.term.args.map(resolve)
    work.push({ undo: undo.reverse(), leave: touches })
    for (const c of children[item.enter]) work.push({ enter: c })
  }
  replaceValues(fn, replacement)
}

/** A mask of what was cut off before is that widened again: it may be bounded there. */
function widened(fn: Func, i: Instr, find: (cut: Instr) => Instr | undefined, out: Instr[]): Instr | undefined {
  if (i.kind !== 'bin' || i.op !== 'and' || i.args[1].kind !== 'const') return undefined
  const type = CUT.get(i.args[1].value)
  if (type === undefined || bitsOf(type) >= bitsOf(i.type)) return undefined
  const cut = find({ kind: 'cast', op: 'trunc', type, args: [i.args[0]], id: -1 })
  if (!cut) return undefined
  const made: Instr = { kind: 'cast', op: 'zext', type: i.type, args: [cut], id: fn.nextId++, ...(i.at && { at: i.at }) }
  out.push(made)
  return made
}

const CUT: ReadonlyMap<bigint, Type> = new Map([
  [0xffn, 'i8'],
  [0xffffn, 'i16'],
  [0xffff_ffffn, 'i32'],
])

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

/** The instructions of a block that have to do with memory, with their places in it and its length. */
interface Touches {
  readonly instrs: Instr[]
  readonly places: number[]
  length: number
}

const touchesMemory = (i: Instr): boolean => i.kind !== 'phi' && i.kind !== 'dbg' && i.kind !== 'alloca' && !isPure(i)

function touchesOf(touched: Touched, block: Block): Touches {
  const known = touched.byBlock.get(block)
  if (known) return known
  const made: Touches = { instrs: [], places: [], length: block.instrs.length }
  for (const [k, i] of block.instrs.entries()) {
    if (!touchesMemory(i)) continue
    made.instrs.push(i)
    made.places.push(k)
  }
  touched.byBlock.set(block, made)
  return made
}

interface Touched {
  readonly byBlock: Map<Block, Touches>
  readonly known: Known
}

/** Which bytes the accesses on the way to here may tell of: most loads are the first of their place, and need not be searched for. */
interface Known {
  readonly add: (memory: Memory, i: Instr) => void
  readonly forget: (memory: Memory, i: Instr) => void
  readonly has: (address: Value, place: Place) => boolean
}

function makeKnown(): Known {
  /** By base: how many accesses there are of a byte, and (under -1) fills of any. */
  const bytes = new Map<Value, Map<number, number>>()
  const addresses = new Map<Value, number>()
  const count = (base: Value, byte: number, by: number): void => {
    let known = bytes.get(base)
    if (!known) bytes.set(base, (known = new Map()))
    known.set(byte, (known.get(byte) ?? 0) + by)
  }
  const change = (memory: Memory, i: Instr, by: number): void => {
    if (i.kind !== 'load' && i.kind !== 'store' && i.kind !== 'memset') return
    const [address] = i.args
    const { base, offset } = memory.placeOf(address, undefined)
    if (i.kind === 'memset') count(base, -1, by)
    else if (offset === undefined) addresses.set(address, (addresses.get(address) ?? 0) + by)
    else if (i.kind === 'load') count(base, offset, by)
    else for (let k = 0; k < sizeOf(i.args[1].type); k++) count(base, offset + k, by)
  }
  return {
    add: (memory, i) => change(memory, i, 1),
    forget: (memory, i) => change(memory, i, -1),
    has: (address, { base, offset }) => {
      const known = bytes.get(base)
      return offset === undefined ? (addresses.get(address) ?? 0) > 0 : (known?.get(offset) ?? 0) > 0 || (known?.get(-1) ?? 0) > 0
    },
  }
}

interface Search {
  readonly memory: Memory
  readonly touched: Touched
  readonly place: Place
  readonly load: Load
  readonly fn: Func
  readonly isLegal: boolean
  budget: number
}

/** What an instruction says of the bytes that a load wants: their value, that it may have changed them, or nothing. */
type Answer = Value | 'clobber' | undefined

function availableValue(wanted: Omit<Search, 'place' | 'budget'>, cfg: Cfg, block: Block, before: Touches): Value | undefined {
  const { load, memory } = wanted
  const search: Search = { ...wanted, place: memory.placeOf(load.args[0], sizeOf(load.type)), budget: BUDGET }
  if (search.place.offset === undefined && load.args[0].kind !== 'ptradd') return undefined
  if (!wanted.touched.known.has(load.args[0], search.place)) return undefined
  let answer = scan(search, before)
  let at = cfg.index.get(block)!
  while (answer === undefined && search.budget > 0) {
    if (at === 0) return undefined
    const up = cfg.idom[at]
    if (!clearBetween(search, cfg, up, at)) return undefined
    answer = scan(search, touchesOf(wanted.touched, cfg.order[up]))
    at = up
  }
  return answer === 'clobber' || answer === undefined ? undefined : answer
}

/** From the end of a list backwards: the first answer. */
function scan(s: Search, { instrs, places, length }: Touches): Answer {
  for (let k = instrs.length - 1; k >= 0; k--) {
    if (length - places[k] > s.budget) return 'clobber'
    const answer = ask(s, instrs[k])
    if (answer !== undefined) return answer
  }
  s.budget -= length
  return s.budget < 0 ? 'clobber' : undefined
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
    const { instrs, length } = touchesOf(s.touched, cfg.order[k])
    s.budget -= length
    if (s.budget < 0) return false
    for (const i of instrs) if (s.memory.mayWrite(i, s.place)) return false
    for (const p of cfg.preds[k]) work.push(cfg.index.get(p)!)
  }
  return true
}
