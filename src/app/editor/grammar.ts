// C as the editor reads it: its words, brackets and comments. Monaco's own grammar is C++ of many makers, which paints field names such as
// `event`, `in` or `property` as keywords.
import { monaco } from './monaco.ts'
import { KEYWORDS, TYPE } from './plain.ts'

let registered = false

export function registerC(): void {
  if (registered) return
  registered = true
  monaco.languages.register({ id: 'c', extensions: ['.c', '.h'], aliases: ['C', 'c'] })
  monaco.languages.setLanguageConfiguration('c', {
    comments: { lineComment: '//', blockComment: ['/*', '*/'] },
    brackets: [
      ['{', '}'],
      ['[', ']'],
      ['(', ')'],
    ],
    autoClosingPairs: [
      { open: '{', close: '}' },
      { open: '[', close: ']' },
      { open: '(', close: ')' },
      { open: "'", close: "'", notIn: ['string', 'comment'] },
      { open: '"', close: '"', notIn: ['string'] },
    ],
    indentationRules: { increaseIndentPattern: /^.*\{[^}"']*$/, decreaseIndentPattern: /^\s*\}/ },
  })
  monaco.languages.setMonarchTokensProvider('c', {
    defaultToken: '',
    keywords: [...KEYWORDS],
    tokenizer: {
      root: [
        [/^\s*#\s*include/, { token: 'keyword.directive', next: '@include' }],
        [/^\s*#\s*\w*/, 'keyword.directive'],
        [/[a-zA-Z_]\w*/, { cases: { '@keywords': 'keyword', [TYPE.source]: 'type', '@default': 'identifier' } }],
        [/\/\/.*\\$/, { token: 'comment', next: '@lineComment' }],
        [/\/\/.*$/, 'comment'],
        [/\/\*/, { token: 'comment', next: '@comment' }],
        [/"(?:\\.|[^"\\])*$/, 'string.invalid'],
        [/"(?:\\.|[^"\\])*"/, 'string'],
        [/'(?:\\.|[^'\\])*'?/, 'string'],
        [/\d[\w.]*/, 'number'],
        [/[{}()[\]]/, '@brackets'],
        [/[;,.<>=!~?:&|+\-*/^%]+/, 'delimiter'],
      ],
      include: [
        [/\s*<[^>]*>?/, { token: '', next: '@pop' }],
        [/\s*"[^"]*"?/, { token: 'string', next: '@pop' }],
        [/\s*\w*/, { token: '', next: '@pop' }],
      ],
      comment: [
        [/[^/*]+/, 'comment'],
        [/\*\//, { token: 'comment', next: '@pop' }],
        [/[/*]/, 'comment'],
      ],
      lineComment: [
        [/.*[^\\]$/, { token: 'comment', next: '@pop' }],
        [/.*/, 'comment'],
      ],
    },
  })
}
