// The analysis of live stack slots for the program of a verification, which tells it where states are compared and what calls back.
import { CALLS_CALLBACK, type Env, PRUNE_POINT } from '../env.ts'
import { LOG_LEVEL2, trace } from '../verbose.ts'
import type { Flow } from './flow.ts'
import { newStackLiveness, type StackLiveness } from './stack.ts'

export function stackLiveness(env: Env, flow: Flow): StackLiveness {
  const { log, insns, subprogs, aux } = env
  return newStackLiveness({
    flow,
    starts: [...subprogs.map((s) => s.start), insns.length],
    log: log.level & LOG_LEVEL2 ? (line) => trace(log, line) : undefined,
    isPrunePoint: (insn) => (aux.flags[insn]! & PRUNE_POINT) !== 0,
    callsCallback: (insn) => (aux.flags[insn]! & CALLS_CALLBACK) !== 0,
  })
}
