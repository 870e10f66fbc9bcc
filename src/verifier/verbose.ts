// The log as it grows. Two texts are kept: `text` is what the asked level shows, `said` is what level 4 would show - the messages
// alone - from which VerifyResult.message is taken. Below level 2 both forget what was said on a path that ended well.
// Linux: kernel/bpf/log.c, bpf_verifier_vlog(), bpf_vlog_reset(), verbose_linfo(), print_insn_state().
import type { LineInfo } from '../isa/index.ts'
import { append, cutBack, finishText, type LogText, newLogText } from './log/text.ts'

export const LOG_LEVEL1 = 1
export const LOG_LEVEL2 = 2
export const LOG_STATS = 4
/** Instructions and states are shown. */
export const LOG_LEVEL = LOG_LEVEL1 | LOG_LEVEL2

export interface Log {
  readonly level: number
  readonly text: LogText
  readonly said: LogText
  /** Source lines by first instruction. */
  readonly lines: readonly LineInfo[]
  prevLine: LineInfo | undefined
  /** Where the log ended after the last instruction, to put its state on the same line. */
  prevLogPos: number
  prevInsnPrintPos: number
}

export function newLog(level: number, lines: readonly LineInfo[]): Log {
  return { level, text: newLogText(), said: newLogText(), lines, prevLine: undefined, prevLogPos: 0, prevInsnPrintPos: 0 }
}

/** Part of the dump of instructions and states; callers ask for the level first. */
export function trace(log: Log, piece: string): void {
  append(log.text, piece)
}

/** A message: shown at every level. Linux: verbose(). */
export function verbose(log: Log, piece: string): void {
  if (log.level) append(log.text, piece)
  append(log.said, piece)
}

/** Shown at every level, but no message: the states of an endless loop, the names of global functions. */
export function dump(log: Log, piece: string): void {
  if (log.level) append(log.text, piece)
}

export interface LogMark {
  readonly text: number
  readonly said: number
}
export const logMark = (log: Log): LogMark => ({ text: log.text.end, said: log.said.end })

/** A path that ended well leaves nothing behind, except at level 2. Linux: bpf_vlog_reset() in pop_stack(). */
export function forgetPath(log: Log, text: number, said: number): void {
  if (!(log.level & LOG_LEVEL2)) cutBack(log.text, text)
  cutBack(log.said, said)
}

export const saidText = (log: Log): string => finishText(log.said).text

/** The source line of an instruction behind what begins the line, unless it was the last one shown. Linux: verbose_linfo(). */
export function lineInfo(log: Log, insn: number, said: boolean, begin = '; '): void {
  if (log.lines.length === 0) return
  const line = findLine(log.lines, insn)
  const prev = log.prevLine
  if (!line || line === prev) return
  if (prev && prev.file === line.file && prev.line === line.line) return
  const text = `${begin}${line.text.replace(/^[ \t\n\v\f\r]+/, '')} @ ${line.file.slice(line.file.lastIndexOf('/') + 1)}:${line.line}\n`
  if (log.level) append(log.text, text)
  if (said) append(log.said, text)
  log.prevLine = line
}

function findLine(lines: readonly LineInfo[], insn: number): LineInfo | undefined {
  let lo = 0
  let hi = lines.length - 1
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1
    if (lines[mid]!.insn <= insn) lo = mid
    else hi = mid - 1
  }
  return lines[lo]
}

/** Shows an instruction: "5: (07) r1 += 34". */
export function traceInsn(log: Log, insn: number, text: string): void {
  const line = `${insn}: ${text}\n`
  append(log.text, line)
  log.prevInsnPrintPos = line.length
  log.prevLogPos = log.text.end
}

const LOG_ALIGNMENT = 40
const LOG_MIN_ALIGNMENT = 8

/** What comes before a state: the end of the instruction's own line if nothing was said since, else a line of its own. */
export function traceStatePrefix(log: Log, insn: number): void {
  if (log.prevLogPos && log.prevLogPos === log.text.end) {
    cutBack(log.text, log.prevLogPos - 1)
    const pos = log.prevInsnPrintPos
    const wide = Math.max(pos + LOG_MIN_ALIGNMENT / 2, LOG_ALIGNMENT)
    const column = Math.ceil(wide / LOG_MIN_ALIGNMENT) * LOG_MIN_ALIGNMENT
    append(log.text, `${' '.repeat(column - pos - 1)};`)
  } else {
    append(log.text, `${insn}:`)
  }
}
