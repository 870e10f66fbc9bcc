// From the IR of one function to its code: the back end's passes in order, each file one of them.
import { assert } from '../../base/index.ts'
import type { DebugVar, Func } from '../ir/index.ts'
import { allocate } from './allocate.ts'
import { checkAllocation } from './check-allocation.ts'
import { dropRedundant } from './drop-redundant.ts'
import { expandAsm } from './expand-asm.ts'
import { layoutFrame, MAX_STACK } from './frame.ts'
import { hoistCopies } from './hoist-copies.ts'
import { type Code, layout } from './layout.ts'
import { mergeTails } from './merge-tails.ts'
import type { MFunc, MInsn } from './mir.ts'
import { select } from './select.ts'
import type { Target } from './selection.ts'
import { shareLiterals } from './share-literals.ts'
import { shareSpills } from './share-spills.ts'
import { splitCriticalEdges } from './split-critical-edges.ts'
import { threadBlocks, uniteExits } from './thread-blocks.ts'

export interface Generated extends Code {
  readonly func: Func
  /** Bytes of stack. */
  readonly depth: number
  /** C variables that live on the stack; offsets from r10. */
  readonly stackVariables: readonly { readonly variable: DebugVar; readonly offset: number; readonly size: number }[]
}

/** Code of a function that is legal; faults of the source go to the target's `report`. With `check`, the allocation is verified. */
export function generate(fn: Func, target: Target, check = false): Generated {
  splitCriticalEdges(fn)
  const f = select(fn, target)
  shareLiterals(f)
  allocate(f)
  if (check) {
    const faults = checkAllocation(f)
    assert(faults.length === 0, `allocation of ${fn.name}: ${faults.join('; ')}`)
  }
  dropRedundant(f)
  uniteExits(f)
  threadBlocks(f, false)
  hoistCopies(f)
  dropRedundant(f)
  mergeTails(f)
  threadBlocks(f)
  shareSpills(f)
  clearResult(f)
  const depth = layoutFrame(f)
  if (depth > MAX_STACK) target.report('c.bpf.stack', [String(depth)], fn.at)
  placeSlots(f)
  const asm = expandAsm(f)
  for (const [i, { fault }] of asm) if (fault) target.report(fault.code, fault.params, i.at)
  const code = layout(f, target.cpu, asm, target.symbolOf)
  for (const { name, by } of code.unknown) target.report('asm.label', [name], by.at)
  if (code.tooFar) target.report('c.bpf.jump-too-far', [fn.name], fn.at)
  const stackVariables = f.slots.flatMap((s) => (s.variable ? [{ variable: s.variable, offset: s.offset, size: s.size }] : []))
  return { ...code, func: fn, depth, stackVariables }
}

/** A function that returns nothing must not leave an address of the stack in r0: Linux would take it for the result. */
function clearResult(f: MFunc): void {
  const mayHoldAddress = f.blocks.some((b) =>
    b.insns.some((i) => {
      if (i.kind === 'asm') return true
      if (i.kind !== 'op') return false
      const { insn } = i
      if (insn.kind === 'alu') return insn.op === 'mov' && insn.width === 64 && insn.dst === 0 && insn.src.kind === 'reg'
      return insn.kind === 'load' && insn.size === 8 && insn.dst === 0
    }),
  )
  if (!mayHoldAddress) return
  for (const b of f.blocks) {
    if (b.term.kind !== 'exit' || b.term.value) continue
    b.insns.push({
      kind: 'op',
      insn: { kind: 'alu', op: 'mov', width: 64, dst: 0, src: { kind: 'imm', imm: 0 } },
      ...(b.term.at && { at: b.term.at }),
    })
  }
}

/** Makes offsets in the frame of offsets in slots. */
function placeSlots(f: MFunc): void {
  for (const b of f.blocks) {
    b.insns = b.insns.map((i): MInsn => {
      // The text of assembly is written later, with the slot at hand.
      if (i.kind !== 'op' || !i.slot) return i
      const { insn, slot } = i
      if (insn.kind === 'load' || insn.kind === 'store' || insn.kind === 'atomic') {
        return { ...i, insn: { ...insn, off: insn.off + slot.offset } }
      }
      assert(insn.kind === 'alu' && insn.src.kind === 'imm', 'a slot is accessed or its address is taken')
      return { ...i, insn: { ...insn, src: { kind: 'imm', imm: insn.src.imm + slot.offset } } }
    })
  }
}
