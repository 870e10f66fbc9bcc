// What the page asks for, piece by piece: windows of a build and of a run. Plain data that survives structured cloning.
import type { Diagnostic } from '../diag/index.ts'
import type { WorldEvent, WorldPlan } from '../kernel/index.ts'
import type { StateView } from '../verifier/index.ts'
import type { Explanation } from './explain/explain.ts'
import type { Outcome } from './run.ts'

/** One instruction of the listing. */
export interface ListingRow {
  readonly slot: number
  /** Kernel notation: "r1 = *(u32 *)(r6 +0)". */
  readonly text: string
  /** Opcode byte. */
  readonly opcode: number
  /** 8 or 16 bytes in hex. */
  readonly bytes: string
  /** Line (1-based) in the project's main file; 0 where unknown. */
  readonly line: number
  /** Offsets in the main file's text; absent where unknown. */
  readonly span?: { readonly start: number; readonly end: number }
  /** Slot that a jump or call goes to; -1 where none. */
  readonly target: number
  /** Name of the function that begins here; empty otherwise. */
  readonly label: string
}

export interface Verdict {
  readonly verdict: 'accepted' | 'rejected' | 'unsupported'
  readonly errno: number
  readonly message: string
  readonly feature?: string
  /** Slot at which it was rejected, -1 where none; `line` likewise 0. */
  readonly insn: number
  readonly line: number
  readonly processed: number
  readonly totalStates: number
  readonly peakStates: number
  readonly maxStatesPerInsn: number
  readonly stackDepth: string
}

export interface ProgramReport {
  readonly name: string
  readonly section: string
  readonly type: string
  readonly insnCount: number
  readonly listing: readonly ListingRow[]
  readonly verdict: Verdict
}

export interface PacketRow {
  readonly index: number
  /** Nanoseconds since the first packet of the scenario. */
  readonly atNs: number
  readonly sizeBytes: number
  /** "IPv4 10.0.0.1 > 10.0.0.2 TCP 41000 > 80 [SYN]". */
  readonly summary: string
  /** Short protocol name for a chip: "TCP", "ARP". */
  readonly protocol: string
  /** 'XDP_DROP', 'TC_ACT_OK', ...; 'fault' where the run failed; empty where nothing ran. */
  readonly verdict: string
  readonly retval: number
  /** The packet went on (pass, tx, redirect), was dropped, or neither can be said. */
  readonly outcome: Outcome
  /** First tick and number of ticks of its run. */
  readonly firstTick: number
  readonly ticks: number
  /** Run that it is. */
  readonly activation: number
}

/** One run of one program: a dot on the time line. */
export interface ActivationRow {
  readonly index: number
  /** Nanoseconds since the scenario began. */
  readonly atNs: number
  readonly node: string
  /** "xdp", "tc ingress", "cgroup/connect4", "kprobe" ... */
  readonly hook: string
  /** Interface, function, tracepoint or cgroup. */
  readonly place: string
  /** Index of the program in the report. */
  readonly program: number
  readonly cpu: number
  /** What it ran for: a packet's summary, or a process with its call. */
  readonly subject: string
  /** As in PacketRow. */
  readonly verdict: string
  readonly outcome: Outcome
  readonly firstTick: number
  readonly ticks: number
  /** Entry of the world's log that it belongs to; -1 = none. */
  readonly event: number
}

export interface ActivationWindow {
  readonly revision: number
  readonly total: number
  readonly from: number
  readonly rows: readonly ActivationRow[]
}

export interface EventWindow {
  readonly revision: number
  readonly total: number
  readonly from: number
  readonly events: readonly WorldEvent[]
  /** Run that each entry comes from: the last one that began before it or for it; -1 before the first. */
  readonly runs: readonly number[]
}

/** Runs over time, a lane for each hook, in bins of equal length. */
export interface LanesView {
  readonly revision: number
  readonly lanes: readonly {
    /** Index in WorldView.hooks. */
    readonly hook: number
    /** First run of each bin; -1 where it has none. */
    readonly first: readonly number[]
    readonly runs: readonly number[]
    readonly passed: readonly number[]
    readonly dropped: readonly number[]
  }[]
}

/** What a map of the world shows. */
export interface WorldView {
  readonly revision: number
  readonly nodes: WorldPlan['nodes']
  readonly links: WorldPlan['links']
  readonly hooks: readonly HookView[]
  readonly activations: number
  readonly events: number
  /** Simulated time at which the last thing happened. */
  readonly endNs: number
  /** Named limit that ended the world early; empty where none did. */
  readonly stopped: string
}

/** A hook with a program, and what came of its runs. */
export interface HookView {
  readonly name: string
  readonly node: string
  readonly place: string
  /** Index of the program in the report. */
  readonly program: number
  readonly runs: number
  readonly passed: number
  readonly dropped: number
  /** Runs that failed. */
  readonly faults: number
  /** Instructions of all runs. */
  readonly steps: number
}

/** Why no packet was run: errors in the source, the verdict, nothing to attach, nothing that arrives. */
export type NotRun = '' | 'errors' | 'rejected' | 'unsupported' | 'no-program' | 'no-packets'

/** Everything that the first glance at a build shows. */
export interface BuildReport {
  readonly revision: number
  readonly diagnostics: readonly Diagnostic[]
  readonly programs: readonly ProgramReport[]
  /** Index of the program that the scenario attaches; -1 where there is none. */
  readonly attached: number
  readonly packets: readonly PacketRow[]
  readonly passed: number
  readonly dropped: number
  readonly totalTicks: number
  /** Runs of programs, and entries of the world's log. */
  readonly activations: number
  readonly events: number
  readonly ms: { readonly compile: number; readonly verify: number; readonly run: number }
  /** Why nothing was run; empty where it ran. Faults of captures stand in `diagnostics`. */
  readonly notRun: NotRun
  /** It ran although Linux rejects it, because that was asked for; every access was checked. */
  readonly anyway?: boolean
  /** What is not modelled, where that is why; empty otherwise. */
  readonly notRunFeature: string
}

export interface RegisterView {
  /** "r0" .. "r10". */
  readonly name: string
  /** 64-bit value as 16 hex digits without prefix. */
  readonly hex: string
  readonly signed: string
  readonly unsigned: string
  /** What it points to, for people: "packet +14", "stack fp-8", "counts[0]", "ctx", "" for a number. */
  readonly pointsTo: string
  /** C variable (or several, comma-separated) that it holds here; empty where unknown. */
  readonly variable: string
  readonly changed: boolean
  /** Not yet written. */
  readonly unset: boolean
  /** What the verifier believed here, as in the log; empty where it never came here. */
  readonly believed: string
}

export interface ByteMark {
  readonly offset: number
  readonly size: number
  readonly access: 'read' | 'write'
}

export interface StackSlotView {
  /** Offset from r10, negative multiple of 8. */
  readonly offset: number
  /** 16 hex digits, lowest address first, ".." for a byte never written. */
  readonly bytes: string
  readonly name: string
  readonly believed: string
  readonly changed: boolean
}

export interface LayerView {
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly size: number; readonly value: string }[]
}

export interface MapRowView {
  readonly key: string
  readonly value: string
  /** Decoded by BTF: "{.packets = 3}"; falls back to hex. */
  readonly keyText: string
  readonly valueText: string
  readonly changed: boolean
}

export interface MapView {
  readonly name: string
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly entries: number
  /** At most 256 rows, in iteration order; array kinds leave out all-zero rows beyond the first 16. */
  readonly rows: readonly MapRowView[]
  readonly keyType: string
  readonly valueType: string
}

/** The machine before the instruction at `pc` runs, at one tick. */
export interface MachineView {
  readonly revision: number
  readonly tick: number
  /** Row of the packet that the program runs on; -1 = it was given none. */
  readonly packet: number
  readonly activation: number
  /** Entry of the world's log that the run belongs to; -1 = none. */
  readonly event: number
  /** Where the program runs and for what, as in ActivationRow. */
  readonly hook: string
  readonly node: string
  readonly place: string
  readonly programName: string
  readonly subject: string
  readonly cpu: number
  readonly atNs: number
  /** Step within the run, 0-based, and how many steps that run has. */
  readonly step: number
  readonly steps: number
  readonly program: number
  /** Slot of the next instruction; -1 when the run is over. */
  readonly pc: number
  readonly line: number
  readonly frames: readonly string[]
  readonly registers: readonly RegisterView[]
  readonly stack: readonly StackSlotView[]
  /** Bytes of the packet now, in hex; `packetMarks` are those of the instruction just executed, `packetTouched` of the run so far. */
  readonly packetHex: string
  readonly packetMarks: readonly ByteMark[]
  readonly packetTouched: readonly ByteMark[]
  readonly layers: readonly LayerView[]
  readonly maps: readonly MapView[]
  readonly printk: readonly string[]
  /** One sentence on what the last instruction did ("r2 = 4 bytes of the packet at +12"); empty at the start. */
  readonly did: string
  /** Which way that instruction went, where it was a conditional jump. */
  readonly branch: 'taken' | 'not taken' | ''
  /** Set when the run is over: the verdict's name. */
  readonly verdict: string
  readonly fault: string
}

export interface LogWindow {
  readonly revision: number
  readonly total: number
  readonly from: number
  readonly lines: readonly LogLine[]
}

export interface LogLine {
  readonly text: string
  /** Slot that the line is about, -1 where none. */
  readonly insn: number
  readonly kind: 'insn' | 'state' | 'source' | 'message' | 'other'
}

export interface VisitsView {
  readonly revision: number
  readonly insn: number
  /** All visits counted; `states` holds the first 64. */
  readonly total: number
  readonly states: readonly StateView[]
}

/** Why a program was rejected; no `explanation` where it was not, or where the message is of no kind that is known. */
export interface ExplanationView {
  readonly revision: number
  readonly program: number
  /** The same as Linux 7.3 lays it out, as lines. */
  readonly report?: readonly string[]
  readonly explanation?: Explanation
}

/** The compiler's passes over the program in their order. */
export interface PassesView {
  readonly revision: number
  readonly passes: readonly { readonly name: string; readonly lines: number; readonly changed: boolean }[]
}

export interface PassWindow {
  readonly revision: number
  readonly pass: number
  readonly total: number
  readonly from: number
  /** `fresh`: not in the text of the pass before. */
  readonly lines: readonly { readonly text: string; readonly fresh: boolean }[]
}

/** Basic blocks: slots in [start, end), and where control goes from there. */
export interface FlowView {
  readonly revision: number
  readonly program: number
  readonly blocks: readonly {
    readonly start: number
    readonly end: number
    readonly function: string
    /** `to` is an index of `blocks`; a loop's edge leads back. */
    readonly edges: readonly { readonly to: number; readonly kind: 'fallthrough' | 'jump'; readonly loop: boolean }[]
  }[]
}

export interface TypeRow {
  readonly id: number
  readonly kind: 'struct' | 'union' | 'enum' | 'enum64' | 'typedef'
  readonly name: string
  readonly sizeBytes: number
  /** C. */
  readonly text: string
  /** Of structs and unions, by place; empty for the rest. */
  readonly layout: readonly {
    readonly kind: 'member' | 'bits' | 'hole'
    readonly name: string
    readonly type: string
    readonly offBits: number
    readonly sizeBits: number
    /** Within so many anonymous members. */
    readonly depth: number
  }[]
}

export interface TypesView {
  readonly revision: number
  readonly program: number
  readonly types: readonly TypeRow[]
}

/** How to move along the timeline from a tick. */
export type Move =
  | { readonly kind: 'tick'; readonly tick: number }
  | { readonly kind: 'insn'; readonly by: number }
  /** To the next (1) or previous (-1) change of C line within the packet's run. */
  | { readonly kind: 'line'; readonly by: 1 | -1 }
  /** To the next (1) or previous (-1) instruction that is in `slots` of a program (the attached one unless told), over the whole scenario. */
  | {
      readonly kind: 'breakpoint'
      readonly by: 1 | -1
      readonly slots: readonly number[]
      readonly program?: number
      /** Expressions that must hold at a slot for it to count. */
      readonly conditions?: readonly { readonly slot: number; readonly text: string }[]
    }
  /** To the next (1) or previous (-1) place behind an instruction that changed the value of an expression. */
  | { readonly kind: 'change'; readonly by: 1 | -1; readonly text: string }
  | { readonly kind: 'packet'; readonly packet: number; readonly step: number }
  | { readonly kind: 'activation'; readonly activation: number; readonly step: number }
  /** To the run that an entry of the world's log comes from. */
  | { readonly kind: 'event'; readonly event: number }
