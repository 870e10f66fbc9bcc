// Moves an extension down to the block that uses it, where the narrow value is compared on the way:
//
//   r5 = sext r2                                  if w2 s> 64 goto out
//   if w2 s> 64 goto out                 =>       r5 = sext r2
//   use r5                                        use r5
//
// Linux does not tie an extended copy to what it was made of, so a bound that is proven of the one says nothing of the other. Made before
// the comparison, the copy would be used unbounded; made after it, it is bounded. Where it cannot go behind (it is used in several blocks, or
// would be made again in each round of a loop), it takes the narrow value's place: that is its lower half from there on, and the comparison
// looks at the register that is used. Needs: legalized code. Gives: the same values, later or in fewer registers.
import {
  type Block,
  bitsOf,
  type Cast,
  type Cfg,
  type Cmp,
  constant,
  dominates,
  evalCast,
  type Func,
  type Instr,
  isInstr,
  isKind,
  makeCfg,
  naturalLoops,
  signed,
  undef,
  type Value,
} from '../ir/index.ts'

export function sinkCasts(fn: Func): void {
  const places = placesOfUses(fn)
  const cfg = makeCfg(fn)
  const loops = naturalLoops(cfg)
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
  takePlaces(fn, cfg)
}

/** Lets extensions stand for what they extend where one of the two is compared and the other used behind the comparison. */
function takePlaces(fn: Func, cfg: Cfg): void {
  const places = placesOfUses(fn)
  const position = new Map(fn.blocks.flatMap((b) => b.instrs.map((i, k): [Instr, number] => [i, k])))
  const usesOf = (v: Instr): readonly Place[] => places.get(v) ?? []
  const isBounded = (compared: readonly Place[], used: readonly Place[]): boolean =>
    compared.some((c) => c.isCompare && used.some((u) => u.block !== c.block && dominates(cfg, c.block, u.block)))
  for (const block of fn.blocks) {
    for (const cast of block.instrs.filter((i): i is Cast => isKind(i, 'cast') && isWidening(i))) {
      const [narrow] = cast.args
      if (!isInstr(narrow) || narrow.type !== 'i32') continue
      const at = position.get(cast)!
      const isBehind = ({ block: b, user }: Omit<Place, 'isCompare'>): boolean =>
        b === block ? user === undefined || (position.get(user) ?? at) > at : dominates(cfg, block, b)
      const whole = usesOf(cast)
      const narrowBehind = usesOf(narrow).filter(isBehind)
      if (isBounded(narrowBehind, whole) || isBounded(whole, narrowBehind)) takePlace(fn, cast, block, isBehind)
    }
  }
}

function takePlace(fn: Func, cast: Cast, home: Block, isBehind: (p: Omit<Place, 'isCompare'>) => boolean): void {
  const [narrow] = cast.args
  const half: Cast = { kind: 'cast', op: 'trunc', type: narrow.type, args: [cast], id: fn.nextId++, ...(cast.at && { at: cast.at }) }
  for (const block of fn.blocks) {
    for (const i of block.instrs) {
      for (const [k, a] of i.args.entries()) {
        if (a !== narrow || i === cast) continue
        if (isBehind(isKind(i, 'phi') ? { block: i.from[k], user: undefined } : { block, user: i })) i.args[k] = half
      }
      if (isKind(i, 'cmp')) compareWhole(i, half, cast)
    }
    if (isBehind({ block, user: undefined })) block.term.args = block.term.args.map((a) => (a === narrow ? half : a))
  }
  home.instrs.splice(home.instrs.indexOf(cast) + 1, 0, half)
}

/** A comparison of the lower half with a literal as one of the whole register, which bounds that in every kernel. */
function compareWhole(i: Cmp, half: Cast, cast: Cast): void {
  const [a, b] = i.args
  if (a !== half || b.kind !== 'const' || (cast.op === 'zext' && (i.pred.startsWith('s') || signed(b) < 0n))) return
  i.args = [cast, constant(cast.type, evalCast(cast.op, bitsOf(b.type), bitsOf(cast.type), b.value))]
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
