// What the worker said about the document as it stands, and where one is looking. Nothing here is saved and nothing is computed: the
// engine controller puts answers in, panels read. `fresh` says whether the report is about the text that is in the editor now.
import { create } from 'zustand'
import { subscribeWithSelector } from 'zustand/middleware'
import type { BuildReport, ExplanationView, LinkFault, LogLine, MachineView, ProgramReport, VisitsView } from '../../engine/index.ts'
import type { KeeperStatus } from './keeper.ts'
import { NO_SELECTION, type Selection } from './relate.ts'

/** 'safe': the last start did not finish, nothing is built until asked. 'halted': the worker stopped answering on this text twice.
 * 'held': a lesson waits for a guess before it shows the answer. */
export type Phase = 'starting' | 'building' | 'ready' | 'safe' | 'halted' | 'held'

export interface LogState {
  readonly key: string
  /** -1 until the first window has come. */
  readonly total: number
  readonly pages: Readonly<Record<number, readonly LogLine[]>>
}

export interface SessionState {
  readonly phase: Phase
  readonly fresh: boolean
  readonly report: BuildReport | undefined
  /** Index in `report.programs` of the program that listing, log and breakpoints are about. */
  readonly program: number
  readonly machine: MachineView | undefined
  readonly selection: Selection
  readonly hover: Selection
  readonly cursorLine: number
  readonly log: LogState
  readonly visits: VisitsView | undefined
  readonly explanation: ExplanationView | undefined
  readonly saving: KeeperStatus
  /** A defect of ours, told and not hidden. */
  readonly defect: string
  readonly link: LinkState
  /** A record that could not be read was put aside at the start. */
  readonly damaged: boolean
  /** The program of this document is run although Linux rejects it. */
  readonly anyway: boolean
  /** A newer build of the page is kept and waits. */
  readonly newBuild: boolean
  set(change: Partial<Omit<SessionState, 'set'>>): void
}

export type LinkState =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening' }
  /** Opened; `draft` says that edits made under this link before are there to be taken up again. */
  | { readonly kind: 'open'; readonly draft: boolean }
  | { readonly kind: 'bad'; readonly code: LinkFault; readonly params: readonly string[] }

export const EMPTY_LOG: LogState = { key: '', total: -1, pages: {} }

export const useSession = create<SessionState>()(
  subscribeWithSelector((set) => ({
    phase: 'starting',
    fresh: false,
    report: undefined,
    program: 0,
    machine: undefined,
    selection: NO_SELECTION,
    hover: NO_SELECTION,
    cursorLine: 1,
    log: EMPTY_LOG,
    visits: undefined,
    explanation: undefined,
    saving: 'saved',
    defect: '',
    link: { kind: 'none' },
    damaged: false,
    anyway: false,
    newBuild: false,
    set,
  })),
)

const NO_LISTING: ProgramReport['listing'] = []

export const shownProgram = (s: SessionState): ProgramReport | undefined => s.report?.programs[s.program]
export const shownListing = (s: SessionState): ProgramReport['listing'] => shownProgram(s)?.listing ?? NO_LISTING

/** The machine's next slot where it stands in the shown program, -1 elsewhere. */
export const shownPc = (s: SessionState): number => (s.machine && s.machine.program === s.program ? s.machine.pc : -1)

/** The instruction that details are about: the chosen one, the first of the chosen line, the rejected one, or the machine's next. */
export function focusSlot(s: SessionState): number {
  const listing = shownListing(s)
  if (s.selection.kind === 'insn') return s.selection.slot
  if (s.selection.kind === 'line') {
    const { line } = s.selection
    const row = listing.find((r) => r.line === line)
    if (row) return row.slot
  }
  const program = shownProgram(s)
  if (program && program.verdict.insn >= 0) return program.verdict.insn
  return shownPc(s)
}
