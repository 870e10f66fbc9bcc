// What the editor knows of eBPF C: hover, completion, the parameters of a helper, quick fixes of diagnostics. Registered once; each answer is
// made when asked from the stores, so that language and program are those of now.
import { helperDoc } from '../../abi/index.ts'
import { formatMessage } from '../../diag/index.ts'
import { texts } from '../i18n/index.ts'
import { useDocument } from '../state/document.ts'
import { shownProgram, useSession } from '../state/session.ts'
import { useUi } from '../state/ui.ts'
import { rangeOf } from './marks.ts'
import { monaco } from './monaco.ts'
import { callAt, type Place, parameters, signature, suggestionsAt, type WordDoc, type WordKind, wordDoc } from './words.ts'

type Model = monaco.editor.ITextModel

const KINDS: Readonly<Record<WordKind, monaco.languages.CompletionItemKind>> = {
  helper: monaco.languages.CompletionItemKind.Function,
  'map-type': monaco.languages.CompletionItemKind.EnumMember,
  field: monaco.languages.CompletionItemKind.Field,
  return: monaco.languages.CompletionItemKind.Constant,
  section: monaco.languages.CompletionItemKind.Module,
}

let registered = false

export function registerLanguage(): void {
  if (registered) return
  registered = true
  monaco.languages.registerHoverProvider('c', { provideHover })
  monaco.languages.registerCompletionItemProvider('c', { triggerCharacters: ['>', '.', '"', '_'], provideCompletionItems })
  monaco.languages.registerSignatureHelpProvider('c', {
    signatureHelpTriggerCharacters: ['(', ','],
    signatureHelpRetriggerCharacters: [')'],
    provideSignatureHelp,
  })
  monaco.languages.registerCodeActionProvider('c', { provideCodeActions })
}

function placeAt(model: Model, lineNumber: number, startColumn: number, word: string): Place {
  return {
    text: model.getValue(),
    before: model.getLineContent(lineNumber).slice(0, startColumn - 1),
    word,
    programType: shownProgram(useSession.getState())?.type ?? '',
    language: useUi.getState().language,
  }
}

function provideHover(model: Model, position: monaco.Position): monaco.languages.Hover | undefined {
  const word = model.getWordAtPosition(position)
  if (!word) return undefined
  const doc = wordDoc(placeAt(model, position.lineNumber, word.startColumn, word.word))
  if (!doc) return undefined
  const range = new monaco.Range(position.lineNumber, word.startColumn, position.lineNumber, word.endColumn)
  return { range, contents: hoverText(doc).map((value) => ({ value })) }
}

function hoverText(doc: WordDoc): string[] {
  const t = texts().editor
  const out = [`\`\`\`c\n${doc.code}\n\`\`\``]
  if (doc.text !== '') out.push(doc.text)
  if (doc.helper) {
    const { gplOnly, changesPacket, allowed } = doc.helper
    const notes = [gplOnly ? t.gplOnly : '', changesPacket ? t.changesPacket : '', allowed === 'all' ? '' : t.allowedIn(allowed.join(', '))]
    const said = notes.filter(Boolean).join(' ')
    if (said !== '') out.push(`_${said}_`)
  }
  return out
}

function provideCompletionItems(model: Model, position: monaco.Position): monaco.languages.CompletionList {
  const word = model.getWordUntilPosition(position)
  const range = new monaco.Range(position.lineNumber, word.startColumn, position.lineNumber, word.endColumn)
  const place = placeAt(model, position.lineNumber, word.startColumn, word.word)
  return {
    suggestions: suggestionsAt(place).map((s) => ({
      label: s.name,
      kind: KINDS[s.kind],
      detail: s.detail,
      documentation: s.text,
      insertText: s.insert,
      ...(s.snippet ? { insertTextRules: monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet } : {}),
      range,
    })),
  }
}

function provideSignatureHelp(model: Model, position: monaco.Position): monaco.languages.SignatureHelpResult | undefined {
  const call = callAt(model.getValueInRange(new monaco.Range(1, 1, position.lineNumber, position.column)))
  if (!call) return undefined
  const { language } = useUi.getState()
  const value: monaco.languages.SignatureHelp = {
    activeSignature: 0,
    activeParameter: call.argument,
    signatures: [
      {
        label: signature(call.helper),
        documentation: helperDoc(call.helper.name)?.[language] ?? '',
        parameters: parameters(call.helper).map((label) => ({ label })),
      },
    ],
  }
  return { value, dispose() {} }
}

/** Fixes of the diagnostics that touch the range. They are about the text that was built, so only a fresh report offers any. */
function provideCodeActions(model: Model, range: monaco.Range): monaco.languages.CodeActionList {
  const { report, fresh } = useSession.getState()
  const { shown } = useDocument.getState()
  const { language } = useUi.getState()
  const actions: monaco.languages.CodeAction[] = []
  for (const d of fresh && report ? report.diagnostics : []) {
    if (d.at?.file !== shown || !monaco.Range.areIntersectingOrTouching(rangeOf(model, d.at), range)) continue
    for (const fix of d.fixes) {
      if (fix.at.file !== shown) continue
      const edit = { resource: model.uri, versionId: undefined, textEdit: { range: rangeOf(model, fix.at), text: fix.text } }
      actions.push({ title: formatMessage(fix.code, fix.params, language), kind: 'quickfix', isPreferred: true, edit: { edits: [edit] } })
    }
  }
  return { actions, dispose() {} }
}
