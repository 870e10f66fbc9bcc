// Arithmetic: BPF_ALU and BPF_ALU64. Numbers go to domain/alu.ts, pointers to alu-pointer.ts; here stand the fields that have to be zero,
// who may be read and written, and what happens to the ids that link equal numbers.
// Linux: check_alu_op(), adjust_reg_min_max_vals().

import {
  BPF_ADDR_SPACE_CAST,
  BPF_ALU64,
  BPF_ARSH,
  BPF_DIV,
  BPF_END,
  BPF_LSH,
  BPF_MOD,
  BPF_MOV,
  BPF_NEG,
  BPF_RSH,
  BPF_SUB,
  BPF_TO_LE,
  BPF_X,
  bpfClass,
  bpfOp,
  bpfSrc,
} from '../../isa/index.ts'
import { pushBranch } from '../branches.ts'
import { checkRegClobber, checkRegRead, checkRegWrite, leaks, refuseLeak } from '../check/mem.ts'
import { checkSanity } from '../check/sanity.ts'
import { assignScalarId } from '../check/stack.ts'
import { forkWidth, scalarAlu, scalarEnd, setForked } from '../domain/alu.ts'
import { boundsSync, markRegConst, markRegUnknown, regWidth } from '../domain/bounds.ts'
import { coerceRegToSizeSx, coerceSubregToSizeSx, zext32To64 } from '../domain/coerce.ts'
import { copyReg, PRECISE, PTR_TO_ARENA, SCALAR_VALUE, SUBREG_DEF, TYPE, UMAX_HI } from '../domain/layout.ts'
import { clearScalarId, linkAfterAlu } from '../domain/linked.ts'
import { curReg, type Env, LINUX_CRASHES, unsupported } from '../env.ts'
import { EACCES, EINVAL } from '../errno.ts'
import { markChainPrecision } from '../precision.ts'
import { umaxOf } from '../values.ts'
import { verbose } from '../verbose.ts'
import { aluOpText, pointerAlu } from './alu-pointer.ts'
import { maskNumber } from './speculation.ts'

export function checkAlu(env: Env): number {
  const { insns, insnIdx, words: s } = env
  const opcode = insns.opcode[insnIdx]!
  const op = bpfOp(opcode)
  const err = op === BPF_END || op === BPF_NEG ? checkUnary(env, opcode) : op === BPF_MOV ? checkMov(env, opcode) : checkBinary(env, opcode)
  return err || checkSanity(env, s, curReg(env, insns.dst[insnIdx]!), 'alu')
}

const reserved = (env: Env, what: string): number => {
  verbose(env.log, `${what} uses reserved fields\n`)
  return -EINVAL
}

function checkUnary(env: Env, opcode: number): number {
  const { insns, insnIdx, words: s } = env
  const wide = bpfClass(opcode) === BPF_ALU64
  const imm = insns.imm[insnIdx]!
  const neg = bpfOp(opcode) === BPF_NEG
  if (neg) {
    if (bpfSrc(opcode) === BPF_X || insns.src[insnIdx] !== 0 || insns.off[insnIdx] !== 0 || imm !== 0) return reserved(env, 'BPF_NEG')
  } else if (
    insns.src[insnIdx] !== 0 ||
    insns.off[insnIdx] !== 0 ||
    (imm !== 16 && imm !== 32 && imm !== 64) ||
    (wide && bpfSrc(opcode) !== BPF_TO_LE)
  ) {
    return reserved(env, 'BPF_END')
  }
  const regno = insns.dst[insnIdx]!
  const err = checkRegRead(env, regno)
  if (err) return err
  if (leaks(env, regno)) return refuseLeak(env, regno, 'pointer arithmetic prohibited')
  const dst = curReg(env, regno)
  const full = neg ? wide : imm === 64
  if (s[dst + TYPE] !== SCALAR_VALUE) return checkRegClobber(env, regno, full)
  const writeErr = checkRegWrite(env, regno, full)
  if (writeErr) return writeErr
  if (neg) scalarAlu(s, dst, s, dst, BPF_NEG, !wide)
  else scalarEnd(s, dst, wide || bpfSrc(opcode) === BPF_X, imm)
  return 0
}

function checkMov(env: Env, opcode: number): number {
  const { insns, insnIdx, words: s } = env
  const wide = bpfClass(opcode) === BPF_ALU64
  const off = insns.off[insnIdx]!
  const imm = insns.imm[insnIdx]!
  const fromReg = bpfSrc(opcode) === BPF_X
  if (!fromReg) {
    if (insns.src[insnIdx] !== 0 || off !== 0) return reserved(env, 'BPF_MOV')
  } else if (wide && off === BPF_ADDR_SPACE_CAST) {
    if (imm !== 1 && imm !== 1 << 16) {
      verbose(env.log, 'addr_space_cast insn can only convert between address space 1 and 0\n')
      return -EINVAL
    }
    if (env.arena < 0) {
      verbose(env.log, 'addr_space_cast insn can only be used in a program that has an associated arena\n')
      return -EINVAL
    }
  } else if ((off !== 0 && off !== 8 && off !== 16 && !(wide && off === 32)) || imm !== 0) {
    return reserved(env, 'BPF_MOV')
  }
  if (fromReg) {
    const err = checkRegRead(env, insns.src[insnIdx]!)
    if (err) return err
  }
  const err = checkRegWrite(env, insns.dst[insnIdx]!, wide)
  if (err) return err
  const dst = curReg(env, insns.dst[insnIdx]!)
  if (!fromReg) {
    markRegConst(s, dst, imm, !wide)
    return 0
  }
  const src = curReg(env, insns.src[insnIdx]!)
  const scalar = s[src + TYPE] === SCALAR_VALUE
  if (imm !== 0) {
    // A cast: from the address in user space to that in the kernel, or back.
    markRegUnknown(s, dst)
    if (imm !== 1) return 0
    s[dst + TYPE] = PTR_TO_ARENA
    s[dst + SUBREG_DEF] = insnIdx + 1
    return 0
  }
  if (wide && off === 0) {
    assignScalarId(env, src)
    copyReg(s, dst, s, src)
    s[dst + SUBREG_DEF] = 0
    return 0
  }
  if (leaks(env, insns.src[insnIdx]!))
    return refuseLeak(env, insns.src[insnIdx]!, wide ? 'sign-extension part of pointer' : 'partial copy of pointer')
  if (!scalar) markRegUnknown(s, dst)
  else {
    // Only a copy that changes nothing is linked to its source.
    const unchanged = off === 0 ? regWidth(s, src) <= 32 : umaxOf(s, src) < 2 ** (off - 1)
    if (unchanged) assignScalarId(env, src)
    copyReg(s, dst, s, src)
    if (!unchanged) clearScalarId(s, dst)
    s[dst + SUBREG_DEF] = wide ? 0 : insnIdx + 1
    if (wide) coerceRegToSizeSx(s, dst, off >> 3)
    else if (off !== 0) coerceSubregToSizeSx(s, dst, off >> 3)
  }
  if (!wide) {
    zext32To64(s, dst)
    boundsSync(s, dst)
  }
  return 0
}

function checkBinary(env: Env, opcode: number): number {
  const { insns, insnIdx, words: s, log } = env
  const op = bpfOp(opcode)
  if (op > BPF_END) {
    verbose(log, `invalid BPF_ALU opcode ${op.toString(16)}\n`)
    return -EINVAL
  }
  const off = insns.off[insnIdx]!
  const imm = insns.imm[insnIdx]!
  const wide = bpfClass(opcode) === BPF_ALU64
  const division = op === BPF_MOD || op === BPF_DIV
  const signedOk = off === 0 || (off === 1 && division)
  const fromReg = bpfSrc(opcode) === BPF_X
  let err = 0
  if (fromReg) {
    if (imm !== 0 || !signedOk) return reserved(env, 'BPF_ALU')
    err = checkRegRead(env, insns.src[insnIdx]!)
    if (err) return err
  } else if (insns.src[insnIdx] !== 0 || !signedOk) {
    return reserved(env, 'BPF_ALU')
  }
  const dstRegno = insns.dst[insnIdx]!
  err = checkRegRead(env, dstRegno)
  if (err) return err
  if (division && !fromReg && imm === 0) {
    verbose(log, 'div by zero\n')
    return -EINVAL
  }
  if ((op === BPF_LSH || op === BPF_RSH || op === BPF_ARSH) && !fromReg && (imm < 0 || imm >= (wide ? 64 : 32))) {
    verbose(log, `invalid shift ${imm}\n`)
    return -EINVAL
  }
  err = checkRegWrite(env, dstRegno, wide)
  if (err) return err
  const dst = curReg(env, dstRegno)
  if (touchesArena(env, dst, fromReg)) return 0
  const dstPtr = s[dst + TYPE] !== SCALAR_VALUE
  if (!fromReg) {
    markRegConst(env.scratch, 0, imm, false)
    if (dstPtr) return pointerAlu(env, s, dst, env.scratch, 0)
    return scalarOp(env, dst, env.scratch, 0, op, !wide)
  }
  const srcRegno = insns.src[insnIdx]!
  const src = curReg(env, srcRegno)
  const srcPtr = s[src + TYPE] !== SCALAR_VALUE
  if (srcPtr && dstPtr) {
    if (op === BPF_SUB && env.perfmon) {
      markRegUnknown(s, dst)
      return 0
    }
    verbose(log, `R${dstRegno} pointer ${aluOpText(op)} pointer prohibited\n`)
    return -EACCES
  }
  if (srcPtr) return markChainPrecision(env, dstRegno) || pointerAlu(env, s, src, s, dst)
  if (dstPtr) return markChainPrecision(env, srcRegno) || pointerAlu(env, s, dst, s, src)
  if (s[dst + PRECISE] !== 0) {
    err = markChainPrecision(env, srcRegno)
    if (err) return err
  }
  return scalarOp(env, dst, s, src, op, !wide)
}

/** Any arithmetic is allowed on addresses in an arena, which have 32 bits: what comes out is one again. */
function touchesArena(env: Env, dst: number, fromReg: boolean): boolean {
  const { words: s, insns, insnIdx } = env
  if (s[dst + TYPE] !== PTR_TO_ARENA) {
    if (!fromReg) return false
    const src = curReg(env, insns.src[insnIdx]!)
    if (s[src + TYPE] !== PTR_TO_ARENA) return false
    copyReg(s, dst, s, src)
  }
  s[dst + SUBREG_DEF] = insnIdx + 1
  return true
}

/** dst op= src on numbers. What a constant's addition leaves linked, and what is walked once for each sign, is decided in the domain. */
function scalarOp(env: Env, dst: number, t: Int32Array, src: number, op: number, alu32: boolean): number {
  const s = env.words
  if (!env.perfmon) {
    const err = maskNumber(env, op)
    if (err) return err
  }
  const width = forkWidth(s, dst, t, src, op)
  if (width !== 0) {
    // The other way comes back to this very instruction with dst = 0.
    const branch = pushBranch(env, env.insnIdx, env.insnIdx)
    // Linux 6.18 does not look whether there was room, and follows a null pointer.
    if (!branch) return unsupported(env, LINUX_CRASHES)
    setForked(branch.words, branch.at[branch.curframe]! + dst - env.cur.at[env.cur.curframe]!, width, 0)
    setForked(s, dst, width, -1)
  }
  const was32 = s[dst + UMAX_HI] === 0
  const sameReg = s === t && dst === src
  scalarAlu(s, dst, t, src, op, alu32)
  if (env.bpfCapable) linkAfterAlu(s, dst, t, src, op, alu32, was32, sameReg)
  else clearScalarId(s, dst)
  return 0
}
