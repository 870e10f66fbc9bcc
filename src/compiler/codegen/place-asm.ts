// Gives a line of assembly its place: labels become distances, names become symbols, data becomes a slot.
// Numeric labels may stand more than once: `1b` is the last one before, `1f` the next one behind.
import { evalData, type Insn } from '../../isa/index.ts'
import { type AsmLine, withDistance } from './expand-asm.ts'
import type { SymbolRef } from './mir.ts'

/** The labels of a function's assembly, by slot. */
export interface Labels {
  clear(): void
  add(name: string, slot: number): void
  /** The slot that a name means when said in the instruction at slot `from`. */
  find(name: string, from: number): number | undefined
}

export function makeLabels(): Labels {
  const slots = new Map<string, number[]>()
  return {
    clear: () => slots.clear(),
    add(name, slot) {
      const list = slots.get(name)
      if (list) list.push(slot)
      else slots.set(name, [slot])
    },
    find(name, from) {
      const local = /^(\d+)([fb])$/.exec(name)
      if (!local) return slots.get(name)?.[0]
      const list = slots.get(local[1]) ?? []
      return local[2] === 'f' ? list.find((s) => s > from) : list.findLast((s) => s <= from)
    },
  }
}

interface PlacedLine {
  readonly insn: Insn
  readonly symbol?: SymbolRef
  /** A name that stands for nothing. */
  readonly unknown?: string
}

/** The instruction of a line that stands at slot `at`. */
export function placeLine(
  line: Exclude<AsmLine, { readonly kind: 'label' }>,
  at: number,
  slotOf: (name: string, from: number) => number | undefined,
  symbolOf: (name: string) => SymbolRef['target'] | undefined,
): PlacedLine {
  if (line.kind === 'raw') return rawSlot(line, at, slotOf)
  const { insn, label } = line
  if (insn.kind === 'call' && line.symbol) return { insn: withDistance(insn, -1), symbol: line.symbol }
  if (label === undefined) return { insn, ...(line.symbol && { symbol: line.symbol }) }
  const slot = insn.kind === 'ld_imm64' ? undefined : slotOf(label, at)
  if (slot !== undefined) {
    const distance = slot - at - 1
    const wide = insn.kind === 'call' || (insn.kind === 'goto' && insn.long)
    return wide || (distance >= -0x8000 && distance <= 0x7fff) ? { insn: withDistance(insn, distance) } : { insn, unknown: label }
  }
  const target = insn.kind === 'call' || insn.kind === 'ld_imm64' ? symbolOf(label) : undefined
  if (!target) return { insn, unknown: label }
  return insn.kind === 'ld_imm64'
    ? { insn, symbol: { target, addend: insn.imm } }
    : { insn: withDistance(insn, -1), symbol: { target, addend: 0 } }
}

/** Data as an instruction of whatever kind: the encoder writes its fields back. */
function rawSlot(
  line: Extract<AsmLine, { readonly kind: 'raw' }>,
  at: number,
  slotOf: (name: string, from: number) => number | undefined,
): PlacedLine {
  let word = 0n
  let shift = 0n
  let unknown: string | undefined
  for (const part of line.parts) {
    const value = evalData(part.value, (name) => {
      // Numeric labels are counted from the instruction that the data is part of.
      const slot = slotOf(name, at)
      if (slot === undefined) unknown = name
      return slot === undefined ? undefined : BigInt(8 * slot)
    })
    word |= BigInt.asUintN(8 * part.size, value ?? 0n) << shift
    shift += BigInt(8 * part.size)
    if (value === undefined) unknown ??= '?'
  }
  const low = Number(BigInt.asUintN(32, word))
  const insn: Insn = {
    kind: 'invalid',
    opcode: low & 0xff,
    dst: (low >> 8) & 0x0f,
    src: (low >> 12) & 0x0f,
    off: low >> 16,
    imm: Number(BigInt.asIntN(32, word >> 32n)),
  }
  return unknown === undefined ? { insn } : { insn, unknown }
}
