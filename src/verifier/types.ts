// What a verification is asked and what it answers. Source of the rules: Linux 6.18 kernel/bpf/verifier.c, x86-64, root, JIT on.
import type { KernelBtf } from '../abi/index.ts'
import type { InsnIdx, Program } from '../isa/index.ts'
import type { Capabilities } from './privilege.ts'
import type { RecordedWalk } from './replay.ts'

export interface VerifyOptions {
  /** As in BPF_PROG_LOAD: 1 path of a rejection, 2 every path, 4 statistics; may be combined. */
  readonly logLevel: number
  /** Keep columns about every step, so that states can be shown later. */
  readonly record?: boolean
  /** What the one who loads may do; root, unless told otherwise. */
  readonly caps?: Capabilities
  /** Flags of the load that are added to the program's own (TEST_FLAGS). */
  readonly flags?: number
  /** The kernel's own types. Programs that need them are unsupported where they are not handed in. */
  readonly kernel?: KernelBtf
}

export interface VerifyStats {
  /** "processed N insns". */
  readonly processed: number
  readonly totalStates: number
  readonly peakStates: number
  readonly maxStatesPerInsn: number
  /** Stack bytes used per subprogram: "8+0+40". */
  readonly stackDepth: string
}

/**
 * Columns about each step of the walk, in the order in which it was explored; row i is step i. A path is followed from its end by `parent`;
 * a step whose parent is not the step before it takes up a path that a branch put by.
 */
export interface StepTable {
  readonly count: number
  /** Instruction slot of each step. */
  readonly insn: Int32Array
  /** The step before on the same path; -1 at the start. */
  readonly parent: Int32Array
  /**
   * 0 stepped; 1 the path ended (exit); 2 pruned: `cover` proved to be safe; 3 rejected here; 4 stepped, and another way was put by;
   * 5 pruned at `cover`, a state of a loop that is not explored to its end yet. A pruned step was not executed.
   */
  readonly kind: Uint8Array
  /** Index in `VerifyResult.log` (UTF-16 offset) of what was said at this step; -1 where nothing was. */
  readonly link: Int32Array
  /** Pruned: the step before which the state was the earlier one that covers this one. Rejected as an endless loop: likewise. Else -1. */
  readonly cover: Int32Array
}

export interface VerifyResult {
  readonly verdict: 'accepted' | 'rejected' | 'unsupported'
  /** Linux's positive errno; 0 where accepted or unsupported. */
  readonly errno: number
  /** The lines of the log that are no state dump, instruction or statistic, joined by \n; empty where accepted. */
  readonly message: string
  /** What is not modelled yet; only where unsupported. */
  readonly feature?: string
  /** The instruction at which it was rejected; -1 where none. */
  readonly insn: InsnIdx
  readonly log: string
  readonly stats: VerifyStats
  /** Empty unless `VerifyOptions.record` was set. */
  readonly steps: StepTable
  /** What stateAtStep() and explainPrune() need; only where steps are recorded. Large, and not to be sent anywhere. */
  readonly recorded?: RecordedWalk
}

/** A verification under way: resumable, cancellable by dropping it. */
export interface Verification {
  /** Works off up to `budget` instructions. */
  run(budget: number): 'more' | 'done'
  /** Only once `run` said 'done'. */
  result(): VerifyResult
}

/** What the verifier believed of one register or stack slot, for people. All numbers as in the log. */
export interface ValueView {
  /** 'scalar', 'ctx', 'fp', 'pkt', 'pkt_end', 'map_value', 'map_value_or_null', ... ; 'none' = not readable. */
  readonly kind: string
  /** The text that the log prints for it. */
  readonly text: string
  readonly off: number
  /** Proven packet bytes (pkt only). */
  readonly range: number
  readonly map?: string
  readonly id: number
  readonly varOff: { readonly value: bigint; readonly mask: bigint }
  readonly smin: bigint
  readonly smax: bigint
  readonly umin: bigint
  readonly umax: bigint
  readonly s32min: number
  readonly s32max: number
  readonly u32min: number
  readonly u32max: number
  readonly precise: boolean
}

/** The verifier's state before a step, current frame. */
export interface StateView {
  readonly step: number
  readonly insn: InsnIdx
  readonly frame: number
  /** r0..r10. */
  readonly regs: readonly ValueView[]
  /** Slots in use, from fp-8 downwards. */
  readonly stack: readonly { readonly offset: number; readonly text: string; readonly value?: ValueView }[]
  /** The whole state as the log prints it: "R1=ctx() R10=fp0". */
  readonly text: string
}

/** Rebuilds states on demand by running the same verification again; both are pure functions of the program. */
export type StatesAt = (program: Program, options: VerifyOptions, insn: InsnIdx, limit: number) => readonly StateView[]
