// What is declared and never used: variables, labels, static functions. clang's -Wunused-variable, -Wunused-but-set-variable,
// -Wunused-label and -Wunused-function, as -Wall has them.
// In: notes made while a function is read (`noteUse` at every mention, `noteSet` where a whole statement only sets). Out: warnings.
import { type Place, warning } from '../report.ts'
import { type Context, innermost, type OpenFunction, type Scope } from './context.ts'
import { isVolatile } from './ctypes.ts'
import type { LocalVariable, NamedSymbol, TExpr, TLabel } from './tree.ts'

/** Mentions of the variables of one function. */
export interface Usage {
  readonly declared: { readonly variable: LocalVariable; readonly scope: Scope }[]
  readonly mentions: Map<LocalVariable, { total: number; sets: number }>
}

export const makeUsage = (): Usage => ({ declared: [], mentions: new Map() })

/** A variable whose being unused would be said; those with cleanups or `unused` are not among them. */
export function noteLocal(cx: Context, variable: LocalVariable): void {
  cx.fn?.usage.declared.push({ variable, scope: innermost(cx) })
}

/** The name is mentioned. */
export function noteUse(cx: Context, symbol: NamedSymbol): void {
  if (symbol.kind === 'local') mention(cx, symbol).total++
  else if (symbol.kind === 'function' || symbol.kind === 'global') {
    // A function that only calls itself is not used.
    if (symbol !== cx.fn?.symbol) cx.mentioned.add(symbol)
  }
}

/** A statement that is only an assignment to a variable, or a step of it. */
export function noteSet(cx: Context, statement: TExpr): void {
  const target =
    statement.kind === 'assign' || statement.kind === 'compound-assign'
      ? statement.left
      : statement.kind === 'step'
        ? statement.operand
        : undefined
  if (target?.kind === 'local' && !isVolatile(target.type)) mention(cx, target.variable).sets++
}

function mention(cx: Context, variable: LocalVariable): { total: number; sets: number } {
  const { mentions } = cx.fn?.usage ?? makeUsage()
  const known = mentions.get(variable)
  if (known) return known
  const made = { total: 0, sets: 0 }
  mentions.set(variable, made)
  return made
}

/** At the end of a function. `misread`: the parser has passed over some of it. */
export function warnUnusedIn(cx: Context, fn: OpenFunction, labels: Iterable<TLabel>, faulty: boolean, misread: boolean): void {
  if (misread) return
  for (const { variable: v, scope } of fn.usage.declared) {
    // What was to use it may be what is wrong.
    if (scope.faulty) continue
    const { total, sets } = fn.usage.mentions.get(v) ?? { total: 0, sets: 0 }
    if (total === 0) warning(cx.sink, 'c.unused-variable', v.at, [v.name])
    else if (total === sets) warning(cx.sink, 'c.unused-set', v.at, [v.name])
  }
  for (const l of labels) {
    if (!faulty && !l.used && l.definedAt && !isMacro(l.definedAt)) warning(cx.sink, 'c.unused-label', l.definedAt, [l.name])
  }
}

/** At the end of the unit: what the file keeps to itself and does not use. */
export function warnUnusedStatics(cx: Context): void {
  const own = (at: Place): boolean => at.file === cx.hints.main.path && !isMacro(at)
  for (const g of cx.globals) {
    const silent = g.linkage !== 'internal' || g.isString || g.used || g.name.includes('.') || cx.mentioned.has(g)
    if (!silent && own(g.at)) warning(cx.sink, 'c.unused-variable', g.at, [g.name])
  }
  for (const f of cx.functions) {
    const silent = f.linkage !== 'internal' || !f.bodyAt || f.used || f.unused || cx.mentioned.has(f)
    if (!silent && own(f.at)) warning(cx.sink, 'c.unused-function', f.at, [f.name])
  }
}

/** What a macro declares is no fault of the program that calls it. */
export const isMacro = (at: Place): boolean => at.site !== undefined
