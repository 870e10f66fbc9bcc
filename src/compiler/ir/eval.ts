// What the operations compute, on literals: shared by the constant folder and the interpreter. Values are unsigned modulo the width.
//
// As BPF does: shift amounts count modulo the width (32 and 64 bits; narrower types must not shift by their width or more), division
// by zero yields 0, remainder by zero the dividend, the smallest number divided by -1 itself with remainder 0.
import { never } from '../../base/index.ts'
import type { AtomicOp, BinOp, CastOp, Pred } from './types.ts'

export function evalBin(op: BinOp, bits: number, a: bigint, b: bigint): bigint {
  return BigInt.asUintN(bits, rawBin(op, bits, a, b))
}

function rawBin(op: BinOp, bits: number, a: bigint, b: bigint): bigint {
  const amount = b & BigInt(bits - 1)
  switch (op) {
    case 'add':
      return a + b
    case 'sub':
      return a - b
    case 'mul':
      return a * b
    case 'udiv':
      return b === 0n ? 0n : a / b
    case 'urem':
      return b === 0n ? a : a % b
    case 'sdiv':
      return b === 0n ? 0n : BigInt.asIntN(bits, a) / BigInt.asIntN(bits, b)
    case 'srem':
      return b === 0n ? a : BigInt.asIntN(bits, a) % BigInt.asIntN(bits, b)
    case 'and':
      return a & b
    case 'or':
      return a | b
    case 'xor':
      return a ^ b
    case 'shl':
      return a << amount
    case 'lshr':
      return a >> amount
    case 'ashr':
      return BigInt.asIntN(bits, a) >> amount
    default:
      return never(op)
  }
}

export function evalCmp(pred: Pred, bits: number, a: bigint, b: bigint): boolean {
  switch (pred) {
    case 'eq':
      return a === b
    case 'ne':
      return a !== b
    case 'ult':
      return a < b
    case 'ule':
      return a <= b
    case 'ugt':
      return a > b
    case 'uge':
      return a >= b
    case 'slt':
      return BigInt.asIntN(bits, a) < BigInt.asIntN(bits, b)
    case 'sle':
      return BigInt.asIntN(bits, a) <= BigInt.asIntN(bits, b)
    case 'sgt':
      return BigInt.asIntN(bits, a) > BigInt.asIntN(bits, b)
    case 'sge':
      return BigInt.asIntN(bits, a) >= BigInt.asIntN(bits, b)
    default:
      return never(pred)
  }
}

export function evalCast(op: CastOp, fromBits: number, toBits: number, a: bigint): bigint {
  return BigInt.asUintN(toBits, op === 'sext' ? BigInt.asIntN(fromBits, a) : a)
}

export function evalBswap(bits: number, a: bigint): bigint {
  let out = 0n
  for (let i = 0; i < bits; i += 8) out = (out << 8n) | ((a >> BigInt(i)) & 0xffn)
  return out
}

export function evalAtomic(op: AtomicOp, old: bigint, operand: bigint): bigint {
  switch (op) {
    case 'add':
      return old + operand
    case 'and':
      return old & operand
    case 'or':
      return old | operand
    case 'xor':
      return old ^ operand
    case 'xchg':
      return operand
    default:
      return never(op)
  }
}

const SWAPPED = {
  eq: 'eq',
  ne: 'ne',
  ult: 'ugt',
  ule: 'uge',
  ugt: 'ult',
  uge: 'ule',
  slt: 'sgt',
  sle: 'sge',
  sgt: 'slt',
  sge: 'sle',
} as const satisfies Record<Pred, Pred>

const INVERTED = {
  eq: 'ne',
  ne: 'eq',
  ult: 'uge',
  ule: 'ugt',
  ugt: 'ule',
  uge: 'ult',
  slt: 'sge',
  sle: 'sgt',
  sgt: 'sle',
  sge: 'slt',
} as const satisfies Record<Pred, Pred>

/** The predicate that says the same of (b, a). */
export const swapPred = (pred: Pred): Pred => SWAPPED[pred]
/** The predicate that says the opposite. */
export const invertPred = (pred: Pred): Pred => INVERTED[pred]
