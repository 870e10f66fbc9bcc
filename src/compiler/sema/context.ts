// What sema's files share while they read a unit: the sink, the scopes, the function being read, and rules that would otherwise make
// the files import each other in a circle. Owned by one call of `analyze`.
import type { Hints } from '../hints.ts'
import { error, label, type Place, type Sink } from '../report.ts'
import type { CompoundStmt, Declaration, EnumSpec, Expr, Initializer, RecordSpec, StaticAssert, TypeName } from '../syntax/index.ts'
import { type Journal, noteChange } from '../undo.ts'
import { INT } from './ctypes.ts'
import type { FunctionSymbol, GlobalSymbol, NamedSymbol, ScopeId, TBlock, TCase, TExpr, TFunction, TInit, TLabel, TStmt } from './tree.ts'
import type { CType, EnumType, RecordType, StaticData } from './types.ts'
import type { Usage } from './usage.ts'

export interface Scope {
  readonly id: ScopeId
  readonly names: Map<string, NamedSymbol>
  readonly tags: Map<string, RecordType | EnumType>
  /** Those that `__label__` declares; other labels belong to the function. */
  readonly labels: Map<string, TLabel>
  /** Errors before it was opened. */
  readonly errorsBefore: number
  /** An error was found in it. */
  faulty: boolean
}

/** The switch that `case` belongs to. */
export interface OpenSwitch {
  readonly cases: TCase[]
  /** The same, those of one value by it. */
  readonly single: Map<bigint, TCase>
  readonly ranges: TCase[]
  readonly type: CType
  hasDefault: boolean
}

/** The function being read. */
export interface OpenFunction {
  readonly symbol: FunctionSymbol
  readonly ret: CType
  readonly labels: Map<string, TLabel>
  /** Those that blocks declared for themselves. */
  readonly localLabels: TLabel[]
  readonly usage: Usage
  readonly switches: OpenSwitch[]
  /** Loops and switches around, for break and continue. */
  loops: number
  breakables: number
  /** Static locals of the same name get numbers. */
  readonly statics: Map<string, number>
}

export interface Rules {
  readonly expression: (cx: Context, e: Expr) => TExpr
  readonly typeName: (cx: Context, t: TypeName) => CType
  readonly recordType: (cx: Context, spec: RecordSpec) => RecordType
  readonly enumType: (cx: Context, spec: EnumSpec) => EnumType
  /** The initialiser of an object, and its type completed by it (`int a[] = {1}`). */
  readonly initializer: (
    cx: Context,
    type: CType,
    init: Initializer,
    at: Place,
  ) => { readonly init: TInit; readonly type: CType } | undefined
  readonly staticData: (cx: Context, init: TInit) => StaticData | undefined
  readonly localDeclaration: (cx: Context, d: Declaration) => TStmt[]
  readonly staticAssert: (cx: Context, s: StaticAssert) => void
  readonly block: (cx: Context, b: CompoundStmt) => { readonly block: TBlock; readonly result: TExpr | undefined }
}

export interface Context {
  readonly sink: Sink
  readonly rules: Rules
  readonly scopes: Scope[]
  readonly globals: GlobalSymbol[]
  readonly functions: FunctionSymbol[]
  readonly definitions: TFunction[]
  /** String literals by width and content. */
  readonly strings: Map<string, GlobalSymbol>
  readonly hints: Hints
  fn: OpenFunction | undefined
  /** Names reported as undeclared, once each. */
  readonly undeclared: Set<string>
  /** Functions and variables of the file that something mentions. */
  readonly mentioned: WeakSet<NamedSymbol>
  literals: number
  /** Where objects are noted before they change, if someone wants to take the changes back. */
  readonly journal: Journal | undefined
  /** Within sizeof, typeof and the like: nothing is evaluated. */
  unevaluated: number
  /** Within the operand of a CO-RE builtin: what is subscripted stays what it is, though its address be a constant. */
  coreOperand: boolean
}

export function pushScope(cx: Context): ScopeId {
  const id = Symbol('scope')
  cx.scopes.push({ id, names: new Map(), tags: new Map(), labels: new Map(), errorsBefore: cx.sink.errors, faulty: false })
  return id
}
export function popScope(cx: Context): void {
  const scope = cx.scopes.pop()
  if (scope) scope.faulty = cx.sink.errors > scope.errorsBefore
  for (const l of scope?.labels.values() ?? []) if (l.used && !l.definedAt) error(cx.sink, 'c.undeclared-label', l.at, [l.name])
}
export const innermost = (cx: Context): Scope => cx.scopes[cx.scopes.length - 1]
export const atFileScope = (cx: Context): boolean => cx.scopes.length === 1

export function lookup(cx: Context, name: string): NamedSymbol | undefined {
  for (let i = cx.scopes.length - 1; i >= 0; i--) {
    const found = cx.scopes[i].names.get(name)
    if (found) return found
  }
  return undefined
}

export function lookupTag(cx: Context, name: string): RecordType | EnumType | undefined {
  for (let i = cx.scopes.length - 1; i >= 0; i--) {
    const found = cx.scopes[i].tags.get(name)
    if (found) return found
  }
  return undefined
}

/** Enters a name that must be new in its scope. */
export function declare(cx: Context, symbol: NamedSymbol, name: string = symbol.name): void {
  const scope = innermost(cx)
  const before = scope.names.get(name)
  if (before) {
    const code =
      before.kind === 'enumerator' && symbol.kind === 'enumerator'
        ? 'c.redefined-enumerator'
        : before.kind === symbol.kind
          ? 'c.redefined'
          : 'c.redefined-other-kind'
    error(cx.sink, code, symbol.at, [name], { labels: [label(before.at, 'c.note.previous-definition')] })
    return
  }
  scope.names.set(name, symbol)
}

/** The variable is assigned to, or its address is taken. */
export function markWritten(cx: Context, variable: GlobalSymbol): void {
  if (variable.written) return
  noteChange(cx.journal, variable)
  variable.written = true
}

export const errorExpr = (at: Place): TExpr => ({ kind: 'error', type: INT, at, lvalue: false })
export const isError = (e: TExpr): boolean => e.kind === 'error'

/** Runs something whose expressions are not evaluated. */
export function unevaluated<T>(cx: Context, body: () => T): T {
  cx.unevaluated++
  const result = body()
  cx.unevaluated--
  return result
}
