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
  renamePhiEntry,
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

function inlineInto(fn: Func, callers: ReadonlyMap<Func, number>): void {
  let size = sizeOf(fn)
  for (let k = 0; k < fn.blocks.length; k++) {
    const block = fn.blocks[k]
    for (let n = 0; n < block.instrs.length; n++) {
      const i = block.instrs[n]
      const callee = calleeOf(i)
      if (!callee || i.kind !== 'call' || size > MAX_GROWTH || !wanted(callee, fn, callers)) continue
      size += sizeOf(callee)
      inlineCall(fn, block, n, i, callee)
      // What followed the call is in a block of its own now, further on in the list; what was put in has no such calls left.
      break
    }
  }
}

/** Replaces one call: the block is cut in two, the body's copy stands between. */
function inlineCall(fn: Func, block: Block, at: number, call: Call, callee: Func): void {
  const after: Block = { id: fn.nextId++, hint: 'inlined.end', instrs: block.instrs.slice(at + 1), term: block.term }
  for (const to of new Set(after.term.to)) renamePhiEntry(to, block, after)
  block.instrs = block.instrs.slice(0, at)
  const values = new Map<Value, Value>()
  for (const p of callee.params) values.set(p, call.args[p.index + 1])
  const copies = cloneBlocks(fn, callee.blocks, values, new Map())
  const [entry] = copies
  const slots = entry.instrs.filter((i) => i.kind === 'alloca')
  entry.instrs = entry.instrs.filter((i) => i.kind !== 'alloca')
  const head = fn.blocks[0] === block ? block : fn.blocks[0]
  head.instrs.splice(head.instrs.findLastIndex((i) => i.kind === 'alloca') + 1, 0, ...slots)
  for (const slot of withoutLifetime(slots, copies)) {
    // The body's own variables live as long as the call did.
    const mark = (start: boolean): Instr => ({ kind: 'lifetime', type: 'void', id: fn.nextId++, args: [slot], start })
    entry.instrs.unshift(mark(true))
    for (const copy of copies) if (copy.term.kind === 'ret') copy.instrs.push(mark(false))
  }
  block.term = { kind: 'br', args: [], to: [entry], ...(call.at && { at: call.at }) }
  const results: { value: Value; from: Block }[] = []
  for (const copy of copies) {
    if (copy.term.kind !== 'ret') continue
    if (copy.term.args.length > 0) results.push({ value: copy.term.args[0], from: copy })
    copy.term = { kind: 'br', args: [], to: [after], ...(copy.term.at && { at: copy.term.at }) }
  }
  if (call.type !== 'void') {
    let result: Value = undef(call.type)
    if (results.length === 1) result = results[0].value
    else if (results.length > 1) {
      const phi: Phi = {
        kind: 'phi',
        type: call.type,
        id: fn.nextId++,
        args: results.map((r) => r.value),
        from: results.map((r) => r.from),
      }
      if (call.at) phi.at = call.at
      after.instrs.unshift(phi)
      result = phi
    }
    replaceValues(fn, new Map([[call, result]]))
    for (const b of [...copies, after]) replaceIn(b, call, result)
  }
  fn.blocks.splice(fn.blocks.indexOf(block) + 1, 0, ...copies, after)
}

function withoutLifetime(slots: readonly Instr[], blocks: readonly Block[]): Instr[] {
  const marked = new Set<Value>()
  for (const b of blocks) for (const i of b.instrs) if (i.kind === 'lifetime') marked.add(i.args[0])
  return slots.filter((s) => !marked.has(s))
}

function replaceIn(block: Block, from: Value, to: Value): void {
  for (const i of block.instrs) i.args = i.args.map((a) => (a === from ? to : a))
  block.term.args = block.term.args.map((a) => (a === from ? to : a))
}
