// Reading and writing objects: lvalues to addresses, loads and stores with the alignment that C promises, bit-fields, CO-RE accesses.
// Alignment matters: BPF has no unaligned access, so members of packed structs are taken apart by the back end.
import { assert } from '../../base/index.ts'
import { constant, intType, type Value } from '../ir/index.ts'
import { error } from '../report.ts'
import {
  accessPath,
  alignOf,
  asPointer,
  type CType,
  type Field,
  integerOf,
  isAtomic,
  printType,
  qualifiersOf,
  type RecordType,
  type TExpr,
} from '../sema/index.ts'
import { bitFieldUnit, bytewise } from './bit-unit.ts'
import { type Address, bytesOf, irType, type L, mark } from './state.ts'
import { functionValue, globalValue } from './symbols.ts'

/** Greatest power of two that divides both (an offset of 0 takes nothing away). */
export function alignAt(align: number, off: number): number {
  return off === 0 ? align : Math.min(align, off & -off)
}

/** The address as one value. */
export function pointerOf(l: L, a: Address): Value {
  return a.off === 0 ? a.ptr : l.b.ptradd(a.ptr, a.off)
}

export const at = (a: Address, off: number): Address => ({ ptr: a.ptr, off: a.off + off, align: alignAt(a.align, off) })

/** Where an lvalue (or a record value, put somewhere first) lies. */
export function address(l: L, e: TExpr): Address {
  switch (e.kind) {
    case 'local': {
      const slot = l.locals.get(e.variable)
      assert(slot, `no slot for ${e.variable.name}`)
      return { ptr: slot, off: 0, align: slot.align }
    }
    case 'global':
      return { ptr: globalValue(l, e.variable), off: 0, align: Math.max(e.variable.align ?? 1, alignOf(e.type)) }
    case 'function':
      return { ptr: functionValue(l, e.fn), off: 0, align: 8 }
    case 'deref': {
      // A subscript of an array that lies in a place that we know.
      if (e.operand.kind === 'decay') return address(l, e.operand.operand)
      const core = coreAddress(l, e)
      if (core) return core
      const p = e.operand
      if (p.kind === 'pointer-add' && p.index.kind === 'const') {
        const base =
          p.pointer.kind === 'decay'
            ? address(l, p.pointer.operand)
            : { ptr: l.rules.value(l, p.pointer), off: 0, align: pointeeAlign(p.pointer) }
        const step = Number(p.index.value) * p.scale
        return { ...at(base, p.subtract ? -step : step) }
      }
      const ptr = l.rules.value(l, p)
      // An element of an array in a packed structure is no better aligned than the array.
      return { ptr, off: 0, align: p.kind === 'pointer-add' && p.pointer.kind === 'decay' ? pointeeAlign(p) : alignOf(e.type) }
    }
    case 'member': {
      const core = coreAddress(l, e)
      if (core) return core
      return at(address(l, e.base), Math.floor(e.field.offBits / 8))
    }
    case 'compound-literal': {
      if (e.variable.kind === 'global') return { ptr: globalValue(l, e.variable), off: 0, align: alignOf(e.type) }
      const slot = temporary(l, e.type)
      if (e.init) l.rules.initialise(l, slot, e.type, e.init)
      return slot
    }
    default: {
      // A record value: a call's result, a conditional, an assignment.
      const slot = temporary(l, e.type)
      l.rules.into(l, e, slot)
      return slot
    }
  }
}

/** Unnamed stack memory for a type. */
export function temporary(l: L, type: CType): Address {
  const align = Math.max(1, alignOf(type))
  return { ptr: l.b.alloca(Math.max(1, bytesOf(type)), align), off: 0, align }
}

/** What C promises of the object that a pointer expression points to; casts are looked through, since only their operand knows. */
export function pointeeAlign(e: TExpr): number {
  switch (e.kind) {
    case 'cast':
      return asPointer(e.operand.type) ? pointeeAlign(e.operand) : alignOf(asPointer(e.type)?.to ?? e.type)
    case 'decay':
    case 'address':
      return objectAlign(e.operand)
    case 'pointer-add':
      return alignAt(pointeeAlign(e.pointer), e.index.kind === 'const' ? Number(e.index.value) * e.scale : e.scale)
    default:
      return alignOf(asPointer(e.type)?.to ?? e.type)
  }
}

function objectAlign(e: TExpr): number {
  switch (e.kind) {
    case 'local':
      return Math.max(e.variable.align, 1)
    case 'global':
      return Math.max(e.variable.align ?? 1, alignOf(e.type))
    case 'member':
      return alignAt(objectAlign(e.base), Math.floor(e.field.offBits / 8))
    case 'deref':
      return e.operand.kind === 'pointer-add' || e.operand.kind === 'decay' ? pointeeAlign(e.operand) : alignOf(e.type)
    default:
      return alignOf(e.type)
  }
}

// --- CO-RE ---

/** FIELD_BYTE_OFFSET (Linux: enum bpf_core_relo_kind). */
const FIELD_BYTE_OFFSET = 0

/** A member access whose offset the loader corrects, if it is one: a record with preserve_access_index is on its way. */
function coreAddress(l: L, e: TExpr): Address | undefined {
  if (e.kind !== 'member' && !(e.kind === 'deref' && e.operand.kind === 'pointer-add' && e.operand.pointer.kind === 'decay'))
    return undefined
  if (l.preserve === 0 && !preserved(e)) return undefined
  const path = accessPath(e)
  if (!path?.field) return undefined
  let { offBytes } = path
  if (e.kind === 'member' && e.field.widthBits !== undefined) {
    const unit = storageUnit(e.field)
    offBytes += unit - Math.floor(e.field.offBits / 8)
  }
  const base = l.rules.value(l, path.base)
  mark(l, e.at)
  const offset = l.b.core({ type: 'i64', relo: FIELD_BYTE_OFFSET, root: path.root, access: path.access, value: BigInt(offBytes) })
  return { ptr: l.b.ptradd(base, offset), off: 0, align: alignOf(e.type) }
}

const storageUnit = (f: Field): number => {
  const size = Math.max(1, bytesOf(f.type))
  return Math.floor(Math.floor(f.offBits / 8) / size) * size
}

function preserved(e: TExpr): boolean {
  let inner = e
  for (;;) {
    if (inner.kind === 'member') {
      if (inner.record.preserveAccessIndex) return true
      inner = inner.base
    } else if (inner.kind === 'deref' && inner.operand.kind === 'pointer-add' && inner.operand.pointer.kind === 'decay')
      inner = inner.operand.pointer.operand
    else if (inner.kind === 'deref' && inner.operand.kind === 'decay') inner = inner.operand.operand
    else return false
  }
}

// --- loads and stores ---

export const isVolatile = (t: CType): boolean => qualifiersOf(t).volatile

/** The value of an lvalue of scalar type. */
export function loadFrom(l: L, e: TExpr): Value {
  if (e.kind === 'member' && e.field.widthBits !== undefined) return loadBits(l, e, bitAccess(l, e))
  if (isAtomic(e.type)) error(l.sink, 'c.atomic-plain', e.at, [printType(e.type)])
  const a = address(l, e)
  mark(l, e.at)
  const type = irType(e.type)
  return l.b.load(type, pointerOf(l, a), Math.min(a.align, Math.max(1, bytesOf(e.type))), isVolatile(e.type))
}

/** Stores a scalar; yields the value that the object then has. */
export function storeTo(l: L, e: TExpr, value: Value, where?: Address): Value {
  if (e.kind === 'member' && e.field.widthBits !== undefined) return storeBits(l, e, value, bitAccess(l, e, where))
  const a = where ?? address(l, e)
  mark(l, e.at)
  l.b.store(pointerOf(l, a), value, Math.min(a.align, Math.max(1, bytesOf(e.type))), isVolatile(e.type))
  return value
}

/** An lvalue whose address is worked out once, to be read and then written. */
export interface Access {
  readonly load: () => Value
  readonly store: (v: Value) => Value
}

export function access(l: L, e: TExpr): Access {
  if (e.kind === 'member' && e.field.widthBits !== undefined) {
    const bits = bitAccess(l, e)
    return { load: () => loadBits(l, e, bits), store: (v) => storeBits(l, e, v, bits) }
  }
  const a = address(l, e)
  const ptr = pointerOf(l, a)
  const align = Math.min(a.align, Math.max(1, bytesOf(e.type)))
  return {
    load: () => l.b.load(irType(e.type), ptr, align, isVolatile(e.type)),
    store: (v) => {
      l.b.store(ptr, v, align, isVolatile(e.type))
      return v
    },
  }
}

/** Copies a record. */
export function copy(l: L, to: Address, from: Address, type: CType, volatile = false): void {
  const size = bytesOf(type)
  if (size > 0) l.b.memcpy(pointerOf(l, to), pointerOf(l, from), size, Math.min(to.align, from.align), { volatile })
}

// --- bit-fields ---

type MemberExpr = TExpr & { readonly kind: 'member' }

interface BitAccess {
  /** Of the unit's first byte. */
  readonly unit: Address
  readonly size: 1 | 2 | 4 | 8
  /** See `BitUnit.bytes`. */
  readonly bytes: number | undefined
  /** From the unit's lowest bit. */
  readonly shift: number
  readonly width: number
  readonly volatile: boolean
}

function bitAccess(l: L, e: MemberExpr, where?: Address): BitAccess {
  const width = e.field.widthBits ?? 0
  const volatile = isVolatile(e.type)
  if (l.preserve > 0 || preserved(e)) {
    const core = where ?? coreAddress(l, e)
    if (core) {
      const size = Math.max(1, bytesOf(e.field.type)) as 1 | 2 | 4 | 8
      const shift = e.field.offBits - storageUnit(e.field) * 8
      if (shift + width <= size * 8) return { unit: core, size, bytes: undefined, shift, width, volatile }
      const first = Math.floor(shift / 8)
      return { unit: at(core, first), ...bytewise(shift - first * 8, width), shift: shift - first * 8, width, volatile }
    }
  }
  const base = where ?? address(l, e.base)
  return bitsAt(e.record, e.field, base, volatile)
}

function bitsAt(record: RecordType, field: Field, base: Address, volatile: boolean): BitAccess {
  const { offset, size, bytes } = bitFieldUnit(record, field)
  return { unit: at(base, offset), size, bytes, shift: field.offBits - offset * 8, width: field.widthBits ?? 0, volatile }
}

/** For an initialiser that stores a bit-field; `base` is the record's own address. */
export function storeBitField(l: L, record: RecordType, field: Field, base: Address, value: Value): void {
  writeBits(l, bitsAt(record, field, base, false), value)
}

function loadBits(l: L, e: MemberExpr, bits: BitAccess): Value {
  mark(l, e.at)
  const signed = integerOf(e.field.type)?.signed ?? false
  return resize(l, readBits(l, bits, signed), irType(e.type), signed)
}

/** The field's value in the type of its unit. */
function readBits(l: L, bits: BitAccess, signed: boolean): Value {
  const halves = halvesOf(bits)
  if (!halves) return extract(l, readUnit(l, bits), bits, signed)
  const [low, high] = halves
  const below = readBits(l, low, false)
  const above = resize(l, readBits(l, high, signed), 'i64', signed)
  return l.b.bin('or', below, l.b.bin('shl', above, constant('i64', low.width)))
}

/** Of a packed field that touches nine bytes: what lies in eight of them, and the rest. */
function halvesOf(bits: BitAccess): readonly [BitAccess, BitAccess] | undefined {
  if (bits.shift + bits.width <= bits.size * 8) return undefined
  const width = 64 - bits.shift
  const high: BitAccess = { ...bits, unit: at(bits.unit, 8), size: 1, bytes: undefined, shift: 0, width: bits.width - width }
  return [{ ...bits, bytes: 8, width }, high]
}

function extract(l: L, unit: Value, bits: BitAccess, signed: boolean): Value {
  const total = bits.size * 8
  if (bits.width === total) return unit
  const amount = (n: number): Value => constant(intType(bits.size), n)
  if (signed) {
    const up = total - bits.shift - bits.width
    const left = up > 0 ? l.b.bin('shl', unit, amount(up)) : unit
    return l.b.bin('ashr', left, amount(total - bits.width))
  }
  const down = bits.shift > 0 ? l.b.bin('lshr', unit, amount(bits.shift)) : unit
  if (bits.shift + bits.width === total) return down
  return l.b.bin('and', down, constant(intType(bits.size), (1n << BigInt(bits.width)) - 1n))
}

/** Yields the value of the bit-field after the store. */
function storeBits(l: L, e: MemberExpr, value: Value, bits: BitAccess): Value {
  mark(l, e.at)
  writeBits(l, bits, value)
  const signed = integerOf(e.field.type)?.signed ?? false
  const type = irType(e.type)
  const total = bytesOf(e.type) * 8
  if (bits.width >= total || type === 'ptr') return value
  const up = constant(type, total - bits.width)
  return l.b.bin(signed ? 'ashr' : 'lshr', l.b.bin('shl', value, up), up)
}

function writeBits(l: L, bits: BitAccess, value: Value): void {
  const halves = halvesOf(bits)
  if (halves) {
    const [low, high] = halves
    const wide = resize(l, value, 'i64', false)
    writeBits(l, low, wide)
    writeBits(l, high, l.b.bin('lshr', wide, constant('i64', low.width)))
    return
  }
  const type = intType(bits.size)
  const wide = resize(l, value, type, false)
  if (bits.width === bits.size * 8) {
    writeUnit(l, bits, wide)
    return
  }
  const mask = (1n << BigInt(bits.width)) - 1n
  const old = readUnit(l, bits)
  const cleared = l.b.bin('and', old, constant(type, ~(mask << BigInt(bits.shift))))
  const masked = l.b.bin('and', wide, constant(type, mask))
  const placed = bits.shift > 0 ? l.b.bin('shl', masked, constant(type, bits.shift)) : masked
  writeUnit(l, bits, l.b.bin('or', cleared, placed))
}

function readUnit(l: L, bits: BitAccess): Value {
  const type = intType(bits.size)
  if (bits.bytes === undefined) return l.b.load(type, pointerOf(l, bits.unit), Math.min(bits.unit.align, bits.size), bits.volatile)
  let unit: Value | undefined
  for (let i = 0; i < bits.bytes; i++) {
    const byte = resize(l, l.b.load('i8', pointerOf(l, at(bits.unit, i)), 1, bits.volatile), type, false)
    unit = unit ? l.b.bin('or', unit, l.b.bin('shl', byte, constant(type, 8 * i))) : byte
  }
  return unit ?? constant(type, 0)
}

function writeUnit(l: L, bits: BitAccess, unit: Value): void {
  if (bits.bytes === undefined) {
    l.b.store(pointerOf(l, bits.unit), unit, Math.min(bits.unit.align, bits.size), bits.volatile)
    return
  }
  for (let i = 0; i < bits.bytes; i++) {
    const byte = i === 0 ? unit : l.b.bin('lshr', unit, constant(unit.type, 8 * i))
    l.b.store(pointerOf(l, at(bits.unit, i)), resize(l, byte, 'i8', false), 1, bits.volatile)
  }
}

/** An integer at another width. */
export function resize(l: L, value: Value, type: Value['type'], signed: boolean): Value {
  const from = WIDTHS[value.type]
  const to = WIDTHS[type]
  if (from === to) return value
  return l.b.cast(from > to ? 'trunc' : signed ? 'sext' : 'zext', type, value)
}

const WIDTHS = { void: 0, i1: 1, i8: 8, i16: 16, i32: 32, i64: 64, ptr: 64 } as const
