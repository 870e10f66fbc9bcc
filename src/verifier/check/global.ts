// Global functions: a call is checked against the function's type alone and taken to be safe; the function itself is verified once, with
// arguments of which only their types are known.
// Linux: btf_check_subprog_call(), btf_check_func_arg_match(), check_mem_reg(), check_func_call() (global part), do_check_common().
import { isRegNull, markRegKnownZero, markRegUnknown } from '../domain/bounds.ts'
import {
  BTF,
  BTF_ID,
  copyReg,
  ID,
  MEM_RDONLY,
  MEM_SIZE,
  mayBeNull,
  PTR_MAYBE_NULL,
  PTR_TO_ARENA,
  PTR_TO_BTF_ID,
  PTR_TO_CTX,
  PTR_TO_MEM,
  PTR_UNTRUSTED,
  REG_WORDS,
  regAt,
  SCALAR_VALUE,
  SUBREG_DEF,
  TYPE,
} from '../domain/layout.ts'
import { curReg, type Env } from '../env.ts'
import { EFAULT, EINVAL, UNSUPPORTED } from '../errno.ts'
import { clearCallerSaved } from '../frames.ts'
import { dump, verbose } from '../verbose.ts'
import { KERNEL_BTF } from './btf-types.ts'
import { checkDynptrArg, markDynptr } from './dynptr.ts'
import { DYNPTR_LOCAL } from './dynptr-slots.ts'
import { startExceptionCallback } from './exception.ts'
import { type FuncArg, prepareFuncArgs } from './func-args.ts'
import { checkStructParam } from './helper-btf.ts'
import { checkHelperMem } from './helper-mem.ts'
import { markNotNull } from './null.ts'
import { clearAllPktPointers } from './packet.ts'
import { checkArgOff } from './region.ts'
import { mayCallSleeping } from './sections.ts'

/** Compares the arguments of a call with the function's type; says what does not fit, once for each function. */
export function checkSubprogCall(env: Env, subprog: number): number {
  if (!env.hasFuncInfo) return -EINVAL
  const called = env.subprogs[subprog]!
  if (called.unreliable) return -EINVAL
  const args = prepareFuncArgs(env, subprog)
  let err = typeof args === 'number' ? args : 0
  if (typeof args !== 'number') {
    for (let i = 0; i < args.length && !err; i++) err = checkArg(env, i, args[i]!)
  }
  if (err && err !== UNSUPPORTED) called.unreliable = true
  return err
}

function checkArg(env: Env, i: number, arg: FuncArg): number {
  const { words: s, log } = env
  const regno = i + 1
  const r = curReg(env, regno)
  const type = s[r + TYPE]!
  switch (arg.kind) {
    case 'scalar':
      if (type === SCALAR_VALUE) return 0
      verbose(log, `R${regno} is not a scalar\n`)
      return -EINVAL
    case 'ctx': {
      const err = checkArgOff(env, regno, r, type)
      if (err) return err
      if (type === PTR_TO_CTX) return 0
      verbose(log, `arg#${i} expects pointer to ctx\n`)
      return -EINVAL
    }
    case 'arena':
      if (type === PTR_TO_ARENA || type === SCALAR_VALUE) return 0
      verbose(log, `R${regno} is not a pointer to arena or scalar.\n`)
      return -EINVAL
    case 'dynptr':
      return checkArgOff(env, regno, r, type) || checkDynptrArg(env, regno, MEM_RDONLY, 0)
    case 'struct':
      if (arg.flags & PTR_UNTRUSTED || (arg.flags & PTR_MAYBE_NULL && isRegNull(s, r))) return 0
      return checkStructParam(env, regno, arg.flags, arg.btfId!) || checkArgOff(env, regno, r, type)
    case 'mem': {
      if (arg.flags & PTR_UNTRUSTED) return 0
      const err = checkArgOff(env, regno, r, type)
      if (err) return err
      const fits = checkMemReg(env, regno, r, arg.size)
      if (fits) return fits === UNSUPPORTED ? fits : -EINVAL
      if (arg.flags & PTR_MAYBE_NULL || !mayBeNull(type)) return 0
      verbose(log, `arg#${i} is expected to be non-NULL\n`)
      return -EINVAL
    }
  }
}

const saved = new Int32Array(REG_WORDS)

/** Memory that may be read and written, or NULL. */
export function checkMemReg(env: Env, regno: number, r: number, size: number): number {
  const s = env.words
  if (isRegNull(s, r)) return 0
  const nullable = mayBeNull(s[r + TYPE]!)
  if (nullable) {
    copyReg(saved, 0, s, r)
    markNotNull(env, s, r)
  }
  const err = checkHelperMem(env, regno, size, false, true, undefined) || checkHelperMem(env, regno, size, true, true, undefined)
  if (nullable) copyReg(s, r, saved, 0)
  return err
}

export function checkGlobalCall(env: Env, subprog: number, err: number): number {
  const { words: s, log } = env
  const called = env.subprogs[subprog]!
  if (env.cur.locks.count > 0) {
    verbose(log, 'global function calls are not allowed while holding a lock,\nuse static function instead\n')
    return -EINVAL
  }
  if (called.mightSleep && !mayCallSleeping(env)) {
    verbose(
      log,
      'global functions that may sleep are not allowed in non-sleepable context,\n' +
        'i.e., in a RCU/IRQ/preempt-disabled section, or in\na non-sleepable BPF program context\n',
    )
    return -EINVAL
  }
  if (err) {
    verbose(log, `Caller passes invalid args into func#${subprog} ('${called.name}')\n`)
    return err
  }
  dump(log, `Func#${subprog} ('${called.name}') is global and assumed valid.\n`)
  if (called.changesPktData) clearAllPktPointers(env)
  called.called = true
  clearCallerSaved(env)
  const r0 = curReg(env, 0)
  markRegUnknown(s, r0)
  s[r0 + SUBREG_DEF] = 0
  return 0
}

/** The first frame of a walk: the context for a main program, arguments as its type says for a global function. */
export function giveArguments(env: Env, subprog: number): number {
  const { words: s, cur, log } = env
  const frame = cur.at[0]!
  if (subprog === 0) {
    if (env.hasFuncInfo) {
      const args = prepareFuncArgs(env, 0)
      if (args === UNSUPPORTED) return args
      if (typeof args === 'number' || args.length !== 1 || args[0]!.kind !== 'ctx') env.subprogs[0]!.unreliable = true
    }
    giveContext(s, regAt(frame, 1))
    return 0
  }
  const { name } = env.subprogs[subprog]!
  dump(log, `Validating ${name}() func#${subprog}...\n`)
  const args = prepareFuncArgs(env, subprog)
  if (typeof args === 'number') return args
  const err = env.subprogs[subprog]!.isExceptionCb ? startExceptionCallback(env, args) : 0
  if (err) return err
  for (const [i, arg] of args.entries()) {
    const r = regAt(frame, i + 1)
    switch (arg.kind) {
      case 'ctx':
        giveContext(s, r)
        break
      case 'scalar':
      case 'arena':
        markRegUnknown(s, r)
        break
      case 'dynptr':
        markDynptr(s, r, DYNPTR_LOCAL, true, ++env.idGen)
        break
      case 'struct':
        markRegKnownZero(s, r)
        s[r + TYPE] = PTR_TO_BTF_ID | arg.flags
        s[r + BTF] = KERNEL_BTF
        s[r + BTF_ID] = arg.btfId!
        s[r + ID] = ++env.idGen
        break
      case 'mem':
        s[r + TYPE] = PTR_TO_MEM | arg.flags
        markRegKnownZero(s, r)
        s[r + MEM_SIZE] = arg.size
        if (arg.flags & PTR_MAYBE_NULL) s[r + ID] = ++env.idGen
        break
      default:
        return -EFAULT
    }
  }
  return 0
}

function giveContext(s: Int32Array, r: number): void {
  markRegKnownZero(s, r)
  s[r + TYPE] = PTR_TO_CTX
}
