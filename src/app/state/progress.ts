// What a learner has done, kept on this machine alone: one record a lesson. Nothing is counted that could nag; a record says where to go on.
// In: what the box or a file holds (anything). Out: records copied field by field. Two tabs write different lessons without losing each other's.
import type { ProjectFile } from '../../engine/index.ts'
import type { Box } from './box.ts'

export interface Guess {
  readonly answer: string
  /** 1-based; 0 where none was asked or said. */
  readonly line: number
  readonly right: boolean
}

export interface LessonRecord {
  readonly files: readonly ProjectFile[]
  /** Graded texts that differed from the start. */
  readonly tries: number
  /** Milliseconds since 1970; 0 = not yet. */
  readonly openedAt: number
  readonly passedAt: number
  /** The newest text that passed. */
  readonly passed: readonly ProjectFile[]
  readonly guesses: Readonly<Record<string, Guess>>
  readonly hints: number
  /** Best figures among texts that passed; 0 = none. */
  readonly best: { readonly instructions: number; readonly steps: number; readonly executed: number }
}

export type Progress = Readonly<Record<string, LessonRecord>>

export const NEW_RECORD: LessonRecord = {
  files: [],
  tries: 0,
  openedAt: 0,
  passedAt: 0,
  passed: [],
  guesses: {},
  hints: 0,
  best: { instructions: 0, steps: 0, executed: 0 },
}

const KEY = 'lessons'
const MAX_LESSONS = 500
const MAX_TEXT = 128 * 1024

export async function loadProgress(box: Box): Promise<Progress> {
  try {
    return readProgress(await box.get(KEY))
  } catch {
    return {}
  }
}

export async function saveRecord(box: Box, id: string, record: LessonRecord): Promise<void> {
  await box.update(KEY, (old) => ({ ...readProgress(old), [id]: record }))
}

/** Takes over what a file brings; of two records of one lesson the one that passed, else the newer. */
export async function mergeProgress(box: Box, brought: Progress): Promise<Progress> {
  const merged: Record<string, LessonRecord> = { ...(await loadProgress(box)) }
  for (const [id, record] of Object.entries(brought)) {
    const own = merged[id]
    if (!own || (record.passedAt > 0 && own.passedAt === 0) || (record.openedAt > own.openedAt && own.passedAt === 0)) merged[id] = record
  }
  await box.update(KEY, () => merged)
  return merged
}

/** Never throws; what is no record is left out. */
export function readProgress(value: unknown): Progress {
  const out: Record<string, LessonRecord> = {}
  for (const [id, raw] of Object.entries(fields(value) ?? {}).slice(0, MAX_LESSONS)) {
    const o = fields(raw)
    if (!o || !/^[\w:./-]{1,200}$/.test(id) || id === '__proto__') continue
    const best = fields(o['best'])
    out[id] = {
      files: readFiles(o['files']),
      tries: count(o['tries']),
      openedAt: count(o['openedAt']),
      passedAt: count(o['passedAt']),
      passed: readFiles(o['passed']),
      guesses: readGuesses(o['guesses']),
      hints: Math.min(3, count(o['hints'])),
      best: { instructions: count(best?.['instructions']), steps: count(best?.['steps']), executed: count(best?.['executed']) },
    }
  }
  return out
}

function readFiles(value: unknown): ProjectFile[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, 32).flatMap((x) => {
    const { path, text } = fields(x) ?? {}
    return typeof path === 'string' && typeof text === 'string' && text.length <= MAX_TEXT ? [{ path: path.slice(0, 200), text }] : []
  })
}

function readGuesses(value: unknown): Record<string, Guess> {
  const out: Record<string, Guess> = {}
  for (const [id, raw] of Object.entries(fields(value) ?? {}).slice(0, 100)) {
    const { answer, line, right } = fields(raw) ?? {}
    if (typeof answer === 'string' && id !== '__proto__') out[id] = { answer, line: count(line), right: right === true }
  }
  return out
}

const fields = (x: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof x === 'object' && x !== null && !Array.isArray(x) ? (x as Readonly<Record<string, unknown>>) : undefined
const count = (x: unknown): number => (typeof x === 'number' && Number.isSafeInteger(x) && x > 0 ? x : 0)
