// The preprocessor in pieces: its state before the main file, the directives at the head of the main file one by one, and the rest.
// Pieces make it possible to keep what the headers at the head of a file mean (see preamble.ts); read one after the other they give the same
// tokens as the whole.
import { makeSource, type SourceFile } from '../../diag/index.ts'
import { error, makeSink, type Sink } from '../report.ts'
import { builtinMacros } from './builtin.ts'
import { directive } from './directives.ts'
import { nextExpanded } from './expand.ts'
import { folderOf } from './include.ts'
import { Lexer, type LexerMark } from './lex.ts'
import { MAX_SOURCE_CHARS } from './limits.ts'
import { predefined } from './predefined.ts'
import { type Deferred, endToken, type Macro, type OpenFile, type PreprocessInput, type Skimming, type State } from './state.ts'
import { isPunct, type Token } from './token.ts'

/** The state before the main file: predefined macros and those of the command line. `macros` is the empty table to fill. */
export function startState(input: PreprocessInput, sink: Sink, macros: Map<string, Macro> = new Map()): State {
  for (const m of builtinMacros()) macros.set(m.name, m)
  const state: State = {
    input,
    sink,
    files: [],
    contexts: [],
    macros,
    saved: new Map(),
    once: new Set(),
    poisoned: new Set(),
    guards: new Map(),
    deferred: undefined,
    sources: new Map(),
    sourceChars: 0,
    expandedTokens: 0,
    argumentDepth: 0,
    counter: 0,
    stopped: false,
    floor: 0,
    sawMain: false,
    fileToken: () => fileToken(state),
  }
  readDefinitions(state, makeSource('<built-in>', predefined(input.cpu)))
  const defines = Object.entries(input.defines).map(([name, text]) => `#define ${name} ${text.replace(/\s+/g, ' ')}\n`)
  readDefinitions(state, makeSource('<command line>', defines.join('')))
  return state
}

/** A state of its own that goes on where another one stands between files. The table of macros is shared; the rest is copied. */
export function resumeState(from: State, input: PreprocessInput, sink: Sink, deferred?: Deferred[]): State {
  const state: State = {
    ...from,
    input,
    sink,
    files: [],
    contexts: [],
    saved: new Map([...from.saved].map(([name, stack]) => [name, [...stack]])),
    once: new Set(from.once),
    poisoned: new Set(from.poisoned),
    guards: new Map(from.guards),
    deferred,
    sources: new Map([...from.sources].filter(([path]) => path !== from.input.main.path)),
    fileToken: () => fileToken(state),
  }
  return state
}

/** Opens the main file, from its start or from behind directives that were carried out before. */
export function openMain(state: State, from?: LexerMark): void {
  const { main } = state.input
  if (main.text.length > MAX_SOURCE_CHARS) {
    error(state.sink, 'c.source-too-large', { file: main.path, start: 0, end: 0 }, [String(MAX_SOURCE_CHARS >> 20)])
    state.stopped = true
    return
  }
  // Main comes first among the sources; headers may have been read before it was opened here.
  const headers = [...state.sources.values()]
  state.sources.clear()
  for (const source of [main, ...headers]) state.sources.set(source.path, source)
  const lexer = new Lexer(main, state.sink)
  if (from) lexer.reset(from)
  state.files.push({
    lexer,
    conditionals: [],
    folder: folderOf(main.path).replace(/\/$/, ''),
    foundAt: -1,
    at: undefined,
    skimming: undefined,
    guard: 'none',
  })
}

/** A directive at the head of the main file. */
export interface LeadingDirective {
  readonly from: LexerMark
  readonly to: LexerMark
  /** As written, behind the `#`. */
  readonly text: string
  readonly isInclude: boolean
  readonly offset: number
}

/** #include, #define, #undef and #pragma before anything else of the file; ends at the first other thing. */
export function* leadingDirectives(main: SourceFile): Generator<LeadingDirective> {
  const sink = makeSink()
  const lexer = new Lexer(main, sink)
  for (;;) {
    const from = lexer.mark()
    const hash = lexer.next()
    if (!hash.lineStart || !isPunct(hash, '#')) return
    lexer.inDirective = true
    const name = lexer.next()
    if (!LEADING.has(name.text)) return
    const header = name.text === 'include' ? lexer.headerName() : undefined
    let last = name
    for (let t = lexer.next(); t.kind !== 'newline'; t = lexer.next()) last = t
    lexer.inDirective = false
    if (sink.diagnostics.length > 0) return
    const end = Math.max(last.at.end, header?.at.end ?? 0)
    const text = main.text.slice(hash.at.end, end)
    yield { from, to: lexer.mark(), text, isInclude: name.text === 'include', offset: hash.at.start }
  }
}

const LEADING = new Set(['include', 'define', 'undef', 'pragma'])

/** Carries out the directive at which the main file stands, and reads what it includes. The tokens end with `end`. */
export function readDirective(state: State): Token[] {
  const [main] = state.files
  const tokens: Token[] = []
  const made = directive(state, main.lexer.next())
  if (made) tokens.push(made)
  if (state.files.length > 1) {
    state.floor = 1
    for (let t = nextExpanded(state); t.kind !== 'end' && !state.stopped && !state.sink.stopped; t = nextExpanded(state)) tokens.push(t)
    state.floor = 0
  }
  tokens.push(endOfMain(state))
  return tokens
}

/** Everything from where the main file stands. The tokens end with `end`. */
export function readRest(state: State): Token[] {
  const tokens: Token[] = []
  if (!state.stopped)
    for (let t = nextExpanded(state); t.kind !== 'end' && !state.stopped && !state.sink.stopped; t = nextExpanded(state)) tokens.push(t)
  tokens.push(endOfMain(state))
  return tokens
}

function endOfMain({ input: { main } }: State): Token {
  return endToken({ file: main.path, start: main.text.length, end: main.text.length })
}

/** Runs a text that holds nothing but directives. */
function readDefinitions(state: State, source: SourceFile): void {
  const lexer = new Lexer(source, state.sink)
  state.files.push({ lexer, conditionals: [], folder: '', foundAt: -1, at: undefined, skimming: undefined, guard: 'none' })
  while (nextExpanded(state).kind !== 'end') {
    // What is not a directive has no place on a command line.
  }
}

/** The next token of the innermost file that is not part of a directive; `end` behind the last of the outermost. */
function fileToken(state: State): Token {
  for (;;) {
    const file = state.files[state.files.length - 1]
    if (state.files.length <= state.floor || !file || state.stopped || state.sink.stopped) return endOfMain(state)
    const t = file.lexer.next()
    if (t.kind === 'end') {
      for (const c of file.conditionals) error(state.sink, 'c.unterminated-if', c.at)
      if (typeof file.guard === 'object') state.guards.set(file.lexer.source.path, file.guard.macro)
      state.files.pop()
      continue
    }
    if (!t.lineStart || !isPunct(t, '#')) {
      if (file.conditionals.length === 0) file.guard = 'none'
      return file.skimming ? passOver(state, file, file.skimming, t) : t
    }
    const made = directive(state, t)
    if (made) return made
  }
}

/** A token of a long file, or what stands for the declaration that begins with it. */
function passOver(state: State, file: OpenFile, skimming: Skimming, t: Token): Token {
  if (skimming.between && t.lineStart && t.kind === 'identifier' && state.deferred) {
    const { macros, poisoned } = state
    const found = file.lexer.skim(t.text, (name) => macros.has(name) || poisoned.has(name))
    if (found) {
      state.deferred.push({ ...found, lexer: file.lexer })
      return { ...t, kind: 'deferred', text: String(state.deferred.length - 1) }
    }
  }
  if (t.kind === 'punct') {
    if (t.text === '{' || t.text === '(' || t.text === '[') skimming.depth++
    else if (t.text === '}' || t.text === ')' || t.text === ']') skimming.depth--
  }
  skimming.between = skimming.depth === 0 && t.kind === 'punct' && t.text === ';'
  return t
}
