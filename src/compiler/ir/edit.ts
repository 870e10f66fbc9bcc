// Changing IR: replacing uses, copying, dropping what cannot be reached. Every pass edits through these so that phis stay right.
import { undef } from './build.ts'
import { reversePostOrder } from './cfg.ts'
import type { Block, Func, Instr, Phi, Value } from './types.ts'

/** Whether the value is computed by an instruction. */
export function isInstr(v: Value): v is Instr {
  return 'id' in v
}

/** Whether the value is computed by an instruction of this kind. */
export function isKind<K extends Instr['kind']>(v: Value, kind: K): v is Extract<Instr, { kind: K }> {
  return v.kind === kind
}

export const phisOf = (block: Block): Phi[] => {
  const phis: Phi[] = []
  for (const i of block.instrs) {
    if (i.kind !== 'phi') break
    phis.push(i)
  }
  return phis
}

/** Puts replacements in for values everywhere in the function; chains (a to b, b to c) are followed. */
export function replaceValues(fn: Func, replacement: ReadonlyMap<Value, Value>): void {
  if (replacement.size === 0) return
  const final = (v: Value): Value => {
    let at = v
    for (let next = replacement.get(at); next !== undefined; next = replacement.get(at)) at = next
    return at
  }
  for (const block of fn.blocks) {
    for (const i of block.instrs) replaceIn(i.args, final)
    replaceIn(block.term.args, final)
  }
}

function replaceIn(args: Value[], final: (v: Value) => Value): void {
  for (let k = 0; k < args.length; k++) args[k] = final(args[k])
}

/** What debug records of a block say of values that are not there is not known. */
export function forgetInRecords(block: Block, lost: ReadonlySet<Value>): void {
  for (const i of block.instrs) if (i.kind === 'dbg' && lost.has(i.args[0])) i.args[0] = undef(i.args[0].type)
}

/** How often each value is an operand; debug records and lifetime marks do not count. */
export function countUses(fn: Func): Map<Value, number> {
  const counts = new Map<Value, number>()
  const count = (v: Value): void => void counts.set(v, (counts.get(v) ?? 0) + 1)
  for (const block of fn.blocks) {
    for (const i of block.instrs) if (i.kind !== 'dbg' && i.kind !== 'lifetime') i.args.forEach(count)
    block.term.args.forEach(count)
  }
  return counts
}

/** The instructions that use each value; terminators are not among them. */
export function usersOf(fn: Func): Map<Value, Instr[]> {
  const users = new Map<Value, Instr[]>()
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      for (const a of i.args) {
        const list = users.get(a)
        if (!list) users.set(a, [i])
        else if (list[list.length - 1] !== i) list.push(i)
      }
    }
  }
  return users
}

/** Drops the entry for a predecessor from the block's phis. */
export function removePhiEntry(block: Block, from: Block): void {
  for (const phi of phisOf(block)) {
    const k = phi.from.indexOf(from)
    if (k < 0) continue
    phi.from.splice(k, 1)
    phi.args.splice(k, 1)
  }
}

/** Drops the entries for many predecessors from the block's phis. */
export function removePhiEntries(block: Block, from: ReadonlySet<Block>): void {
  for (const phi of phisOf(block)) {
    if (!phi.from.some((b) => from.has(b))) continue
    phi.args = phi.args.filter((_, k) => !from.has(phi.from[k]))
    phi.from = phi.from.filter((b) => !from.has(b))
  }
}

/** Lets the block's phis take from `to` what they took from `from`. */
export function renamePhiEntry(block: Block, from: Block, to: Block): void {
  for (const phi of phisOf(block)) {
    const k = phi.from.indexOf(from)
    if (k >= 0) phi.from[k] = to
  }
}

/** Drops blocks that cannot be reached, and the phi entries that came from them. True if there were any. */
export function removeUnreachable(fn: Func): boolean {
  const order = reversePostOrder(fn)
  if (order.length === fn.blocks.length) return false
  const reached = new Set(order)
  for (const block of order) {
    for (const phi of phisOf(block)) {
      if (phi.from.every((b) => reached.has(b))) continue
      phi.args = phi.args.filter((_, k) => reached.has(phi.from[k]))
      phi.from = phi.from.filter((b) => reached.has(b))
    }
  }
  fn.blocks = fn.blocks.filter((b) => reached.has(b))
  return true
}

/** Replaces one jump target by another; the phis of both are left to the caller. */
export function retarget(block: Block, from: Block, to: Block): void {
  const { term } = block
  term.to = term.to.map((b) => (b === from ? to : b))
  if (term.kind === 'condbr' && term.to[0] === term.to[1]) block.term = { kind: 'br', args: [], to: [to], ...(term.at && { at: term.at }) }
}

/** A new block on the edge from `from` to `to`. */
export function splitEdge(fn: Func, from: Block, to: Block): Block {
  const middle: Block = { id: fn.nextId++, hint: 'edge', instrs: [], term: { kind: 'br', args: [], to: [to] } }
  if (from.term.at) middle.term.at = from.term.at
  retarget(from, to, middle)
  renamePhiEntry(to, from, middle)
  fn.blocks.splice(fn.blocks.indexOf(to), 0, middle)
  return middle
}

/** Copies blocks with their instructions into `fn`; operands and targets that are not copied stay as `values` and `blocks` say, or as they were. */
export function cloneBlocks(fn: Func, source: readonly Block[], values: Map<Value, Value>, blocks: Map<Block, Block>): Block[] {
  const made: Block[] = source.map((b) => {
    const copy: Block = { id: fn.nextId++, hint: b.hint, instrs: [], term: b.term, ...(b.loop && { loop: b.loop }) }
    blocks.set(b, copy)
    return copy
  })
  for (const [k, b] of source.entries()) {
    for (const i of b.instrs) {
      const copy: Instr = { ...i, id: fn.nextId++, args: [...i.args] }
      if (copy.kind === 'phi') copy.from = [...copy.from]
      values.set(i, copy)
      made[k].instrs.push(copy)
    }
  }
  const value = (v: Value): Value => values.get(v) ?? v
  const block = (b: Block): Block => blocks.get(b) ?? b
  for (const [k, copy] of made.entries()) {
    for (const i of copy.instrs) {
      i.args = i.args.map(value)
      if (i.kind === 'phi') i.from = i.from.map(block)
    }
    const { term } = source[k]
    copy.term = { ...term, args: term.args.map(value), to: term.to.map(block) }
    if (copy.term.kind === 'switch') copy.term.cases = [...copy.term.cases]
  }
  return made
}

/** Whether the instruction does something besides yielding its value. Volatile loads do. */
export function hasSideEffect(i: Instr): boolean {
  switch (i.kind) {
    case 'load':
      return i.volatile
    case 'store':
    case 'call':
    case 'atomicrmw':
    case 'cmpxchg':
    case 'memcpy':
    case 'memset':
    case 'asm':
    case 'lifetime':
    case 'dbg':
      return true
    default:
      return false
  }
}

/** Whether it reads or writes no memory, cannot be seen and yields the same for the same operands. */
export function isPure(i: Instr): boolean {
  switch (i.kind) {
    case 'ptradd':
    case 'cast':
    case 'bin':
    case 'cmp':
    case 'select':
    case 'bswap':
      return true
    default:
      return false
  }
}
