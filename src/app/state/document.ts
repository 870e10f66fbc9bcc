// The document on the page: a Project taken apart so that each part has its own undo. Text belongs to the editor's undo stack (its steps
// are kept here to survive a reload); the scenario has one of its own (zundo). `id` changes whenever another document takes the place.
// A project may have several files; `shown` is the one in the editor, `build.main` the one that is compiled.
// Invariant: `toProject` of the state is what the engine is given, and nothing else is.
import { temporal } from 'zundo'
import { create } from 'zustand'
import { subscribeWithSelector } from 'zustand/middleware'
import type { BuildOptions, Project, ProjectFile, ProjectView, Scenario, Stimulus, VerifierOptions } from '../../engine/index.ts'
import { defaultProject } from '../../worker/index.ts'
import type { Breakpoints, Work } from './record.ts'
import { addStep, type TextStep } from './text-history.ts'

/** Whose document it is: one's own, saved by itself, one that came by a link and touches nothing that is saved,
 * or a lesson's, saved with what was learned. */
export type Origin =
  | { readonly kind: 'own' }
  | { readonly kind: 'link'; readonly fragment: string }
  | { readonly kind: 'lesson'; readonly id: string }

export interface DocumentState {
  readonly id: number
  readonly origin: Origin
  readonly files: readonly ProjectFile[]
  /** Path of the file in the editor. */
  readonly shown: string
  readonly build: BuildOptions
  readonly verifier: VerifierOptions
  readonly scenario: Scenario
  readonly steps: readonly TextStep[]
  readonly breakpoints: Breakpoints
  /** Text up to which `steps` tells the story. */
  readonly steppedText: string
  readonly edited: boolean
  open(work: Work, origin: Origin): void
  /** Of the main file, or of the one at `path`. */
  setText(text: string, path?: string): void
  show(path: string): void
  /** Another set of files, with what is built of them; shows `shown` where it is among them. */
  setFiles(files: readonly ProjectFile[], build: BuildOptions, shown: string): void
  /** Takes the text so far into the undo steps; called at the end of a pause in typing. */
  addStep(): void
  setStimuli(stimuli: readonly Stimulus[]): void
  /** Another world around the same sources; undo does not lead back to the old one. */
  setScenario(scenario: Scenario): void
  /** First contents of maps. */
  setMaps(maps: Scenario['maps']): void
  setBreakpoints(breakpoints: Breakpoints): void
  adopt(): void
}

const mainText = (files: readonly ProjectFile[], build: BuildOptions): string => files.find((f) => f.path === build.main)?.text ?? ''

const parts = (project: Project) => ({
  files: project.files,
  shown: project.build.main,
  build: project.build,
  verifier: project.verifier,
  scenario: project.scenario,
  steppedText: mainText(project.files, project.build),
})

export const useDocument = create<DocumentState>()(
  subscribeWithSelector(
    temporal(
      (set, get) => ({
        id: 1,
        origin: { kind: 'own' },
        ...parts(defaultProject),
        steps: [],
        breakpoints: { lines: [], slots: [] },
        edited: false,
        open(work, origin) {
          set({
            id: get().id + 1,
            origin,
            ...parts(work.project),
            steps: work.steps,
            breakpoints: work.breakpoints,
            edited: false,
          })
          useDocument.temporal.getState().clear()
        },
        setText(text, path = get().build.main) {
          const { files } = get()
          if (files.every((f) => f.path !== path || f.text === text)) return
          set({ files: files.map((f) => (f.path === path ? { path, text } : f)), edited: true })
        },
        show(path) {
          if (get().files.some((f) => f.path === path)) set({ shown: path })
        },
        setFiles(files, build, shown) {
          get().addStep()
          const sameMain = build.main === get().build.main
          set({ files, build, shown: files.some((f) => f.path === shown) ? shown : build.main, edited: true })
          // Undo steps and breakpoints tell of the main file; another one starts without.
          if (!sameMain) set({ steps: [], steppedText: mainText(files, build), breakpoints: { lines: [], slots: [] } })
        },
        addStep() {
          const { steps, steppedText } = get()
          const text = textOf(get())
          if (text !== steppedText) set({ steps: addStep(steps, steppedText, text), steppedText: text })
        },
        setStimuli(stimuli) {
          set({ scenario: { ...get().scenario, stimuli }, edited: true })
        },
        setScenario(scenario) {
          set({ scenario })
          useDocument.temporal.getState().clear()
        },
        setMaps(maps) {
          set({ scenario: { ...get().scenario, maps }, edited: true })
        },
        setBreakpoints(breakpoints) {
          set({ breakpoints })
        },
        adopt() {
          set({ origin: { kind: 'own' } })
        },
      }),
      {
        partialize: (state) => ({ scenario: state.scenario }),
        equality: (a, b) => a.scenario === b.scenario,
        limit: 50,
      },
    ),
  ),
)

/** The text of the file in the editor. */
export const shownText = (state: Pick<DocumentState, 'files' | 'shown'>): string =>
  state.files.find((f) => f.path === state.shown)?.text ?? ''

/** The text of the file that is compiled. */
export const textOf = (state: Pick<DocumentState, 'files' | 'build'>): string => mainText(state.files, state.build)

export function toProject(state: DocumentState, view?: ProjectView): Project {
  const { files, build, verifier, scenario } = state
  return { version: 1, files, build, verifier, scenario, ...(view ? { view } : {}) }
}

export function toWork(state: DocumentState, view?: ProjectView): Work {
  return { project: toProject(state, view), steps: state.steps, breakpoints: state.breakpoints }
}
