// Marking registers, questions about numbers, what the tnum teaches the intervals, and the check that the views of a number agree.
// How all views narrow each other is in sync.ts. Linux 6.18: __mark_reg_*(), __update_reg_bounds(), reg_bounds_sanity_check().
import { hex64 } from '../log/numbers.ts'
import {
  FRAMENO,
  ID,
  MASK_HI,
  MASK_LO,
  NOT_INIT,
  OFF,
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
  WORD_A,
  WORD_B,
  WORD_C,
  WORD_D,
} from './layout.ts'
import { boundsSync, only, singleMember } from './sync.ts'
import { tnumIsConst, tnumSet, tnumSubregIsConst } from './tnum.ts'
import { lowerS32, lowerS64, lowerU32, lowerU64, raiseS32, raiseS64, raiseU32, raiseU64, S32_MAX, SIGN, set64, slt, ult } from './wide.ts'

export { boundsSync } from './sync.ts'

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
  clearWords(s, r)
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
  clearWords(s, r)
  s[r + ID] = 0
  s[r + REF_OBJ_ID] = 0
  setKnown(s, r, hi, lo)
}
/** Clears the offset and the words by kind. */
function clearWords(s: Int32Array, r: number): void {
  s[r + OFF] = 0
  s[r + WORD_A] = 0
  s[r + WORD_B] = 0
  s[r + WORD_C] = 0
  s[r + WORD_D] = 0
}
export const markRegKnownZero = (s: Int32Array, r: number): void => markRegKnown(s, r, 0, 0)
/** A fresh constant: r = imm. `lo` is sign-extended unless `zext`. */
export function markRegConst(s: Int32Array, r: number, lo: number, zext: boolean): void {
  clearWords(s, r)
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
  return setSingleMember(s, r) ? 1 : changed
}
export const updateRegBounds = (s: Int32Array, r: number): number => updateReg32Bounds(s, r) | updateReg64Bounds(s, r)

/** Where one number alone is both in the tnum and in umin..umax, the register is that number. Answers whether that was so. */
function setSingleMember(s: Int32Array, r: number): boolean {
  const uminHi = s[r + UMIN_HI]!
  const uminLo = s[r + UMIN_LO]!
  const vh = s[r + VALUE_HI]!
  const vl = s[r + VALUE_LO]!
  const mh = s[r + MASK_HI]!
  const ml = s[r + MASK_LO]!
  const uminIn = (uminHi & ~mh) === vh && (uminLo & ~ml) === vl
  if (!singleMember(vh, vl, mh, ml, uminHi, uminLo, s[r + UMAX_HI]!, s[r + UMAX_LO]!, uminIn)) return false
  setKnown(s, r, only[0]!, only[1]!)
  return true
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
  const vh = s[r + VALUE_HI]!
  const vl = s[r + VALUE_LO]!
  const mh = s[r + MASK_HI]!
  const ml = s[r + MASK_LO]!
  const sminH = s[r + SMIN_HI]!
  const sminL = s[r + SMIN_LO]!
  const smaxH = s[r + SMAX_HI]!
  const smaxL = s[r + SMAX_LO]!
  const uminH = s[r + UMIN_HI]!
  const uminL = s[r + UMIN_LO]!
  const umaxH = s[r + UMAX_HI]!
  const umaxL = s[r + UMAX_LO]!
  const s32min = s[r + S32MIN]!
  const s32max = s[r + S32MAX]!
  const u32min = s[r + U32MIN]!
  const u32max = s[r + U32MAX]!
  if (ult(umaxH, umaxL, uminH, uminL) || slt(smaxH, smaxL, sminH, sminL) || u32max >>> 0 < u32min >>> 0 || s32max < s32min)
    return 'range bounds violation'
  if (ml !== 0) return undefined
  const ends = (uminH ^ vh) | (umaxH ^ vh) | (sminH ^ vh) | (smaxH ^ vh) | (uminL ^ vl) | (umaxL ^ vl) | (sminL ^ vl) | (smaxL ^ vl)
  if (mh === 0 && ends !== 0) return 'const tnum out of sync with range bounds'
  if (((u32min ^ vl) | (u32max ^ vl) | (s32min ^ vl) | (s32max ^ vl)) !== 0) return 'const subreg tnum out of sync with range bounds'
  return undefined
}

/** A number of 32 bits with its sign. Linux: __mark_reg_s32_range(). */
export function markRegS32Range(s: Int32Array, r: number, [min, max]: readonly [number, number]): void {
  set64(s, r + SMIN_HI, min < 0 ? -1 : 0, min)
  set64(s, r + SMAX_HI, max < 0 ? -1 : 0, max)
  s[r + S32MIN] = min
  s[r + S32MAX] = max
  boundsSync(s, r)
}
