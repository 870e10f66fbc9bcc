// Moves copies and literals from a block on an edge to before the jump that leads there, where the other way does not need the
// registers: `r0 = 1; if c goto end` instead of a block of its own with a goto. After allocation.
import { repeatsAtEnd } from './drop-redundant.ts'
import { type BitSet, liveOut, stepBack } from './liveness.ts'
import { defOf, eachTermUse, eachUse, type MBlock, type MFunc, type MOp, REG_FP } from './mir.ts'
import { dropUnreachable, predecessors } from './thread-blocks.ts'

const MOST = 3

export function hoistCopies(f: MFunc): void {
  for (let changed = true; changed; ) {
    changed = false
    const preds = predecessors(f)
    const out = liveOut(f)
    const index = new Map(f.blocks.map((b, k) => [b, k]))
    const liveIn = (b: MBlock): BitSet => {
      const live = out(index.get(b)!)
      eachTermUse(b.term, (r) => live.add(r))
      for (let k = b.insns.length - 1; k >= 0; k--) stepBack(b.insns[k], live)
      return live
    }
    const repeats = repeatsAtEnd(f)
    // Blocks with two candidates wait until the others are done: one of theirs may turn out to be there already.
    const undecided: (() => void)[] = []
    for (const b of f.blocks) {
      if (b.term.kind !== 'jump') continue
      const [yes, no] = b.term.to
      const free = (edge: MBlock, other: MBlock): MOp[] | undefined => {
        const ops = candidates(edge, preds)
        return ops && edge !== other && b.depth <= edge.term.to[0].depth && isFree(b, ops, liveIn(other)) ? ops : undefined
      }
      const first = free(yes, no)
      const second = free(no, yes)
      if (!first && !second) continue
      const hoist = (k: number): void => {
        const edge = b.term.to[k]
        b.insns.push(...edge.insns)
        b.term.to[k] = edge.term.to[0]
        edge.insns = []
        edge.term = { kind: 'goto', to: [edge] }
        changed = true
      }
      if (first && second) undecided.push(() => hoist(repeats(b, second) ? 1 : 0))
      else hoist(first ? 0 : 1)
    }
    if (!changed) for (const decide of undecided) decide()
    if (changed) dropUnreachable(f)
  }
}

/** The instructions of a block that lies on an edge and holds nothing but copies; where nothing else leads on, it costs nothing. */
function candidates(edge: MBlock, preds: ReadonlyMap<MBlock, readonly MBlock[]>): MOp[] | undefined {
  if (edge.term.kind !== 'goto' || edge.term.to[0] === edge || preds.get(edge)!.length !== 1) return undefined
  if (edge.insns.some((i) => i.kind === 'asm')) return undefined
  const ops = edge.insns.filter((i) => i.kind === 'op')
  if (ops.length === 0 || ops.length > MOST || preds.get(edge.term.to[0])!.length < 2) return undefined
  return ops.every(isCheap) ? ops : undefined
}

/** A register or literal moved to a register. */
const isCheap = (i: MOp): boolean => i.insn.kind === 'alu' && i.insn.op === 'mov' && !i.core

function isFree(b: MBlock, ops: readonly MOp[], needed: BitSet): boolean {
  const read = new Set<number>()
  eachTermUse(b.term, (r) => read.add(r))
  return ops.every((i) => {
    const d = defOf(i.insn)
    let sound = d !== REG_FP && !read.has(d) && !needed.has(d)
    eachUse(i, (r) => {
      if (r === d) sound = false
    })
    return sound
  })
}
