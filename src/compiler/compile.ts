// The compiler from end to end: text to tokens, tree, typed tree, IR, better IR, code, object. The phases stand in `frontEnd` and
// `compile`, from the first to the last; the passes over the IR stand in `PASSES` of opt/, which the back end carries out.
// In: a source and what it may include. Out: an object and no error, or errors and no object. A pure function.
import { assert } from '../base/index.ts'
import type { Diagnostic, SourceFile } from '../diag/index.ts'
import { backEnd } from './back-end.ts'
import { type Module, printModule, validateModule } from './ir/index.ts'
import { type Lowered, lower } from './lower/index.ts'
import { tooMuchInlined } from './opt/index.ts'
import { type Started, startUnit } from './preamble.ts'
import { HEADER_FOLDER, readRest } from './preprocess/index.ts'
import { error, makeSink, type Place, type Sink } from './report.ts'
import { analyzeDeclarations, finishAnalysis } from './sema/index.ts'
import { parseDeclarations } from './syntax/index.ts'
import type { CompileInput, CompileResult, PassDump } from './types.ts'

export interface CompileOptions {
  /** Check the IR after every pass and registers after allocation: for tests and development. */
  readonly check?: boolean
  /** Read every header anew, and keep nothing for later: the answer is the same. */
  readonly fresh?: boolean
}

export function compile(input: CompileInput, options: CompileOptions = {}): CompileResult {
  const sink = makeSink()
  const started = startUnit(input, sink, options.fresh ?? false)
  const result = compileUnit(input, options, sink, started)
  started.done()
  return result
}

function compileUnit(input: CompileInput, options: CompileOptions, sink: Sink, started: Started): CompileResult {
  const { sources, lowered } = frontEnd(sink, started)
  if (!lowered) return { diagnostics: inOrder(sink.diagnostics), sources, passes: [] }
  const { module, symbols } = lowered
  if (options.check) checkModule(module)
  const large = tooMuchInlined(module)
  if (large) {
    reportTo(sink, input)('c.bpf.inline-too-large', [large.callee.name, large.fn.name], large.at)
    return { diagnostics: inOrder(sink.diagnostics), sources, passes: [] }
  }
  const passes: PassDump[] = input.passes ? [{ pass: 'lower', text: printModule(module) }] : []
  const made = backEnd({
    module,
    symbols,
    path: input.main.path,
    cpu: input.cpu,
    passes: input.passes ?? false,
    ...(input.skipping && { skipping: input.skipping }),
    check: options.check ?? false,
    report: reportTo(sink, input),
  })
  assert(made.faults.length === 0, made.faults.join('; '))
  passes.push(...made.passes)
  const diagnostics = inOrder(sink.diagnostics)
  return sink.errors > 0 ? { diagnostics, sources, passes } : { object: made.object, diagnostics, sources, passes }
}

/** What is wrong with a source, as far as the front end sees it: for an editor, at every pause in typing. */
export function diagnose(input: CompileInput): Pick<CompileResult, 'diagnostics' | 'sources'> {
  const sink = makeSink()
  const started = startUnit(input, sink, false)
  const { sources } = frontEnd(sink, started)
  started.done()
  return { diagnostics: inOrder(sink.diagnostics), sources }
}

interface FrontEnd {
  readonly sources: readonly SourceFile[]
  /** Absent after an error. */
  readonly lowered?: Lowered
}

function frontEnd(sink: Sink, { state, parser, context }: Started): FrontEnd {
  const tokens = readRest(state)
  const sources = [...state.sources.values()]
  // A missing header leaves everything that it declares unknown: more messages would be noise.
  if (state.stopped) return { sources }
  const hints = { ...parser.hints, included: includedHeaders(sources.slice(1).map((s) => s.path)) }
  const declarations = parseDeclarations({ ...parser, hints, tokens })
  // Meaning is worth checking even where the syntax has faults: each statement stands for itself.
  const cx = { ...context, hints }
  analyzeDeclarations(cx, declarations)
  const unit = finishAnalysis(cx)
  if (sink.errors > 0) return { sources }
  const lowered = lower(unit, sources, sink)
  return sink.errors > 0 ? { sources } : { sources, lowered }
}

/** Paths as they stand between angle brackets. */
const includedHeaders = (paths: readonly string[]): ReadonlySet<string> =>
  new Set(paths.map((path) => (path.startsWith(HEADER_FOLDER) ? path.slice(HEADER_FOLDER.length) : path)))

/** Faults that only the back end finds. */
function reportTo(sink: Sink, input: CompileInput) {
  const nowhere: Place = { file: input.main.path, start: 0, end: 0 }
  return (code: Parameters<typeof error>[1], params: readonly string[], at: Place | undefined): void =>
    error(sink, code, at ?? nowhere, params)
}

function checkModule(module: Module): void {
  const faults = validateModule(module)
  assert(faults.length === 0, `lower: ${faults.join('; ')}`)
}

/** One file's diagnostics by place, so that they read like the source; phases report in their own order. */
function inOrder(list: readonly Diagnostic[]): Diagnostic[] {
  return [...list].sort((a, b) => {
    if (!a.at || !b.at || a.at.file !== b.at.file) return 0
    return a.at.start - b.at.start
  })
}
