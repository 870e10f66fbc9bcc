// Walks the control flow once, depth first: every instruction has to be reachable, no edge may leave the program. On the way it notes
// where states are worth comparing (prune points) and where the way taken has to be remembered (jump points). Loops are allowed.
// Linux: check_cfg(), visit_insn(), visit_func_call_insn(), push_insn(). Its stack machine is kept because the marks depend on nothing
// else, and the first unreachable instruction is the one that is named.
import {
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JCOND,
  BPF_JMP,
  BPF_JMP32,
  BPF_MAY_GOTO,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  bpfClass,
  bpfOp,
  LD_IMM64,
} from '../../isa/index.ts'
import { CALLS_CALLBACK, containingSubprog, type Env, FORCE_CHECKPOINT, ITER_NEXT, JMP_POINT, PRUNE_POINT } from '../env.ts'
import { EINVAL } from '../errno.ts'
import { lineInfo, verbose } from '../verbose.ts'
import { FUNC_TIMER_SET_CALLBACK, helperChangesPacket, SLEEPING_HELPERS, SYNC_CALLBACK_HELPERS } from './helper-ids.ts'
import { kfuncAt, kfuncChangesPacket } from './kfunc.ts'
import { jumpOffset } from './subprogs.ts'

const DISCOVERED = 0x10
const EXPLORED = 0x20
const FALLTHROUGH = 1
const BRANCH = 2

const DONE = 0
const KEEP = 1

interface Walk {
  readonly env: Env
  readonly state: Uint8Array
  readonly stack: number[]
}

export function checkCfg(env: Env): number {
  const { insns, log } = env
  const walk: Walk = { env, state: new Uint8Array(insns.length), stack: [] }
  let err = walkFrom(walk, 0)
  // Nothing calls the function for exceptions.
  if (!err && env.exceptionCb > 0) err = walkFrom(walk, env.subprogs[env.exceptionCb]!.start)
  if (err) return err
  for (let i = 0; i < insns.length; i++) {
    if (walk.state[i] !== EXPLORED) {
      verbose(log, `unreachable insn ${i}\n`)
      return -EINVAL
    }
    if (insns.opcode[i] !== LD_IMM64) continue
    if (walk.state[i + 1] !== 0) {
      verbose(log, `jump into the middle of ldimm64 insn ${i}\n`)
      return -EINVAL
    }
    i++
  }
  return 0
}

function walkFrom(walk: Walk, start: number): number {
  const { state, stack } = walk
  stack.push(start)
  state[start] = DISCOVERED
  while (stack.length > 0) {
    const t = stack[stack.length - 1]!
    const ret = visitInsn(walk, t)
    if (ret < 0) return ret
    if (ret === DONE) {
      state[t] = EXPLORED
      stack.pop()
    }
  }
  return 0
}

function mark(env: Env, insn: number, flags: number): void {
  if (insn < env.insns.length) env.aux.flags[insn]! |= flags
}

function push(walk: Walk, t: number, w: number, edge: number): number {
  const { env, state } = walk
  if (state[t]! >= (DISCOVERED | edge)) return DONE
  if (w < 0 || w >= env.insns.length) {
    lineInfo(env.log, t, false, `${t}: `)
    verbose(env.log, `jump out of range from insn ${t} to ${w}\n`)
    return -EINVAL
  }
  if (edge === BRANCH) mark(env, w, PRUNE_POINT | JMP_POINT)
  if (state[w] === 0) {
    state[t] = DISCOVERED | edge
    state[w] = DISCOVERED
    walk.stack.push(w)
    return KEEP
  }
  if ((state[w]! & 0xf0) === DISCOVERED) {
    if (env.bpfCapable) return DONE
    lineInfo(env.log, t, false, `${t}: `)
    lineInfo(env.log, w, false, `${w}: `)
    verbose(env.log, `back-edge from insn ${t} to ${w}\n`)
    return -EINVAL
  }
  state[t] = DISCOVERED | edge
  return DONE
}

function visitCall(walk: Walk, t: number, callee: boolean): number {
  const { env } = walk
  const after = t + (env.insns.opcode[t] === LD_IMM64 ? 2 : 1)
  const ret = push(walk, t, after, FALLTHROUGH)
  if (ret) return ret
  // Whoever returns from a function comes from somewhere else.
  mark(env, after, PRUNE_POINT | JMP_POINT)
  if (!callee) return ret
  const w = t + env.insns.imm[t]! + 1
  mark(env, t, PRUNE_POINT)
  const caller = env.subprogs[containingSubprog(env, t)]!
  const called = env.subprogs[containingSubprog(env, w)]!
  if (called.changesPktData) caller.changesPktData = true
  if (called.mightSleep) caller.mightSleep = true
  return push(walk, t, w, BRANCH)
}

/** Kfuncs that call back now, and those that do so later. */
const SYNC_CALLBACK_KFUNCS: ReadonlySet<string> = new Set(['bpf_rbtree_add_impl'])
const ASYNC_CALLBACK_KFUNCS: ReadonlySet<string> = new Set([
  'bpf_wq_set_callback_impl',
  'bpf_task_work_schedule_signal_impl',
  'bpf_task_work_schedule_resume_impl',
])

function markKfuncCall(env: Env, t: number): void {
  const name = env.kfuncs.get(env.insns.imm[t]!)?.name ?? ''
  if (ASYNC_CALLBACK_KFUNCS.has(name)) mark(env, t, PRUNE_POINT)
  if (SYNC_CALLBACK_KFUNCS.has(name)) mark(env, t, CALLS_CALLBACK | FORCE_CHECKPOINT | PRUNE_POINT | JMP_POINT)
  const desc = kfuncAt(env, t)
  if (!desc) return
  if (desc.row?.flags.has('iter_next')) mark(env, t, ITER_NEXT | FORCE_CHECKPOINT | PRUNE_POINT)
  if (kfuncChangesPacket(desc)) env.subprogs[containingSubprog(env, t)]!.changesPktData = true
  if (desc.row?.flags.has('sleepable')) env.subprogs[containingSubprog(env, t)]!.mightSleep = true
}

function visitInsn(walk: Walk, t: number): number {
  const { env } = walk
  const { insns } = env
  const opcode = insns.opcode[t]!
  if (opcode === LD_IMM64 && insns.src[t] === BPF_PSEUDO_FUNC) return visitCall(walk, t, true)
  const cls = bpfClass(opcode)
  if (cls !== BPF_JMP && cls !== BPF_JMP32) return push(walk, t, t + (opcode === LD_IMM64 ? 2 : 1), FALLTHROUGH)
  switch (bpfOp(opcode)) {
    case BPF_EXIT:
      return DONE
    case BPF_CALL: {
      if (insns.src[t] === 0 && opcode === (BPF_JMP | BPF_CALL)) {
        if (insns.imm[t] === FUNC_TIMER_SET_CALLBACK) mark(env, t, PRUNE_POINT)
        if (SYNC_CALLBACK_HELPERS.has(insns.imm[t]!)) mark(env, t, CALLS_CALLBACK | FORCE_CHECKPOINT | PRUNE_POINT | JMP_POINT)
        if (helperChangesPacket(insns.imm[t]!)) env.subprogs[containingSubprog(env, t)]!.changesPktData = true
        if (SLEEPING_HELPERS.has(insns.imm[t]!)) env.subprogs[containingSubprog(env, t)]!.mightSleep = true
      }
      if (opcode === (BPF_JMP | BPF_CALL) && insns.src[t] === BPF_PSEUDO_KFUNC_CALL) markKfuncCall(env, t)
      return visitCall(walk, t, insns.src[t] === BPF_PSEUDO_CALL)
    }
    case BPF_JA: {
      const w = t + jumpOffset(insns, t) + 1
      const ret = push(walk, t, w, FALLTHROUGH)
      if (ret) return ret
      mark(env, w, PRUNE_POINT | JMP_POINT)
      return ret
    }
    default: {
      mark(env, t, PRUNE_POINT)
      if (opcode === (BPF_JMP | BPF_JCOND) && insns.src[t] === BPF_MAY_GOTO) mark(env, t, FORCE_CHECKPOINT)
      const ret = push(walk, t, t + 1, FALLTHROUGH)
      return ret || push(walk, t, t + insns.off[t]! + 1, BRANCH)
    }
  }
}
