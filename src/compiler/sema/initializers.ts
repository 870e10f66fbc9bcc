// Initialisers (C11 6.7.9): lists with and without inner braces, designators, strings, to a flat list of parts in layout order.
// In: the object's type and the syntax. Out: parts with bit offsets and converted values, and the type with its array size known.
// A later part for the same place wins over an earlier one, as C says.
import { error, type Place, warning } from '../report.ts'
import type { Designator, Expr, Initializer, InitList } from '../syntax/index.ts'
import { isConst, rvalue } from './build-expr.ts'
import { type Context, isError } from './context.ts'
import { convert } from './convert.ts'
import {
  arrayOf,
  asArray,
  asRecord,
  CHAR,
  canonical,
  INT,
  integerOf,
  isInteger,
  isScalar,
  MAX_OBJECT_BYTES,
  qualifiersOf,
  qualify,
  sizeOf,
  unqualified,
} from './ctypes.ts'
import { findMember } from './members.ts'
import { incompleteNote } from './operators.ts'
import { quoteType } from './print-type.ts'
import type { InitPart, TExpr, TInit } from './tree.ts'
import type { ArrayType, CType, Field, RecordType } from './types.ts'

/** Bounds `[0 ... 1000000] = x`. */
const MAX_PARTS = 65536

/** Of an object with an initialiser, whose bytes the page keeps; without one only the size counts. */
const MAX_INITIALIZED_BYTES = 2 ** 26

/** One initialiser being read. */
interface Reading {
  readonly cx: Context
  readonly parts: Set<InitPart>
  /** The parts that begin at a bit. */
  readonly partsAt: Map<number, InitPart[]>
  /** The last bit at which a part begins. */
  last: number
  failed: boolean
  /** Elements that an array of unknown size needs. */
  elements: number
}

/** The items of one pair of braces. */
interface Items {
  readonly list: InitList
  next: number
  /** The next item's expression, typed once. */
  typed: TExpr | undefined
}

export function initializer(
  cx: Context,
  type: CType,
  init: Initializer,
  at: Place,
): { readonly init: TInit; readonly type: CType } | undefined {
  const r: Reading = { cx, parts: new Set(), partsAt: new Map(), last: -1, failed: false, elements: 0 }
  const c = canonical(type)
  if (c.kind === 'record' && !c.complete) {
    error(cx.sink, 'c.incomplete-variable', at, [quoteType(type)], incompleteNote(cx, type))
    return undefined
  }
  if (init.kind === 'init-list') braced(r, type, 0, init)
  else if (c.kind === 'array') {
    const string = stringFor(r, type, init)
    if (string) putString(r, type, 0, string)
    else if (!r.failed) {
      const value = cx.rules.expression(cx, init)
      // GNU: a compound literal may initialise an array.
      if (value.kind === 'compound-literal' && asArray(value.type)) {
        const literal = { ...value }
        r.elements = asArray(value.type)?.count ?? 0
        put(r, { offBits: 0, widthBits: undefined, type: value.type, value: literal })
      } else if (!isError(value)) {
        error(cx.sink, isInteger(c.element) && sizeOf(c.element) === 1 ? 'c.array-init-string' : 'c.array-init', init.at)
        r.failed = true
      } else r.failed = true
    }
  } else scalar(r, type, 0, undefined, init, undefined, at)
  if (r.failed) return undefined
  const done = c.kind === 'array' && c.count === undefined ? sized(type, r.elements) : type
  const size = Math.max(sizeOf(done) ?? 0, ...[...r.parts].map((p) => p.offBits / 8 + (p.widthBits ? 0 : (sizeOf(p.type) ?? 0))))
  if (size > MAX_INITIALIZED_BYTES) {
    error(cx.sink, 'c.initialized-too-large', at, [quoteType(done), String(MAX_INITIALIZED_BYTES)])
    return undefined
  }
  return { init: { parts: [...r.parts], size }, type: done }
}

/** The array type with its number of elements; the sugar of an unsized typedef is lost, as it must be. */
function sized(type: CType, elements: number): CType {
  const c = asArray(type)
  return c ? qualify(arrayOf(c.element, elements), { ...qualifiersOf(type), restrict: false }) : type
}

/** Adds a part in place of what it covers. */
function put(r: Reading, part: InitPart): void {
  const endOf = (p: InitPart): number => p.offBits + (p.widthBits ?? (sizeOf(p.type) ?? 0) * 8)
  const end = endOf(part)
  if (r.last >= part.offBits) {
    for (const begin of end - part.offBits > 128 ? r.partsAt.keys() : bits(part.offBits, end)) {
      if (begin < part.offBits) continue
      const [covered, left] = [[] as InitPart[], [] as InitPart[]]
      for (const p of r.partsAt.get(begin) ?? []) (endOf(p) <= end ? covered : left).push(p)
      for (const p of covered) r.parts.delete(p)
      if (covered.length > 0) r.partsAt.set(begin, left)
    }
  }
  if (r.parts.size >= MAX_PARTS) {
    if (!r.failed) error(r.cx.sink, 'c.init-too-large', part.value?.at ?? { file: '', start: 0, end: 0 }, [String(MAX_PARTS)])
    r.failed = true
    return
  }
  r.parts.add(part)
  r.partsAt.set(part.offBits, [...(r.partsAt.get(part.offBits) ?? []), part])
  r.last = Math.max(r.last, part.offBits)
}

function* bits(from: number, to: number): Generator<number> {
  for (let bit = from; bit <= to; bit++) yield bit
}

function braced(r: Reading, type: CType, offBits: number, list: InitList, widthBits?: number): void {
  const { cx } = r
  const c = canonical(type)
  if (c.kind === 'array') {
    const [only] = list.items
    if (list.items.length === 1 && only.designators.length === 0 && only.init.kind !== 'init-list') {
      const string = stringFor(r, type, only.init)
      if (string) {
        putString(r, type, offBits, string)
        return
      }
    }
    aggregate(r, type, offBits, { list, next: 0, typed: undefined }, true)
    return
  }
  if (c.kind === 'record') {
    aggregate(r, type, offBits, { list, next: 0, typed: undefined }, true)
    return
  }
  const [first, second] = list.items
  if (!first) return
  if (first.designators.length > 0) {
    error(cx.sink, 'c.designator-scalar', first.designators[0].at, [quoteType(type)])
    r.failed = true
    return
  }
  if (second) warning(cx.sink, 'c.excess-scalar', second.init.at)
  if (first.init.kind === 'init-list') braced(r, type, offBits, first.init, widthBits)
  else scalar(r, type, offBits, widthBits, first.init)
}

/** `at`: where a conversion that is not allowed is reported; clang names the variable. */
function scalar(r: Reading, type: CType, offBits: number, widthBits: number | undefined, e: Expr, typed?: TExpr, at: Place = e.at): void {
  const given = rvalue(typed ?? r.cx.rules.expression(r.cx, e))
  const value = convert(r.cx, given, type, { kind: 'initializing' }, at)
  if (isError(value)) r.failed = true
  else put(r, { offBits, widthBits, type: unqualified(type), value })
}

// --- strings ---

/** The string literal that initialises an array of characters, if it is one. */
function stringFor(r: Reading, type: CType, e: Expr): TExpr | undefined {
  const element = integerOf(asArray(type)?.element ?? INT)
  let inner = e
  while (inner.kind === 'paren') inner = inner.inner
  if (inner.kind !== 'string' || !element) return undefined
  const value = r.cx.rules.expression(r.cx, inner)
  if (isError(value)) {
    r.failed = true
    return undefined
  }
  const from = integerOf(asArray(value.type)?.element ?? CHAR)
  return from && from.size === element.size && asArray(type) ? value : undefined
}

function putString(r: Reading, type: CType, offBits: number, string: TExpr): void {
  const array = asArray(type)
  const length = asArray(string.type)?.count ?? 0
  if (!array) return
  if (array.count === undefined) {
    r.elements = Math.max(r.elements, length)
    put(r, { offBits, widthBits: undefined, type: string.type, value: string })
    return
  }
  // The final zero may be left out, no more.
  if (length - 1 > array.count) warning(r.cx.sink, 'c.string-too-long', string.at)
  put(r, { offBits, widthBits: undefined, type: unqualified(type), value: string })
}

// --- aggregates ---

/** Fills an array or record from the items; without own braces it takes only what it needs. */
function aggregate(r: Reading, type: CType, offBits: number, items: Items, own: boolean): void {
  const record = asRecord(type)
  if (record) fillRecord(r, record, type, offBits, items, own)
  else fillArray(r, type, offBits, items, own)
}

const more = (items: Items): boolean => items.next < items.list.items.length

function take(items: Items): void {
  items.next++
  items.typed = undefined
}

function fillArray(r: Reading, type: CType, offBits: number, items: Items, own: boolean): void {
  const array = asArray(type)
  if (!array) return
  const step = (sizeOf(array.element) ?? 0) * 8
  let index = 0
  while (more(items) && !r.failed) {
    const item = items.list.items[items.next]
    const [designator, ...rest] = item.designators
    if (designator) {
      if (!own) return
      const range = designator.kind === 'index' ? indexRange(r, designator, array) : undefined
      if (!range) {
        if (designator.kind === 'field') error(r.cx.sink, 'c.designator-array', designator.at, [designator.name, quoteType(type)])
        r.failed = true
        return
      }
      take(items)
      for (index = range.low; index <= range.high && !r.failed; index++) {
        designated(r, array.element, offBits + index * step, rest, item.init, items)
        r.elements = array.count === undefined ? Math.max(r.elements, index + 1) : r.elements
      }
      continue
    }
    if (array.count !== undefined && index >= array.count) {
      if (!own) return
      if (index === array.count) warning(r.cx.sink, 'c.excess-array', item.init.at)
      skipExpression(r, item.init)
      take(items)
      index++
      continue
    }
    element(r, array.element, offBits + index * step, undefined, items)
    index++
    if (array.count === undefined) r.elements = Math.max(r.elements, index)
  }
}

/** Checks an expression that initialises nothing. */
function skipExpression(r: Reading, init: Initializer): void {
  if (init.kind !== 'init-list') r.cx.rules.expression(r.cx, init)
}

function indexRange(r: Reading, d: Designator & { readonly kind: 'index' }, { count, element }: ArrayType) {
  const elementSize = BigInt(Math.max(1, sizeOf(element) ?? 0))
  const bound = (e: Expr): number | undefined => {
    const value = rvalue(r.cx.rules.expression(r.cx, e))
    if (isConst(value) && isInteger(value.type)) {
      if (value.value < 0n) error(r.cx.sink, 'c.designator-negative', e.at, [String(value.value)])
      else if (count !== undefined && value.value >= BigInt(count))
        error(r.cx.sink, 'c.designator-past', e.at, [String(value.value), String(count)])
      else if ((value.value + 1n) * elementSize > BigInt(MAX_OBJECT_BYTES))
        error(r.cx.sink, 'c.array-too-large', e.at, [String(value.value + 1n)])
      else return Number(value.value)
    } else if (!isError(value)) error(r.cx.sink, 'c.not-constant', e.at)
    return undefined
  }
  const low = bound(d.low)
  const high = d.high ? bound(d.high) : low
  if (low === undefined || high === undefined) return undefined
  if (high >= low) return { low, high }
  error(r.cx.sink, 'c.designator-range', d.at)
  return undefined
}

function fillRecord(r: Reading, record: RecordType, type: CType, offBits: number, items: Items, own: boolean): void {
  let index = 0
  let filled = false
  while (more(items) && !r.failed) {
    const item = items.list.items[items.next]
    const [designator, ...rest] = item.designators
    if (designator) {
      if (!own) return
      const path = designator.kind === 'field' ? findMember(record, designator.name) : undefined
      if (!path || designator.kind !== 'field') {
        error(r.cx.sink, designator.kind === 'field' ? 'c.designator-no-field' : 'c.designator-not-array', designator.at, [
          designator.kind === 'field' ? designator.name : '',
          quoteType(unqualified(type)),
        ])
        r.failed = true
        return
      }
      take(items)
      let at = offBits
      for (const step of path) at += step.field.offBits
      const { field } = path[path.length - 1]
      designated(r, field.type, at, rest, item.init, items, field.widthBits)
      index = record.fields.indexOf(path[0].field) + 1
      // Items behind `.inner = x` of an anonymous struct go on inside of it.
      if (path.length > 1) continueInside(r, path, offBits, items)
      filled = true
      continue
    }
    const field: Field | undefined = record.tag === 'union' && filled ? undefined : record.fields[index]
    if (!field) {
      if (!own) return
      warning(r.cx.sink, record.tag === 'union' ? 'c.excess-union' : 'c.excess-struct', item.init.at)
      for (; more(items); take(items)) skipExpression(r, items.list.items[items.next].init)
      return
    }
    if (asArray(field.type) && asArray(field.type)?.count === undefined && !own) return
    element(r, field.type, offBits + field.offBits, field.widthBits, items)
    index++
    filled = true
  }
}

function continueInside(
  r: Reading,
  path: readonly { readonly record: RecordType; readonly field: Field }[],
  offBits: number,
  items: Items,
): void {
  let at = offBits
  const inner: { readonly record: RecordType; readonly from: number; readonly at: number }[] = []
  for (const [i, step] of path.entries()) {
    if (i > 0 && step.record.tag === 'struct') inner.push({ record: step.record, from: step.record.fields.indexOf(step.field) + 1, at })
    at += step.field.offBits
  }
  for (const { record, from, at: base } of inner.reverse()) {
    for (const field of record.fields.slice(from)) {
      if (!more(items) || items.list.items[items.next].designators.length > 0 || r.failed) return
      element(r, field.type, base + field.offBits, field.widthBits, items)
    }
  }
}

/** What a designator names, further designators followed. */
function designated(
  r: Reading,
  type: CType,
  offBits: number,
  rest: readonly Designator[],
  init: Initializer,
  items: Items,
  widthBits?: number,
): void {
  const [next, ...after] = rest
  if (!next) {
    const single: Items = { list: { kind: 'init-list', items: [{ designators: [], init }], at: init.at }, next: 0, typed: undefined }
    const aggregateWithoutBraces = init.kind !== 'init-list' && !isScalar(type)
    element(r, type, offBits, widthBits, aggregateWithoutBraces ? elided(single, items) : single)
    return
  }
  if (next.kind === 'field') {
    const record = asRecord(type)
    const path = record?.complete ? findMember(record, next.name) : undefined
    if (!path) {
      error(r.cx.sink, 'c.designator-no-field', next.at, [next.name, quoteType(unqualified(type))])
      r.failed = true
      return
    }
    const at = path.reduce((sum, step) => sum + step.field.offBits, offBits)
    const { field } = path[path.length - 1]
    designated(r, field.type, at, after, init, items, field.widthBits)
    return
  }
  const array = asArray(type)
  const range = array && indexRange(r, next, array)
  if (!array || !range) {
    if (!array) error(r.cx.sink, 'c.designator-not-array', next.at, ['', quoteType(type)])
    r.failed = true
    return
  }
  const step = (sizeOf(array.element) ?? 0) * 8
  for (let i = range.low; i <= range.high && !r.failed; i++) designated(r, array.element, offBits + i * step, after, init, items)
}

/** `.a = 1, 2, 3` where a is an array: the items behind go on filling it. The first is the designated one. */
function elided(first: Items, items: Items): Items {
  const rest = items.list.items.slice(items.next)
  let count = 0
  while (count < rest.length && rest[count].designators.length === 0) count++
  const joined: Items = { list: { ...items.list, items: [...first.list.items, ...rest.slice(0, count)] }, next: 0, typed: undefined }
  const shared: Items = {
    list: joined.list,
    typed: undefined,
    get next() {
      return joined.next
    },
    set next(value: number) {
      // Every item taken behind the first is one of the outer list.
      if (value > joined.next && joined.next > 0) items.next += value - joined.next
      joined.next = value
    },
  }
  return shared
}

/** The next item for an element or field: braces, a string, a whole record, or (braces left out) the parts of it. */
function element(r: Reading, type: CType, offBits: number, widthBits: number | undefined, items: Items): void {
  const { init } = items.list.items[items.next]
  if (init.kind === 'init-list') {
    take(items)
    braced(r, type, offBits, init, widthBits)
    return
  }
  const c = canonical(type)
  if (c.kind === 'array') {
    const string = stringFor(r, type, init)
    if (r.failed) return
    if (string) {
      take(items)
      putString(r, type, offBits, string)
      return
    }
    aggregate(r, type, offBits, items, false)
    return
  }
  if (c.kind === 'record') {
    items.typed ??= r.cx.rules.expression(r.cx, init)
    const value = items.typed
    if (isError(value)) {
      r.failed = true
      return
    }
    if (asRecord(value.type) === c) {
      take(items)
      put(r, { offBits, widthBits: undefined, type: unqualified(type), value: rvalue(value) })
      return
    }
    if (!c.complete || c.fields.length === 0) {
      take(items)
      return
    }
    aggregate(r, type, offBits, items, false)
    return
  }
  const typed = items.typed
  take(items)
  scalar(r, type, offBits, widthBits, init, typed)
}
