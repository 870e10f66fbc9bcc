// Turns a switch into comparisons: the machine has no jump tables. Runs of neighbouring cases with one target are ranges; few ranges are
// tried one after the other, many by halves. All comparisons are of the value itself: the verifier learns from them what it is, which
// a comparison of its distance from a case would not tell.
import { type Block, bitsOf, constant, type Func, type Instr, phisOf, type Switch, successors, type Value } from '../ir/index.ts'

/** Cases from low to high (unsigned, inclusive) that go to one block. */
interface Range {
  readonly low: bigint
  readonly high: bigint
  readonly to: Block
}

const LINEAR = 3

export function lowerSwitch(fn: Func): void {
  for (const block of [...fn.blocks]) if (block.term.kind === 'switch') lower(fn, block, block.term)
}

function lower(fn: Func, block: Block, term: Switch): void {
  const value = term.args[0]
  const otherwise = term.to[0]
  const targets = successors(block)
  /** Blocks that now lead to each target, and the values its phis got from the switch. */
  const sources = new Map<Block, Block[]>(targets.map((t) => [t, []]))
  /** What the value may be at a block: the comparisons before have ruled out the rest. */
  const build = (at: Block, ranges: readonly Range[], least: bigint, most: bigint): void => {
    const end = (from: Block, cond: Instr, yes: Block, no: Block): void => {
      from.instrs.push(cond)
      from.term = { kind: 'condbr', args: [cond], to: [yes, no], ...(term.at && { at: term.at }) }
      for (const to of [yes, no]) sources.get(to)?.push(from)
    }
    const more = (behind: Block): Block => {
      const made: Block = { id: fn.nextId++, hint: 'switch', instrs: [], term: { kind: 'unreachable', args: [], to: [] } }
      fn.blocks.splice(fn.blocks.indexOf(behind) + 1, 0, made)
      return made
    }
    if (ranges.length === 0) {
      sources.get(otherwise)!.push(at)
      at.term = { kind: 'br', args: [], to: [otherwise], ...(term.at && { at: term.at }) }
      return
    }
    if (ranges.length > LINEAR) {
      const half = ranges.length >> 1
      const [low, high] = [more(at), more(at)]
      end(at, compare(fn, 'ult', value, ranges[half].low, term), low, high)
      build(low, ranges.slice(0, half), least, ranges[half].low - 1n)
      build(high, ranges.slice(half), ranges[half].low, most)
      return
    }
    const [first, ...rest] = ranges
    const next = rest.length > 0 ? more(at) : otherwise
    const single = first.low === first.high
    if (single) end(at, compare(fn, 'eq', value, first.low, term), first.to, next)
    else if (least === first.low) end(at, compare(fn, 'ult', value, first.high + 1n, term), first.to, next)
    else if (first.high === most) end(at, compare(fn, 'ult', value, first.low, term), next, first.to)
    else {
      const inside = more(at)
      end(at, compare(fn, 'ult', value, first.low, term), otherwise, inside)
      end(inside, compare(fn, 'ult', value, first.high + 1n, term), first.to, next)
    }
    if (rest.length > 0) build(next, rest, single && least !== first.low ? least : first.high + 1n, most)
  }
  build(block, rangesOf(term), 0n, (1n << BigInt(bitsOf(value.type))) - 1n)
  for (const [target, from] of sources) {
    for (const phi of phisOf(target)) {
      const k = phi.from.indexOf(block)
      const [incoming] = phi.args.splice(k, 1)
      phi.from.splice(k, 1)
      for (const b of from) {
        phi.from.push(b)
        phi.args.push(incoming)
      }
    }
  }
}

function rangesOf(term: Switch): Range[] {
  const cases = term.cases.map((value, k) => ({ value, to: term.to[k + 1] })).filter((c) => c.to !== term.to[0])
  const ranges: { low: bigint; high: bigint; to: Block }[] = []
  for (const c of cases.sort((a, b) => (a.value < b.value ? -1 : 1))) {
    const last = ranges[ranges.length - 1]
    if (last && last.to === c.to && last.high + 1n === c.value) last.high = c.value
    else ranges.push({ low: c.value, high: c.value, to: c.to })
  }
  return ranges
}

function compare(fn: Func, pred: 'eq' | 'ult', value: Value, literal: bigint, near: Switch): Instr {
  return { kind: 'cmp', type: 'i1', pred, id: fn.nextId++, args: [value, constant(value.type, literal)], ...(near.at && { at: near.at }) }
}
