// Reading and writing the stack by instructions: spills and fills of registers, bytes that are zero or of unknown content, offsets that
// vary. A slot keeps the register that was spilled into it and a kind for each of its eight bytes.
// Linux: check_stack_access_within_bounds(), check_stack_{read,write}_{fixed,var}_off(), save_register_state(), mark_reg_stack_read(),
// check_fastcall_stack_contract(), grow_stack_state().
import { BPF_MEM, BPF_ST, bpfClass, bpfMode } from '../../isa/index.ts'
import { isRegNull, markRegConst, markRegKnownZero, markRegNotInit, markRegUnknown, regWidth } from '../domain/bounds.ts'
import {
  ADD_CONST,
  ALLOCATED_SLOTS,
  baseType,
  CONST_PTR_TO_DYNPTR,
  copyReg,
  FRAME_NO,
  FRAME_SUBPROG,
  FRAMENO,
  growStack,
  ID,
  NOT_INIT,
  PRECISE,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  SCALAR_VALUE,
  STACK_DYNPTR,
  STACK_INVALID,
  STACK_IRQ_FLAG,
  STACK_ITER,
  STACK_MISC,
  STACK_SPILL,
  STACK_ZERO,
  SUBREG_DEF,
  setSlotType,
  slotAt,
  slotType,
  TYPE,
  VALUE_HI,
} from '../domain/layout.ts'
import { clearScalarId } from '../domain/linked.ts'
import { isSpilled, slotBitHi, slotBitLo } from '../domain/slots.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { curReg, type Env, FASTCALL_PATTERN, MAX_BPF_STACK, MAX_VAR_OFF, NOSPEC_RESULT, scratchSlot } from '../env.ts'
import { EACCES, EFAULT, EINVAL } from '../errno.ts'
import { pushJmpHistory, stackAccess } from '../history.ts'
import { markStackRead, markStackWrite } from '../liveness/stack.ts'
import { tnumText } from '../log/numbers.ts'
import { markChainPrecision } from '../precision.ts'
import { smaxOf, sminOf, varOffOf } from '../values.ts'
import { lineInfo, verbose } from '../verbose.ts'
import { destroyDynptr } from './dynptr-slots.ts'

const REG_BYTES = 8
const S16_MIN = -0x8000

export { isSpilled }

/** Frame whose stack a register points into. */
export const stackFrame = (env: Env, r: number): number => env.cur.at[env.words[r + FRAMENO]!]!

export const isSpilledScalar = (s: Int32Array, slot: number): boolean => isSpilled(s, slot) && s[slot + TYPE] === SCALAR_VALUE

/** Something other than plain bytes lies in the slot. Linux: is_stack_slot_special(). */
function isSlotSpecial(s: Int32Array, slot: number): boolean {
  const type = slotType(s, slot, REG_BYTES - 1)
  return type === STACK_SPILL || type === STACK_DYNPTR || type === STACK_ITER || type === STACK_IRQ_FLAG
}

/** What was written stays written, but nobody knows any longer what it is. Linux: scrub_spilled_slot(). */
export function scrubSlot(s: Int32Array, slot: number): void {
  for (let i = 0; i < REG_BYTES; i++) if (slotType(s, slot, i) !== STACK_INVALID) setSlotType(s, slot, i, STACK_MISC)
}

/** Pointers that may be spilled. Linux: is_spillable_regtype(). */
const isSpillable = (type: number): boolean => {
  const base = baseType(type)
  return base !== NOT_INIT && base !== SCALAR_VALUE && base !== PTR_TO_TP_BUFFER && base !== CONST_PTR_TO_DYNPTR
}

/** Gives a number an id that copies share, so that what is learnt of one is learnt of all. Linux: assign_scalar_id_before_mov(). */
export function assignScalarId(env: Env, r: number): void {
  const s = env.words
  if (s[r + TYPE] !== SCALAR_VALUE) return
  if (s[r + ID]! & ADD_CONST) clearScalarId(s, r)
  if (s[r + ID] === 0 && !tnumIsConst(s, r + VALUE_HI)) s[r + ID] = ++env.idGen
}

/** Makes room on the stack of a frame and notes how deep its function goes. */
export function ensureStack(env: Env, frame: number, bytes: number): void {
  const s = env.words
  const slots = Math.ceil(bytes / REG_BYTES)
  if (slots <= s[frame + ALLOCATED_SLOTS]!) return
  growStack(s, frame, slots)
  const subprog = env.subprogs[s[frame + FRAME_SUBPROG]!]!
  if (subprog.stackDepth < slots * REG_BYTES) subprog.stackDepth = slots * REG_BYTES
}

/** `off` includes the fixed offset. Root may read what was never written. */
export function checkStackWithinBounds(env: Env, regno: number, off: number, size: number, write: boolean): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const doing = write ? 'write to' : 'read from'
  const fixed = tnumIsConst(s, r + VALUE_HI)
  let min: number
  let max: number
  if (fixed) {
    min = varOffOf(s, r) + off
    max = min + size
  } else {
    const smin = sminOf(s, r)
    const smax = smaxOf(s, r)
    if (smax >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) {
      verbose(log, `invalid unbounded variable-offset ${doing} stack R${regno}\n`)
      return -EACCES
    }
    min = smin + off
    max = smax + off + size
  }
  const deepest = write || env.perfmon ? MAX_BPF_STACK : REG_BYTES * s[stackFrame(env, r) + ALLOCATED_SLOTS]!
  const err = min < -deepest || min > -1 ? -EACCES : max > 0 ? -EINVAL : size < 0 ? -EFAULT : 0
  if (err) {
    if (fixed) verbose(log, `invalid ${doing} stack R${regno} off=${off} size=${size}\n`)
    else verbose(log, `invalid variable-offset ${doing} stack R${regno} var_off=${tnumText(s, r + VALUE_HI)} off=${off} size=${size}\n`)
    return err
  }
  ensureStack(env, stackFrame(env, r), -min)
  return 0
}

/** Spills and fills of fastcall patterns could be removed as long as nothing else uses their slots. */
function checkFastcallContract(env: Env, frame: number, off: number): void {
  const subprog = env.subprogs[env.words[frame + FRAME_SUBPROG]!]!
  const { flags, fastcallSpills } = env.aux
  if (subprog.fastcallStackOff <= off || flags[env.insnIdx]! & FASTCALL_PATTERN) return
  subprog.fastcallStackOff = S16_MIN
  for (let i = subprog.start; i < subprog.end; i++) {
    fastcallSpills[i] = 0
    flags[i]! &= ~FASTCALL_PATTERN
  }
}

/** Linux: save_register_state(). */
function saveRegister(env: Env, slot: number, t: Int32Array, r: number, size: number): void {
  const s = env.words
  copyReg(s, slot, t, r)
  let i = REG_BYTES
  for (; i > REG_BYTES - size; i--) setSlotType(s, slot, i - 1, STACK_SPILL)
  // What lies before a narrow spill is no longer what it was, unless it was zero or never written.
  for (; i > 0; i--) {
    const type = slotType(s, slot, i - 1)
    if (type !== STACK_ZERO && type !== STACK_INVALID) setSlotType(s, slot, i - 1, STACK_MISC)
  }
}

// ---- writes ----

/** Stores to [fp + off]. `valueRegno` -1: not from a register. */
export function checkStackWrite(env: Env, regno: number, off: number, size: number, valueRegno: number): number {
  const r = curReg(env, regno)
  const frame = stackFrame(env, r)
  if (tnumIsConst(env.words, r + VALUE_HI)) return writeFixed(env, frame, off + varOffOf(env.words, r), size, valueRegno)
  return writeVariable(env, frame, r, off, size, valueRegno)
}

const isStMem = (opcode: number): boolean => bpfClass(opcode) === BPF_ST && bpfMode(opcode) === BPF_MEM

function writeFixed(env: Env, frame: number, off: number, size: number, valueRegno: number): number {
  const { words: s, log, insns } = env
  const first = -off - 1
  const spi = first >> 3
  const slot = slotAt(frame, spi)
  const opcode = insns.opcode[env.insnIdx]!
  const reg = valueRegno >= 0 ? curReg(env, valueRegno) : -1
  const aligned = off % REG_BYTES === 0
  if (aligned && size === REG_BYTES) markStackWrite(env.live, s[frame + FRAME_NO]!, slotBitLo(spi), slotBitHi(spi))
  if (!env.perfmon && isSpilled(s, slot) && s[slot + TYPE] !== SCALAR_VALUE && size !== REG_BYTES) {
    verbose(log, 'attempt to corrupt spilled pointer on stack\n')
    return -EACCES
  }
  if (!env.perfmon && needsBarrier(s, slot, first, size, reg)) env.aux.flags[env.insnIdx]! |= NOSPEC_RESULT
  const lost = destroyDynptr(env, frame, spi)
  if (lost) return lost
  checkFastcallContract(env, frame, off)
  scratchSlot(env, spi)
  let spill = true
  if (reg >= 0 && aligned && s[reg + TYPE] === SCALAR_VALUE && env.bpfCapable) {
    const fits = regWidth(s, reg) <= 8 * size
    if (fits) assignScalarId(env, reg)
    saveRegister(env, slot, s, reg, size)
    if (!fits) clearScalarId(s, slot)
  } else if (reg < 0 && aligned && isStMem(opcode) && env.bpfCapable) {
    const imm = insns.imm[env.insnIdx]!
    markRegConst(env.scratch, 0, imm, false)
    saveRegister(env, slot, env.scratch, 0, size)
  } else if (reg >= 0 && isSpillable(s[reg + TYPE]!)) {
    if (size !== REG_BYTES) {
      lineInfo(log, env.insnIdx, true)
      verbose(log, 'invalid size of register spill\n')
      return -EACCES
    }
    if (frame !== env.cur.at[env.cur.curframe] && s[reg + TYPE] === PTR_TO_STACK) {
      verbose(log, 'cannot spill pointers to stack into stack frame of the caller\n')
      return -EINVAL
    }
    saveRegister(env, slot, s, reg, size)
  } else {
    spill = false
    let type = STACK_MISC
    s[slot + TYPE] = NOT_INIT
    if (isSlotSpecial(s, slot)) scrubSlot(s, slot)
    const zero = reg >= 0 ? isRegNull(s, reg) : isStMem(opcode) && insns.imm[env.insnIdx] === 0
    if (zero) {
      if (valueRegno >= 0) {
        const err = markChainPrecision(env, valueRegno)
        if (err) return err
      }
      type = STACK_ZERO
    }
    for (let i = 0; i < size; i++) setSlotType(s, slot, (first - i) & 7, type)
  }
  if (spill) pushJmpHistory(env, stackAccess(s[frame + FRAME_NO]!, spi), null)
  return 0
}

/** Whether a load behind the store might, mispredicted, still see the pointer or the number that was there. */
function needsBarrier(s: Int32Array, slot: number, first: number, size: number, reg: number): boolean {
  if (reg >= 0 && isSpillable(s[reg + TYPE]!)) return true
  for (let i = 0; i < size; i++) {
    const type = slotType(s, slot, (first - i) & 7)
    if (type !== STACK_MISC && type !== STACK_ZERO) return true
  }
  return false
}

function writeVariable(env: Env, frame: number, r: number, off: number, size: number, valueRegno: number): number {
  const { words: s, insns } = env
  const min = sminOf(s, r) + off
  const max = smaxOf(s, r) + off + size
  const zero = valueRegno >= 0 ? isRegNull(s, curReg(env, valueRegno)) : isStMem(insns.opcode[env.insnIdx]!) && insns.imm[env.insnIdx] === 0
  let zeroUsed = false
  for (let i = min; i < max; i++) {
    const lost = destroyDynptr(env, frame, (-i - 1) >> 3)
    if (lost) return lost
  }
  checkFastcallContract(env, frame, min)
  for (let i = min; i < max; i++) {
    const byte = -i - 1
    const spi = byte >> 3
    const slot = slotAt(frame, spi)
    const type = slotType(s, slot, byte & 7)
    scratchSlot(env, spi)
    if (!env.perfmon && type !== STACK_MISC && type !== STACK_ZERO) {
      verbose(env.log, `spilled ptr in range of var-offset stack write; insn ${env.insnIdx}, ptr off: ${i}`)
      return -EINVAL
    }
    if (zero && type === STACK_SPILL && isSpilledScalar(s, slot) && isRegNull(s, slot)) {
      zeroUsed = true
      continue
    }
    if (isSlotSpecial(s, slot)) scrubSlot(s, slot)
    s[slot + TYPE] = NOT_INIT
    let next = STACK_MISC
    if (zero && type === STACK_ZERO) {
      next = STACK_ZERO
      zeroUsed = true
    }
    setSlotType(s, slot, byte & 7, next)
  }
  return zeroUsed && valueRegno >= 0 ? markChainPrecision(env, valueRegno) : 0
}

// ---- reads ----

/** Loads from [fp + off]. `dstRegno` -1: the value goes to no register. */
export function checkStackRead(env: Env, regno: number, off: number, size: number, dstRegno: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  const frame = stackFrame(env, r)
  if (tnumIsConst(s, r + VALUE_HI)) return readFixed(env, frame, off + varOffOf(s, r), size, dstRegno)
  if (dstRegno < 0) {
    const varOff = tnumText(s, r + VALUE_HI)
    verbose(log, `variable offset stack pointer cannot be passed into helper function; var_off=${varOff} off=${off} size=${size}\n`)
    return -EACCES
  }
  return readVariable(env, frame, regno, off, size, dstRegno)
}

/** A constant 0. Linux: __mark_reg_const_zero(). */
function markConstZero(s: Int32Array, r: number): void {
  markRegKnownZero(s, r)
  s[r + TYPE] = SCALAR_VALUE
  s[r + PRECISE] = 0
}

function readFixed(env: Env, frame: number, off: number, size: number, dstRegno: number): number {
  const { words: s, log } = env
  const first = -off - 1
  const spi = first >> 3
  const slot = slotAt(frame, spi)
  const frameno = s[frame + FRAME_NO]!
  scratchSlot(env, spi)
  checkFastcallContract(env, env.cur.at[env.cur.curframe]!, off)
  markStackRead(env.live, env.cur, frameno, env.insnIdx, slotBitLo(spi), slotBitHi(spi))
  if (!isSpilled(s, slot)) {
    const err = checkPlainBytes(env, slot, first, off, size)
    if (err) return err
    if (dstRegno >= 0) markRegStackRead(env, frame, off, off + size, dstRegno)
    return 0
  }
  let spillSize = 1
  for (let i = REG_BYTES - 1; i > 0 && slotType(s, slot, i - 1) === STACK_SPILL; i--) spillSize++
  const dst = dstRegno >= 0 ? curReg(env, dstRegno) : -1
  if (size === REG_BYTES && spillSize === REG_BYTES) {
    if (dst >= 0) copyReg(s, dst, s, slot)
    else if (!env.perfmon && s[slot + TYPE] !== SCALAR_VALUE) {
      verbose(log, `leaking pointer from stack off ${off}\n`)
      return -EACCES
    }
  } else {
    if (s[slot + TYPE] !== SCALAR_VALUE) {
      lineInfo(log, env.insnIdx, true)
      verbose(log, 'invalid size of register fill\n')
      return -EACCES
    }
    if (dst < 0) return 0
    // A fill may be narrower than the spill where it starts at the same byte (little-endian).
    if (size <= spillSize && (off & 7) === 0) {
      const subregDef = s[dst + SUBREG_DEF]!
      copyReg(s, dst, s, slot)
      s[dst + SUBREG_DEF] = subregDef
      if (regWidth(s, slot) > 8 * size) clearScalarId(s, dst)
    } else {
      let spills = 0
      let zeros = 0
      for (let i = 0; i < size; i++) {
        const type = slotType(s, slot, (first - i) & 7)
        if (type === STACK_SPILL) spills++
        else if (type === STACK_ZERO) zeros++
        else if (type !== STACK_MISC && !(type === STACK_INVALID && env.perfmon)) {
          verbose(log, `invalid read from stack off ${off}+${i} size ${size}\n`)
          return -EACCES
        }
      }
      if (spills === size && isRegNull(s, slot)) markConstZero(s, dst)
      else {
        if (zeros === size) markConstZero(s, dst)
        else markRegUnknown(s, dst)
        return 0
      }
    }
  }
  pushJmpHistory(env, stackAccess(frameno, spi), null)
  return 0
}

function checkPlainBytes(env: Env, slot: number, first: number, off: number, size: number): number {
  for (let i = 0; i < size; i++) {
    const type = slotType(env.words, slot, (first - i) & 7)
    if (type === STACK_MISC || type === STACK_ZERO || (type === STACK_INVALID && env.perfmon)) continue
    verbose(env.log, `invalid read from stack off ${off}+${i} size ${size}\n`)
    return -EACCES
  }
  return 0
}

/** A read of plain bytes: zero if all of them are, else anything. */
function markRegStackRead(env: Env, frame: number, min: number, max: number, dstRegno: number): void {
  const s = env.words
  let zeros = 0
  for (let i = min; i < max; i++) {
    const byte = -i - 1
    scratchSlot(env, byte >> 3)
    if (slotType(s, slotAt(frame, byte >> 3), byte & 7) !== STACK_ZERO) break
    zeros++
  }
  const dst = curReg(env, dstRegno)
  if (zeros === max - min) markConstZero(s, dst)
  else markRegUnknown(s, dst)
}

function readVariable(env: Env, frame: number, regno: number, off: number, size: number, dstRegno: number): number {
  const s = env.words
  const r = curReg(env, regno)
  const min = sminOf(s, r) + off
  const max = smaxOf(s, r) + off
  const err = readStackRange(env, regno, frame, min, max + size, false, size)
  if (err) return err
  markRegStackRead(env, frame, min, max + size, dstRegno)
  checkFastcallContract(env, frame, min)
  return 0
}

/**
 * Bytes min .. end-1 are read, or if `clobber` may be written too, by something that follows no single slot.
 * Linux: the loop of check_stack_range_initialized().
 */
export function readStackRange(env: Env, regno: number, frame: number, min: number, end: number, clobber: boolean, size: number): number {
  const { words: s, log } = env
  const r = curReg(env, regno)
  // The masks against misprediction are not made for it.
  if (!env.perfmon && !tnumIsConst(s, r + VALUE_HI)) {
    verbose(log, `R${regno} variable offset stack access prohibited for !root, var_off=${tnumText(s, r + VALUE_HI)}\n`)
    return -EACCES
  }
  for (let i = min; i < end; i++) {
    const byte = -i - 1
    const spi = byte >> 3
    const slot = slotAt(frame, spi)
    const type = slotType(s, slot, byte & 7)
    if (type === STACK_ZERO || (type === STACK_INVALID && env.perfmon)) {
      if (clobber) setSlotType(s, slot, byte & 7, STACK_MISC)
    } else if (type !== STACK_MISC) {
      if (!isSpilled(s, slot) || !(env.perfmon || s[slot + TYPE] === SCALAR_VALUE)) {
        if (tnumIsConst(s, r + VALUE_HI)) verbose(log, `invalid read from stack R${regno} off ${min}+${i - min} size ${size}\n`)
        else verbose(log, `invalid read from stack R${regno} var_off ${tnumText(s, r + VALUE_HI)}+${i - min} size ${size}\n`)
        return -EACCES
      }
      if (clobber) {
        markRegUnknown(s, slot)
        scrubSlot(s, slot)
      }
    }
    markStackRead(env.live, env.cur, s[frame + FRAME_NO]!, env.insnIdx, slotBitLo(spi), slotBitHi(spi))
  }
  return 0
}

/** Forgets a slot. */
export function clearSlot(s: Int32Array, slot: number): void {
  markRegNotInit(s, slot)
  for (let i = 0; i < REG_BYTES; i++) setSlotType(s, slot, i, STACK_INVALID)
}
