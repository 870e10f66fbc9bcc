// Diagnostics as rows for people: text in the language chosen, line and column where the place lies in a file of the project. Pure.
import { type Diagnostic, formatMessage, type Language, lineColumn, makeSource, type Severity } from '../../../diag/index.ts'

export interface Problem {
  readonly severity: Severity
  readonly text: string
  /** 1-based; 0 where the place is in no file of the project. */
  readonly line: number
  readonly column: number
  /** Where the place lies; empty for the main file. */
  readonly file: string
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

export function problems(
  diagnostics: readonly Diagnostic[],
  files: readonly { readonly path: string; readonly text: string }[],
  main: string,
  language: Language,
): readonly Problem[] {
  const sources = new Map(files.map((f) => [f.path, makeSource(f.path, f.text)]))
  const rows = diagnostics.map((d): Problem => {
    const source = d.at && sources.get(d.at.file)
    const place = d.at && source ? lineColumn(source, d.at.start) : { line: 0, column: 0 }
    const file = d.at && d.at.file !== main ? d.at.file : ''
    return { severity: d.severity, text: formatMessage(d.code, d.params, language), ...place, file }
  })
  const byFile = (a: Problem, b: Problem) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)
  return rows.sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || byFile(a, b) || a.line - b.line || a.column - b.column,
  )
}

export const countOf = (diagnostics: readonly Diagnostic[], severity: Severity): number =>
  diagnostics.filter((d) => d.severity === severity).length
