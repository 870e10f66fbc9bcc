// Bounds of a register as JavaScript numbers, for comparing with limits and for offsets. Numbers beyond 2^53 lose their low bits, which
// no comparison with a limit below that notices; where a value is printed in full, log/ reads the words themselves.
import { SMAX_HI, SMAX_LO, SMIN_HI, SMIN_LO, UMAX_HI, UMAX_LO, VALUE_HI, VALUE_LO } from './domain/layout.ts'

const HIGH = 4294967296

export const sminOf = (s: Int32Array, r: number): number => s[r + SMIN_HI]! * HIGH + (s[r + SMIN_LO]! >>> 0)
export const smaxOf = (s: Int32Array, r: number): number => s[r + SMAX_HI]! * HIGH + (s[r + SMAX_LO]! >>> 0)
export const umaxOf = (s: Int32Array, r: number): number => (s[r + UMAX_HI]! >>> 0) * HIGH + (s[r + UMAX_LO]! >>> 0)
/** The known bits of the variable offset, signed. */
export const varOffOf = (s: Int32Array, r: number): number => s[r + VALUE_HI]! * HIGH + (s[r + VALUE_LO]! >>> 0)

export const isS64Min = (s: Int32Array, r: number): boolean => s[r + SMIN_HI] === -0x80000000 && s[r + SMIN_LO] === 0
export const fitsS32 = (x: number): boolean => x === (x | 0)
