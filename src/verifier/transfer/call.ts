// Calls and returns: helpers, functions of the program itself, global functions (taken to be safe, verified by themselves), the end of a
// function and of the program.
// Linux: do_check_insn() (BPF_CALL, BPF_EXIT), check_func_call(), check_return_code().
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL } from '../../isa/index.ts'
import { leaveByThrow } from '../check/exception.ts'
import { checkGlobalCall, checkSubprogCall } from '../check/global.ts'
import { checkHelperCall } from '../check/helper.ts'
import { FUNC_SPIN_UNLOCK } from '../check/helper-ids.ts'
import { checkKfuncCall } from '../check/kfunc.ts'
import { checkReturnCode } from '../check/return-code.ts'
import { type Env, findSubprog, scratchReg } from '../env.ts'
import { EFAULT, EINVAL, UNSUPPORTED } from '../errno.ts'
import { enterFunction, leaveFunction } from '../frames.ts'
import { checkResourceLeak } from '../references.ts'
import { verbose } from '../verbose.ts'

/** Kfuncs that may be called with a lock held: those for what locks protect, and iterators of numbers. */
const LOCKED_KFUNCS = /^bpf_(list_|rbtree_|refcount_acquire_impl$|iter_num_|res_spin_)/

function mayCallLocked(env: Env): boolean {
  const { insns, insnIdx } = env
  const imm = insns.imm[insnIdx]!
  if (insns.src[insnIdx] === 0) return imm === FUNC_SPIN_UNLOCK
  if (insns.src[insnIdx] !== BPF_PSEUDO_KFUNC_CALL) return true
  return insns.off[insnIdx] === 0 && LOCKED_KFUNCS.test(env.kfuncs.get(imm)?.name ?? '')
}

export function checkCall(env: Env): number {
  const { insns, insnIdx } = env
  const src = insns.src[insnIdx]!
  if (
    insns.opcode[insnIdx] !== (BPF_JMP | BPF_CALL) ||
    (src !== BPF_PSEUDO_KFUNC_CALL && insns.off[insnIdx] !== 0) ||
    (src !== 0 && src !== BPF_PSEUDO_CALL && src !== BPF_PSEUDO_KFUNC_CALL) ||
    insns.dst[insnIdx] !== 0
  ) {
    verbose(env.log, 'BPF_CALL uses reserved fields\n')
    return -EINVAL
  }
  if (env.cur.locks.count > 0 && !mayCallLocked(env)) {
    verbose(env.log, 'function calls are not allowed while holding a lock\n')
    return -EINVAL
  }
  const err = src === BPF_PSEUDO_CALL ? checkFuncCall(env) : src === BPF_PSEUDO_KFUNC_CALL ? checkKfuncCall(env) : checkHelperCall(env)
  if (err) return err
  if (src === BPF_PSEUDO_KFUNC_CALL && env.kfuncs.get(insns.imm[insnIdx]!)?.name === 'bpf_throw') return leaveByThrow(env) || PATH_END
  scratchReg(env, 0)
  return 0
}

function checkFuncCall(env: Env): number {
  const { insns, insnIdx } = env
  const subprog = findSubprog(env, insnIdx + insns.imm[insnIdx]! + 1)
  if (subprog < 0) return -EFAULT
  // For a static function, which is walked with what it is given, a type that does not fit is only said.
  const err = checkSubprogCall(env, subprog)
  if (err === -EFAULT || err === UNSUPPORTED) return err
  if (env.subprogs[subprog]!.isGlobal) return checkGlobalCall(env, subprog, err)
  return enterFunction(env, subprog)
}

/** The path ends with the program. */
export const PATH_END = 1

export function checkExit(env: Env): number {
  const { insns, insnIdx, log } = env
  if (insns.opcode[insnIdx] !== (BPF_JMP | BPF_EXIT) || insns.imm[insnIdx] !== 0 || insns.src[insnIdx] !== 0 || insns.dst[insnIdx] !== 0) {
    verbose(log, 'BPF_EXIT uses reserved fields\n')
    return -EINVAL
  }
  const err = checkResourceLeak(env, 'BPF_EXIT instruction in main prog', env.cur.curframe === 0)
  if (err) return err
  if (env.cur.curframe > 0) {
    env.printState = true
    return leaveFunction(env)
  }
  return checkReturnCode(env, 0) || PATH_END
}
