// Moves an extension down to the block that uses it, where the narrow value is compared on the way:
//
//   r5 = sext r2                                  if w2 s> 64 goto out
//   if w2 s> 64 goto out                 =>       r5 = sext r2
//   use r5                                        use r5
//
// Linux does not tie a sign-extended copy to what it was made of, so a bound that is proven of the one says nothing of the other. Made before
// the comparison, the copy would be used unbounded; made after it, it is bounded. Needs: nothing. Gives: the same values, later.
import { type Block, type Cast, type Func, type Instr, isInstr, isKind, makeCfg, naturalLoops, undef, type Value } from '../ir/index.ts'

export function sinkCasts(fn: Func): void {
  const places = placesOfUses(fn)
  const loops = naturalLoops(makeCfg(fn))
  // What leads into a loop once would be done again in each round.
  const staysOutside = (from: Block, to: Block): boolean => loops.some((l) => l.blocks.has(to) && !l.blocks.has(from))
  for (const block of fn.blocks) {
    for (const cast of block.instrs.filter((i): i is Cast => isKind(i, 'cast') && isWidening(i) && isCompared(i, places))) {
      const blocks = new Set(places.get(cast)?.map((p) => p.block))
      const [to] = blocks
      if (blocks.size !== 1 || to === undefined || to === block || staysOutside(block, to)) continue
      move(fn, cast, block, to, places)
    }
  }
}

interface Place {
  readonly block: Block
  /** Undefined: the end of the block (its terminator, or a phi behind it). */
  readonly user: Instr | undefined
  readonly isCompare: boolean
}
type Places = ReadonlyMap<Instr, readonly Place[]>

const isWidening = (c: Cast): boolean => (c.op === 'sext' || c.op === 'zext') && c.type === 'i64'

/** Whether a comparison looks at the narrow value. */
const isCompared = (cast: Cast, places: Places): boolean => {
  const [narrow] = cast.args
  return isInstr(narrow) && (places.get(narrow)?.some((p) => p.isCompare) ?? false)
}

function placesOfUses(fn: Func): Places {
  const places = new Map<Instr, Place[]>()
  const note = (v: Value, place: Place): void => {
    if (!isInstr(v)) return
    const list = places.get(v)
    if (list) list.push(place)
    else places.set(v, [place])
  }
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      if (i.kind === 'dbg' || i.kind === 'lifetime') continue
      if (isKind(i, 'phi')) for (const [k, from] of i.from.entries()) note(i.args[k], { block: from, user: undefined, isCompare: false })
      else for (const a of i.args) note(a, { block, user: i, isCompare: i.kind === 'cmp' })
    }
    for (const a of block.term.args) note(a, { block, user: undefined, isCompare: false })
  }
  return places
}

function move(fn: Func, cast: Cast, from: Block, to: Block, places: Places): void {
  from.instrs.splice(from.instrs.indexOf(cast), 1)
  const users = new Set(places.get(cast)?.map((p) => p.user))
  const first = to.instrs.findIndex((i) => users.has(i))
  const at = first >= 0 ? first : to.instrs.length
  to.instrs.splice(at, 0, cast)
  // A variable that was said to be this value is not known before it is made.
  for (const block of fn.blocks) {
    for (const [k, i] of block.instrs.entries()) {
      if (i.kind === 'dbg' && i.args[0] === cast && (block !== to || k < at)) i.args[0] = undef(cast.type)
    }
  }
}
