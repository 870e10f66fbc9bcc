// A verifier log as lines with what each is about, so that a click on a line finds its instruction.
import type { LogLine, LogWindow } from './views.ts'

/** Splits a log and classes its lines. A state, source or message line belongs to the instruction above it. */
export function logLines(log: string): LogLine[] {
  const out: LogLine[] = []
  let insn = -1
  const raw = log.endsWith('\n') ? log.slice(0, -1) : log
  if (raw === '') return []
  for (const text of raw.split('\n')) {
    const numbered = /^(\d+): (\([0-9a-f]{2}\) )?/.exec(text)
    if (numbered) {
      insn = Number(numbered[1])
      out.push({ text, insn, kind: numbered[2] ? 'insn' : 'state' })
    } else if (text.startsWith('; ')) out.push({ text, insn: -1, kind: 'source' })
    else if (/^from \d+ to (\d+): /.test(text)) {
      insn = Number(/^from \d+ to (\d+)/.exec(text)?.[1])
      out.push({ text, insn, kind: 'state' })
    } else if (isBookkeeping(text)) out.push({ text, insn: -1, kind: 'other' })
    else out.push({ text, insn, kind: 'message' })
  }
  return out
}

export function logWindow(revision: number, lines: readonly LogLine[], from: number, count: number): LogWindow {
  const start = Math.max(0, Math.min(Math.trunc(from), lines.length))
  return { revision, total: lines.length, from: start, lines: lines.slice(start, start + Math.max(0, Math.min(count, 2000))) }
}

const BOOKKEEPING =
  /^(func#\d+ @|Live regs before insn:|\s+\d* +\d+: [.\d]{10} |processed \d+ insns|verification time|stack depth|mark_precise: |\(\d|SCC |force_precise: |frame \d+: propagating|caller:|callee:|returning from callee:|to caller at|\s|$)/

const isBookkeeping = (text: string): boolean => BOOKKEEPING.test(text)
