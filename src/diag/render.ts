// Diagnostics as plain text in clang's form: `file:line:col: error: text`, the line, a caret with tildes, labels and fixes below.
import { formatMessage, type Language } from './messages.ts'
import { lineColumn, lineText, type SourceFile } from './source.ts'
import type { Diagnostic, Span } from './types.ts'

/** One diagnostic as text, without a final line end. `source` finds a file by its path. */
export function renderDiagnostic(d: Diagnostic, source: (path: string) => SourceFile | undefined, language: Language = 'en'): string {
  const out = [heading(d.at, source, `${d.severity}: ${formatMessage(d.code, d.params, language)}`)]
  if (d.at) out.push(...excerpt(d.at, source))
  for (const label of d.labels) {
    out.push(heading(label.at, source, `note: ${formatMessage(label.code, label.params, language)}`), ...excerpt(label.at, source))
  }
  for (const fix of d.fixes) out.push(heading(fix.at, source, `note: ${formatMessage(fix.code, fix.params, language)}`))
  return out.join('\n')
}

/** All of them, one after the other. */
export function renderDiagnostics(
  list: readonly Diagnostic[],
  source: (path: string) => SourceFile | undefined,
  language: Language = 'en',
): string {
  return list.map((d) => renderDiagnostic(d, source, language)).join('\n')
}

function heading(at: Span | undefined, source: (path: string) => SourceFile | undefined, text: string): string {
  if (!at) return text
  const file = source(at.file)
  if (!file) return `${at.file}: ${text}`
  const { line, column } = lineColumn(file, at.start)
  return `${at.file}:${line}:${column}: ${text}`
}

function excerpt(at: Span, source: (path: string) => SourceFile | undefined): string[] {
  const file = source(at.file)
  if (!file) return []
  const { line, column } = lineColumn(file, at.start)
  const text = lineText(file, line)
  const number = String(line).padStart(5)
  const length = Math.max(1, Math.min(at.end - at.start, text.length - column + 1))
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [`${number} | ${text}`, `${' '.repeat(5)} | ${indent}^${'~'.repeat(length - 1)}`]
}
