// Pointer plus or minus number. A known number goes into the fixed offset, another one into the variable offset, whose bounds are tracked
// like a number's. All else that can be done to a pointer is refused.
// Linux: adjust_ptr_min_max_vals(), check_reg_sane_offset().
import { BPF_ADD, BPF_ALU64, BPF_AND, BPF_OR, BPF_SUB, BPF_XOR, bpfClass, bpfOp } from '../../isa/index.ts'
import { isPktPointer } from '../check/packet.ts'
import { boundsSync, markReg32Unbounded, markRegUnknown } from '../domain/bounds.ts'
import {
  baseType,
  CONST_PTR_TO_DYNPTR,
  CONST_PTR_TO_MAP,
  ID,
  MASK_LO,
  mayBeNull,
  OFF,
  PTR_TO_BTF_ID,
  PTR_TO_BUF,
  PTR_TO_CTX,
  PTR_TO_FLOW_KEYS,
  PTR_TO_FUNC,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_META,
  PTR_TO_STACK,
  PTR_TO_TP_BUFFER,
  PTR_UNTRUSTED,
  REG_WORDS,
  SMAX_HI,
  SMAX_LO,
  SMIN_HI,
  SMIN_LO,
  TYPE,
  UMAX_HI,
  UMAX_LO,
  UMIN_HI,
  UMIN_LO,
  VALUE_HI,
  WORD_A,
  WORD_D,
} from '../domain/layout.ts'
import { tnumAdd, tnumIsConst, tnumSub } from '../domain/tnum.ts'
import { add64, set64, sub64, ult } from '../domain/wide.ts'
import { curReg, type Env, MAX_VAR_OFF } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { regTypeName } from '../log/reg-text.ts'
import { fitsS32, isS64Min, sminOf, varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { checkMasked, type Mask, maskOffset } from './speculation.ts'

const OP_TEXT = ['+=', '-=', '*=', '/=', '|=', '&=', '<<=', '>>=', 'neg', '%=', '^=', '=', 's>>=', 'endian']
/** Linux: bpf_alu_string[]. */
export const aluOpText = (op: number): string => OP_TEXT[op >> 4] ?? '(null)'

/** The operands as they were, since the result is written over one of them. */
const pointer = new Int32Array(REG_WORDS)
const offset = new Int32Array(REG_WORDS)

/** The instruction's dst = register p of `ps` op number o of `os`; one of them is dst. */
export function pointerAlu(env: Env, ps: Int32Array, p: number, os: Int32Array, o: number): number {
  const { insns, insnIdx, words: s, log } = env
  const opcode = insns.opcode[insnIdx]!
  const op = bpfOp(opcode)
  const regno = insns.dst[insnIdx]!
  const dst = curReg(env, regno)
  const type = ps[p + TYPE]!
  const known = tnumIsConst(os, o + VALUE_HI)
  if (contradicts(os, o, known)) {
    markRegUnknown(s, dst)
    return 0
  }
  if (bpfClass(opcode) !== BPF_ALU64) {
    if (op === BPF_SUB && env.perfmon) {
      markRegUnknown(s, dst)
      return 0
    }
    verbose(log, `R${regno} 32-bit pointer arithmetic prohibited\n`)
    return -EACCES
  }
  if (mayBeNull(type)) {
    verbose(log, `R${regno} pointer arithmetic on ${regTypeName(type)} prohibited, null-check it first\n`)
    return -EACCES
  }
  if (baseType(type) === PTR_TO_MEM && type & PTR_UNTRUSTED) return 0
  const delta = sminOf(os, o)
  if (!mayMove(type, known, known && delta === 0 && op === BPF_ADD)) {
    verbose(log, `R${regno} pointer arithmetic on ${regTypeName(type)} prohibited\n`)
    return -EACCES
  }
  const scalarIsDst = os === s && o === dst
  pointer.set(ps.subarray(p, p + REG_WORDS))
  offset.set(os.subarray(o, o + REG_WORDS))
  // Where the number is dst it becomes the pointer now; its bounds are still those of the number when they are judged.
  s[dst + TYPE] = type
  s[dst + ID] = pointer[ID]!
  if (!isSane(env, offset, 0, type) || !isSane(env, pointer, 0, type)) return -EINVAL
  markReg32Unbounded(s, dst)
  let mask: Mask | undefined
  if (!env.perfmon && (op === BPF_ADD || op === BPF_SUB)) {
    const masked = maskOffset(env, pointer, offset, op, !scalarIsDst, dst)
    if (typeof masked === 'number') return masked
    mask = masked
  }
  switch (op) {
    case BPF_ADD:
      if (known && fitsS32(pointer[OFF]! + delta)) moveFixed(s, dst, pointer[OFF]! + delta)
      else addVariable(env, dst, type)
      break
    case BPF_SUB:
      if (scalarIsDst) {
        verbose(log, `R${regno} tried to subtract pointer from scalar\n`)
        return -EACCES
      }
      if (type === PTR_TO_STACK) {
        verbose(log, `R${regno} subtraction from stack pointer prohibited\n`)
        return -EACCES
      }
      if (known && fitsS32(pointer[OFF]! - delta)) moveFixed(s, dst, pointer[OFF]! - delta)
      else subVariable(env, dst, type, delta < 0)
      break
    case BPF_AND:
    case BPF_OR:
    case BPF_XOR:
      verbose(log, `R${regno} bitwise operator ${aluOpText(op)} on pointer prohibited\n`)
      return -EACCES
    default:
      verbose(log, `R${regno} pointer arithmetic with ${aluOpText(op)} operator prohibited\n`)
      return -EACCES
  }
  if (!isSane(env, s, dst, type)) return -EINVAL
  boundsSync(s, dst)
  return env.perfmon ? 0 : checkMasked(env, dst, mask, scalarIsDst)
}

/** Bounds that exclude every number: a branch that no run takes. */
function contradicts(t: Int32Array, r: number, known: boolean): boolean {
  const s = sltWords(t, r + SMAX_HI, r + SMIN_HI)
  const u = ult(t[r + UMAX_HI]!, t[r + UMAX_LO]!, t[r + UMIN_HI]!, t[r + UMIN_LO]!)
  if (s || u) return true
  return (
    known &&
    (t[r + SMIN_HI] !== t[r + SMAX_HI] ||
      t[r + SMIN_LO] !== t[r + SMAX_LO] ||
      t[r + UMIN_HI] !== t[r + UMAX_HI] ||
      t[r + UMIN_LO] !== t[r + UMAX_LO])
  )
}
const sltWords = (t: Int32Array, a: number, b: number): boolean => (t[a] === t[b] ? t[a + 1]! >>> 0 < t[b + 1]! >>> 0 : t[a]! < t[b]!)

function mayMove(type: number, known: boolean, addsZero: boolean): boolean {
  switch (baseType(type)) {
    case PTR_TO_CTX:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MAP_KEY:
    case PTR_TO_STACK:
    case PTR_TO_PACKET_META:
    case PTR_TO_PACKET:
    case PTR_TO_TP_BUFFER:
    case PTR_TO_BTF_ID:
    case PTR_TO_MEM:
    case PTR_TO_BUF:
    case PTR_TO_FUNC:
    case CONST_PTR_TO_DYNPTR:
      return true
    case PTR_TO_FLOW_KEYS:
      return known
    case CONST_PTR_TO_MAP:
      return addsZero
    default:
      return false
  }
}

function moveFixed(s: Int32Array, dst: number, off: number): void {
  for (let w = WORD_A; w <= WORD_D; w++) s[dst + w] = pointer[w]!
  for (let w = VALUE_HI; w <= UMAX_LO; w++) s[dst + w] = pointer[w]!
  s[dst + OFF] = off
  s[dst + ID] = pointer[ID]!
}

/** Result words start as the pointer's; the bounds follow. */
function startVariable(env: Env, dst: number, type: number, losesRange: boolean): void {
  const s = env.words
  for (let w = WORD_A; w <= WORD_D; w++) s[dst + w] = pointer[w]!
  for (let w = VALUE_HI; w <= MASK_LO; w++) s[dst + w] = pointer[w]!
  for (let w = SMIN_HI; w <= UMAX_LO; w++) s[dst + w] = pointer[w]!
  s[dst + OFF] = pointer[OFF]!
  if (!isPktPointer(type)) return
  s[dst + ID] = ++env.idGen
  if (losesRange) s.fill(0, dst + WORD_A, dst + WORD_D + 1)
}

const overflowsAdd = (a: number, b: number, sum: number): boolean => ((a ^ sum) & (b ^ sum)) < 0
const overflowsSub = (a: number, b: number, difference: number): boolean => ((a ^ b) & (a ^ difference)) < 0

function unboundSigned(s: Int32Array, dst: number): void {
  set64(s, dst + SMIN_HI, -0x80000000, 0)
  set64(s, dst + SMAX_HI, 0x7fffffff, -1)
}
function unboundUnsigned(s: Int32Array, dst: number): void {
  set64(s, dst + UMIN_HI, 0, 0)
  set64(s, dst + UMAX_HI, -1, -1)
}

function addVariable(env: Env, dst: number, type: number): void {
  const s = env.words
  startVariable(env, dst, type, true)
  add64(s, dst + SMIN_HI, offset[SMIN_HI]!, offset[SMIN_LO]!)
  add64(s, dst + SMAX_HI, offset[SMAX_HI]!, offset[SMAX_LO]!)
  if (
    overflowsAdd(pointer[SMIN_HI]!, offset[SMIN_HI]!, s[dst + SMIN_HI]!) ||
    overflowsAdd(pointer[SMAX_HI]!, offset[SMAX_HI]!, s[dst + SMAX_HI]!)
  )
    unboundSigned(s, dst)
  const lowCarry = add64(s, dst + UMIN_HI, offset[UMIN_HI]!, offset[UMIN_LO]!)
  const highCarry = add64(s, dst + UMAX_HI, offset[UMAX_HI]!, offset[UMAX_LO]!)
  if (lowCarry || highCarry) unboundUnsigned(s, dst)
  tnumAdd(s, dst + VALUE_HI, offset, VALUE_HI)
}

function subVariable(env: Env, dst: number, type: number, mayGrow: boolean): void {
  const s = env.words
  startVariable(env, dst, type, mayGrow)
  sub64(s, dst + SMIN_HI, offset[SMAX_HI]!, offset[SMAX_LO]!)
  sub64(s, dst + SMAX_HI, offset[SMIN_HI]!, offset[SMIN_LO]!)
  if (
    overflowsSub(pointer[SMIN_HI]!, offset[SMAX_HI]!, s[dst + SMIN_HI]!) ||
    overflowsSub(pointer[SMAX_HI]!, offset[SMIN_HI]!, s[dst + SMAX_HI]!)
  )
    unboundSigned(s, dst)
  if (ult(pointer[UMIN_HI]!, pointer[UMIN_LO]!, offset[UMAX_HI]!, offset[UMAX_LO]!)) unboundUnsigned(s, dst)
  else {
    sub64(s, dst + UMIN_HI, offset[UMAX_HI]!, offset[UMAX_LO]!)
    sub64(s, dst + UMAX_HI, offset[UMIN_HI]!, offset[UMIN_LO]!)
  }
  tnumSub(s, dst + VALUE_HI, offset, VALUE_HI)
}

/** Offsets that stay far from where they could wrap. */
function isSane(env: Env, t: Int32Array, r: number, type: number): boolean {
  const { log } = env
  if (tnumIsConst(t, r + VALUE_HI)) {
    const value = varOffOf(t, r)
    if (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF) {
      verbose(log, `math between ${regTypeName(type)} pointer and ${s64At(t, r + VALUE_HI)} is not allowed\n`)
      return false
    }
  }
  const off = t[r + OFF]!
  if (off >= MAX_VAR_OFF || off <= -MAX_VAR_OFF) {
    verbose(log, `${regTypeName(type)} pointer offset ${off} is not allowed\n`)
    return false
  }
  if (isS64Min(t, r)) {
    verbose(log, `math between ${regTypeName(type)} pointer and register with unbounded min value is not allowed\n`)
    return false
  }
  const smin = sminOf(t, r)
  if (smin >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) {
    verbose(log, `value ${s64At(t, r + SMIN_HI)} makes ${regTypeName(type)} pointer be out of bounds\n`)
    return false
  }
  return true
}

/** printf's %lld. */
const s64At = (t: Int32Array, at: number): string => ((BigInt(t[at]!) << 32n) | BigInt(t[at + 1]! >>> 0)).toString()
