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

/** Live-out sets by position in `blocks`, each made when asked for. Most registers live within one block: only those that are read in another
 * than they are written in take part in the flow. */
export function liveOut(f: MFunc): (k: number) => BitSet {
  const index = new Map(f.blocks.map((b, k) => [b, k]))
  const preds: number[][] = f.blocks.map(() => [])
  for (const [k, b] of f.blocks.entries()) for (const to of b.term.to) preds[index.get(to)!].push(k)
  const { read, written } = accesses(f)
  const number = new Int32Array(f.nextVreg).fill(-1)
  const names: number[] = []
  for (const list of read) {
    for (const r of list) {
      if (number[r] >= 0) continue
      number[r] = names.length
      names.push(r)
    }
  }
  const width = (names.length + 31) >> 5
  const made = (): Uint32Array => new Uint32Array(width * f.blocks.length)
  const [live, kill, out] = [made(), made(), made()]
  const fill = (words: Uint32Array, lists: readonly (readonly number[])[]): void => {
    for (const [k, list] of lists.entries())
      for (const r of list) if (number[r] >= 0) words[k * width + (number[r] >> 5)] |= 1 << (number[r] & 31)
  }
  fill(live, read)
  fill(kill, written)
  const work = new Worklist(f.blocks.length)
  for (let k = f.blocks.length - 1; k >= 0; k--) work.push(k)
  for (let k = work.pop(); k !== undefined; k = work.pop()) {
    const at = k * width
    for (const to of f.blocks[k].term.to) {
      const from = index.get(to)! * width
      for (let w = 0; w < width; w++) out[at + w] |= live[from + w]
    }
    let changed = false
    for (let w = 0; w < width; w++) {
      const next = (live[at + w] | (out[at + w] & ~kill[at + w])) >>> 0
      if (next === live[at + w]) continue
      live[at + w] = next
      changed = true
    }
    if (changed) for (const p of preds[k]) work.push(p)
  }
  return (k) => {
    const set = new BitSet(f.nextVreg)
    for (let w = 0; w < width; w++) {
      for (let word = out[k * width + w]; word !== 0; word &= word - 1) set.add(names[(w << 5) + 31 - Math.clz32(word & -word)])
    }
    return set
  }
}

/** By block: registers that it reads before it writes them, and those that it writes. */
function accesses(f: MFunc): { readonly read: readonly number[][]; readonly written: readonly number[][] } {
  const [readAt, writtenAt] = [new Int32Array(f.nextVreg).fill(-1), new Int32Array(f.nextVreg).fill(-1)]
  const [read, written]: number[][][] = [[], []]
  for (const [k, b] of f.blocks.entries()) {
    const [reads, writes]: number[][] = [[], []]
    read.push(reads)
    written.push(writes)
    const use = (r: number): void => {
      if (r === REG_FP || writtenAt[r] === k || readAt[r] === k) return
      readAt[r] = k
      reads.push(r)
    }
    const define = (r: number): void => {
      if (writtenAt[r] === k) return
      writtenAt[r] = k
      writes.push(r)
    }
    for (const i of b.insns) {
      if (i.kind === 'dbg') continue
      if (i.kind === 'asm') {
        asmUses(i).forEach(use)
        for (const d of [...asmDefs(i), ...i.clobbers]) define(d)
        continue
      }
      eachUse(i, use)
      if (i.insn.kind === 'call') for (let r = 0; r <= 5; r++) define(r)
      else if (defOf(i.insn) >= 0) define(defOf(i.insn))
    }
    eachTermUse(b.term, use)
  }
  return { read, written }
}

/** From the registers live after an instruction to those live before. */
export function stepBack(i: MInsn, live: BitSet): void {
  if (i.kind === 'dbg') return
  if (i.kind === 'asm') {
    for (const d of [...asmDefs(i), ...i.clobbers]) live.delete(d)
    for (const r of asmUses(i)) if (r !== REG_FP) live.add(r)
    return
  }
  if (i.insn.kind === 'call') {
    for (let r = 0; r <= 5; r++) live.delete(r)
  } else {
    const def = defOf(i.insn)
    if (def >= 0) live.delete(def)
  }
  eachUse(i, (r) => {
    if (r !== REG_FP) live.add(r)
  })
}

/** Walks a block from its end, where `live` lives, and changes that; `visit` sees each instruction with what is live after it. */
export function walkBack(block: MBlock, live: BitSet, visit: (i: MInsn, live: BitSet, at: number) => void): BitSet {
  eachTermUse(block.term, (r) => live.add(r))
  for (let k = block.insns.length - 1; k >= 0; k--) {
    visit(block.insns[k], live, k)
    stepBack(block.insns[k], live)
  }
  return live
}
