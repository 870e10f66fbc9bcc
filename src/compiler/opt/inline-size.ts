// How large functions become when all is inlined that must be: a chain of functions that each call the one before twice doubles at each step.
// Counted from callee to caller, before anything is inlined; where the sum is beyond what Linux loads, the source is refused.
import type { Func, Instr, Module } from '../ir/index.ts'
import { calleeOf, calleesFirst } from './inline.ts'

/** Linux: BPF_COMPLEXITY_LIMIT_INSNS, the most instructions of a program. */
const MOST = 1_000_000

export interface TooLarge {
  readonly fn: Func
  readonly callee: Func
  readonly at: Instr['at']
}

/** A function that stays and would hold more instructions than a program may have; with the call that brings the most. */
export function tooMuchInlined(module: Module): TooLarge | undefined {
  const sizes = new Map<Func, number>()
  for (const fn of calleesFirst(module)) {
    let size = 0
    let largest: { readonly call: Instr; readonly callee: Func; readonly size: number } | undefined
    for (const b of fn.blocks) {
      size += b.instrs.length + 1
      for (const call of b.instrs) {
        const callee = calleeOf(call)
        const added = callee?.inline === 'always' ? (sizes.get(callee) ?? 0) : 0
        size += added
        if (callee && added > (largest?.size ?? 0)) largest = { call, callee, size: added }
      }
    }
    if (size > MOST && fn.used && largest) return { fn, callee: largest.callee, at: largest.call.at }
    sizes.set(fn, size)
  }
  return undefined
}
