// Which arguments of a tracepoint may be NULL; see the table.
import { RAW_TP_NULL_LINES } from './raw-tp-null.table.ts'

const MAY_BE_NULL = 1
const MAY_BE_ERROR = 2

const masks = new Map(
  RAW_TP_NULL_LINES.trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string]),
)

/** `arg` counts from 0, without the tracepoint's own data. */
export function rawTpArg(tracepoint: string, arg: number): { readonly mayBeNull: boolean; readonly mayBeError: boolean } {
  const mask = masks.get(tracepoint) ?? ''
  const digit = Number.parseInt(mask[mask.length - 1 - arg] ?? '0', 16)
  return { mayBeNull: (digit & MAY_BE_NULL) !== 0, mayBeError: (digit & MAY_BE_ERROR) !== 0 }
}
