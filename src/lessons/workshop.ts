// A workshop: lessons in a teacher's own order, texts and programs between them, notes, further hidden runs, a beginning and an end. And a hand-in: a learner's
// sources for it. Both are plain data that travels as a link or a file; neither is secret, and a hand-in's claims are never believed.
// In: anything. Out: the record copied field by field, or what is wrong with it. Never throws.
import { crc32Text, defaultProject, type Project, type ProjectFile, readProject } from '../engine/index.ts'
import { Fields } from './fields.ts'
import { readHiddenRuns } from './read-lesson.ts'
import type { HiddenRun, Lesson } from './types.ts'

export type WorkshopItem =
  | { readonly kind: 'lesson'; readonly id: string; readonly notes: string; readonly hidden: readonly unknown[] }
  | { readonly kind: 'text'; readonly title: string; readonly body: string; readonly notes: string }
  /** A program with its scenario that learners open in the workbench. */
  | { readonly kind: 'snippet'; readonly title: string; readonly body: string; readonly notes: string; readonly project: Project }

export interface Workshop {
  readonly version: 1
  readonly title: string
  readonly items: readonly WorkshopItem[]
  /** Milliseconds since 1970; 0 = open. They are shown and compared with time stamps; nothing is locked. */
  readonly from: number
  readonly until: number
}

export interface HandInItem {
  readonly lesson: string
  readonly files: readonly ProjectFile[]
  /** When the learner's page saw it pass, or saved it; milliseconds since 1970, by the learner's own clock. */
  readonly at: number
  /** What the learner's page said; shown beside the truth. */
  readonly claims: boolean
}

export interface HandIn {
  readonly version: 1
  /** Mark of the workshop that it is for. */
  readonly workshop: string
  readonly name: string
  readonly items: readonly HandInItem[]
}

export type WorkshopResult = { readonly ok: true; readonly workshop: Workshop } | { readonly ok: false; readonly faults: readonly string[] }
export type HandInResult = { readonly ok: true; readonly handIn: HandIn } | { readonly ok: false; readonly faults: readonly string[] }

/** Tells workshops apart: a learner hands in for the very list that was given out. */
export const workshopMark = (workshop: Workshop): string =>
  crc32Text(workshop.title + workshop.items.map((i) => (i.kind === 'lesson' ? i.id : '')).join(' '))

export function readWorkshop(json: unknown): WorkshopResult {
  const f = new Fields(json)
  if (f.count('version') !== 1) f.fault('version', 'this page reads version 1')
  const workshop: Workshop = {
    version: 1,
    title: f.text('title'),
    items: f.list('items', readItem),
    from: f.count('from', 0),
    until: f.count('until', 0),
  }
  return f.faults.length === 0 ? { ok: true, workshop } : { ok: false, faults: f.faults }
}

function readItem(f: Fields): WorkshopItem {
  const kind = f.oneOf('kind', ['lesson', 'text', 'snippet'])
  if (kind !== 'lesson') {
    const texts = { title: f.text('title'), body: f.text('body'), notes: f.text('notes', '') }
    return kind === 'text' ? { kind, ...texts } : { kind, ...texts, project: readSnippet(f) }
  }
  const hidden = f.raw('hidden') ?? []
  if (!Array.isArray(hidden) || hidden.length > 50) f.fault('hidden', 'is no list, or too long')
  return { kind, id: f.name('id'), notes: f.text('notes', ''), hidden: Array.isArray(hidden) ? hidden : [] }
}

function readSnippet(f: Fields): Project {
  const read = readProject(f.raw('project'))
  if (read.ok) return read.project
  f.fault(['project', read.path].filter(Boolean).join('.'), 'is not what a project has there')
  return defaultProject
}

/** A teacher's further runs on a lesson; faults are sentences for the teacher. */
export function hiddenRuns(raw: unknown, lesson: Lesson): { readonly runs: readonly HiddenRun[]; readonly faults: readonly string[] } {
  const f = new Fields({ hidden: raw })
  const runs = readHiddenRuns(f, lesson.start.scenario)
  return f.faults.length === 0 ? { runs, faults: [] } : { runs: [], faults: f.faults }
}

const MAX_SOURCE = 128 * 1024

export function readHandIn(json: unknown): HandInResult {
  const f = new Fields(json)
  if (f.count('version') !== 1) f.fault('version', 'this page reads version 1')
  const handIn: HandIn = {
    version: 1,
    workshop: f.text('workshop'),
    name: f.text('name').slice(0, 200),
    items: f.list('items', (i) => ({
      lesson: i.name('lesson'),
      files: i.list('files', (file) => {
        const text = file.raw('text')
        if (typeof text !== 'string' || text.length > MAX_SOURCE) file.fault('text', 'is no text, or too long')
        return { path: file.text('path'), text: typeof text === 'string' ? text : '' }
      }),
      at: i.count('at', 0),
      claims: i.raw('claims') === true,
    })),
  }
  return f.faults.length === 0 ? { ok: true, handIn } : { ok: false, faults: f.faults }
}
