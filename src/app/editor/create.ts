// Makes the editor: its options, what the mouse and keys do beyond Monaco's own, and what the rest of the page may ask of it.
import { COMMANDS } from '../commands.ts'
import { texts } from '../i18n/index.ts'
import type { Page } from '../state/boot.ts'
import { toggleBreakpoint } from '../state/breakpoints.ts'
import { useEditorActs } from '../state/editor-acts.ts'
import { NO_SELECTION } from '../state/relate.ts'
import { useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { withFeatures } from './later.ts'
import { showsMain } from './marks.ts'
import { type Editor, monaco } from './monaco.ts'

const FONT =
  "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'D2Coding', 'Noto Sans Mono CJK KR', 'Noto Sans CJK KR', monospace"

export function createEditor(host: HTMLElement, label: string, readOnly: boolean): Editor {
  return monaco.editor.create(host, {
    model: null,
    ariaLabel: label,
    readOnly,
    automaticLayout: true,
    minimap: { enabled: false },
    glyphMargin: true,
    lineNumbersMinChars: 3,
    lineDecorationsWidth: 6,
    fontFamily: FONT,
    ...sizes(useUi.getState().large),
    tabSize: 4,
    insertSpaces: false,
    detectIndentation: true,
    scrollBeyondLastLine: false,
    padding: { top: 8, bottom: 8 },
    fixedOverflowWidgets: true,
    fullwidthCharacterWidth: 'twoCells',
    bracketPairColorization: { enabled: false },
    guides: { indentation: false },
    renderLineHighlight: 'line',
    renderControlCharacters: true,
    unicodeHighlight: { invisibleCharacters: true, ambiguousCharacters: true, includeComments: true, includeStrings: true },
    wordBasedSuggestions: 'currentDocument',
    overviewRulerBorder: false,
    hideCursorInOverviewRuler: true,
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  })
}

/** As `--editor` and `--editor-line` of the page. */
const sizes = (large: boolean) => (large ? { fontSize: 19, lineHeight: 28 } : { fontSize: 13, lineHeight: 20 })

/** Mouse, cursor, keys and commands; undone by the function that comes back. */
export function wireEditor(editor: Editor, page: Page): () => void {
  const session = () => useSession.getState()
  const disposables: monaco.IDisposable[] = [
    editor.onMouseDown(({ target, event }) => {
      const { GUTTER_GLYPH_MARGIN, GUTTER_LINE_NUMBERS } = monaco.editor.MouseTargetType
      const inGutter = target.type === GUTTER_GLYPH_MARGIN || target.type === GUTTER_LINE_NUMBERS
      if (inGutter && target.position && event.leftButton && showsMain())
        toggleBreakpoint({ kind: 'line', line: target.position.lineNumber })
    }),
    editor.onMouseMove(({ target }) => {
      if (!showsMain()) return
      const line = target.type === monaco.editor.MouseTargetType.CONTENT_TEXT ? target.position?.lineNumber : undefined
      hoverLine(line)
    }),
    editor.onMouseLeave(() => hoverLine(undefined)),
    editor.onDidChangeCursorPosition(({ position, reason }) => {
      if (!showsMain()) return
      session().set({ cursorLine: position.lineNumber })
      if (editor.hasTextFocus() && reason === monaco.editor.CursorChangeReason.Explicit) {
        session().set({ selection: { kind: 'line', line: position.lineNumber } })
      }
    }),
    ...leaveByTab(editor),
  ]
  let actions = addActions(editor, page)
  const stop = useUi.subscribe((s, before) => {
    if (s.large !== before.large) editor.updateOptions(sizes(s.large))
    if (s.language === before.language) return
    for (const action of actions) action.dispose()
    actions = addActions(editor, page)
  })
  useEditorActs.setState({
    focus: () => editor.focus(),
    hasFocus: () => editor.hasTextFocus(),
    palette: () => {
      editor.focus()
      void withFeatures(() => editor.trigger('page', 'editor.action.quickCommand', undefined))
    },
    problem: (by) => {
      useUi.getState().showPanel('code')
      editor.focus()
      void withFeatures(() => editor.trigger('page', by === 1 ? 'editor.action.marker.next' : 'editor.action.marker.prev', undefined))
    },
  })
  return () => {
    stop()
    for (const d of [...disposables, ...actions]) d.dispose()
    useEditorActs.setState(useEditorActs.getInitialState())
  }
}

function hoverLine(line: number | undefined): void {
  const { hover, set } = useSession.getState()
  if (line === undefined) {
    if (hover.kind === 'line') set({ hover: NO_SELECTION })
  } else if (hover.kind !== 'line' || hover.line !== line) set({ hover: { kind: 'line', line } })
}

/** The page's commands in the editor's command list; their keys are the page's own. */
function addActions(editor: Editor, page: Page): monaco.IDisposable[] {
  const t = texts()
  return COMMANDS.filter((c) => c.id !== 'palette').map((c) =>
    editor.addAction({ id: `beeyard.${c.id}`, label: `${t.editor.category}: ${c.label(t)}`, run: () => c.run(page) }),
  )
}

/** Escape, then Tab leaves the editor and says so; any typing takes Tab back. */
function leaveByTab(editor: Editor): monaco.IDisposable[] {
  const set = (tabFocusMode: boolean) => editor.updateOptions({ tabFocusMode })
  const action = editor.addAction({
    id: 'beeyard.leave',
    label: texts().commands.leave,
    keybindings: [monaco.KeyCode.Escape],
    keybindingContext:
      'editorTextFocus && !suggestWidgetVisible && !parameterHintsVisible && !findWidgetVisible && !markersNavigationVisible && !inSnippetMode && !editorHasMultipleSelections && !editorHoverVisible',
    run: () => {
      set(true)
      useUi.getState().tell(texts().editor.tabLeaves)
    },
  })
  return [action, editor.onDidBlurEditorText(() => set(false)), editor.onDidChangeModelContent(() => set(false))]
}
