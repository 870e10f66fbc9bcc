// C text to the parser's tokens: translation phases 1 to 4 (C11 5.1.1.2), with clang's predefined macros for target bpf.
// In: the main file, ways to find others, -D. Out: tokens up to and including `end`, and every file that was read.
// Bounded by the budgets of `limits`; a used-up budget is a diagnostic and ends the tokens there.
import { makeSource, type SourceFile } from '../../diag/index.ts'
import { error, type Sink } from '../report.ts'
import { builtinMacros } from './builtin.ts'
import { directive } from './directives.ts'
import { nextExpanded } from './expand.ts'
import { folderOf } from './include.ts'
import { Lexer } from './lex.ts'
import { MAX_SOURCE_CHARS } from './limits.ts'
import { predefined } from './predefined.ts'
import { endToken, type PreprocessInput, type State } from './state.ts'
import { isPunct, type Token } from './token.ts'

export interface Preprocessed {
  readonly tokens: readonly Token[]
  readonly sources: readonly SourceFile[]
  /** Reading was given up (a header is missing, a budget is used up): what follows from the tokens would be guesses. */
  readonly gaveUp: boolean
  /** Files that #include brought in, in order; for hints about missing ones. */
  readonly included: readonly string[]
}

export function preprocess(input: PreprocessInput, sink: Sink): Preprocessed {
  const state: State = {
    input,
    sink,
    files: [],
    contexts: [],
    macros: new Map(builtinMacros().map((m) => [m.name, m])),
    saved: new Map(),
    once: new Set(),
    poisoned: new Set(),
    guards: new Map(),
    sources: new Map(),
    sourceChars: 0,
    expandedTokens: 0,
    argumentDepth: 0,
    counter: 0,
    stopped: false,
    fileToken: () => fileToken(state),
  }
  readDefinitions(state, makeSource('<built-in>', predefined(input.cpu)))
  const defines = Object.entries(input.defines).map(([name, text]) => `#define ${name} ${text.replace(/\s+/g, ' ')}\n`)
  readDefinitions(state, makeSource('<command line>', defines.join('')))

  const { main } = input
  const tokens: Token[] = []
  if (main.text.length > MAX_SOURCE_CHARS) {
    error(sink, 'c.source-too-large', { file: main.path, start: 0, end: 0 }, [String(MAX_SOURCE_CHARS >> 20)])
    state.stopped = true
  } else {
    state.sourceChars = main.text.length
    openMain(state, main)
    for (let t = nextExpanded(state); t.kind !== 'end' && !state.stopped && !sink.stopped; t = nextExpanded(state)) tokens.push(t)
  }
  tokens.push(endToken({ file: main.path, start: main.text.length, end: main.text.length }))
  const sources = [...state.sources.values()]
  return { tokens, sources, gaveUp: state.stopped, included: sources.slice(1).map((s) => s.path) }
}

function openMain(state: State, source: SourceFile): void {
  state.sources.set(source.path, source)
  state.files.push({
    lexer: new Lexer(source, state.sink),
    conditionals: [],
    folder: folderOf(source.path).replace(/\/$/, ''),
    foundAt: -1,
    at: undefined,
    guard: 'none',
  })
}

/** Runs a text that holds nothing but directives. */
function readDefinitions(state: State, source: SourceFile): void {
  state.files.push({ lexer: new Lexer(source, state.sink), conditionals: [], folder: '', foundAt: -1, at: undefined, guard: 'none' })
  while (nextExpanded(state).kind !== 'end') {
    // What is not a directive has no place on a command line.
  }
}

/** The next token of the innermost file that is not part of a directive; `end` behind the last of the outermost. */
function fileToken(state: State): Token {
  for (;;) {
    const file = state.files[state.files.length - 1]
    if (!file || state.stopped || state.sink.stopped) {
      const end = state.input.main.text.length
      return endToken({ file: state.input.main.path, start: end, end })
    }
    const t = file.lexer.next()
    if (t.kind === 'end') {
      for (const c of file.conditionals) error(state.sink, 'c.unterminated-if', c.at)
      if (typeof file.guard === 'object') state.guards.set(file.lexer.source.path, file.guard.macro)
      state.files.pop()
      continue
    }
    if (!t.lineStart || !isPunct(t, '#')) {
      if (file.conditionals.length === 0) file.guard = 'none'
      return t
    }
    const made = directive(state, t)
    if (made) return made
  }
}
