// Which of the verifier's visits to an instruction the machine is in: the first whose every number contains the register's value. A visit
// that contains none is never shown as what was believed about this run.
import { s64, u64 } from '../base/index.ts'
import type { StateView, ValueView } from '../verifier/index.ts'

export function matchingState(states: readonly StateView[], lo: Int32Array, hi: Int32Array): StateView | undefined {
  return states.find((state) => state.regs.every((reg, r) => contains(reg, hi[r], lo[r])))
}

/** What was believed of the eight bytes at an offset of the frame; '' where nothing was known. */
export function stackBelief(state: StateView | undefined, offset: number): string {
  return state?.stack.find((slot) => slot.offset === offset)?.text ?? ''
}

function contains(v: ValueView, hi: number, lo: number): boolean {
  if (v.kind === 'none') return true
  const u = u64(hi, lo)
  // A pointer that may be NULL is NULL or some address; which one is not the verifier's business.
  if (v.kind !== 'scalar') return v.kind.endsWith('_or_null') || u !== 0n
  const s = s64(hi, lo)
  const low = lo >>> 0
  const known = (u & ~v.varOff.mask & 0xffffffffffffffffn) === v.varOff.value
  return (
    known &&
    s >= v.smin &&
    s <= v.smax &&
    u >= v.umin &&
    u <= v.umax &&
    (lo | 0) >= v.s32min &&
    (lo | 0) <= v.s32max &&
    low >= v.u32min &&
    low <= v.u32max
  )
}
