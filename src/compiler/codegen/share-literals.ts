// Lets blocks use a literal or address that a block before them on every way has put into a register, instead of making it again.
// Before allocation: the registers are virtual and written once. Under pressure the allocator makes such values anew anyway.
//
// Addresses of variables and maps take two slots and are shared over any distance without a call; short literals are, too.
import { reg } from '../../isa/index.ts'
import { asmDefs, defOf, isVirtual, type MBlock, type MFunc, type MOp, withAsmRegs, withRegs } from './mir.ts'
import { keyOf, predecessors } from './thread-blocks.ts'

export function shareLiterals(f: MFunc): void {
  const makers = findMakers(f)
  if (makers.size === 0) return
  const renamed = new Map<number, number>()
  const atEnd = new Map<MBlock, Map<string, number>>()
  const preds = predecessors(f)
  // Blocks stand in reverse post-order: all ways into a block but back edges are done before it.
  for (const block of f.blocks) {
    const known = meet(
      preds.get(block)!.map((p) => atEnd.get(p)),
      block === f.blocks[0],
    )
    block.insns = block.insns.filter((i) => {
      if (i.kind !== 'op') return true
      if (i.insn.kind === 'call') known.clear()
      const key = makers.get(defOf(i.insn))
      if (key === undefined || !isLiteral(i)) return true
      const d = defOf(i.insn)
      const have = known.get(key)
      if (have === undefined) {
        known.set(key, d)
        return true
      }
      renamed.set(d, have)
      return false
    })
    atEnd.set(block, known)
  }
  if (renamed.size === 0) return
  const name = (r: number): number => renamed.get(r) ?? r
  for (const b of f.blocks) {
    b.insns = b.insns.map((i) => {
      if (i.kind === 'dbg') return i.place.kind === 'reg' ? { ...i, place: { kind: 'reg', reg: name(i.place.reg) } } : i
      if (i.kind === 'asm') return { ...i, operands: withAsmRegs(i.operands, name) }
      return { ...i, insn: withRegs(i.insn, name, name) }
    })
    if (b.term.kind === 'jump')
      b.term = { ...b.term, dst: name(b.term.dst), src: b.term.src.kind === 'reg' ? reg(name(b.term.src.reg)) : b.term.src }
  }
}

const isLiteral = (i: MOp): boolean =>
  !i.core && (i.insn.kind === 'ld_imm64' || (i.insn.kind === 'alu' && i.insn.op === 'mov' && i.insn.src.kind === 'imm'))

/** Registers that are written once, by a literal, and only read otherwise; with the text of what they hold. */
function findMakers(f: MFunc): Map<number, string> {
  const writes = new Map<number, number>()
  const makers = new Map<number, string>()
  for (const b of f.blocks) {
    for (const i of b.insns) {
      if (i.kind === 'asm') for (const d of asmDefs(i)) writes.set(d, 2)
      if (i.kind !== 'op') continue
      const d = defOf(i.insn)
      if (!isVirtual(d)) continue
      writes.set(d, (writes.get(d) ?? 0) + 1)
      if (isLiteral(i)) makers.set(d, keyOf({ ...i, insn: { ...i.insn, dst: 0 } as MOp['insn'] }))
    }
  }
  for (const [d, n] of writes) if (n > 1) makers.delete(d)
  return makers
}

/** What is in the same register at the end of all predecessors; a way that is not done yet (a loop's) leaves nothing. */
function meet(ends: readonly (ReadonlyMap<string, number> | undefined)[], entry: boolean): Map<string, number> {
  const [first, ...rest] = ends
  if (entry || !first) return new Map()
  const known = new Map<string, number>()
  for (const [key, r] of first) if (rest.every((e) => e?.get(key) === r)) known.set(key, r)
  return known
}
