// Which bytes are read to get at a bit-field: the widest aligned unit within the run of bit-fields around it (clang's access units).
//
//   struct tcphdr: |res1:4|doff:4|fin:1 ... cwr:1|window   one run of 16 bits, one unit of 2 bytes
//
// In: the record and the field. Out: offset and size of the unit, which holds the field whole and touches no other member.
import type { Field, RecordType } from '../sema/index.ts'

export interface BitUnit {
  readonly offset: number
  /** Of the integer that holds the unit; of nine bytes it holds eight. */
  readonly size: 1 | 2 | 4 | 8
  /** The unit is no power of two and is read byte by byte; undefined where one access will do. */
  readonly bytes: number | undefined
}

export function bitFieldUnit(record: RecordType, field: Field): BitUnit {
  const first = Math.floor(field.offBits / 8)
  const last = Math.floor((field.offBits + (field.widthBits ?? 1) - 1) / 8)
  const { start, end } = runAround(record, field)
  // The whole run, if it makes one unit; else the smallest aligned unit that holds the field.
  for (const size of [1, 2, 4, 8] as const) {
    if (start % size === 0 && start + size >= end && start + size <= limit(record, start) && size <= record.align)
      return { offset: start, size, bytes: undefined }
  }
  for (const size of [1, 2, 4, 8] as const) {
    const offset = Math.floor(first / size) * size
    if (last < offset + size && (size <= record.align || size === 1) && offset >= start && offset + size <= limit(record, start))
      return { offset, size, bytes: undefined }
  }
  return { offset: first, ...bytewise(field.offBits - first * 8, field.widthBits ?? 1) }
}

/** The unit of a packed field across bytes, from its first byte on. */
export function bytewise(shift: number, width: number): Omit<BitUnit, 'offset'> {
  const bytes = Math.ceil((shift + width) / 8)
  return { size: ([1, 2, 4, 8] as const).find((s) => s >= bytes) ?? 8, bytes }
}

/** The neighbouring bit-fields without a gap of a byte between them: first byte and the byte behind the last. */
function runAround(record: RecordType, field: Field): { readonly start: number; readonly end: number } {
  let start = Math.floor(field.offBits / 8)
  let end = Math.ceil((field.offBits + (field.widthBits ?? 0)) / 8)
  if (record.tag === 'union') return { start, end }
  const at = record.fields.indexOf(field)
  for (let i = at - 1; i >= 0; i--) {
    const f = record.fields[i]
    if (f.widthBits === undefined || Math.ceil((f.offBits + f.widthBits) / 8) < start) break
    start = Math.floor(f.offBits / 8)
  }
  for (let i = at + 1; i < record.fields.length; i++) {
    const f = record.fields[i]
    if (f.widthBits === undefined || Math.floor(f.offBits / 8) > end) break
    end = Math.ceil((f.offBits + f.widthBits) / 8)
  }
  return { start, end }
}

/** First byte behind `start` that belongs to a member that is no bit-field; the record's end where there is none. */
function limit(record: RecordType, start: number): number {
  if (record.tag === 'union') return record.size
  for (const f of record.fields) if (f.widthBits === undefined && f.offBits / 8 >= start && f.offBits / 8 > start) return f.offBits / 8
  return record.size
}
