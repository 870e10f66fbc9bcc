// Linked scalars: registers and spilled registers with one id hold the same number, or (ADD_CONST) that number plus a constant in OFF.
// When a jump narrows one, the others follow. At most six are remembered per jump, as the kernel packs them into 64 bits for backtracking;
// what is beyond loses its id. An entry is frame | slot or register << 3 | isRegister << 9.
// Linux 6.18: collect_linked_regs(), sync_linked_regs(), linked_regs_push().

import { BPF_ADD, BPF_SUB } from '../../isa/index.ts'
import { scalarAdd } from './alu.ts'
import { boundsSync, isRegConst, markRegKnown } from './bounds.ts'
import { zext32To64 } from './coerce.ts'
import {
  ADD_CONST,
  ADD_CONST32,
  ADD_CONST64,
  ALLOCATED_SLOTS,
  copyReg,
  ID,
  OFF,
  REG_WORDS,
  regAt,
  SCALAR_VALUE,
  STACK_SPILL,
  SUBREG_DEF,
  slotAt,
  slotType,
  TYPE,
  VALUE_HI,
  VALUE_LO,
} from './layout.ts'
import { SIGN } from './wide.ts'

export const LINKED_REGS_MAX = 6
export const linkedFrame = (entry: number): number => entry & 7
export const linkedIsReg = (entry: number): boolean => (entry & 0x200) !== 0
/** Register number, or slot number (0 = fp-8). */
export const linkedIndex = (entry: number): number => (entry >> 3) & 63

/** Offset in a state of what an entry names; `frames` are the offsets of the state's frames. */
export const linkedAt = (frames: ArrayLike<number>, entry: number): number => {
  const frame = frames[linkedFrame(entry)]!
  return linkedIsReg(entry) ? regAt(frame, linkedIndex(entry)) : slotAt(frame, linkedIndex(entry))
}

/**
 * Adds to `out` what carries the id (with or without ADD_CONST), innermost frame first. Of registers only those count that may be read again:
 * `live` are the sets of live registers by instruction, `insnOf` tells where a frame stands.
 */
export function collectLinkedRegs(
  s: Int32Array,
  frames: ArrayLike<number>,
  curframe: number,
  live: ArrayLike<number>,
  insnOf: (frame: number) => number,
  id: number,
  out: number[],
): void {
  const wanted = id & ~ADD_CONST
  const visit = (r: number, entry: number): void => {
    if (s[r + TYPE] !== SCALAR_VALUE || (s[r + ID]! & ~ADD_CONST) !== wanted) return
    if (out.length < LINKED_REGS_MAX) out.push(entry)
    else clearScalarId(s, r)
  }
  for (let i = curframe; i >= 0; i--) {
    const frame = frames[i]!
    const alive = live[insnOf(i)]!
    for (let j = 0; j < 10; j++) if (alive & (1 << j)) visit(regAt(frame, j), i | (j << 3) | 0x200)
    const slots = s[frame + ALLOCATED_SLOTS]!
    for (let j = 0; j < slots; j++) {
      const slot = slotAt(frame, j)
      if (slotType(s, slot, 7) === STACK_SPILL) visit(slot, i | (j << 3))
    }
  }
}

/** Links a number to no other one. Linux: clear_scalar_id(). */
export function clearScalarId(s: Int32Array, r: number): void {
  s[r + ID] = 0
  s[r + OFF] = 0
}

/**
 * After dst op= src on numbers: adding or subtracting a constant once keeps the link to the copies of the number, all else ends it.
 * `dstWas32` tells whether dst had no more than 32 bits before; `sameReg` that src is dst. Linux: the end of adjust_reg_min_max_vals().
 */
export function linkAfterAlu(
  s: Int32Array,
  dst: number,
  t: Int32Array,
  src: number,
  op: number,
  alu32: boolean,
  dstWas32: boolean,
  sameReg: boolean,
): void {
  const id = s[dst + ID]!
  if (id === 0) return
  clearScalarId(s, dst)
  if ((op !== BPF_ADD && op !== BPF_SUB) || sameReg || !isRegConst(t, src, alu32)) return
  const lo = t[src + VALUE_LO]!
  if (alu32 ? !dstWas32 : t[src + VALUE_HI] !== lo >> 31) return
  if ((id & ADD_CONST) !== 0 || (op === BPF_SUB && lo === SIGN)) return
  s[dst + ID] = id | (alu32 ? ADD_CONST32 : ADD_CONST64)
  s[dst + OFF] = op === BPF_SUB ? -lo : lo
}

const delta = new Int32Array(REG_WORDS)

/** Gives what `linked` names, as far as it still has the id of `known`, the bounds of `known`, moved by the difference of the offsets. */
export function syncLinkedRegs(s: Int32Array, frames: ArrayLike<number>, known: number, linked: readonly number[]): void {
  const knownId = s[known + ID]!
  const knownOff = s[known + OFF]!
  for (const entry of linked) {
    const r = linkedAt(frames, entry)
    const id = s[r + ID]!
    if (r === known || s[r + TYPE] !== SCALAR_VALUE || (id & ~ADD_CONST) !== (knownId & ~ADD_CONST)) continue
    // Sums of different width have no distance.
    if (((id ^ knownId) & ADD_CONST) === ADD_CONST) continue
    const off = s[r + OFF]!
    const subregDef = s[r + SUBREG_DEF]!
    copyReg(s, r, s, known)
    s[r + SUBREG_DEF] = subregDef
    if (((id | knownId) & ADD_CONST) === 0 || off === knownOff) continue
    s[r + OFF] = off
    s[r + ID] = id
    const distance = off - knownOff
    markRegKnown(delta, 0, Math.floor(distance / 0x100000000), distance | 0)
    scalarAdd(s, r, delta, 0)
    if ((id | knownId) & ADD_CONST32) zext32To64(s, r)
    boundsSync(s, r)
  }
}
