// Numbers as the verifier's log writes them: small ones decimal, others as 64-bit hex. In: pairs of words. Linux 6.18: verbose_unum(),
// verbose_snum(), tnum_strn() in kernel/bpf/log.c.

/** The kernel's %#llx, which puts 0x before 0 too. */
export function hex64(hi: number, lo: number): string {
  if (hi === 0) return `0x${(lo >>> 0).toString(16)}`
  return `0x${(hi >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, '0')}`
}

/** Unsigned: decimal up to 2^16 - 1. */
export const unum = (hi: number, lo: number): string => (hi === 0 && lo >>> 0 <= 0xffff ? String(lo) : hex64(hi, lo))

/** Signed: decimal within 16 bits. */
export const snum = (hi: number, lo: number): string => (isSmall(hi, lo) ? String(lo) : hex64(hi, lo))

export const isSmall = (hi: number, lo: number): boolean => hi === lo >> 31 && lo >= -0x8000 && lo <= 0x7fff

/** A tnum: its number where it is known, else "(value; mask)". */
export const tnumText = (s: Int32Array, t: number): string =>
  (s[t + 2]! | s[t + 3]!) === 0 ? unum(s[t]!, s[t + 1]!) : `(${hex64(s[t]!, s[t + 1]!)}; ${hex64(s[t + 2]!, s[t + 3]!)})`
