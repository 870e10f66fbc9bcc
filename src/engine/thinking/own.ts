// What a visitor brings of their own: a log of a kernel's verifier, or an object that clang made. Both become subjects that are asked the same
// questions as a build's programs: verdict, explanation, lines of the log, the tree of paths. Never throws on input.
import type { KernelBtf } from '../../abi/index.ts'
import type { Diagnostic } from '../../diag/index.ts'
import type { Program } from '../../isa/index.ts'
import { keptKernel } from '../../loader/index.ts'
import { verify } from '../../verifier/index.ts'
import { type Explanation, explain } from '../explain/explain.ts'
import { reportLines } from '../explain/report.ts'
import { listing } from '../listing.ts'
import { logLines } from '../log-view.ts'
import { explainLog } from '../own-log/open-log.ts'
import { openObject } from '../toolchain.ts'
import type { ListingRow, LogLine } from '../views.ts'
import { type Thinking, thinkingOf } from './thinking.ts'
import { startThinking, type Work } from './work.ts'

/** One program of what was brought, as the page shows it at once. */
export interface OwnView {
  readonly kind: 'log' | 'object'
  readonly name: string
  readonly verdict: 'accepted' | 'rejected' | 'unsupported' | 'none'
  readonly message: string
  readonly feature: string
  readonly insn: number
  readonly processed: number
  /** Of which kernels the log's words are; empty for an object. */
  readonly era: '' | '5.x' | '6.x' | '7.x'
  readonly explanation?: Explanation
  readonly report: readonly string[]
  readonly listing: readonly ListingRow[]
  readonly lines: number
  readonly diagnostics: readonly Diagnostic[]
}

export interface OwnSubject {
  readonly view: OwnView
  readonly lines: readonly LogLine[]
  thinking(): Work<Thinking>
}

const MAX_TEXT = 8 << 20

export function openOwnLog(text: string): readonly OwnSubject[] {
  const { parsed, program, message, explanation } = explainLog(text.slice(0, MAX_TEXT))
  if (parsed.steps.count === 0) return []
  const file = program.lines[0]?.file ?? ''
  const source = { stateAt: (step: number) => parsed.states[step], prunedAt: () => undefined }
  const view: OwnView = {
    kind: 'log',
    name: file === '' ? 'log' : file.slice(file.lastIndexOf('/') + 1),
    verdict: parsed.verdict,
    message,
    feature: '',
    insn: parsed.insn,
    processed: parsed.processed,
    era: parsed.era,
    ...(explanation ? { explanation } : {}),
    report: explanation ? reportLines(program, explanation) : [],
    listing: listing(program, file),
    lines: parsed.lines.length,
    diagnostics: [],
  }
  const thinking = (): Work<Thinking> => ({
    run: () => 'done',
    result: () => thinkingOf(program, parsed.steps, source, file, parsed.processed),
  })
  return [{ view, lines: parsed.lines, thinking }]
}

/** Each program of an object, judged. */
export function openOwnObject(name: string, bytes: Uint8Array, kernel: KernelBtf): readonly OwnSubject[] {
  const opened = openObject(name, bytes, keptKernel(kernel))
  const diagnostics = [...opened.diagnostics, ...opened.loading]
  if (opened.programs.length === 0) return [{ view: { ...NOTHING, name, diagnostics }, lines: [], thinking: never }]
  return opened.programs.map((program) => subjectOf(program, kernel, diagnostics))
}

const NOTHING: OwnView = {
  kind: 'object',
  name: '',
  verdict: 'none',
  message: '',
  feature: '',
  insn: -1,
  processed: 0,
  era: '',
  report: [],
  listing: [],
  lines: 0,
  diagnostics: [],
}

const never = (): Work<Thinking> => {
  throw new Error('invariant: an object without programs has no paths')
}

function subjectOf(program: Program, kernel: KernelBtf, diagnostics: readonly Diagnostic[]): OwnSubject {
  const options = { logLevel: 0, kernel }
  const file = program.lines[0]?.file ?? ''
  const result = verify(program, { ...options, logLevel: 1 })
  const explanation = explain(program, options, result, file)
  const lines = logLines(result.log)
  return {
    view: {
      ...NOTHING,
      name: program.name,
      verdict: result.verdict,
      message: result.message,
      feature: result.feature ?? '',
      insn: result.insn,
      processed: result.stats.processed,
      ...(explanation ? { explanation, report: reportLines(program, explanation) } : {}),
      listing: listing(program, file),
      lines: lines.length,
      diagnostics,
    },
    lines,
    thinking: () => startThinking(program, options, file),
  }
}
