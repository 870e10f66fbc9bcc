// A verification as a tree of paths. Steps in a straight run are one row; a row ends where a path ends or another way was put by. Rows stand
// in the order in which Linux explored them, indented by the number of ways that were taken up on the way to them. In: the columns of a
// recorded walk (or of a log). Out: rows by window, visits of each instruction, loops. Built once in a time that grows with the steps.
//
//   row  0   0: r6 = r1 ... 9: if r0 == 0      branches
//   row  1   10: ... 20: exit                  ends
//   row  2     16: ... 18: (pruned)            from row 0, one deeper
import type { InsnTable } from '../../isa/index.ts'
import type { StepTable } from '../../verifier/index.ts'

/** How a row ends: 'more' goes on in the next row. */
export type RowEnd = 'more' | 'exit' | 'pruned' | 'loop' | 'rejected' | 'branch'

export interface Walk {
  readonly steps: StepTable
  readonly rows: {
    readonly count: number
    readonly first: Int32Array
    readonly last: Int32Array
    readonly depth: Int32Array
  }
  /** Row of each step. */
  readonly rowOf: Int32Array
  /** Visits of each instruction slot; a pruned step is no visit. */
  readonly heat: Int32Array
  /** Function frame of each row's first step, 0 for the program itself. */
  readonly frames: Uint8Array
  /** Loops by the slot that is come back to, the hottest first. */
  readonly loops: readonly Loop[]
  readonly ends: { readonly exit: number; readonly pruned: number; readonly rejected: number }
}

export interface Loop {
  /** Slot that a jump back leads to. */
  readonly head: number
  /** Slots that jump back to it. */
  readonly from: readonly number[]
  /** Steps at the head, in order; the first one is how the loop was entered. */
  readonly visits: Int32Array
}

export const STEP = { stepped: 0, exit: 1, pruned: 2, rejected: 3, branched: 4, loop: 5 } as const
const MAX_DEPTH = 1 << 20

export function walkOf(steps: StepTable, table: InsnTable): Walk {
  const { count, parent, kind, insn } = steps
  const first: number[] = []
  const last: number[] = []
  const depth: number[] = []
  const frames: number[] = []
  const rowOf = new Int32Array(count)
  const heat = new Int32Array(table.length)
  const frameOf = new Uint8Array(count)
  const back = new Map<number, { from: Set<number>; visits: number[]; entered: boolean }>()
  const ends = { exit: 0, pruned: 0, rejected: 0 }
  for (let i = 0; i < count; i++) {
    const before = parent[i]
    const isPruned = kind[i] === STEP.pruned || kind[i] === STEP.loop
    frameOf[i] = before < 0 ? 0 : frameAfter(table, insn[before], insn[i], frameOf[before])
    const isNew = i === 0 || before !== i - 1 || kind[i - 1] === STEP.branched || frameOf[i] !== frameOf[i - 1]
    if (isNew) {
      if (first.length > 0) last.push(i - 1)
      first.push(i)
      const above = before < 0 ? -1 : rowOf[before]
      const isOther = before >= 0 && before !== i - 1
      depth.push(above < 0 ? 0 : Math.min(MAX_DEPTH, depth[above] + (isOther ? 1 : 0)))
      frames.push(frameOf[i])
    }
    rowOf[i] = first.length - 1
    if (kind[i] === STEP.exit) ends.exit++
    else if (isPruned) ends.pruned++
    else if (kind[i] === STEP.rejected) ends.rejected++
    if (!isPruned && insn[i] < heat.length) heat[insn[i]]++
    if (before >= 0 && insn[i] <= insn[before] && frameOf[i] === frameOf[before] && isJump(table, insn[before])) {
      const loop = back.get(insn[i]) ?? { from: new Set<number>(), visits: [], entered: false }
      loop.from.add(insn[before])
      loop.visits.push(i)
      back.set(insn[i], loop)
    }
  }
  if (first.length > last.length) last.push(count - 1)
  return {
    steps,
    rows: { count: first.length, first: Int32Array.from(first), last: Int32Array.from(last), depth: Int32Array.from(depth) },
    rowOf,
    heat,
    frames: Uint8Array.from(frames),
    loops: loopsOf(steps, back),
    ends,
  }
}

/** A loop's visits with those that came from above, so that the first round is the one before the first jump back. */
function loopsOf({ count, insn, kind }: StepTable, back: ReadonlyMap<number, { readonly from: Set<number> }>): Loop[] {
  const visits = new Map<number, number[]>([...back.keys()].map((head) => [head, []]))
  for (let i = 0; i < count; i++) if (kind[i] !== STEP.pruned) visits.get(insn[i])?.push(i)
  return [...back]
    .map(([head, { from }]): Loop => ({ head, from: [...from].sort((a, b) => a - b), visits: Int32Array.from(visits.get(head) ?? []) }))
    .sort((a, b) => b.visits.length - a.visits.length)
}

export function rowEnd({ steps, rows }: Walk, row: number): RowEnd {
  switch (steps.kind[rows.last[row]]) {
    case STEP.exit:
      return 'exit'
    case STEP.pruned:
      return 'pruned'
    case STEP.loop:
      return 'loop'
    case STEP.rejected:
      return 'rejected'
    case STEP.branched:
      return 'branch'
    default:
      return 'more'
  }
}

const CLASS = 0x07
const JMP = 5
const JMP32 = 6
const CALL = 0x80
const EXIT = 0x90

function isJump(table: InsnTable, slot: number): boolean {
  const op = table.opcode[slot]
  const cls = op & CLASS
  return (cls === JMP || cls === JMP32) && (op & 0xf0) !== CALL && (op & 0xf0) !== EXIT
}

/** Calls of functions of the program open a frame, exits close one; a helper's callback is a jump to a function that is no next instruction. */
function frameAfter(table: InsnTable, before: number, now: number, frame: number): number {
  const op = table.opcode[before]
  const cls = op & CLASS
  if (cls !== JMP) return frame
  if ((op & 0xf0) === CALL) return now === before + 1 ? frame : Math.min(15, frame + 1)
  return (op & 0xf0) === EXIT ? Math.max(0, frame - 1) : frame
}

/** Steps from the start to a step, by its parents; at most `limit`, the last ones. */
export function pathTo({ parent }: StepTable, step: number, limit: number): readonly number[] {
  const path: number[] = []
  for (let at = step; at >= 0 && path.length < limit; at = parent[at]) path.push(at)
  return path.reverse()
}
