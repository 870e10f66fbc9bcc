// What the worker said about how the verifier thinks, and where one stands in it. Asked for when a view needs it; a newer build makes it void.
// The store holds answers, `createThinker` fetches them; panels read. One subject at a time: a program of the build, or what was brought.
import { create } from 'zustand'
import type { CheckedFix, LoopView, OwnView, PathRow, StepView, ThinkingView, Witness } from '../../engine/index.ts'
import { type Client, StaleError, type Subject } from '../../worker/index.ts'
import { useSession } from './session.ts'

export const PATH_PAGE = 100
const LOOP_PAGE = 60

/** Views of the verify panel. */
export const VERIFY_VIEWS = ['verdict', 'paths', 'own'] as const
export type VerifyView = (typeof VERIFY_VIEWS)[number]

export interface ThinkingState {
  readonly view: VerifyView
  /** Which subject the rest is about; '' before the first. */
  readonly key: string
  readonly summary: ThinkingView | undefined
  readonly total: number
  readonly pages: Readonly<Record<number, readonly PathRow[]>>
  /** Step that one stands at, -1 where none. */
  readonly at: number
  readonly step: StepView | undefined
  readonly loop: LoopView | undefined
  readonly witness: Witness | null | undefined
  readonly fixes: readonly CheckedFix[] | undefined
  /** What was brought, and which program of it is looked at. */
  readonly own: { readonly opened: number; readonly programs: readonly OwnView[]; readonly program: number } | undefined
  /** Heat is drawn beside the code. */
  readonly heat: boolean
  /** Arrows to the chosen instruction are drawn. */
  readonly arrows: boolean
  /** Register whose picture is open, -1 where none. */
  readonly register: number
  set(change: Partial<Omit<ThinkingState, 'set'>>): void
}

const EMPTY = { summary: undefined, total: -1, pages: {}, at: -1, step: undefined, loop: undefined, register: -1 }

export const useThinking = create<ThinkingState>()((set) => ({
  view: 'verdict',
  key: '',
  ...EMPTY,
  witness: undefined,
  fixes: undefined,
  own: undefined,
  heat: false,
  arrows: false,
  set,
}))

export interface Thinker {
  /** Makes sure that the summary of a subject is there or on its way. */
  need(subject: Subject): void
  needRows(subject: Subject, page: number): void
  go(subject: Subject, step: number): void
  needLoop(subject: Subject, head: number, from: number): void
  goToVisit(subject: Subject, insn: number, by: 1 | -1): void
  needWitness(subject: Subject): void
  needFixes(subject: Subject): void
  openOwn(name: string, text: string, bytes?: Uint8Array): Promise<number>
}

export const keyOf = (s: Subject): string => (s.kind === 'build' ? `build/${s.revision}/${s.program}` : `own/${s.opened}/${s.program}`)

/** The program that the other panels show. */
export function shownSubject(): Subject | undefined {
  const { report, program } = useSession.getState()
  return report?.programs[program] ? { kind: 'build', revision: report.revision, program } : undefined
}

export function createThinker(client: Client): Thinker {
  const asked = new Set<string>()
  const store = () => useThinking.getState()
  let wanted = -1
  let moving = false

  /** Runs a request once for its name; what is stale by the time it comes is dropped. */
  const once = (name: string, subject: Subject, request: () => Promise<void>): void => {
    const key = `${keyOf(subject)}/${name}`
    if (asked.has(key)) return
    asked.add(key)
    void request().catch((error: unknown) => {
      asked.delete(key)
      if (!(error instanceof StaleError)) useSession.getState().set({ defect: error instanceof Error ? error.message : String(error) })
    })
  }
  const isShown = (subject: Subject): boolean => store().key === keyOf(subject)

  const turnTo = (subject: Subject): void => {
    if (isShown(subject)) return
    asked.clear()
    store().set({ key: keyOf(subject), ...EMPTY, ...(subject.kind === 'build' ? { witness: undefined, fixes: undefined } : {}) })
  }

  /** One step at a time is asked for; the newest wish wins. */
  const move = async (subject: Subject): Promise<void> => {
    if (moving) return
    moving = true
    try {
      while (wanted >= 0) {
        const step = wanted
        wanted = -1
        const answer = await client.call('step', { subject, step })
        if (isShown(subject) && answer.step) {
          store().set({ step: answer.step })
          useSession.getState().set({ selection: { kind: 'insn', slot: answer.step.insn } })
        }
      }
    } catch (error) {
      if (!(error instanceof StaleError)) throw error
    } finally {
      moving = false
    }
  }

  return {
    need(subject) {
      turnTo(subject)
      once('summary', subject, async () => {
        const summary = await client.call('thinking', { subject })
        if (isShown(subject)) store().set({ summary, total: summary.rows })
      })
    },
    needRows(subject, page) {
      turnTo(subject)
      once(`rows/${page}`, subject, async () => {
        const window = await client.call('paths', { subject, from: page * PATH_PAGE, count: PATH_PAGE })
        if (isShown(subject)) store().set({ total: window.total, pages: { ...store().pages, [page]: window.rows } })
      })
    },
    go(subject, step) {
      turnTo(subject)
      wanted = step
      store().set({ at: step })
      void move(subject)
    },
    needLoop(subject, head, from) {
      void client
        .call('loop', { subject, head, from, count: LOOP_PAGE })
        .then((loop) => {
          if (isShown(subject)) store().set({ loop })
        })
        .catch(() => undefined)
    },
    goToVisit(subject, insn, by) {
      void client
        .call('visitOf', { subject, insn, from: store().at, by })
        .then(({ step }) => {
          if (step >= 0) this.go(subject, step)
        })
        .catch(() => undefined)
    },
    needWitness(subject) {
      turnTo(subject)
      once('witness', subject, async () => {
        const { witness } = await client.call('witness', { subject })
        if (isShown(subject)) store().set({ witness: witness ?? null })
      })
    },
    needFixes(subject) {
      turnTo(subject)
      once('fixes', subject, async () => {
        const { fixes } = await client.call('fixes', { subject })
        if (isShown(subject)) store().set({ fixes })
      })
    },
    async openOwn(name, text, bytes) {
      const { opened, programs } = await client.call('openOwn', { name, text, ...(bytes ? { bytes } : {}) })
      if (programs.length === 0) return 0
      asked.clear()
      store().set({ own: { opened, programs, program: 0 } })
      return programs.length
    },
  }
}
