// The worker's answers about how the verifier thinks: paths, states, loops, witnesses, fixes, of a build's programs or of what a visitor brought.
// Long work runs in slices with pauses, is kept by subject, and is dropped when another build takes the place.
import {
  type Build,
  type CheckedFix,
  type KernelBtf,
  type LogWindow,
  type LoopView,
  logWindow,
  type OwnSubject,
  type OwnView,
  openOwnLog,
  openOwnObject,
  type PathWindow,
  type StepView,
  type Thinking,
  type ThinkingView,
  type Witness,
  type Work,
} from '../engine/index.ts'

/** A program of the build of a revision, or of what was brought. */
export type Subject =
  | { readonly kind: 'build'; readonly revision: number; readonly program: number }
  | { readonly kind: 'own'; readonly opened: number; readonly program: number }

export interface ThinkingMethods {
  thinking: { args: { subject: Subject }; value: ThinkingView }
  paths: { args: { subject: Subject; from: number; count: number }; value: PathWindow }
  step: { args: { subject: Subject; step: number }; value: { readonly step?: StepView } }
  loop: { args: { subject: Subject; head: number; from: number; count: number }; value: LoopView }
  /** The next (or previous) step at an instruction. */
  visitOf: { args: { subject: Subject; insn: number; from: number; by: 1 | -1 }; value: { readonly step: number } }
  witness: { args: { subject: Subject }; value: { readonly witness?: Witness } }
  fixes: { args: { subject: Subject }; value: { readonly fixes: readonly CheckedFix[] } }
  /** Opens a log, or an object where bytes are given; each program of it. */
  openOwn: {
    args: { name: string; text: string; bytes?: Uint8Array }
    value: { readonly opened: number; readonly programs: readonly OwnView[] }
  }
  ownLog: { args: { subject: Subject; from: number; count: number }; value: LogWindow }
}
export type ThinkingMethod = keyof ThinkingMethods

export interface ThinkingHost {
  readonly now: () => number
  readonly pause: () => Promise<void>
  readonly build: () => Build | undefined
  readonly kernel: () => Promise<KernelBtf>
  /** Whether a request was cancelled; forgets it. */
  readonly isCancelled: (id: number) => boolean
}

const SLICE_MS = 8

type Answer<M extends ThinkingMethod = ThinkingMethod> = ThinkingMethods[M]['value'] | 'stale'

export type ThinkingCalls = ReturnType<typeof createThinkingCalls>

export function createThinkingCalls(host: ThinkingHost) {
  let of: Build | undefined
  let kept = new Map<string, Promise<unknown>>()
  let own: readonly OwnSubject[] = []
  let opened = 0

  /** Work is done once for each subject; a cancelled one is begun anew when asked for again. */
  async function once<T>(key: string, id: number, start: () => Work<T>): Promise<T | undefined> {
    const running = kept.get(key) as Promise<T | undefined> | undefined
    if (running) return running
    const work = finish(start(), id, host.build())
    kept.set(key, work)
    const value = await work
    if (value === undefined && kept.get(key) === work) kept.delete(key)
    return value
  }

  async function finish<T>(work: Work<T>, id: number, build: Build | undefined): Promise<T | undefined> {
    for (;;) {
      const until = host.now() + SLICE_MS
      do {
        if (work.run() === 'done') return work.result()
      } while (host.now() < until)
      await host.pause()
      if (host.build() !== build || host.isCancelled(id)) return undefined
    }
  }

  const subjectOf = (subject: Subject): OwnSubject | Build | undefined => {
    if (subject.kind === 'own') return subject.opened === opened ? own[subject.program] : undefined
    const build = host.build()
    return build?.report.revision === subject.revision ? build : undefined
  }

  async function thinkingOf(subject: Subject, id: number): Promise<Thinking | undefined> {
    const found = subjectOf(subject)
    if (!found) return undefined
    return once(`thinking/${subject.kind}/${subject.program}`, id, () =>
      'report' in found ? found.thinking(subject.program) : found.thinking(),
    )
  }

  return async <M extends ThinkingMethod>(id: number, method: M, given: ThinkingMethods[M]['args']): Promise<Answer> => {
    if (of !== host.build()) {
      of = host.build()
      kept = new Map([...kept].filter(([key]) => key.includes('/own/')))
    }
    if (method === 'openOwn') {
      const args = given as ThinkingMethods['openOwn']['args']
      const subjects = args.bytes ? openOwnObject(args.name, args.bytes, await host.kernel()) : openOwnLog(args.text)
      own = subjects
      opened++
      kept = new Map([...kept].filter(([key]) => !key.includes('/own/')))
      return { opened, programs: subjects.map((s) => s.view) }
    }
    const { subject } = given as { subject: Subject }
    const found = subjectOf(subject)
    if (!found) return 'stale'
    if (method === 'witness') {
      if (!('report' in found)) return {}
      const witness = await once(`witness/build/${subject.program}`, id, () => found.witness(subject.program))
      return witness?.witness ? { witness: witness.witness } : {}
    }
    if (method === 'fixes') {
      if (!('report' in found)) return { fixes: [] }
      return { fixes: (await once(`fixes/build/${subject.program}`, id, () => found.fixes(subject.program))) ?? [] }
    }
    if (method === 'ownLog') {
      const { from, count } = given as ThinkingMethods['ownLog']['args']
      return 'report' in found ? 'stale' : logWindow(opened, found.lines, from, count)
    }
    const thinking = await thinkingOf(subject, id)
    if (!thinking) return 'stale'
    switch (method) {
      case 'paths': {
        const { from, count } = given as ThinkingMethods['paths']['args']
        return thinking.rows(from, count)
      }
      case 'step': {
        const step = thinking.step((given as ThinkingMethods['step']['args']).step)
        return step ? { step } : {}
      }
      case 'loop': {
        const { head, from, count } = given as ThinkingMethods['loop']['args']
        return thinking.loop(head, from, count)
      }
      case 'visitOf': {
        const { insn, from, by } = given as ThinkingMethods['visitOf']['args']
        return { step: thinking.find(insn, from, by) }
      }
      default:
        return thinking.summary()
    }
  }
}
