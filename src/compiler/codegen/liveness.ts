// Which registers are needed at the end of each block: the classic backward data flow, on bit sets. Registers 0..9 take part like virtual
// ones; r10 always lives and is left out.
import { Worklist } from '../../base/index.ts'
import { asmDefs, asmUses, defOf, eachTermUse, eachUse, type MBlock, type MFunc, type MInsn, REG_FP } from './mir.ts'

/** A set of small numbers. */
export class BitSet {
  readonly words: Uint32Array
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >> 5)
  }
  has(i: number): boolean {
    return ((this.words[i >> 5] >>> (i & 31)) & 1) === 1
  }
  add(i: number): void {
    this.words[i >> 5] |= 1 << (i & 31)
  }
  delete(i: number): void {
    this.words[i >> 5] &= ~(1 << (i & 31))
  }
  copy(): BitSet {
    const made = new BitSet(this.words.length << 5)
    made.words.set(this.words)
    return made
  }
  each(visit: (i: number) => void): void {
    for (let w = 0; w < this.words.length; w++) {
      for (let word = this.words[w]; word !== 0; word &= word - 1) visit((w << 5) + 31 - Math.clz32(word & -word))
    }
  }
}

/** Live-out sets by position in `blocks`. */
export function liveOut(f: MFunc): BitSet[] {
  const index = new Map(f.blocks.map((b, k) => [b, k]))
  const preds: number[][] = f.blocks.map(() => [])
  for (const [k, b] of f.blocks.entries()) for (const to of b.term.to) preds[index.get(to)!].push(k)
  const gen: BitSet[] = []
  const kill: BitSet[] = []
  for (const b of f.blocks) {
    const g = new BitSet(f.nextVreg)
    const d = new BitSet(f.nextVreg)
    eachTermUse(b.term, (r) => g.add(r))
    for (let k = b.insns.length - 1; k >= 0; k--) stepBack(b.insns[k], g, d)
    g.delete(REG_FP)
    gen.push(g)
    kill.push(d)
  }
  const out = f.blocks.map(() => new BitSet(f.nextVreg))
  const live = gen.map((g) => g.copy())
  const work = new Worklist(f.blocks.length)
  for (let k = f.blocks.length - 1; k >= 0; k--) work.push(k)
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    const o = out[k].words
    for (const to of f.blocks[k].term.to) {
      const from = live[index.get(to)!].words
      for (let w = 0; w < o.length; w++) o[w] |= from[w]
    }
    let changed = false
    const [l, g, d] = [live[k].words, gen[k].words, kill[k].words]
    for (let w = 0; w < o.length; w++) {
      const next = (g[w] | (o[w] & ~d[w])) >>> 0
      if (next !== l[w]) {
        l[w] = next
        changed = true
      }
    }
    if (changed) for (const p of preds[k]) work.push(p)
  }
  return out
}

/** From the registers live after an instruction to those live before; `defs` collects what is written. */
export function stepBack(i: MInsn, live: BitSet, defs?: BitSet): void {
  if (i.kind === 'dbg') return
  if (i.kind === 'asm') {
    for (const d of [...asmDefs(i), ...i.clobbers]) {
      live.delete(d)
      defs?.add(d)
    }
    for (const r of asmUses(i)) if (r !== REG_FP) live.add(r)
    return
  }
  if (i.insn.kind === 'call') {
    for (let r = 0; r <= 5; r++) {
      live.delete(r)
      defs?.add(r)
    }
  } else {
    const def = defOf(i.insn)
    if (def >= 0) {
      live.delete(def)
      defs?.add(def)
    }
  }
  eachUse(i, (r) => {
    if (r !== REG_FP) live.add(r)
  })
}

/** Walks a block from its end; `visit` sees each instruction with what is live after it. */
export function walkBack(block: MBlock, out: BitSet, visit: (i: MInsn, live: BitSet, at: number) => void): BitSet {
  const live = out.copy()
  eachTermUse(block.term, (r) => live.add(r))
  for (let k = block.insns.length - 1; k >= 0; k--) {
    visit(block.insns[k], live, k)
    stepBack(block.insns[k], live)
  }
  return live
}
