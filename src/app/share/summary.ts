// One line about what is on the page, to be sent with its link. Pure.
import type { BuildReport } from '../../engine/index.ts'
import type { ShareTexts } from './texts.ts'

const MOST = 160

export function summaryLine(report: BuildReport | undefined, program: number, file: string, t: ShareTexts['says']): string {
  const shown = report?.programs[program]
  if (!report || !shown) return report ? t.errors(file) : file
  const { verdict, message, processed } = shown.verdict
  if (verdict === 'rejected') return t.rejected(file, message.length > MOST ? `${message.slice(0, MOST)}…` : message)
  if (verdict === 'unsupported') return t.unsupported(file)
  const ran = report.notRun === '' ? `; ${t.ran(report.passed, report.dropped)}` : ''
  return t.accepted(file, processed) + ran
}
