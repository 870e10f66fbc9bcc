// Document and editor kept the same, both ways. Another document gets a model of its own, into which the saved steps are played one by one,
// so that undo works across a reload; another text of the same document (an opened file) is one edit that can be undone.
import { textOf, useDocument } from '../state/document.ts'
import { useReveal } from '../state/reveal.ts'
import { useSession } from '../state/session.ts'
import { baseText, type TextStep } from '../state/text-history.ts'
import { type Editor, monaco } from './monaco.ts'

export function syncDocument(editor: Editor): () => void {
  let applying = false
  const show = () => {
    const { steps } = useDocument.getState()
    const old = editor.getModel()
    editor.setModel(modelWithHistory(textOf(useDocument.getState()), steps))
    old?.dispose()
    const line = Math.min(useSession.getState().cursorLine, editor.getModel()?.getLineCount() ?? 1)
    editor.setPosition({ lineNumber: line, column: 1 })
    if (line > 1) editor.revealLineInCenter(line)
  }
  show()
  const stops = [
    useDocument.subscribe((s) => s.id, show),
    useDocument.subscribe(
      (s) => ({ id: s.id, text: textOf(s) }),
      ({ id, text }, before) => {
        const model = editor.getModel()
        if (!model || id !== before.id || text === model.getValue()) return
        applying = true
        editor.pushUndoStop()
        editor.executeEdits('document', [{ range: model.getFullModelRange(), text }])
        editor.pushUndoStop()
        applying = false
      },
      { equalityFn: (a, b) => a.id === b.id && a.text === b.text },
    ),
    useReveal.subscribe(({ line, column, focus }) => reveal(editor, line, column, focus)),
  ]
  const wanted = useReveal.getState()
  if (wanted.count > 0) reveal(editor, wanted.line, wanted.column, wanted.focus)
  const onContent = editor.onDidChangeModelContent(() => {
    if (!applying) useDocument.getState().setText(editor.getValue())
  })
  return () => {
    for (const stop of stops) stop()
    onContent.dispose()
    editor.getModel()?.dispose()
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
