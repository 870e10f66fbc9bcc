// Directives: each line that begins with `#` (C11 6.10).
// In: the innermost file's lexer, standing behind the `#`. Out: changes to the macro table, the stack of files and of conditionals;
// a token only where a pragma is the parser's business. Skipped groups are passed over without making tokens of them.
import type { DiagCode } from '../../diag/index.ts'
import { error, join, label, type Place, warning } from '../report.ts'
import { condition } from './condition.ts'
import { defineMacro } from './define.ts'
import { expandAll } from './expand.ts'
import { findInclude, folderOf } from './include.ts'
import { Lexer } from './lex.ts'
import { MAX_CONDITIONAL_DEPTH, MAX_INCLUDE_DEPTH, MAX_SOURCE_CHARS } from './limits.ts'
import { pragma } from './pragma.ts'
import type { OpenFile, State } from './state.ts'
import { spell, type Token } from './token.ts'

/** Carries out one directive. */
export function directive(state: State, hash: Token): Token | undefined {
  const file = state.files[state.files.length - 1]
  const { lexer } = file
  lexer.inDirective = true
  const name = lexer.next()
  const outside = file.conditionals.length === 0
  let made: Token | undefined
  if (name.kind !== 'newline') made = named(state, file, hash, name)
  if (outside) noteGuard(file, name)
  lexer.inDirective = false
  return made
}

/** A directive outside of conditionals: `#ifndef` as the file's first thing makes a guard, anything else means that there is none. */
function noteGuard(file: OpenFile, name: Token): void {
  if (file.guard !== 'unknown' || name.text !== 'ifndef' || file.conditionals.length !== 1) file.guard = 'none'
  else file.guard = { macro: file.conditionals[0].macro }
}

function named(state: State, file: OpenFile, hash: Token, name: Token): Token | undefined {
  const { sink } = state
  const { lexer } = file
  switch (name.kind === 'identifier' ? name.text : '') {
    case 'define':
      defineMacro(state, name, restOfLine(lexer))
      return undefined
    case 'undef': {
      const target = macroName(state, name, restOfLine(lexer))
      if (target) state.macros.delete(target.text)
      return undefined
    }
    case 'include':
    case 'include_next':
    case 'import':
      include(state, file, name)
      return undefined
    case 'if':
      open(state, file, name, condition(state, name, restOfLine(lexer)))
      return undefined
    case 'ifdef':
    case 'ifndef': {
      const target = macroName(state, name, restOfLine(lexer))
      open(state, file, name, target !== undefined && state.macros.has(target.text) === (name.text === 'ifdef'), target?.text)
      return undefined
    }
    case 'elif':
    case 'elifdef':
    case 'elifndef':
    case 'else':
    case 'endif':
      nextGroup(state, file, name)
      return undefined
    case 'error':
    case 'warning': {
      const text = lexer.restOfLine()
      if (name.text === 'error') error(sink, 'c.error-directive', name.at, [text])
      else warning(sink, 'c.warning-directive', name.at, [text])
      return undefined
    }
    case 'pragma': {
      const line = restOfLine(lexer)
      return pragma(state, join(hash.at, line.at(-1)?.at ?? name.at), line)
    }
    case 'ident':
    case 'sccs':
      restOfLine(lexer)
      return undefined
    case 'line':
      warning(sink, 'c.line-ignored', name.at)
      restOfLine(lexer)
      return undefined
    default:
      restOfLine(lexer)
      // A number makes it a line marker of preprocessed text.
      if (name.kind !== 'number') error(sink, 'c.bad-directive', name.at, [name.text])
      return undefined
  }
}

function restOfLine(lexer: Lexer): Token[] {
  const line: Token[] = []
  for (let t = lexer.next(); t.kind !== 'newline'; t = lexer.next()) line.push(t)
  return line
}

/** The one name that a directive takes. */
function macroName(state: State, directiveName: Token, line: readonly Token[]): Token | undefined {
  const [target] = line
  if (target?.kind !== 'identifier') {
    error(state.sink, 'c.macro-name-missing', target?.at ?? directiveName.at)
    return undefined
  }
  if (line.length > 1) warning(state.sink, 'c.extra-tokens', line[1].at, [directiveName.text])
  return target
}

// --- #include ---

function include(state: State, file: OpenFile, name: Token): void {
  const { sink } = state
  let header = file.lexer.headerName()
  const rest = restOfLine(file.lexer)
  if (!header) {
    const tokens = expandAll(state, rest)
    const match = /^(?:<(.+)>|"(.+)")$/.exec(spell(tokens))
    if (match) header = { name: match[1] ?? match[2], angled: match[1] !== undefined, at: tokens[0].at }
  } else if (rest.length > 0) warning(sink, 'c.extra-tokens', rest[0].at, [name.text])
  if (!header) {
    error(sink, 'c.expected-file-name', name.at)
    return
  }
  const found = findInclude(state, header.name, header.angled, name.text === 'include_next')
  if (!found) {
    missingFile(state, header.name, header.at)
    return
  }
  const { source } = found
  if (state.once.has(source.path) || (name.text === 'import' && state.sources.has(source.path))) return
  const guard = state.guards.get(source.path)
  if (guard !== undefined && state.macros.has(guard)) return
  if (state.files.length >= MAX_INCLUDE_DEPTH) {
    error(sink, 'c.include-depth', header.at, [String(MAX_INCLUDE_DEPTH)])
    state.stopped = true
    return
  }
  state.sourceChars += state.sources.has(source.path) ? source.text.length / 4 : source.text.length
  if (state.input.main.text.length + state.sourceChars > MAX_SOURCE_CHARS) {
    error(sink, 'c.source-too-large', header.at, [String(MAX_SOURCE_CHARS >> 20)])
    state.stopped = true
    return
  }
  state.sources.set(source.path, source)
  // The directive is over for this file before the next one opens.
  file.lexer.inDirective = false
  state.files.push({
    lexer: new Lexer(source, sink),
    conditionals: [],
    folder: folderOf(source.path).replace(/\/$/, ''),
    foundAt: found.foundAt,
    at: header.at,
    skimming: state.deferred && source.text.length >= LONG_FILE ? { depth: 0, between: true } : undefined,
    guard: 'unknown',
  })
}

/** Characters from which on a file's declarations are passed over until someone asks for them. */
const LONG_FILE = 100_000

/** Folders that people leave out. */
const LIKELY_FOLDERS = ['bpf', 'linux', 'asm', 'asm-generic', 'sys']

function missingFile(state: State, name: string, at: Place): void {
  const base = name.replace(/^.*\//, '')
  const better = [base, ...LIKELY_FOLDERS.map((folder) => `${folder}/${base}`)].find(
    (path) => path !== name && state.input.header(path) !== undefined,
  )
  const fixes = better ? [{ code: 'c.fix.replace' as DiagCode, params: [`<${better}>`], at, text: `<${better}>` }] : []
  error(state.sink, 'c.file-not-found', at, [name], { fixes })
  // What a missing header would have declared cannot be known; everything that follows would be guesses.
  state.stopped = true
}

// --- conditionals ---

function open(state: State, file: OpenFile, name: Token, taken: boolean, macro = ''): void {
  if (file.conditionals.length >= MAX_CONDITIONAL_DEPTH) {
    error(state.sink, 'c.if-depth', name.at, [String(MAX_CONDITIONAL_DEPTH)])
    state.stopped = true
    return
  }
  file.conditionals.push({ at: name.at, macro, taken, sawElse: false })
  if (!taken) skipGroups(state, file)
}

/** #elif, #else or #endif where a taken group ends. */
function nextGroup(state: State, file: OpenFile, name: Token): void {
  const current = file.conditionals[file.conditionals.length - 1]
  if (!current) {
    error(state.sink, 'c.without-if', name.at, [name.text])
    restOfLine(file.lexer)
    return
  }
  if (name.text === 'endif') {
    endConditional(state, file)
    return
  }
  checkElse(state, file, name)
  restOfLine(file.lexer)
  skipGroups(state, file)
}

function checkElse(state: State, file: OpenFile, name: Token): void {
  if (file.conditionals.length === 1) file.guard = 'none'
  const current = file.conditionals[file.conditionals.length - 1]
  if (current.sawElse) error(state.sink, 'c.after-else', name.at, [name.text], { labels: [label(current.at, 'c.note.if-here')] })
  if (name.text === 'else') current.sawElse = true
}

function endConditional(state: State, file: OpenFile): void {
  file.conditionals.pop()
  const rest = restOfLine(file.lexer)
  if (rest.length > 0) warning(state.sink, 'c.extra-tokens', rest[0].at, ['endif'])
}

/** Passes over groups until one is taken or the conditional ends; stands behind that directive's line then. */
function skipGroups(state: State, file: OpenFile): void {
  const { lexer, conditionals } = file
  const current = conditionals[conditionals.length - 1]
  let nested = 0
  for (;;) {
    lexer.inDirective = false
    if (!lexer.skipToDirective()) return
    lexer.inDirective = true
    const name = lexer.next()
    switch (name.kind === 'identifier' ? name.text : '') {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        nested++
        break
      case 'endif':
        if (nested-- > 0) break
        endConditional(state, file)
        return
      case 'else':
      case 'elif':
      case 'elifdef':
      case 'elifndef':
        if (nested > 0) break
        checkElse(state, file, name)
        if (current.taken || !groupHolds(state, lexer, name)) break
        current.taken = true
        return
    }
  }
}

function groupHolds(state: State, lexer: Lexer, name: Token): boolean {
  if (name.text === 'else') {
    const rest = restOfLine(lexer)
    if (rest.length > 0) warning(state.sink, 'c.extra-tokens', rest[0].at, ['else'])
    return true
  }
  const line = restOfLine(lexer)
  if (name.text === 'elif') return condition(state, name, line)
  const target = macroName(state, name, line)
  return target !== undefined && state.macros.has(target.text) === (name.text === 'elifdef')
}
