// Globals and functions of the module, made when something first refers to them: what nobody uses is not emitted, as with clang.
import { type Func, type Global, makeFunc, makeGlobal, type Type } from '../ir/index.ts'
import { plain } from '../report.ts'
import {
  alignOf,
  asFunction,
  type CType,
  type FunctionInfo,
  type FunctionSymbol,
  type FunctionType,
  type GlobalSymbol,
  type GlobalVariable,
  qualifiersOf,
  sizeOf,
} from '../sema/index.ts'
import { irType, isRecord, type Lowering } from './state.ts'

export function globalValue(l: Lowering, symbol: GlobalSymbol): Global {
  const known = l.globals.get(symbol)
  if (known) return known
  const global = makeGlobal({
    name: symbol.name,
    section: symbol.section ?? '',
    size: globalSize(symbol),
    align: alignment(symbol),
    linkage: symbol.linkage,
    constant: qualifiersOf(symbol.type).const || symbol.isString,
    isString: symbol.isString,
    used: symbol.used || symbol.linkage === 'external',
    ...(symbol.data && { init: symbol.data.bytes }),
  })
  l.globals.set(symbol, global)
  l.module.globals.push(global)
  for (const r of symbol.data?.relocations ?? []) {
    const variable = l.globalByName.get(r.symbol)
    const fn = l.functionByName.get(r.symbol)
    const target = variable ? globalValue(l, variable) : fn && functionValue(l, fn)
    if (target) global.relocs.push({ offset: r.offset, target, addend: r.addend })
  }
  return global
}

const POINTER_BYTES = 8

/** Bytes of the object: those of its type, and of what initialises a flexible array member behind them (GNU C; clang does the same). */
function globalSize({ type, data }: GlobalSymbol): number {
  const ends = (data?.relocations ?? []).map((r) => r.offset + POINTER_BYTES)
  return Math.max(sizeOf(type) ?? 0, data?.bytes.length ?? 0, ...ends)
}

const alignment = (s: GlobalSymbol): number => Math.max(s.align ?? 1, alignOf(s.type))

/** A function as IR sees it: a struct result is written through a hidden first parameter, struct arguments are passed by address. */
export function functionValue(l: Lowering, symbol: FunctionSymbol): Func {
  const known = l.funcs.get(symbol)
  if (known) return known
  const type = asFunction(symbol.type)
  const params = (type?.params ?? []).map((p) => ({ type: irType(p.type), name: p.name ?? '' }))
  const fn = makeFunc(
    {
      name: symbol.name,
      section: symbol.section ?? '',
      linkage: symbol.linkage,
      inline: symbol.naked ? 'never' : symbol.inline,
      ...(symbol.naked && { naked: true }),
      ret: type ? resultType(type) : 'void',
      used: symbol.used || symbol.linkage === 'external',
      ...(symbol.bodyAt && { at: plain(symbol.bodyAt) }),
    },
    type && returnsRecord(type) ? [{ type: 'ptr', name: '.result' }, ...params] : params,
  )
  l.funcs.set(symbol, fn)
  l.module.funcs.push(fn)
  if (l.definitions.has(symbol)) l.waiting.push(symbol)
  return fn
}

export const returnsRecord = (t: FunctionType): boolean => isRecord(t.ret)
export const resultType = (t: FunctionType): Type => (isRecord(t.ret) ? 'void' : irType(t.ret))

export function globalInfo(s: GlobalSymbol): GlobalVariable {
  return {
    kind: 'variable',
    name: s.name,
    type: s.type,
    linkage: s.linkage,
    weak: s.weak,
    hidden: s.hidden,
    section: s.section,
    constant: qualifiersOf(s.type).const || s.isString,
    isString: s.isString,
    used: s.used,
    align: alignment(s),
    data: s.data,
    declTags: s.declTags,
    at: plain(s.at),
  }
}

const NO_FUNCTION: FunctionType = { kind: 'function', ret: { kind: 'void' } satisfies CType, params: [], variadic: false, prototype: true }

export function functionInfo(s: FunctionSymbol): FunctionInfo {
  return {
    kind: 'function',
    name: s.name,
    type: asFunction(s.type) ?? NO_FUNCTION,
    linkage: s.linkage,
    weak: s.weak,
    hidden: s.hidden,
    section: s.section,
    inline: s.inline,
    noreturn: s.noreturn,
    used: s.used,
    declTags: s.declTags,
    at: plain(s.at),
    bodyAt: s.bodyAt && plain(s.bodyAt),
  }
}
