// Records of tracepoints as bytes, laid out by tracepoints.table.ts.
import { TRACEPOINTS } from './tracepoints.table.ts'

export interface TracepointField {
  readonly name: string
  readonly offset: number
  readonly sizeBytes: number
  readonly kind: 'number' | 'text' | 'loc'
}

export interface TracepointRow {
  /** "sched/sched_switch" */
  readonly name: string
  readonly fields: readonly TracepointField[]
}

export const tracepoints: readonly TracepointRow[] = TRACEPOINTS.trim()
  .split('\n')
  .map((line) => {
    const [name, fields] = line.split(': ')
    return {
      name,
      fields: fields.split(', ').map((field): TracepointField => {
        const [fieldName, offset, size, kind = 'number'] = field.split(' ')
        return { name: fieldName, offset: Number(offset), sizeBytes: Number(size), kind: kind as TracepointField['kind'] }
      }),
    }
  })

const byName = new Map(tracepoints.map((row) => [row.name, row]))
export const tracepointByName = (name: string): TracepointRow | undefined => byName.get(name)

const ASCII = 0x7f
const WORD = 8
/** common_pid */
const PID_AT = 4

/** The record's bytes. Numbers are cut to their fields, texts to their arrays; what has no value is 0. */
export function tracepointRecord(row: TracepointRow, pid: number, values: Readonly<Record<string, number | bigint | string>>): Uint8Array {
  const fixed = row.fields.reduce((end, f) => Math.max(end, f.offset + f.sizeBytes), WORD)
  const texts = row.fields.filter((f) => f.kind === 'loc').map((f) => bytesOf(String(values[f.name] ?? '')))
  const out = new Uint8Array(texts.reduce((end, t) => end + t.length + 1, fixed))
  const view = new DataView(out.buffer)
  view.setInt32(PID_AT, pid, true)
  let end = fixed
  for (const f of row.fields) {
    const value = values[f.name] ?? 0
    if (f.kind === 'loc') {
      const text = texts.shift()!
      out.set(text, end)
      view.setUint32(f.offset, ((text.length + 1) << 16) | end, true)
      end += text.length + 1
    } else if (f.kind === 'text') out.set(bytesOf(String(value)).subarray(0, f.sizeBytes - 1), f.offset)
    else {
      let rest = BigInt.asUintN(64, BigInt(value))
      for (let i = 0; i < Math.min(f.sizeBytes, WORD); i++, rest >>= 8n) out[f.offset + i] = Number(rest & 0xffn)
    }
  }
  return out
}

/** Names of processes and files; what is not ASCII is shown as a question mark. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => (c.charCodeAt(0) > ASCII ? 0x3f : c.charCodeAt(0)))
