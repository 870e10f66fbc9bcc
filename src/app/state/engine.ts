// Drives the worker: a build after each pause in typing (newer supersedes older), one move along the timeline at a time, windows of the
// log and of the verifier's states on demand. In: the document and what the visitor does. Out: the session store.
// A worker that was replaced gets the project again; when the same text kills it twice, building stops until the text changes.
import type { Move, Project, ProjectView } from '../../engine/index.ts'
import { type Client, FIRST_REVISION, type Methods, StaleError } from '../../worker/index.ts'
import { toProject, useDocument } from './document.ts'
import { keepSame } from './keep.ts'
import { createMover } from './moves.ts'
import { breakpointSlots, NO_SELECTION, slotConditions } from './relate.ts'
import { revealLine } from './reveal.ts'
import { focusSlot, shownListing, shownProgram, useSession } from './session.ts'

export const LOG_PAGE = 200
const MAX_RESTARTS = 2

export interface Engine {
  /** Builds at once what is in the document. `view` is where to look afterwards; the place stays where none is given. */
  build(view?: ProjectView): Promise<void>
  /** Builds after a pause. */
  buildSoon(): void
  go(move: Move): void
  goToBreakpoint(by: 1 | -1): void
  /** Runs the program although Linux rejects it, or no longer. */
  runAnyway(on: boolean): void
  needLog(level: 1 | 2, page: number): void
  needVisits(): void
  /** Why the shown program was rejected, where it was. */
  needExplanation(): void
  call: Client['call']
}

/** The longest pause in typing that a build waits for; where builds are quick, it waits no longer than one takes, and after a rest the least. */
export const TYPING_PAUSE_MS = 150
/** The key is drawn meanwhile. */
const LEAST_PAUSE_MS = 20
/** A rest in typing, as a multiple of the pause. */
const REST = 2

export function createEngine(client: Client): Engine {
  let revision = 0
  let abort: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let restarts = 0
  let lastBuildMs = TYPING_PAUSE_MS
  let lastChange = Number.NEGATIVE_INFINITY
  /** The visitor moves, so the code scrolls along; after a build it stays where it is. */
  let stepping = false
  const asked = new Set<string>()
  /** A place that was wanted and not come to yet: a build that comes between must not lose it. */
  let wish: Move | undefined
  /** Wishes from before the worker's first answer. */
  const early: Move[] = []
  const session = () => useSession.getState()

  const build = async (view?: ProjectView, again = false): Promise<void> => {
    if (!again) restarts = 0
    clearTimeout(timer)
    abort?.abort()
    abort = new AbortController()
    const { signal } = abort
    const project = toProject(useDocument.getState())
    if (session().report?.revision !== FIRST_REVISION || !session().fresh) session().set({ phase: 'building' })
    try {
      const { anyway } = session()
      const start = performance.now()
      const answer = await client.call('build', { project, revision: ++revision, ...(anyway && { anyway }) }, signal)
      if (signal.aborted) return
      lastBuildMs = performance.now() - start
      const report = keepSame(session().report, answer)
      asked.clear()
      const place = view ?? placeOf(session())
      const { listing } = report.programs[Math.min(session().program, report.programs.length - 1)] ?? { listing: [] }
      keepSlots(listing)
      session().set({
        phase: 'ready',
        fresh: project.files === useDocument.getState().files,
        report,
        program: Math.max(0, Math.min(session().program, report.programs.length - 1)),
        selection: NO_SELECTION,
        hover: NO_SELECTION,
        defect: '',
      })
      mover.clear()
      // Who opens a link or comes back sees the line at which the machine stands.
      stepping = (view?.step ?? 0) > 0
      // The old machine stays on the page until the new one has come, so that nothing flickers while one types.
      if (report.totalTicks === 0 || report.notRun !== '') session().set({ machine: undefined })
      else {
        // Programs on system calls and the like run without packets.
        if (report.packets.length === 0) mover.want({ kind: 'tick', tick: Math.min(session().machine?.tick ?? 0, report.totalTicks) })
        else mover.want({ kind: 'packet', packet: Math.min(place.packet, report.packets.length - 1), step: place.step })
        for (const move of early.splice(0)) mover.want(move)
        if (wish && !view) mover.want(wish)
      }
    } catch (error) {
      if (!signal.aborted) fail(error)
    }
  }

  /** How long a build waits for the next change, milliseconds. */
  const pauseNow = (): number => {
    const pause = Math.min(TYPING_PAUSE_MS, Math.max(LEAST_PAUSE_MS, lastBuildMs))
    const now = performance.now()
    const isRested = now - lastChange > REST * pause
    lastChange = now
    return isRested && lastBuildMs < TYPING_PAUSE_MS ? LEAST_PAUSE_MS : pause
  }

  const fail = (error: unknown) => {
    if (error instanceof StaleError || isAbort(error)) return
    // A worker that was replaced has already been told of by `onRestart`.
    if (session().phase !== 'halted') session().set({ phase: 'ready', defect: error instanceof Error ? error.message : String(error) })
  }

  const ask = async <M extends 'move' | 'log' | 'visits' | 'explain'>(
    method: M,
    args: Methods[M]['args'],
  ): Promise<Methods[M]['value'] | undefined> => {
    try {
      const value = await client.call(method, args)
      return args.revision === session().report?.revision ? value : undefined
    } catch (error) {
      fail(error)
      return undefined
    }
  }

  const mover = createMover(async (move) => {
    const { report, machine } = session()
    if (!report) return
    const view = await ask('move', { revision: report.revision, from: machine?.tick ?? 0, move })
    if (!view) return
    if (wish === move) wish = undefined
    session().set({
      machine: keepSame(machine, view),
      selection: NO_SELECTION,
      program: view.program >= 0 ? view.program : session().program,
    })
    if (stepping) revealLine(view.line, 1, false)
  })

  const want = (move: Move) => {
    const { report } = session()
    wish = move.kind === 'packet' || move.kind === 'tick' ? move : undefined
    if (report?.revision === FIRST_REVISION) early.push(move)
    else if (report) mover.want(move)
  }

  client.onRestart(() => {
    restarts++
    asked.clear()
    if (restarts >= MAX_RESTARTS) session().set({ phase: 'halted' })
    else void build(undefined, true)
  })

  return {
    build: (view) => build(view),
    buildSoon() {
      session().set({ fresh: false })
      clearTimeout(timer)
      timer = setTimeout(() => void build(), pauseNow())
    },
    go(move) {
      stepping = true
      want(move)
    },
    goToBreakpoint(by) {
      const { breakpoints } = useDocument.getState()
      const listing = shownListing(session())
      const slots = breakpointSlots(listing, breakpoints)
      const conditions = slotConditions(listing, slots, breakpoints)
      stepping = true
      want({ kind: 'breakpoint', by, slots, ...(conditions.length > 0 && { conditions }) })
    },
    runAnyway(on) {
      session().set({ anyway: on })
      void build()
    },
    needLog(level, page) {
      const { report, program } = session()
      if (!report?.programs[program]) return
      const key = `${report.revision}/${program}/${level}`
      const request = `log/${key}/${page}`
      if (asked.has(request)) return
      asked.add(request)
      const args = { revision: report.revision, program, level, from: page * LOG_PAGE, count: LOG_PAGE }
      void ask('log', args).then((window) => {
        if (!window) {
          asked.delete(request)
          return
        }
        const old = session().log.key === key ? session().log.pages : {}
        session().set({ log: { key, total: window.total, pages: { ...old, [page]: window.lines } } })
      })
    },
    needVisits() {
      const s = session()
      const insn = focusSlot(s)
      if (!s.report?.programs[s.program] || insn < 0) return
      const request = `visits/${s.report.revision}/${s.program}/${insn}`
      if (asked.has(request) && s.visits?.insn === insn) return
      asked.add(request)
      void ask('visits', { revision: s.report.revision, program: s.program, insn }).then((visits) => {
        if (visits && focusSlot(session()) === insn) session().set({ visits })
      })
    },
    needExplanation() {
      const s = session()
      if (shownProgram(s)?.verdict.verdict !== 'rejected' || !s.report) return
      const { revision } = s.report
      const request = `explain/${revision}/${s.program}`
      if (asked.has(request)) return
      asked.add(request)
      void ask('explain', { revision, program: s.program }).then((explanation) => {
        if (explanation) session().set({ explanation })
      })
    },
    call: client.call,
  }
}

/** Where one is looking now. */
export function viewOf(): ProjectView {
  const { machine, cursorLine } = useSession.getState()
  return { packet: Math.max(0, machine?.packet ?? 0), step: machine?.step ?? 0, panels: [], cursorLine }
}

const placeOf = (s: { readonly machine: { readonly packet: number; readonly step: number } | undefined }) =>
  s.machine ?? { packet: 0, step: 0 }

/** Breakpoints on instructions hold only where the same instruction is still in that slot. */
function keepSlots(listing: readonly { readonly slot: number; readonly text: string }[]): void {
  const before = shownListing(useSession.getState())
  const { breakpoints, setBreakpoints } = useDocument.getState()
  if (breakpoints.slots.length === 0 || before.length === 0 || listing.length === 0) return
  const textAt = (rows: typeof listing, slot: number) => rows.find((r) => r.slot === slot)?.text
  const slots = breakpoints.slots.filter((slot) => textAt(listing, slot) === textAt(before, slot))
  if (slots.length !== breakpoints.slots.length) setBreakpoints({ ...breakpoints, slots })
}

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError'

/** The project with the place one is looking at, for a link or a file. */
export function projectToShare(panels: readonly string[]): Project {
  return toProject(useDocument.getState(), { ...viewOf(), panels })
}

/** Name for a saved C file. */
export const mainName = (): string => useDocument.getState().build.main.split('/').at(-1) ?? 'program.c'
