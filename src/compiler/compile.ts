// The compiler from end to end: text to tokens, tree, typed tree, IR, better IR, code, object. The phases stand in `compile`, from the
// first to the last; the passes over the IR stand in `PASSES` of opt/, which the back end carries out.
// In: a source and what it may include. Out: an object and no error, or errors and no object. A pure function.
import { headerPaths, headerText } from '../abi/index.ts'
import { assert } from '../base/index.ts'
import type { Diagnostic } from '../diag/index.ts'
import { backEnd } from './back-end.ts'
import type { Hints } from './hints.ts'
import { type Module, printModule, validateModule } from './ir/index.ts'
import { lower } from './lower/index.ts'
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
  const sink = makeSink()
  const read = preprocess({ ...input, header: headerText }, sink)
  const passes: PassDump[] = []
  const fail = (): CompileResult => ({ diagnostics: inOrder(sink.diagnostics), sources: read.sources, passes })
  // A missing header leaves everything that it declares unknown: more messages would be noise.
  if (read.gaveUp) return fail()

  const hints: Hints = { main: input.main, headers: headerPaths, headerText, included: includedHeaders(read.included) }
  const tree = parse(read.tokens, hints, sink)
  // Meaning is worth checking even where the syntax has faults: each statement stands for itself.
  const unit = analyze(tree, hints, sink)
  if (sink.errors > 0) return fail()

  const { module, symbols } = lower(unit, read.sources, sink)
  if (sink.errors > 0) return fail()

  if (options.check) checkModule(module)
  if (input.passes) passes.push({ pass: 'lower', text: printModule(module) })
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
  if (sink.errors > 0) return fail()
  return { object: made.object, diagnostics: inOrder(sink.diagnostics), sources: read.sources, passes }
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
