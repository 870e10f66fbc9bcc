// C text to the parser's tokens: translation phases 1 to 4 (C11 5.1.1.2), with clang's predefined macros for target bpf.
// In: the main file, ways to find others, -D. Out: tokens up to and including `end`, and every file that was read.
// Bounded by the budgets of `limits`; a used-up budget is a diagnostic and ends the tokens there.
import type { SourceFile } from '../../diag/index.ts'
import type { Sink } from '../report.ts'
import { openMain, readRest, startState } from './segments.ts'
import type { PreprocessInput } from './state.ts'
import type { Token } from './token.ts'

export interface Preprocessed {
  readonly tokens: readonly Token[]
  readonly sources: readonly SourceFile[]
  /** Reading was given up (a header is missing, a budget is used up): what follows from the tokens would be guesses. */
  readonly gaveUp: boolean
  /** Files that #include brought in, in order; for hints about missing ones. */
  readonly included: readonly string[]
}

export function preprocess(input: PreprocessInput, sink: Sink): Preprocessed {
  const state = startState(input, sink)
  openMain(state)
  const tokens = readRest(state)
  const sources = [...state.sources.values()]
  return { tokens, sources, gaveUp: state.stopped, included: sources.slice(1).map((s) => s.path) }
}
