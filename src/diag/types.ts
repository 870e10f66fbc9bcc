// What a diagnostic is. A user's mistake is a value of this type, never an exception.
import type { DiagCode } from './messages.ts'

/** A piece of one file: offsets in UTF-16 code units, `end` exclusive. `file` is the path within the project. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

export type Severity = 'error' | 'warning' | 'note'

/** A second place that helps to understand the first ("declared here"). */
export interface Label {
  readonly at: Span
  readonly code: DiagCode
  readonly params: readonly string[]
}

/** An edit that mends the fault: replace the text at `at` by `text`. */
export interface Fix {
  readonly code: DiagCode
  readonly params: readonly string[]
  readonly at: Span
  readonly text: string
}

export interface Diagnostic {
  readonly code: DiagCode
  readonly severity: Severity
  readonly params: readonly string[]
  /** Absent where the fault has no place in a source (a broken object file, say). */
  readonly at?: Span
  /** The instruction's kernel slot, where the fault is one of bytecode. */
  readonly insn?: number
  readonly labels: readonly Label[]
  readonly fixes: readonly Fix[]
}
