// The order of a verification, from bytes to verdict, as a thing that can be worked off in slices.
// Linux: bpf_check(), do_check_main(), do_check_subprogs(), print_verification_stats().
import { attachTypeFits, ctxKnown, type ProgTypeRow, progType, progTypeById } from '../abi/index.ts'
import { insnTable, type Program } from '../isa/index.ts'
import { attachesByBtf, checkAttach } from './check/attach.ts'
import { typeNameOf } from './check/btf-types.ts'
import { checkCfg } from './check/cfg.ts'
import { checkFieldConversion } from './check/ctx.ts'
import {
  addLoopStack,
  addMayGotoStack,
  callSummary,
  checkLeftoverCalls,
  checkMaxStackDepth,
  markFastcallPatterns,
  removeFastcallStack,
} from './check/depth.ts'
import { checkEncoding } from './check/encoding.ts'
import { checkFuncInfo } from './check/func-args.ts'
import { giveArguments } from './check/global.ts'
import { checkAbnormalReturn, checkSubprogs, findSubprogs } from './check/subprogs.ts'
import { COMPLEXITY_LIMIT_INSNS, type Env, newEnv, SEEN, scratchNone } from './env.ts'
import { E2BIG, EINVAL, UNSUPPORTED } from './errno.ts'
import { explore, FUNCTION_DONE, startFunction } from './explore.ts'
import { flowOf } from './liveness/flow.ts'
import { stackLiveness } from './liveness/of-env.ts'
import { computeLiveRegisters, liveRegistersText } from './liveness/registers.ts'
import { computeScc } from './liveness/scc.ts'
import { finishText } from './log/text.ts'
import { mayLoad, ROOT, UNPRIVILEGED_INSNS } from './privilege.ts'
import { recordedWalk } from './replay.ts'
import { disasmNames, insnText } from './show.ts'
import { newRecorder, stepTable } from './steps.ts'
import type { Verification, VerifyOptions, VerifyResult, VerifyStats } from './types.ts'
import { forgetPath, LOG_LEVEL, LOG_LEVEL2, LOG_STATS, saidText, trace, verbose } from './verbose.ts'

const MAX_INSNS = 1_000_000
const NO_STATS: VerifyStats = { processed: 0, totalStates: 0, peakStates: 0, maxStatesPerInsn: 0, stackDepth: '' }

export function startVerify(program: Program, options: VerifyOptions): Verification {
  return startVerifyWith(program, options)
}

export function verify(program: Program, options: VerifyOptions): VerifyResult {
  const verification = startVerify(program, options)
  while (verification.run(Number.MAX_SAFE_INTEGER) === 'more') {}
  return verification.result()
}

/** What is called while a verification is under way, to see states. */
export type Watch = Partial<Pick<Env, 'onStep' | 'onCovered'>>

/** The same with somebody who watches. */
export function startVerifyWith(program: Program, options: VerifyOptions, watch: Watch = {}): Verification {
  const insns = insnTable(program.code)
  const type = progTypeOf(program)
  if (!type || !(ctxKnown(type.name) || (options.kernel && attachesByBtf(type.name))))
    return finished(unmodelled(`program type ${program.type}`))
  const { caps = ROOT } = options
  if (insns.length === 0 || insns.length > (caps.bpf ? MAX_INSNS : UNPRIVILEGED_INSNS))
    return finished({ ...NOTHING, verdict: 'rejected', errno: E2BIG })
  const forbidden = mayLoad(type.id, caps)
  if (forbidden) return finished({ ...NOTHING, verdict: 'rejected', errno: forbidden })
  if (!attachTypeFits(type.id, program.attachType)) return finished({ ...NOTHING, verdict: 'rejected', errno: EINVAL })
  const env = newEnv(program, type, insns, options)
  env.disasm = disasmNames(env)
  env.names = { ...env.names, typeName: (btf, id) => typeNameOf(env, btf, id) }
  env.onStep = watch.onStep
  env.onCovered = watch.onCovered
  if (options.record) env.recorder = newRecorder()
  return verificationOf({ env, options, subprog: -1, outcome: undefined })
}

/** Linux tells some types apart by where they attach. */
function progTypeOf(program: Program): ProgTypeRow | undefined {
  const row = progType(program.type)
  if (!row || row.attachType === program.attachType) return row
  const found = progTypeById(row.id, program.attachType)
  // Whoever tells the type alone, as the assembler does, means the hook of its name.
  return program.attachType === 0 && found?.attachType !== 0 ? row : found
}

const NOTHING: VerifyResult = {
  verdict: 'unsupported',
  errno: 0,
  message: '',
  insn: -1,
  log: '',
  stats: NO_STATS,
  steps: stepTable(undefined),
}
const unmodelled = (feature: string): VerifyResult => ({ ...NOTHING, feature })
const finished = (result: VerifyResult): Verification => ({ run: () => 'done', result: () => result })

/** Everything before the walk. */
function prepare(env: Env): number {
  const { insns, log } = env
  const err =
    findSubprogs(env) ||
    checkSubprogs(env) ||
    checkAbnormalReturn(env) ||
    checkFuncInfo(env) ||
    checkEncoding(env) ||
    checkCfg(env) ||
    checkAttach(env)
  if (err) return err
  const flow = flowOf(
    insns,
    env.subprogs.map((s) => s.start),
  )
  const scc = computeScc(flow)
  const live = computeLiveRegisters(insns, flow, (insn) => callSummary(env, insn)?.params ?? -1)
  env.aux.scc = scc
  env.aux.liveRegs = live
  env.live = stackLiveness(env, flow)
  if (log.level & LOG_LEVEL2)
    trace(
      log,
      liveRegistersText(insns, live, scc, (insn) => insnText(env, insn)),
    )
  markFastcallPatterns(env)
  return 0
}

/** Functions that no path comes to are removed from a program that is safe. */
function isReached(env: Env, subprog: number): boolean {
  const { start, end } = env.subprogs[subprog]!
  for (let i = start; i < end; i++) if (env.aux.flags[i]! & SEEN) return true
  return false
}

/** What is left once every path is safe. */
function conclude(env: Env): number {
  removeFastcallStack(env)
  const err = checkMaxStackDepth(env)
  if (err) return err
  addLoopStack(env)
  addMayGotoStack(env)
  return checkFieldConversion(env) || checkLeftoverCalls(env)
}

/** The kernel adds a function without a stack that takes what is thrown. */
const EXCEPTION_STACK = 0

/** A verification under way. */
interface Walk {
  readonly env: Env
  readonly options: VerifyOptions
  /** Function that is walked; -1 before the first. */
  subprog: number
  outcome: VerifyResult | undefined
}

const verificationOf = (walk: Walk): Verification => ({
  run: (budget) => run(walk, budget),
  result: () => {
    if (!walk.outcome) throw new Error('the verification is still under way')
    return walk.outcome
  },
})

function run(walk: Walk, budget: number): 'more' | 'done' {
  const { env } = walk
  let left = budget
  while (!walk.outcome && left > 0) {
    const before = env.counters.insnProcessed
    const err = walk.subprog < 0 ? begin(walk) : explore(env, left)
    left -= Math.max(1, env.counters.insnProcessed - before)
    if (err === FUNCTION_DONE) next(walk)
    else if (err !== 0) end(walk, err)
  }
  return walk.outcome ? 'done' : 'more'
}

function begin(walk: Walk): number {
  const { env } = walk
  scratchNone(env)
  const err = prepare(env)
  if (err) return err
  walk.subprog = 0
  startFunction(env, 0)
  return giveArguments(env, 0)
}

/** A function is safe: on to the next global one that was called, or to the end. */
function next(walk: Walk): void {
  const { env } = walk
  const { log, subprogs } = env
  forgetPath(log, 0, 0)
  const done = subprogs[walk.subprog]!
  if (walk.subprog > 0) {
    done.verified = true
    if (log.level & LOG_LEVEL) trace(log, `Func#${walk.subprog} ('${done.name}') is safe for any args that match its prototype\n`)
  }
  const after = subprogs.findIndex((s, i) => i > walk.subprog && s.isGlobal && s.called && !s.verified)
  const following = after >= 0 ? after : subprogs.findIndex((s, i) => i > 0 && s.isGlobal && s.called && !s.verified)
  if (following < 0) {
    end(walk, conclude(env))
    return
  }
  walk.subprog = following
  env.explored.fill(null)
  env.sccVisits.clear()
  startFunction(env, following)
  const err = giveArguments(env, following)
  if (err) end(walk, err)
}

function end(walk: Walk, err: number): void {
  const { env } = walk
  const { counters: n, log } = env
  const stats: VerifyStats = {
    processed: n.insnProcessed,
    totalStates: n.totalStates,
    peakStates: n.peakStates,
    maxStatesPerInsn: n.maxStatesPerInsn,
    stackDepth: env.subprogs
      .filter((_, i) => err !== 0 || isReached(env, i))
      .map((s) => s.stackDepth)
      .concat(err === 0 && env.seenException && !env.exceptionCb ? [EXCEPTION_STACK] : [])
      .join('+'),
  }
  const said = saidText(log)
  if (log.level & LOG_STATS) verbose(log, `verification time 0 usec\nstack depth ${stats.stackDepth}\n`)
  verbose(
    log,
    `processed ${n.insnProcessed} insns (limit ${COMPLEXITY_LIMIT_INSNS}) max_states_per_insn ${n.maxStatesPerInsn} ` +
      `total_states ${n.totalStates} peak_states ${n.peakStates} mark_read 0\n`,
  )
  const shown = finishText(log.text)
  const rest = {
    insn: err && walk.subprog >= 0 ? env.insnIdx : -1,
    log: shown.text,
    stats,
    steps: stepTable(env.recorder, shown.start),
    ...(env.recorder ? { recorded: recordedWalk(env, walk.options) } : {}),
  }
  if (err === UNSUPPORTED) walk.outcome = { verdict: 'unsupported', errno: 0, message: '', feature: env.feature, ...rest }
  else if (err) walk.outcome = { verdict: 'rejected', errno: -err, message: messageOf(said), ...rest }
  else walk.outcome = { verdict: 'accepted', errno: 0, message: '', ...rest }
}

/** The messages without source lines. */
const messageOf = (said: string): string =>
  said
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('; '))
    .join('\n')
