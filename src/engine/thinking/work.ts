// Long work in slices, so that whoever drives it sees a cancel: a verification with a record of its steps, a search.
import type { Program } from '../../isa/index.ts'
import { startVerify, type VerifyOptions } from '../../verifier/index.ts'
import { sourceOf, type Thinking, thinkingOf } from './thinking.ts'

export interface Work<T> {
  run(): 'more' | 'done'
  /** Only once `run` said 'done'. */
  result(): T
}

const SLICE = 4000

/** Verifies once more with a record of every step. */
export function startThinking(program: Program, options: VerifyOptions, mainFile: string): Work<Thinking> {
  const verification = startVerify(program, { ...options, logLevel: 0, record: true })
  return {
    run: () => verification.run(SLICE),
    result() {
      const result = verification.result()
      return thinkingOf(program, result.steps, sourceOf(result), mainFile, result.stats.processed)
    },
  }
}

/** A search of this engine's (witness, fixes) as work with slices of so many tries. */
export const searchWork = <T>(search: { run(tries: number): 'more' | 'done'; result(): T }, tries: number): Work<T> => ({
  run: () => search.run(tries),
  result: () => search.result(),
})
