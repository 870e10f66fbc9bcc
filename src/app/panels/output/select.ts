// Diagnostics as rows for people: text in the language chosen, line and column where the place lies in the main file. Pure.
import { type Diagnostic, formatMessage, type Language, lineColumn, makeSource, type Severity } from '../../../diag/index.ts'

export interface Problem {
  readonly severity: Severity
  readonly text: string
  /** 1-based; 0 where the place is not in the main file. */
  readonly line: number
  readonly column: number
  /** Another file's name where the place lies there. */
  readonly file: string
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

export function problems(
  diagnostics: readonly Diagnostic[],
  main: { readonly path: string; readonly text: string },
  language: Language,
): readonly Problem[] {
  const source = makeSource(main.path, main.text)
  const rows = diagnostics.map((d): Problem => {
    const inMain = d.at?.file === main.path
    const place = d.at && inMain ? lineColumn(source, d.at.start) : { line: 0, column: 0 }
    return { severity: d.severity, text: formatMessage(d.code, d.params, language), ...place, file: d.at && !inMain ? d.at.file : '' }
  })
  return rows.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || a.line - b.line || a.column - b.column)
}

export const countOf = (diagnostics: readonly Diagnostic[], severity: Severity): number =>
  diagnostics.filter((d) => d.severity === severity).length
