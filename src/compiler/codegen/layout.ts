// Puts the blocks of a function in a row and makes jumps between slots of them.
//
// The order is a reverse post-order in which, of two ways on, the one that stays in the loop and the one that C writes first come first;
// so a join follows the last block that leads to it and loops are in one piece. Comparisons are turned round where the wrong way follows.
import { never } from '../../base/index.ts'
import { type Insn, imm, insnSlots, type JumpOp, type Operand, reg } from '../../isa/index.ts'
import { type Expanded, lineSlots, targetOf } from './expand-asm.ts'
import type { MAsm, MBlock, MDbg, MFunc, MOp, SymbolRef } from './mir.ts'
import { type Labels, makeLabels, placeLine } from './place-asm.ts'

/** An instruction at its slot; `dbg` records keep their place between instructions. `leads`: the first of its block. */
export type Placed = (MOp | MDbg) & { readonly slotIndex: number; readonly leads: boolean }

export interface Code {
  /** In order; jumps have their distances. */
  readonly items: readonly Placed[]
  /** Number of 8-byte slots. */
  readonly length: number
  /** A jump goes farther than the instruction set of this cpu can say. */
  readonly tooFar: boolean
  /** Names in assembly that stand for nothing, with the block that says them. */
  readonly unknown: readonly { readonly name: string; readonly by: MAsm }[]
}

/** `asm`: what assembly blocks became. `symbolOf`: the function or variable of a name that only assembly knows. */
export function layout(
  f: MFunc,
  cpu: number,
  asm: ReadonlyMap<MAsm, Expanded> = new Map(),
  symbolOf: (name: string) => SymbolRef['target'] | undefined = () => undefined,
): Code {
  f.blocks = orderBlocks(f)
  const labels = makeLabels()
  const long = new Set<MBlock>()
  for (;;) {
    const rows = f.blocks.map((b, k) => ({ block: b, jumps: jumpsOf(b, f.blocks[k + 1], cpu, long.has(b)) }))
    const idle = idleBlock(rows)
    if (idle) {
      f.blocks = f.blocks.filter((b) => b !== idle)
      continue
    }
    const starts = new Map<MBlock, number>()
    let at = 0
    labels.clear()
    for (const { block, jumps } of rows) {
      starts.set(block, at)
      for (const i of block.insns) {
        if (i.kind === 'op') at += insnSlots(i.insn)
        if (i.kind !== 'asm') continue
        for (const line of asm.get(i)?.lines ?? []) {
          if (line.kind === 'label') labels.add(line.name, at)
          at += lineSlots(line)
        }
      }
      at += jumps.length
    }
    const { far, ...placed } = place(rows, starts, { asm, labels, symbolOf })
    if (far.length === 0) return { ...placed, length: at, tooFar: false }
    if (cpu < 4 || far.some((b) => long.has(b))) return { items: [], length: at, tooFar: true, unknown: [] }
    // All at once: code only grows by it, so what is too far now stays so.
    for (const b of far) long.add(b)
  }
}

interface Row {
  readonly block: MBlock
  readonly jumps: readonly Jump[]
}

/** A jump whose distance is not known yet. `to` absent: its `off` is final. */
interface Jump {
  readonly insn: Insn
  readonly to?: MBlock
}

interface AsmContext {
  readonly asm: ReadonlyMap<MAsm, Expanded>
  readonly labels: Labels
  readonly symbolOf: (name: string) => SymbolRef['target'] | undefined
}

/** `far`: blocks with a jump that does not reach where it leads. */
function place(
  rows: readonly Row[],
  starts: ReadonlyMap<MBlock, number>,
  context: AsmContext,
): Pick<Code, 'items' | 'unknown'> & { readonly far: readonly MBlock[] } {
  const items: Placed[] = []
  const far: MBlock[] = []
  const unknown: { name: string; by: MAsm }[] = []
  let at = 0
  for (const { block, jumps } of rows) {
    let leads = true
    for (const i of block.insns) {
      if (i.kind === 'asm') {
        const slotOf = (name: string, from: number): number | undefined => {
          const target = targetOf(name)
          return target ? starts.get(block.term.to[target.to]) : context.labels.find(name, from)
        }
        for (const line of context.asm.get(i)?.lines ?? []) {
          if (line.kind === 'label') continue
          const made = placeLine(line, at, slotOf, context.symbolOf)
          if (made.unknown !== undefined) unknown.push({ name: made.unknown, by: i })
          const { insn, symbol } = made
          // Each may be jumped to.
          items.push({ kind: 'op', insn, ...(symbol && { symbol }), ...(i.at && { at: i.at }), slotIndex: at, leads: true })
          at += insnSlots(insn)
        }
        leads = false
        continue
      }
      items.push({ ...i, slotIndex: at, leads })
      leads = false
      if (i.kind === 'op') at += insnSlots(i.insn)
    }
    for (const j of jumps) {
      let { insn } = j
      if (j.to && (insn.kind === 'goto' || insn.kind === 'jump')) {
        const off = starts.get(j.to)! - at - 1
        if ((off < -0x8000 || off > 0x7fff) && !(insn.kind === 'goto' && insn.long)) far.push(block)
        insn = { ...insn, off }
      }
      const op: MOp = { kind: 'op', insn, ...(block.term.at && { at: block.term.at }) }
      items.push({ ...op, slotIndex: at, leads })
      leads = false
      at++
    }
  }
  return { items, unknown, far }
}

/** A block that only returns, where all that led to it return by themselves. */
function idleBlock(rows: readonly Row[]): MBlock | undefined {
  const wanted = new Set(
    rows.flatMap(({ block, jumps }) => [...jumps.flatMap((j) => j.to ?? []), ...(block.term.kind === 'asm' ? block.term.to : [])]),
  )
  return rows.find(({ block }, k) => k > 0 && onlyReturns(block) && !wanted.has(block) && !rows[k - 1].block.term.to.includes(block))?.block
}

const onlyReturns = (b: MBlock): boolean => b.term.kind === 'exit' && b.insns.every((i) => i.kind === 'dbg')

/** The instructions that end a block which `next` follows. */
function jumpsOf(block: MBlock, next: MBlock | undefined, cpu: number, long: boolean): Jump[] {
  const { term } = block
  const goto = (to: MBlock): Jump[] => {
    if (to === next) return []
    return onlyReturns(to) ? [{ insn: { kind: 'exit' } }] : [{ insn: { kind: 'goto', long, off: 0 }, to }]
  }
  switch (term.kind) {
    case 'exit':
      return [{ insn: { kind: 'exit' } }]
    case 'end':
      return []
    case 'goto':
    case 'asm':
      return goto(term.to[0])
    case 'jump': {
      const [yes, no] = term.to
      const { width, dst, src } = term
      const straight: Jump = { insn: { kind: 'jump', op: term.op, width, dst, src, off: 0 }, to: yes }
      const turned = inverse(term.op, dst, src, cpu)
      const back: Jump | undefined = turned && { insn: { kind: 'jump', width, ...turned, off: 0 }, to: no }
      if (long) {
        // The comparison only steps over the long jump.
        const over: Jump = back ? { insn: { ...back.insn, off: 1 } as Insn } : { insn: { ...straight.insn, off: 1 } as Insn }
        return [over, { insn: { kind: 'goto', long, off: 0 }, to: back ? yes : no }, ...goto(back ? no : yes)]
      }
      if (yes === next && back) return [back]
      return [straight, ...goto(no)]
    }
    default:
      return never(term)
  }
}

const INVERSE: Partial<Record<JumpOp, JumpOp>> = {
  jeq: 'jne',
  jne: 'jeq',
  jgt: 'jle',
  jle: 'jgt',
  jge: 'jlt',
  jlt: 'jge',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jsge: 'jslt',
  jslt: 'jsge',
}
const SWAPPED: Partial<Record<JumpOp, JumpOp>> = { jlt: 'jgt', jle: 'jge', jslt: 'jsgt', jsle: 'jsge' }

/** The comparison that jumps in the other case, where there is one: `jset` has none, and v1 has no `<`. */
function inverse(op: JumpOp, dst: number, src: Operand, cpu: number): { op: JumpOp; dst: number; src: Operand } | undefined {
  const turned = INVERSE[op]
  if (!turned) return undefined
  const swapped = cpu < 2 ? SWAPPED[turned] : undefined
  if (!swapped) return { op: turned, dst, src: src.kind === 'imm' ? imm(src.imm) : src }
  return src.kind === 'reg' ? { op: swapped, dst: src.reg, src: reg(dst) } : undefined
}

/** Reverse post-order with the loop's way and the first way visited last. */
function orderBlocks(f: MFunc): MBlock[] {
  const post: MBlock[] = []
  const seen = new Set<MBlock>([f.blocks[0]])
  const visit = (b: MBlock): MBlock[] => {
    const { term } = b
    const first = term.kind === 'jump' ? (term.likely ?? (term.op === 'jset' ? 1 : 0)) : 0
    // Popped from the end: what comes first in the row is visited last.
    const ways = term.to.map((to, k) => ({ to, rank: to.depth * 2 + (k === first ? 1 : 0) }))
    return ways.sort((x, y) => y.rank - x.rank).map((w) => w.to)
  }
  const stack = [{ block: f.blocks[0], ways: visit(f.blocks[0]) }]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    const to = top.ways.pop()
    if (!to) {
      post.push(top.block)
      stack.pop()
    } else if (!seen.has(to)) {
      seen.add(to)
      stack.push({ block: to, ways: visit(to) })
    }
  }
  return post.reverse()
}
