// The editor's colours, in the same tones as the page's tokens.
import { monaco } from './monaco.ts'

const LIGHT = { text: '1f1d1a', muted: '6b6559', keyword: '7a2f8f', type: '0b5d7a', string: '146c43', number: '8a4b00', macro: '8f3a10' }
const DARK = { text: 'e8e5df', muted: 'a8a296', keyword: 'd6a3f0', type: '7cc7e8', string: '8fd6a4', number: 'f0b86c', macro: 'f0a080' }

const rules = (c: typeof LIGHT): monaco.editor.ITokenThemeRule[] => [
  { token: '', foreground: c.text },
  { token: 'comment', foreground: c.muted },
  { token: 'keyword', foreground: c.keyword },
  { token: 'keyword.directive', foreground: c.macro },
  { token: 'identifier', foreground: c.text },
  { token: 'type', foreground: c.type },
  { token: 'string', foreground: c.string },
  { token: 'number', foreground: c.number },
  ...['', '.curly', '.square', '.parenthesis', '.angle', '.bracket'].map((kind) => ({ token: `delimiter${kind}`, foreground: c.text })),
]

/** Brackets in the text's colour: six more colours would only compete with what the page marks. */
const brackets = (colour: string): Record<string, string> =>
  Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`editorBracketHighlight.foreground${i}`, colour]))

export function defineThemes(): void {
  monaco.editor.defineTheme('beeyard-light', {
    base: 'vs',
    inherit: true,
    rules: rules(LIGHT),
    colors: {
      ...brackets('#1f1d1a'),
      'editor.background': '#fffefc',
      'editor.foreground': '#1f1d1a',
      'editor.lineHighlightBackground': '#f7f4ec',
      'editor.lineHighlightBorder': '#00000000',
      'editorLineNumber.foreground': '#756e62',
      'editorLineNumber.activeForeground': '#1f1d1a',
      'editorGutter.background': '#faf8f4',
      'editor.selectionBackground': '#f6dfa0',
      'editorWidget.background': '#fffefc',
      'editorWidget.border': '#cfc8ba',
      focusBorder: '#1d5fae',
    },
  })
  monaco.editor.defineTheme('beeyard-dark', {
    base: 'vs-dark',
    inherit: true,
    rules: rules(DARK),
    colors: {
      ...brackets('#e8e5df'),
      'editor.background': '#17181d',
      'editor.foreground': '#e8e5df',
      'editor.lineHighlightBackground': '#1f2128',
      'editor.lineHighlightBorder': '#00000000',
      'editorLineNumber.foreground': '#8b8679',
      'editorLineNumber.activeForeground': '#e8e5df',
      'editorGutter.background': '#1c1e24',
      'editor.selectionBackground': '#594619',
      'editorWidget.background': '#1c1e24',
      'editorWidget.border': '#3b3f49',
      focusBorder: '#8fc0ff',
    },
  })
}

export const themeName = (dark: boolean): string => (dark ? 'beeyard-dark' : 'beeyard-light')
