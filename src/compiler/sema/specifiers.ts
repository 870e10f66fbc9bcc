// Specifiers and declarators to types: builtin words, typedefs, typeof, and the walk from the outside of a declarator to its name.
import { error, type Place, warning } from '../report.ts'
import type { Declarator, Name, ParamDeclaration, Specifiers, TypeName } from '../syntax/index.ts'
import { type Meaning, meaning } from './attributes.ts'
import { isConst, rvalue } from './build-expr.ts'
import { type Context, lookup, popScope, pushScope, unevaluated } from './context.ts'
import {
  arrayOf,
  BOOL,
  CHAR,
  canonical,
  DOUBLE,
  FLOAT,
  INT,
  INT128,
  integerOf,
  isFunction,
  isInteger,
  isVoid,
  LLONG,
  LONG,
  LONG_DOUBLE,
  MAX_OBJECT_BYTES,
  pointerTo,
  qualify,
  SCHAR,
  SHORT,
  sizeOf,
  toUnsigned,
  UCHAR,
  UINT,
  ULLONG,
  ULONG,
  USHORT,
  unqualified,
  VOID,
} from './ctypes.ts'
import { foldedNumber } from './folding.ts'
import { quoteType } from './print-type.ts'
import type { CType, IntType, Param } from './types.ts'

/** The type that specifiers name, qualifiers and type attributes applied. `auto` types are left to the caller as undefined. */
export function specifiedType(cx: Context, s: Specifiers, said: Meaning): CType | undefined {
  const base = bareType(cx, s)
  if (!base) return undefined
  return qualify(taggedType(modeType(base, said.modeSize), said.typeTags), s.qualifiers)
}

function taggedType(t: CType, tags: readonly string[]): CType {
  let out = t
  for (const tag of tags) out = { kind: 'tagged', tag, of: out }
  return out
}

/** GNU mode(DI) and its kin: an integer of that size and of the same sign. */
function modeType(t: CType, size: number | undefined): CType {
  // Asked first: the other question goes through all typedefs of a chain.
  if (!size) return t
  const int = integerOf(t)
  if (!int) return t
  const signed: Readonly<Record<number, IntType>> = { 1: SCHAR, 2: SHORT, 4: INT, 8: LONG, 16: INT128 }
  return int.signed ? signed[size] : toUnsigned(signed[size])
}

function bareType(cx: Context, s: Specifiers): CType | undefined {
  const { type } = s
  if (!type) {
    error(cx.sink, 'c.implicit-int', s.at)
    return INT
  }
  switch (type.kind) {
    case 'words':
      return wordsType(cx, type.words, type.at)
    case 'record':
      return cx.rules.recordType(cx, type)
    case 'enum':
      return cx.rules.enumType(cx, type)
    case 'typedef': {
      const symbol = lookup(cx, type.name)
      if (symbol?.kind === 'typedef') return symbol.type
      error(cx.sink, 'c.unknown-type', type.at, [type.name])
      return INT
    }
    case 'typeof': {
      const { operand } = type
      const t = operand.kind === 'type-name' ? cx.rules.typeName(cx, operand) : unevaluated(cx, () => cx.rules.expression(cx, operand)).type
      return type.unqualified ? unqualified(t) : t
    }
    case 'auto':
      return undefined
  }
}

const WORDS: Readonly<Record<string, CType>> = {
  void: VOID,
  _Bool: BOOL,
  char: CHAR,
  'char signed': SCHAR,
  'char unsigned': UCHAR,
  short: SHORT,
  'short signed': SHORT,
  'int short': SHORT,
  'int short signed': SHORT,
  'short unsigned': USHORT,
  'int short unsigned': USHORT,
  int: INT,
  signed: INT,
  'int signed': INT,
  unsigned: UINT,
  'int unsigned': UINT,
  long: LONG,
  'long signed': LONG,
  'int long': LONG,
  'int long signed': LONG,
  'long unsigned': ULONG,
  'int long unsigned': ULONG,
  'long long': LLONG,
  'long long signed': LLONG,
  'int long long': LLONG,
  'int long long signed': LLONG,
  'long long unsigned': ULLONG,
  'int long long unsigned': ULLONG,
  __int128: INT128,
  '__int128 signed': INT128,
  '__int128 unsigned': toUnsigned(INT128),
  float: FLOAT,
  double: DOUBLE,
  'double long': LONG_DOUBLE,
}

function wordsType(cx: Context, words: readonly string[], at: Place): CType {
  const type = WORDS[[...words].sort().join(' ')]
  if (type) return type
  error(cx.sink, 'c.bad-type-words', at, [words.join(' ')])
  return INT
}

/** What a declarator declares. */
export interface Declared {
  readonly name: Name | undefined
  readonly type: CType
  readonly at: Place
  /** The parameter declarations of a function's own list, for its definition. */
  readonly params: readonly Param[] | undefined
}

/** Applies a declarator to the type of its specifiers. An array that is a parameter becomes a pointer: its size may be anything. */
export function declaredType(cx: Context, base: CType, declarator: Declarator, isParameter = false): Declared {
  let type = base
  let params: readonly Param[] | undefined
  for (let d = declarator; ; d = d.inner) {
    switch (d.kind) {
      case 'name':
        return { name: d.name, type, at: d.name?.at ?? d.at, params }
      case 'pointer':
        type = qualify(pointerTo(taggedType(type, meaning(cx, d.attributes).typeTags)), d.qualifiers)
        break
      case 'attributed':
        type = taggedType(type, meaning(cx, d.attributes).typeTags)
        break
      case 'array':
        type = arrayType(cx, type, d, isParameter && d.inner.kind === 'name')
        break
      case 'function': {
        params = d.params.length === 1 && isVoidList(d.params[0]) ? [] : parameters(cx, d.params)
        if (isFunction(type) || canonical(type).kind === 'array') {
          error(cx.sink, isFunction(type) ? 'c.function-returns-function' : 'c.function-returns-array', d.at, [quoteType(type)])
          type = INT
        }
        type = { kind: 'function', ret: unqualified(type), params, variadic: d.variadic, prototype: d.prototype }
        break
      }
    }
  }
}

/** `(void)` */
function isVoidList(p: ParamDeclaration): boolean {
  const { specifiers, declarator } = p
  return (
    specifiers.type?.kind === 'words' &&
    specifiers.type.words.join() === 'void' &&
    declarator.kind === 'name' &&
    declarator.name === undefined
  )
}

function arrayType(cx: Context, element: CType, d: Declarator & { readonly kind: 'array' }, anySize: boolean): CType {
  if (isFunction(element) || isVoid(element)) {
    error(cx.sink, isVoid(element) ? 'c.array-incomplete' : 'c.array-of-functions', d.at, [quoteType(element)])
    return arrayOf(INT, 1)
  }
  const elementSize = sizeOf(element)
  if (elementSize === undefined) {
    error(cx.sink, 'c.array-incomplete', d.at, [quoteType(element)])
    return arrayOf(INT, 1)
  }
  if (d.size === undefined) return arrayOf(element, undefined)
  const value = cx.rules.expression(cx, d.size)
  if (value.kind === 'error') return arrayOf(element, 1)
  if (!isInteger(value.type)) {
    error(cx.sink, 'c.array-size-type', value.at, [quoteType(value.type)])
    return arrayOf(element, 1)
  }
  const size = foldedNumber(rvalue(value))
  if (size === undefined) {
    if (anySize) return arrayOf(element, undefined)
    error(cx.sink, 'c.vla', value.at)
    return arrayOf(element, 1)
  }
  if (!isConst(value)) warning(cx.sink, 'c.vla-folded', value.at)
  if (size < 0n) {
    error(cx.sink, 'c.array-negative', value.at)
    return arrayOf(element, 1)
  }
  if (size * BigInt(Math.max(1, elementSize)) > BigInt(MAX_OBJECT_BYTES)) {
    error(cx.sink, 'c.array-too-large', value.at, [String(size)])
    return arrayOf(element, 1)
  }
  return arrayOf(element, Number(size))
}

function parameters(cx: Context, list: readonly ParamDeclaration[]): Param[] {
  pushScope(cx)
  const out = list.map((p): Param => {
    const said = meaning(cx, [...p.specifiers.attributes, ...p.attributes])
    const base = specifiedType(cx, p.specifiers, said) ?? INT
    const { name, type, at } = declaredType(cx, base, p.declarator, true)
    if (isVoid(type)) error(cx.sink, 'c.void-parameter', at)
    const adjusted = isVoid(type) ? INT : adjustedParameter(type)
    if (name)
      cx.scopes[cx.scopes.length - 1].names.set(name.name, {
        kind: 'local',
        name: name.name,
        at,
        param: 0,
        cleanup: undefined,
        align: 0,
        type: adjusted,
      })
    return { name: name?.name, type: adjusted, at, declTags: said.declTags }
  })
  popScope(cx)
  return out
}

/** Arrays and functions become pointers (C11 6.7.6.3). */
function adjustedParameter(t: CType): CType {
  const c = canonical(t)
  if (c.kind === 'array') return pointerTo(c.element)
  return c.kind === 'function' ? pointerTo(t) : t
}

/** type-name to type */
export function typeOfName(cx: Context, t: TypeName): CType {
  const said = meaning(cx, t.specifiers.attributes)
  const base = specifiedType(cx, t.specifiers, said)
  if (t.specifiers.storage) error(cx.sink, 'c.storage-in-type-name', t.specifiers.at)
  return declaredType(cx, base ?? INT, t.declarator).type
}
