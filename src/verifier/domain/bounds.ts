// What is known of a number, kept five ways at once - tnum, u64, s64, u32, s32 interval - and how each teaches the others.
//
//        u64 |--------------------|--------------------|      An interval that stays within one half of the circle reads the
//            0               S64_MAX S64_MIN          -1      same signed and unsigned; one that crosses the middle of one view
//        s64 |  0 .. S64_MAX      |  S64_MIN .. -1     |      is two pieces in the other, and helps only where one piece is left.
//
// boundsSync narrows until nothing is left to learn or three rounds have passed, as Linux does: results must be equal to the bit, since they
// are printed and decide which paths are walked. Linux 6.18: reg_bounds_sync(), __reg{32,64}_deduce_bounds(), __reg_deduce_mixed_bounds(),
// __reg_bound_offset(), reg_bounds_sanity_check(), __mark_reg_*().

import { hex64 } from '../log/numbers.ts'
import {
  FRAMENO,
  ID,
  MASK_HI,
  MASK_LO,
  NOT_INIT,
  PRECISE,
  REF_OBJ_ID,
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
import { tnumIntersect, tnumIsConst, tnumRange, tnumSet, tnumStep, tnumSubregIsConst } from './tnum.ts'
import {
  lowerS32,
  lowerS64,
  lowerU32,
  lowerU64,
  raiseS32,
  raiseS64,
  raiseU32,
  raiseU64,
  S32_MAX,
  SIGN,
  set64,
  slt,
  sltAt,
  ult,
  ult32,
  ultAt,
} from './wide.ts'

// ---- marking ----

export function markReg64Unbounded(s: Int32Array, r: number): void {
  set64(s, r + SMIN_HI, SIGN, 0)
  set64(s, r + SMAX_HI, S32_MAX, -1)
  set64(s, r + UMIN_HI, 0, 0)
  set64(s, r + UMAX_HI, -1, -1)
}
export function markReg32Unbounded(s: Int32Array, r: number): void {
  s[r + S32MIN] = SIGN
  s[r + S32MAX] = S32_MAX
  s[r + U32MIN] = 0
  s[r + U32MAX] = -1
}
export function markRegUnbounded(s: Int32Array, r: number): void {
  markReg64Unbounded(s, r)
  markReg32Unbounded(s, r)
}

/** An imprecise number of which nothing is known; SUBREG_DEF stays. */
export function markRegUnknown(s: Int32Array, r: number): void {
  s.fill(0, r, r + VALUE_HI)
  s[r + TYPE] = SCALAR_VALUE
  tnumSet(s, r + VALUE_HI, 0, 0, -1, -1)
  markRegUnbounded(s, r)
  s[r + ID] = 0
  s[r + REF_OBJ_ID] = 0
  s[r + FRAMENO] = 0
  s[r + PRECISE] = 0
}
/** A register that may not be read. */
export function markRegNotInit(s: Int32Array, r: number): void {
  markRegUnknown(s, r)
  s[r + TYPE] = NOT_INIT
}

/** The number and its bounds; kind, ids and precision stay. */
export function setKnown(s: Int32Array, r: number, hi: number, lo: number): void {
  tnumSet(s, r + VALUE_HI, hi, lo, 0, 0)
  set64(s, r + SMIN_HI, hi, lo)
  set64(s, r + SMAX_HI, hi, lo)
  set64(s, r + UMIN_HI, hi, lo)
  set64(s, r + UMAX_HI, hi, lo)
  s[r + S32MIN] = lo
  s[r + S32MAX] = lo
  s[r + U32MIN] = lo
  s[r + U32MAX] = lo
}
/** Makes the variable part the number (hi, lo): clears the offset, the kind's words and the ids; kind and precision stay. */
export function markRegKnown(s: Int32Array, r: number, hi: number, lo: number): void {
  s.fill(0, r + TYPE + 1, r + VALUE_HI)
  s[r + ID] = 0
  s[r + REF_OBJ_ID] = 0
  setKnown(s, r, hi, lo)
}
export const markRegKnownZero = (s: Int32Array, r: number): void => markRegKnown(s, r, 0, 0)
/** A fresh constant: r = imm. `lo` is sign-extended unless `zext`. */
export function markRegConst(s: Int32Array, r: number, lo: number, zext: boolean): void {
  s.fill(0, r, r + VALUE_HI)
  s[r + TYPE] = SCALAR_VALUE
  s[r + ID] = 0
  s[r + REF_OBJ_ID] = 0
  s[r + FRAMENO] = 0
  s[r + PRECISE] = 0
  setKnown(s, r, zext ? 0 : lo >> 31, lo)
}
/** Makes the low half known, the high half stays. */
export function markReg32Known(s: Int32Array, r: number, lo: number): void {
  s[r + VALUE_LO] = lo
  s[r + MASK_LO] = 0
  s[r + S32MIN] = lo
  s[r + S32MAX] = lo
  s[r + U32MIN] = lo
  s[r + U32MAX] = lo
}

// ---- queries ----

export const isRegConst = (s: Int32Array, r: number, subreg32: boolean): boolean =>
  s[r + TYPE] === SCALAR_VALUE && (subreg32 ? tnumSubregIsConst(s, r + VALUE_HI) : tnumIsConst(s, r + VALUE_HI))
/** A scalar that is the number 0. */
export const isRegNull = (s: Int32Array, r: number): boolean =>
  s[r + TYPE] === SCALAR_VALUE && (s[r + VALUE_HI]! | s[r + VALUE_LO]! | s[r + MASK_HI]! | s[r + MASK_LO]!) === 0
/** Bits needed for the largest unsigned value. */
export const regWidth = (s: Int32Array, r: number): number =>
  s[r + UMAX_HI] !== 0 ? 64 - Math.clz32(s[r + UMAX_HI]!) : 32 - Math.clz32(s[r + UMAX_LO]!)

// ---- what the tnum teaches the intervals ----

export function updateReg32Bounds(s: Int32Array, r: number): number {
  const v = s[r + VALUE_LO]!
  const m = s[r + MASK_LO]!
  return (
    raiseS32(s, r + S32MIN, v | (m & SIGN)) |
    lowerS32(s, r + S32MAX, v | (m & S32_MAX)) |
    raiseU32(s, r + U32MIN, v) |
    lowerU32(s, r + U32MAX, v | m)
  )
}
export function updateReg64Bounds(s: Int32Array, r: number): number {
  const vh = s[r + VALUE_HI]!
  const vl = s[r + VALUE_LO]!
  const mh = s[r + MASK_HI]!
  const ml = s[r + MASK_LO]!
  const changed =
    raiseS64(s, r + SMIN_HI, vh | (mh & SIGN), vl) |
    lowerS64(s, r + SMAX_HI, vh | (mh & S32_MAX), vl | ml) |
    raiseU64(s, r + UMIN_HI, vh, vl) |
    lowerU64(s, r + UMAX_HI, vh | mh, vl | ml)
  return singleMember(s, r) ? 1 : changed
}
export const updateRegBounds = (s: Int32Array, r: number): number => updateReg32Bounds(s, r) | updateReg64Bounds(s, r)

const next = new Int32Array(2)

/** Where one number alone is both in the tnum and in umin..umax, the register is that number. Answers whether that was so. */
function singleMember(s: Int32Array, r: number): boolean {
  const uminHi = s[r + UMIN_HI]!
  const uminLo = s[r + UMIN_LO]!
  const umaxHi = s[r + UMAX_HI]!
  const umaxLo = s[r + UMAX_LO]!
  const vh = s[r + VALUE_HI]!
  const vl = s[r + VALUE_LO]!
  const mh = s[r + MASK_HI]!
  const ml = s[r + MASK_LO]!
  const uminIn = (uminHi & ~mh) === vh && (uminLo & ~ml) === vl
  // Much the most common: a number of which the low bits are unknown, with more than one left.
  if (uminIn && (ml & 1) === 1 && (uminLo & 1) === 0 && ult(uminHi, uminLo, umaxHi, umaxLo)) return false
  tnumStep(s, r + VALUE_HI, uminHi, uminLo, next)
  if (uminIn) {
    if (!ult(umaxHi, umaxLo, next[0]!, next[1]!)) return false
    setKnown(s, r, uminHi, uminLo)
    return true
  }
  const stepHi = next[0]!
  const stepLo = next[1]!
  if (stepHi === (vh | mh) && stepLo === (vl | ml)) {
    setKnown(s, r, stepHi, stepLo)
    return true
  }
  if (ult(umaxHi, umaxLo, stepHi, stepLo)) return false
  tnumStep(s, r + VALUE_HI, stepHi, stepLo, next)
  if (!ult(umaxHi, umaxLo, next[0]!, next[1]!)) return false
  setKnown(s, r, stepHi, stepLo)
  return true
}

// ---- what the intervals teach each other; each answers whether something changed ----

const narrowU32 = (s: Int32Array, r: number, min: number, max: number): number =>
  raiseU32(s, r + U32MIN, min) | lowerU32(s, r + U32MAX, max)
const narrowS32 = (s: Int32Array, r: number, min: number, max: number): number =>
  raiseS32(s, r + S32MIN, min) | lowerS32(s, r + S32MAX, max)

function deduce32From64(s: Int32Array, r: number): number {
  let changed = 0
  const uminHi = s[r + UMIN_HI]!
  const uminLo = s[r + UMIN_LO]!
  const umaxHi = s[r + UMAX_HI]!
  const umaxLo = s[r + UMAX_LO]!
  if (uminHi === umaxHi) {
    changed |= narrowU32(s, r, uminLo, umaxLo)
    if (uminLo <= umaxLo) changed |= narrowS32(s, r, uminLo, umaxLo)
  }
  const sminHi = s[r + SMIN_HI]!
  const sminLo = s[r + SMIN_LO]!
  const smaxHi = s[r + SMAX_HI]!
  const smaxLo = s[r + SMAX_LO]!
  if (sminHi === smaxHi) {
    if (!ult32(smaxLo, sminLo)) changed |= narrowU32(s, r, sminLo, smaxLo)
    if (sminLo <= smaxLo) changed |= narrowS32(s, r, sminLo, smaxLo)
  }
  // High halves that follow each other, low halves that go from negative to positive: [-1, 1] is one interval in s32 too.
  if (((uminHi + 1) | 0) === umaxHi && uminLo < 0 && umaxLo >= 0) changed |= narrowS32(s, r, uminLo, umaxLo)
  if (((sminHi + 1) | 0) === smaxHi && sminLo < 0 && smaxLo >= 0) changed |= narrowS32(s, r, sminLo, smaxLo)
  return changed
}

function deduce32(s: Int32Array, r: number): number {
  let changed = deduce32From64(s, r)
  if (s[r + U32MIN]! <= s[r + U32MAX]!) changed |= narrowS32(s, r, s[r + U32MIN]!, s[r + U32MAX]!)
  const smin = s[r + S32MIN]!
  const smax = s[r + S32MAX]!
  if (!ult32(smax, smin)) return changed | narrowU32(s, r, smin, smax)
  // s32 crosses zero, so it is two pieces in u32: where u32 meets one of them only, that one counts.
  if (ult32(s[r + U32MAX]!, smin)) {
    changed |= lowerU32(s, r + U32MAX, smax)
    if (s[r + S32MIN] !== s[r + U32MIN]) changed = 1
    s[r + S32MIN] = s[r + U32MIN]!
  } else if (ult32(smax, s[r + U32MIN]!)) {
    if (s[r + S32MAX] !== s[r + U32MAX]) changed = 1
    s[r + S32MAX] = s[r + U32MAX]!
    changed |= raiseU32(s, r + U32MIN, smin)
  }
  return changed
}

function deduce64(s: Int32Array, r: number): number {
  let changed = 0
  if (!sltAt(s, r + UMAX_HI, r + UMIN_HI)) {
    changed |= raiseS64(s, r + SMIN_HI, s[r + UMIN_HI]!, s[r + UMIN_LO]!)
    changed |= lowerS64(s, r + SMAX_HI, s[r + UMAX_HI]!, s[r + UMAX_LO]!)
  }
  const sminHi = s[r + SMIN_HI]!
  const sminLo = s[r + SMIN_LO]!
  const smaxHi = s[r + SMAX_HI]!
  const smaxLo = s[r + SMAX_LO]!
  if (!ult(smaxHi, smaxLo, sminHi, sminLo))
    return changed | raiseU64(s, r + UMIN_HI, sminHi, sminLo) | lowerU64(s, r + UMAX_HI, smaxHi, smaxLo)
  if (ult(s[r + UMAX_HI]!, s[r + UMAX_LO]!, sminHi, sminLo)) {
    set64(s, r + SMIN_HI, s[r + UMIN_HI]!, s[r + UMIN_LO]!)
    lowerU64(s, r + UMAX_HI, smaxHi, smaxLo)
    return 1
  }
  if (ult(smaxHi, smaxLo, s[r + UMIN_HI]!, s[r + UMIN_LO]!)) {
    set64(s, r + SMAX_HI, s[r + UMAX_HI]!, s[r + UMAX_LO]!)
    raiseU64(s, r + UMIN_HI, sminHi, sminLo)
    return 1
  }
  return changed
}

/** The ends of the 64-bit intervals with the low half's bounds put in. */
function deduceMixed(s: Int32Array, r: number): number {
  let changed =
    raiseU64(s, r + UMIN_HI, s[r + UMIN_HI]!, s[r + U32MIN]!) |
    lowerU64(s, r + UMAX_HI, s[r + UMAX_HI]!, s[r + U32MAX]!) |
    raiseS64(s, r + SMIN_HI, s[r + SMIN_HI]!, s[r + U32MIN]!) |
    lowerS64(s, r + SMAX_HI, s[r + SMAX_HI]!, s[r + U32MAX]!)
  // A sign-extended number with a low half that is not negative has a high half of zeros.
  const s32min = s[r + S32MIN]!
  const s32max = s[r + S32MAX]!
  if (s32min >= 0 && !slt(s[r + SMIN_HI]!, s[r + SMIN_LO]!, -1, SIGN) && !slt(0, S32_MAX, s[r + SMAX_HI]!, s[r + SMAX_LO]!)) {
    changed |= assign64(s, r + SMIN_HI, 0, s32min) | assign64(s, r + SMAX_HI, s32max >> 31, s32max)
    changed |= assign64(s, r + UMIN_HI, 0, s32min) | assign64(s, r + UMAX_HI, s32max >> 31, s32max)
    tnumRange(range, 0, 0, s32min, s32max >> 31, s32max)
    tnumIntersect(s, r + VALUE_HI, range, 0)
  }
  return changed
}

function assign64(s: Int32Array, at: number, hi: number, lo: number): number {
  if (s[at] === hi && s[at + 1] === lo) return 0
  set64(s, at, hi, lo)
  return 1
}

const range = new Int32Array(4)
const low = new Int32Array(4)

/** What the unsigned intervals teach the tnum. */
function boundOffset(s: Int32Array, r: number): void {
  tnumRange(range, 0, s[r + UMIN_HI]!, s[r + UMIN_LO]!, s[r + UMAX_HI]!, s[r + UMAX_LO]!)
  tnumIntersect(s, r + VALUE_HI, range, 0)
  tnumRange(range, 0, 0, s[r + U32MIN]!, 0, s[r + U32MAX]!)
  tnumSet(low, 0, 0, s[r + VALUE_LO]!, 0, s[r + MASK_LO]!)
  tnumIntersect(low, 0, range, 0)
  s[r + VALUE_LO] = low[1]!
  s[r + MASK_LO] = low[3]!
}

/** Lets all five views of a scalar (or of a pointer's variable offset) narrow each other. */
export function boundsSync(s: Int32Array, r: number): void {
  updateRegBounds(s, r)
  for (let round = 0; round < 3; round++) {
    if ((deduce32(s, r) | deduce64(s, r) | deduceMixed(s, r)) === 0) break
  }
  boundOffset(s, r)
  updateRegBounds(s, r)
}

// ---- the sanity check ----

/**
 * Names how the views contradict each other, as Linux prints it behind "verifier bug: ", and then forgets the bounds; undefined where they
 * agree. `where` is 'alu', 'true_reg1', 'false_reg2', ... With BPF_F_TEST_REG_INVARIANTS the caller ends the verification with EFAULT.
 */
export function boundsSanityCheck(s: Int32Array, r: number, where: string): string | undefined {
  const what = contradiction(s, r)
  if (what === undefined) return undefined
  const at = (w: number): string => hex64(s[r + w]!, s[r + w + 1]!)
  const word = (w: number): string => hex64(0, s[r + w]!)
  const text =
    `REG INVARIANTS VIOLATION (${where}): ${what} u64=[${at(UMIN_HI)}, ${at(UMAX_HI)}] s64=[${at(SMIN_HI)}, ${at(SMAX_HI)}] ` +
    `u32=[${word(U32MIN)}, ${word(U32MAX)}] s32=[${word(S32MIN)}, ${word(S32MAX)}] var_off=(${at(VALUE_HI)}, ${at(MASK_HI)})`
  markRegUnbounded(s, r)
  return text
}

function contradiction(s: Int32Array, r: number): string | undefined {
  if (
    ultAt(s, r + UMAX_HI, r + UMIN_HI) ||
    sltAt(s, r + SMAX_HI, r + SMIN_HI) ||
    ult32(s[r + U32MAX]!, s[r + U32MIN]!) ||
    s[r + S32MAX]! < s[r + S32MIN]!
  )
    return 'range bounds violation'
  const vh = s[r + VALUE_HI]!
  const vl = s[r + VALUE_LO]!
  if (tnumIsConst(s, r + VALUE_HI)) {
    const is = (w: number): boolean => s[r + w] === vh && s[r + w + 1] === vl
    if (!is(UMIN_HI) || !is(UMAX_HI) || !is(SMIN_HI) || !is(SMAX_HI)) return 'const tnum out of sync with range bounds'
  }
  if (tnumSubregIsConst(s, r + VALUE_HI)) {
    if (s[r + U32MIN] !== vl || s[r + U32MAX] !== vl || s[r + S32MIN] !== vl || s[r + S32MAX] !== vl)
      return 'const subreg tnum out of sync with range bounds'
  }
  return undefined
}
