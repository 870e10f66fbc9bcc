// Signed operations on values that are certainly not negative become unsigned ones: comparisons, shifts to the right, extensions. An unsigned
// bound is one on the whole value for the verifier where a signed one leaves the other end open, and zeros above cost nothing where a sign
// does. Branches that lead to a place count (sign.ts). LLVM does the same in its correlated value propagation.
import { type Block, type Func, type Instr, isInstr, isKind, type Pred, replaceValues, type Value } from '../ir/index.ts'
import { makeSignQuestion, type SignQuestion } from './sign.ts'

const UNSIGNED: Readonly<Partial<Record<Pred, Pred>>> = { slt: 'ult', sle: 'ule', sgt: 'ugt', sge: 'uge' }

export function dropSigns(fn: Func): void {
  if (!fn.blocks.some((b) => b.instrs.some(hasSign))) return
  const nonNegative = makeSignQuestion(fn)
  const replacement = new Map<Value, Instr>()
  // Narrow values that stay extended with their sign somewhere stay so everywhere: compared without it, they would be bounded in another
  // register than the one that is used.
  const signed = new Set<Value>()
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      const made = hasSign(i) ? unsigned(i, block, nonNegative) : undefined
      if (made) replacement.set(i, { ...made, id: fn.nextId++ })
      else if (isKind(i, 'cast') && i.op === 'sext' && isNarrow(i.args[0])) signed.add(i.args[0])
    }
  }
  for (const i of replacement.keys()) if (isInstr(i) && i.args.some((a) => signed.has(a))) replacement.delete(i)
  if (replacement.size === 0) return
  for (const block of fn.blocks) block.instrs = block.instrs.map((i) => replacement.get(i) ?? i)
  replaceValues(fn, replacement)
}

const isNarrow = (v: Value): boolean => v.type === 'i8' || v.type === 'i16'

const hasSign = (i: Instr): boolean =>
  (i.kind === 'cmp' && UNSIGNED[i.pred] !== undefined) || (i.kind === 'cast' && i.op === 'sext') || (i.kind === 'bin' && i.op === 'ashr')

function unsigned(i: Instr, block: Block, nonNegative: SignQuestion): Instr | undefined {
  if (i.kind === 'cmp') return i.args.every((a) => nonNegative(a, block)) ? { ...i, pred: UNSIGNED[i.pred] ?? i.pred } : undefined
  if (!nonNegative(i.args[0], block)) return undefined
  if (i.kind === 'cast') return { ...i, op: 'zext' }
  return i.kind === 'bin' ? { ...i, op: 'lshr' } : undefined
}
