// Splits stack variables that are records or arrays into their parts, so that mem2reg can take them: `key.port` becomes a slot of its own.
//
// A variable can be split if its address goes nowhere: it is only loaded, stored, copied and filled at known offsets. Cuts are where any
// access begins or ends, except inside a load or store; cuts wander over copies between two such variables. What remains in memory
// (passed to a helper, indexed by a variable) is left whole. Gives: smaller allocas; copies and fills of parts of 1, 2, 4 or 8 bytes
// have become loads and stores.
import {
  type Alloca,
  constant,
  type Func,
  type Instr,
  intType,
  isKind,
  type MemCpy,
  type MemSet,
  sizeOf,
  type Type,
  usersOf,
  type Value,
} from '../ir/index.ts'

export function sroa(fn: Func): void {
  const all = findSplittable(fn)
  if (all.size === 0) return
  spreadCuts(all)
  const parts = new Map<Alloca, Part[]>()
  for (const [alloca, a] of all) parts.set(alloca, partsOf(fn, alloca, a))
  for (const block of fn.blocks) {
    block.instrs = block.instrs.flatMap((i) => {
      if (i.kind === 'alloca') return parts.get(i)?.map((p) => p.alloca) ?? [i]
      return rewrite(fn, i, parts)
    })
  }
}

/** How a variable is accessed. */
interface Accesses {
  /** Loads and stores: ranges that must stay whole. */
  readonly whole: { readonly start: number; readonly end: number; readonly type: Type }[]
  readonly copies: { readonly instr: MemCpy; readonly start: number }[]
  readonly cuts: Set<number>
}

interface Part {
  readonly alloca: Alloca
  readonly start: number
  readonly end: number
  /** How loads and stores see it; undefined where only copies touch it. */
  readonly type: Type | undefined
}

/** The variable and offset that an address is, where both are known. */
function placeOf(v: Value): { readonly alloca: Alloca; readonly offset: number } | undefined {
  let at = v
  let offset = 0n
  while (isKind(at, 'ptradd') && at.args[1].kind === 'const') {
    offset += BigInt.asIntN(64, at.args[1].value)
    at = at.args[0]
  }
  return isKind(at, 'alloca') ? { alloca: at, offset: Number(offset) } : undefined
}

function findSplittable(fn: Func): Map<Alloca, Accesses> {
  const users = usersOf(fn)
  const termArgs = new Set(fn.blocks.flatMap((b) => b.term.args))
  const found = new Map<Alloca, Accesses>()
  for (const i of fn.blocks[0].instrs) {
    if (i.kind !== 'alloca' || i.size === 0) continue
    const a: Accesses = { whole: [], copies: [], cuts: new Set([0, i.size]) }
    if (collect(i, i, 0, users, termArgs, a)) found.set(i, a)
  }
  return found
}

/** Gathers the accesses through `address` = alloca + offset; false where the address gets out or an access is outside. */
function collect(
  alloca: Alloca,
  address: Instr,
  offset: number,
  users: ReadonlyMap<Value, readonly Instr[]>,
  termArgs: ReadonlySet<Value>,
  a: Accesses,
): boolean {
  if (termArgs.has(address)) return false
  const whole = (type: Type): boolean => {
    const end = offset + sizeOf(type)
    if (offset < 0 || end > alloca.size) return false
    a.whole.push({ start: offset, end, type })
    return true
  }
  const range = (size: number): boolean => {
    if (offset < 0 || offset + size > alloca.size) return false
    a.cuts.add(offset)
    a.cuts.add(offset + size)
    return true
  }
  for (const u of users.get(address) ?? []) {
    switch (u.kind) {
      case 'load':
        if (u.volatile || !whole(u.type)) return false
        break
      case 'store':
        if (u.volatile || u.args[1] === address || !whole(u.args[1].type)) return false
        break
      case 'memset':
        if (u.volatile || u.args[1].kind !== 'const' || !range(u.size)) return false
        break
      case 'memcpy':
        if (u.volatile || placeOf(u.args[0])?.alloca === placeOf(u.args[1])?.alloca || !range(u.size)) return false
        a.copies.push({ instr: u, start: offset })
        break
      case 'ptradd':
        if (u.args[1].kind !== 'const') return false
        if (!collect(alloca, u, offset + Number(BigInt.asIntN(64, u.args[1].value)), users, termArgs, a)) return false
        break
      case 'lifetime':
      case 'dbg':
        break
      default:
        return false
    }
  }
  return true
}

/** Lets cuts of one variable cut the other side of a copy as well, until nothing changes. */
function spreadCuts(all: ReadonlyMap<Alloca, Accesses>): void {
  for (const a of all.values()) {
    for (const w of a.whole) {
      a.cuts.add(w.start)
      a.cuts.add(w.end)
    }
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const a of all.values()) {
      for (const { instr, start } of a.copies) {
        for (const k of [0, 1]) {
          const other = placeOf(instr.args[k])
          const b = other && all.get(other.alloca)
          if (!b || b === a) continue
          for (const cut of a.cuts) {
            const there = cut - start + other.offset
            if (cut <= start || cut >= start + instr.size || b.cuts.has(there)) continue
            b.cuts.add(there)
            changed = true
          }
        }
      }
    }
  }
}

function partsOf(fn: Func, alloca: Alloca, a: Accesses): Part[] {
  const cuts = [...a.cuts].sort((x, y) => x - y).filter((c) => !a.whole.some((w) => w.start < c && c < w.end))
  if (cuts.length === 2) return [{ alloca, start: 0, end: alloca.size, type: typeOf(a, 0, alloca.size) }]
  return cuts.slice(0, -1).map((start, k): Part => {
    const end = cuts[k + 1]
    const variable = alloca.variable && partVariable(alloca.variable, start)
    const part: Alloca = {
      ...alloca,
      id: fn.nextId++,
      size: end - start,
      align: alignAt(alloca.align, start),
      ...(variable && { variable }),
    }
    return { alloca: part, start, end, type: typeOf(a, start, end) }
  })
}

/** Parts are told apart by their offset; the one at 0 keeps the name, as its address is the variable's. */
const partVariable = (v: NonNullable<Alloca['variable']>, start: number): NonNullable<Alloca['variable']> =>
  start === 0 ? v : { ...v, name: `${v.name}+${start}` }

const alignAt = (align: number, offset: number): number => {
  let a = align
  while (offset % a !== 0) a >>= 1
  return Math.max(1, a)
}

function typeOf(a: Accesses, start: number, end: number): Type | undefined {
  const inside = a.whole.filter((w) => w.start >= start && w.end <= end)
  const full = inside.find((w) => w.start === start && w.end === end)
  return full?.type ?? (inside.length > 0 ? 'void' : undefined)
}

const isScalarSize = (size: number): boolean => size === 1 || size === 2 || size === 4 || size === 8

function rewrite(fn: Func, i: Instr, parts: ReadonlyMap<Alloca, readonly Part[]>): Instr[] {
  switch (i.kind) {
    case 'load':
    case 'store': {
      const place = placeOf(i.args[0])
      const list = place && parts.get(place.alloca)
      if (!list || list.length < 2) return [i]
      const out: Instr[] = []
      const part = list.find((p) => p.start <= place.offset && place.offset < p.end)!
      i.args[0] = addressIn(fn, part, place.offset - part.start, out, i)
      return [...out, i]
    }
    case 'lifetime': {
      const list = isKind(i.args[0], 'alloca') ? parts.get(i.args[0]) : undefined
      return list?.map((p) => ({ ...i, id: fn.nextId++, args: [p.alloca] })) ?? [i]
    }
    case 'memset':
      return rewriteFill(fn, i, parts)
    case 'memcpy':
      return rewriteCopy(fn, i, parts)
    case 'dbg':
      return isSplit(i.args[0], parts) ? [] : [i]
    case 'ptradd':
      // Whoever used it uses a part now.
      return isSplit(i, parts) ? [] : [i]
    default:
      return [i]
  }
}

function isSplit(address: Value, parts: ReadonlyMap<Alloca, readonly Part[]>): boolean {
  const place = placeOf(address)
  return place !== undefined && (parts.get(place.alloca)?.length ?? 1) > 1
}

/** The address of a byte in a part; steps are put into `out`. */
function addressIn(fn: Func, part: Part, offset: number, out: Instr[], near: Instr): Value {
  return step(fn, part.alloca, offset, out, near)
}

function step(fn: Func, base: Value, offset: number, out: Instr[], near: Instr): Value {
  if (offset === 0) return base
  const at = near.at && { at: near.at }
  const made: Instr = { kind: 'ptradd', type: 'ptr', id: fn.nextId++, args: [base, constant('i64', offset)], ...at }
  out.push(made)
  return made
}

function rewriteFill(fn: Func, i: MemSet, parts: ReadonlyMap<Alloca, readonly Part[]>): Instr[] {
  const place = placeOf(i.args[0])
  const list = place && parts.get(place.alloca)
  const byte = i.args[1]
  if (!list || byte.kind !== 'const') return [i]
  const out: Instr[] = []
  const at = i.at && { at: i.at }
  for (const p of list) {
    const start = Math.max(p.start, place.offset)
    const end = Math.min(p.end, place.offset + i.size)
    if (start >= end) continue
    const size = end - start
    const target = addressIn(fn, p, start - p.start, out, i)
    const align = alignAt(p.alloca.align, start - p.start)
    if (isScalarSize(size)) {
      const type = start === p.start && end === p.end && p.type && sizeOf(p.type) === size ? p.type : intType(size)
      const value = constant(type, BigInt(`0x${byte.value.toString(16).padStart(2, '0').repeat(size)}`))
      out.push({ kind: 'store', type: 'void', id: fn.nextId++, args: [target, value], align, volatile: false, ...at })
    } else {
      out.push({ ...i, id: fn.nextId++, args: [target, byte], size, align })
    }
  }
  return out
}

function rewriteCopy(fn: Func, i: MemCpy, parts: ReadonlyMap<Alloca, readonly Part[]>): Instr[] {
  const [to, from] = i.args.map(placeOf)
  const toParts = to && parts.get(to.alloca)
  const fromParts = from && parts.get(from.alloca)
  if (!toParts && !fromParts) return [i]
  const cuts = new Set([0, i.size])
  for (const [place, list] of [
    [to, toParts],
    [from, fromParts],
  ] as const) {
    if (!place || !list) continue
    for (const p of list) for (const c of [p.start, p.end]) if (c > place.offset && c < place.offset + i.size) cuts.add(c - place.offset)
  }
  const edges = [...cuts].sort((a, b) => a - b)
  const out: Instr[] = []
  const at = i.at && { at: i.at }
  for (const [k, start] of edges.slice(0, -1).entries()) {
    const size = edges[k + 1] - start
    const side = (which: 0 | 1): { address: Value; type: Type | undefined; whole: boolean } => {
      const place = which === 0 ? to : from
      const list = which === 0 ? toParts : fromParts
      if (!place || !list) return { address: step(fn, i.args[which], start, out, i), type: undefined, whole: false }
      const at0 = place.offset + start
      const part = list.find((p) => p.start <= at0 && at0 < p.end)!
      const whole = part.start === at0 && part.end === at0 + size
      return { address: addressIn(fn, part, at0 - part.start, out, i), type: whole ? part.type : undefined, whole }
    }
    const target = side(0)
    const source = side(1)
    const align = alignAt(i.align, start)
    const wanted = [target.type, source.type].find((t) => t && t !== 'void' && sizeOf(t) === size)
    // Parts that nothing looks into stay copies, so that they do not tie bytes together.
    if (wanted || (isScalarSize(size) && (target.whole || source.whole))) {
      const type = wanted ?? intType(size)
      const value: Instr = { kind: 'load', type, id: fn.nextId++, args: [source.address], align, volatile: false, ...at }
      out.push(value)
      out.push({ kind: 'store', type: 'void', id: fn.nextId++, args: [target.address, value], align, volatile: false, ...at })
    } else {
      out.push({ ...i, id: fn.nextId++, args: [target.address, source.address], size, align })
    }
  }
  return out
}
