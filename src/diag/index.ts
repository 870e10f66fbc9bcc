// Source positions and diagnostics as data. Text is made from `code` and `params` by a table per language (`messages.ts`).
export { DIAG_CODES, type DiagCode, formatMessage, type Language } from './messages.ts'
export { type FixCode, fixText, REJECTION_CODES, type RejectionCode, rejectionText, type WeaknessCode, weaknessText } from './rejection.ts'
export { renderDiagnostic, renderDiagnostics } from './render.ts'
export { lineColumn, lineText, makeSource, type SourceFile } from './source.ts'
export type { Diagnostic, Fix, Label, Severity, Span } from './types.ts'
