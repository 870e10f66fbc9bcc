// Grades a piece of work: the lesson's scenario around the learner's sources, built and run as the page does it, then every check. Hidden runs
// follow where all visible checks pass. Resumable (`run` does a slice). What a hand-in claims is never looked at. Pure.
import { type Build, type BuildWork, type KernelBtf, type Project, type ProjectFile, type Scenario, startBuild } from '../engine/index.ts'
import { counted, executed, judge, programOf } from './judge.ts'
import { raceKey } from './measure.ts'
import type { Check, CheckResult, Grade, HiddenRun, Lesson } from './types.ts'

export interface GradeWork {
  run(): 'more' | 'done'
  /** Only once `run` said 'done'. */
  grade(): Grade
  /** Whether a grade that is given the kernel's types may say more. */
  wantsKernelTypes(): boolean
}

/** `more`: hidden runs of a teacher beside the lesson's own. */
export function startGrade(lesson: Lesson, files: readonly ProjectFile[], kernel?: KernelBtf, more: readonly HiddenRun[] = []): GradeWork {
  return inSlices(gradeInSteps(lesson, files, kernel, more, resultOf))
}

/** Work while something is played: other things happen, and other checks say what came of it, with what they counted also where they hold. Undefined
    where the lesson has no such play. */
export function startPlay(lesson: Lesson, id: string, files: readonly ProjectFile[], kernel?: KernelBtf): GradeWork | undefined {
  const play = lesson.plays.find((p) => p.id === id)
  if (!play) return undefined
  const played = { ...lesson, start: { ...lesson.start, scenario: play.scenario }, checks: play.checks, hidden: [] }
  return inSlices(gradeInSteps(played, files, kernel, [], countedResultOf))
}

type Steps = Generator<undefined, { readonly grade: Grade; readonly wants: boolean }>
type ResultOf = (check: Check, build: Build, project: Project) => CheckResult

function inSlices(steps: Steps): GradeWork {
  let done: { readonly grade: Grade; readonly wants: boolean } | undefined
  const result = () => {
    if (!done) throw new Error('the grade is not done')
    return done
  }
  return {
    run() {
      if (done) return 'done'
      const next = steps.next()
      if (next.done) done = next.value
      return next.done ? 'done' : 'more'
    },
    grade: () => result().grade,
    wantsKernelTypes: () => result().wants,
  }
}

/** `startGrade` at once. */
export function gradeNow(lesson: Lesson, files: readonly ProjectFile[], kernel?: KernelBtf, more: readonly HiddenRun[] = []): Grade {
  const work = startGrade(lesson, files, kernel, more)
  while (work.run() === 'more');
  return work.grade()
}

/** The learner's sources in the lesson's world: what else a project says about build and scenario is the lesson's. */
export function workOf(lesson: Lesson, files: readonly ProjectFile[], scenario: Scenario = lesson.start.scenario): Project {
  const { main } = lesson.start.build
  const own = files.some((f) => f.path === main) ? files : lesson.start.files
  return { ...lesson.start, files: own, scenario }
}

function* gradeInSteps(
  lesson: Lesson,
  files: readonly ProjectFile[],
  kernel: KernelBtf | undefined,
  more: readonly HiddenRun[],
  result: ResultOf,
): Steps {
  const project = workOf(lesson, files)
  const build = yield* finish(startBuild(project, 0, () => 0, kernel))
  let wants = build.wantsKernelTypes
  const checks: CheckResult[] = []
  for (const check of lesson.checks) {
    yield* ready(check, build)
    checks.push(result(check, build, project))
  }
  const hidden: { id: string; passed: boolean }[] = []
  const further = [...lesson.hidden, ...more]
  // Those that are not run since a check fails count as failed, so that all work on a lesson is counted out of the same number.
  if (!checks.every((c) => c.passed)) hidden.push(...further.map(({ id }) => ({ id, passed: false })))
  else {
    for (const run of further) {
      const project = workOf(lesson, files, run.scenario)
      const build = yield* finish(startBuild(project, 0, () => 0, kernel))
      wants ||= build.wantsKernelTypes
      for (const check of run.checks) yield* ready(check, build)
      hidden.push({ id: run.id, passed: run.checks.every((c) => judge(c, { build, project }) === '') })
    }
  }
  const program = programOf(build, undefined)
  const grade: Grade = {
    checks,
    hidden,
    passed: checks.every((c) => c.passed) && hidden.every((h) => h.passed),
    verdict: program?.verdict.verdict ?? 'errors',
    instructions: program?.insnCount ?? 0,
    steps: program?.verdict.processed ?? 0,
    executed: build.report.notRun === '' ? executed(build) : 0,
  }
  return { grade, wants }
}

/** Builds to the end, a slice at a time. */
function* finish(work: BuildWork): Generator<undefined, Build> {
  while (work.run() === 'more') yield
  return work.build()
}

/** A pause before each check, and within those that try much. */
function* ready(check: Check, build: Build): Generator<undefined, void> {
  yield undefined
  if (check.kind !== 'race') return
  const work = build.startRace(check.cpus, check.map, raceKey(check))
  while (work.run() === 'more') yield undefined
}

function resultOf(check: Check, build: Build, project: Project): CheckResult {
  const found = judge(check, { build, project })
  return { id: check.id, passed: found === '', found }
}

function countedResultOf(check: Check, build: Build, project: Project): CheckResult {
  const result = resultOf(check, build, project)
  return { ...result, found: result.found || counted(check, build) }
}
