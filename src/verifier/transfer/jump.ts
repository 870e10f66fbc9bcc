// Conditional jumps. Where one way is certain only that is followed; else the jump is put by and the fall-through goes on. Each way learns
// what the comparison tells: bounds of numbers, which pointers are not NULL, how many bytes of the packet are there.
// Linux: check_cond_jmp_op(), is_branch_taken(), is_pkt_ptr_branch_taken(), mark_ptr_or_null_regs(), try_match_pkt_pointers(),
// find_good_pkt_pointers(), mark_pkt_end().

import {
  BPF_JA,
  BPF_JCOND,
  BPF_JEQ,
  BPF_JGE,
  BPF_JGT,
  BPF_JLE,
  BPF_JLT,
  BPF_JMP,
  BPF_JMP32,
  BPF_JNE,
  BPF_MAY_GOTO,
  BPF_X,
  bpfClass,
  bpfOp,
  bpfSrc,
} from '../../isa/index.ts'
import { pushBranch } from '../branches.ts'
import { isTrustedReg } from '../check/btf-ptr.ts'
import { mayHaveOffsetAndBeNull } from '../check/graph.ts'
import { regRecord } from '../check/map.ts'
import { checkRegRead, leaks, refuseLeak } from '../check/mem.ts'
import { markNotNull } from '../check/null.ts'
import { isPktPointerAny } from '../check/packet.ts'
import { hasField } from '../check/record.ts'
import { checkSanity } from '../check/sanity.ts'
import { isRegConst, markRegConst } from '../domain/bounds.ts'
import { flipOpcode, isScalarBranchTaken, regSetMinMax } from '../domain/branch.ts'
import {
  baseType,
  CONST_PTR_TO_MAP,
  copyReg,
  ID,
  mayBeNull,
  OFF,
  PTR_TO_BTF_ID,
  PTR_TO_MAP_KEY,
  PTR_TO_MAP_VALUE,
  PTR_TO_MEM,
  PTR_TO_PACKET,
  PTR_TO_PACKET_END,
  PTR_TO_PACKET_META,
  PTR_TO_SOCK_COMMON,
  PTR_TO_SOCKET,
  PTR_TO_STACK,
  PTR_TO_TCP_SOCK,
  PTR_UNTRUSTED,
  RANGE,
  REF_OBJ_ID,
  REG_WORDS,
  regAt,
  SCALAR_VALUE,
  TYPE,
  VALUE_HI,
  VALUE_LO,
} from '../domain/layout.ts'
import { collectLinkedRegs, syncLinkedRegs } from '../domain/linked.ts'
import { forEachReg } from '../domain/slots.ts'
import { tnumEqualsConst } from '../domain/tnum.ts'
import { curReg, type Env, MAX_PACKET_OFF } from '../env.ts'
import { EFAULT, EINVAL, ENOMEM } from '../errno.ts'
import { INSN_F_DST_REG_STACK, INSN_F_SRC_REG_STACK, pushJmpHistory } from '../history.ts'
import { markChainPrecision } from '../precision.ts'
import { dropReference } from '../references.ts'
import { traceInsnState } from '../show.ts'
import { frameInsnIdx, type State } from '../state.ts'
import { umaxOf } from '../values.ts'
import { LOG_LEVEL, verbose } from '../verbose.ts'
import { widenSincePrevEntry } from '../widen.ts'
import { mispredict } from './speculation.ts'

/** In env.scratch: the constant operand of this way, and that of the other. */
const THIS_IMM = 0
const OTHER_IMM = REG_WORDS

export function checkCondJump(env: Env): number {
  const { insns, insnIdx, words: s, log } = env
  const opcode = insns.opcode[insnIdx]!
  const op = bpfOp(opcode)
  if (op === BPF_JA || op > BPF_JCOND) {
    verbose(log, `invalid BPF_JMP/JMP32 opcode ${op.toString(16)}\n`)
    return -EINVAL
  }
  if (op === BPF_JCOND) return mayGoto(env, opcode)

  const dstRegno = insns.dst[insnIdx]!
  const srcRegno = insns.src[insnIdx]!
  const off = insns.off[insnIdx]!
  const fromReg = bpfSrc(opcode) === BPF_X
  const j32 = bpfClass(opcode) === BPF_JMP32
  let err = checkRegRead(env, dstRegno)
  if (err) return err
  const dst = curReg(env, dstRegno)
  let src = -1
  let flags = 0
  if (fromReg) {
    if (insns.imm[insnIdx] !== 0) return reservedFields(env)
    err = checkRegRead(env, srcRegno)
    if (err) return err
    src = curReg(env, srcRegno)
    if (leaks(env, srcRegno) && !(isPktPointerAny(s[dst + TYPE]!) && isPktPointerAny(s[src + TYPE]!)))
      return refuseLeak(env, srcRegno, 'pointer comparison prohibited')
    if (s[src + TYPE] === PTR_TO_STACK) flags |= INSN_F_SRC_REG_STACK
  } else {
    if (srcRegno !== 0) return reservedFields(env)
    markRegConst(env.scratch, THIS_IMM, insns.imm[insnIdx]!, false)
  }
  if (s[dst + TYPE] === PTR_TO_STACK) flags |= INSN_F_DST_REG_STACK
  if (flags) pushJmpHistory(env, flags, null)

  const t = fromReg ? s : env.scratch
  const b = fromReg ? src : THIS_IMM
  const pred = isBranchTaken(s, dst, t, b, op, j32)
  if (pred >= 0) {
    if (s[dst + TYPE] === SCALAR_VALUE) err = markChainPrecision(env, dstRegno)
    if (fromReg && !err && s[src + TYPE] === SCALAR_VALUE) err = markChainPrecision(env, srcRegno)
    if (err) return err
    if (!env.perfmon) {
      err = mispredict(env, insnIdx + 1 + (pred === 1 ? 0 : off), dstRegno, fromReg ? srcRegno : -1)
      if (err) return err
    }
    if (log.level & LOG_LEVEL) traceInsnState(env)
    if (pred === 1) env.insnIdx += off
    return 0
  }

  const linked: number[] = []
  if (fromReg && s[src + TYPE] === SCALAR_VALUE && s[src + ID] !== 0) collect(env, s[src + ID]!, linked)
  if (s[dst + TYPE] === SCALAR_VALUE && s[dst + ID] !== 0) collect(env, s[dst + ID]!, linked)
  if (linked.length > 1) pushJmpHistory(env, 0, linked)

  const other = pushBranch(env, insnIdx + off + 1, insnIdx)
  if (!other) return -EFAULT
  const os = other.words
  const oFrame = other.at[other.curframe]!
  const oDst = regAt(oFrame, dstRegno)
  const oSrc = fromReg ? regAt(oFrame, srcRegno) : -1
  if (!fromReg) copyReg(env.scratch, OTHER_IMM, env.scratch, THIS_IMM)
  err = refineWays(env, os, oDst, fromReg ? os : env.scratch, fromReg ? oSrc : OTHER_IMM, dst, t, fromReg ? src : THIS_IMM, op, j32)
  if (err) return err
  if (fromReg && s[src + TYPE] === SCALAR_VALUE && s[src + ID] !== 0) sync(env, other, src, oSrc, linked)
  if (s[dst + TYPE] === SCALAR_VALUE && s[dst + ID] !== 0) sync(env, other, dst, oDst, linked)

  if (!j32 && fromReg) liftNullness(env, s, dst, src, os, oDst, oSrc, op)
  const nullCheck = !j32 && !fromReg && insns.imm[insnIdx] === 0 && (op === BPF_JEQ || op === BPF_JNE)
  if (nullCheck && mayBeNull(s[dst + TYPE]!)) {
    markPtrOrNullRegs(env, env.cur, dst, op === BPF_JNE)
    markPtrOrNullRegs(env, other, oDst, op === BPF_JEQ)
  } else if (!(fromReg && !j32 && matchPktPointers(env, other, dst, src, op)) && leaks(env, dstRegno)) {
    return refuseLeak(env, dstRegno, 'pointer comparison prohibited')
  }
  if (log.level & LOG_LEVEL) traceInsnState(env)
  return 0
}

function reservedFields(env: Env): number {
  verbose(env.log, 'BPF_JMP/JMP32 uses reserved fields\n')
  return -EINVAL
}

/** The loop is left here on this path and goes on in another one, until its states repeat. */
function mayGoto(env: Env, opcode: number): number {
  const { insns, insnIdx, log } = env
  if (opcode !== (BPF_JMP | BPF_JCOND) || insns.src[insnIdx] !== BPF_MAY_GOTO || insns.dst[insnIdx] !== 0 || insns.imm[insnIdx] !== 0) {
    verbose(log, `invalid may_goto imm ${insns.imm[insnIdx]}\n`)
    return -EINVAL
  }
  const queued = pushBranch(env, insnIdx + 1, insnIdx)
  if (!queued) return -ENOMEM
  queued.mayGotoDepth++
  if (env.cur.parent) widenSincePrevEntry(env, env.cur.parent, insnIdx, queued)
  env.insnIdx += insns.off[insnIdx]!
  return 0
}

// ---- which way ----

function isBranchTaken(a: Int32Array, r1: number, b: Int32Array, r2: number, op: number, j32: boolean): number {
  const type1 = a[r1 + TYPE]!
  const type2 = b[r2 + TYPE]!
  if (type1 === SCALAR_VALUE && type2 === SCALAR_VALUE) return isScalarBranchTaken(a, r1, b, r2, op, j32)
  if (!j32 && isPktPointerAny(type1) && isPktPointerAny(type2)) return isPktBranchTaken(a, r1, b, r2, op)
  let pa = a
  let p = r1
  let na = b
  let n = r2
  if (!isRegConst(na, n, j32)) {
    pa = b
    p = r2
    na = a
    n = r1
    op = flipOpcode(op)
  }
  if (!isRegConst(na, n, j32) || !isNotNull(pa, p)) return -1
  if (na[n + VALUE_LO] !== 0 || (!j32 && na[n + VALUE_HI] !== 0)) return -1
  return op === BPF_JEQ ? 0 : op === BPF_JNE ? 1 : -1
}

/** Pointers that are never NULL. Linux: reg_not_null(). */
function isNotNull(s: Int32Array, r: number): boolean {
  const type = s[r + TYPE]!
  if (mayBeNull(type)) return false
  switch (baseType(type)) {
    case PTR_TO_SOCKET:
    case PTR_TO_TCP_SOCK:
    case PTR_TO_MAP_VALUE:
    case PTR_TO_MAP_KEY:
    case PTR_TO_SOCK_COMMON:
    case CONST_PTR_TO_MAP:
      return true
    case PTR_TO_MEM:
      return (type & PTR_UNTRUSTED) === 0
    case PTR_TO_BTF_ID:
      return isTrustedReg(s, r)
    default:
      return false
  }
}

const AT_PKT_END = -1
const BEYOND_PKT_END = -2

function isPktBranchTaken(a: Int32Array, r1: number, b: Int32Array, r2: number, op: number): number {
  let range: number
  if (b[r2 + TYPE] === PTR_TO_PACKET_END) range = a[r1 + RANGE]!
  else if (a[r1 + TYPE] === PTR_TO_PACKET_END) {
    range = b[r2 + RANGE]!
    op = flipOpcode(op)
  } else return -1
  if (range >= 0) return -1
  switch (op) {
    case BPF_JLE:
    case BPF_JGT:
      return range === BEYOND_PKT_END ? (op === BPF_JGT ? 1 : 0) : -1
    case BPF_JLT:
    case BPF_JGE:
      return range === BEYOND_PKT_END || range === AT_PKT_END ? (op === BPF_JGE ? 1 : 0) : -1
    default:
      return -1
  }
}

/** What each way teaches about the operands, and whether it contradicts what was known. Linux: reg_set_min_max(). */
function refineWays(
  env: Env,
  os: Int32Array,
  oDst: number,
  ot: Int32Array,
  oSrc: number,
  dst: number,
  t: Int32Array,
  src: number,
  op: number,
  j32: boolean,
): number {
  const s = env.words
  if (!regSetMinMax(os, oDst, ot, oSrc, s, dst, t, src, op, j32)) return 0
  return (
    checkSanity(env, os, oDst, 'true_reg1') ||
    checkSanity(env, ot, oSrc, 'true_reg2') ||
    checkSanity(env, s, dst, 'false_reg1') ||
    checkSanity(env, t, src, 'false_reg2')
  )
}

// ---- linked scalars ----

function collect(env: Env, id: number, linked: number[]): void {
  collectLinkedRegs(env.words, env.cur.at, env.cur.curframe, env.aux.liveRegs, (frame) => frameInsnIdx(env.cur, frame), id, linked)
}

function sync(env: Env, other: State, known: number, otherKnown: number, linked: readonly number[]): void {
  syncLinkedRegs(env.words, env.cur.at, known, linked)
  syncLinkedRegs(other.words, other.at, otherKnown, linked)
}

// ---- NULL ----

/** A pointer that equals one that is not NULL is not NULL either. */
function liftNullness(env: Env, s: Int32Array, dst: number, src: number, os: Int32Array, oDst: number, oSrc: number, op: number): void {
  const dstType = s[dst + TYPE]!
  const srcType = s[src + TYPE]!
  if (dstType === SCALAR_VALUE || srcType === SCALAR_VALUE || mayBeNull(dstType) === mayBeNull(srcType)) return
  if (baseType(dstType) === PTR_TO_BTF_ID || baseType(srcType) === PTR_TO_BTF_ID) return
  if (op === BPF_JEQ) markNotNull(env, os, mayBeNull(srcType) ? oSrc : oDst)
  else if (op === BPF_JNE) markNotNull(env, s, mayBeNull(srcType) ? src : dst)
}

function markPtrOrNullRegs(env: Env, state: State, r: number, isNull: boolean): void {
  const s = state.words
  const id = s[r + ID]!
  const refObjId = s[r + REF_OBJ_ID]!
  // What was not acquired after all need not be released.
  if (refObjId !== 0 && refObjId === id && isNull) state.refs = dropReference(state.refs, id) ?? state.refs
  forEachReg(s, state.at, state.curframe, (at) => {
    if (!mayBeNull(s[at + TYPE]!) || s[at + ID] !== id) return
    if ((s[at + OFF] !== 0 && !mayHaveOffsetAndBeNull(s[at + TYPE]!)) || !tnumEqualsConst(s, at + VALUE_HI, 0, 0)) return
    if (isNull) {
      s[at + TYPE] = SCALAR_VALUE
      s[at + ID] = 0
      s[at + REF_OBJ_ID] = 0
      return
    }
    markNotNull(env, s, at)
    if (!hasField(regRecord(env, s, at), 'bpf_spin_lock', 'bpf_res_spin_lock')) s[at + ID] = 0
  })
}

// ---- packet ----

/** Not moved since it was loaded from the context. */
const isInitPkt = (s: Int32Array, r: number): boolean =>
  s[r + TYPE] === PTR_TO_PACKET && s[r + ID] === 0 && s[r + OFF] === 0 && tnumEqualsConst(s, r + VALUE_HI, 0, 0)

/** `dst op src` where one is in the packet and the other its end (or one in the metadata and the other the packet's start). */
function matchPktPointers(env: Env, other: State, dst: number, src: number, op: number): boolean {
  const s = env.words
  const dstType = s[dst + TYPE]!
  const srcType = s[src + TYPE]!
  let p = dst
  if ((dstType === PTR_TO_PACKET && srcType === PTR_TO_PACKET_END) || (dstType === PTR_TO_PACKET_META && isInitPkt(s, src))) {
    p = dst
  } else if ((dstType === PTR_TO_PACKET_END && srcType === PTR_TO_PACKET) || (isInitPkt(s, dst) && srcType === PTR_TO_PACKET_META)) {
    p = src
    op = flipOpcode(op)
  } else return false
  const regno = p === dst ? env.insns.dst[env.insnIdx]! : env.insns.src[env.insnIdx]!
  // p op end: on which way is p within, and does that way include p == end?
  switch (op) {
    case BPF_JGT:
      findGoodPktPointers(env, env.cur, p, false)
      markPktEnd(other, regno, true)
      break
    case BPF_JGE:
      findGoodPktPointers(env, env.cur, p, true)
      markPktEnd(other, regno, false)
      break
    case BPF_JLT:
      findGoodPktPointers(env, other, p, true)
      markPktEnd(env.cur, regno, false)
      break
    case BPF_JLE:
      findGoodPktPointers(env, other, p, false)
      markPktEnd(env.cur, regno, true)
      break
    default:
      return false
  }
  return true
}

/** All pointers of the same origin as `p` (of this way) now know that the bytes up to `p` are there. */
function findGoodPktPointers(env: Env, state: State, p: number, rangeOpen: boolean): void {
  const off = env.words[p + OFF]!
  if (off < 0 || (off === 0 && rangeOpen)) return
  const umax = umaxOf(env.words, p)
  if (umax > MAX_PACKET_OFF || umax + off > MAX_PACKET_OFF) return
  const range = rangeOpen ? off + 1 : off
  const type = env.words[p + TYPE]!
  const id = env.words[p + ID]!
  const s = state.words
  forEachReg(s, state.at, state.curframe, (r) => {
    if (s[r + TYPE] === type && s[r + ID] === id && s[r + RANGE]! < range) s[r + RANGE] = range
  })
}

function markPktEnd(state: State, regno: number, beyond: boolean): void {
  const s = state.words
  const r = regAt(state.at[state.curframe]!, regno)
  if (s[r + TYPE] === PTR_TO_PACKET) s[r + RANGE] = beyond ? BEYOND_PKT_END : AT_PKT_END
}
