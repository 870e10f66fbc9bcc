// The compiler from end to end: text to tokens, tree, typed tree, IR, better IR, code, object. The phases stand in `compile` and the passes
// over the IR in `PASSES`, each list in the order in which it is carried out.
// In: a source and what it may include. Out: an object and no error, or errors and no object. A pure function.
import { headerPaths, headerText } from '../abi/index.ts'
import { assert } from '../base/index.ts'
import type { Diagnostic } from '../diag/index.ts'
import { generate } from './codegen/index.ts'
import { emit } from './emit/index.ts'
import type { Hints } from './hints.ts'
import { type Func, type Module, printModule, validateModule } from './ir/index.ts'
import { lower } from './lower/index.ts'
import { dce } from './opt/dce.ts'
import { jumpThreading } from './opt/jump-threading.ts'
import { legalize } from './opt/legalize.ts'
import { lowerSelect } from './opt/lower-select.ts'
import { mem2reg } from './opt/mem2reg.ts'
import { simplify } from './opt/simplify.ts'
import { simplifyCfg } from './opt/simplify-cfg.ts'
import { sroa } from './opt/sroa.ts'
import { HEADER_FOLDER, preprocess } from './preprocess/index.ts'
import { error, makeSink, type Place, type Sink } from './report.ts'
import { analyze } from './sema/index.ts'
import { parse } from './syntax/index.ts'
import type { CompileInput, CompileResult, PassDump } from './types.ts'

interface Pass {
  readonly name: string
  readonly run: (module: Module, cpu: number) => void
}

const eachFunction =
  (pass: (fn: Func) => void): Pass['run'] =>
  (module) => {
    for (const fn of module.funcs) if (fn.blocks.length > 0) pass(fn)
  }

/** What is done to the IR, from the first pass to the last. */
const PASSES: readonly Pass[] = [
  { name: 'simplify-cfg', run: eachFunction(simplifyCfg) },
  { name: 'sroa', run: eachFunction(sroa) },
  { name: 'mem2reg', run: eachFunction(mem2reg) },
  { name: 'simplify', run: eachFunction(simplify) },
  { name: 'simplify-cfg', run: eachFunction(simplifyCfg) },
  { name: 'jump-threading', run: eachFunction(jumpThreading) },
  { name: 'dce', run: eachFunction(dce) },
  { name: 'legalize', run: legalize },
  { name: 'lower-select', run: eachFunction(lowerSelect) },
  { name: 'dce', run: eachFunction(dce) },
]

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

  const after = (pass: string): void => {
    if (options.check) checkModule(module, pass)
    if (input.passes) passes.push({ pass, text: printModule(module) })
  }
  after('lower')
  for (const pass of PASSES) {
    pass.run(module, input.cpu)
    after(pass.name)
  }

  const target = { cpu: input.cpu, report: reportTo(sink, input) }
  const codes = module.funcs.filter((fn) => fn.blocks.length > 0).map((fn) => generate(fn, target, options.check))
  if (sink.errors > 0) return fail()
  const object = emit({ module, symbols, path: input.main.path, codes })
  return { object, diagnostics: inOrder(sink.diagnostics), sources: read.sources, passes }
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

function checkModule(module: Module, pass: string): void {
  const faults = validateModule(module)
  assert(faults.length === 0, `after ${pass}: ${faults.join('; ')}`)
}

/** One file's diagnostics by place, so that they read like the source; phases report in their own order. */
function inOrder(list: readonly Diagnostic[]): Diagnostic[] {
  return [...list].sort((a, b) => {
    if (!a.at || !b.at || a.at.file !== b.at.file) return 0
    return a.at.start - b.at.start
  })
}
