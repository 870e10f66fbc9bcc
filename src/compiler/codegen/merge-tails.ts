// Lets blocks that end alike share their end: the common instructions become a block of their own. After allocation.
//
// Costs nothing: each block jumped away already. Held back where Linux would see one instruction used in two ways: an access through a
// pointer is shared only if it comes from the same place in the source, a call only together with what loads its first argument.
import { type MBlock, type MFunc, type MInsn, type MOp, REG_FP } from './mir.ts'
import { keyOf, termKey } from './thread-blocks.ts'

export function mergeTails(f: MFunc): void {
  let nextId = f.blocks.reduce((most, b) => Math.max(most, b.id), 0) + 1
  for (let changed = true; changed; ) {
    changed = false
    for (const group of groups(f)) {
      const best = bestTail(group)
      if (!best) continue
      share(f, best.blocks, best.length, nextId++)
      changed = true
      break
    }
  }
}

/** The instructions behind the last assembly: text is not compared. */
const opsOf = (b: MBlock): MOp[] => b.insns.slice(b.insns.findLastIndex((i) => i.kind === 'asm') + 1).filter((i) => i.kind === 'op')
const hasAsm = (b: MBlock): boolean => b.insns.some((i) => i.kind === 'asm')

/** Blocks that end in the same way: going on to the same block, with the same jump, or returning. */
function groups(f: MFunc): MBlock[][] {
  const byNext = new Map<string, MBlock[]>()
  for (const b of f.blocks) {
    // What assembly may jump to hangs on its block.
    if (b.term.kind === 'asm') continue
    const key = termKey(b.term)
    const list = byNext.get(key)
    if (list) list.push(b)
    else byNext.set(key, [b])
  }
  return [...byNext.values()].filter((list) => list.length > 1)
}

/** Whether two instructions do the same and may be one for Linux. */
function mergeable(a: MOp, b: MOp): boolean {
  if (keyOf(a) !== keyOf(b)) return false
  const { insn } = a
  const through = insn.kind === 'load' ? insn.src : insn.kind === 'store' || insn.kind === 'atomic' ? insn.dst : REG_FP
  return through === REG_FP || (a.at !== undefined && b.at !== undefined && a.at.file === b.at.file && a.at.start === b.at.start)
}

function commonTail(a: readonly MOp[], b: readonly MOp[]): number {
  let n = 0
  let sound = 0
  /** A call was taken, and nothing yet that sets its r1. */
  let open = false
  while (n < a.length && n < b.length) {
    const x = a[a.length - 1 - n]
    if (!mergeable(x, b[b.length - 1 - n])) break
    n++
    if (x.insn.kind === 'call') {
      if (open) break
      open = (x.args ?? 5) > 0
    } else if (open && x.insn.kind === 'ld_imm64' && x.insn.dst === 1) open = false
    else if (open && x.insn.kind === 'alu' && x.insn.dst === 1) open = true
    if (!open) sound = n
  }
  return sound
}

/** The blocks of a group with the longest common end, saving the most. */
function bestTail(group: readonly MBlock[]): { readonly blocks: MBlock[]; readonly length: number } | undefined {
  let best: { blocks: MBlock[]; length: number } | undefined
  let saved = 0
  const ops = group.map(opsOf)
  for (const [k, a] of group.entries()) {
    const lengths = group.map((_, n) => (n <= k ? 0 : commonTail(ops[k], ops[n])))
    for (const length of new Set(lengths)) {
      if (length === 0) continue
      const blocks = [a, ...group.filter((_, n) => n > k && lengths[n] >= length)]
      if ((blocks.length - 1) * length <= saved) continue
      saved = (blocks.length - 1) * length
      best = { blocks, length }
    }
  }
  return best
}

function share(f: MFunc, blocks: readonly MBlock[], length: number, id: number): void {
  const [first] = blocks
  const whole = blocks.find((b) => opsOf(b).length === length && b !== f.blocks[0] && !hasAsm(b))
  const tail = whole ?? { id, insns: cut(first, length, false), term: first.term, depth: first.depth }
  for (const b of blocks) {
    if (b === tail) continue
    b.insns = cut(b, length, true)
    b.term = { kind: 'goto', to: [tail], ...(b.term.at && { at: b.term.at }) }
  }
  if (tail !== whole) f.blocks.push(tail)
}

/** What is before the last `length` instructions, or these. */
function cut(b: MBlock, length: number, before: boolean): MInsn[] {
  let left = length
  let k = b.insns.length
  while (left > 0) if (b.insns[--k].kind === 'op') left--
  return before ? b.insns.slice(0, k) : b.insns.slice(k)
}
