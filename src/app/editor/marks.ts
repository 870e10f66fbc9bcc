// Everything that is drawn on the code: squiggles of diagnostics and of the verifier, breakpoints, where the machine stands, what is lit.
// In: stores. Out: Monaco's markers and decorations. Breakpoints move with the text; their lines are read back after each edit.
import { type Diagnostic, formatMessage, type Severity } from '../../diag/index.ts'
import { texts } from '../i18n/index.ts'
import { heatLevels, lineHeat } from '../panels/paths/select.ts'
import { withLines } from '../state/breakpoints.ts'
import { useDocument } from '../state/document.ts'
import { relate, type Selection } from '../state/relate.ts'
import { shownListing, shownPc, shownProgram, useSession } from '../state/session.ts'
import { useThinking } from '../state/thinking.ts'
import { useUi } from '../state/ui.ts'
import { type Editor, monaco } from './monaco.ts'

type Model = monaco.editor.ITextModel

const SEVERITIES: Readonly<Record<Severity, monaco.MarkerSeverity>> = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  note: monaco.MarkerSeverity.Info,
}

/** A span's place in the model; an empty span is widened by one so that it can be seen. */
export function rangeOf(model: Model, span: { readonly start: number; readonly end: number }): monaco.Range {
  const from = model.getPositionAt(span.start)
  const to = model.getPositionAt(Math.max(span.end, span.start + 1))
  return monaco.Range.fromPositions(from, to)
}

/** Draws and keeps drawing until disposed of. */
export function drawMarks(editor: Editor): () => void {
  const breakpoints = editor.createDecorationsCollection()
  const marks = editor.createDecorationsCollection()
  const drawBreakpoints = () => breakpoints.set(showsMain() ? useDocument.getState().breakpoints.lines.map(breakpointMark) : [])
  // Most keys and steps change nothing of either; Monaco would draw them all the same.
  let drawn = ''
  let told = ''
  const draw = () => {
    const model = editor.getModel()
    const now = currentMarks(model)
    const text = textOf(model, now)
    if (text === drawn) return
    drawn = text
    marks.set(now)
  }
  const drawMarkers = () => {
    const model = editor.getModel()
    if (!model) return
    const now = markers(model)
    const text = textOf(model, now)
    if (text === told) return
    told = text
    monaco.editor.setModelMarkers(model, 'beeyard', now)
  }
  const all = () => {
    drawn = ''
    told = ''
    drawBreakpoints()
    draw()
    drawMarkers()
  }
  all()
  const stops = [
    useDocument.subscribe((s) => s.breakpoints, drawBreakpoints),
    useSession.subscribe((s) => [s.hover, s.selection, s.machine, s.report, s.program] as const, draw, {
      equalityFn: (a, b) => a.every((x, i) => x === b[i]),
    }),
    useSession.subscribe((s) => s.report, drawMarkers),
    useThinking.subscribe((s, before) => {
      if (s.heat !== before.heat || s.summary !== before.summary) draw()
    }),
    useUi.subscribe((s, before) => {
      if (s.language !== before.language) all()
    }),
  ]
  const onModel = editor.onDidChangeModel(all)
  const onContent = editor.onDidChangeModelContent((event) => {
    if (!event.isFlush && showsMain()) followBreakpoints(breakpoints)
  })
  return () => {
    for (const stop of stops) stop()
    onModel.dispose()
    onContent.dispose()
  }
}

/** What is drawn on which text, as one text. */
const textOf = (model: Model | null, marks: readonly object[]): string => `${model?.id} ${model?.getVersionId()} ${JSON.stringify(marks)}`

function followBreakpoints(collection: monaco.editor.IEditorDecorationsCollection): void {
  const { breakpoints, setBreakpoints } = useDocument.getState()
  const lines = [...new Set(collection.getRanges().map((r) => r.startLineNumber))].sort((a, b) => a - b)
  if (lines.join() !== breakpoints.lines.join()) setBreakpoints(withLines(breakpoints, lines))
}

const breakpointMark = (line: number): monaco.editor.IModelDeltaDecoration => ({
  range: new monaco.Range(line, 1, line, 1),
  options: {
    glyphMarginClassName: 'beeyard-breakpoint',
    glyphMarginHoverMessage: { value: texts().bytecode.breakpoint },
    stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
  },
})

/** Lines of the machine, of breakpoints and of the verifier are lines of the main file. */
export function showsMain(): boolean {
  const { shown, build } = useDocument.getState()
  return shown === build.main
}

function currentMarks(model: Model | null): monaco.editor.IModelDeltaDecoration[] {
  if (!model || !showsMain()) return []
  const s = useSession.getState()
  const out: monaco.editor.IModelDeltaDecoration[] = []
  const pc = shownPc(s)
  const machineLine = pc >= 0 ? (s.machine?.line ?? 0) : 0
  if (machineLine > 0 && machineLine <= model.getLineCount()) {
    const className = 'beeyard-pc'
    out.push(
      wholeLine(machineLine, {
        className,
        glyphMarginClassName: 'beeyard-pc-mark',
        glyphMarginHoverMessage: { value: texts().editor.runs },
      }),
    )
  }
  out.push(...heatMarks(model.getLineCount()))
  const pointed: Selection = s.hover.kind !== 'none' ? s.hover : s.selection
  const related = relate(pointed, { listing: shownListing(s), layers: [] })
  const lit = related.slots.length > 0 ? related.lines : []
  for (const line of lit) if (line <= model.getLineCount()) out.push(wholeLine(line, { className: 'beeyard-lit' }))
  const span =
    related.span ??
    (pointed.kind === 'none' ? relate({ kind: 'insn', slot: pc }, { listing: shownListing(s), layers: [] }).span : undefined)
  if (span && s.fresh) out.push({ range: rangeOf(model, span), options: { inlineClassName: 'beeyard-lit-span' } })
  return out
}

/** How often the verifier came to each line, as a bar beside it. */
function heatMarks(lineCount: number): monaco.editor.IModelDeltaDecoration[] {
  const { heat, summary, key } = useThinking.getState()
  const s = useSession.getState()
  if (!heat || !summary || key !== `build/${s.report?.revision}/${s.program}`) return []
  return [...lineHeat(heatLevels(summary.heat), shownListing(s))]
    .filter(([line, level]) => level > 0 && line <= lineCount)
    .map(([line, level]) => wholeLine(line, { linesDecorationsClassName: `beeyard-heat beeyard-heat-${level}` }))
}

const wholeLine = (line: number, options: monaco.editor.IModelDecorationOptions): monaco.editor.IModelDeltaDecoration => ({
  range: new monaco.Range(line, 1, line, 1),
  options: { isWholeLine: true, ...options },
})

function markers(model: Model): monaco.editor.IMarkerData[] {
  const { report } = useSession.getState()
  const { shown } = useDocument.getState()
  const list = (report?.diagnostics ?? []).filter((d) => d.at?.file === shown).map((d) => marker(model, d))
  const verdict = shownProgram(useSession.getState())?.verdict
  if (showsMain() && verdict?.verdict === 'rejected' && verdict.line > 0 && verdict.line <= model.getLineCount()) {
    const { line } = verdict
    list.push({
      severity: monaco.MarkerSeverity.Error,
      message: texts().editor.verifierSays(verdict.message),
      source: 'verifier',
      startLineNumber: line,
      startColumn: model.getLineFirstNonWhitespaceColumn(line) || 1,
      endLineNumber: line,
      endColumn: model.getLineMaxColumn(line),
    })
  }
  return list
}

function marker(model: Model, d: Diagnostic): monaco.editor.IMarkerData {
  const { language } = useUi.getState()
  const range = d.at ? rangeOf(model, d.at) : new monaco.Range(1, 1, 1, 1)
  return {
    startLineNumber: range.startLineNumber,
    startColumn: range.startColumn,
    endLineNumber: range.endLineNumber,
    endColumn: range.endColumn,
    severity: SEVERITIES[d.severity],
    message: formatMessage(d.code, d.params, language),
    source: 'C',
    relatedInformation: d.labels
      .filter((l) => l.at.file === useDocument.getState().shown)
      .map((l) => {
        const at = rangeOf(model, l.at)
        return {
          resource: model.uri,
          message: formatMessage(l.code, l.params, language),
          startLineNumber: at.startLineNumber,
          startColumn: at.startColumn,
          endLineNumber: at.endLineNumber,
          endColumn: at.endColumn,
        }
      }),
  }
}
