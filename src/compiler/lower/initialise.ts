// Automatic variables with initialisers: which bytes are zeroed, which are stored (as clang does, so that stacks hold the same bytes).
//
// Every byte is written, padding with zeros, as clang 22 does (older versions left padding alone where not all parts are constant).
// What is large and mostly zero is zeroed as a whole first.
import { constant } from '../ir/index.ts'
import { alignOf, asArray, type asRecord, type CType, canonical, type InitPart, sizeOf, type TInit } from '../sema/index.ts'
import { at, copy, isVolatile, pointerOf, resize, storeBitField } from './memory.ts'
import { type Address, irType, isRecord, type L, mark } from './state.ts'
import { globalValue } from './symbols.ts'

interface Range {
  readonly from: number
  readonly to: number
}

export function initialise(l: L, to: Address, type: CType, init: TInit): void {
  const size = sizeOf(type) ?? 0
  const [only] = init.parts
  if (init.parts.length === 1 && only.value && only.offBits === 0 && !isRecord(type)) {
    storePart(l, to, only, type)
    return
  }
  const allConstant = init.parts.every((p) => p.value === undefined || p.value.kind === 'const' || p.value.kind === 'global')
  const zeroed = wholeIsZeroed(init, size, allConstant)
  if (zeroed) zero(l, to, { from: 0, to: size })
  else for (const gap of gaps(init.parts, size)) zero(l, to, gap)
  for (const part of init.parts) {
    const known = part.value
    if (!known || (zeroed && known.kind === 'const' && known.value === 0n)) continue
    storePart(l, to, part, type)
  }
}

/** clang's CheckAggExprForMemSetUse: more than 16 bytes and three quarters of them zero. */
function wholeIsZeroed(init: TInit, size: number, allConstant: boolean): boolean {
  const nonZero = init.parts.reduce(
    (sum, p) => sum + (p.value && !(p.value.kind === 'const' && p.value.value === 0n) ? partBytes(p) : 0),
    0,
  )
  if (nonZero === 0) return true
  return allConstant ? size > 8 && nonZero * 2 <= size : size > 16 && nonZero * 4 <= size
}

const partBytes = (p: InitPart): number => (p.widthBits === undefined ? (sizeOf(p.type) ?? 0) : 1)

function zero(l: L, to: Address, r: Range): void {
  const where = at(to, r.from)
  l.b.memset(pointerOf(l, where), constant('i8', 0), r.to - r.from, where.align)
}

/** What no part covers; bit-fields cover nothing, since their unit must hold zeros before they are put in. */
function gaps(parts: readonly InitPart[], size: number): Range[] {
  const covered = parts
    .filter((p) => p.widthBits === undefined)
    .map((p): Range => ({ from: p.offBits / 8, to: p.offBits / 8 + (sizeOf(p.type) ?? 0) }))
    .sort((a, b) => a.from - b.from)
  const out: Range[] = []
  let done = 0
  for (const r of covered) {
    if (r.from > done) out.push({ from: done, to: r.from })
    done = Math.max(done, r.to)
  }
  if (done < size) out.push({ from: done, to: size })
  return out
}

function storePart(l: L, to: Address, part: InitPart, whole: CType): void {
  const { value } = part
  if (!value) return
  mark(l, value.at)
  if (part.widthBits !== undefined) {
    const found = fieldAt(whole, part.offBits)
    if (found) storeBitField(l, found.record, found.field, at(to, found.base), l.rules.value(l, value))
    return
  }
  const where = at(to, part.offBits / 8)
  if (value.kind === 'global' && value.variable.isString && asArray(part.type)) {
    storeString(l, where, part, value.variable)
    return
  }
  if (isRecord(part.type)) {
    l.rules.into(l, value, where)
    return
  }
  const v = l.rules.value(l, value)
  mark(l, value.at)
  const volatile = isVolatile(whole) || isVolatile(part.type)
  l.b.store(pointerOf(l, where), resize(l, v, irType(part.type), false), Math.min(where.align, alignOf(part.type)), volatile)
}

/** A string in an array: its bytes are copied, the rest of the array is zero. */
function storeString(l: L, where: Address, part: InitPart, literal: Parameters<typeof globalValue>[1]): void {
  const room = sizeOf(part.type) ?? 0
  const length = Math.min(room, literal.data?.bytes.length ?? 0)
  const source: Address = { ptr: globalValue(l, literal), off: 0, align: 1 }
  if (length === room) copy(l, where, source, part.type)
  else {
    zero(l, where, { from: length, to: room })
    l.b.memcpy(pointerOf(l, where), source.ptr, length, 1)
  }
}

/** The bit-field at a bit offset, and the byte where its record begins. */
function fieldAt(
  type: CType,
  offBits: number,
  base = 0,
):
  | {
      readonly record: NonNullable<ReturnType<typeof asRecord>>
      readonly field: NonNullable<ReturnType<typeof asRecord>>['fields'][number]
      readonly base: number
    }
  | undefined {
  const c = canonical(type)
  if (c.kind === 'array') {
    const step = (sizeOf(c.element) ?? 0) * 8
    if (step === 0) return undefined
    const index = Math.floor((offBits - base * 8) / step)
    return fieldAt(c.element, offBits, base + (index * step) / 8)
  }
  if (c.kind !== 'record') return undefined
  for (const field of c.fields) {
    const start = base * 8 + field.offBits
    if (field.widthBits !== undefined && start === offBits) return { record: c, field, base }
    if (field.widthBits === undefined && start <= offBits && offBits < start + (sizeOf(field.type) ?? 0) * 8) {
      const inner = fieldAt(field.type, offBits, start / 8)
      if (inner) return inner
    }
  }
  return undefined
}
