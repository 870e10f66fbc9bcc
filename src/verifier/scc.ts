// Stays in loops. While a loop is being explored, what its checkpoints rely upon is not yet complete; a state that equals one of them
// ends its path all the same, is kept as a back edge, and when the loop is left precision is passed along all back edges until nothing
// changes any more. A stay belongs to a component of the control flow on one chain of calls.
// Linux: compute_scc_callchain(), maybe_enter_scc(), maybe_exit_scc(), add_scc_backedge(), incomplete_read_marks(), propagate_backedges().
import type { Env, SccVisit } from './env.ts'
import { EFAULT } from './errno.ts'
import { updatePeakStates } from './explored.ts'
import { markAllScalarsPrecise, propagatePrecision } from './precision.ts'
import { frameInsnIdx, type State } from './state.ts'
import { LOG_LEVEL2, trace, verbose } from './verbose.ts'

interface Chain {
  readonly callsites: readonly number[]
  readonly scc: number
}

const NO_CALLS: readonly number[] = []

/** The outermost loop that the state is in, with the calls that lead there. */
function sccChain(env: Env, state: State): Chain | undefined {
  let callsites = NO_CALLS
  for (let i = 0; i <= state.curframe; i++) {
    const insn = frameInsnIdx(state, i)
    const scc = env.aux.scc[insn]!
    if (scc) return { callsites, scc }
    if (i < state.curframe) callsites = [...callsites, insn]
  }
  return undefined
}

function findVisit(env: Env, chain: Chain): SccVisit | undefined {
  return env.sccVisits
    .get(chain.scc)
    ?.find((v) => v.callsites.length === chain.callsites.length && v.callsites.every((c, i) => c === chain.callsites[i]))
}

/** The kernel's list of call sites ends with the first 0, also where that is a call by instruction 0. */
function chainText(chain: Chain): string {
  const end = chain.callsites.indexOf(0)
  const shown = end < 0 ? chain.callsites : chain.callsites.slice(0, end)
  return `(${shown.map((c) => `${c},`).join('')}${chain.scc})`
}

function say(env: Env, what: string, chain: Chain): void {
  if (env.log.level & LOG_LEVEL2) trace(env.log, `SCC ${what} ${chainText(chain)}\n`)
}

export function maybeEnterScc(env: Env, state: State): void {
  const chain = sccChain(env, state)
  if (!chain) return
  let visit = findVisit(env, chain)
  if (!visit) {
    visit = { callsites: chain.callsites, scc: chain.scc, entry: null, backedges: [] }
    const visits = env.sccVisits.get(chain.scc)
    if (visits) visits.push(visit)
    else env.sccVisits.set(chain.scc, [visit])
  }
  state.visit = visit
  if (visit.entry) return
  visit.entry = state
  say(env, 'enter', chain)
}

export function maybeExitScc(env: Env, state: State): number {
  const chain = sccChain(env, state)
  if (!chain) return 0
  const visit = findVisit(env, chain)
  if (!visit) {
    // A mispredicted path may end in a loop before any checkpoint of it.
    if (state.speculative) return 0
    verbose(env.log, `verifier bug: scc exit: no visit info for call chain ${chainText(chain)}\n`)
    return -EFAULT
  }
  return visit.entry === state ? exitScc(env, visit) : 0
}

/** The same for a checkpoint, whose stay is known. */
export const maybeExitSccOf = (env: Env, checkpoint: State): number =>
  checkpoint.visit?.entry === checkpoint ? exitScc(env, checkpoint.visit) : 0

function exitScc(env: Env, visit: SccVisit): number {
  say(env, 'exit', visit)
  visit.entry = null
  env.counters.backedges -= visit.backedges.length
  updatePeakStates(env)
  return propagateBackedges(env, visit)
}

/** `state` is the checkpoint that `backedge` equals. */
export function addBackedge(env: Env, state: State, backedge: State): number {
  const chain = sccChain(env, state)
  const visit = chain && findVisit(env, chain)
  if (!chain || !visit) {
    verbose(env.log, `verifier bug: add backedge: no SCC in verification path, insn_idx ${state.insnIdx}\n`)
    return -EFAULT
  }
  say(env, 'backedge', chain)
  visit.backedges.unshift(backedge)
  env.counters.backedges++
  updatePeakStates(env)
  return 0
}

/** The loop of a checkpoint is not fully explored: what it relies upon may still grow. */
export const incompleteReadMarks = (checkpoint: State): boolean => checkpoint.visit !== null && checkpoint.visit.backedges.length > 0

const MAX_BACKEDGE_ITERS = 64

function propagateBackedges(env: Env, visit: SccVisit): number {
  for (let i = 0; ; i++) {
    if (i > MAX_BACKEDGE_ITERS) {
      if (env.log.level & LOG_LEVEL2) trace(env.log, 'propagate_backedges: too many iterations\n')
      for (const backedge of visit.backedges) markAllScalarsPrecise(env, backedge)
      break
    }
    env.bt.changed = false
    let changed = false
    for (const backedge of visit.backedges) {
      env.bt.changed = false
      const err = propagatePrecision(env, backedge.equalState!, backedge)
      if (err) return err
      if (env.bt.changed) changed = true
    }
    if (!changed) break
  }
  visit.backedges = []
  return 0
}
