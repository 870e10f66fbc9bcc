// Arithmetic on abstract numbers: dst = dst op src, 64 or 32 bits wide, in all five views of bounds.ts.
//
// Two classes of operations. Those whose low half depends on low halves alone (add, sub, mul, and, or, xor, neg) carry the 64- and the 32-bit
// intervals through separately. Shifts move bits across the middle, so the interval of the other width is dropped and found again from the tnum.
// Division, remainder and shifts by what is not one constant within the width give an unknown number.
// In: two scalar registers (src may be dst). Out: dst; kind, ids and offsets are the caller's except where the result is unknown.
// Linux 6.18: adjust_scalar_min_max_vals(), is_safe_to_compute_dst_reg_range(), scalar{,32}_min_max_*(), scalar_byte_swap().
import { BPF_ADD, BPF_AND, BPF_ARSH, BPF_LSH, BPF_MUL, BPF_NEG, BPF_OR, BPF_RSH, BPF_SUB, BPF_XOR } from '../../isa/index.ts'
import {
  boundsSync,
  markReg32Known,
  markReg32Unbounded,
  markReg64Unbounded,
  markRegKnown,
  markRegUnbounded,
  markRegUnknown,
  setKnown,
  updateReg32Bounds,
  updateRegBounds,
} from './bounds.ts'
import { coerceRegToSize, zext32To64 } from './coerce.ts'
import {
  copyReg,
  ID,
  MASK_HI,
  MASK_LO,
  REG_WORDS,
  S32MAX,
  S32MIN,
  SMAX_HI,
  SMAX_LO,
  SMIN_HI,
  SMIN_LO,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMAX_LO,
  UMIN_HI,
  UMIN_LO,
  VALUE_HI,
  VALUE_LO,
} from './layout.ts'
import {
  arsh64,
  lsh64,
  rsh64,
  tnumAdd,
  tnumAnd,
  tnumArshift,
  tnumBswap,
  tnumIsConst,
  tnumLshift,
  tnumMul,
  tnumNeg,
  tnumOr,
  tnumRshift,
  tnumSub,
  tnumSubreg,
  tnumSubregIsConst,
  tnumXor,
} from './tnum.ts'
import {
  add64,
  lowerU32,
  lowerU64,
  mulHi32,
  mulS64,
  mulU64,
  raiseU32,
  raiseU64,
  S32_MAX,
  SIGN,
  set64,
  slt,
  sub64,
  ult,
  ult32,
} from './wide.ts'

const operand = new Int32Array(REG_WORDS)

/** dst = dst op src; `op` is the BPF_OP of the opcode, `alu32` its class BPF_ALU. Of BPF_NEG the source is ignored. */
export function scalarAlu(s: Int32Array, dst: number, t: Int32Array, src: number, op: number, alu32: boolean): void {
  if (!isComputable(t, src, op, alu32)) {
    markRegUnknown(s, dst)
    return
  }
  if (tnumIsConst(s, dst + VALUE_HI) && (op === BPF_NEG || tnumIsConst(t, src + VALUE_HI))) {
    constAlu(s, dst, t, src, op, alu32)
    return
  }
  let from = t
  let at = src
  if (s === t && dst === src && op !== BPF_NEG) {
    copyReg(operand, 0, t, src)
    from = operand
    at = 0
  }
  switch (op) {
    case BPF_ADD:
      scalarAdd(s, dst, from, at)
      break
    case BPF_SUB:
      scalarSub(s, dst, from, at)
      break
    case BPF_NEG:
      copyReg(operand, 0, s, dst)
      markRegKnown(s, dst, 0, 0)
      sub32(s, dst, operand, 0)
      sub64Range(s, dst, operand, 0)
      tnumNeg(operand, VALUE_HI)
      copyTnum(s, dst, operand, 0)
      break
    case BPF_MUL:
      tnumMul(s, dst + VALUE_HI, from, at + VALUE_HI)
      mul32(s, dst, from, at)
      mul64(s, dst, from, at)
      break
    case BPF_AND:
      tnumAnd(s, dst + VALUE_HI, from, at + VALUE_HI)
      and32(s, dst, from, at)
      and64(s, dst, from, at)
      break
    case BPF_OR:
      tnumOr(s, dst + VALUE_HI, from, at + VALUE_HI)
      or32(s, dst, from, at)
      or64(s, dst, from, at)
      break
    case BPF_XOR:
      tnumXor(s, dst + VALUE_HI, from, at + VALUE_HI)
      xor32(s, dst, from, at)
      xor64(s, dst, from, at)
      break
    case BPF_LSH:
      if (alu32) lsh32(s, dst, from[at + U32MIN]!)
      else lsh(s, dst, from[at + UMIN_LO]!)
      break
    case BPF_RSH:
      if (alu32) rsh32(s, dst, from[at + U32MIN]!)
      else rsh(s, dst, from[at + UMIN_LO]!)
      break
    case BPF_ARSH:
      if (alu32) arsh32(s, dst, from[at + U32MIN]!)
      else arsh(s, dst, from[at + UMIN_LO]!)
      break
    default:
      break
  }
  if (alu32) {
    // 64 bits wide, boundsSync begins with this.
    if (op === BPF_AND || op === BPF_OR || op === BPF_XOR) updateRegBounds(s, dst)
    zext32To64(s, dst)
  }
  boundsSync(s, dst)
}

/**
 * Whether `dst op constant` is walked once for each sign: dst is 0 or -1, as an arithmetic shift by all bits leaves it, and op is AND or OR.
 * 64 or 32 says in which width that is known, 0 that it is not so. Linux: maybe_fork_scalars().
 */
export function forkWidth(s: Int32Array, dst: number, t: Int32Array, src: number, op: number): 0 | 32 | 64 {
  if ((op !== BPF_AND && op !== BPF_OR) || !tnumIsConst(t, src + VALUE_HI)) return 0
  if ((s[dst + SMIN_HI]! & s[dst + SMIN_LO]!) === -1 && (s[dst + SMAX_HI]! | s[dst + SMAX_LO]!) === 0) return 64
  return s[dst + S32MIN] === -1 && s[dst + S32MAX] === 0 ? 32 : 0
}
/** Makes dst 0 or -1 in the width that forkWidth said. */
export function setForked(s: Int32Array, dst: number, width: 32 | 64, value: 0 | -1): void {
  if (width === 64) markRegKnown(s, dst, value, value)
  else markReg32Known(s, dst, value)
}

/** Byte swap or truncation: BPF_END. `swap` is false for "to little endian", which only truncates here; `bits` is 16, 32 or 64. */
export function scalarEnd(s: Int32Array, dst: number, swap: boolean, bits: number): void {
  if (swap || bits < 64) s[dst + ID] = 0
  if (swap) {
    tnumBswap(s, dst + VALUE_HI, bits / 8)
    markRegUnbounded(s, dst)
  }
  if (bits < 64) coerceRegToSize(s, dst, bits / 8)
  boundsSync(s, dst)
}

const result = new Int32Array(2)

/** Both operands are known, so the result is: all views close in on the tnum's number. */
function constAlu(s: Int32Array, dst: number, t: Int32Array, src: number, op: number, alu32: boolean): void {
  const hi = s[dst + VALUE_HI]!
  const lo = s[dst + VALUE_LO]!
  const bHi = t[src + VALUE_HI]!
  const bLo = t[src + VALUE_LO]!
  set64(result, 0, hi, lo)
  switch (op) {
    case BPF_ADD:
      add64(result, 0, bHi, bLo)
      break
    case BPF_SUB:
      sub64(result, 0, bHi, bLo)
      break
    case BPF_MUL:
      mulU64(result, 0, hi, lo, bHi, bLo)
      break
    case BPF_NEG:
      set64(result, 0, 0, 0)
      sub64(result, 0, hi, lo)
      break
    case BPF_AND:
      set64(result, 0, hi & bHi, lo & bLo)
      break
    case BPF_OR:
      set64(result, 0, hi | bHi, lo | bLo)
      break
    case BPF_XOR:
      set64(result, 0, hi ^ bHi, lo ^ bLo)
      break
    case BPF_LSH:
      lsh64(result, 0, bLo)
      break
    case BPF_RSH:
      if (alu32) result[1] = lo >>> bLo
      else rsh64(result, 0, bLo)
      break
    default:
      if (alu32) result[1] = lo >> bLo
      else arsh64(result, 0, bLo)
      break
  }
  // Bitwise operations and negation make a fresh constant, the others leave ids and offset to the caller.
  if (op === BPF_AND || op === BPF_OR || op === BPF_XOR || op === BPF_NEG) markRegKnown(s, dst, alu32 ? 0 : result[0]!, result[1]!)
  else setKnown(s, dst, alu32 ? 0 : result[0]!, result[1]!)
}

function isComputable(t: Int32Array, src: number, op: number, alu32: boolean): boolean {
  switch (op) {
    case BPF_ADD:
    case BPF_SUB:
    case BPF_NEG:
    case BPF_AND:
    case BPF_XOR:
    case BPF_OR:
    case BPF_MUL:
      return true
    case BPF_LSH:
    case BPF_RSH:
    case BPF_ARSH: {
      const isConst = alu32 ? isConst32(t, src) : isConst64(t, src)
      return isConst && ult(t[src + UMAX_HI]!, t[src + UMAX_LO]!, 0, alu32 ? 32 : 64)
    }
    default:
      return false
  }
}
const isConst32 = (t: Int32Array, r: number): boolean =>
  tnumSubregIsConst(t, r + VALUE_HI) && t[r + S32MIN] === t[r + S32MAX] && t[r + U32MIN] === t[r + U32MAX]
const isConst64 = (t: Int32Array, r: number): boolean =>
  tnumIsConst(t, r + VALUE_HI) &&
  t[r + SMIN_HI] === t[r + SMAX_HI] &&
  t[r + SMIN_LO] === t[r + SMAX_LO] &&
  t[r + UMIN_HI] === t[r + UMAX_HI] &&
  t[r + UMIN_LO] === t[r + UMAX_LO]

// ---- add, sub ----

/** All three views of dst += src, not synchronised. */
export function scalarAdd(s: Int32Array, dst: number, t: Int32Array, src: number): void {
  add32(s, dst, t, src)
  add64Range(s, dst, t, src)
  tnumAdd(s, dst + VALUE_HI, t, src + VALUE_HI)
}
/** All three views of dst -= src, not synchronised. */
export function scalarSub(s: Int32Array, dst: number, t: Int32Array, src: number): void {
  sub32(s, dst, t, src)
  sub64Range(s, dst, t, src)
  tnumSub(s, dst + VALUE_HI, t, src + VALUE_HI)
}

/** Whether a + b = sum, or a - b = difference, went past the ends of the signed range, by the (high) words. */
const addOverflows = (a: number, b: number, sum: number): boolean => ((a ^ sum) & (b ^ sum)) < 0
const subOverflows = (a: number, b: number, difference: number): boolean => ((a ^ b) & (a ^ difference)) < 0

// Unsigned ends may wrap if both do; signed ends may not wrap at all.
function add32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const bSmin = t[b + S32MIN]!
  const bSmax = t[b + S32MAX]!
  const smin = (s[d + S32MIN]! + bSmin) | 0
  const smax = (s[d + S32MAX]! + bSmax) | 0
  setS32(s, d, smin, smax, addOverflows(s[d + S32MIN]!, bSmin, smin) || addOverflows(s[d + S32MAX]!, bSmax, smax))
  const bUmin = t[b + U32MIN]!
  const bUmax = t[b + U32MAX]!
  const umin = (s[d + U32MIN]! + bUmin) | 0
  const umax = (s[d + U32MAX]! + bUmax) | 0
  setU32(s, d, umin, umax, !ult32(umin, bUmin) && ult32(umax, bUmax))
}
function sub32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const bSmin = t[b + S32MIN]!
  const bSmax = t[b + S32MAX]!
  const smin = (s[d + S32MIN]! - bSmax) | 0
  const smax = (s[d + S32MAX]! - bSmin) | 0
  setS32(s, d, smin, smax, subOverflows(s[d + S32MIN]!, bSmax, smin) || subOverflows(s[d + S32MAX]!, bSmin, smax))
  const bUmin = t[b + U32MIN]!
  const bUmax = t[b + U32MAX]!
  const minBorrows = ult32(s[d + U32MIN]!, bUmax)
  const maxBorrows = ult32(s[d + U32MAX]!, bUmin)
  setU32(s, d, s[d + U32MIN]! - bUmax, s[d + U32MAX]! - bUmin, minBorrows && !maxBorrows)
}
function setS32(s: Int32Array, d: number, min: number, max: number, unbounded: boolean): void {
  s[d + S32MIN] = unbounded ? SIGN : min
  s[d + S32MAX] = unbounded ? S32_MAX : max
}
function setU32(s: Int32Array, d: number, min: number, max: number, unbounded: boolean): void {
  s[d + U32MIN] = unbounded ? 0 : min
  s[d + U32MAX] = unbounded ? -1 : max
}

function add64Range(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const minHi = s[d + SMIN_HI]!
  const maxHi = s[d + SMAX_HI]!
  add64(s, d + SMIN_HI, t[b + SMIN_HI]!, t[b + SMIN_LO]!)
  add64(s, d + SMAX_HI, t[b + SMAX_HI]!, t[b + SMAX_LO]!)
  if (addOverflows(minHi, t[b + SMIN_HI]!, s[d + SMIN_HI]!) || addOverflows(maxHi, t[b + SMAX_HI]!, s[d + SMAX_HI]!)) unboundS64(s, d)
  const minCarry = add64(s, d + UMIN_HI, t[b + UMIN_HI]!, t[b + UMIN_LO]!)
  const maxCarry = add64(s, d + UMAX_HI, t[b + UMAX_HI]!, t[b + UMAX_LO]!)
  if (maxCarry > minCarry) unboundU64(s, d)
}
function sub64Range(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const minHi = s[d + SMIN_HI]!
  const maxHi = s[d + SMAX_HI]!
  sub64(s, d + SMIN_HI, t[b + SMAX_HI]!, t[b + SMAX_LO]!)
  sub64(s, d + SMAX_HI, t[b + SMIN_HI]!, t[b + SMIN_LO]!)
  if (subOverflows(minHi, t[b + SMAX_HI]!, s[d + SMIN_HI]!) || subOverflows(maxHi, t[b + SMIN_HI]!, s[d + SMAX_HI]!)) unboundS64(s, d)
  const minBorrow = sub64(s, d + UMIN_HI, t[b + UMAX_HI]!, t[b + UMAX_LO]!)
  const maxBorrow = sub64(s, d + UMAX_HI, t[b + UMIN_HI]!, t[b + UMIN_LO]!)
  if (minBorrow > maxBorrow) unboundU64(s, d)
}
function unboundS64(s: Int32Array, d: number): void {
  set64(s, d + SMIN_HI, SIGN, 0)
  set64(s, d + SMAX_HI, S32_MAX, -1)
}
function unboundU64(s: Int32Array, d: number): void {
  set64(s, d + UMIN_HI, 0, 0)
  set64(s, d + UMAX_HI, -1, -1)
}

// ---- mul ----

function mul32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const umin = Math.imul(s[d + U32MIN]!, t[b + U32MIN]!)
  const umax = Math.imul(s[d + U32MAX]!, t[b + U32MAX]!)
  const over = mulHi32(s[d + U32MAX]!, t[b + U32MAX]!) !== 0 || mulHi32(s[d + U32MIN]!, t[b + U32MIN]!) !== 0
  setU32(s, d, umin, umax, over)
  // Exact where a product fits in s32, and far from it where rounded.
  const p0 = s[d + S32MIN]! * t[b + S32MIN]!
  const p1 = s[d + S32MIN]! * t[b + S32MAX]!
  const p2 = s[d + S32MAX]! * t[b + S32MIN]!
  const p3 = s[d + S32MAX]! * t[b + S32MAX]!
  const min = Math.min(p0, p1, p2, p3)
  const max = Math.max(p0, p1, p2, p3)
  setS32(s, d, min, max, min < SIGN || max > S32_MAX)
}

const product = new Int32Array(2)
const smallest = new Int32Array(2)
const largest = new Int32Array(2)

function mul64(s: Int32Array, d: number, t: Int32Array, b: number): void {
  const over =
    mulU64(s, d + UMAX_HI, s[d + UMAX_HI]!, s[d + UMAX_LO]!, t[b + UMAX_HI]!, t[b + UMAX_LO]!) ||
    mulU64(s, d + UMIN_HI, s[d + UMIN_HI]!, s[d + UMIN_LO]!, t[b + UMIN_HI]!, t[b + UMIN_LO]!)
  if (over) unboundU64(s, d)
  set64(smallest, 0, S32_MAX, -1)
  set64(largest, 0, SIGN, 0)
  for (let i = 0; i < 4; i++) {
    const x = d + (i < 2 ? SMIN_HI : SMAX_HI)
    const y = b + ((i & 1) === 0 ? SMIN_HI : SMAX_HI)
    if (mulS64(product, 0, s[x]!, s[x + 1]!, t[y]!, t[y + 1]!)) {
      unboundS64(s, d)
      return
    }
    if (slt(product[0]!, product[1]!, smallest[0]!, smallest[1]!)) set64(smallest, 0, product[0]!, product[1]!)
    if (slt(largest[0]!, largest[1]!, product[0]!, product[1]!)) set64(largest, 0, product[0]!, product[1]!)
  }
  set64(s, d + SMIN_HI, smallest[0]!, smallest[1]!)
  set64(s, d + SMAX_HI, largest[0]!, largest[1]!)
}

// ---- and, or, xor: the tnum of dst is the result's already ----

// Where the unsigned interval does not cross the sign boundary it is the signed one too.
function signedFromU32(s: Int32Array, d: number): void {
  const min = s[d + U32MIN]!
  const max = s[d + U32MAX]!
  setS32(s, d, min, max, min > max)
}
function signedFromU64(s: Int32Array, d: number): void {
  const hi = s[d + UMIN_HI]!
  const lo = s[d + UMIN_LO]!
  if (slt(s[d + UMAX_HI]!, s[d + UMAX_LO]!, hi, lo)) unboundS64(s, d)
  else {
    set64(s, d + SMIN_HI, hi, lo)
    set64(s, d + SMAX_HI, s[d + UMAX_HI]!, s[d + UMAX_LO]!)
  }
}

/** With both low halves known the result's is the tnum's; answers whether that was so. */
function known32(s: Int32Array, d: number, t: Int32Array, b: number): boolean {
  if (s[d + MASK_LO] !== 0 || t[b + MASK_LO] !== 0) return false
  markReg32Known(s, d, s[d + VALUE_LO]!)
  return true
}
function known64(s: Int32Array, d: number, t: Int32Array, b: number): boolean {
  if (!tnumIsConst(s, d + VALUE_HI) || !tnumIsConst(t, b + VALUE_HI)) return false
  markRegKnown(s, d, s[d + VALUE_HI]!, s[d + VALUE_LO]!)
  return true
}

function and32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known32(s, d, t, b)) return
  s[d + U32MIN] = s[d + VALUE_LO]!
  lowerU32(s, d + U32MAX, t[b + U32MAX]!)
  signedFromU32(s, d)
}
function and64(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known64(s, d, t, b)) return
  set64(s, d + UMIN_HI, s[d + VALUE_HI]!, s[d + VALUE_LO]!)
  lowerU64(s, d + UMAX_HI, t[b + UMAX_HI]!, t[b + UMAX_LO]!)
  signedFromU64(s, d)
}
function or32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known32(s, d, t, b)) return
  raiseU32(s, d + U32MIN, t[b + U32MIN]!)
  s[d + U32MAX] = s[d + VALUE_LO]! | s[d + MASK_LO]!
  signedFromU32(s, d)
}
function or64(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known64(s, d, t, b)) return
  raiseU64(s, d + UMIN_HI, t[b + UMIN_HI]!, t[b + UMIN_LO]!)
  set64(s, d + UMAX_HI, s[d + VALUE_HI]! | s[d + MASK_HI]!, s[d + VALUE_LO]! | s[d + MASK_LO]!)
  signedFromU64(s, d)
}
function xor32(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known32(s, d, t, b)) return
  s[d + U32MIN] = s[d + VALUE_LO]!
  s[d + U32MAX] = s[d + VALUE_LO]! | s[d + MASK_LO]!
  signedFromU32(s, d)
}
function xor64(s: Int32Array, d: number, t: Int32Array, b: number): void {
  if (known64(s, d, t, b)) return
  set64(s, d + UMIN_HI, s[d + VALUE_HI]!, s[d + VALUE_LO]!)
  set64(s, d + UMAX_HI, s[d + VALUE_HI]! | s[d + MASK_HI]!, s[d + VALUE_LO]! | s[d + MASK_LO]!)
  signedFromU64(s, d)
}
// ---- shifts by a constant n ----

/** 2^bits as a pair, or beyond every number where bits is negative. */
const fitsBelow = (s: Int32Array, max: number, bits: number): boolean =>
  bits >= 32 ? !ult(1 << (bits - 32), 0, s[max]!, s[max + 1]!) : !ult(0, 1 << bits, s[max]!, s[max + 1]!)

function shiftU32Left(s: Int32Array, d: number, n: number): void {
  s[d + S32MIN] = SIGN
  s[d + S32MAX] = S32_MAX
  if (n > 31 || s[d + U32MAX]! >>> 0 > (1 << (31 - n)) >>> 0) setU32(s, d, 0, -1, true)
  else setU32(s, d, s[d + U32MIN]! << n, s[d + U32MAX]! << n, false)
}
function lsh32(s: Int32Array, d: number, n: number): void {
  shiftU32Left(s, d, n)
  tnumSubreg(s, d + VALUE_HI)
  tnumLshift(s, d + VALUE_HI, n)
  tnumSubreg(s, d + VALUE_HI)
  markReg64Unbounded(s, d)
  updateReg32Bounds(s, d)
}
function lsh(s: Int32Array, d: number, n: number): void {
  if (n === 32) {
    // How compilers sign-extend: << 32, s>> 32.
    set64(s, d + SMIN_HI, s[d + S32MIN]!, 0)
    set64(s, d + SMAX_HI, s[d + S32MAX]!, 0)
  } else unboundS64(s, d)
  if (!fitsBelow(s, d + UMAX_HI, 63 - n)) unboundU64(s, d)
  else {
    lsh64(s, d + UMIN_HI, n)
    lsh64(s, d + UMAX_HI, n)
  }
  shiftU32Left(s, d, n)
  tnumLshift(s, d + VALUE_HI, n)
}
function rsh32(s: Int32Array, d: number, n: number): void {
  s[d + S32MIN] = SIGN
  s[d + S32MAX] = S32_MAX
  tnumSubreg(s, d + VALUE_HI)
  tnumRshift(s, d + VALUE_HI, n)
  setU32(s, d, s[d + U32MIN]! >>> n, s[d + U32MAX]! >>> n, false)
  markReg64Unbounded(s, d)
  updateReg32Bounds(s, d)
}
function rsh(s: Int32Array, d: number, n: number): void {
  unboundS64(s, d)
  tnumRshift(s, d + VALUE_HI, n)
  rsh64(s, d + UMIN_HI, n)
  rsh64(s, d + UMAX_HI, n)
  markReg32Unbounded(s, d)
}
function arsh32(s: Int32Array, d: number, n: number): void {
  setS32(s, d, s[d + S32MIN]! >> n, s[d + S32MAX]! >> n, false)
  tnumArshift(s, d + VALUE_HI, n, 32)
  setU32(s, d, 0, -1, true)
  markReg64Unbounded(s, d)
  updateReg32Bounds(s, d)
}
function arsh(s: Int32Array, d: number, n: number): void {
  arsh64(s, d + SMIN_HI, n)
  arsh64(s, d + SMAX_HI, n)
  tnumArshift(s, d + VALUE_HI, n, 64)
  unboundU64(s, d)
  markReg32Unbounded(s, d)
}

function copyTnum(s: Int32Array, d: number, t: Int32Array, b: number): void {
  for (let i = VALUE_HI; i <= MASK_LO; i++) s[d + i] = t[b + i]!
}
