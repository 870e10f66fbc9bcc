// #pragma: what the preprocessor itself obeys (once, push_macro, poison, message), what the parser must know of (a token of its own), and what
// is about warnings of other compilers (dropped).
import { type Place, warning } from '../report.ts'
import type { Macro, State } from './state.ts'
import { spell, type Token } from './token.ts'

/** Those that the parser understands, by their first words. */
const FOR_PARSER = ['unroll', 'nounroll', 'clang loop', 'GCC unroll', 'pack', 'clang attribute', 'GCC diagnostic', 'clang diagnostic']
const IGNORED = [
  'GCC system_header',
  'clang system_header',
  'clang section',
  'weak',
  'STDC',
  'region',
  'endregion',
  'mark',
  'comment',
  'GCC warning',
  'GCC error',
  'clang optimize',
  'GCC optimize',
  'GCC visibility',
  'ident',
]

/** The token to hand on, or undefined. `line` is the directive without its name. */
export function pragma(state: State, at: Place, line: readonly Token[]): Token | undefined {
  const [first] = line
  if (!first) return undefined
  const words = line
    .slice(0, 2)
    .map((t) => t.text)
    .join(' ')
  const starts = (list: readonly string[]): boolean => list.includes(words) || list.includes(first.text)
  if (first.text === 'once') {
    const file = state.files[state.files.length - 1]
    if (file) state.once.add(file.lexer.source.path)
    return undefined
  }
  if (first.text === 'push_macro' || first.text === 'pop_macro') {
    saveMacro(state, first.text, line)
    return undefined
  }
  if (words === 'GCC poison' || words === 'clang poison') {
    for (const t of line.slice(2)) state.poisoned.add(t.text)
    return undefined
  }
  if (first.text === 'message') {
    const text = line
      .filter((t) => t.kind === 'string')
      .map((t) => t.text.slice(1, -1))
      .join('')
    warning(state.sink, 'c.pragma-message', at, [text])
    return undefined
  }
  if (starts(FOR_PARSER)) return { kind: 'pragma', text: spell(line), at, space: true, lineStart: true, painted: false }
  if (!starts(IGNORED)) warning(state.sink, 'c.unknown-pragma', at, [first.text])
  return undefined
}

function saveMacro(state: State, what: 'push_macro' | 'pop_macro', line: readonly Token[]): void {
  const name = line.find((t) => t.kind === 'string')?.text.slice(1, -1)
  if (name === undefined) return
  const stack: (Macro | undefined)[] = state.saved.get(name) ?? []
  state.saved.set(name, stack)
  if (what === 'push_macro') stack.push(state.macros.get(name))
  else if (stack.length > 0) {
    const macro = stack.pop()
    if (macro) state.macros.set(name, macro)
    else state.macros.delete(name)
  }
}
