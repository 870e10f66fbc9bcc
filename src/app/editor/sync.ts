// Document and editor kept the same, both ways. Each file has a model of its own while the document is open, so that undo and the place in it
// stay when another file is shown. Another document starts anew: into its main file the saved steps are played one by one, so that undo works
// across a reload; another text of the same file (an opened one) is one edit that can be undone.
import { type DocumentState, shownText, useDocument } from '../state/document.ts'
import { useReveal } from '../state/reveal.ts'
import { useSession } from '../state/session.ts'
import { baseText, type TextStep } from '../state/text-history.ts'
import { type Editor, monaco } from './monaco.ts'

interface OpenFile {
  readonly model: monaco.editor.ITextModel
  place: monaco.editor.ICodeEditorViewState | null
}

export function syncDocument(editor: Editor): () => void {
  let applying = false
  /** By path; of the document that is open. */
  const files = new Map<string, OpenFile>()
  let shown = ''
  const fileOf = (state: DocumentState): OpenFile => {
    const steps = state.shown === state.build.main ? state.steps : []
    const file = files.get(state.shown) ?? { model: modelWithHistory(shownText(state), steps), place: null }
    files.set(state.shown, file)
    return file
  }
  const closeAll = () => {
    editor.setModel(null)
    for (const { model } of files.values()) model.dispose()
    files.clear()
  }
  const start = () => {
    const wanted = useSession.getState().cursorLine
    closeAll()
    const state = useDocument.getState()
    shown = state.shown
    editor.setModel(fileOf(state).model)
    const line = Math.min(wanted, editor.getModel()?.getLineCount() ?? 1)
    editor.setPosition({ lineNumber: line, column: 1 })
    if (line > 1) editor.revealLineInCenter(line)
  }
  const change = () => {
    const left = files.get(shown)
    if (left) left.place = editor.saveViewState()
    const state = useDocument.getState()
    const file = fileOf(state)
    shown = state.shown
    applying = true
    editor.setModel(file.model)
    applying = false
    if (file.place) editor.restoreViewState(file.place)
    for (const [path, { model }] of files) {
      if (path === shown || state.files.some((f) => f.path === path)) continue
      model.dispose()
      files.delete(path)
    }
  }
  start()
  const stops = [
    useDocument.subscribe((s) => s.id, start),
    useDocument.subscribe(
      (s) => ({ id: s.id, path: s.shown }),
      ({ id, path }, before) => {
        if (id === before.id && path !== shown) change()
      },
      { equalityFn: (a, b) => a.id === b.id && a.path === b.path },
    ),
    useDocument.subscribe(
      (s) => ({ id: s.id, path: s.shown, text: shownText(s) }),
      ({ id, path, text }, before) => {
        const model = editor.getModel()
        if (!model || id !== before.id || path !== shown || text === model.getValue()) return
        applying = true
        editor.pushUndoStop()
        editor.executeEdits('document', [{ range: model.getFullModelRange(), text }])
        editor.pushUndoStop()
        applying = false
      },
      { equalityFn: (a, b) => a.id === b.id && a.path === b.path && a.text === b.text },
    ),
    useReveal.subscribe(({ line, column, focus }) => reveal(editor, line, column, focus)),
  ]
  const wanted = useReveal.getState()
  if (wanted.count > 0) reveal(editor, wanted.line, wanted.column, wanted.focus)
  const onContent = editor.onDidChangeModelContent(() => {
    if (!applying) useDocument.getState().setText(editor.getValue(), shown)
  })
  return () => {
    for (const stop of stops) stop()
    onContent.dispose()
    closeAll()
  }
}

function reveal(editor: Editor, line: number, column: number, focus: boolean): void {
  const model = editor.getModel()
  if (!model || line > model.getLineCount()) return
  editor.revealLineInCenterIfOutsideViewport(line)
  if (!focus) return
  editor.setPosition({ lineNumber: line, column })
  editor.focus()
}

function modelWithHistory(text: string, steps: readonly TextStep[]): monaco.editor.ITextModel {
  // A model knows one line end; with others in the text offsets would not fit, so such a text starts without history.
  const base = text.includes('\r') ? undefined : baseText(text, steps)
  const model = monaco.editor.createModel(base ?? text, 'c')
  // The editor's option of that name leaves the model at its work, which is a good part of what a key costs.
  model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } })
  if (base === undefined) return model
  for (const step of steps) {
    const from = model.getPositionAt(step.at)
    const to = model.getPositionAt(step.at + step.removed.length)
    model.pushStackElement()
    model.pushEditOperations(null, [{ range: monaco.Range.fromPositions(from, to), text: step.inserted }], () => null)
  }
  model.pushStackElement()
  return model
}
