// What the preprocessor's files share: the stack of files, the stack of macro expansions, the macro table and the budgets.
// Owned by one call of `preprocess`; the functions of this folder change it in turn.
// A macro is disabled while an expansion of it is on the stack: names met meanwhile are painted (see `expand`).
import type { SourceFile } from '../../diag/index.ts'
import { error, type Place, type Sink } from '../report.ts'
import type { Lexer } from './lex.ts'
import { MAX_EXPANDED_TOKENS } from './limits.ts'
import type { Skimmed } from './skim.ts'
import type { Token } from './token.ts'

export interface PreprocessInput {
  readonly main: SourceFile
  /** Finds a file of the project by path. */
  readonly include: (path: string) => SourceFile | undefined
  /** Finds one of our own headers by path. */
  readonly header: (path: string) => string | undefined
  readonly includeDirs: readonly string[]
  readonly defines: Readonly<Record<string, string>>
  readonly cpu: 1 | 2 | 3 | 4
}

export interface Macro {
  readonly name: string
  readonly at: Place
  /** Undefined: object-like. */
  readonly params: readonly string[] | undefined
  /** Name of the parameter that takes the rest: `__VA_ARGS__`, or the one written before `...`. */
  readonly rest: string | undefined
  readonly body: readonly Token[]
  /** Computed by the preprocessor: __LINE__, __has_include, ... */
  readonly builtin: boolean
  disabled: boolean
}

/** Tokens waiting to be read, of a macro's expansion or pushed back. */
export interface Context {
  readonly tokens: readonly Token[]
  next: number
  /** Enabled again when the context is used up. */
  readonly macro: Macro | undefined
  /** The reader gets `end` behind it instead of what lies below: an argument that is expanded on its own. */
  readonly isolated: boolean
}

/** One #if and its groups so far. */
export interface Conditional {
  readonly at: Place
  /** Of #ifdef and #ifndef; empty for #if. */
  readonly macro: string
  taken: boolean
  sawElse: boolean
}

export interface OpenFile {
  readonly lexer: Lexer
  readonly conditionals: Conditional[]
  /** Folder, for #include "..."; index in the search path, for #include_next. */
  readonly folder: string
  readonly foundAt: number
  readonly at: Place | undefined
  /** How far the tokens of a long file are between declarations; absent where nothing is passed over. */
  readonly skimming: Skimming | undefined
  /** What is known of an include guard around the whole file: nothing yet, its macro, or that there is none. */
  guard: 'unknown' | 'none' | { readonly macro: string }
}

/** Owned by the reading of one file. */
export interface Skimming {
  depth: number
  /** The last token ended a declaration, or there was none. */
  between: boolean
}

/** A declaration that was passed over, and the lexer that can go back to it. */
export interface Deferred extends Skimmed {
  readonly lexer: Lexer
  readonly from: number
}

export interface State {
  readonly input: PreprocessInput
  readonly sink: Sink
  readonly files: OpenFile[]
  readonly contexts: Context[]
  readonly macros: Map<string, Macro>
  readonly saved: Map<string, (Macro | undefined)[]>
  readonly once: Set<string>
  readonly poisoned: Set<string>
  /** Files that their guard's macro makes empty, by path. */
  readonly guards: Map<string, string>
  /** Declarations of long files that were passed over; absent where everything is to be read. */
  readonly deferred: Deferred[] | undefined
  /** Files read so far, by path. */
  readonly sources: Map<string, SourceFile>
  /** Characters that #include brought in. */
  sourceChars: number
  expandedTokens: number
  argumentDepth: number
  counter: number
  /** A budget is used up: everything reads as the end of the file. */
  stopped: boolean
  /** Reading stops where no more files than these are open: 0 for the whole source, 1 for what an #include of the main file brings in. */
  floor: number
  /** What was read depends on the main file's own name or text (`__BASE_FILE__`, an #include of it). */
  sawMain: boolean
  /** The next token of the innermost file, directives carried out. */
  readonly fileToken: () => Token
}

/** Reads tokens without expanding them. */
export function nextRaw(state: State): Token {
  const { contexts } = state
  while (contexts.length > 0) {
    const context = contexts[contexts.length - 1]
    if (context.next < context.tokens.length) return context.tokens[context.next++]
    if (context.isolated) return endToken(NOWHERE)
    contexts.pop()
    if (context.macro) context.macro.disabled = false
  }
  return state.fileToken()
}

/** Puts tokens before what comes next. */
export function pushTokens(state: State, tokens: readonly Token[], macro?: Macro): void {
  if (macro) macro.disabled = true
  state.contexts.push({ tokens, next: 0, macro, isolated: false })
}

/** Counts tokens that macros made; false where the budget is used up. */
export function spend(state: State, count: number, at: Place): boolean {
  if (state.stopped) return false
  state.expandedTokens += count + 1
  if (state.expandedTokens <= MAX_EXPANDED_TOKENS) return true
  error(state.sink, 'c.too-many-tokens', at, [String(MAX_EXPANDED_TOKENS)])
  state.stopped = true
  return false
}

const NOWHERE: Place = { file: '', start: 0, end: 0 }

export function endToken(at: Place): Token {
  return { kind: 'end', text: '', at, space: false, lineStart: true, painted: false }
}
