// What comes behind the editor (later.ts says when): the features of Monaco that are used here, and what the editor knows of eBPF C. Editors that stand
// already join in. A feature's `register` module of 0.57 sometimes holds a part of the feature only (suggest without its controller, for one), so the
// modules with the controllers are named as well.
import 'monaco-editor/features/bracketMatching/register'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/codeAction/register'
import 'monaco-editor/features/codicon/register'
import 'monaco-editor/features/comment/register'
import 'monaco-editor/features/contextmenu/register'
import 'monaco-editor/features/cursorUndo/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import 'monaco-editor/features/fontZoom/register'
import 'monaco-editor/features/gotoError/register'
import 'monaco-editor/features/gotoLine/register'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/indentation/register'
import 'monaco-editor/features/linesOperations/register'
import 'monaco-editor/features/multicursor/register'
import 'monaco-editor/features/parameterHints/register'
import 'monaco-editor/features/quickCommand/register'
import 'monaco-editor/features/quickHelp/register'
import 'monaco-editor/features/smartSelect/register'
import 'monaco-editor/features/snippet/register'
import 'monaco-editor/features/toggleTabFocusMode/register'
import 'monaco-editor/features/unicodeHighlighter/register'
import 'monaco-editor/features/wordHighlighter/register'
import 'monaco-editor/features/wordOperations/register'
import 'monaco-editor/editor/contrib/caretOperations/browser/caretOperations'
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import { joinFeatures } from './join.ts'
import { registerLanguage } from './language.ts'
import { monaco } from './monaco.ts'
import { defineThemes } from './theme.ts'

export function addFeatures(): void {
  registerLanguage()
  joinFeatures()
  // Colours that came with the features are drawn when a theme is set anew.
  defineThemes()
}

/** As if typed into the editor that has the focus. */
export function typeText(text: string): void {
  const editor = monaco.editor.getEditors().find((one) => one.hasTextFocus())
  editor?.trigger('keyboard', 'type', { text })
}
