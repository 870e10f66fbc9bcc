// What a rule of the simplifier is: a name for its test, and a function from an instruction to a better value for it, or undefined.
//
// Rules see operands already simplified, literals on the right of what commutes, and may make instructions before the one in hand.
import { type Const, constant, type Draft, type Instr, isKind, type Type, type Value } from '../../ir/index.ts'

export interface Rule<K extends Instr['kind']> {
  readonly name: string
  readonly apply: (i: Extract<Instr, { kind: K }>, c: Context) => Value | undefined
}

export interface Context {
  /** Puts an instruction before the one in hand. */
  readonly make: (draft: Draft) => Value
  /** Whether nothing else uses the value. */
  readonly once: (v: Value) => boolean
  /** Whether a comparison may bound the value, or what it was cast to: what is computed of it has to go through it then. */
  readonly compared: (v: Value) => boolean
}

type BinOp = Extract<Instr, { kind: 'bin' }>['op']

export const bin = (c: Context, op: BinOp, a: Value, b: Value): Value => c.make({ kind: 'bin', op, type: a.type, args: [a, b] })
export const cmp = (c: Context, pred: Extract<Instr, { kind: 'cmp' }>['pred'], a: Value, b: Value): Value =>
  c.make({ kind: 'cmp', type: 'i1', pred, args: [a, b] })
export const cast = (c: Context, op: Extract<Instr, { kind: 'cast' }>['op'], type: Type, v: Value): Value =>
  c.make({ kind: 'cast', op, type, args: [v] })

/** The operands of a binary operation whose right one is a literal. */
export function withLiteral(v: Value, op: BinOp): { readonly left: Value; readonly right: Const } | undefined {
  if (!isKind(v, 'bin') || v.op !== op || v.args[1].kind !== 'const') return undefined
  return { left: v.args[0], right: v.args[1] }
}

export const isZero = (v: Value): boolean => v.kind === 'const' && v.value === 0n
export const isLiteral = (v: Value, value: bigint | number): boolean => v.kind === 'const' && v.value === constant(v.type, value).value

/** k where the value is 2^k. */
export function powerOfTwo(v: Value): number | undefined {
  if (v.kind !== 'const' || v.value <= 0n || (v.value & (v.value - 1n)) !== 0n) return undefined
  return v.value.toString(2).length - 1
}
