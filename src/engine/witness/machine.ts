// What the two ways to find a witness share: the task, the answer, and a machine with the refused program that is started again for each try.
import type { KernelBtf } from '../../abi/index.ts'
import type { RejectionCode } from '../../diag/index.ts'
import type { InsnTable, Program } from '../../isa/index.ts'
import {
  type Kernel,
  type KernelSnapshot,
  type LoadedProgram,
  restoreKernel,
  runsPackets,
  type StartResult,
  startInvocation,
  startProgram,
} from '../../kernel/index.ts'
import type { StateView } from '../../verifier/index.ts'
import type { ScenarioMap } from '../project.ts'

export interface Witness {
  /** The frame; empty where the program is no packet's. */
  readonly packetHex: string
  /** Contents of maps before the run. */
  readonly maps: readonly ScenarioMap[]
  /** Instruction at which it went wrong. */
  readonly insn: number
  /** 'fault' memory that is not there, 'leak' something is never given back, 'answer' a return value that the hook does not know, 'endless'. */
  readonly kind: 'fault' | 'leak' | 'answer' | 'endless'
  /** What the machine says, in words that need no language: "read of 4 bytes at packet +14: out of bounds". */
  readonly text: string
  /** Address in hex, 0 where there is none; the region; bytes. */
  readonly address: string
  readonly region: string
  readonly size: number
  readonly access: 'read' | 'write' | 'none'
  /** Runs that it took. */
  readonly tries: number
  /**
   * Values of registers before the instruction, where no packet was found that leads there: as far as Linux knows they are possible, and the
   * instruction was run with them. Empty where the packet alone does it.
   */
  readonly registers: readonly RegisterInput[]
}

export interface RegisterInput {
  /** "R2". */
  readonly name: string
  /** "packet +31", "0". */
  readonly value: string
}

export interface WitnessTask {
  readonly program: Program
  readonly code: RejectionCode
  readonly message: string
  readonly insn: number
  /** Instructions of the refused path from its start; empty where it is not known. */
  readonly path: readonly number[]
  /** What was believed before the refused instruction. */
  readonly state?: StateView | undefined
  readonly seeds: readonly Uint8Array[]
  readonly kernel?: KernelBtf | undefined
}

export interface Machine {
  readonly kernel: Kernel
  readonly program: LoadedProgram
  readonly snapshot: KernelSnapshot
  readonly task: WitnessTask
  readonly table: InsnTable
  tries: number
}

const NOW_NS = 900_000_000_000

/** Puts the machine back to before everything and starts the program; maps are empty. */
export function resetMachine(m: Machine): void {
  restoreKernel(m.kernel, m.snapshot)
}

export function startWith({ kernel, program, task }: Machine, packet: Uint8Array): StartResult {
  const { type } = task.program
  if (runsPackets(type)) return startInvocation(kernel, program, packet, NOW_NS)
  return startProgram(kernel, program, type === 'kprobe' ? { kind: 'regs', regs: REGS } : { kind: 'args', args: ARGS }, NOW_NS)
}

const REGS: readonly bigint[] = Array.from({ length: 21 }, (_, i) => BigInt(i + 1))
const ARGS: readonly bigint[] = Array.from({ length: 8 }, (_, i) => BigInt(i + 1))
