// A tcpdump expression as programs: classic BPF in tcpdump's notation, and a tc program in eBPF that answers the same.
import { type Diagnostic, makeSource, type SourceFile } from '../diag/index.ts'
import { parseFilter, printClassic, runClassic, toClassic, toExtended } from '../filter/index.ts'
import type { Program } from '../isa/index.ts'

export interface CompiledFilter {
  /** The expression as a source, for diagnostics to point into. */
  readonly source: SourceFile
  readonly diagnostics: readonly Diagnostic[]
  /** tcpdump's `-d` notation; empty where there are diagnostics. */
  readonly classic: string
  /** The same as a tc program: 0 = not taken. */
  readonly program?: Program
  /** Whether a frame is taken. */
  readonly takes: (frame: Uint8Array) => boolean
}

const NAME = 'filter'

export function compileFilter(text: string): CompiledFilter {
  const source = makeSource(NAME, text)
  const { expression, diagnostics } = parseFilter(text, NAME)
  const { insns, diagnostics: more } = expression ? toClassic(expression) : { insns: undefined, diagnostics: [] }
  if (!insns) return { source, diagnostics: [...diagnostics, ...more], classic: '', takes: () => false }
  const program: Program = {
    name: NAME,
    section: 'tc',
    type: 'sched_cls',
    attachType: 0,
    license: 'GPL',
    flags: 0,
    code: toExtended(insns),
    maps: [],
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
  return { source, diagnostics: [], classic: printClassic(insns), program, takes: (frame) => runClassic(insns, frame) !== 0 }
}
