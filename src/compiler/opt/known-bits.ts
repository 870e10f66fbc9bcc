// Which bits of a value are certainly zero, and what it lies between. A question, not a pass: the simplifier and legalisation ask it.
import { bitsOf, type Instr, isInstr, isKind, type Phi, type Pred, type Value } from '../ir/index.ts'

const MAX_DEPTH = 6
const MOST_PHIS = 16

/** The first CO-RE relocation that is about an enumerator, which may have 64 bits (Linux: enum bpf_core_relo_kind). */
const ENUMVAL_EXISTS = 10

const MASKS: readonly bigint[] = Array.from({ length: 65 }, (_, bits) => (1n << BigInt(bits)) - 1n)
/** The lowest `bits` bits, for 0 to 64. */
export const mask = (bits: number): bigint => MASKS[bits]

/** A mask of the bits that are zero whatever happens; bits above the width are not in it. */
export function knownZero(v: Value): bigint {
  return zeroBits(v, 0, false)
}

/** The same as far as Linux's verifier sees it too: it knows nothing of what comes out of a division. A check or mask may only be dropped
 * for a reason that the verifier can follow. */
export function visiblyZero(v: Value): bigint {
  return zeroBits(v, 0, true)
}

export interface Range {
  readonly least: bigint
  readonly most: bigint
}

/** What an unsigned value lies between, as far as Linux's verifier sees it too. */
export function visibleRange(v: Value): Range {
  return { least: leastOf(v, 0), most: mask(bitsOf(v.type)) & ~visiblyZero(v) }
}

function leastOf(v: Value, depth: number): bigint {
  if (v.kind === 'const') return v.value
  if (!isInstr(v) || depth >= MAX_DEPTH) return 0n
  const arg = (k: number): bigint => leastOf(v.args[k], depth + 1)
  if (v.kind === 'cast') return v.op === 'zext' ? arg(0) : 0n
  if (v.kind === 'select') return arg(1) < arg(2) ? arg(1) : arg(2)
  if (v.kind !== 'bin') return 0n
  if (v.op === 'or') return arg(0) > arg(1) ? arg(0) : arg(1)
  if (v.op !== 'add') return 0n
  const all = mask(bitsOf(v.type))
  const most = v.args.reduce((sum, a) => sum + (all & ~visiblyZero(a)), 0n)
  return most <= all ? arg(0) + arg(1) : 0n
}

/** What comes of comparing a value in a range with a literal, where that is always the same. */
export function alwaysHolds(pred: Pred, { least, most }: Range, literal: bigint): boolean | undefined {
  switch (pred) {
    case 'eq':
      return literal < least || literal > most ? false : undefined
    case 'ne':
      return literal < least || literal > most ? true : undefined
    case 'ult':
      return most < literal ? true : least >= literal ? false : undefined
    case 'ule':
      return most <= literal ? true : least > literal ? false : undefined
    case 'ugt':
      return least > literal ? true : most <= literal ? false : undefined
    case 'uge':
      return least >= literal ? true : most < literal ? false : undefined
    default:
      return undefined
  }
}

function zeroBits(v: Value, depth: number, visible: boolean): bigint {
  const all = mask(bitsOf(v.type))
  if (v.kind === 'const') return all & ~v.value
  if (!isInstr(v) || depth >= MAX_DEPTH) return 0n
  return all & zeroOf(v, depth + 1, visible)
}

/** Whether the value is below 2^bits whatever happens. */
export function fitsUnsigned(v: Value, bits: number): boolean {
  const high = mask(bitsOf(v.type)) & ~mask(bits)
  return (knownZero(v) & high) === high
}

function zeroOf(i: Instr, depth: number, visible: boolean): bigint {
  const bits = bitsOf(i.type)
  const all = mask(bits)
  const arg = (k: number): bigint => zeroBits(i.args[k], depth, visible)
  switch (i.kind) {
    case 'cast':
      if (i.op === 'zext') return arg(0) | (all & ~mask(bitsOf(i.args[0].type)))
      if (i.op === 'sext') {
        const from = bitsOf(i.args[0].type)
        const zero = arg(0)
        return (zero >> BigInt(from - 1)) & 1n ? zero | (all & ~mask(from)) : zero
      }
      return arg(0)
    case 'select':
      return both(arg, 1, 2)
    case 'phi': {
      let zero = all
      for (const source of sourcesOf(i)) {
        zero &= zeroBits(source, Math.max(depth, MAX_DEPTH - 1), visible)
        if (zero === 0n) break
      }
      return zero
    }
    case 'bin':
      return visible && (i.op === 'udiv' || i.op === 'urem' || i.op === 'mul') ? 0n : zeroOfBin(i, bits, all, arg)
    case 'core':
      return i.relo < ENUMVAL_EXISTS ? all & ~mask(32) : 0n
    case 'bswap': {
      const zero = arg(0)
      let out = 0n
      for (let k = 0; k < bits; k += 8) out = (out << 8n) | ((zero >> BigInt(k)) & 0xffn)
      return out
    }
    default:
      return 0n
  }
}

/** What is zero in both of two operands. Values used twice make trees of what is a line (a hash): the second is not asked in vain. */
function both(arg: (k: number) => bigint, one: number, other: number): bigint {
  const zero = arg(one)
  return zero === 0n ? zero : zero & arg(other)
}

/** The values that a phi, and the phis it takes from, bring in from elsewhere; with a phi among them where there are too many. */
function sourcesOf(phi: Phi): Iterable<Value> {
  const phis = new Set<Phi>([phi])
  const sources = new Set<Value>()
  for (const p of phis) {
    for (const a of p.args) {
      if (isKind(a, 'phi') && (phis.has(a) || phis.size < MOST_PHIS)) phis.add(a)
      else sources.add(a)
    }
  }
  return sources
}

function zeroOfBin(i: Extract<Instr, { kind: 'bin' }>, bits: number, all: bigint, arg: (k: number) => bigint): bigint {
  const by = i.args[1].kind === 'const' ? i.args[1].value : undefined
  switch (i.op) {
    case 'and':
      return arg(0) | arg(1)
    case 'or':
    case 'xor':
      return both(arg, 0, 1)
    case 'shl':
      return by === undefined || by >= BigInt(bits) ? 0n : ((arg(0) << by) | mask(Number(by))) & all
    case 'lshr':
      return by === undefined || by >= BigInt(bits) ? 0n : (arg(0) >> by) | (all & ~(all >> by))
    case 'ashr': {
      const zero = arg(0)
      if (by === undefined || by >= BigInt(bits)) return 0n
      return (zero >> BigInt(bits - 1)) & 1n ? (zero >> by) | (all & ~(all >> by)) : 0n
    }
    case 'urem': {
      const most = all & ~arg(1)
      return all & ~mask(Math.min(lengthOf(all & ~arg(0)), most === 0n ? bits : lengthOf(most - 1n)))
    }
    case 'udiv': {
      const length = lengthOf(all & ~arg(0))
      return all & ~mask(by === undefined || by === 0n ? length : Math.max(0, length - lengthOf(by) + 1))
    }
    case 'add': {
      const left = arg(0)
      if (left === 0n) return 0n
      const [a, b] = [all & ~left, all & ~arg(1)]
      return mask(zerosBelow(a | b, bits)) | (all & ~mask(Math.min(bits, Math.max(lengthOf(a), lengthOf(b)) + 1)))
    }
    case 'mul': {
      const [a, b] = [all & ~arg(0), all & ~arg(1)]
      return (all & ~mask(Math.min(bits, lengthOf(a) + lengthOf(b)))) | mask(Math.min(bits, zerosBelow(a, bits) + zerosBelow(b, bits)))
    }
    default:
      return 0n
  }
}

/** The number of bits up to the highest one. */
const lengthOf = (x: bigint): number => {
  const high = Number(x >> 32n)
  return high === 0 ? 32 - Math.clz32(Number(x)) : 64 - Math.clz32(high)
}
/** The number of zeros below the lowest one of `bits` bits. */
const zerosBelow = (x: bigint, bits: number): number => (x === 0n ? bits : lengthOf(x & -x) - 1)
