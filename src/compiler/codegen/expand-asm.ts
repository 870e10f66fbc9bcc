// Assembly blocks to instructions, once registers and stack slots have their places: operands are written into the text, and the text is
// read by the assembler. Jumps and data stay open until `layout` knows where labels and blocks lie.
//
//   "r0 = %[map] ll; if r0 == 0 goto l_%=;"   operands by number, `%w1` the 32-bit name, `%=` a number of this block alone, `%%` a percent sign
import { type AsmDraft, type AsmFault, type AsmItem, type DataExpr, type Insn, insnSlots, parseAsmBlock } from '../../isa/index.ts'
import type { MAsm, MAsmOperand, MFunc, SymbolRef } from './mir.ts'

export type AsmLine =
  | { readonly kind: 'label'; readonly name: string }
  /** `label`: where it jumps or what it calls, by name. */
  | { readonly kind: 'insn'; readonly insn: Insn; readonly symbol?: SymbolRef; readonly label?: string }
  /** Eight bytes of data. */
  | { readonly kind: 'raw'; readonly parts: readonly { readonly size: number; readonly value: DataExpr }[] }

/** What an assembly block became. */
export interface Expanded {
  readonly lines: readonly AsmLine[]
  readonly fault?: AsmFault
}

/** Name of the label that stands for a target of the block's terminator. */
const targetName = (block: number, to: number): string => `.L${block}.${to}`
/** The target that such a name stands for. */
export function targetOf(name: string): { readonly block: number; readonly to: number } | undefined {
  const m = /^\.L(\d+)\.(\d+)$/.exec(name)
  return m ? { block: Number(m[1]), to: Number(m[2]) } : undefined
}

/** Slots that a line takes. */
export const lineSlots = (line: AsmLine): number => (line.kind === 'label' ? 0 : line.kind === 'raw' ? 1 : insnSlots(line.insn))

/** The lines of every assembly block of the function. */
export function expandAsm(f: MFunc): Map<MAsm, Expanded> {
  const made = new Map<MAsm, Expanded>()
  for (const b of f.blocks) for (const i of b.insns) if (i.kind === 'asm') made.set(i, expand(i, b.id, made.size))
  return made
}

function expand(asm: MAsm, block: number, serial: number): Expanded {
  const symbols = new Map<string, SymbolRef>()
  for (const o of asm.operands) if (o.kind === 'symbol') symbols.set(o.symbol.target.name, o.symbol)
  const text = asm.template.replace(/%(%|=|[a-zA-Z]?\d+)/g, (whole, what: string) => {
    if (what === '%') return '%'
    if (what === '=') return String(serial)
    const [, modifier, number] = /^([a-zA-Z]?)(\d+)$/.exec(what) ?? []
    const operand = asm.operands[Number(number)]
    return operand ? operandText(operand, modifier, block) : whole
  })
  const { items, fault } = parseAsmBlock(text)
  const lines: AsmLine[] = []
  const problem = fault ?? collect(items, symbols, lines)
  return problem ? { lines, fault: problem } : { lines }
}

function operandText(o: MAsmOperand, modifier: string, block: number): string {
  switch (o.kind) {
    case 'reg':
      return `${modifier === 'w' ? 'w' : 'r'}${o.reg}`
    case 'mem': {
      const off = o.off + (o.slot?.offset ?? 0)
      return `(r${o.reg} ${off < 0 ? '-' : '+'} ${Math.abs(off)})`
    }
    case 'imm':
      return String(o.value)
    case 'symbol':
      return o.symbol.addend === 0 ? o.symbol.target.name : `${o.symbol.target.name} + ${o.symbol.addend}`
    case 'label':
      return targetName(block, o.to)
  }
}

/** Items to lines, data bytes put together to slots. */
function collect(items: readonly AsmItem[], symbols: ReadonlyMap<string, SymbolRef>, lines: AsmLine[]): AsmFault | undefined {
  let parts: { size: number; value: DataExpr }[] = []
  const filled = (): number => parts.reduce((n, p) => n + p.size, 0)
  for (const item of items) {
    if (item.kind === 'data') {
      parts.push({ size: item.size, value: item.value })
      if (filled() > 8) return PARTIAL
      if (filled() < 8) continue
      lines.push({ kind: 'raw', parts })
      parts = []
      continue
    }
    if (parts.length > 0) return PARTIAL
    if (item.kind === 'label') lines.push(item)
    else lines.push(lineOf(item.draft, symbols))
  }
  return parts.length > 0 ? PARTIAL : undefined
}

const PARTIAL: AsmFault = { code: 'asm.data-slot', params: [] }

function lineOf(draft: AsmDraft, symbols: ReadonlyMap<string, SymbolRef>): AsmLine {
  const { insn, target, name } = draft
  if (target) {
    const to = target.kind === 'label' ? target.name : undefined
    if (to !== undefined) return { kind: 'insn', insn, label: to }
    return { kind: 'insn', insn: withDistance(insn, target.kind === 'distance' ? target.slots : 0) }
  }
  if (!name) return { kind: 'insn', insn }
  const symbol = symbols.get(name.text)
  if (insn.kind !== 'ld_imm64') return symbol ? { kind: 'insn', insn, symbol } : { kind: 'insn', insn, label: name.text }
  const load: Insn = { ...insn, load: 'imm' }
  return symbol
    ? { kind: 'insn', insn: load, symbol: { target: symbol.target, addend: insn.imm } }
    : { kind: 'insn', insn: load, label: name.text }
}

/** A jump or call with its distance in slots. */
export function withDistance(insn: Insn, slots: number): Insn {
  switch (insn.kind) {
    case 'goto':
    case 'jump':
    case 'may_goto':
      return { ...insn, off: slots }
    case 'call':
      return { ...insn, target: 'subprog', imm: slots }
    default:
      return insn
  }
}
