// Calls and returns: helpers, functions of the program itself, global functions (taken to be safe, verified by themselves), the end of a
// function and of the program.
// Linux: do_check_insn() (BPF_CALL, BPF_EXIT), check_func_call(), check_return_code().
import { BPF_CALL, BPF_EXIT, BPF_JMP, BPF_PSEUDO_CALL, BPF_PSEUDO_KFUNC_CALL } from '../../isa/index.ts'
import { checkGlobalCall, checkSubprogCall } from '../check/global.ts'
import { checkHelperCall } from '../check/helper.ts'
import { checkRegRead } from '../check/mem.ts'
import { FRAME_SUBPROG, SCALAR_VALUE, SMAX_HI, SMIN_HI, TYPE } from '../domain/layout.ts'
import { curReg, type Env, findSubprog, scratchReg } from '../env.ts'
import { EFAULT, EINVAL, UNSUPPORTED } from '../errno.ts'
import { enterFunction, leaveFunction } from '../frames.ts'
import { regTypeName } from '../log/reg-text.ts'
import { markChainPrecision } from '../precision.ts'
import { checkResourceLeak } from '../references.ts'
import { smaxOf, sminOf } from '../values.ts'
import { verbose } from '../verbose.ts'

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
  // Kfunc 0 does nothing here; if the call is not dead code it is refused in the end.
  const err = src === BPF_PSEUDO_CALL ? checkFuncCall(env) : src === BPF_PSEUDO_KFUNC_CALL ? 0 : checkHelperCall(env)
  if (!err) scratchReg(env, 0)
  return err
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
  const err = checkResourceLeak(env, 'BPF_EXIT instruction in main prog')
  if (err) return err
  if (env.cur.curframe > 0) {
    env.printState = true
    return leaveFunction(env)
  }
  return checkReturnCode(env) || PATH_END
}

function checkReturnCode(env: Env): number {
  const { words: s, cur, log } = env
  const err = checkRegRead(env, 0)
  if (err) return err
  const r0 = curReg(env, 0)
  const type = s[r0 + TYPE]!
  if (s[cur.at[0]! + FRAME_SUBPROG] !== 0) {
    if (type === SCALAR_VALUE) return 0
    verbose(log, `At subprogram exit the register R0 is not a scalar value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const range = env.progType.retRange
  if (!range) return 0
  if (type !== SCALAR_VALUE) {
    verbose(log, `At program exit the register R0 is not a known value (${regTypeName(type)})\n`)
    return -EINVAL
  }
  const marked = markChainPrecision(env, 0)
  if (marked) return marked
  if (range[0] <= sminOf(s, r0) && smaxOf(s, r0) <= range[1]) return 0
  verbose(log, `At program exit the register R0 has${boundsText(s, r0)} should have been in [${range[0]}, ${range[1]}]\n`)
  return -EINVAL
}

/** Linux: verbose_invalid_scalar(). */
function boundsText(s: Int32Array, r: number): string {
  const s64 = (at: number): bigint => (BigInt(s[at]!) << 32n) | BigInt(s[at + 1]! >>> 0)
  const min = s64(r + SMIN_HI)
  const max = s64(r + SMAX_HI)
  const low = min > -(1n << 63n) ? ` smin=${min}` : ''
  const high = max < (1n << 63n) - 1n ? ` smax=${max}` : ''
  return low || high ? low + high : ' unknown scalar value'
}
