// For tests: registers from the text that the log prints, membership of concrete numbers, numbers as BigInt. The text says all about a number,
// since only what is at its extreme is left out.
import { hi32, lo32, s64, u64 } from '../../base/index.ts'
import {
  BPF_ADD,
  BPF_AND,
  BPF_ARSH,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JNE,
  BPF_JSET,
  BPF_JSGE,
  BPF_JSGT,
  BPF_JSLE,
  BPF_JSLT,
  BPF_LSH,
  BPF_MUL,
  BPF_NEG,
  BPF_OR,
  BPF_RSH,
  BPF_SUB,
  BPF_XOR,
} from '../../isa/index.ts'
import { markRegKnown, markRegUnknown } from './bounds.ts'
import {
  MASK_HI,
  MASK_LO,
  REG_WORDS,
  S32MAX,
  S32MIN,
  SMAX_HI,
  SMIN_HI,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMIN_HI,
  VALUE_HI,
  VALUE_LO,
} from './layout.ts'

const BOUNDS: Readonly<Record<string, readonly [number, 32 | 64]>> = {
  smin: [SMIN_HI, 64],
  smax: [SMAX_HI, 64],
  umin: [UMIN_HI, 64],
  umax: [UMAX_HI, 64],
  smin32: [S32MIN, 32],
  smax32: [S32MAX, 32],
  umin32: [U32MIN, 32],
  umax32: [U32MAX, 32],
}

/** Offset of the i-th register of an array made of registers only. */
export const nth = (i: number): number => i * REG_WORDS

/** "scalar(smin=smin32=0,...,var_off=(0x0; 0xff))" or a number. */
export function readScalar(s: Int32Array, r: number, text: string): void {
  markRegUnknown(s, r)
  if (!text.startsWith('scalar')) {
    const n = BigInt(text)
    markRegKnown(s, r, hi32(n), lo32(n))
    return
  }
  const tnum = /var_off=\((0x[0-9a-f]+); (0x[0-9a-f]+)\)/.exec(text)
  if (tnum) {
    const value = BigInt(tnum[1]!)
    const mask = BigInt(tnum[2]!)
    s[r + VALUE_HI] = hi32(value)
    s[r + VALUE_LO] = lo32(value)
    s[r + MASK_HI] = hi32(mask)
    s[r + MASK_LO] = lo32(mask)
  }
  for (const [, names, number] of text.matchAll(/((?:[su](?:min|max)(?:32)?=)+)(-?[0-9a-fx]+)/g)) {
    const n = BigInt(number!)
    for (const name of names!.split('=').slice(0, -1)) {
      const [at, bits] = BOUNDS[name]!
      if (bits === 64) {
        s[r + at] = hi32(n)
        s[r + at + 1] = lo32(n)
      } else s[r + at] = lo32(n)
    }
  }
}

/** The first view of the register that the number is not in; undefined where it is in all. */
export function notIn(s: Int32Array, r: number, x: bigint): string | undefined {
  const signed = BigInt.asIntN(64, x)
  const unsigned = BigInt.asUintN(64, x)
  const s32 = Number(BigInt.asIntN(32, x))
  const u32 = Number(BigInt.asUintN(32, x))
  const at = (w: number): bigint => u64(s[r + w]!, s[r + w + 1]!)
  const sat = (w: number): bigint => s64(s[r + w]!, s[r + w + 1]!)
  if ((unsigned & ~at(MASK_HI)) !== at(VALUE_HI)) return 'tnum'
  if (unsigned < at(UMIN_HI) || unsigned > at(UMAX_HI)) return 'u64'
  if (signed < sat(SMIN_HI) || signed > sat(SMAX_HI)) return 's64'
  if (u32 < s[r + U32MIN]! >>> 0 || u32 > s[r + U32MAX]! >>> 0) return 'u32'
  if (s32 < s[r + S32MIN]! || s32 > s[r + S32MAX]!) return 's32'
  return undefined
}

/** Numbers that look random and are the same on every machine (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

// ---- the same on concrete numbers ----

/** Comparisons of conditional jumps. */
export const COMPARE = [BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JEQ, BPF_JNE, BPF_JSET] as const

/** Whether `if (a op b)` is taken. */
export function holds(op: number, a: bigint, b: bigint, j32: boolean): boolean {
  const bits = j32 ? 32 : 64
  const ua = BigInt.asUintN(bits, a)
  const ub = BigInt.asUintN(bits, b)
  const sa = BigInt.asIntN(bits, a)
  const sb = BigInt.asIntN(bits, b)
  switch (op) {
    case BPF_JGT:
      return ua > ub
    case BPF_JGE:
      return ua >= ub
    case BPF_JLT:
      return ua < ub
    case BPF_JLE:
      return ua <= ub
    case BPF_JSGT:
      return sa > sb
    case BPF_JSGE:
      return sa >= sb
    case BPF_JSLT:
      return sa < sb
    case BPF_JSLE:
      return sa <= sb
    case BPF_JEQ:
      return ua === ub
    case BPF_JNE:
      return ua !== ub
    default:
      return (ua & ub) !== 0n
  }
}

export const ALU_OPS = [BPF_ADD, BPF_SUB, BPF_MUL, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH, BPF_ARSH, BPF_NEG] as const

/** What `a op b` is on concrete numbers. */
export function concrete(op: number, a: bigint, b: bigint, alu32: boolean): bigint {
  const bits = alu32 ? 32 : 64
  const x = BigInt.asUintN(bits, a)
  const n = BigInt.asUintN(alu32 ? 5 : 6, b)
  const result = (): bigint => {
    switch (op) {
      case BPF_ADD:
        return a + b
      case BPF_SUB:
        return a - b
      case BPF_MUL:
        return a * b
      case BPF_AND:
        return a & b
      case BPF_OR:
        return a | b
      case BPF_XOR:
        return a ^ b
      case BPF_LSH:
        return a << n
      case BPF_RSH:
        return x >> n
      case BPF_ARSH:
        return BigInt.asIntN(bits, a) >> n
      default:
        return -a
    }
  }
  return BigInt.asUintN(bits, result())
}
