// What is checked once every path is safe: how deep the stacks of functions that call each other go, and calls that are left over.
// Linux: check_max_stack_depth(), check_max_stack_depth_subprog(), remove_fastcall_spills_fills(), mark_fastcall_patterns(), do_misc_fixups() (may_goto's counter).

import {
  BPF_CALL,
  BPF_DW,
  BPF_JCOND,
  BPF_JMP,
  BPF_LDX,
  BPF_MEM,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_STX,
  LD_IMM64,
} from '../../isa/index.ts'
import { type Env, FASTCALL_PATTERN, findSubprog, MAX_BPF_STACK, MAX_CALL_FRAMES, SEEN, type Subprog } from '../env.ts'
import { E2BIG, EACCES, EFAULT, EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { FUNC_GET_CURRENT_TASK, FUNC_GET_CURRENT_TASK_BTF, FUNC_GET_SMP_PROCESSOR_ID } from './helper-ids.ts'
import { helperProto } from './helper-proto.ts'
import { isKfuncCall, kfuncAt } from './kfunc.ts'
import { mayCallHelper } from './may-call.ts'

const roundUp16 = (n: number): number => (n + 15) & ~15

/** Stack from which on a function gets memory of its own for it, where that is possible. Linux: BPF_PRIV_STACK_MIN_SIZE. */
const OWN_STACK_MIN = 64
/** kprobe, tracepoint, perf_event, raw_tracepoint: never entered anew on the same CPU before they end. */
const NEVER_NESTED: ReadonlySet<number> = new Set([2, 5, 7, 17])
const TRACING = 26

/** Linux: bpf_enable_priv_stack(). */
function mayHaveOwnStacks(env: Env): boolean {
  const { id, name } = env.progType
  if (env.subprogs.some((s) => s.hasTailCall)) return false
  return NEVER_NESTED.has(id) || (id === TRACING && name !== 'iter')
}

/** Deepest chain of frames from the main program and from what is called later, which may not pass the stack's size. */
export function checkMaxStackDepth(env: Env): number {
  const own = mayHaveOwnStacks(env)
  // What is called later uses the kernel's stack and is walked first, so that what it shares with the main program does too.
  for (let i = env.subprogs.length - 1; i >= 0; i--) {
    if (i !== 0 && !env.subprogs[i]!.isAsyncCb) continue
    const err = checkDepthFrom(env, i, own && i === 0)
    if (err) return err
  }
  return 0
}

function checkDepthFrom(env: Env, root: number, mayOwn: boolean): number {
  const { insns, subprogs, log } = env
  const returns: { insn: number; subprog: number }[] = []
  let idx = root
  let depth = 0
  let i = subprogs[root]!.start
  const enter = (): number => {
    const subprog = subprogs[idx]!
    const size = roundUp16(subprog.stackDepth)
    if (!mayOwn) subprog.stack = 'kernel'
    if (idx !== 0 && subprog.hasTailCall && depth >= 256) {
      verbose(log, `tail_calls are not allowed when call stack of previous frames is ${depth} bytes. Too large\n`)
      return -EACCES
    }
    if (subprog.stack === 'undecided' && size >= OWN_STACK_MIN) subprog.stack = 'own'
    if (subprog.stack === 'own') {
      if (size <= MAX_BPF_STACK) return 0
      verbose(log, `stack size of subprog ${idx} is ${size}. Too large\n`)
      return -EACCES
    }
    depth += size
    if (depth <= MAX_BPF_STACK) return 0
    verbose(log, `combined stack size of ${returns.length + 1} calls is ${depth}. Too large\n`)
    return -EACCES
  }
  let err = enter()
  if (err) return err
  for (;;) {
    for (; i < subprogs[idx]!.end; i++) {
      if (
        isKfuncCall(env, i) &&
        env.kfuncs.get(insns.imm[i]!)?.name === 'bpf_throw' &&
        [idx, ...returns.map((b) => b.subprog)].some((p) => subprogs[p]!.isCb)
      ) {
        verbose(log, `bpf_throw kfunc (insn ${i}) cannot be called from callback subprog ${idx}\n`)
        return -EINVAL
      }
      const call = insns.opcode[i] === (BPF_JMP | BPF_CALL) && insns.src[i] === BPF_PSEUDO_CALL
      const func = insns.opcode[i] === LD_IMM64 && insns.src[i] === BPF_PSEUDO_FUNC
      if (!call && !func) continue
      const next = i + insns.imm[i]! + 1
      const callee = findSubprog(env, next)
      if (callee < 0) return -EFAULT
      // What is called later has a stack of its own.
      if (subprogs[callee]!.isAsyncCb && !call) continue
      if (subprogs[callee]!.isExceptionCb) {
        verbose(log, `insn ${i} cannot call exception cb directly`)
        return -EINVAL
      }
      returns.push({ insn: i + 1, subprog: idx })
      if (returns.length >= MAX_CALL_FRAMES) {
        verbose(log, `the call stack of ${returns.length} frames is too deep !\n`)
        return -E2BIG
      }
      i = next
      idx = callee
      err = enter()
      if (err) return err
      i--
    }
    const back = returns.pop()
    if (!back) return 0
    if (subprogs[idx]!.stack !== 'own') depth -= roundUp16(subprogs[idx]!.stackDepth)
    i = back.insn
    idx = back.subprog
  }
}

/** A call of kfunc 0 was let through as long as it might have been dead code. */
export function checkLeftoverCalls(env: Env): number {
  const { insns, aux } = env
  for (let i = 0; i < insns.length; i++) {
    if (insns.opcode[i] !== (BPF_JMP | BPF_CALL) || insns.src[i] !== BPF_PSEUDO_KFUNC_CALL || insns.imm[i] !== 0) continue
    if (!(aux.flags[i]! & SEEN)) continue
    verbose(env.log, 'invalid kernel function call not eliminated in verifier pass\n')
    return -EINVAL
  }
  return 0
}

// ---- may_goto ----

/** Bytes of stack in which a function with may_goto counts its rounds and time. */
const MAY_GOTO_STACK = 16

export function addMayGotoStack(env: Env): void {
  const { insns, aux } = env
  for (const subprog of env.subprogs) {
    for (let i = subprog.start; i < subprog.end; i++) {
      if (insns.opcode[i] !== (BPF_JMP | BPF_JCOND) || !(aux.flags[i]! & SEEN) || insns.off[i] === 0) continue
      subprog.stackDepth += MAY_GOTO_STACK
      break
    }
  }
}

// ---- bpf_loop ----

/** Bytes of stack in which a function keeps r6 to r8 around loops that are written out in place of the call. */
const LOOP_STACK = 24

export function addLoopStack(env: Env): void {
  for (const subprog of env.subprogs) {
    for (let i = subprog.start; i < subprog.end; i++) {
      if ((env.loopInlining.get(i) ?? -1) < 0) continue
      subprog.stackDepth = Math.ceil(subprog.stackDepth / 8) * 8 + LOOP_STACK
      break
    }
  }
}

// ---- bpf_fastcall ----

/** Helpers that x86-64 calls without clobbering registers. */
const FASTCALL_HELPERS: ReadonlySet<number> = new Set([FUNC_GET_SMP_PROCESSOR_ID, FUNC_GET_CURRENT_TASK, FUNC_GET_CURRENT_TASK_BTF])
const SPILL = BPF_STX | BPF_MEM | BPF_DW
const FILL = BPF_LDX | BPF_MEM | BPF_DW
const CALLER_SAVED = 6

/** Finds spills and fills around calls that compilers add in case the call clobbers registers. */
export function markFastcallPatterns(env: Env): void {
  const { insns } = env
  for (const subprog of env.subprogs) {
    let lowest = 0
    for (let i = subprog.start; i < subprog.end; i++) {
      if (insns.opcode[i] === SPILL && insns.dst[i] === 10) lowest = Math.min(lowest, insns.off[i]!)
    }
    for (let i = subprog.start; i < subprog.end; i++) {
      if (insns.opcode[i] === (BPF_JMP | BPF_CALL) && insns.src[i] !== BPF_PSEUDO_CALL) markPattern(env, subprog, i, lowest)
    }
  }
}

/** What the call of a helper or kfunc does to registers; undefined where that is not known. Linux: get_call_summary(). */
export function callSummary(env: Env, call: number): { params: number; isVoid: boolean; fastcall: boolean } | undefined {
  if (env.insns.src[call] === BPF_PSEUDO_KFUNC_CALL) {
    const kfunc = kfuncAt(env, call)
    if (!kfunc) return undefined
    return { params: kfunc.proto.params.length, isVoid: kfunc.proto.ret === 0, fastcall: kfunc.row?.flags.has('fastcall') ?? false }
  }
  const id = env.insns.imm[call]!
  const proto = helperProto(id, env.progType.name)
  if (env.insns.src[call] !== 0 || !proto || !mayCallHelper(env, id)) return undefined
  return { params: proto.args.length, isVoid: proto.ret === 'void', fastcall: FASTCALL_HELPERS.has(id) }
}

function markPattern(env: Env, subprog: Subprog, call: number, lowest: number): void {
  const { insns, aux } = env
  const summary = callSummary(env, call)
  if (!summary) return
  const clobbered = ((1 << (summary.params + 1)) - 1) & ~(summary.isVoid ? 1 : 0)
  let expected = ~clobbered & ((1 << CALLER_SAVED) - 1)
  let off = lowest
  let pairs = 0
  for (let n = 1; n <= CALLER_SAVED; n++, off += 8) {
    const stx = call - n
    const ldx = call + n
    if (stx < 0 || ldx >= insns.length) break
    if (insns.opcode[stx] !== SPILL || insns.opcode[ldx] !== FILL || insns.dst[stx] !== 10 || insns.src[ldx] !== 10) break
    const reg = insns.src[stx]!
    if (reg !== insns.dst[ldx] || !(expected & (1 << reg)) || insns.off[stx] !== off || insns.off[ldx] !== off) break
    expected &= ~(1 << reg)
    aux.flags[stx]! |= FASTCALL_PATTERN
    aux.flags[ldx]! |= FASTCALL_PATTERN
    pairs++
  }
  if (pairs === 0) return
  if (summary.fastcall) aux.fastcallSpills[call] = pairs
  else subprog.keepFastcallStack = true
  subprog.fastcallStackOff = Math.min(subprog.fastcallStackOff, off)
}

/** The stack that is left once those spills and fills are gone. */
export function removeFastcallStack(env: Env): void {
  for (const subprog of env.subprogs) {
    let removed = false
    for (let i = subprog.start; i < subprog.end; i++) if (env.aux.fastcallSpills[i]! > 0) removed = true
    if (removed && !subprog.keepFastcallStack) subprog.stackDepth = -subprog.fastcallStackOff
  }
}
