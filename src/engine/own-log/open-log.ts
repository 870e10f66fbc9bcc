// A log that somebody pasted, explained as if the verdict were ours: the steps that it tells of are the path.
import type { Program } from '../../isa/index.ts'
import type { StateView, StepTable } from '../../verifier/index.ts'
import { type Explanation, explainPath } from '../explain/explain.ts'
import { type ParsedLog, parseLog } from './parse-log.ts'

export interface OwnLog {
  readonly parsed: ParsedLog
  readonly program: Program
  readonly message: string
  readonly explanation: Explanation | undefined
}

export function explainLog(text: string): OwnLog {
  const parsed = parseLog(text)
  const { program, message, insn } = parsed
  const path = parsed.verdict === 'rejected' ? pathTo(parsed.steps, parsed.states, parsed.steps.count - 1) : []
  const file = program.lines[0]?.file ?? ''
  const explanation = parsed.verdict === 'rejected' ? explainPath(program, { message, insn }, path, file) : undefined
  return { parsed, program, message, explanation }
}

/** States from the start to a step, by its parents. */
function pathTo(steps: StepTable, states: readonly StateView[], last: number): readonly StateView[] {
  const path: StateView[] = []
  for (let step = last; step >= 0; step = steps.parent[step]) path.push(states[step])
  return path.reverse()
}
