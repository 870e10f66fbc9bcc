// What is remembered of the way taken since the last checkpoint, for precision backtracking: jumps, and instructions that filled or
// spilled a stack slot or narrowed several linked scalars at once. Entries are rows of columns, each pointing to the one before it, so
// that ways that part share what they have in common; an entry's number is its row. Rows are never given back.
// Linux: push_jmp_history(), insn_stack_access_flags(), struct bpf_jmp_history_entry.
import type { Env } from './env.ts'

/** Bits of History.flags: frame (3), slot (6), and what the instruction did. */
export const INSN_F_FRAMENO_MASK = 0x7
export const INSN_F_SPI_SHIFT = 3
export const INSN_F_SPI_MASK = 0x3f
export const INSN_F_STACK_ACCESS = 1 << 9
export const INSN_F_DST_REG_STACK = 1 << 10
export const INSN_F_SRC_REG_STACK = 1 << 11
/** The entry is one of History.linked. */
export const INSN_F_LINKED = 1 << 12

export const stackAccess = (frameno: number, spi: number): number => INSN_F_STACK_ACCESS | (spi << INSN_F_SPI_SHIFT) | frameno

/** No entry. */
export const NO_ENTRY = -1

export interface History {
  rows: Int32Array
  used: number
  /** Scalars that gained the same range, by row; entries as in domain/linked.ts. */
  readonly linked: Map<number, readonly number[]>
}

// A row: instruction, the one before it, flags, entries of this way up to and including this one, the entry before, and what was looked
// for after this instruction before - registers and slots of the innermost frame, no frame else. A row belongs to one position of one way,
// so that looking for the same things once more finds nothing new.
export const HISTORY_WORDS = 8
export const HIST_IDX = 0
export const HIST_PREV_IDX = 1
export const HIST_FLAGS = 2
export const HIST_COUNT = 3
export const HIST_BEFORE = 4
/** Then the low and the high half of the slots. */
export const HIST_ASKED_REGS = 5
const FIRST_ROWS = 64

export const newHistory = (): History => ({ rows: new Int32Array(FIRST_ROWS * HISTORY_WORDS), used: 0, linked: new Map() })

export function pushJmpHistory(env: Env, flags: number, linked: readonly number[] | null): void {
  const { history } = env
  let row = env.histEntry
  if (row === NO_ENTRY) {
    row = addRow(history, env.insnIdx, env.prevInsnIdx, env.cur.history)
    env.histEntry = env.cur.history = row
  }
  history.rows[row + HIST_FLAGS]! |= flags
  if (linked) {
    history.rows[row + HIST_FLAGS]! |= INSN_F_LINKED
    history.linked.set(row, linked)
  }
}

function addRow(history: History, idx: number, prevIdx: number, before: number): number {
  const row = history.used
  if (row === history.rows.length) {
    const rows = new Int32Array(row * 2)
    rows.set(history.rows)
    history.rows = rows
  }
  const { rows } = history
  rows[row + HIST_IDX] = idx
  rows[row + HIST_PREV_IDX] = prevIdx
  rows[row + HIST_COUNT] = before === NO_ENTRY ? 1 : rows[before + HIST_COUNT]! + 1
  rows[row + HIST_BEFORE] = before
  history.used = row + HISTORY_WORDS
  return row
}

/** Entries of the way that ends with this one. */
export const historyLength = (history: History, entry: number): number => (entry === NO_ENTRY ? 0 : history.rows[entry + HIST_COUNT]!)
