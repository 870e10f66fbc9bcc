// What the directives at the head of a file mean (#include, #define, #undef, #pragma), kept from one compilation to the next: most programs begin with
// the same headers, and a header such as vmlinux.h is a thousand times the program.
//
// A `Spine` is a stack of frames, one a directive, over one set of tables (macros, typedef names, the file's scope). Each frame says what the
// phases looked like behind its directive and how to take it back. A compilation walks down the spine as far as its own directives are the
// same, takes back what lies beyond, goes on from there, and takes its own changes back when it is done.
//
//     predefined -> <linux/bpf.h> -> <bpf/bpf_helpers.h> -> [the program, taken back]
//
// Soundness: behind a directive everything is a function of what the key of the spine names (processor, -D, folders), of the directives before
// and of the files that were looked for, so a frame is used again only where all of them are the same. A directive is kept only where nothing
// was reported while it was read and where what it brought in ends between two declarations; any other is read the plain way, with the program.
import { headerPaths, headerText } from '../abi/index.ts'
import type { SourceFile } from '../diag/index.ts'
import { type Deferrals, deferDeclarations, dropDeferred, makeDeferrals, passOver } from './deferred.ts'
import type { Hints } from './hints.ts'
import {
  type Deferred,
  folderOf,
  type LeadingDirective,
  type LexerMark,
  leadingDirectives,
  type Macro,
  openMain,
  type PreprocessInput,
  readDirective,
  resumeState,
  type State,
  startState,
  type Token,
} from './preprocess/index.ts'
import { makeSink, type Sink } from './report.ts'
import { analyzeDeclarations, type Context, type GlobalSymbol, startAnalysis } from './sema/index.ts'
import { type Parser, parseDeclarations, startParser } from './syntax/index.ts'
import type { CompileInput } from './types.ts'
import { takeBack, UndoMap } from './undo.ts'

/** The phases behind the directives, ready for the rest of the file. */
export interface Started {
  readonly state: State
  readonly parser: Parser
  readonly context: Context
  /** Takes back what this compilation changed. To be called once, when nothing of it is needed any more. */
  readonly done: () => void
}

/** The phases between two directives. */
interface Phases {
  readonly state: State
  readonly parser: Parser
  readonly context: Context
}

interface Frame extends Phases {
  readonly directive: string
  /** Files that were looked for, and their texts. */
  readonly lookups: ReadonlyMap<string, string | undefined>
  readonly takeBack: () => void
}

/** The tables that all frames of a spine share. */
interface Tables {
  readonly macros: UndoMap<string, Macro>
  readonly strings: UndoMap<string, GlobalSymbol>
  /** Typedef names, the file's scope, and what of them is read on demand. */
  readonly deferrals: Deferrals
}

const eachTable = ({ macros, strings, deferrals: { names, tags, typedefs } }: Tables) => [macros, strings, names, tags, typedefs] as const

/** Where the tables stand, and the way back there. */
function markTables(tables: Tables): () => void {
  const marks = eachTable(tables).map((t) => t.mark())
  const declarations = tables.deferrals.items.length
  return () => {
    for (const [i, table] of eachTable(tables).entries()) table.rewind(marks[i])
    dropDeferred(tables.deferrals, declarations)
  }
}

/** Owned by this file; one compilation at a time uses it. */
interface Spine {
  readonly key: string
  readonly tables: Tables
  readonly start: Phases
  readonly frames: Frame[]
  busy: boolean
}

const MAX_SPINES = 4
/** The one used last stands last. */
const spines: Spine[] = []

/** Reads the head of the file, or takes what it means from an earlier compilation. `fresh`: keeps nothing and takes nothing. */
export function startUnit(input: CompileInput, sink: Sink, fresh: boolean): Started {
  const preprocessInput: PreprocessInput = { ...input, header: headerText }
  const spine = fresh ? undefined : spineFor(preprocessInput)
  if (!spine) {
    const phases = startPhases(preprocessInput, sink)
    openMain(phases.state)
    return { ...phases, done: () => {} }
  }
  spine.busy = true
  let mark: LexerMark | undefined
  let depth = 0
  for (const directive of leadingDirectives(input.main)) {
    if (spine.frames[depth]?.directive !== nameOf(directive) || !sameFiles(spine.frames[depth], input)) {
      rewind(spine, depth)
      const frame = readFrame(spine, preprocessInput, directive)
      if (!frame) break
      spine.frames.push(frame)
    }
    depth++
    mark = directive.to
  }
  rewind(spine, depth)
  if (spine.tables.deferrals.faulty.size > 0) {
    // A declaration that was read for this file's own head has a fault: what it left goes, and the fault is found once more.
    drop(spine)
    return startUnit(input, sink, true)
  }
  const phases = resume(spine, preprocessInput, sink)
  openMain(phases.state, mark)
  const backToMark = markTables(spine.tables)
  return {
    ...phases,
    done() {
      for (const c of phases.state.contexts) if (c.macro) c.macro.disabled = false
      if (phases.context.journal) takeBack(phases.context.journal)
      backToMark()
      spine.busy = false
      if (spine.tables.deferrals.faulty.size > 0) drop(spine)
    },
  }
}

function drop(spine: Spine): void {
  const at = spines.indexOf(spine)
  if (at >= 0) spines.splice(at, 1)
}

/** What tells one directive from another: macros know where they were defined, so the place counts unless it is an #include. */
const nameOf = ({ text, isInclude, offset }: LeadingDirective): string => (isInclude ? text : `${offset} ${text}`)

const sameFiles = ({ lookups }: Frame, { include }: CompileInput): boolean => {
  for (const [path, text] of lookups) if (include(path)?.text !== text) return false
  return true
}

function spineFor(input: PreprocessInput): Spine | undefined {
  const { main, cpu, defines, includeDirs } = input
  const key = JSON.stringify([folderOf(main.path), cpu, includeDirs, Object.entries(defines)])
  const at = spines.findIndex((s) => s.key === key && !s.busy)
  const known = at < 0 ? newSpine(key, input) : spines.splice(at, 1)[0]
  if (!known) return undefined
  spines.push(known)
  if (spines.length > MAX_SPINES) spines.shift()
  return known
}

function newSpine(key: string, input: PreprocessInput): Spine | undefined {
  const tables: Tables = { macros: new UndoMap(), strings: new UndoMap(), deferrals: makeDeferrals(new UndoMap()) }
  const sink = makeSink()
  const start = startPhases(input, sink, tables)
  return sink.diagnostics.length > 0 ? undefined : { key, tables, start, frames: [], busy: false }
}

function startPhases(input: PreprocessInput, sink: Sink, tables?: Tables): Phases {
  const hints = hintsFor(input.main)
  return {
    state: startState(input, sink, tables?.macros),
    parser: startParser([], hints, sink, tables?.deferrals.typedefs),
    context: startAnalysis(hints, sink, tables && { ...tables.deferrals, strings: tables.strings }),
  }
}

const top = (spine: Spine): Phases => spine.frames[spine.frames.length - 1] ?? spine.start

/** Takes frames back until `depth` are left. */
function rewind(spine: Spine, depth: number): void {
  while (spine.frames.length > depth) spine.frames.pop()!.takeBack()
}

/** Carries out one directive on top of the spine; undefined (and nothing changed) where it cannot be kept. */
function readFrame(spine: Spine, input: PreprocessInput, directive: LeadingDirective): Frame | undefined {
  const lookups = new Map<string, string | undefined>()
  const include = (path: string): SourceFile | undefined => {
    const found = input.include(path)
    lookups.set(path, found?.text)
    return found
  }
  const sink = makeSink()
  const backToMark = markTables(spine.tables)
  const deferred: Deferred[] = []
  const { state, parser, context } = resume(spine, { ...input, include }, sink, deferred)
  const takeAllBack = (): void => {
    for (const c of state.contexts) if (c.macro) c.macro.disabled = false
    if (context.journal) takeBack(context.journal)
    backToMark()
  }
  openMain(state, directive.from)
  const tokens = readDirective(state)
  if (!state.stopped && !state.sawMain && sink.diagnostics.length === 0 && endsDeclaration(tokens)) {
    const passed: { readonly deferred: Deferred; readonly parser: Parser }[] = []
    const snapshot = snapshots()
    const reader: Parser = {
      ...parser,
      tokens,
      passedOver(index, p) {
        passOver(spine.tables.deferrals, deferred[index])
        passed.push({ deferred: deferred[index], parser: snapshot(p) })
      },
    }
    const declarations = parseDeclarations(reader)
    if (sink.diagnostics.length === 0) {
      deferDeclarations(spine.tables.deferrals, passed, context)
      analyzeDeclarations(context, declarations)
    }
    if (sink.diagnostics.length === 0) {
      state.files.length = 0
      const { passedOver: _, ...rest } = reader
      return { state, parser: { ...rest, tokens: [] }, context, directive: nameOf(directive), lookups, takeBack: takeAllBack }
    }
  }
  takeAllBack()
  return undefined
}

/** What pragmas say at a place of a long header, one object for all places where they say the same. */
function snapshots(): (p: Parser) => Parser {
  let last: Parser | undefined
  return (p) => {
    const same = last && last.pack === p.pack && last.ignored === p.ignored && sameLists(last.pushedAttributes, p.pushedAttributes)
    if (!last || !same) last = { ...p, tokens: [], packs: [...p.packs], pushedAttributes: [...p.pushedAttributes] }
    return last
  }
}

const sameLists = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, i) => x === b[i])

/** Whether nothing of what follows in the main file can belong to the last token: it ends a declaration, or there is none. */
function endsDeclaration(tokens: readonly Token[]): boolean {
  let last = tokens.length - 2
  while (last >= 0 && tokens[last].kind === 'pragma') last--
  return (
    last < 0 ||
    tokens[last].kind === 'deferred' ||
    (tokens[last].kind === 'punct' && (tokens[last].text === ';' || tokens[last].text === '}'))
  )
}

/** The phases behind the top of the spine once more, with lists of their own over the same tables. */
function resume(spine: Spine, input: PreprocessInput, sink: Sink, deferred?: Deferred[]): Phases {
  const { state, parser, context } = top(spine)
  const hints = hintsFor(input.main)
  spine.tables.deferrals.session = { sink, hints }
  return {
    state: resumeState(state, input, sink, deferred),
    parser: {
      ...parser,
      sink,
      hints,
      next: 0,
      scopes: [...parser.scopes],
      packs: [...parser.packs],
      pushedAttributes: [...parser.pushedAttributes],
      savedIgnored: [...parser.savedIgnored],
    },
    context: {
      ...context,
      sink,
      hints,
      scopes: context.scopes.map((scope) => ({ ...scope })),
      globals: [...context.globals],
      functions: [...context.functions],
      definitions: [...context.definitions],
      undeclared: new Set(context.undeclared),
      journal: new Map(),
    },
  }
}

/** Nothing is known yet of what is included: whoever reports goes by hints of their own. */
const hintsFor = (main: SourceFile): Hints => ({ main, headers: headerPaths, headerText, included: new Set() })
