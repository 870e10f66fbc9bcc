// Walks every path of a function, depth first: one instruction after another changes the current state; a conditional jump puts one way
// by; a path ends at an exit, or where a state is met that is known to be safe. Resumable: works off a budget of instructions at a time.
// Linux: do_check(), do_check_insn(), do_check_common().
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_EXIT,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  bpfClass,
  bpfOp,
} from '../isa/index.ts'
import { popBranch } from './branches.ts'
import {
  anyScratched,
  COMPLEXITY_LIMIT_INSNS,
  type Env,
  F_SLEEPABLE,
  JMP_POINT,
  MAIN_FUNC,
  NOSPEC,
  NOSPEC_RESULT,
  PRUNE_POINT,
  SEEN,
  scratchAll,
} from './env.ts'
import { E2BIG, EACCES, EFAULT, EINVAL, EPERM } from './errno.ts'
import { initFrame } from './frames.ts'
import { NO_ENTRY, pushJmpHistory } from './history.ts'
import { commitWriteMarks, resetWriteMarks, updateLiveStack } from './liveness/stack.ts'
import { NO_LOCKS } from './locks.ts'
import { isStateVisited, updateBranchCounts } from './prune.ts'
import { insnText, traceInsnState, wholeState } from './show.ts'
import { addStep, STEP_BRANCHED, STEP_EXIT, STEP_LOOP, STEP_PRUNED, STEP_REJECTED, STEP_STEPPED } from './steps.ts'
import { checkAlu } from './transfer/alu.ts'
import { checkCall, checkExit, PATH_END } from './transfer/call.ts'
import { checkCondJump } from './transfer/jump.ts'
import { checkLd } from './transfer/ld.ts'
import { checkLdx, checkSt, checkStx } from './transfer/memory.ts'
import { forgetPath, LOG_LEVEL, LOG_LEVEL2, lineInfo, trace, traceInsn, verbose } from './verbose.ts'

/** Puts the walk at the start of a function whose only frame is set up; the caller has given the arguments their kinds. */
export function startFunction(env: Env, subprog: number): void {
  const { cur } = env
  env.log.prevLine = undefined
  cur.curframe = 0
  cur.refs = []
  cur.locks = NO_LOCKS
  cur.history = NO_ENTRY
  cur.parent = null
  cur.branches = 1
  cur.dfsDepth = 0
  cur.mayGotoDepth = 0
  cur.callbackUnrollDepth = 0
  cur.rcuLock = false
  cur.preemptLocks = 0
  cur.inSleepable = (env.program.flags & F_SLEEPABLE) !== 0
  cur.equalState = null
  cur.cleaned = false
  cur.speculative = false
  initFrame(env, 0, MAIN_FUNC, subprog)
  cur.firstInsnIdx = env.subprogs[subprog]!.start
  cur.lastInsnIdx = -1
  env.insnIdx = cur.firstInsnIdx
  env.prevInsnIdx = -1
  env.printState = false
  env.step = -1
}

/** Every path of the function was walked. */
export const FUNCTION_DONE = 1

/** Works off up to `budget` instructions: 0 = there is more to do, FUNCTION_DONE, or an error. */
export function explore(env: Env, budget: number): number {
  for (let left = budget; left > 0; left--) {
    const err = step(env)
    if (err === 0) continue
    if (err < 0) {
      if (env.recorder && env.step >= 0) env.recorder.kind[env.step] = STEP_REJECTED
      return err
    }
    const ended = endPath(env)
    if (ended) return ended
  }
  return 0
}

/** One instruction; PATH_END where the path ends there. */
function step(env: Env): number {
  const { cur, log, counters, aux } = env
  const insnIdx = env.insnIdx
  env.histEntry = NO_ENTRY
  if (insnIdx >= env.insns.length) {
    verbose(log, `invalid insn idx ${insnIdx} insn_cnt ${env.insns.length}\n`)
    return -EFAULT
  }
  if (++counters.insnProcessed > COMPLEXITY_LIMIT_INSNS) {
    verbose(log, `BPF program is too large. Processed ${counters.insnProcessed} insn\n`)
    return -E2BIG
  }
  cur.lastInsnIdx = env.prevInsnIdx
  cur.insnIdx = insnIdx
  const flags = aux.flags[insnIdx]!
  if (flags & PRUNE_POINT) {
    const visited = isStateVisited(env)
    if (visited < 0) {
      if (env.recorder) addStep(env.recorder, env, STEP_REJECTED, env.covering?.step ?? -1)
      return visited
    }
    if (visited === 1) {
      saySafe(env)
      return PATH_END
    }
  }
  if (flags & JMP_POINT) pushJmpHistory(env, 0, null)
  if (log.level & LOG_LEVEL) show(env)
  if (env.recorder) addStep(env.recorder, env, STEP_STEPPED, -1)
  env.onStep?.(env)
  // A mispredicted path ends at a barrier.
  if (!cur.speculative) aux.flags[insnIdx]! |= SEEN
  else if (flags & NOSPEC) {
    if (env.recorder) env.recorder.kind[env.step] = STEP_EXIT
    return PATH_END
  }
  const branches = env.branches.length
  const done = runInsn(env)
  const err = cur.speculative ? afterSpeculation(env, insnIdx, done) : done
  if (env.recorder) {
    if (err === PATH_END) env.recorder.kind[env.step] = STEP_EXIT
    else if (env.branches.length > branches) env.recorder.kind[env.step] = STEP_BRANCHED
  }
  return err
}

/** On a mispredicted path nothing is refused: a barrier keeps it from the instruction. Linux: error_recoverable_with_nospec(). */
function afterSpeculation(env: Env, insnIdx: number, err: number): number {
  const { flags, aluState } = env.aux
  if (err === -EPERM || err === -EACCES || err === -EINVAL) {
    flags[insnIdx]! |= NOSPEC
    aluState[insnIdx] = 0
    return PATH_END
  }
  return err === 0 && flags[insnIdx]! & NOSPEC_RESULT ? PATH_END : err
}

/** The state changes as the current instruction has it; nothing is compared, shown or counted. */
export function runInsn(env: Env): number {
  const { insnIdx } = env
  const writes = mayWriteStack(env.insns.opcode[insnIdx]!)
  if (writes) resetWriteMarks(env.live, env.cur, insnIdx)
  const err = checkInsn(env)
  env.prevInsnIdx = insnIdx
  if (writes && (err >= 0 || err === -EPERM || err === -EACCES || err === -EINVAL)) commitWriteMarks(env.live)
  return err
}

/** Only stores and calls write the stack; what others do not write need not be noted. */
function mayWriteStack(opcode: number): boolean {
  const cls = bpfClass(opcode)
  return cls === BPF_STX || cls === BPF_ST || opcode === (BPF_JMP | BPF_CALL)
}

function saySafe(env: Env): void {
  if (env.log.level & LOG_LEVEL) {
    const way = env.printState ? `\nfrom ${env.prevInsnIdx} to ${env.insnIdx}${speculation(env)}` : `${env.insnIdx}`
    trace(env.log, `${way}: safe\n`)
  }
  const by = env.covering
  if (env.recorder && by) addStep(env.recorder, env, by.branches > 0 ? STEP_LOOP : STEP_PRUNED, by.step)
}

const speculation = (env: Env): string => (env.cur.speculative ? ' (speculative execution)' : '')

/** The state where it was not shown yet, the source line, the instruction. */
function show(env: Env): void {
  const { log, cur, insnIdx } = env
  if (log.level & LOG_LEVEL2 && env.printState) {
    trace(log, `\nfrom ${env.prevInsnIdx} to ${insnIdx}${speculation(env)}:${wholeState(env, cur, cur.curframe)}\n`)
    env.printState = false
  }
  if (anyScratched(env)) traceInsnState(env)
  lineInfo(log, insnIdx, false)
  traceInsn(log, insnIdx, insnText(env, insnIdx))
}

function endPath(env: Env): number {
  scratchAll(env)
  const err = updateBranchCounts(env)
  if (err) return err
  updateLiveStack(env.live, env.cur)
  const branch = env.branches[env.branches.length - 1]
  if (!branch) return FUNCTION_DONE
  forgetPath(env.log, branch.textPos, branch.saidPos)
  popBranch(env)
  env.printState = true
  return 0
}

/** Changes the state as the instruction does and moves on to the next one. */
function checkInsn(env: Env): number {
  const opcode = env.insns.opcode[env.insnIdx]!
  let err: number
  switch (bpfClass(opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
      err = checkAlu(env)
      break
    case BPF_LDX:
      err = checkLdx(env)
      break
    case BPF_STX:
      err = checkStx(env)
      break
    case BPF_ST:
      err = checkSt(env)
      break
    case BPF_JMP:
    case BPF_JMP32:
      env.counters.jmpsProcessed++
      switch (bpfOp(opcode)) {
        case BPF_CALL:
          err = checkCall(env)
          break
        case BPF_JA:
          return checkGoto(env, opcode)
        case BPF_EXIT:
          return checkExit(env)
        default:
          err = checkCondJump(env)
      }
      break
    default:
      err = checkLd(env)
  }
  if (!err) env.insnIdx++
  return err
}

function checkGoto(env: Env, opcode: number): number {
  const { insns, insnIdx } = env
  const far = bpfClass(opcode) === BPF_JMP32
  if (insns.src[insnIdx] !== 0 || insns.dst[insnIdx] !== 0 || (far ? insns.off[insnIdx] : insns.imm[insnIdx]) !== 0) {
    verbose(env.log, 'BPF_JA uses reserved fields\n')
    return -EINVAL
  }
  env.insnIdx += (far ? insns.imm[insnIdx]! : insns.off[insnIdx]!) + 1
  return 0
}
