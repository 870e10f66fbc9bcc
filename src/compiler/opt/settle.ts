// Answers `__builtin_constant_p` with no where nothing has made the value a literal so far. Comes behind inlining and unrolling, and before the
// passes that clean up after it: what stood behind a "yes" goes.
import { constant, type Func, libraryName, replaceValues, type Value } from '../ir/index.ts'

export function settle(fn: Func): void {
  const replacement = new Map<Value, Value>()
  for (const block of fn.blocks) {
    block.instrs = block.instrs.filter((i) => {
      if (i.kind !== 'call' || libraryName(i.args[0]) !== 'constant_p') return true
      replacement.set(i, constant(i.type, 0))
      return false
    })
  }
  replaceValues(fn, replacement)
}
