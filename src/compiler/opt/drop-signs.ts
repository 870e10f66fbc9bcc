// Signed operations on values that are certainly not negative become unsigned ones: comparisons, shifts to the right, extensions. An unsigned
// bound is one on the whole value for the verifier where a signed one leaves the other end open, and zeros above cost nothing where a sign
// does. Branches that lead to a place count (sign.ts). LLVM does the same in its correlated value propagation.
import {
  type Block,
  bitsOf,
  type Func,
  type Instr,
  isInstr,
  isKind,
  type Pred,
  replaceValues,
  signed as signedValue,
  type Value,
} from '../ir/index.ts'
import { makeSignQuestion, type SignQuestion } from './sign.ts'

const UNSIGNED: Readonly<Partial<Record<Pred, Pred>>> = { slt: 'ult', sle: 'ule', sgt: 'ugt', sge: 'uge' }

/** The pass where there is 32-bit arithmetic, and where there is none: there an int has to be extended like anything narrower. */
export const dropSigns = (fn: Func): void => run(fn, 16)
export const dropSignsWithout32 = (fn: Func): void => run(fn, 32)

/** `narrow` is the width up to which a value has to be extended to be compared. */
function run(fn: Func, narrow: number): void {
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
      else if (isKind(i, 'cast') ? i.op === 'sext' : isBound(i)) {
        for (const a of i.args) if (a.type !== 'i1' && bitsOf(a.type) <= narrow) signed.add(a)
      }
    }
  }
  for (const i of replacement.keys()) if (isInstr(i) && i.args.some((a) => signed.has(a))) replacement.delete(i)
  if (replacement.size === 0) return
  for (const block of fn.blocks) block.instrs = block.instrs.map((i) => replacement.get(i) ?? i)
  replaceValues(fn, replacement)
}

/** A signed comparison that says more than the sign. */
const isBound = (i: Instr): boolean =>
  isKind(i, 'cmp') && UNSIGNED[i.pred] !== undefined && !(i.args[1].kind === 'const' && [0n, -1n].includes(signedValue(i.args[1])))

const hasSign = (i: Instr): boolean =>
  (i.kind === 'cmp' && UNSIGNED[i.pred] !== undefined) || (i.kind === 'cast' && i.op === 'sext') || (i.kind === 'bin' && i.op === 'ashr')

function unsigned(i: Instr, block: Block, nonNegative: SignQuestion): Instr | undefined {
  if (i.kind === 'cmp') return i.args.every((a) => nonNegative(a, block)) ? { ...i, pred: UNSIGNED[i.pred] ?? i.pred } : undefined
  if (!nonNegative(i.args[0], block)) return undefined
  if (i.kind === 'cast') return { ...i, op: 'zext' }
  return i.kind === 'bin' ? { ...i, op: 'lshr' } : undefined
}
