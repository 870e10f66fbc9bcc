// Macro expansion: the stream of tokens with every macro call replaced (C11 6.10.3).
// The trick is a stack of contexts: a call pushes its replacement and disables its macro until the replacement has been read, and a
// name that is met while its macro is disabled is painted for ever. So recursion ends just where the standard wants it to end.
// In: raw tokens of `nextRaw`. Out: `nextExpanded`, one token after the other; pragmas made by _Pragma are tokens of their own.
import { makeSource } from '../../diag/index.ts'
import { error, label, type Place, plain, siteOf } from '../report.ts'
import { builtinMacro } from './builtin.ts'
import { Lexer } from './lex.ts'
import { MAX_ARGUMENT_DEPTH } from './limits.ts'
import { pragma } from './pragma.ts'
import { endToken, type Macro, nextRaw, pushTokens, type State, spend } from './state.ts'
import { type Argument, substitute } from './substitute.ts'
import { isPunct, type Token } from './token.ts'

/** The next token after expansion. */
export function nextExpanded(state: State): Token {
  for (;;) {
    const t = nextRaw(state)
    if (state.stopped) return endToken(t.at)
    if (t.kind !== 'identifier' || t.painted) return t
    if (t.text === '_Pragma') {
      const made = pragmaOperator(state, t)
      if (made) return made
      continue
    }
    const macro = state.macros.get(t.text)
    if (!macro) {
      if (state.poisoned.has(t.text)) error(state.sink, 'c.poisoned', t.at, [t.text])
      return t
    }
    if (macro.disabled) return { ...t, painted: true }
    if (!call(state, macro, t)) return t
  }
}

/** A list of tokens expanded on its own, as an argument or a directive's line is. */
export function expandAll(state: State, tokens: readonly Token[]): Token[] {
  if (tokens.every((t) => t.kind !== 'identifier')) return [...tokens]
  const out: Token[] = []
  if (state.argumentDepth >= MAX_ARGUMENT_DEPTH) {
    error(state.sink, 'c.macro-nesting', tokens[0].at, [String(MAX_ARGUMENT_DEPTH)])
    state.stopped = true
    return out
  }
  state.argumentDepth++
  const floor = state.contexts.length
  state.contexts.push({ tokens, next: 0, macro: undefined, isolated: true })
  for (let t = nextExpanded(state); t.kind !== 'end'; t = nextExpanded(state)) out.push(t)
  while (state.contexts.length > floor) {
    const context = state.contexts.pop()
    if (context?.macro) context.macro.disabled = false
  }
  state.argumentDepth--
  return out
}

/** Replaces a call; false where the name of a function-like macro is not followed by `(`, so that it is no call. */
function call(state: State, macro: Macro, name: Token): boolean {
  if (macro.builtin && !macro.params) {
    if (spend(state, 1, name.at)) pushTokens(state, [builtinMacro(state, macro.name, name, [])])
    return true
  }
  if (!macro.params) {
    const tokens = substitute(macro, name, [], state.sink)
    if (spend(state, tokens.length, name.at)) pushTokens(state, tokens, macro)
    return true
  }
  const open = nextRaw(state)
  if (!isPunct(open, '(')) {
    if (open.kind !== 'end') pushTokens(state, [open])
    return false
  }
  const raw = collectArguments(state, macro, name)
  if (!raw) {
    // A number in its place lets what is around make sense.
    pushTokens(state, [{ ...name, kind: 'number', text: '0', at: { ...name.at, site: siteOf(name.at) } }])
    return true
  }
  if (macro.builtin) {
    if (spend(state, 1, name.at)) pushTokens(state, [builtinMacro(state, macro.name, name, raw.flat())])
    return true
  }
  const args = raw.map((tokens) => argument(state, tokens))
  const tokens = substitute(macro, name, args, state.sink)
  if (spend(state, tokens.length, name.at)) pushTokens(state, tokens, macro)
  return true
}

function argument(state: State, raw: readonly Token[]): Argument {
  let expanded: readonly Token[] | undefined
  return { raw, expanded: () => (expanded ??= expandAll(state, raw)) }
}

/** The arguments behind `(`, one list a parameter; undefined after a fault. */
function collectArguments(state: State, macro: Macro, name: Token): Token[][] | undefined {
  const params = macro.params ?? []
  const args: Token[][] = [[]]
  let depth = 0
  for (;;) {
    let t = nextRaw(state)
    if (t.kind === 'end') {
      if (!state.stopped) error(state.sink, 'c.unterminated-macro-call', name.at, [macro.name], { labels: definedHere(macro) })
      return undefined
    }
    if (t.kind === 'punct') {
      if (t.text === '(') depth++
      else if (t.text === ')' && depth-- === 0) break
      else if (t.text === ',' && depth === 0 && !(macro.rest !== undefined && args.length === params.length)) {
        args.push([])
        continue
      }
    }
    if (t.kind === 'identifier' && state.macros.get(t.text)?.disabled) t = { ...t, painted: true }
    if (t.lineStart && !t.space) t = { ...t, space: true }
    args[args.length - 1].push(t)
    if (!spend(state, 0, name.at)) return undefined
  }
  if (params.length === 0 && args.length === 1 && args[0].length === 0) return []
  if (macro.rest !== undefined && args.length === params.length - 1) args.push([])
  if (macro.builtin || args.length === params.length) return args
  error(state.sink, args.length > params.length ? 'c.too-many-macro-arguments' : 'c.too-few-macro-arguments', name.at, [macro.name], {
    labels: definedHere(macro),
  })
  return undefined
}

const definedHere = (macro: Macro) => (macro.at.file === '' ? [] : [label(macro.at, 'c.note.macro-defined-here', [macro.name])])

/** `_Pragma("...")`: the string's content as a pragma; undefined where nothing comes of it. */
function pragmaOperator(state: State, name: Token): Token | undefined {
  const tokens = [nextRaw(state), nextRaw(state), nextRaw(state)]
  if (!isPunct(tokens[0], '(') || tokens[1].kind !== 'string' || !isPunct(tokens[2], ')')) {
    error(state.sink, 'c.bad-pragma-operator', name.at)
    return undefined
  }
  const text = tokens[1].text.replace(/^L?"|"$/g, '').replace(/\\(["\\])/g, '$1')
  const lexer = new Lexer(makeSource(name.at.file, text), state.sink)
  lexer.inDirective = true
  const at: Place = { ...plain(name.at), site: siteOf(name.at) }
  const line: Token[] = []
  for (let t = lexer.next(); t.kind !== 'newline'; t = lexer.next()) line.push({ ...t, at })
  return pragma(state, at, line)
}
