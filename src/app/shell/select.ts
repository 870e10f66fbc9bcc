// The strip at the top in three answers: did it compile, does Linux accept it, what became of the packets. Pure.
import type { BuildReport, ProgramReport } from '../../engine/index.ts'
import { countOf } from '../panels/output/select.ts'
import type { Phase } from '../state/session.ts'

export type CompileAnswer =
  | { readonly kind: 'waiting'; readonly phase: Phase }
  | { readonly kind: 'errors'; readonly errors: number; readonly warnings: number }
  | { readonly kind: 'compiled'; readonly insns: number; readonly warnings: number }
  | { readonly kind: 'empty' }

export type VerifyAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'accepted'; readonly processed: number }
  | { readonly kind: 'rejected'; readonly message: string; readonly line: number; readonly insn: number; readonly program: string }
  | { readonly kind: 'unsupported'; readonly feature: string; readonly line: number }

export type RunAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'not-run' }
  | {
      readonly kind: 'ran'
      readonly packets: number
      readonly runs: number
      readonly passed: number
      readonly dropped: number
      readonly other: number
    }

export interface Answers {
  readonly compile: CompileAnswer
  readonly verify: VerifyAnswer
  readonly run: RunAnswer
}

export function answers(phase: Phase, report: BuildReport | undefined): Answers {
  if (!report) return { compile: { kind: 'waiting', phase }, verify: { kind: 'none' }, run: { kind: 'none' } }
  const errors = countOf(report.diagnostics, 'error')
  const warnings = countOf(report.diagnostics, 'warning')
  if (report.programs.length === 0) {
    const compile: CompileAnswer = errors > 0 ? { kind: 'errors', errors, warnings } : { kind: 'empty' }
    return { compile, verify: { kind: 'none' }, run: { kind: 'none' } }
  }
  const insns = report.programs.reduce((sum, p) => sum + p.insnCount, 0)
  return { compile: { kind: 'compiled', insns, warnings }, verify: verifyAnswer(report.programs), run: runAnswer(report) }
}

/** All programs of the file: the first that is not accepted speaks for them. */
function verifyAnswer(programs: readonly ProgramReport[]): VerifyAnswer {
  for (const { name, verdict } of programs) {
    if (verdict.verdict === 'rejected') {
      return { kind: 'rejected', message: oneLine(verdict.message), line: verdict.line, insn: verdict.insn, program: name }
    }
    if (verdict.verdict === 'unsupported') {
      return { kind: 'unsupported', feature: verdict.feature ?? verdict.message, line: verdict.line }
    }
  }
  return { kind: 'accepted', processed: programs.reduce((sum, p) => sum + p.verdict.processed, 0) }
}

function runAnswer(report: BuildReport): RunAnswer {
  if (report.notRun !== '') return { kind: 'not-run' }
  const { passed, dropped, packets } = report
  return { kind: 'ran', packets: packets.length, runs: report.activations, passed, dropped, other: packets.length - passed - dropped }
}

/** What Linux says at the end of its log, on one line. */
function oneLine(message: string): string {
  return message
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join(' / ')
}
