// Divisions as BPF has them. Signed ones become unsigned where nothing is negative (BPF has them from v4 on only); 32-bit divisions by a
// literal become a multiplication and a shift in 64 bits, whose range the verifier follows, as it does not follow a division.
//
// T. Granlund, P. Montgomery, "Division by Invariant Integers using Multiplication", PLDI 1994. What is left signed is for the target to
// take or to refuse.
import { type BinOp, constant, type Draft, type Func, type Instr, replaceValues, signed, type Type, type Value } from '../ir/index.ts'
import { fitsUnsigned } from './known-bits.ts'
import { makeSignQuestion } from './sign.ts'

type Bin = Extract<Instr, { kind: 'bin' }>

const isDivision = (i: Instr): i is Bin => i.kind === 'bin' && (i.op === 'udiv' || i.op === 'urem' || i.op === 'sdiv' || i.op === 'srem')

export function divide(fn: Func): void {
  if (!fn.blocks.some((b) => b.instrs.some(isDivision))) return
  const nonNegative = makeSignQuestion(fn)
  const replacement = new Map<Value, Value>()
  for (const block of fn.blocks) {
    block.instrs = block.instrs.flatMap((i): Instr[] => {
      if (!isDivision(i)) return [i]
      const isSigned = i.op === 'sdiv' || i.op === 'srem'
      const unsigned = isSigned && i.args.every((a) => nonNegative(a, block))
      const better = makeDivision(fn, i, isSigned && !unsigned)
      if (better) {
        replacement.set(i, better.value)
        return better.out
      }
      if (!unsigned) return [i]
      const made: Instr = { ...i, op: i.op === 'sdiv' ? 'udiv' : 'urem', id: fn.nextId++ }
      replacement.set(i, made)
      return [made]
    })
  }
  replaceValues(fn, replacement)
}

/** A division by a literal without a division, where there is one. */
function makeDivision(fn: Func, i: Bin, isSigned: boolean): { readonly out: Instr[]; readonly value: Value } | undefined {
  const [x, divisor] = i.args
  const { type } = i
  if (divisor.kind !== 'const' || (type !== 'i32' && type !== 'i64')) return undefined
  const d = isSigned ? signed(divisor) : divisor.value
  const size = d < 0n ? -d : d
  const isPowerOfTwo = (size & (size - 1n)) === 0n
  if (size < 2n || (!isPowerOfTwo && type === 'i64')) return undefined
  const out: Instr[] = []
  const b = maker(fn, i, out)
  const quotient = isPowerOfTwo
    ? isSigned
      ? b.bin('ashr', b.bin('add', x, roundUp(b, x, size)), constant(type, log2(size)))
      : b.bin('lshr', x, constant(type, log2(size)))
    : isSigned
      ? signedQuotient(b, x, size)
      : unsignedQuotient(b, x, size)
  const value = d < 0n ? b.bin('sub', constant(type, 0), quotient) : quotient
  const isQuotient = i.op === 'sdiv' || i.op === 'udiv'
  return { out, value: isQuotient ? value : b.bin('sub', x, b.bin('mul', value, divisor)) }
}

/** What a negative number needs so that shifting rounds towards 0: size - 1. */
function roundUp(b: Maker, x: Value, size: bigint): Value {
  const bits = x.type === 'i64' ? 64 : 32
  return b.bin('lshr', b.bin('ashr', x, constant(x.type, bits - 1)), constant(x.type, bits - log2(size)))
}

function signedQuotient(b: Maker, x: Value, d: bigint): Value {
  // floor(x * m / 2^p) with m slightly above 2^p / d; one more for negative numbers, which round up.
  const p = 31 + ceilLog2(d)
  const product = b.bin('mul', b.cast('sext', 'i64', x), constant('i64', (1n << BigInt(p)) / d + 1n))
  const rounded = b.bin('add', b.bin('ashr', product, constant('i64', p)), b.bin('lshr', product, constant('i64', 63)))
  return b.cast('trunc', 'i32', rounded)
}

function unsignedQuotient(b: Maker, x: Value, d: bigint): Value {
  const wide = b.cast('zext', 'i64', x)
  const bits = [8, 16, 31].find((n) => fitsUnsigned(x, n)) ?? 32
  const p = bits + ceilLog2(d)
  const m = (1n << BigInt(p)) / d + 1n
  // The product fits 64 bits, unless x has 32 bits and the factor 33.
  if (bits < 32) return b.cast('trunc', 'i32', b.bin('lshr', b.bin('mul', wide, constant('i64', m)), constant('i64', p)))
  const short = shortFactor(d)
  if (short) return b.cast('trunc', 'i32', b.bin('lshr', b.bin('mul', wide, constant('i64', short.m)), constant('i64', short.p)))
  // m is 2^32 + rest: x * m / 2^32 is x + x * rest / 2^32, halved on the way so that it fits.
  const high = b.bin('lshr', b.bin('mul', wide, constant('i64', m - (1n << 32n))), constant('i64', 32))
  const sum = b.bin('add', b.bin('lshr', b.bin('sub', wide, high), constant('i64', 1)), high)
  return b.cast('trunc', 'i32', b.bin('lshr', sum, constant('i64', p - 33)))
}

/** A factor of 32 bits that is right for all x below 2^32, where there is one: 2^p / d, rounded up by at most 2^(p - 32) / d. */
function shortFactor(d: bigint): { readonly m: bigint; readonly p: number } | undefined {
  for (let p = 32; p < 32 + ceilLog2(d); p++) {
    const m = ((1n << BigInt(p)) + d - 1n) / d
    if (m < 1n << 32n && m * d - (1n << BigInt(p)) <= 1n << BigInt(p - 32)) return { m, p }
  }
  return undefined
}

const log2 = (x: bigint): number => x.toString(2).length - 1
const ceilLog2 = (x: bigint): number => (x - 1n).toString(2).length

interface Maker {
  readonly bin: (op: BinOp, left: Value, right: Value) => Value
  readonly cast: (op: 'zext' | 'sext' | 'trunc', type: Type, v: Value) => Value
}

function maker(fn: Func, near: Instr, out: Instr[]): Maker {
  const put = (draft: Draft): Instr => {
    const made: Instr = { ...draft, id: fn.nextId++, ...(near.at && { at: near.at }) }
    out.push(made)
    return made
  }
  return {
    bin: (op, left, right) => put({ kind: 'bin', op, type: left.type, args: [left, right] }),
    cast: (op, type, v) => put({ kind: 'cast', op, type, args: [v] }),
  }
}
