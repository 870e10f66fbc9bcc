// What is remembered of the way taken since the last checkpoint, for precision backtracking: jumps, and instructions that filled or
// spilled a stack slot or narrowed several linked scalars at once.
// Linux: push_jmp_history(), insn_stack_access_flags().
import type { Env } from './env.ts'

/** Bits of HistoryEntry.flags: frame (3), slot (6), and what the instruction did. */
export const INSN_F_FRAMENO_MASK = 0x7
export const INSN_F_SPI_SHIFT = 3
export const INSN_F_SPI_MASK = 0x3f
export const INSN_F_STACK_ACCESS = 1 << 9
export const INSN_F_DST_REG_STACK = 1 << 10
export const INSN_F_SRC_REG_STACK = 1 << 11

export const stackAccess = (frameno: number, spi: number): number => INSN_F_STACK_ACCESS | (spi << INSN_F_SPI_SHIFT) | frameno

export function pushJmpHistory(env: Env, flags: number, linked: readonly number[] | null): void {
  const entry = env.histEntry
  if (entry) {
    entry.flags |= flags
    entry.linked = linked
    return
  }
  const before = env.cur.history
  env.histEntry = env.cur.history = {
    idx: env.insnIdx,
    prevIdx: env.prevInsnIdx,
    flags,
    linked,
    count: before ? before.count + 1 : 1,
    before,
  }
}
