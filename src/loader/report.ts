// Where the loader's diagnostics are gathered. A mistake in an object has no place in a source, so most carry none.
import type { DiagCode, Diagnostic, Severity, Span } from '../diag/index.ts'

/** Owned by one call of `load`. */
export interface Report {
  readonly list: Diagnostic[]
}

export function error(report: Report, code: DiagCode, params: readonly string[], at?: Span): void {
  push(report, 'error', code, params, at)
}

export function warning(report: Report, code: DiagCode, params: readonly string[]): void {
  push(report, 'warning', code, params)
}

function push(report: Report, severity: Severity, code: DiagCode, params: readonly string[], at?: Span): void {
  report.list.push({ code, severity, params, ...(at ? { at } : {}), labels: [], fixes: [] })
}
