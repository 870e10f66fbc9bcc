// Where the members of a struct or union lie (the System V rules that clang follows for target bpf), with bit-fields, packed and aligned.
// In: the members in order. Out: fields with bit offsets, size and alignment.
// A bit-field goes on where the last one ended unless it would cross a unit of its type's size; width 0 ends the unit.
import { alignOf, sizeOf } from './ctypes.ts'
import type { CType, Field } from './types.ts'

export interface Member {
  readonly field: Omit<Field, 'offBits' | 'widthBits'>
  readonly widthBits: number | undefined
  /** __attribute__((aligned(n))) on the member. */
  readonly align: number | undefined
  readonly packed: boolean
}

export interface LayoutOptions {
  readonly union: boolean
  readonly packed: boolean
  /** #pragma pack(n). */
  readonly pack: number | undefined
  /** __attribute__((aligned(n))) on the record. */
  readonly align: number | undefined
}

export interface Layout {
  readonly fields: readonly Field[]
  readonly size: number
  readonly align: number
}

export function layoutRecord(members: readonly Member[], options: LayoutOptions): Layout {
  const fields: Field[] = []
  let endBits = 0
  let align = 1
  /** Next free bit; a union starts over for each member. */
  let at = 0
  for (const m of members) {
    if (options.union) at = 0
    const natural = alignOf(m.field.type)
    const packed = options.packed || m.packed
    let memberAlign = packed ? 1 : natural
    if (options.pack !== undefined) memberAlign = Math.min(memberAlign, options.pack)
    if (m.align !== undefined) memberAlign = Math.max(memberAlign, m.align)
    if (m.widthBits === undefined) {
      at = roundUp(at, memberAlign * 8)
      fields.push(place(m.field, at, undefined))
      at += memberSize(m.field.type) * 8
      align = Math.max(align, memberAlign)
    } else {
      const unit = memberSize(m.field.type) * 8
      if (m.widthBits === 0) {
        at = roundUp(at, Math.max(unit, (m.align ?? 1) * 8))
      } else {
        if (m.align !== undefined) at = roundUp(at, m.align * 8)
        else if (!packed && (options.pack === undefined || options.pack >= natural)) {
          if (Math.floor(at / unit) !== Math.floor((at + m.widthBits - 1) / unit)) at = roundUp(at, unit)
        }
        const named = m.field.name !== undefined
        if (named) {
          fields.push(place(m.field, at, m.widthBits))
          align = Math.max(align, memberAlign)
        }
        at += m.widthBits
      }
    }
    endBits = Math.max(endBits, at)
  }
  if (options.align !== undefined) align = Math.max(align, options.align)
  return { fields, size: roundUp(Math.ceil(endBits / 8), align), align }
}

/** Written out, since a spread of a hundred thousand fields is felt. */
const place = (f: Member['field'], offBits: number, widthBits: number | undefined): Field => ({
  name: f.name,
  type: f.type,
  offBits,
  widthBits,
  at: f.at,
  declTags: f.declTags,
})

/** A flexible array member takes no room. */
const memberSize = (t: CType): number => sizeOf(t) ?? 0

const roundUp = (x: number, to: number): number => Math.ceil(x / to) * to
