// What the page is told of a verification, piece by piece. Plain data that survives structured cloning.
import type { CoveredPart, StateView } from '../../verifier/index.ts'
import type { Cause } from '../explain/causes.ts'
import type { RowEnd } from './walk.ts'

export interface ThinkingView {
  readonly steps: number
  readonly rows: number
  /** Instructions that Linux counts, of `limit`. */
  readonly processed: number
  readonly limit: number
  readonly ends: { readonly exit: number; readonly pruned: number; readonly rejected: number }
  /** Visits of each instruction slot. */
  readonly heat: readonly number[]
  readonly loops: readonly {
    readonly head: number
    readonly from: readonly number[]
    readonly rounds: number
    readonly line: number
    readonly text: string
  }[]
  /** Step of the refusal, -1 where none. */
  readonly rejectedAt: number
}

/** A straight run of steps. */
export interface PathRow {
  readonly row: number
  readonly first: number
  readonly last: number
  /** Ways taken up on the way here. */
  readonly depth: number
  /** Function frame; 0 is the program itself. */
  readonly frame: number
  readonly func: string
  readonly firstInsn: number
  readonly lastInsn: number
  readonly firstLine: number
  readonly lastLine: number
  /** The last instruction of the run, which says how it ends. */
  readonly text: string
  /** Row whose branch is taken up here; -1 where it goes on from the row above. */
  readonly from: number
  readonly way: 'start' | 'next' | 'fell' | 'jumped'
  readonly end: RowEnd
  /** Step of the earlier state that covers this one; -1 where none. */
  readonly cover: number
}

export interface PathWindow {
  readonly total: number
  readonly from: number
  readonly rows: readonly PathRow[]
}

export interface PrunedView {
  readonly coveredBy: number
  readonly strict: boolean
  readonly old: StateView
  readonly parts: readonly CoveredPart[]
}

export interface StepView {
  readonly step: number
  readonly row: number
  readonly insn: number
  readonly line: number
  readonly text: string
  readonly parent: number
  /** Step that goes on from here, -1 where the path ends. */
  readonly next: number
  /** Step that takes up the other way of a branch, -1 where none. */
  readonly otherWay: number
  readonly frames: readonly string[]
  readonly state: StateView | undefined
  /** What the step did to the state. */
  readonly changed: readonly { readonly place: string; readonly before: string; readonly after: string }[]
  readonly origins: readonly {
    readonly register: number
    readonly causes: readonly {
      readonly step: number
      readonly insn: number
      readonly kind: Cause['kind']
      readonly register: string
      readonly believed: string
    }[]
  }[]
  readonly pruned?: PrunedView
}

/** Rounds of a loop; columns are what differs between the rounds shown. */
export interface LoopView {
  readonly head: number
  readonly total: number
  readonly from: number
  readonly columns: readonly string[]
  readonly rounds: readonly { readonly round: number; readonly step: number; readonly cells: readonly string[] }[]
}
