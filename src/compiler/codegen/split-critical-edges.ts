// Gives every edge from a block with several successors to a block with phis a block of its own: the copies that phis become need a place
// that lies on this edge alone, also where it is the only edge to the phis, and where assembly that may jump ends the block and all its ways lead
// to one place: behind it is too late for some of them.
import { type Func, makeCfg, phisOf, splitEdge, successors } from '../ir/index.ts'

export function splitCriticalEdges(fn: Func): void {
  const cfg = makeCfg(fn)
  for (const block of cfg.order) {
    if (block.term.to.length < 2) continue
    for (const to of successors(block)) {
      if (phisOf(to).length > 0) splitEdge(fn, block, to)
    }
  }
}
