// Calls (C11 6.5.2.2): functions, helpers (constants cast to a function pointer), builtins.
// In: the syntax of a call. Out: a `call` with converted arguments, or what a builtin stands for.
import { LIBRARY_BUILTINS } from '../features.ts'
import { error, label, type Place } from '../report.ts'
import type { CallExpr, Expr } from '../syntax/index.ts'
import { cast, promote, rvalue } from './build-expr.ts'
import { builtinCall, isBuiltin } from './builtin-calls.ts'
import { type Context, errorExpr, isError, lookup } from './context.ts'
import { convert, noFloat } from './convert.ts'
import { asFunction, asPointer, asRecord, isFloat, isInteger, isVoid, sizeOf } from './ctypes.ts'
import { undeclared } from './names.ts'
import { incompleteNote } from './operators.ts'
import { quoteType } from './print-type.ts'
import type { TExpr } from './tree.ts'
import type { FunctionType } from './types.ts'

type Visit = (e: Expr) => TExpr

export function callExpression(cx: Context, e: CallExpr, visit: Visit): TExpr {
  const name = calledName(e.callee)
  if (name !== undefined && !lookup(cx, name)) {
    const builtin = isBuiltin(name) ? name : LIBRARY_BUILTINS[name]
    if (builtin !== undefined) return builtinCall(cx, builtin, e, visit)
    undeclared(cx, name, e.callee.at, true)
    for (const a of e.args) visit(a)
    return errorExpr(e.at)
  }
  const callee = rvalue(visit(e.callee))
  const args = e.args.map((a) => rvalue(visit(a)))
  if (isError(callee)) return errorExpr(e.at)
  const fn = asFunction(asPointer(callee.type)?.to ?? callee.type)
  if (!fn) {
    error(cx.sink, 'c.not-a-function', e.callee.at, [quoteType(callee.type)])
    return errorExpr(e.at)
  }
  const library = libraryFunction(callee)
  if (library) return builtinCall(cx, library, e, visit)
  const converted = argumentsFor(cx, fn, args, callee, e)
  if (!converted) return errorExpr(e.at)
  if (isFloat(fn.ret)) return noFloat(cx, e.at)
  if (!isVoid(fn.ret) && sizeOf(fn.ret) === undefined) {
    error(cx.sink, 'c.incomplete-result', e.at, [quoteType(fn.ret)], incompleteNote(cx, fn.ret))
    return errorExpr(e.at)
  }
  return { kind: 'call', callee, args: converted, type: fn.ret, at: e.at, lvalue: false }
}

function calledName(callee: Expr): string | undefined {
  let inner = callee
  while (inner.kind === 'paren') inner = inner.inner
  return inner.kind === 'name' ? inner.name : undefined
}

/** A function that the source only declares and whose name is a builtin's: memcpy and its kin mean the builtin. */
function libraryFunction(callee: TExpr): string | undefined {
  if (callee.kind !== 'address' || callee.operand.kind !== 'function') return undefined
  const { fn } = callee.operand
  return fn.bodyAt === undefined && fn.linkage === 'extern' ? LIBRARY_BUILTINS[fn.name] : undefined
}

function argumentsFor(cx: Context, fn: FunctionType, args: readonly TExpr[], callee: TExpr, e: CallExpr): TExpr[] | undefined {
  const { params } = fn
  if (fn.prototype && (args.length < params.length || (args.length > params.length && !fn.variadic))) {
    const few = args.length < params.length
    const at: Place = few ? e.closeAt : args[params.length].at
    const code = few ? (fn.variadic ? 'c.too-few-arguments-variadic' : 'c.too-few-arguments') : 'c.too-many-arguments'
    const declared = declaredAt(callee)
    error(cx.sink, code, at, [String(params.length), String(args.length)], {
      labels: declared ? [label(declared.at, 'c.note.declared-here', [declared.name])] : [],
    })
    return undefined
  }
  const out = args.map((arg, i) => {
    const param = params[i]
    if (param) return convert(cx, arg, param.type, { kind: 'passing', param })
    return defaultPromotion(cx, arg)
  })
  return out.some(isError) ? undefined : out
}

/** What a variadic function gets (C11 6.5.2.2p6). */
function defaultPromotion(cx: Context, arg: TExpr): TExpr {
  if (isFloat(arg.type)) return noFloat(cx, arg.at)
  if (isVoid(arg.type)) {
    error(cx.sink, 'c.void-argument', arg.at)
    return errorExpr(arg.at)
  }
  return isInteger(arg.type) ? promote(arg) : asRecord(arg.type) ? arg : cast(arg, arg.type)
}

function declaredAt(callee: TExpr): { readonly name: string; readonly at: Place } | undefined {
  const inner = callee.kind === 'address' || callee.kind === 'load' ? callee.operand : callee
  if (inner.kind === 'function') return inner.fn
  return inner.kind === 'global' || inner.kind === 'local' ? inner.variable : undefined
}
