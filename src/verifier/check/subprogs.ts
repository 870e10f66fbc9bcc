// Where the functions of a program begin and end, and that no jump leaves its function. Called functions come in order of their first
// instruction; the main program is number 0.
// Linux: add_subprog_and_kfunc(), check_subprogs(), check_abnormal_return(), check_btf_func().
import {
  BPF_ABS,
  BPF_CALL,
  BPF_EXIT,
  BPF_IND,
  BPF_JA,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  bpfClass,
  bpfMode,
  bpfOp,
  type InsnTable,
  LD_IMM64,
} from '../../isa/index.ts'
import { type Env, findSubprog, MAX_SUBPROGS, type Subprog } from '../env.ts'
import { E2BIG, EINVAL, EPERM } from '../errno.ts'
import { LOG_LEVEL2, trace, verbose } from '../verbose.ts'
import { exceptionCallbackStart, markExceptionCallback } from './exception.ts'
import { FUNC_TAIL_CALL } from './helper-ids.ts'
import { addKfuncCall } from './kfunc.ts'

export function findSubprogs(env: Env): number {
  const { insns, log } = env
  const starts = [0]
  const exceptionCb = collectStarts(env, starts) || exceptionCallbackStart(env)
  const err = exceptionCb < 0 ? exceptionCb : addStart(env, starts, exceptionCb)
  starts.sort((a, b) => a - b)
  starts.forEach((start, i) => {
    env.subprogs.push(newSubprog(env, start, starts[i + 1] ?? insns.length))
  })
  if (err) return err
  if (exceptionCb > 0) markExceptionCallback(env, findSubprog(env, exceptionCb))
  if (log.level & LOG_LEVEL2) {
    starts.forEach((start, i) => {
      trace(log, `func#${i} @${start}\n`)
    })
  }
  return 0
}

function namesFunction(insns: InsnTable, i: number): boolean {
  const src = insns.src[i]
  if (insns.opcode[i] === LD_IMM64) return src === BPF_PSEUDO_FUNC
  return insns.opcode[i] === (BPF_JMP | BPF_CALL) && (src === BPF_PSEUDO_CALL || src === BPF_PSEUDO_KFUNC_CALL)
}

/** What is called and what is pointed to, up to the first mistake. */
function collectStarts(env: Env, starts: number[]): number {
  const { insns, log } = env
  for (let i = 0; i < insns.length; i++) {
    const call = insns.opcode[i] === (BPF_JMP | BPF_CALL)
    if (!env.bpfCapable && namesFunction(insns, i)) {
      verbose(log, 'loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN\n')
      return -EPERM
    }
    if (call && insns.src[i] === BPF_PSEUDO_KFUNC_CALL) {
      const err = addKfuncCall(env, i)
      if (err) return err
      continue
    }
    const func = insns.opcode[i] === LD_IMM64 && insns.src[i] === BPF_PSEUDO_FUNC
    if (!func && !(call && insns.src[i] === BPF_PSEUDO_CALL)) continue
    const err = addStart(env, starts, i + insns.imm[i]! + 1)
    if (err) return err
  }
  return 0
}

function addStart(env: Env, starts: number[], start: number): number {
  const { insns, log } = env
  if (start < 0 || start >= insns.length) {
    verbose(log, 'call to invalid destination\n')
    return -EINVAL
  }
  if (starts.includes(start)) return 0
  if (starts.length >= MAX_SUBPROGS) {
    verbose(log, 'too many subprograms\n')
    return -E2BIG
  }
  starts.push(start)
  return 0
}

function newSubprog(env: Env, start: number, end: number): Subprog {
  const info = env.program.subprogs.find((s) => s.start === start)
  return {
    start,
    end,
    name: info?.name ?? '',
    isGlobal: env.hasFuncInfo && (info?.isGlobal ?? false),
    typeId: info?.typeId ?? 0,
    stackDepth: 0,
    hasTailCall: false,
    hasLdAbs: false,
    changesPktData: false,
    mightSleep: false,
    exitIdx: 0,
    fastcallStackOff: 0,
    keepFastcallStack: false,
    called: false,
    verified: false,
    args: undefined,
    unreliable: false,
    isCb: false,
    isAsyncCb: false,
    stack: 'undecided',
    isExceptionCb: false,
  }
}

/** Distance of a jump. Linux: bpf_jmp_offset(). */
export const jumpOffset = (insns: InsnTable, i: number): number =>
  insns.opcode[i] === (BPF_JMP32 | BPF_JA) ? insns.imm[i]! : insns.off[i]!

export function checkSubprogs(env: Env): number {
  const { insns, log } = env
  for (const subprog of env.subprogs) {
    for (let i = subprog.start; i < subprog.end; i++) {
      const opcode = insns.opcode[i]!
      const cls = bpfClass(opcode)
      if (opcode === (BPF_JMP | BPF_CALL) && insns.src[i] === 0 && insns.imm[i] === FUNC_TAIL_CALL) subprog.hasTailCall = true
      if (cls === BPF_LD && (bpfMode(opcode) === BPF_ABS || bpfMode(opcode) === BPF_IND)) subprog.hasLdAbs = true
      if (cls !== BPF_JMP && cls !== BPF_JMP32) continue
      if (bpfOp(opcode) === BPF_CALL) continue
      if (bpfOp(opcode) === BPF_EXIT) {
        subprog.exitIdx = i
        continue
      }
      // Linux adds in 32 bits.
      const to = (i + jumpOffset(insns, i) + 1) | 0
      if (to < subprog.start || to >= subprog.end) {
        verbose(log, `jump out of range from insn ${i} to ${to}\n`)
        return -EINVAL
      }
    }
    const last = insns.opcode[subprog.end - 1]
    if (last !== (BPF_JMP | BPF_EXIT) && last !== (BPF_JMP32 | BPF_JA) && last !== (BPF_JMP | BPF_JA)) {
      verbose(log, 'last insn is not an exit or jmp\n')
      return -EINVAL
    }
  }
  return 0
}

/** What functions without known types may not do. Linux: check_abnormal_return(). */
export function checkAbnormalReturn(env: Env): number {
  if (env.hasFuncInfo) return 0
  for (const subprog of env.subprogs.slice(1)) {
    if (subprog.hasLdAbs) {
      verbose(env.log, 'LD_ABS is not allowed in subprogs without BTF\n')
      return -EINVAL
    }
    if (subprog.hasTailCall) {
      verbose(env.log, 'tail_call is not allowed in subprogs without BTF\n')
      return -EINVAL
    }
  }
  return 0
}
