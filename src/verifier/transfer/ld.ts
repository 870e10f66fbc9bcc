// BPF_LD: 64-bit immediates, which may be maps and pointers into them, and the old loads of packet bytes by offset.
// Linux: check_ld_imm(), check_ld_abs().
import {
  BPF_ABS,
  BPF_DW,
  BPF_IMM,
  BPF_IND,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_MAP_IDX_VALUE,
  BPF_PSEUDO_MAP_VALUE,
  bpfMode,
  bpfSize,
} from '../../isa/index.ts'
import { pushBranch } from '../branches.ts'
import { loadKsym } from '../check/ksym.ts'
import { checkRegClobber, checkRegRead } from '../check/mem.ts'
import { checkPtrOff } from '../check/region.ts'
import { markRegKnown, markRegKnownZero, markRegUnknown } from '../domain/bounds.ts'
import {
  CONST_PTR_TO_MAP,
  MAP,
  OFF,
  PTR_TO_CTX,
  PTR_TO_FUNC,
  PTR_TO_MAP_VALUE,
  SCALAR_VALUE,
  SUBPROGNO,
  SUBREG_DEF,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env, findSubprog, scratchReg } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { clearCallerSaved, leaveFunction } from '../frames.ts'
import { checkResourceLeak } from '../references.ts'
import { verbose } from '../verbose.ts'

export function checkLd(env: Env): number {
  const opcode = env.insns.opcode[env.insnIdx]!
  switch (bpfMode(opcode)) {
    case BPF_ABS:
    case BPF_IND:
      return checkLdAbs(env, opcode)
    case BPF_IMM: {
      const err = checkLdImm(env, opcode)
      if (!err) env.insnIdx++
      return err
    }
    default:
      verbose(env.log, 'invalid BPF_LD mode\n')
      return -EINVAL
  }
}

function checkLdImm(env: Env, opcode: number): number {
  const { insns, insnIdx, words: s, log } = env
  if (bpfSize(opcode) !== BPF_DW) {
    verbose(log, 'invalid BPF_LD_IMM insn\n')
    return -EINVAL
  }
  if (insns.off[insnIdx] !== 0) {
    verbose(log, 'BPF_LD_IMM64 uses reserved fields\n')
    return -EINVAL
  }
  const regno = insns.dst[insnIdx]!
  const err = checkRegClobber(env, regno, true)
  if (err) return err
  const dst = curReg(env, regno)
  const imm = insns.imm[insnIdx]!
  const second = insns.imm[insnIdx + 1]!
  const src = insns.src[insnIdx]!
  if (src === 0) {
    s[dst + TYPE] = SCALAR_VALUE
    markRegKnown(s, dst, second, imm)
    return 0
  }
  markRegKnownZero(s, dst)
  if (src === BPF_PSEUDO_FUNC) {
    const subprog = findSubprog(env, insnIdx + imm + 1)
    if (!env.hasFuncInfo) {
      verbose(log, 'missing btf func_info\n')
      return -EINVAL
    }
    if (env.subprogs[subprog]!.isGlobal) {
      verbose(log, 'callback function not static\n')
      return -EINVAL
    }
    s[dst + TYPE] = PTR_TO_FUNC
    s[dst + SUBPROGNO] = subprog
    return 0
  }
  if (src === BPF_PSEUDO_BTF_ID) return loadKsym(env, dst)
  const isValue = src === BPF_PSEUDO_MAP_VALUE || src === BPF_PSEUDO_MAP_IDX_VALUE
  if (isValue && env.maps[imm]!.type === 'arena') {
    markRegUnknown(s, dst)
    return 0
  }
  s[dst + MAP] = imm
  if (isValue) {
    s[dst + TYPE] = PTR_TO_MAP_VALUE
    s[dst + OFF] = second
  } else {
    s[dst + TYPE] = CONST_PTR_TO_MAP
  }
  return 0
}

/** Program types whose context is a packet that is not read directly. Linux: may_access_skb(). */
const SKB_TYPES: ReadonlySet<string> = new Set(['socket_filter', 'sched_cls', 'sched_act'])
const CTX_REG = 6

function checkLdAbs(env: Env, opcode: number): number {
  const { insns, insnIdx, words: s, log } = env
  if (!SKB_TYPES.has(env.progType.name)) {
    verbose(log, 'BPF_LD_[ABS|IND] instructions not allowed for this program type\n')
    return -EINVAL
  }
  const abs = bpfMode(opcode) === BPF_ABS
  if (insns.dst[insnIdx] !== 0 || insns.off[insnIdx] !== 0 || bpfSize(opcode) === BPF_DW || (abs && insns.src[insnIdx] !== 0)) {
    verbose(log, 'BPF_LD_[ABS|IND] uses reserved fields\n')
    return -EINVAL
  }
  let err = checkRegRead(env, CTX_REG)
  if (err) return err
  // Such a load ends the program where the packet is too short.
  err = checkResourceLeak(env, 'BPF_LD_[ABS|IND]', true)
  if (err) return err
  const ctx = curReg(env, CTX_REG)
  if (s[ctx + TYPE] !== PTR_TO_CTX) {
    verbose(log, 'at the time of BPF_LD_ABS|IND R6 != pointer to skb\n')
    return -EINVAL
  }
  if (!abs) {
    err = checkRegRead(env, insns.src[insnIdx]!)
    if (err) return err
  }
  err = checkPtrOff(env, ctx, CTX_REG, false)
  if (err) return err
  clearCallerSaved(env)
  const r0 = curReg(env, 0)
  markRegUnknown(s, r0)
  s[r0 + SUBREG_DEF] = insnIdx + 1
  if (env.cur.curframe === 0) return 0
  // Where the packet is too short a function returns 0 at once.
  scratchReg(env, 0)
  const loaded = pushBranch(env, insnIdx + 1, insnIdx)
  if (typeof loaded === 'number') return loaded
  markRegKnownZero(s, r0)
  err = leaveFunction(env)
  if (!err) env.insnIdx--
  return err
}
