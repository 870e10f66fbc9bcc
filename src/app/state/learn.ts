// Learning on the page: which lesson is open beside the workbench, what its checks say of the text in the editor, and the learner's record.
// In: addresses (`#lesson=ID`), acts of the learner, builds of the workbench. Out: this store and the box.
// Invariant: a lesson's document is never saved as own work, and own work comes back as it was.
import { create } from 'zustand'
import type { Project, ProjectFile } from '../../engine/index.ts'
import type { CourseRow, Grade, HiddenRun, Lesson, LessonFiles, Workshop } from '../../lessons/index.ts'
import { broken, type Client, type Ending, hiddenRuns, type LessonRef, mainText, readWorkshop } from '../../worker/index.ts'
import type { Box } from './box.ts'
import { textOf, toProject, useDocument } from './document.ts'
import { readSetting, writeSetting } from './prefs.ts'
import { type Guess, type LessonRecord, loadProgress, NEW_RECORD, type Progress, saveRecord } from './progress.ts'
import { useSession } from './session.ts'

const WORKSHOP = 'workshop'
const MAP = '#lessons'

/** What stands in place of the workbench or beside it. */
export type Place =
  | { readonly kind: 'none' }
  | { readonly kind: 'lesson' }
  | { readonly kind: 'map' }
  | { readonly kind: 'author' }
  | { readonly kind: 'workshop'; readonly view: 'build' | 'take' | 'grade' }

export interface LearnState {
  readonly place: Place
  readonly course: readonly CourseRow[]
  readonly progress: Progress
  readonly ref: LessonRef | undefined
  readonly lesson: Lesson | undefined
  /** Of the text in the editor; undefined until the first answer. */
  readonly grade: Grade | undefined
  readonly grading: boolean
  /** The check that is taken out for a look, and the text that stood there before. */
  readonly broken: { readonly id: string; readonly before: string } | undefined
  /** What is switched on in the lesson's world, and what came of it; undefined until the first answer. */
  readonly play: { readonly id: string; readonly grade: Grade | undefined } | undefined
  readonly endings: Readonly<Record<string, Ending>>
  /** The workshop that is taken part in. */
  readonly workshop: Workshop | undefined
  /** Why a lesson could not be opened. */
  readonly faults: readonly string[]
  set(change: Partial<Omit<LearnState, 'set'>>): void
}

export const useLearn = create<LearnState>()((set) => ({
  place: { kind: 'none' },
  course: [],
  progress: {},
  ref: undefined,
  lesson: undefined,
  grade: undefined,
  grading: false,
  broken: undefined,
  play: undefined,
  endings: {},
  workshop: undefined,
  faults: [],
  set,
}))

export const recordOf = (s: LearnState): LessonRecord => (s.ref && s.progress[s.ref.id]) ?? NEW_RECORD

export interface Learning {
  /** Shows the map of the course, or the gradebook. */
  showMap(): Promise<void>
  /** Back to what stood there before: a lesson, a link, own work. */
  closeMap(): void
  showGradebook(): Promise<void>
  open(ref: LessonRef): Promise<void>
  /** Tells how the program of a prediction ends and remembers the guess. */
  guess(id: string, answer: string, line: number): Promise<void>
  /** Goes on without a guess. */
  skip(): void
  takeOut(id: string): void
  putBack(): void
  /** Switches a play on in place of what was on; undefined = the lesson's own world. */
  play(id: string | undefined): void
  showHint(): void
  /** Puts the solution's text, or the start's, into the editor; undo brings the learner's back. */
  put(what: 'solution' | 'start' | 'passed'): void
  /** Files of the lesson's document, to be saved with its record. */
  save(files: readonly ProjectFile[]): Promise<void>
  /** Opens what a link or a file holds: a workshop to take part in. False where it is none. */
  openPacked(text: string): Promise<boolean>
  leaveWorkshop(): void
  files(id: string): Promise<LessonFiles | undefined>
}

export interface LearningOptions {
  readonly client: Client
  readonly box: Box
  readonly now: () => number
  /** Puts a project on the page as a lesson's document; builds it unless told to wait. */
  readonly show: (project: Project, id: string, build: boolean) => Promise<void>
  readonly build: () => void
  /** Saves what was typed and is not saved yet. */
  readonly flush: () => Promise<void>
}

export function createLearning({ client, box, now, show, build, flush }: LearningOptions): Learning {
  const state = () => useLearn.getState()
  let abort: AbortController | undefined

  const change = async (id: string, part: Partial<LessonRecord>): Promise<void> => {
    const record = { ...(state().progress[id] ?? NEW_RECORD), ...part }
    state().set({ progress: { ...state().progress, [id]: record } })
    try {
      await saveRecord(box, id, record)
    } catch {
      useSession.getState().set({ saving: 'failed' })
    }
  }

  /** Hidden runs that the teacher added. */
  const extra = (lesson: Lesson): readonly HiddenRun[] =>
    state().workshop?.items.flatMap((i) => (i.kind === 'lesson' && i.id === lesson.id ? hiddenRuns(i.hidden, lesson).runs : [])) ?? []

  const prepare = async (): Promise<void> => {
    if (state().course.length > 0) return
    const [course, progress] = await Promise.all([client.call('course', {}), loadProgress(box)])
    state().set({ course, progress })
    const taken = readSetting(WORKSHOP)
    const found = taken === undefined ? undefined : await client.call('unpack', { text: taken })
    const read = found?.ok ? readWorkshop(found.json) : undefined
    if (read?.ok) state().set({ workshop: read.workshop })
  }

  const grade = async (): Promise<void> => {
    const { ref, lesson, broken } = state()
    if (!ref || !lesson || broken || useDocument.getState().origin.kind !== 'lesson') return
    abort?.abort()
    abort = new AbortController()
    const { signal } = abort
    const { files } = toProject(useDocument.getState())
    state().set({ grading: true })
    try {
      const { grade } = await client.call('grade', { ref, files, more: extra(lesson) }, signal)
      if (signal.aborted || state().ref !== ref) return
      state().set({ grade, grading: false })
      if (grade) await remember(ref.id, lesson, files, grade)
      const { play } = state()
      if (!play) return
      const shown = await client.call('grade', { ref, files, more: [], play: play.id }, signal)
      if (!signal.aborted && state().play?.id === play.id) state().set({ play: { id: play.id, grade: shown.grade } })
    } catch {
      if (!signal.aborted) state().set({ grading: false })
    }
  }

  const remember = async (id: string, lesson: Lesson, files: readonly ProjectFile[], grade: Grade): Promise<void> => {
    const record = state().progress[id] ?? NEW_RECORD
    const isNew = mainText(lesson, files) !== mainText(lesson, lesson.start.files)
    if (!isNew && !grade.passed) return
    const better = (old: number, value: number) => (old === 0 ? value : Math.min(old, value))
    const { best } = record
    await change(id, {
      tries: record.tries + 1,
      ...(grade.passed && {
        passedAt: record.passedAt || now(),
        passed: files,
        best: {
          instructions: better(best.instructions, grade.instructions),
          steps: better(best.steps, grade.steps),
          executed: better(best.executed, grade.executed),
        },
      }),
    })
  }

  useSession.subscribe(
    (s) => s.report,
    (report) => {
      if (report && state().place.kind === 'lesson') void grade()
    },
  )

  const setText = (text: string) => {
    const { addStep, setText } = useDocument.getState()
    addStep()
    setText(text)
  }

  const learning: Learning = {
    async showMap() {
      await prepare()
      if (location.hash !== MAP) history.pushState(null, '', MAP)
      state().set({ place: { kind: 'map' } })
    },
    closeMap() {
      const { origin } = useDocument.getState()
      const isLesson = origin.kind === 'lesson' && state().lesson !== undefined
      const address = origin.kind === 'own' ? '' : origin.kind === 'lesson' ? `#lesson=${origin.id}` : `#${origin.fragment}`
      history.replaceState(null, '', location.pathname + location.search + address)
      state().set({ place: isLesson ? { kind: 'lesson' } : { kind: 'none' } })
    },
    async showGradebook() {
      await prepare()
      state().set({ place: { kind: 'workshop', view: 'grade' } })
    },
    async open(ref) {
      await prepare()
      // The same lesson may be open: what was just typed counts.
      await flush()
      const read = await client.call('lesson', { ref })
      if (!read.ok) {
        state().set({ place: { kind: 'map' }, faults: read.faults })
        return
      }
      const { lesson } = read
      const record = state().progress[ref.id] ?? NEW_RECORD
      const { main } = lesson.start.build
      const files = record.files.some((f) => f.path === main) ? record.files : lesson.start.files
      const first = lesson.predictions.find((p) => p.on === 'start')
      const waits = first !== undefined && record.guesses[first.id] === undefined && record.tries === 0
      state().set({ ref, lesson, grade: undefined, broken: undefined, play: undefined, endings: {}, faults: [], place: { kind: 'lesson' } })
      await show({ ...lesson.start, files }, ref.id, !waits)
      if (waits) useSession.getState().set({ phase: 'held', report: undefined, machine: undefined })
      await change(ref.id, { openedAt: now() })
      for (const p of lesson.predictions) if (record.guesses[p.id]) void ending(ref, p.on)
    },
    async guess(id, answer, line) {
      const { ref, lesson } = state()
      const prediction = lesson?.predictions.find((p) => p.id === id)
      if (!ref || !prediction) return
      const found = await ending(ref, prediction.on)
      if (!found) return
      // Numbers were proved when the lesson was checked.
      const { asks } = prediction
      const truth = asks === 'verdict' ? found.verdict : asks === 'packet' ? found.packets[prediction.packet] : prediction.answer
      const guess: Guess = { answer, line, right: answer === truth && (prediction.line === 0 || line === found.line) }
      await change(ref.id, { guesses: { ...recordOf(state()).guesses, [id]: guess } })
      if (useSession.getState().phase === 'held') build()
    },
    skip: () => build(),
    takeOut(id) {
      const { lesson } = state()
      const found = lesson?.breaks.find((b) => b.id === id)
      if (!lesson || !found) return
      const before = textOf(useDocument.getState())
      const text = broken(before, found) ?? broken(mainText(lesson, lesson.solution.files), found)
      if (text === undefined) return
      state().set({ broken: { id, before } })
      setText(text)
    },
    putBack() {
      const { broken } = state()
      if (!broken) return
      state().set({ broken: undefined })
      setText(broken.before)
    },
    play(id) {
      const { lesson } = state()
      const found = lesson?.plays.find((p) => p.id === id)
      if (!lesson) return
      state().set({ play: found && { id: found.id, grade: undefined } })
      useDocument.getState().setScenario(found?.scenario ?? lesson.start.scenario)
    },
    showHint() {
      const { ref } = state()
      if (ref) void change(ref.id, { hints: recordOf(state()).hints + 1 })
    },
    put(what) {
      const { lesson } = state()
      if (!lesson) return
      const files = what === 'solution' ? lesson.solution.files : what === 'start' ? lesson.start.files : recordOf(state()).passed
      state().set({ broken: undefined })
      setText(mainText(lesson, files))
    },
    async save(files) {
      const { ref, broken, lesson } = state()
      if (!ref || !lesson) return
      const { main } = lesson.start.build
      const kept = broken ? files.map((f) => (f.path === main ? { path: main, text: broken.before } : f)) : files
      await change(ref.id, { files: kept })
    },
    async openPacked(text) {
      await prepare()
      const found = await client.call('unpack', { text })
      const read = found.ok && found.kind === 'workshop' ? readWorkshop(found.json) : undefined
      if (!read?.ok) return false
      writeSetting(WORKSHOP, text)
      state().set({ workshop: read.workshop, place: { kind: 'workshop', view: 'take' } })
      return true
    },
    leaveWorkshop() {
      writeSetting(WORKSHOP, undefined)
      state().set({ workshop: undefined, place: { kind: 'map' } })
    },
    async files(id) {
      return (await client.call('lessonFiles', { id })).files
    },
  }

  const ending = async (ref: LessonRef, variant: string): Promise<Ending | undefined> => {
    const kept = state().endings[variant]
    if (kept) return kept
    const { ending } = await client.call('ending', { ref, variant })
    if (ending && state().ref === ref) state().set({ endings: { ...state().endings, [variant]: ending } })
    return ending
  }

  return learning
}
