// All that one verification knows: the program as columns, what is noted about each instruction, the state that is worked on, the
// branches still to be walked, the checkpoints, the counters and the log. One Env belongs to one verification and is changed in place.
// Linux: struct bpf_verifier_env, struct bpf_insn_aux_data, struct bpf_subprog_info.
import type { KernelBtf, ProgTypeRow } from '../abi/index.ts'
import { type Btf, readBtf } from '../btf/index.ts'
import type { DisasmNames, InsnTable, MapDef, Program } from '../isa/index.ts'
import { type BackKinds, backKinds } from './back-kinds.ts'
import type { AttachTarget } from './check/attach.ts'
import type { FuncArg } from './check/func-args.ts'
import type { KfuncDesc } from './check/kfunc-meta.ts'
import type { FieldRecord } from './check/record.ts'
import type { ExactLevel } from './compare.ts'
import { FRAME_REGS, REG_WORDS, regAt } from './domain/layout.ts'
import { UNSUPPORTED } from './errno.ts'
import { type History, NO_ENTRY, newHistory } from './history.ts'
import type { StackLiveness } from './liveness/stack.ts'
import type { LogNames } from './log/reg-text.ts'
import { type Capabilities, ROOT } from './privilege.ts'
import type { Arena, State } from './state.ts'
import { newArena, workingFrame, workingState } from './state.ts'
import type { StepRecorder } from './steps.ts'
import type { VerifyOptions } from './types.ts'
import { type Log, newLog } from './verbose.ts'

export const COMPLEXITY_LIMIT_INSNS = 1_000_000
export const COMPLEXITY_LIMIT_JMP_SEQ = 8192
export const MAX_BPF_STACK = 512
export const MAX_CALL_FRAMES = 8
export const MAX_SUBPROGS = 256
/** Largest offset that pointer arithmetic may reach. */
export const MAX_VAR_OFF = 1 << 29
export const MAX_PACKET_OFF = 0xffff
/** callsite of a main program's or global function's own frame. */
export const MAIN_FUNC = -1

// prog_flags
export const F_STRICT_ALIGNMENT = 1
export const F_ANY_ALIGNMENT = 2
export const F_TEST_STATE_FREQ = 8
/** The program runs where it may sleep. */
export const F_SLEEPABLE = 1 << 4
export const F_TEST_REG_INVARIANTS = 0x80
/** Flags that anybody may add to a load, by the names that the command line takes. */
export const TEST_FLAGS: Readonly<Record<string, number>> = {
  strict_alignment: F_STRICT_ALIGNMENT,
  any_alignment: F_ANY_ALIGNMENT,
  test_state_freq: F_TEST_STATE_FREQ,
  test_reg_invariants: F_TEST_REG_INVARIANTS,
}

// Notes about an instruction (Aux.flags).
/** States are stored and compared here. */
export const PRUNE_POINT = 1
/** The way that led here is put in the jump history. */
export const JMP_POINT = 2
export const FORCE_CHECKPOINT = 4
/** Spill or fill around a call that keeps registers (bpf_fastcall). */
export const FASTCALL_PATTERN = 8
/** Some path came here. */
export const SEEN = 16
/** Call of a helper or kfunc that calls a function of the program back. */
export const CALLS_CALLBACK = 32
/** Call of an open-coded iterator's next(). */
export const ITER_NEXT = 64
/** A mispredicted path ends before or behind the instruction: a barrier stands there. Linux: nospec, nospec_result. */
export const NOSPEC = 128
export const NOSPEC_RESULT = 256
/** Reads from a structure of the kernel what may be read and yet is no field. */
export const NO_FIELD = 512

/** Columns of notes about each instruction slot. */
export interface Aux {
  readonly flags: Uint16Array
  /** How the offset of a pointer is masked against misprediction, and up to where; 0 = not yet known. Linux: alu_state, alu_limit. */
  readonly aluState: Uint8Array
  readonly aluLimit: Int32Array
  /** What each instruction can do to what precision backtracking looks for. */
  readonly back: BackKinds
  /** Kind of pointer that a load or store went through so far; 0 = none yet. */
  readonly ptrType: Int32Array
  /** Spills around a fastcall call that the kernel would remove. */
  readonly fastcallSpills: Uint8Array
  /** Strongly connected component of the control flow; 0 = in no loop. */
  scc: ArrayLike<number>
  /** Registers that may be read from here on, a bit each. */
  liveRegs: ArrayLike<number>
}

export interface Subprog {
  readonly start: number
  /** One past the last instruction. */
  readonly end: number
  readonly name: string
  readonly isGlobal: boolean
  readonly typeId: number
  stackDepth: number
  hasTailCall: boolean
  hasLdAbs: boolean
  changesPktData: boolean
  mightSleep: boolean
  exitIdx: number
  /** Lowest stack offset that fastcall patterns alone use; S16_MIN = no pattern may be removed. */
  fastcallStackOff: number
  keepFastcallStack: boolean
  /** Global functions: called by something that was verified; verified itself. */
  called: boolean
  verified: boolean
  /** Arguments as its type says, once asked for; a negative errno where it says nothing of use. */
  args: readonly FuncArg[] | number | undefined
  /** Its type was found not to fit. */
  unreliable: boolean
  /** Called back by helpers or kfuncs; of these, those that are called later and on their own. */
  isCb: boolean
  isAsyncCb: boolean
  /** Where its stack lies: on the kernel's, or in memory of its own (depth.ts). */
  stack: 'undecided' | 'kernel' | 'own'
  /** Takes what is thrown (exception.ts). */
  isExceptionCb: boolean
}

export interface Counters {
  insnProcessed: number
  prevInsnProcessed: number
  jmpsProcessed: number
  prevJmpsProcessed: number
  totalStates: number
  peakStates: number
  maxStatesPerInsn: number
  exploredStates: number
  freeListSize: number
  backedges: number
}

/** A path to be explored later. Linux: struct bpf_verifier_stack_elem. */
export interface Branch {
  readonly state: State
  readonly insnIdx: number
  readonly prevInsnIdx: number
  readonly textPos: number
  readonly saidPos: number
  readonly step: number
  /** Steps between it and the last copy of the state (steps.ts). */
  readonly sinceKept: number
  /** Where the arena of branches stood before. */
  readonly chunk: Int32Array
  readonly used: number
}

/** Registers and stack slots of each frame whose precise value matters. Linux: struct backtrack_state. */
export interface Backtrack {
  frame: number
  readonly regs: Int32Array
  readonly slotsLo: Int32Array
  readonly slotsHi: Int32Array
  /** Some checkpoint learnt something new. */
  changed: boolean
}

/** Which id of one state plays the part of which id of another. Linux: struct bpf_idmap. */
export interface IdMap {
  readonly old: Int32Array
  readonly cur: Int32Array
  count: number
  tmpIdGen: number
  /** Numbers count whether or not anything relied upon them (no CAP_BPF). */
  readonly allPrecise: boolean
  /** Bytes that nobody wrote may be read. */
  readonly uninitStack: boolean
  /** As Env.exploreAluLimits. */
  sameNumbers: boolean
}
const ID_MAP_SIZE = 600

/** A stay in a loop on one chain of calls. Linux: struct bpf_scc_visit. */
export interface SccVisit {
  readonly callsites: readonly number[]
  readonly scc: number
  /** First checkpoint of the path inside the loop; null while outside. */
  entry: State | null
  /** States that equalled a checkpoint of the loop, newest first. */
  backedges: State[]
}

export interface Env {
  readonly program: Program
  readonly progType: ProgTypeRow
  /** The program's maps, then what is known of the maps in maps of maps. */
  readonly maps: readonly MapDef[]
  /** Index of the latter by that of the former. */
  readonly innerMaps: ReadonlyMap<number, number>
  readonly insns: InsnTable
  readonly aux: Aux
  readonly subprogs: Subprog[]
  readonly log: Log
  readonly counters: Counters
  readonly strictAlignment: boolean
  readonly testStateFreq: boolean
  /** CAP_BPF: loops, functions and precise tracking of numbers. */
  readonly bpfCapable: boolean
  /** CAP_PERFMON: addresses may get out, and stack that nobody wrote may be read. Without it paths are walked that only a mispredicted
   * branch takes. */
  readonly perfmon: boolean
  /** CAP_NET_ADMIN and the others as they were given. */
  readonly caps: Capabilities
  /** Offsets that are masked differ by path: numbers have to be the same for states to be equal. Linux: explore_alu_limits. */
  exploreAluLimits: boolean
  readonly testRegInvariants: boolean
  readonly btf: Btf | undefined
  /** The kernel's own types; undefined where nobody handed them in. */
  readonly kernel: KernelBtf | undefined
  /** Functions of the kernel that the program calls, by BTF id. */
  readonly kfuncs: Map<number, KfuncDesc>
  /** What a program that attaches by BTF attaches to. */
  attach: AttachTarget | undefined
  /** Types of the program's functions are known (func_info was given). */
  readonly hasFuncInfo: boolean
  readonly cur: State
  /** Words of `cur`: where nearly everything is read and written. */
  readonly words: Int32Array
  /** Room for registers that stand for constants; not part of any state. */
  readonly scratch: Int32Array
  readonly branches: Branch[]
  /** Words of their states: a stack as they are. */
  readonly branchArena: Arena
  /** Heads of the lists of checkpoints, hashed by instruction and call site. */
  readonly explored: (State[] | null)[]
  insnIdx: number
  prevInsnIdx: number
  readonly history: History
  /** History entry of the instruction being processed; NO_ENTRY while it has none. */
  histEntry: number
  idGen: number
  /** Registers and stack slots touched since a state was last shown. */
  scratchedRegs: number
  scratchedSlotsLo: number
  scratchedSlotsHi: number
  /** Say where the walk goes on before the next instruction. */
  printState: boolean
  /** What precision backtracking is looking for. */
  readonly bt: Backtrack
  readonly idmap: IdMap
  /** Loops that were entered, by component. */
  readonly sccVisits: Map<number, SccVisit[]>
  /** The arena that the program uses, among the maps; -1 = none. */
  arena: number
  /** Some path throws an exception. */
  seenException: boolean
  /** The function that the program names for its exceptions; 0 = none, then what is thrown is the result. */
  exceptionCb: number
  /** Special fields of the values of maps, by index, as far as they were asked for. */
  readonly records: Map<number, FieldRecord | undefined>
  /** Function of each bpf_loop() that the kernel would write out in place, by instruction; -1 where it would not. */
  readonly loopInlining: Map<number, number>
  /** Word of a frame that told the last two states apart that were compared for an endless loop. */
  tellingWord: number
  /** Number of the last step on the current path; -1 before the first. */
  step: number
  /** Reads and writes of stack slots, for the analysis of which slots are live. */
  live: StackLiveness
  /** Texts of instructions, made when first shown. */
  readonly texts: (string | undefined)[]
  disasm: DisasmNames
  names: LogNames
  recorder: StepRecorder | undefined
  /** Steps that are done again are done as was recorded here (replay.ts). */
  replayed: StepRecorder | undefined
  /** Checkpoint that the current state was found to be covered by, or that it repeats. */
  covering: State | null
  /** Called before each instruction, for those who want to see states. */
  onStep: ((env: Env) => void) | undefined
  /** Called where the current state is found to be covered, by env.covering, before that leaves any marks. */
  onCovered: ((env: Env, exact: ExactLevel) => void) | undefined
  /** What is not modelled, once a check ended with UNSUPPORTED. */
  feature: string
}

const SCRATCH_REGS = 8
/** The kernel keeps no more of a map's name. */
const OBJ_NAME_LEN = 15

export function newEnv(program: Program, progType: ProgTypeRow, insns: InsnTable, options: VerifyOptions): Env {
  const { kernel, logLevel, caps = ROOT } = options
  const flags = program.flags | (options.flags ?? 0)
  const n = insns.length
  const cur = workingState()
  const btf = program.btf ? readBtf(program.btf) : undefined
  const all = withInnerMaps(program.maps)
  return {
    program,
    progType,
    maps: all.maps,
    innerMaps: all.inner,
    insns,
    aux: {
      flags: new Uint16Array(n),
      aluState: new Uint8Array(n),
      aluLimit: new Int32Array(n),
      back: backKinds(insns),
      ptrType: new Int32Array(n),
      fastcallSpills: new Uint8Array(n),
      scc: new Int32Array(n),
      liveRegs: new Uint16Array(n),
    },
    subprogs: [],
    log: newLog(logLevel, program.lines),
    counters: {
      insnProcessed: 0,
      prevInsnProcessed: 0,
      jmpsProcessed: 0,
      prevJmpsProcessed: 0,
      totalStates: 0,
      peakStates: 0,
      maxStatesPerInsn: 0,
      exploredStates: 0,
      freeListSize: 0,
      backedges: 0,
    },
    strictAlignment: (flags & F_STRICT_ALIGNMENT) !== 0 && (flags & F_ANY_ALIGNMENT) === 0,
    testStateFreq: caps.bpf && (flags & F_TEST_STATE_FREQ) !== 0,
    bpfCapable: caps.bpf,
    perfmon: caps.perfmon,
    caps,
    exploreAluLimits: false,
    testRegInvariants: (flags & F_TEST_REG_INVARIANTS) !== 0,
    btf: btf?.ok ? btf.btf : undefined,
    kernel,
    kfuncs: new Map(),
    attach: undefined,
    hasFuncInfo: program.btf !== undefined && program.subprogs.length > 0 && program.subprogs.every((s) => s.typeId > 0),
    cur,
    words: cur.words,
    scratch: new Int32Array(SCRATCH_REGS * REG_WORDS),
    branches: [],
    branchArena: newArena(),
    explored: new Array<State[] | null>(n).fill(null),
    insnIdx: 0,
    prevInsnIdx: -1,
    history: newHistory(),
    histEntry: NO_ENTRY,
    idGen: 0,
    scratchedRegs: 0,
    scratchedSlotsLo: 0,
    scratchedSlotsHi: 0,
    printState: false,
    bt: {
      frame: 0,
      regs: new Int32Array(MAX_CALL_FRAMES),
      slotsLo: new Int32Array(MAX_CALL_FRAMES),
      slotsHi: new Int32Array(MAX_CALL_FRAMES),
      changed: false,
    },
    idmap: {
      old: new Int32Array(ID_MAP_SIZE),
      cur: new Int32Array(ID_MAP_SIZE),
      count: 0,
      tmpIdGen: 0,
      allPrecise: !caps.bpf,
      uninitStack: caps.perfmon,
      sameNumbers: false,
    },
    sccVisits: new Map(),
    arena: -1,
    seenException: false,
    exceptionCb: 0,
    records: new Map(),
    loopInlining: new Map(),
    tellingWord: FRAME_REGS,
    step: -1,
    live: undefined as unknown as StackLiveness,
    texts: new Array<string | undefined>(n).fill(undefined),
    disasm: {},
    names: { allPrecise: !caps.bpf, maps: all.maps.map((m) => ({ ...m, name: m.name.slice(0, OBJ_NAME_LEN) })), typeName: () => '' },
    recorder: undefined,
    replayed: undefined,
    covering: null,
    onStep: undefined,
    onCovered: undefined,
    feature: '',
  }
}

/** A map in a map is known by the description of all maps that may be there; it has no name and no contents. Linux: bpf_map_meta_alloc(). */
function withInnerMaps(maps: readonly MapDef[]): { maps: readonly MapDef[]; inner: ReadonlyMap<number, number> } {
  const all = [...maps]
  const inner = new Map<number, number>()
  for (const [i, map] of maps.entries()) {
    if (!map.inner) continue
    inner.set(i, all.length)
    all.push({ ...map.inner, name: '', init: [], frozen: false })
  }
  return { maps: all, inner }
}

/** Ends a check because the program needs what is not modelled. */
export function unsupported(env: Env, feature: string): number {
  env.feature = feature
  return UNSUPPORTED
}

/** What is said of a program that Linux 6.18 itself does not survive judging; nobody should ask it. */
export const LINUX_CRASHES = 'a program on which Linux 6.18 crashes'

/** Offset of register `regno` of the frame that is being executed. */
export const curReg = (env: Env, regno: number): number => regAt(workingFrame(env.cur.curframe), regno)

// ---- what was touched since a state was last shown ----
export function scratchReg(env: Env, regno: number): void {
  env.scratchedRegs |= 1 << regno
}
export function scratchSlot(env: Env, spi: number): void {
  if (spi < 32) env.scratchedSlotsLo |= 1 << spi
  else env.scratchedSlotsHi |= 1 << (spi - 32)
}
/** Linux: mark_verifier_state_scratched(). */
export function scratchAll(env: Env): void {
  env.scratchedRegs = env.scratchedSlotsLo = env.scratchedSlotsHi = -1
}
/** Linux: mark_verifier_state_clean(). */
export function scratchNone(env: Env): void {
  env.scratchedRegs = env.scratchedSlotsLo = env.scratchedSlotsHi = 0
}
export const anyScratched = (env: Env): boolean => (env.scratchedRegs | env.scratchedSlotsLo | env.scratchedSlotsHi) !== 0

/** The subprogram that an instruction belongs to. Linux: bpf_find_containing_subprog(). */
export function containingSubprog(env: Env, insn: number): number {
  let lo = 0
  let hi = env.subprogs.length - 1
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1
    if (env.subprogs[mid]!.start <= insn) lo = mid
    else hi = mid - 1
  }
  return lo
}
/** The subprogram that starts at an instruction; -1 where none does. Linux: find_subprog(). */
export function findSubprog(env: Env, start: number): number {
  const i = containingSubprog(env, start)
  return env.subprogs[i]?.start === start ? i : -1
}
