// What the worker answers about lessons: the course, one lesson, how the programs of a lesson end, grades and examinations. The long ones go
// in slices with a pause between, like builds. A lesson is named by its id, or brought along as files.

import { type KernelBtf, loadKernelBtf, startBuild } from '../engine/index.ts'
import {
  course,
  type Examination,
  examine,
  type Grade,
  type Lesson,
  type LessonFiles,
  type LessonResult,
  lessonFiles,
  loadLesson,
  programOf,
  readLesson,
  startGrade,
  startPlay,
  variantOf,
  workOf,
} from '../lessons/index.ts'
import type { Methods } from './messages.ts'

export interface LessonRef {
  readonly id: string
  /** Of a lesson that did not come with the page. */
  readonly files?: LessonFiles
}

/** How a program of a lesson ends: the truth that predictions are held against. */
export interface Ending {
  readonly verdict: 'accepted' | 'rejected' | 'unsupported' | 'errors'
  readonly message: string
  /** 1-based; 0 where none. */
  readonly line: number
  /** Return codes by packet. */
  readonly packets: readonly string[]
}

export interface LessonCalls {
  course(): Methods['course']['value']
  lesson(ref: LessonRef): Promise<LessonResult>
  files(id: string): Promise<LessonFiles | undefined>
  grade(of: Methods['grade']['args'], isCancelled: () => boolean): Promise<Grade | undefined>
  ending(ref: LessonRef, variant: string): Promise<Ending | undefined>
  examine(files: LessonFiles): Promise<Examination>
}

type Work = { run(): 'more' | 'done' }

/** `drive` runs work to its end in slices; false where it was cancelled. */
export function createLessonCalls(drive: (work: Work, isCancelled: () => boolean) => Promise<boolean>): LessonCalls {
  let kernel: KernelBtf | undefined
  const brought = new Map<string, LessonResult>()

  async function open({ id, files }: LessonRef): Promise<LessonResult> {
    if (files === undefined) {
      const lesson = await loadLesson(id)
      return lesson ? { ok: true, lesson } : { ok: false, faults: [`there is no lesson ${id}`] }
    }
    const key = JSON.stringify(files)
    const result = brought.get(key) ?? readLesson(files)
    if (brought.size > 50) brought.clear()
    brought.set(key, result)
    return result
  }
  const never = () => false

  return {
    course: () => course,
    lesson: open,
    files: lessonFiles,
    async grade({ ref, files, more, play }, isCancelled) {
      const read = await open(ref)
      if (!read.ok) return undefined
      const begin = () => (play === undefined ? startGrade(read.lesson, files, kernel, more) : startPlay(read.lesson, play, files, kernel))
      const work = begin()
      if (!work) return undefined
      if (!(await drive(work, isCancelled))) return undefined
      if (!work.wantsKernelTypes() || kernel) return work.grade()
      kernel = await loadKernelBtf()
      const again = begin()
      return again && (await drive(again, isCancelled)) ? again.grade() : undefined
    },
    async ending(ref, name) {
      const read = await open(ref)
      const variant = read.ok ? variantOf(read.lesson, name) : undefined
      if (!read.ok || !variant) return undefined
      kernel ??= await loadKernelBtf()
      return endingOf(read.lesson, variant, kernel, (work) => drive(work, never))
    },
    async examine(files) {
      const read = readLesson(files)
      kernel ??= await loadKernelBtf()
      return read.ok ? examine(read.lesson, kernel) : { faults: read.faults, facts: {} }
    },
  }
}

async function endingOf(
  lesson: Lesson,
  variant: NonNullable<ReturnType<typeof variantOf>>,
  kernel: KernelBtf,
  drive: (work: Work) => Promise<boolean>,
): Promise<Ending> {
  const work = startBuild(workOf(lesson, variant.files), 0, () => 0, kernel)
  await drive(work)
  const build = work.build()
  const verdict = programOf(build, variant.program)?.verdict
  return {
    verdict: verdict?.verdict ?? 'errors',
    message: verdict?.message ?? '',
    line: verdict?.line ?? 0,
    packets: build.report.packets.map((p) => p.verdict),
  }
}
