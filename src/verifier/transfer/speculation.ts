// What a processor may do when it mispredicts a branch (Spectre v1), for programs loaded without CAP_PERFMON: the way not taken is walked too, with
// nothing known of what was compared; and the offset that is added to a pointer is masked at run time, which only works where every path adds
// it in the same direction, within the same limit, to a pointer whose object is known. On a mispredicted path an error only means a barrier.
// Linux 6.18: sanitize_speculative_path(), sanitize_ptr_alu(), sanitize_val_alu(), sanitize_check_bounds(), retrieve_ptr_limit(),
// update_alu_sanitation_state(), sanitize_err(), can_skip_alu_sanitation().
import { BPF_ADD, BPF_K, BPF_SUB, bpfOp, bpfSrc } from '../../isa/index.ts'
import { pushBranch } from '../branches.ts'
import { checkMapAccess } from '../check/map.ts'
import { markRegUnknown } from '../domain/bounds.ts'
import { copyReg, MAP, OFF, PTR_TO_MAP_VALUE, PTR_TO_STACK, REG_WORDS, regAt, TYPE, UMAX_LO, VALUE_HI } from '../domain/layout.ts'
import { tnumIsConst } from '../domain/tnum.ts'
import { type Env, MAX_BPF_STACK, NOSPEC } from '../env.ts'
import { EACCES, EFAULT, ENOMEM } from '../errno.ts'
import { tnumText } from '../log/numbers.ts'
import { smaxOf, sminOf, varOffOf } from '../values.ts'
import { verbose } from '../verbose.ts'

/** Puts by the way that a decided jump does not take; `srcRegno` -1 where it compares with a constant. */
export function mispredict(env: Env, insnIdx: number, dstRegno: number, srcRegno: number): number {
  const branch = pushBranch(env, insnIdx, env.insnIdx, true)
  if (!branch) return -EFAULT
  const frame = branch.at[branch.curframe]!
  markRegUnknown(branch.words, regAt(frame, dstRegno))
  if (srcRegno >= 0) markRegUnknown(branch.words, regAt(frame, srcRegno))
  return 0
}

/** How an offset is masked: Env.aux.aluState and aluLimit, and towards which end of the object it moves. */
export interface Mask {
  readonly state: number
  readonly limit: number
  readonly left: boolean
}

// aluState: what the masking code does.
const SANITIZE_SRC = 1
const SANITIZE_DST = 2
const NEG_VALUE = 4
const NON_POINTER = 8
const IMMEDIATE = 16

const skipsMask = (env: Env): boolean => bpfSrc(env.insns.opcode[env.insnIdx]!) === BPF_K || (env.aux.flags[env.insnIdx]! & NOSPEC) !== 0

/** All paths have to agree on the mask. */
function agree(env: Env, state: number, limit: number): boolean {
  const { aluState, aluLimit } = env.aux
  const i = env.insnIdx
  if (aluState[i] !== 0 && (aluState[i] !== state || aluLimit[i] !== limit)) return false
  aluState[i] = state
  aluLimit[i] = limit
  return true
}

type Reason = 'bounds' | 'type' | 'paths' | 'limit' | 'stack'

/** `scalarIsDst`: the number is in dst, the pointer in src. */
function refuse(env: Env, reason: Reason, scalarIsDst: boolean): number {
  const { insns, insnIdx, log } = env
  const dst = insns.dst[insnIdx]!
  const src = insns.src[insnIdx]!
  const op = bpfOp(insns.opcode[insnIdx]!) === BPF_ADD ? 'add' : 'sub'
  const texts: Record<Reason, string> = {
    bounds: `R${scalarIsDst ? dst : src} has unknown scalar with mixed signed bounds`,
    type: `R${scalarIsDst ? src : dst} has pointer with unsupported alu operation`,
    paths: `R${dst} tried to ${op} from different maps, paths or scalars`,
    limit: `R${dst} tried to ${op} beyond pointer bounds`,
    stack: `R${dst} could not be pushed for speculative verification`,
  }
  verbose(log, `${texts[reason]}, pointer arithmetic with it prohibited for !root\n`)
  return reason === 'stack' ? -ENOMEM : -EACCES
}

/** Bytes between the pointer at `p` of `s` and the end of its object that the offset moves towards; or why there are none. */
function limitOf(env: Env, s: Int32Array, p: number, left: boolean): number | 'type' | 'limit' {
  let max: number
  let limit: number
  switch (s[p + TYPE]) {
    case PTR_TO_STACK:
      max = MAX_BPF_STACK + (left ? 1 : 0)
      limit = -(varOffOf(s, p) + s[p + OFF]!) >>> 0
      break
    case PTR_TO_MAP_VALUE:
      max = env.maps[s[p + MAP]!]!.valueSize
      limit = ((left ? sminOf(s, p) : s[p + UMAX_LO]!) + s[p + OFF]!) >>> 0
      break
    default:
      return 'type'
  }
  return limit >= max ? 'limit' : limit
}

const kept = new Int32Array(REG_WORDS)

/** Before a number of unknown value is added to a pointer or taken from it: its mask; undefined where none is needed, or an error. */
export function maskOffset(
  env: Env,
  pointer: Int32Array,
  offset: Int32Array,
  op: number,
  ptrIsDst: boolean,
  dst: number,
): Mask | undefined | number {
  if (skipsMask(env)) return undefined
  const { words: s, cur } = env
  const known = tnumIsConst(offset, VALUE_HI)
  const negative = sminOf(offset, 0) < 0
  let mask: Mask | undefined
  if (!cur.speculative) {
    if (!known && negative !== smaxOf(offset, 0) < 0) return refuse(env, 'bounds', !ptrIsDst)
    const left = (op === BPF_ADD && negative) || (op === BPF_SUB && !negative)
    const limit = limitOf(env, pointer, 0, left)
    if (typeof limit === 'string') return refuse(env, limit, !ptrIsDst)
    if (!known) env.exploreAluLimits = true
    // Whether paths agree is asked again with what was reached; here the first answer is kept.
    mask = { state: (negative ? NEG_VALUE : 0) | (known ? IMMEDIATE : 0) | (ptrIsDst ? SANITIZE_SRC : SANITIZE_DST), limit, left }
  }
  if (known) return mask
  // Masked to 0, the offset leaves the pointer where it was.
  copyReg(kept, 0, s, dst)
  if (!ptrIsDst) copyReg(s, dst, pointer, 0)
  const pushed = pushBranch(env, env.insnIdx + 1, env.insnIdx, true)
  copyReg(s, dst, kept, 0)
  return pushed ? mask : refuse(env, 'stack', !ptrIsDst)
}

/** After it: the pointer still points into its object, and the mask is the same on all paths. */
export function checkMasked(env: Env, dst: number, mask: Mask | undefined, scalarIsDst: boolean): number {
  const { words: s, log, insns, insnIdx } = env
  const regno = insns.dst[insnIdx]!
  const off = s[dst + OFF]!
  if (s[dst + TYPE] === PTR_TO_STACK) {
    if (!tnumIsConst(s, dst + VALUE_HI)) {
      verbose(
        log,
        `R${regno} variable stack access prohibited for !root, var_off=${tnumText(s, dst + VALUE_HI)} off=${off + varOffOf(s, dst)}\n`,
      )
      return -EACCES
    }
    const at = off + varOffOf(s, dst)
    if (at >= 0 || at < -MAX_BPF_STACK) {
      verbose(log, `R${regno} stack pointer arithmetic goes out of range, prohibited for !root; off=${at}\n`)
      return -EACCES
    }
  } else if (s[dst + TYPE] === PTR_TO_MAP_VALUE && checkMapAccess(env, regno, off, 1, false, false)) {
    verbose(log, `R${regno} pointer arithmetic of map value goes out of range, prohibited for !root\n`)
    return -EACCES
  }
  if (!mask || env.cur.speculative || skipsMask(env)) return 0
  const limit = limitOf(env, s, dst, mask.left)
  if (typeof limit === 'string') return refuse(env, limit, scalarIsDst)
  return agree(env, mask.state, Math.abs(mask.limit - limit)) ? 0 : refuse(env, 'paths', scalarIsDst)
}

/** Numbers are added by the same instruction as pointers on no path. */
export function maskNumber(env: Env, op: number): number {
  if ((op !== BPF_ADD && op !== BPF_SUB) || skipsMask(env) || agree(env, NON_POINTER, 0)) return 0
  return refuse(env, 'paths', false)
}
