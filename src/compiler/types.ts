// What goes into a compilation and what comes out. A compilation is a pure function of its input.
import type { Diagnostic, SourceFile } from '../diag/index.ts'
import type { ObjectFile } from '../object/index.ts'

export interface CompileInput {
  /** The file that is compiled; its path is what diagnostics and line info name. */
  readonly main: SourceFile
  /** Finds an included file by path, after `includeDirs` are tried; our own headers (abi) are found by the compiler itself. */
  readonly include: (path: string) => SourceFile | undefined
  readonly includeDirs: readonly string[]
  /** -D: name to text ("1" where none was given). */
  readonly defines: Readonly<Record<string, string>>
  readonly cpu: 1 | 2 | 3 | 4
  /** Ask for the text of the IR after each pass. */
  readonly passes?: boolean
  /** Passes to leave out: what a fault is sought with. Those that the back end cannot do without run all the same. */
  readonly skipping?: PassChoice
}

export interface PassChoice {
  /** By name: wherever the pass stands in the list. */
  readonly names?: readonly string[]
  /** All passes behind the first so many. */
  readonly after?: number
}

/** The program after one pass, as text. */
export interface PassDump {
  readonly pass: string
  readonly text: string
}

export interface CompileResult {
  /** Present if and only if no diagnostic is an error. */
  readonly object?: ObjectFile
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that was read (headers included), so that diagnostics can be shown. */
  readonly sources: readonly SourceFile[]
  readonly passes: readonly PassDump[]
}
