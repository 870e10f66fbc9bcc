// Literals to typed expressions (C11 6.4.4, 6.4.5): numbers by the first type that holds them, characters, strings as objects that equal ones
// share, and __func__, which is a string too.
import { error, type Place, warning } from '../report.ts'
import type { StringExpr } from '../syntax/index.ts'
import { charValue, integerValue, isFloating, stringValue, unknownEscape } from '../syntax/literals.ts'
import { constant } from './build-expr.ts'
import { type Context, errorExpr } from './context.ts'
import { noFloat } from './convert.ts'
import { arrayOf, CHAR, INT, LLONG, LONG, UINT, ULLONG, ULONG, USHORT, wrap } from './ctypes.ts'
import type { GlobalSymbol, TExpr } from './tree.ts'
import type { CType, IntType } from './types.ts'

export function functionName(cx: Context, at: Place): TExpr {
  return stringExpression(cx, new TextEncoder().encode(cx.fn?.symbol.name ?? ''), CHAR, at)
}

export function numberLiteral(cx: Context, text: string, at: Place): TExpr {
  const number = integerValue(text)
  if (!number) {
    if (isFloating(text)) return noFloat(cx, at)
    error(cx.sink, 'c.bad-number', at, [text])
    return errorExpr(at)
  }
  const candidates = number.unsigned
    ? [UINT, ULONG, ULLONG].slice(number.longs)
    : number.decimal
      ? [INT, LONG, LLONG].slice(number.longs)
      : ([INT, UINT, LONG, ULONG, LLONG, ULLONG] as IntType[]).slice(number.longs * 2)
  const type = candidates.find((t) => wrap(t, number.value) === number.value)
  if (type) return constant(number.value, type, at)
  if (number.value < 1n << 64n) {
    warning(cx.sink, 'c.integer-unsigned', at)
    return constant(number.value, number.longs === 2 ? ULLONG : ULONG, at)
  }
  error(cx.sink, 'c.integer-too-large', at)
  return errorExpr(at)
}

export function charLiteral(cx: Context, text: string, at: Place): TExpr {
  const char = charValue(text)
  if (!char) {
    error(cx.sink, text === "''" ? 'c.empty-char' : 'c.bad-escape', at)
    return errorExpr(at)
  }
  warnOfEscape(cx, text, at)
  return constant(char.value, char.prefix === '' || char.prefix === 'L' ? INT : char.prefix === 'u' ? USHORT : UINT, at)
}

function warnOfEscape(cx: Context, text: string, at: Place): void {
  const c = text.includes('\\') ? unknownEscape(text) : undefined
  if (c !== undefined) warning(cx.sink, 'c.unknown-escape', at, [c])
}

export function stringLiteral(cx: Context, e: StringExpr): TExpr {
  const parts = e.parts.map((p) => stringValue(p.text))
  const chunks: Uint8Array[] = []
  let width = 1
  let prefix = ''
  for (const [i, p] of parts.entries()) {
    if (!p) {
      error(cx.sink, 'c.bad-escape', e.parts[i].at)
      return errorExpr(e.at)
    }
    warnOfEscape(cx, e.parts[i].text, e.parts[i].at)
    if (p.width !== 1) {
      width = p.width
      prefix = p.prefix
    }
    chunks.push(p.bytes)
  }
  if (width !== 1 && parts.some((p) => p && p.width !== width)) {
    error(cx.sink, 'c.mixed-strings', e.at)
    return errorExpr(e.at)
  }
  const bytes = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0))
  let offset = 0
  for (const c of chunks) {
    bytes.set(c, offset)
    offset += c.length
  }
  return stringExpression(cx, bytes, width === 1 ? CHAR : prefix === 'u' ? USHORT : prefix === 'U' ? UINT : INT, e.at)
}

/** A string literal as an lvalue: equal literals are one object. */
function stringExpression(cx: Context, text: Uint8Array, element: IntType, at: Place): TExpr {
  const count = text.length / element.size + 1
  const key = `${element.name}:${text.join()}`
  let variable = cx.strings.get(key)
  if (!variable) {
    const bytes = new Uint8Array(count * element.size)
    bytes.set(text)
    variable = stringSymbol(cx, arrayOf(element, count), bytes, at)
    cx.strings.set(key, variable)
  }
  return { kind: 'global', variable, type: variable.type, at, lvalue: true }
}

/** An object of its own for a string. */
export function stringSymbol(cx: Context, type: CType, bytes: Uint8Array, at: Place): GlobalSymbol {
  const n = cx.strings.size
  return {
    kind: 'global',
    name: n === 0 ? '.str' : `.str.${n}`,
    at,
    type,
    linkage: 'internal',
    weak: false,
    hidden: false,
    section: undefined,
    used: false,
    align: undefined,
    data: { bytes, relocations: [] },
    isString: true,
    declTags: [],
    defined: true,
    value: undefined,
    written: false,
  }
}
