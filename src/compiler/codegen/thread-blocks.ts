// Tidies the graph of machine blocks: empty blocks are jumped past, a block with one way in joins the block before it. The last time round,
// equal blocks become one; before, blocks on edges still have to be told apart.
import type { MAsm, MBlock, MFunc, MInsn, MTerm } from './mir.ts'

export function threadBlocks(f: MFunc, last = true): void {
  for (let changed = true; changed; ) {
    changed = false
    if (skipEmpty(f)) changed = true
    if (last && mergeEqual(f)) changed = true
    if (joinChains(f)) changed = true
  }
}

/** Lets all blocks that return lead to one block that does nothing else. */
export function uniteExits(f: MFunc): void {
  for (const value of [true, false]) {
    const returning = f.blocks.filter((b) => b.term.kind === 'exit' && b.term.value === value)
    if (returning.length < 2) continue
    const id = f.blocks.reduce((most, b) => Math.max(most, b.id), 0) + 1
    const end: MBlock = { id, insns: [], term: returning[0].term, depth: 0 }
    for (const b of returning) b.term = { kind: 'goto', to: [end], ...(b.term.at && { at: b.term.at }) }
    f.blocks.push(end)
  }
}

const isEmpty = (b: MBlock): boolean => b.insns.every((i) => i.kind === 'dbg')

export function predecessors(f: MFunc): Map<MBlock, MBlock[]> {
  const preds = new Map<MBlock, MBlock[]>(f.blocks.map((b) => [b, []]))
  for (const b of f.blocks) for (const to of new Set(b.term.to)) preds.get(to)!.push(b)
  return preds
}

/** Keeps the blocks that can be reached, in their order. */
export function dropUnreachable(f: MFunc): void {
  const seen = new Set<MBlock>([f.blocks[0]])
  const work = [f.blocks[0]]
  for (let b = work.pop(); b; b = work.pop()) {
    for (const to of b.term.to) {
      if (seen.has(to)) continue
      seen.add(to)
      work.push(to)
    }
  }
  if (seen.size < f.blocks.length) f.blocks = f.blocks.filter((b) => seen.has(b))
}

function skipEmpty(f: MFunc): boolean {
  let changed = false
  const end = (b: MBlock): MBlock => {
    let at = b
    const seen = new Set<MBlock>()
    while (at.term.kind === 'goto' && isEmpty(at) && !seen.has(at)) {
      seen.add(at)
      at = at.term.to[0]
    }
    return at
  }
  for (const b of f.blocks) {
    const to = b.term.to.map(end)
    if (to.some((t, k) => t !== b.term.to[k])) {
      b.term.to = to
      changed = true
    }
    if (b.term.kind === 'jump' && b.term.to[0] === b.term.to[1]) {
      b.term = { kind: 'goto', to: [b.term.to[0]], ...(b.term.at && { at: b.term.at }) }
      changed = true
    }
  }
  if (changed) dropUnreachable(f)
  return changed
}

/** Text that equals for instructions that do the same. */
export const keyOf = (i: Exclude<MInsn, MAsm>): string =>
  i.kind === 'dbg'
    ? ''
    : `${JSON.stringify(i.insn)}${i.symbol ? `@${i.symbol.target.name}+${i.symbol.addend}` : ''}${i.slot ? `#${i.slot.id}` : ''}${i.core ? `!${i.core.id}` : ''}`

export const termKey = (t: MTerm): string => {
  const to = t.to.map((b) => b.id).join(',')
  if (t.kind === 'exit') return `exit ${t.value}`
  return t.kind === 'jump' ? `${t.op}${t.width} ${t.dst} ${JSON.stringify(t.src)} ${to}` : `${t.kind} ${to}`
}

function mergeEqual(f: MFunc): boolean {
  const byKey = new Map<string, MBlock>()
  const merged = new Map<MBlock, MBlock>()
  for (const b of f.blocks) {
    if (b === f.blocks[0]) continue
    if (b.insns.some((i) => i.kind === 'asm')) continue
    const ops = b.insns.filter((i) => i.kind === 'op')
    if (ops.length > 8) continue
    const key = `${ops.map(keyOf).join(';')}|${termKey(b.term)}`
    const same = byKey.get(key)
    if (same) merged.set(b, same)
    else byKey.set(key, b)
  }
  if (merged.size === 0) return false
  for (const b of f.blocks) b.term.to = b.term.to.map((t) => merged.get(t) ?? t)
  dropUnreachable(f)
  return true
}

function joinChains(f: MFunc): boolean {
  const preds = predecessors(f)
  let changed = false
  for (const b of f.blocks) {
    for (;;) {
      const { term } = b
      if (term.kind !== 'goto') break
      const [next] = term.to
      if (next === b || next === f.blocks[0] || preds.get(next)!.length !== 1) break
      b.insns = [...b.insns, ...next.insns]
      b.term = next.term
      for (const to of new Set(next.term.to)) {
        const list = preds.get(to)!
        list[list.indexOf(next)] = b
      }
      next.insns = []
      next.term = { kind: 'goto', to: [next] }
      preds.set(next, [next, next])
      changed = true
    }
  }
  if (changed) dropUnreachable(f)
  return changed
}
