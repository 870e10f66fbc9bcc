// The bytes of a variable with static storage: constants, strings, and addresses that the linker puts in.
// In: an initialiser. Out: bytes and relocations; undefined after a fault (an initialiser that is no constant).
import { error } from '../report.ts'
import type { Context } from './context.ts'
import { asPointer, integerOf, isPointer, sizeOf } from './ctypes.ts'
import { foldedNumber } from './folding.ts'
import type { GlobalSymbol, InitPart, TExpr, TInit } from './tree.ts'
import type { DataRelocation, StaticData } from './types.ts'

export function staticData(cx: Context, init: TInit): StaticData | undefined {
  const bytes = new Uint8Array(init.size)
  const relocations: DataRelocation[] = []
  for (const part of init.parts) if (!putPart(cx, part, bytes, relocations)) return undefined
  return { bytes, relocations }
}

function putPart(cx: Context, part: InitPart, bytes: Uint8Array, relocations: DataRelocation[]): boolean {
  const { value } = part
  if (!value) return true
  const offset = Math.floor(part.offBits / 8)
  const number = foldedNumber(value)
  if (number !== undefined) {
    const size = sizeOf(part.type) ?? 8
    if (part.widthBits !== undefined) putBits(bytes, part.offBits, part.widthBits, number)
    else for (let i = 0; i < size; i++) bytes[offset + i] = Number(BigInt.asUintN(8, number >> BigInt(8 * i)))
    return true
  }
  const literal = literalData(cx, value)
  if (literal) {
    const room = sizeOf(part.type) ?? literal.bytes.length
    bytes.set(literal.bytes.subarray(0, room), offset)
    for (const r of literal.relocations) relocations.push({ ...r, offset: r.offset + offset })
    return true
  }
  const address = part.widthBits === undefined && (sizeOf(part.type) ?? 0) === 8 ? addressConstant(value) : undefined
  if (address) {
    relocations.push({ offset, symbol: address.symbol, addend: address.addend })
    return true
  }
  error(cx.sink, 'c.init-not-constant', value.at)
  return false
}

export function putBits(bytes: Uint8Array, offBits: number, width: number, value: bigint): void {
  for (let i = 0; i < width; i++) {
    const at = offBits + i
    const bit = Number((value >> BigInt(i)) & 1n)
    bytes[at >> 3] = (bytes[at >> 3] & ~(1 << (at & 7))) | (bit << (at & 7))
  }
}

/** A string that initialises an array, or a compound literal's value. */
function literalData(cx: Context, e: TExpr): StaticData | undefined {
  const inner = e.kind === 'load' ? e.operand : e
  if (inner.kind === 'global' && inner.variable.isString && e.kind === 'global') return inner.variable.data
  if (inner.kind === 'compound-literal' && inner.variable.kind === 'global') return inner.variable.data
  // One in a function, whose bytes are wanted for a static variable.
  if (inner.kind === 'compound-literal' && inner.init && inner.init.parts.every(isKnown)) return staticData(cx, inner.init)
  return undefined
}

export interface Address {
  readonly symbol: string
  readonly addend: number
}

/** An address constant (C11 6.6p9), or undefined. */
export function addressConstant(e: TExpr): Address | undefined {
  switch (e.kind) {
    case 'address':
    case 'decay':
      return addressOfObject(e.operand)
    case 'cast': {
      const int = integerOf(e.type)
      return (isPointer(e.type) || int?.size === 8) && isPointer(e.operand.type)
        ? addressConstant(e.operand)
        : int?.size === 8 || isPointer(e.type)
          ? addressConstant(e.operand)
          : undefined
    }
    case 'pointer-add': {
      // In a loop, so that a long sum costs no depth.
      let offset = 0
      let pointer: TExpr = e
      for (; pointer.kind === 'pointer-add'; { pointer } = pointer) {
        if (pointer.index.kind !== 'const') return undefined
        const step = Number(pointer.index.value) * pointer.scale
        offset += pointer.subtract ? -step : step
      }
      const base = addressConstant(pointer)
      return base && { symbol: base.symbol, addend: base.addend + offset }
    }
    default:
      return undefined
  }
}

function addressOfObject(e: TExpr): Address | undefined {
  switch (e.kind) {
    case 'global':
      return { symbol: e.variable.name, addend: 0 }
    case 'function':
      return { symbol: e.fn.name, addend: 0 }
    case 'compound-literal':
      return e.variable.kind === 'global' ? { symbol: e.variable.name, addend: 0 } : undefined
    case 'member': {
      const base = addressOfObject(e.base)
      return base && e.field.widthBits === undefined ? { symbol: base.symbol, addend: base.addend + e.field.offBits / 8 } : undefined
    }
    case 'deref':
      return addressConstant(e.operand)
    default:
      return undefined
  }
}

/** The number that a const scalar always has, for calls through it. */
export function constantValue(symbol: GlobalSymbol): bigint | undefined {
  const size = sizeOf(symbol.type)
  if (
    !symbol.data ||
    symbol.data.relocations.length > 0 ||
    size === undefined ||
    size > 8 ||
    !(integerOf(symbol.type) || asPointer(symbol.type))
  ) {
    return undefined
  }
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(symbol.data.bytes[i] ?? 0)
  return value
}

const isKnown = ({ value }: InitPart): boolean => value === undefined || value.kind === 'const' || addressConstant(value) !== undefined
