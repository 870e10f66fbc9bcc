// How the five views of a number - tnum, u64, s64, u32, s32 interval - narrow each other until nothing is left to learn or three rounds have
// passed, as Linux does: results must be equal to the bit, since they are printed and decide which paths are walked.
//
//        u64 |--------------------|--------------------|      An interval that stays within one half of the circle reads the
//            0               S64_MAX S64_MIN          -1      same signed and unsigned; one that crosses the middle of one view
//        s64 |  0 .. S64_MAX      |  S64_MIN .. -1     |      is two pieces in the other, and helps only where one piece is left.
//
// One long function on purpose: it runs after every operation, and with all words in local variables it takes a fifth of the time that calls
// on the array take. Sections are named as in Linux 6.18: __update_reg_bounds(), __reg{32,64}_deduce_bounds(), __reg_deduce_mixed_bounds(),
// __reg_bound_offset(), reg_bounds_sync().
import {
  MASK_HI,
  MASK_LO,
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
import { tnumStep } from './tnum.ts'
import { fls64, S32_MAX, SIGN, set64, slt, ult } from './wide.ts'

export function boundsSync(s: Int32Array, r: number): void {
  let vh = s[r + VALUE_HI]!
  let vl = s[r + VALUE_LO]!
  let mh = s[r + MASK_HI]!
  let ml = s[r + MASK_LO]!
  let sminH = s[r + SMIN_HI]!
  let sminL = s[r + SMIN_LO]!
  let smaxH = s[r + SMAX_HI]!
  let smaxL = s[r + SMAX_LO]!
  let uminH = s[r + UMIN_HI]!
  let uminL = s[r + UMIN_LO]!
  let umaxH = s[r + UMAX_HI]!
  let umaxL = s[r + UMAX_LO]!
  let s32min = s[r + S32MIN]!
  let s32max = s[r + S32MAX]!
  let u32min = s[r + U32MIN]!
  let u32max = s[r + U32MAX]!

  // A constant that all views agree on.
  if (
    (mh | ml | (sminH ^ vh) | (smaxH ^ vh) | (uminH ^ vh) | (umaxH ^ vh)) === 0 &&
    ((sminL ^ vl) | (smaxL ^ vl) | (uminL ^ vl) | (umaxL ^ vl) | (s32min ^ vl) | (s32max ^ vl) | (u32min ^ vl) | (u32max ^ vl)) === 0
  )
    return

  for (let pass = 0; ; pass++) {
    // What the tnum teaches the intervals.
    const s32low = vl | (ml & SIGN)
    const s32high = vl | (ml & S32_MAX)
    const u32high = vl | ml
    if (s32min < s32low) s32min = s32low
    if (s32max > s32high) s32max = s32high
    if (u32min >>> 0 < vl >>> 0) u32min = vl
    if (u32max >>> 0 > u32high >>> 0) u32max = u32high
    const slowH = vh | (mh & SIGN)
    const shighH = vh | (mh & S32_MAX)
    const uhighH = vh | mh
    if (slt(sminH, sminL, slowH, vl)) {
      sminH = slowH
      sminL = vl
    }
    if (slt(shighH, u32high, smaxH, smaxL)) {
      smaxH = shighH
      smaxL = u32high
    }
    if (ult(uminH, uminL, vh, vl)) {
      uminH = vh
      uminL = vl
    }
    if (ult(uhighH, u32high, umaxH, umaxL)) {
      umaxH = uhighH
      umaxL = u32high
    }
    // Where one number alone is both in the tnum and in umin..umax, it is that one. Much the most common is that the lowest bit is
    // unknown and that there are two numbers at least.
    const uminIn = (uminH & ~mh) === vh && (uminL & ~ml) === vl
    if (
      !(uminIn && (ml & ~uminL & 1) === 1 && ult(uminH, uminL, umaxH, umaxL)) &&
      singleMember(vh, vl, mh, ml, uminH, uminL, umaxH, umaxL, uminIn)
    ) {
      vh = sminH = smaxH = uminH = umaxH = only[0]!
      vl = sminL = smaxL = uminL = umaxL = s32min = s32max = u32min = u32max = only[1]!
      mh = ml = 0
    }
    if (pass === 1) break

    for (let round = 0; round < 3; round++) {
      let changed = false
      // 32 bits from the low halves of 64: where the high halves are equal, or follow each other while the low ones go from negative to positive.
      if (uminH === umaxH) {
        if (u32min >>> 0 < uminL >>> 0) {
          u32min = uminL
          changed = true
        }
        if (u32max >>> 0 > umaxL >>> 0) {
          u32max = umaxL
          changed = true
        }
      }
      if (uminH === umaxH ? uminL <= umaxL : ((uminH + 1) | 0) === umaxH && uminL < 0 && umaxL >= 0) {
        if (s32min < uminL) {
          s32min = uminL
          changed = true
        }
        if (s32max > umaxL) {
          s32max = umaxL
          changed = true
        }
      }
      if (sminH === smaxH && sminL >>> 0 <= smaxL >>> 0) {
        if (u32min >>> 0 < sminL >>> 0) {
          u32min = sminL
          changed = true
        }
        if (u32max >>> 0 > smaxL >>> 0) {
          u32max = smaxL
          changed = true
        }
      }
      if (sminH === smaxH ? sminL <= smaxL : ((sminH + 1) | 0) === smaxH && sminL < 0 && smaxL >= 0) {
        if (s32min < sminL) {
          s32min = sminL
          changed = true
        }
        if (s32max > smaxL) {
          s32max = smaxL
          changed = true
        }
      }
      // Signed and unsigned 32 bits.
      if (u32min <= u32max) {
        if (s32min < u32min) {
          s32min = u32min
          changed = true
        }
        if (s32max > u32max) {
          s32max = u32max
          changed = true
        }
      }
      if (s32min >>> 0 <= s32max >>> 0) {
        if (u32min >>> 0 < s32min >>> 0) {
          u32min = s32min
          changed = true
        }
        if (u32max >>> 0 > s32max >>> 0) {
          u32max = s32max
          changed = true
        }
      } else if (u32max >>> 0 < s32min >>> 0) {
        s32min = u32min
        if (u32max >>> 0 > s32max >>> 0) u32max = s32max
        changed = true
      } else if (s32max >>> 0 < u32min >>> 0) {
        s32max = u32max
        if (u32min >>> 0 < s32min >>> 0) u32min = s32min
        changed = true
      }
      // Signed and unsigned 64 bits.
      if (!slt(umaxH, umaxL, uminH, uminL)) {
        if (slt(sminH, sminL, uminH, uminL)) {
          sminH = uminH
          sminL = uminL
          changed = true
        }
        if (slt(umaxH, umaxL, smaxH, smaxL)) {
          smaxH = umaxH
          smaxL = umaxL
          changed = true
        }
      }
      if (!ult(smaxH, smaxL, sminH, sminL)) {
        if (ult(uminH, uminL, sminH, sminL)) {
          uminH = sminH
          uminL = sminL
          changed = true
        }
        if (ult(smaxH, smaxL, umaxH, umaxL)) {
          umaxH = smaxH
          umaxL = smaxL
          changed = true
        }
      } else if (ult(umaxH, umaxL, sminH, sminL)) {
        sminH = uminH
        sminL = uminL
        if (ult(smaxH, smaxL, umaxH, umaxL)) {
          umaxH = smaxH
          umaxL = smaxL
        }
        changed = true
      } else if (ult(smaxH, smaxL, uminH, uminL)) {
        const oldH = sminH
        const oldL = sminL
        smaxH = umaxH
        smaxL = umaxL
        if (ult(uminH, uminL, oldH, oldL)) {
          uminH = oldH
          uminL = oldL
        }
        changed = true
      }
      // The ends of the 64-bit intervals with the low half's bounds put in.
      if (uminL >>> 0 < u32min >>> 0) {
        uminL = u32min
        changed = true
      }
      if (umaxL >>> 0 > u32max >>> 0) {
        umaxL = u32max
        changed = true
      }
      if (sminL >>> 0 < u32min >>> 0) {
        sminL = u32min
        changed = true
      }
      if (smaxL >>> 0 > u32max >>> 0) {
        smaxL = u32max
        changed = true
      }
      // A sign-extended number whose low half is not negative has a high half of zeros.
      if (s32min >= 0 && !slt(sminH, sminL, -1, SIGN) && !slt(0, S32_MAX, smaxH, smaxL)) {
        const high = s32max >> 31
        if (
          (sminH | uminH | (smaxH ^ high) | (umaxH ^ high) | (sminL ^ s32min) | (uminL ^ s32min) | (smaxL ^ s32max) | (umaxL ^ s32max)) !==
          0
        ) {
          sminH = uminH = 0
          smaxH = umaxH = high
          sminL = uminL = s32min
          smaxL = umaxL = s32max
          changed = true
        }
        const bits = fls64(high, s32min ^ s32max)
        const rangeH = highMask(bits)
        const rangeL = lowMask(bits)
        const bothH = mh & rangeH
        const bothL = ml & rangeL
        vh &= ~bothH
        vl = (vl | (s32min & ~rangeL)) & ~bothL
        mh = bothH
        ml = bothL
      }
      if (!changed) break
    }

    // What the unsigned intervals teach the tnum: the common high bits of their ends.
    const bits = fls64(uminH ^ umaxH, uminL ^ umaxL)
    const range64H = highMask(bits)
    const range64L = lowMask(bits)
    const range32 = lowMask(fls64(0, u32min ^ u32max))
    const newMh = mh & range64H
    vh = (vh | (uminH & ~range64H)) & ~newMh
    const halfMl = ml & range64L
    const halfVl = (vl | (uminL & ~range64L)) & ~halfMl
    const newMl = halfMl & range32
    vl = (halfVl | (u32min & ~range32)) & ~newMl
    mh = newMh
    ml = newMl
  }

  s[r + VALUE_HI] = vh
  s[r + VALUE_LO] = vl
  s[r + MASK_HI] = mh
  s[r + MASK_LO] = ml
  s[r + SMIN_HI] = sminH
  s[r + SMIN_LO] = sminL
  s[r + SMAX_HI] = smaxH
  s[r + SMAX_LO] = smaxL
  s[r + UMIN_HI] = uminH
  s[r + UMIN_LO] = uminL
  s[r + UMAX_HI] = umaxH
  s[r + UMAX_LO] = umaxL
  s[r + S32MIN] = s32min
  s[r + S32MAX] = s32max
  s[r + U32MIN] = u32min
  s[r + U32MAX] = u32max
}

/** The low `bits` bits set, high and low word. */
const highMask = (bits: number): number => (bits <= 32 ? 0 : bits === 64 ? -1 : (1 << (bits - 32)) - 1)
const lowMask = (bits: number): number => (bits >= 32 ? -1 : (1 << bits) - 1)

const tnum = new Int32Array(4)
const next = new Int32Array(2)
/** The number that singleMember found. */
export const only = new Int32Array(2)

/** Finds the one number that is both in the tnum and in umin..umax, into `only`. `uminIn` tells that umin is in the tnum. */
export function singleMember(
  vh: number,
  vl: number,
  mh: number,
  ml: number,
  uminH: number,
  uminL: number,
  umaxH: number,
  umaxL: number,
  uminIn: boolean,
): boolean {
  set64(tnum, 0, vh, vl)
  set64(tnum, 2, mh, ml)
  tnumStep(tnum, 0, uminH, uminL, next)
  if (uminIn) {
    set64(only, 0, uminH, uminL)
    return ult(umaxH, umaxL, next[0]!, next[1]!)
  }
  set64(only, 0, next[0]!, next[1]!)
  if (only[0] === (vh | mh) && only[1] === (vl | ml)) return true
  if (ult(umaxH, umaxL, only[0]!, only[1]!)) return false
  tnumStep(tnum, 0, only[0]!, only[1]!, next)
  return ult(umaxH, umaxL, next[0]!, next[1]!)
}
