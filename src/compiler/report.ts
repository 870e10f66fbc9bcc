// Where the phases put their diagnostics, and how a diagnostic of C is made.
// A `Place` is a span that also remembers macros: `at` is where a person sees the token, `site` the macro call that debug lines
// name (clang: the expansion location), `spelled` the macro body it was copied from.
// Invariant: after `ERROR_LIMIT` errors nothing more is kept but the note that says so, so that no input makes an endless list.
import type { DiagCode, Diagnostic, Fix, Label, Severity, Span } from '../diag/index.ts'
import { flagOf } from './warning-flags.ts'

export interface Place extends Span {
  /** Name of the outermost macro call that the token came out of; absent outside macros. */
  readonly site?: Span
  /** Where its characters stand, if in a macro's body. */
  readonly spelled?: Span
  /** That macro's name. */
  readonly macro?: string
}

export const ERROR_LIMIT = 50
const WARNING_LIMIT = 200

/** Owned by one compilation; phases only add to it through `report`. */
export interface Sink {
  readonly diagnostics: Diagnostic[]
  errors: number
  warnings: number
  /** -W names that #pragma diagnostic silences in what is being read. */
  ignored: ReadonlySet<string>
  /** Too many errors: phases stop as soon as they can. */
  stopped: boolean
}

export const makeSink = (): Sink => ({ diagnostics: [], errors: 0, warnings: 0, ignored: new Set(), stopped: false })

export interface More {
  readonly labels?: readonly Label[]
  readonly fixes?: readonly Fix[]
}

/** Adds a diagnostic; one that came out of a macro's body is labelled with the place in the body. */
export function report(sink: Sink, severity: Severity, code: DiagCode, at: Place, params: readonly string[] = [], more: More = {}): void {
  if (sink.stopped || silenced(sink, code) || sink.diagnostics.some((d) => isSame(d, code, at, params))) return
  if (severity === 'warning' && ++sink.warnings > WARNING_LIMIT) return
  if (severity === 'error' && ++sink.errors > ERROR_LIMIT) {
    sink.stopped = true
    sink.diagnostics.push({ code: 'c.too-many-errors', severity: 'error', params: [], at: plain(at), labels: [], fixes: [] })
    return
  }
  const labels = [...(more.labels ?? [])]
  if (at.spelled && at.macro) labels.push({ at: at.spelled, code: 'c.note.expanded-from-macro', params: [at.macro] })
  sink.diagnostics.push({ code, severity, params, at: plain(at), labels, fixes: more.fixes ?? [] })
}

/** What was said of a place already: an attribute, say, that several declarators share. */
const isSame = (d: Diagnostic, code: DiagCode, at: Place, params: readonly string[]): boolean =>
  d.code === code && d.at?.start === at.start && d.at.end === at.end && d.at.file === at.file && d.params.every((p, k) => p === params[k])

/** Whether #pragma diagnostic silences a code here. */
export function silenced(sink: Sink, code: DiagCode): boolean {
  const flag = sink.ignored.size > 0 ? flagOf(code) : undefined
  return flag !== undefined && sink.ignored.has(flag)
}

export const error = (sink: Sink, code: DiagCode, at: Place, params: readonly string[] = [], more: More = {}): void =>
  report(sink, 'error', code, at, params, more)

export const warning = (sink: Sink, code: DiagCode, at: Place, params: readonly string[] = [], more: More = {}): void =>
  report(sink, 'warning', code, at, params, more)

export const label = (at: Place, code: DiagCode, params: readonly string[] = []): Label => ({ at: plain(at), code, params })

/** The span alone. */
export function plain(at: Place): Span {
  return { file: at.file, start: at.start, end: at.end }
}

/** From the start of one place to the end of another; where they are not in one piece of one file, the first alone. */
export function join(from: Place, to: Place): Place {
  if (from === to || from.file !== to.file || to.end < from.start) return from
  const end = Math.max(from.end, to.end)
  return from.site ? { file: from.file, start: from.start, end, site: from.site } : { file: from.file, start: from.start, end }
}

/** The span that debug lines name. */
export const siteOf = (at: Place): Span => at.site ?? at
