// One piece of own work as it lies in the browser's storage and in project files, and its reader.
// In: anything that storage or a file may hold. Out: a record copied field by field, or undefined where it is none of ours.
// Invariant: a record that cannot be read is never half taken over.
import type { Project } from '../../engine/index.ts'
import { readProject } from '../../worker/index.ts'
import type { TextStep } from './text-history.ts'

export interface Breakpoints {
  /** 1-based lines of the main file. */
  readonly lines: readonly number[]
  /** Kernel slots of the shown program. */
  readonly slots: readonly number[]
  /** Expressions that must hold for a breakpoint to stop. */
  readonly conditions?: readonly Condition[]
  /** Expressions whose values are shown. */
  readonly watches?: readonly string[]
}

export interface Condition {
  readonly kind: 'line' | 'insn'
  /** Line or slot. */
  readonly at: number
  readonly text: string
}

/** What a tab works on: the project with where one was looking, the undo steps and the breakpoints. */
export interface Work {
  readonly project: Project
  readonly steps: readonly TextStep[]
  readonly breakpoints: Breakpoints
}

export interface WorkRecord extends Work {
  readonly format: 1
  /** Changes with every save; a save that finds another stamp than the one it knows does not overwrite. */
  readonly stamp: string
  /** Milliseconds since 1970. */
  readonly savedAt: number
}

const MAX_LIST = 10_000
const MAX_EXPRESSION = 500

/** Reads a stored record. Never throws. */
export function readWorkRecord(value: unknown): WorkRecord | undefined {
  const o = fields(value)
  if (o?.['format'] !== 1) return undefined
  const { stamp, savedAt } = o
  if (typeof stamp !== 'string' || typeof savedAt !== 'number' || !Number.isFinite(savedAt)) return undefined
  const read = readProject(o['project'])
  if (!read.ok) return undefined
  const marks = fields(o['breakpoints'])
  return {
    format: 1,
    stamp,
    savedAt,
    project: read.project,
    steps: list(o['steps'], readStep) ?? [],
    breakpoints: {
      lines: list(marks?.['lines'], readIndex) ?? [],
      slots: list(marks?.['slots'], readIndex) ?? [],
      conditions: list(marks?.['conditions'], readCondition) ?? [],
      watches: list(marks?.['watches'], readText) ?? [],
    },
  }
}

function readStep(value: unknown): TextStep | undefined {
  const o = fields(value)
  const at = readIndex(o?.['at'])
  const removed = o?.['removed']
  const inserted = o?.['inserted']
  if (at === undefined || typeof removed !== 'string' || typeof inserted !== 'string') return undefined
  return { at, removed, inserted }
}

const readText = (value: unknown): string | undefined => (typeof value === 'string' && value.length <= MAX_EXPRESSION ? value : undefined)

function readCondition(value: unknown): Condition | undefined {
  const o = fields(value)
  const kind = o?.['kind']
  const at = readIndex(o?.['at'])
  const text = readText(o?.['text'])
  return (kind === 'line' || kind === 'insn') && at !== undefined && text !== undefined ? { kind, at, text } : undefined
}

const readIndex = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined

function fields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined
}

function list<T>(value: unknown, read: (x: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_LIST) return undefined
  const out: T[] = []
  for (const x of value) {
    const item = read(x)
    if (item === undefined) return undefined
    out.push(item)
  }
  return out
}
