// Semantic analysis: a syntax tree to a typed one, or diagnostics. Everything that C requires of a program is checked here, and what
// BPF cannot do at all (floating point, variable-length arrays, variadic functions) is said here in words of its own.
import type { Hints } from '../hints.ts'
import { error, type Sink, warning } from '../report.ts'
import { BUILTIN_TYPEDEFS, type ExternalDeclaration, type TranslationUnit } from '../syntax/index.ts'
import { noteChange } from '../undo.ts'
import type { Context } from './context.ts'
import { arrayOf, asArray, INT, INT128, pointerTo, sizeOf, UINT128, VOID } from './ctypes.ts'
import { fileDeclaration, functionDefinition, localDeclaration, staticAssert } from './declarations.ts'
import { expression } from './expressions.ts'
import { initializer } from './initializers.ts'
import { incompleteNote } from './operators.ts'
import { quoteType } from './print-type.ts'
import { typeOfName } from './specifiers.ts'
import { block } from './statements.ts'
import { staticData } from './static-data.ts'
import { enumType, recordType } from './tags.ts'
import type { GlobalSymbol, NamedSymbol, TUnit } from './tree.ts'
import type { CType, EnumType, RecordType } from './types.ts'
import { warnUnusedStatics } from './usage.ts'

export function analyze(unit: TranslationUnit, hints: Hints, sink: Sink): TUnit {
  const cx = startAnalysis(hints, sink)
  analyzeDeclarations(cx, unit.declarations)
  return finishAnalysis(cx)
}

/** What the file declares, by name. */
interface FileTables {
  readonly names: Map<string, NamedSymbol>
  readonly tags: Map<string, RecordType | EnumType>
  readonly strings: Map<string, GlobalSymbol>
}

/** The state before the first declaration. `tables` are empty. */
export function startAnalysis(
  hints: Hints,
  sink: Sink,
  tables: FileTables = { names: new Map(), tags: new Map(), strings: new Map() },
): Context {
  const cx: Context = {
    sink,
    rules: { expression, typeName: typeOfName, initializer, staticData, block, recordType, enumType, localDeclaration, staticAssert },
    scopes: [{ id: Symbol('file'), names: tables.names, tags: tables.tags, labels: new Map(), errorsBefore: 0, faulty: false }],
    globals: [],
    functions: [],
    definitions: [],
    strings: tables.strings,
    hints,
    fn: undefined,
    undeclared: new Set(),
    mentioned: new WeakSet(),
    literals: 0,
    journal: undefined,
    unevaluated: 0,
    coreOperand: false,
  }
  declareBuiltinTypes(cx)
  return cx
}

export function analyzeDeclarations(cx: Context, declarations: readonly ExternalDeclaration[]): void {
  const { sink } = cx
  for (const d of declarations) {
    if (sink.stopped) break
    sink.ignored = (d.kind !== 'static-assert' && d.ignored) || NOTHING
    if (d.kind === 'declaration') fileDeclaration(cx, d)
    else if (d.kind === 'function') functionDefinition(cx, d)
    else staticAssert(cx, d)
  }
}

/** What can only be said at the end of the unit. */
export function finishAnalysis(cx: Context): TUnit {
  finishTentative(cx)
  for (const f of cx.functions) {
    if (f.linkage === 'internal' && !f.bodyAt && f.used) warning(cx.sink, 'c.static-undefined', f.at, [f.name])
  }
  if (cx.sink.errors === 0) warnUnusedStatics(cx)
  return { globals: [...cx.globals, ...cx.strings.values()], functions: cx.functions, definitions: cx.definitions }
}

const NOTHING: ReadonlySet<string> = new Set()

function declareBuiltinTypes(cx: Context): void {
  const types: Readonly<Record<(typeof BUILTIN_TYPEDEFS)[number], CType>> = {
    __builtin_va_list: pointerTo(VOID),
    __int128_t: INT128,
    __uint128_t: UINT128,
  }
  const at = { file: '', start: 0, end: 0 }
  for (const name of BUILTIN_TYPEDEFS) {
    cx.scopes[0].names.set(name, { kind: 'typedef', name, type: { kind: 'typedef', name, of: types[name], at, declTags: [] }, at })
  }
}

/** Tentative definitions at the end of the unit (C11 6.9.2): arrays of unknown size have one element, incomplete records are faults. */
function finishTentative(cx: Context): void {
  for (const g of cx.globals) {
    if (g.linkage === 'extern' || sizeOf(g.type) !== undefined) continue
    noteChange(cx.journal, g)
    const array = asArray(g.type)
    if (array) {
      g.type = arrayOf(array.element, 1)
      warning(cx.sink, 'c.tentative-array', g.at)
    } else {
      error(cx.sink, 'c.incomplete-variable', g.at, [quoteType(g.type)], incompleteNote(cx, g.type))
      g.type = INT
    }
  }
}
