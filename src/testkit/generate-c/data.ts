// Types and objects of a generated program, and the places in them that an expression may read or a statement may write.
import type { Interval, IntType } from './numbers.ts'
import type { Part } from './tree.ts'

export interface Field {
  readonly name: string
  readonly type: CType
  /** Bits of a bit-field. */
  readonly width?: number
}
export interface StructType {
  readonly kind: 'struct'
  /** "struct p1_s" or "union p1_u". */
  readonly name: string
  readonly fields: readonly Field[]
  /** Bytes, at most. */
  readonly size: number
  /** No padding, no _Bool and no bit-field: its bytes may be compared and filled at will. */
  readonly plain: boolean
}
export interface ArrayType {
  readonly kind: 'array'
  readonly of: CType
  readonly count: number
}
export interface PointerType {
  readonly kind: 'pointer'
  readonly to: CType
}
export type CType = IntType | StructType | ArrayType | PointerType

export interface Variable {
  readonly name: string
  readonly type: CType
  readonly writable: boolean
  readonly isVolatile: boolean
  /** Values of a loop counter; absent = any of its type. */
  readonly range?: Interval
  /** Its address may be taken and kept. */
  readonly addressable: boolean
}

/** An integer object, reached from a variable. */
export interface Place {
  readonly parts: readonly Part[]
  readonly type: IntType
  readonly width?: number
  readonly range: Interval
  readonly isVolatile: boolean
}

export function sizeOf(type: CType): number {
  switch (type.kind) {
    case 'int':
      return type.bits / 8
    case 'struct':
      return type.size
    case 'array':
      return sizeOf(type.of) * type.count
    case 'pointer':
      return 8
  }
}

export function sameType(a: CType, b: CType): boolean {
  if (a.kind === 'int' && b.kind === 'int') return a.name === b.name
  if (a.kind === 'struct' && b.kind === 'struct') return a.name === b.name
  if (a.kind === 'array' && b.kind === 'array') return a.count === b.count && sameType(a.of, b.of)
  return a.kind === 'pointer' && b.kind === 'pointer' && sameType(a.to, b.to)
}

/** A declarator: "u32 x[3][2]", "struct s *p". */
export function declare(type: CType, name: string): string {
  switch (type.kind) {
    case 'int':
    case 'struct':
      return name === '' ? type.name : `${type.name} ${name}`
    case 'array':
      return declare(type.of, `${name}[${type.count}]`)
    case 'pointer':
      return declare(type.to, type.to.kind === 'array' ? `(*${name})` : `*${name}`)
  }
}

/** Whether any bytes are a valid value whose parts are all visible. */
export function isPlain(type: CType): boolean {
  switch (type.kind) {
    case 'int':
      return !type.bool
    case 'struct':
      return type.plain
    case 'array':
      return isPlain(type.of)
    case 'pointer':
      return false
  }
}

export function hasBool(type: CType): boolean {
  switch (type.kind) {
    case 'int':
      return type.bool === true
    case 'struct':
      return type.fields.some((f) => hasBool(f.type))
    case 'array':
      return hasBool(type.of)
    case 'pointer':
      return false
  }
}
