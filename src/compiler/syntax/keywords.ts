// The words that are no names: C11's keywords, GNU's spellings of them, and builtins whose syntax is not that of a call.

/** Words that begin a type, with the spelling that sema knows. */
export const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ...['void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', 'unsigned', '_Bool', '_Complex', '__int128'].map(
    (w) => [w, w] as const,
  ),
  ['__signed__', 'signed'],
  ['__signed', 'signed'],
  ['_Float16', 'float'],
  ['__float128', 'double'],
])

/** Qualifiers by spelling. */
export const QUALIFIER_WORDS: ReadonlyMap<string, 'const' | 'volatile' | 'restrict' | 'atomic' | 'other'> = new Map([
  ['const', 'const'],
  ['__const', 'const'],
  ['__const__', 'const'],
  ['volatile', 'volatile'],
  ['__volatile', 'volatile'],
  ['__volatile__', 'volatile'],
  ['restrict', 'restrict'],
  ['__restrict', 'restrict'],
  ['__restrict__', 'restrict'],
  ['_Atomic', 'atomic'],
  ['_Nonnull', 'other'],
  ['_Nullable', 'other'],
  ['_Null_unspecified', 'other'],
])

export const STORAGE_WORDS: ReadonlySet<string> = new Set(['typedef', 'extern', 'static', 'auto', 'register'])
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(['inline', '__inline', '__inline__', '_Noreturn'])
export const OTHER_SPECIFIER_WORDS: ReadonlySet<string> = new Set([
  '_Thread_local',
  '__thread',
  '_Alignas',
  '__attribute__',
  '__attribute',
  '__declspec',
  '__extension__',
])
export const TAG_WORDS: ReadonlySet<string> = new Set(['struct', 'union', 'enum'])
export const TYPEOF_WORDS: ReadonlySet<string> = new Set([
  'typeof',
  '__typeof__',
  '__typeof',
  '__typeof_unqual__',
  'typeof_unqual',
  '__auto_type',
])

const STATEMENT_WORDS = [
  'if',
  'else',
  'while',
  'do',
  'for',
  'switch',
  'case',
  'default',
  'goto',
  'break',
  'continue',
  'return',
  'asm',
  '__asm__',
  '__asm',
  '__label__',
]
const EXPRESSION_WORDS = [
  'sizeof',
  '_Alignof',
  '__alignof__',
  '__alignof',
  '_Generic',
  '_Static_assert',
  '__real__',
  '__imag__',
  '__func__',
  '__FUNCTION__',
  '__PRETTY_FUNCTION__',
  '__builtin_offsetof',
  '__builtin_types_compatible_p',
  '__builtin_choose_expr',
  '__builtin_va_arg',
]

export const KEYWORDS: ReadonlySet<string> = new Set([
  ...TYPE_WORDS.keys(),
  ...QUALIFIER_WORDS.keys(),
  ...STORAGE_WORDS,
  ...FUNCTION_WORDS,
  ...OTHER_SPECIFIER_WORDS,
  ...TAG_WORDS,
  ...TYPEOF_WORDS,
  ...STATEMENT_WORDS,
  ...EXPRESSION_WORDS,
])
