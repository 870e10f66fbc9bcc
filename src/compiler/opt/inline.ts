// Puts the bodies of functions in place of calls: always_inline and functions that BPF could not call (more than five arguments), those
// with one caller, and small ones. noinline is kept: such a call is bpf2bpf.
//
// Callees come before callers, so that a body is inlined with its own calls done. A function that calls itself in a circle stays a call.
import {
  type Block,
  cloneBlocks,
  type Func,
  type Instr,
  type Module,
  type Phi,
  phisOf,
  replaceValues,
  undef,
  type Value,
} from '../ir/index.ts'

/** Instructions of a body that is put in place whoever calls it, and of one that has one caller. */
const SMALL = 45
const MAX_GROWTH = 60_000

type Call = Extract<Instr, { kind: 'call' }>

/** Inlines in all functions; `prepare` tidies each before it is looked at as a callee. */
export function inline(module: Module, prepare: (fn: Func) => void): void {
  const callers = callerCounts(module)
  for (const fn of calleesFirst(module)) {
    inlineInto(fn, callers)
    prepare(fn)
  }
}

export const calleeOf = (i: Instr): Func | undefined => {
  const callee = i.kind === 'call' ? i.args[0] : undefined
  return callee?.kind === 'func' && callee.blocks.length > 0 ? callee : undefined
}

function callerCounts(module: Module): Map<Func, number> {
  const counts = new Map<Func, number>()
  for (const fn of module.funcs) {
    for (const b of fn.blocks) {
      for (const i of b.instrs) {
        // An address that is passed on counts as a caller that stays.
        for (const [k, a] of i.args.entries()) {
          if (a.kind === 'func') counts.set(a, (counts.get(a) ?? 0) + (i.kind === 'call' && k === 0 ? 1 : 2))
        }
      }
    }
  }
  for (const g of module.globals)
    for (const r of g.relocs) if (r.target.kind === 'func') counts.set(r.target, (counts.get(r.target) ?? 0) + 2)
  return counts
}

/** Functions in post-order of the call graph. */
export function calleesFirst(module: Module): Func[] {
  const order: Func[] = []
  const seen = new Set<Func>()
  for (const root of module.funcs) {
    const stack: { fn: Func; calls: Func[] }[] = []
    const enter = (fn: Func): void => {
      if (seen.has(fn) || fn.blocks.length === 0) return
      seen.add(fn)
      stack.push({ fn, calls: fn.blocks.flatMap((b) => b.instrs.flatMap((i) => calleeOf(i) ?? [])) })
    }
    enter(root)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      const next = top.calls.pop()
      if (next) enter(next)
      else {
        order.push(top.fn)
        stack.pop()
      }
    }
  }
  return order
}

const sizeOf = (fn: Func): number =>
  fn.blocks.reduce(
    (n, b) => n + 1 + b.instrs.filter((i) => i.kind !== 'dbg' && i.kind !== 'phi' && i.kind !== 'alloca' && i.kind !== 'lifetime').length,
    0,
  )

function wanted(callee: Func, caller: Func, callers: ReadonlyMap<Func, number>): boolean {
  if (callee === caller || callsItself(callee)) return false
  if (callee.inline === 'never') return false
  if (callee.inline === 'always' || callee.params.length > 5) return true
  if (callee.section !== '') return false
  if (callee.linkage === 'internal' && callers.get(callee) === 1) return true
  return sizeOf(callee) <= SMALL
}

const callsItself = (fn: Func): boolean => fn.blocks.some((b) => b.instrs.some((i) => calleeOf(i) === fn))

/** What calls have become, put in place once in the end: a function of many calls is walked over once and not for each. */
interface Inlining {
  readonly fn: Func
  /** Variables of the bodies. */
  readonly slots: Instr[]
  readonly results: Map<Value, Value>
  /** For a block that was cut, the one that ends as it did. */
  readonly ends: Map<Block, Block>
}

function inlineInto(fn: Func, callers: ReadonlyMap<Func, number>): void {
  const inlining: Inlining = { fn, slots: [], results: new Map(), ends: new Map() }
  const judged = new Map<Func, { readonly wanted: boolean; readonly size: number }>()
  const judge = (callee: Func) => {
    let known = judged.get(callee)
    if (!known) judged.set(callee, (known = { wanted: wanted(callee, fn, callers), size: sizeOf(callee) }))
    return known
  }
  let size = sizeOf(fn)
  const blocks: Block[] = []
  const pending = fn.blocks.toReversed()
  for (let block = pending.pop(); block; block = pending.pop()) {
    blocks.push(block)
    for (let n = 0; n < block.instrs.length; n++) {
      const i = block.instrs[n]
      const callee = calleeOf(i)
      if (!callee || i.kind !== 'call' || size > MAX_GROWTH || !judge(callee).wanted) continue
      size += judge(callee).size
      // What was put in, and what followed the call, is looked at next.
      pending.push(...inlineCall(inlining, block, n, i, callee).reverse())
      break
    }
  }
  if (inlining.ends.size === 0) return
  fn.blocks = blocks
  const head = blocks[0]
  head.instrs.splice(head.instrs.findLastIndex((i) => i.kind === 'alloca') + 1, 0, ...inlining.slots)
  const end = (block: Block): Block => {
    let at = block
    for (let next = inlining.ends.get(at); next; next = inlining.ends.get(at)) at = next
    return at
  }
  for (const block of blocks) for (const phi of phisOf(block)) phi.from = phi.from.map(end)
  replaceValues(fn, inlining.results)
}

/** Replaces one call: the block is cut in two; the body's copy and what followed the call are returned. */
function inlineCall({ fn, slots, results, ends }: Inlining, block: Block, at: number, call: Call, callee: Func): Block[] {
  const after: Block = { id: fn.nextId++, hint: 'inlined.end', instrs: block.instrs.slice(at + 1), term: block.term }
  ends.set(block, after)
  block.instrs.length = at
  const values = new Map<Value, Value>()
  for (const p of callee.params) values.set(p, call.args[p.index + 1])
  const copies = cloneBlocks(fn, callee.blocks, values, new Map())
  const [entry] = copies
  const own = entry.instrs.filter((i) => i.kind === 'alloca')
  entry.instrs = entry.instrs.filter((i) => i.kind !== 'alloca')
  for (const slot of own) slots.push(slot)
  for (const slot of withoutLifetime(own, copies)) {
    // The body's own variables live as long as the call did.
    const mark = (start: boolean): Instr => ({ kind: 'lifetime', type: 'void', id: fn.nextId++, args: [slot], start })
    entry.instrs.unshift(mark(true))
    for (const copy of copies) if (copy.term.kind === 'ret') copy.instrs.push(mark(false))
  }
  block.term = { kind: 'br', args: [], to: [entry], ...(call.at && { at: call.at }) }
  const returned: { value: Value; from: Block }[] = []
  for (const copy of copies) {
    if (copy.term.kind !== 'ret') continue
    if (copy.term.args.length > 0) returned.push({ value: copy.term.args[0], from: copy })
    copy.term = { kind: 'br', args: [], to: [after], ...(copy.term.at && { at: copy.term.at }) }
  }
  if (call.type !== 'void') {
    let result: Value = undef(call.type)
    if (returned.length === 1) result = returned[0].value
    else if (returned.length > 1) {
      const phi: Phi = {
        kind: 'phi',
        type: call.type,
        id: fn.nextId++,
        args: returned.map((r) => r.value),
        from: returned.map((r) => r.from),
      }
      if (call.at) phi.at = call.at
      after.instrs.unshift(phi)
      result = phi
    }
    results.set(call, result)
  }
  return [...copies, after]
}

function withoutLifetime(slots: readonly Instr[], blocks: readonly Block[]): Instr[] {
  const marked = new Set<Value>()
  for (const b of blocks) for (const i of b.instrs) if (i.kind === 'lifetime') marked.add(i.args[0])
  return slots.filter((s) => !marked.has(s))
}
