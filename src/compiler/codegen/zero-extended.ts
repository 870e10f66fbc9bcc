// Which 32-bit (and narrower) values leave zeros in the upper part of their register, so that widening them costs nothing.
//
// Loads, 32-bit arithmetic and swaps do; arguments, results of calls and the lower half of a 64-bit value do not. Copies take all 64
// bits, so a phi does if all that it takes does; cycles are assumed to hold until refuted.
// Of a shift by a register and of a division Linux's verifier forgets all 64 bits: their zeros have to be made where it can see them.
import { type Func, type Instr, isInstr, type Value } from '../ir/index.ts'
import { visiblyZero } from '../opt/known-bits.ts'

const UPPER_HALF = 0xffffffffn

/** A question about values of this function; answers are kept. */
export function isZeroExtended(fn: Func): (v: Value) => boolean {
  // Everything starts as true; phis are refuted until nothing changes.
  const refuted = new Set<Instr>()
  const phis = fn.blocks.flatMap((b) => b.instrs.filter((i) => i.kind === 'phi'))
  const holds = (v: Value): boolean => {
    if (v.kind === 'const' || v.kind === 'undef') return true
    if (!isInstr(v)) return false
    switch (v.kind) {
      case 'phi':
        return !refuted.has(v)
      case 'bin':
        return !isOpaque(v)
      case 'load':
      case 'bswap':
      case 'atomicrmw':
      case 'cmpxchg':
      case 'core':
        return true
      case 'cast':
        return v.op === 'trunc' && v.type === 'i32' && visiblyZero(v.args[0]) >> 32n === UPPER_HALF
      default:
        return false
    }
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const phi of phis) {
      if (refuted.has(phi) || phi.args.every(holds)) continue
      refuted.add(phi)
      changed = true
    }
  }
  return holds
}

type Bin = Extract<Instr, { kind: 'bin' }>

const isOpaque = ({ op, args }: Bin): boolean => {
  if (op === 'udiv' || op === 'urem' || op === 'sdiv' || op === 'srem') return true
  return (op === 'shl' || op === 'lshr' || op === 'ashr') && args[1].kind !== 'const'
}
