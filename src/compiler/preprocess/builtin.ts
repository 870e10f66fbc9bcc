// Macros whose replacement is computed: __LINE__, __FILE__, __COUNTER__, __has_include and their kin.
// In: the name, the place of its use, the tokens of its argument. Out: the one token that it stands for.
// Date and time are fixed, so that the same source always gives the same bytes.
import { lineColumn } from '../../diag/index.ts'
import { ATTRIBUTE_NAMES, BUILTIN_NAMES } from '../features.ts'
import { error, siteOf } from '../report.ts'
import { findInclude } from './include.ts'
import type { Macro, State } from './state.ts'
import { spell, type Token } from './token.ts'

const OBJECT_LIKE = [
  '__LINE__',
  '__FILE__',
  '__FILE_NAME__',
  '__BASE_FILE__',
  '__COUNTER__',
  '__INCLUDE_LEVEL__',
  '__DATE__',
  '__TIME__',
  '__TIMESTAMP__',
]
const FUNCTION_LIKE = [
  '__has_include',
  '__has_include_next',
  '__has_builtin',
  '__has_attribute',
  '__has_c_attribute',
  '__has_declspec_attribute',
  '__has_feature',
  '__has_extension',
  '__has_warning',
  '__building_module',
  '__is_identifier',
]
const FEATURES = new Set([
  'c_alignas',
  'c_alignof',
  'c_atomic',
  'c_generic_selections',
  'c_static_assert',
  'c_fixed_enum',
  'statement_attributes_with_gnu_syntax',
  'gnu_asm',
  'gnu_asm_goto_with_outputs',
])

/** The rows of the macro table. */
export function builtinMacros(): Macro[] {
  const at = { file: '', start: 0, end: 0 }
  const row = (name: string, params: readonly string[] | undefined): Macro => ({
    name,
    at,
    params,
    rest: params?.[0],
    body: [],
    builtin: true,
    disabled: false,
  })
  return [...OBJECT_LIKE.map((name) => row(name, undefined)), ...FUNCTION_LIKE.map((name) => row(name, ['...']))]
}

/** What a use of one of them stands for. */
export function builtinMacro(state: State, name: string, use: Token, argument: readonly Token[]): Token {
  const number = (n: number | boolean): Token => ({ ...use, kind: 'number', text: String(Number(n)) })
  const string = (s: string): Token => ({ ...use, kind: 'string', text: `"${s.replace(/[\\"]/g, '\\$&')}"` })
  const word = spell(argument).replace(/^__(\w+)__$/, '$1')
  switch (name) {
    case '__LINE__': {
      const site = siteOf(use.at)
      const source = state.sources.get(site.file)
      return number(source ? lineColumn(source, site.start).line : 1)
    }
    case '__FILE__':
      return string(siteOf(use.at).file)
    case '__FILE_NAME__':
      return string(siteOf(use.at).file.replace(/^.*\//, ''))
    case '__BASE_FILE__':
      state.sawMain = true
      return string(state.input.main.path)
    case '__COUNTER__':
      return number(state.counter++)
    case '__INCLUDE_LEVEL__':
      return number(Math.max(0, state.files.length - 1))
    case '__DATE__':
      return string('Jan  1 1970')
    case '__TIME__':
      return string('00:00:00')
    case '__TIMESTAMP__':
      return string('Thu Jan  1 00:00:00 1970')
    case '__has_include':
    case '__has_include_next':
      return number(hasInclude(state, use, argument, name === '__has_include_next'))
    case '__has_builtin':
      return number(BUILTIN_NAMES.has(spell(argument)))
    case '__has_attribute':
      return number(ATTRIBUTE_NAMES.has(word))
    case '__has_feature':
    case '__has_extension':
      return number(FEATURES.has(word))
    case '__is_identifier':
      return number(argument.length === 1 && argument[0].kind === 'identifier')
    default:
      return number(0)
  }
}

function hasInclude(state: State, use: Token, argument: readonly Token[], next: boolean): boolean {
  const text = spell(argument)
  const match = /^<(.+)>$|^"(.+)"$/.exec(text)
  if (!match) {
    error(state.sink, 'c.expected-file-name', use.at)
    return false
  }
  return findInclude(state, match[1] ?? match[2], match[1] !== undefined, next) !== undefined
}
