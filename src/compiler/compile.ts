// The compiler from end to end: text to tokens, tree, typed tree, IR, better IR, code, object. The phases stand in `frontEnd` and
// `compile`, from the first to the last; the passes over the IR stand in `PASSES` of opt/, which the back end carries out.
// In: a source and what it may include. Out: an object and no error, or errors and no object. A pure function.
import { headerPaths, headerText } from '../abi/index.ts'
import { assert } from '../base/index.ts'
import type { Diagnostic, SourceFile } from '../diag/index.ts'
import { backEnd } from './back-end.ts'
import type { Hints } from './hints.ts'
import { type Module, printModule, validateModule } from './ir/index.ts'
import { type Lowered, lower } from './lower/index.ts'
import { HEADER_FOLDER, preprocess } from './preprocess/index.ts'
import { error, makeSink, type Place, type Sink } from './report.ts'
import { analyze } from './sema/index.ts'
import { parse } from './syntax/index.ts'
import type { CompileInput, CompileResult, PassDump } from './types.ts'

export interface CompileOptions {
  /** Check the IR after every pass and registers after allocation: for tests and development. */
  readonly check?: boolean
}

export function compile(input: CompileInput, options: CompileOptions = {}): CompileResult {
  const { sink, sources, lowered } = frontEnd(input)
  if (!lowered) return { diagnostics: inOrder(sink.diagnostics), sources, passes: [] }
  const { module, symbols } = lowered
  if (options.check) checkModule(module)
  const passes: PassDump[] = input.passes ? [{ pass: 'lower', text: printModule(module) }] : []
  const made = backEnd({
    module,
    symbols,
    path: input.main.path,
    cpu: input.cpu,
    passes: input.passes ?? false,
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
  const { sink, sources } = frontEnd(input)
  return { diagnostics: inOrder(sink.diagnostics), sources }
}

interface FrontEnd {
  readonly sink: Sink
  readonly sources: readonly SourceFile[]
  /** Absent after an error. */
  readonly lowered?: Lowered
}

function frontEnd(input: CompileInput): FrontEnd {
  const sink = makeSink()
  const { tokens, sources, included, gaveUp } = preprocess({ ...input, header: headerText }, sink)
  // A missing header leaves everything that it declares unknown: more messages would be noise.
  if (gaveUp) return { sink, sources }
  const hints: Hints = { main: input.main, headers: headerPaths, headerText, included: includedHeaders(included) }
  const tree = parse(tokens, hints, sink)
  // Meaning is worth checking even where the syntax has faults: each statement stands for itself.
  const unit = analyze(tree, hints, sink)
  if (sink.errors > 0) return { sink, sources }
  const lowered = lower(unit, sources, sink)
  return sink.errors > 0 ? { sink, sources } : { sink, sources, lowered }
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
