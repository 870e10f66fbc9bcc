// Columns about each step of the walk, for those who want to show it: instruction, the step before on the same path, what happened, and
// where the log speaks of it. Grows by doubling; row i is step i.
import type { StepTable } from './types.ts'

export const STEP_STEPPED = 0
export const STEP_EXIT = 1
export const STEP_PRUNED = 2
export const STEP_REJECTED = 3
export const STEP_BRANCHED = 4

export interface StepRecorder {
  count: number
  insn: Int32Array
  parent: Int32Array
  kind: Uint8Array
  link: Int32Array
}

const FIRST_ROWS = 1024

export const newRecorder = (): StepRecorder => ({
  count: 0,
  insn: new Int32Array(FIRST_ROWS),
  parent: new Int32Array(FIRST_ROWS),
  kind: new Uint8Array(FIRST_ROWS),
  link: new Int32Array(FIRST_ROWS),
})

/** A new step; its number. */
export function addStep(recorder: StepRecorder, insn: number, parent: number, link: number): number {
  const i = recorder.count
  if (i === recorder.insn.length) grow(recorder)
  recorder.insn[i] = insn
  recorder.parent[i] = parent
  recorder.kind[i] = STEP_STEPPED
  recorder.link[i] = link
  recorder.count = i + 1
  return i
}

function grow(recorder: StepRecorder): void {
  const rows = recorder.insn.length * 2
  const wider = (from: Int32Array): Int32Array => {
    const to = new Int32Array(rows)
    to.set(from)
    return to
  }
  recorder.insn = wider(recorder.insn)
  recorder.parent = wider(recorder.parent)
  recorder.link = wider(recorder.link)
  const kind = new Uint8Array(rows)
  kind.set(recorder.kind)
  recorder.kind = kind
}

/** The table without the rows that are not used; links count from `logStart`, the first character of the log that is kept. */
export function stepTable(recorder: StepRecorder | undefined, logStart = 0): StepTable {
  const r = recorder ?? newRecorder()
  const link = r.link.slice(0, r.count)
  if (logStart > 0) for (let i = 0; i < link.length; i++) link[i] = Math.max(-1, link[i]! - logStart)
  return {
    count: r.count,
    insn: r.insn.slice(0, r.count),
    parent: r.parent.slice(0, r.count),
    kind: r.kind.slice(0, r.count),
    link,
  }
}
