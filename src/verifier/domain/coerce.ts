// Cutting a number to its low bytes: loads, stores, movsx, 32-bit results. What the cut takes away from the bounds is Linux's answer to the bit,
// also where a better one exists. Linux 6.18: coerce_reg_to_size(), coerce_reg_to_size_sx(), coerce_subreg_to_size_sx(), zext_32_to_64().
import { boundsSync, markReg32Unbounded, setKnown } from './bounds.ts'
import {
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
import { tnumCast, tnumConst, tnumIsConst, tnumRange, tnumSet, tnumSubreg } from './tnum.ts'
import { S32_MAX, set64 } from './wide.ts'

/** Zero-extends the low `size` bytes: 1, 2 or 4. */
export function coerceRegToSize(s: Int32Array, r: number, size: number): void {
  tnumCast(s, r + VALUE_HI, size)
  const mask = size === 4 ? -1 : (1 << (size * 8)) - 1
  if (s[r + UMIN_HI] === s[r + UMAX_HI] && (s[r + UMIN_LO]! & ~mask) === (s[r + UMAX_LO]! & ~mask)) {
    set64(s, r + UMIN_HI, 0, s[r + UMIN_LO]! & mask)
    set64(s, r + UMAX_HI, 0, s[r + UMAX_LO]! & mask)
  } else {
    set64(s, r + UMIN_HI, 0, 0)
    set64(s, r + UMAX_HI, 0, mask)
  }
  set64(s, r + SMIN_HI, 0, s[r + UMIN_LO]!)
  set64(s, r + SMAX_HI, 0, s[r + UMAX_LO]!)
  if (size < 4) markReg32Unbounded(s, r)
  boundsSync(s, r)
}

const signExtend = (x: number, size: number): number => (size === 4 ? x : (x << (32 - size * 8)) >> (32 - size * 8))

/** Sign-extends the low `size` bytes (1, 2 or 4) to 64 bits: r = (s8, s16, s32)r. */
export function coerceRegToSizeSx(s: Int32Array, r: number, size: number): void {
  if (tnumIsConst(s, r + VALUE_HI)) {
    const x = signExtend(s[r + VALUE_LO]!, size)
    setKnown(s, r, x >> 31, x)
    return
  }
  const above = size === 4 ? 0 : -1 << (size * 8)
  if (s[r + SMIN_HI] === s[r + SMAX_HI] && (s[r + SMIN_LO]! & above) === (s[r + SMAX_LO]! & above)) {
    const a = signExtend(s[r + SMIN_LO]!, size)
    const b = signExtend(s[r + SMAX_LO]!, size)
    if (a >= 0 === b >= 0) {
      const min = Math.min(a, b)
      const max = Math.max(a, b)
      const high = min >> 31
      set64(s, r + SMIN_HI, high, min)
      set64(s, r + SMAX_HI, high, max)
      set64(s, r + UMIN_HI, high, min)
      set64(s, r + UMAX_HI, high, max)
      set32(s, r, min, max)
      tnumRange(s, r + VALUE_HI, high, min, high, max)
      return
    }
  }
  const max = size === 4 ? S32_MAX : (1 << (size * 8 - 1)) - 1
  const min = ~max
  set64(s, r + SMIN_HI, -1, min)
  set64(s, r + SMAX_HI, 0, max)
  set64(s, r + UMIN_HI, 0, 0)
  set64(s, r + UMAX_HI, -1, -1)
  s[r + S32MIN] = min
  s[r + S32MAX] = max
  s[r + U32MIN] = 0
  s[r + U32MAX] = -1
  tnumSet(s, r + VALUE_HI, 0, 0, -1, -1)
}

/** Sign-extends the low `size` bytes (1 or 2) to 32 bits: w = (s8, s16)w. The caller then zero-extends with zext32To64 and syncs. */
export function coerceSubregToSizeSx(s: Int32Array, r: number, size: number): void {
  if (tnumIsConst(s, r + VALUE_HI)) {
    const x = signExtend(s[r + VALUE_LO]!, size)
    tnumConst(s, r + VALUE_HI, x >> 31, x)
    set32(s, r, x, x)
    return
  }
  const above = -1 << (size * 8)
  if ((s[r + S32MIN]! & above) === (s[r + S32MAX]! & above)) {
    const a = signExtend(s[r + S32MIN]!, size)
    const b = signExtend(s[r + S32MAX]!, size)
    if (a >= 0 === b >= 0) {
      const min = Math.min(a, b)
      const max = Math.max(a, b)
      set32(s, r, min, max)
      tnumRange(s, r + VALUE_HI, min >> 31, min, max >> 31, max)
      tnumSubreg(s, r + VALUE_HI)
      return
    }
  }
  const max = (1 << (size * 8 - 1)) - 1
  s[r + S32MIN] = ~max
  s[r + S32MAX] = max
  s[r + U32MIN] = 0
  s[r + U32MAX] = -1
  tnumSet(s, r + VALUE_HI, 0, 0, 0, -1)
}

function set32(s: Int32Array, r: number, min: number, max: number): void {
  s[r + S32MIN] = min
  s[r + S32MAX] = max
  s[r + U32MIN] = min
  s[r + U32MAX] = max
}

/** Clears the high half: what 32-bit operations do to their result. Sync afterwards. */
export function zext32To64(s: Int32Array, r: number): void {
  tnumSubreg(s, r + VALUE_HI)
  set64(s, r + UMIN_HI, 0, s[r + U32MIN]!)
  set64(s, r + UMAX_HI, 0, s[r + U32MAX]!)
  if (s[r + S32MIN]! >= 0 && s[r + S32MAX]! >= 0) {
    set64(s, r + SMIN_HI, 0, s[r + S32MIN]!)
    set64(s, r + SMAX_HI, 0, s[r + S32MAX]!)
  } else {
    set64(s, r + SMIN_HI, 0, 0)
    set64(s, r + SMAX_HI, 0, -1)
  }
}
