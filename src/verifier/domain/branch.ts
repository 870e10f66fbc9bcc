// Conditional jumps on two scalars: which way one goes for sure, and what each way teaches about both operands.
// A constant operand is a scalar register too (markRegConst in scratch words). Each operand is an array and an offset, since the two ways live in
// different states. Which way: 1 taken, 0 not taken, -1 either. Pointers are the caller's business.
// Linux 6.18: is_scalar_branch_taken(), flip_opcode(), rev_opcode(), regs_refine_cond_op(), reg_set_min_max().
import { BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JLE, BPF_JLT, BPF_JNE, BPF_JSET, BPF_JSGE, BPF_JSGT, BPF_JSLE, BPF_JSLT } from '../../isa/index.ts'
import { boundsSync, isRegConst, markRegUnbounded } from './bounds.ts'
import {
  MASK_HI,
  MASK_LO,
  S32MAX,
  S32MIN,
  SCALAR_VALUE,
  SMAX_HI,
  SMAX_LO,
  SMIN_HI,
  SMIN_LO,
  TYPE,
  U32MAX,
  U32MIN,
  UMAX_HI,
  UMAX_LO,
  UMIN_HI,
  UMIN_LO,
  VALUE_HI,
  VALUE_LO,
} from './layout.ts'
import { tnumIntersect, tnumIsConst, tnumOverlap, tnumSubregIsConst } from './tnum.ts'
import { add64, lowerS32, lowerS64, lowerU32, lowerU64, raiseS32, raiseS64, raiseU32, raiseU64, slt, sub64, ult, ult32 } from './wide.ts'

/** "Not (a & b)": the way not taken of BPF_JSET, for which there is no opcode. */
const JSET_REVERSED = BPF_JSET | 0x08

/** a op b  ==  b flip(op) a */
export function flipOpcode(op: number): number {
  switch (op) {
    case BPF_JGE:
      return BPF_JLE
    case BPF_JGT:
      return BPF_JLT
    case BPF_JLE:
      return BPF_JGE
    case BPF_JLT:
      return BPF_JGT
    case BPF_JSGE:
      return BPF_JSLE
    case BPF_JSGT:
      return BPF_JSLT
    case BPF_JSLE:
      return BPF_JSGE
    case BPF_JSLT:
      return BPF_JSGT
    default:
      return op
  }
}

/** not (a op b)  ==  a rev(op) b */
function revOpcode(op: number): number {
  switch (op) {
    case BPF_JEQ:
      return BPF_JNE
    case BPF_JNE:
      return BPF_JEQ
    case BPF_JSET:
      return JSET_REVERSED
    case BPF_JGE:
      return BPF_JLT
    case BPF_JGT:
      return BPF_JLE
    case BPF_JLE:
      return BPF_JGT
    case BPF_JLT:
      return BPF_JGE
    case BPF_JSGE:
      return BPF_JSLT
    case BPF_JSGT:
      return BPF_JSLE
    case BPF_JSLE:
      return BPF_JSGT
    case BPF_JSLT:
      return BPF_JSGE
    default:
      return 0
  }
}

// ---- which way ----

const u64Less = (a: Int32Array, x: number, b: Int32Array, y: number): boolean => ult(a[x]!, a[x + 1]!, b[y]!, b[y + 1]!)
const s64Less = (a: Int32Array, x: number, b: Int32Array, y: number): boolean => slt(a[x]!, a[x + 1]!, b[y]!, b[y + 1]!)

// Always / never a < b for the four views.
const allULess = (a: Int32Array, x: number, b: Int32Array, y: number, j32: boolean): boolean =>
  j32 ? ult32(a[x + U32MAX]!, b[y + U32MIN]!) : u64Less(a, x + UMAX_HI, b, y + UMIN_HI)
const someULess = (a: Int32Array, x: number, b: Int32Array, y: number, j32: boolean): boolean =>
  j32 ? ult32(a[x + U32MIN]!, b[y + U32MAX]!) : u64Less(a, x + UMIN_HI, b, y + UMAX_HI)
const allSLess = (a: Int32Array, x: number, b: Int32Array, y: number, j32: boolean): boolean =>
  j32 ? a[x + S32MAX]! < b[y + S32MIN]! : s64Less(a, x + SMAX_HI, b, y + SMIN_HI)
const someSLess = (a: Int32Array, x: number, b: Int32Array, y: number, j32: boolean): boolean =>
  j32 ? a[x + S32MIN]! < b[y + S32MAX]! : s64Less(a, x + SMIN_HI, b, y + SMAX_HI)

/** Whether `if (r1 op r2)` is taken; both are scalars. */
export function isScalarBranchTaken(a: Int32Array, r1: number, b: Int32Array, r2: number, op: number, j32: boolean): number {
  switch (op) {
    case BPF_JEQ:
      return equality(a, r1, b, r2, j32)
    case BPF_JNE: {
      const equal = equality(a, r1, b, r2, j32)
      return equal < 0 ? -1 : 1 - equal
    }
    case BPF_JSET:
      if (isRegConst(b, r2, j32)) return bitsSet(a, r1, b, r2, j32)
      return isRegConst(a, r1, j32) ? bitsSet(b, r2, a, r1, j32) : -1
    case BPF_JLT:
      return allULess(a, r1, b, r2, j32) ? 1 : someULess(a, r1, b, r2, j32) ? -1 : 0
    case BPF_JGT:
      return allULess(b, r2, a, r1, j32) ? 1 : someULess(b, r2, a, r1, j32) ? -1 : 0
    case BPF_JGE:
      return allULess(a, r1, b, r2, j32) ? 0 : someULess(a, r1, b, r2, j32) ? -1 : 1
    case BPF_JLE:
      return allULess(b, r2, a, r1, j32) ? 0 : someULess(b, r2, a, r1, j32) ? -1 : 1
    case BPF_JSLT:
      return allSLess(a, r1, b, r2, j32) ? 1 : someSLess(a, r1, b, r2, j32) ? -1 : 0
    case BPF_JSGT:
      return allSLess(b, r2, a, r1, j32) ? 1 : someSLess(b, r2, a, r1, j32) ? -1 : 0
    case BPF_JSGE:
      return allSLess(a, r1, b, r2, j32) ? 0 : someSLess(a, r1, b, r2, j32) ? -1 : 1
    case BPF_JSLE:
      return allSLess(b, r2, a, r1, j32) ? 0 : someSLess(b, r2, a, r1, j32) ? -1 : 1
    default:
      return -1
  }
}

function equality(a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): number {
  if (j32) {
    if (tnumSubregIsConst(a, r1 + VALUE_HI) && tnumSubregIsConst(b, r2 + VALUE_HI)) return a[r1 + VALUE_LO] === b[r2 + VALUE_LO] ? 1 : 0
    if (((a[r1 + VALUE_LO]! ^ b[r2 + VALUE_LO]!) & ~a[r1 + MASK_LO]! & ~b[r2 + MASK_LO]!) !== 0) return 0
  } else {
    if (tnumIsConst(a, r1 + VALUE_HI) && tnumIsConst(b, r2 + VALUE_HI))
      return a[r1 + VALUE_HI] === b[r2 + VALUE_HI] && a[r1 + VALUE_LO] === b[r2 + VALUE_LO] ? 1 : 0
    if (!tnumOverlap(a, r1 + VALUE_HI, b, r2 + VALUE_HI)) return 0
    if (disjoint(a, r1, b, r2, false)) return 0
  }
  return disjoint(a, r1, b, r2, true) ? 0 : -1
}
const disjoint = (a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): boolean =>
  allULess(b, r2, a, r1, j32) || allULess(a, r1, b, r2, j32) || allSLess(b, r2, a, r1, j32) || allSLess(a, r1, b, r2, j32)

/** a & constant b: a known 1 decides for, all known 0 against. */
function bitsSet(a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): number {
  const lo = b[r2 + VALUE_LO]!
  const hi = j32 ? 0 : b[r2 + VALUE_HI]!
  const vh = a[r1 + VALUE_HI]!
  const vl = a[r1 + VALUE_LO]!
  const mh = a[r1 + MASK_HI]!
  const ml = a[r1 + MASK_LO]!
  if (((~mh & vh & hi) | (~ml & vl & lo)) !== 0) return 1
  return (((mh | vh) & hi) | ((ml | vl) & lo)) === 0 ? 0 : -1
}

// ---- what a way teaches ----

/**
 * Narrows the operands of `if (r1 op r2)` on both ways, where both are scalars; the true way is the jump. Operands of one way may be the same
 * register. Answers whether it did; the caller then checks all four with boundsSanityCheck, true_reg1 first.
 */
export function regSetMinMax(
  trueS: Int32Array,
  true1: number,
  trueS2: Int32Array,
  true2: number,
  falseS: Int32Array,
  false1: number,
  falseS2: Int32Array,
  false2: number,
  op: number,
  j32: boolean,
): boolean {
  if (falseS[false1 + TYPE] !== SCALAR_VALUE || falseS2[false2 + TYPE] !== SCALAR_VALUE) return false
  refine(falseS, false1, falseS2, false2, revOpcode(op), j32)
  boundsSync(falseS, false1)
  boundsSync(falseS2, false2)
  refine(trueS, true1, trueS2, true2, op, j32)
  boundsSync(trueS, true1)
  boundsSync(trueS2, true2)
  return true
}

function refine(a: Int32Array, r1: number, b: Int32Array, r2: number, op: number, j32: boolean): void {
  switch (op) {
    case BPF_JGE:
    case BPF_JGT:
    case BPF_JSGE:
    case BPF_JSGT:
      refine(b, r2, a, r1, flipOpcode(op), j32)
      break
    case BPF_JEQ:
      if (j32) equal32(a, r1, b, r2)
      else equal64(a, r1, b, r2)
      break
    case BPF_JNE:
      if (isRegConst(b, r2, j32)) notEqual(a, r1, b, r2, j32)
      else if (isRegConst(a, r1, j32)) notEqual(b, r2, a, r1, j32)
      break
    case BPF_JSET:
      if (isRegConst(b, r2, j32)) anyBit(a, r1, b, r2, j32)
      else if (isRegConst(a, r1, j32)) anyBit(b, r2, a, r1, j32)
      break
    case JSET_REVERSED:
      if (isRegConst(b, r2, j32)) noBit(a, r1, b, r2, j32)
      else if (isRegConst(a, r1, j32)) noBit(b, r2, a, r1, j32)
      break
    case BPF_JLE:
      if (j32) {
        lowerU32(a, r1 + U32MAX, b[r2 + U32MAX]!)
        raiseU32(b, r2 + U32MIN, a[r1 + U32MIN]!)
      } else {
        lowerU64(a, r1 + UMAX_HI, b[r2 + UMAX_HI]!, b[r2 + UMAX_LO]!)
        raiseU64(b, r2 + UMIN_HI, a[r1 + UMIN_HI]!, a[r1 + UMIN_LO]!)
      }
      break
    case BPF_JLT:
      if (j32) {
        lowerU32(a, r1 + U32MAX, (b[r2 + U32MAX]! - 1) | 0)
        raiseU32(b, r2 + U32MIN, (a[r1 + U32MIN]! + 1) | 0)
      } else {
        const bLo = b[r2 + UMAX_LO]!
        lowerU64(a, r1 + UMAX_HI, (b[r2 + UMAX_HI]! - (bLo === 0 ? 1 : 0)) | 0, (bLo - 1) | 0)
        const aLo = a[r1 + UMIN_LO]!
        raiseU64(b, r2 + UMIN_HI, (a[r1 + UMIN_HI]! + (aLo === -1 ? 1 : 0)) | 0, (aLo + 1) | 0)
      }
      break
    case BPF_JSLE:
      if (j32) {
        lowerS32(a, r1 + S32MAX, b[r2 + S32MAX]!)
        raiseS32(b, r2 + S32MIN, a[r1 + S32MIN]!)
      } else {
        lowerS64(a, r1 + SMAX_HI, b[r2 + SMAX_HI]!, b[r2 + SMAX_LO]!)
        raiseS64(b, r2 + SMIN_HI, a[r1 + SMIN_HI]!, a[r1 + SMIN_LO]!)
      }
      break
    case BPF_JSLT:
      if (j32) {
        lowerS32(a, r1 + S32MAX, (b[r2 + S32MAX]! - 1) | 0)
        raiseS32(b, r2 + S32MIN, (a[r1 + S32MIN]! + 1) | 0)
      } else {
        const bLo = b[r2 + SMAX_LO]!
        lowerS64(a, r1 + SMAX_HI, (b[r2 + SMAX_HI]! - (bLo === 0 ? 1 : 0)) | 0, (bLo - 1) | 0)
        const aLo = a[r1 + SMIN_LO]!
        raiseS64(b, r2 + SMIN_HI, (a[r1 + SMIN_HI]! + (aLo === -1 ? 1 : 0)) | 0, (aLo + 1) | 0)
      }
      break
    default:
      break
  }
}

const low1 = new Int32Array(4)
const low2 = new Int32Array(4)

function equal32(a: Int32Array, r1: number, b: Int32Array, r2: number): void {
  raiseU32(a, r1 + U32MIN, b[r2 + U32MIN]!)
  lowerU32(a, r1 + U32MAX, b[r2 + U32MAX]!)
  raiseS32(a, r1 + S32MIN, b[r2 + S32MIN]!)
  lowerS32(a, r1 + S32MAX, b[r2 + S32MAX]!)
  for (let w = S32MIN; w <= U32MAX; w++) b[r2 + w] = a[r1 + w]!
  low1[1] = a[r1 + VALUE_LO]!
  low1[3] = a[r1 + MASK_LO]!
  low2[1] = b[r2 + VALUE_LO]!
  low2[3] = b[r2 + MASK_LO]!
  tnumIntersect(low1, 0, low2, 0)
  a[r1 + VALUE_LO] = b[r2 + VALUE_LO] = low1[1]
  a[r1 + MASK_LO] = b[r2 + MASK_LO] = low1[3]
}
function equal64(a: Int32Array, r1: number, b: Int32Array, r2: number): void {
  raiseU64(a, r1 + UMIN_HI, b[r2 + UMIN_HI]!, b[r2 + UMIN_LO]!)
  lowerU64(a, r1 + UMAX_HI, b[r2 + UMAX_HI]!, b[r2 + UMAX_LO]!)
  raiseS64(a, r1 + SMIN_HI, b[r2 + SMIN_HI]!, b[r2 + SMIN_LO]!)
  lowerS64(a, r1 + SMAX_HI, b[r2 + SMAX_HI]!, b[r2 + SMAX_LO]!)
  tnumIntersect(a, r1 + VALUE_HI, b, r2 + VALUE_HI)
  for (let w = VALUE_HI; w <= UMAX_LO; w++) b[r2 + w] = a[r1 + w]!
}

/** a is not the constant b: an end that is b moves by one. */
function notEqual(a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): void {
  const lo = b[r2 + VALUE_LO]!
  if (j32) {
    if (a[r1 + U32MIN] === lo) a[r1 + U32MIN]!++
    if (a[r1 + U32MAX] === lo) a[r1 + U32MAX]!--
    if (a[r1 + S32MIN] === lo) a[r1 + S32MIN]!++
    if (a[r1 + S32MAX] === lo) a[r1 + S32MAX]!--
    return
  }
  const hi = b[r2 + VALUE_HI]!
  const is = (w: number): boolean => a[r1 + w] === hi && a[r1 + w + 1] === lo
  if (is(UMIN_HI)) add64(a, r1 + UMIN_HI, 0, 1)
  if (is(UMAX_HI)) sub64(a, r1 + UMAX_HI, 0, 1)
  if (is(SMIN_HI)) add64(a, r1 + SMIN_HI, 0, 1)
  if (is(SMAX_HI)) sub64(a, r1 + SMAX_HI, 0, 1)
}

/** a & constant b is not 0: tells something only where b is one bit. */
function anyBit(a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): void {
  const hi = j32 ? 0 : b[r2 + VALUE_HI]!
  const lo = b[r2 + VALUE_LO]!
  const oneBit = hi === 0 ? lo !== 0 && (lo & (lo - 1)) === 0 : lo === 0 && (hi & (hi - 1)) === 0
  if (!oneBit) return
  a[r1 + VALUE_HI]! |= hi
  a[r1 + VALUE_LO]! |= lo
  a[r1 + MASK_HI]! &= ~hi
  a[r1 + MASK_LO]! &= ~lo
}
/** a & constant b is 0. The intervals are forgotten first: on a way that cannot be they would contradict the bits. */
function noBit(a: Int32Array, r1: number, b: Int32Array, r2: number, j32: boolean): void {
  const hi = j32 ? 0 : b[r2 + VALUE_HI]!
  const lo = b[r2 + VALUE_LO]!
  markRegUnbounded(a, r1)
  a[r1 + VALUE_HI]! &= ~hi
  a[r1 + VALUE_LO]! &= ~lo
  a[r1 + MASK_HI]! &= ~hi
  a[r1 + MASK_LO]! &= ~lo
}
