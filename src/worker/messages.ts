// The protocol between page and worker. The worker owns the big data under a build revision; the page pulls windows of it and gets
// 'stale' for an old revision. A newer build supersedes an older one. Every message is plain data.
import type {
  ActivationWindow,
  BuildReport,
  CaptureReport,
  EventWindow,
  ExplanationView,
  FlowView,
  LanesView,
  LinkResult,
  LogWindow,
  MachineView,
  Move,
  PassesView,
  PassWindow,
  Project,
  RaceGrid,
  RaceRun,
  TypesView,
  UserViews,
  VisitsView,
  WasmView,
  WatchesView,
  WorldView,
} from '../engine/index.ts'
import type { CourseRow, Examination, Example, Grade, HiddenRun, LessonFiles, LessonResult, PackKind, Unpacked } from '../lessons/index.ts'
import type { Ending, LessonRef } from './lesson-calls.ts'
import type { ThinkingMethods } from './thinking-calls.ts'

/** Method name to arguments and value. */
export interface Methods extends ThinkingMethods {
  /** Compiles, verifies and runs the project; the answer is the first glance. */
  /** `anyway`: a program that Linux rejects is run all the same. */
  build: { args: { project: Project; revision: number; anyway?: boolean }; value: BuildReport }
  log: { args: { revision: number; program: number; level: number; from: number; count: number }; value: LogWindow }
  visits: { args: { revision: number; program: number; insn: number }; value: VisitsView }
  explain: { args: { revision: number; program: number }; value: ExplanationView }
  move: { args: { revision: number; from: number; move: Move }; value: MachineView }
  /** Runs of programs, the world's log, and the lie of the land with what came of its hooks. */
  activations: { args: { revision: number; from: number; count: number }; value: ActivationWindow }
  events: { args: { revision: number; from: number; count: number }; value: EventWindow }
  world: { args: { revision: number }; value: WorldView }
  /** The scenario's views (tables, histograms, logs, trees, series, flame graphs) as user space shows them at a tick. */
  userViews: { args: { revision: number; tick: number }; value: UserViews }
  /** Values of expressions where the machine stands at a tick. */
  watch: { args: { revision: number; tick: number; texts: readonly string[] }; value: WatchesView }
  /** Schedules of a program on two CPUs, tried; and one of them turn by turn. */
  raceGrid: { args: { revision: number; program: number; packets: readonly [number, number] }; value: RaceGrid }
  raceRun: {
    args: { revision: number; program: number; packets: readonly [number, number]; first: number; after: number }
    value: { readonly run?: RaceRun }
  }
  /** The WebAssembly of a program by its instructions. */
  wasm: { args: { revision: number; program: number }; value: WasmView }
  /** The compiler's passes, blocks and types. */
  passes: { args: { revision: number }; value: PassesView }
  pass: { args: { revision: number; index: number; from: number; count: number }; value: PassWindow }
  flow: { args: { revision: number; program: number }; value: FlowView }
  types: { args: { revision: number; program: number }; value: TypesView }
  /** Runs over a stretch of simulated time, counted. */
  lanes: { args: { revision: number; fromNs: number; toNs: number; bins: number }; value: LanesView }
  encodeLink: { args: { project: Project }; value: { readonly link: string } }
  decodeLink: { args: { fragment: string }; value: LinkResult }
  /** The outgoing packets of the run as pcap bytes. */
  exportPcap: { args: { revision: number }; value: { readonly bytes: Uint8Array } }
  /** What arrives as pcap bytes; `single`: each packet is one run of one program, so that its result can be compared. */
  incomingPcap: { args: { revision: number }; value: { readonly bytes: Uint8Array; readonly single: boolean } }
  /** The gallery, without the sources. */
  examples: { args: Record<string, never>; value: readonly ExampleRow[] }
  example: { args: { id: string }; value: { readonly project?: Project } }
  /** All lessons, without their contents; one lesson, or what is wrong with it; its files. */
  course: { args: Record<string, never>; value: readonly CourseRow[] }
  lesson: { args: { ref: LessonRef }; value: LessonResult }
  lessonFiles: { args: { id: string }; value: { readonly files?: LessonFiles } }
  /** Builds and runs a piece of work against a lesson's checks, and against further hidden runs of a teacher; or, in a play, against what that one shows. */
  grade: {
    args: { ref: LessonRef; files: Project['files']; more: readonly HiddenRun[]; play?: string }
    value: { readonly grade?: Grade }
  }
  /** How one of a lesson's programs ("start", "predict/NAME", "break/ID") ends. */
  ending: { args: { ref: LessonRef; variant: string }; value: { readonly ending?: Ending } }
  /** Workshops and hand-ins as text for links. */
  pack: { args: { kind: PackKind; value: unknown }; value: { readonly text: string } }
  unpack: { args: { text: string }; value: Unpacked }
  /** Whether a lesson is true, for its author. */
  examine: { args: { files: LessonFiles }; value: Examination }
  /** Reads a capture that the visitor dropped; diagnostics name what is wrong and where. */
  readCapture: { args: { name: string; bytes: Uint8Array }; value: CaptureReport }
}
export type ExampleRow = Omit<Example, 'source'>
export type Method = keyof Methods

export interface RequestMessage<M extends Method = Method> {
  readonly kind: 'request'
  readonly id: number
  readonly method: M
  readonly args: Methods[M]['args']
}

export type ToWorker =
  | { [M in Method]: RequestMessage<M> }[Method]
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'ping'; readonly at: number }

export type ToPage =
  | { readonly kind: 'value'; readonly id: number; readonly value: Methods[Method]['value'] }
  /** The revision asked for is no longer (or not yet) there. */
  | { readonly kind: 'stale'; readonly id: number }
  /** A defect of ours, told and not hidden. */
  | { readonly kind: 'defect'; readonly id: number; readonly text: string }
  | { readonly kind: 'pong'; readonly at: number }

/** The two ends of a channel, in a browser (Worker) or in Node (MessagePort). */
export interface Port<Out, In> {
  post(message: Out): void
  onMessage(handler: (message: In) => void): void
}
