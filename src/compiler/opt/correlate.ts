// Branches that an earlier branch has decided: where all ways to a block have gone one way at a test, the same test, or one that follows from
// it, becomes a literal. simplifyCfg then drops the way that is never taken. LLVM's correlated value propagation does this too.
import { constant, type Func, isKind, makeCfg } from '../ir/index.ts'
import { heldAt } from './facts.ts'

export function correlate(fn: Func): void {
  if (!fn.blocks.some((b) => b.term.kind === 'condbr')) return
  const cfg = makeCfg(fn)
  for (const block of cfg.order) {
    const { term } = block
    if (term.kind !== 'condbr') continue
    const [condition] = term.args
    if (!isKind(condition, 'cmp')) continue
    const holds = heldAt(cfg, block, { pred: condition.pred, left: condition.args[0], right: condition.args[1] })
    if (holds !== undefined) term.args = [constant('i1', holds ? 1 : 0)]
  }
}
