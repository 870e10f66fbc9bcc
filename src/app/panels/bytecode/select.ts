// What the bytecode panel shows, as rows of a list: instructions in slot order, a heading where a function begins.
// In: the listing and what is marked. Out: rows and the flags of each. Pure.
import type { ListingRow } from '../../../engine/index.ts'

export type BytecodeRow =
  | { readonly kind: 'label'; readonly text: string }
  | { readonly kind: 'insn'; readonly row: ListingRow; readonly firstOfLine: boolean }

export function bytecodeRows(listing: readonly ListingRow[]): readonly BytecodeRow[] {
  const rows: BytecodeRow[] = []
  let line = -1
  for (const row of listing) {
    if (row.label !== '') rows.push({ kind: 'label', text: row.label })
    rows.push({ kind: 'insn', row, firstOfLine: row.line !== line && row.line > 0 })
    line = row.line
  }
  return rows
}

/** Index of the list row that shows a slot, -1 where none does. */
export function indexOfSlot(rows: readonly BytecodeRow[], slot: number): number {
  return slot < 0 ? -1 : rows.findIndex((r) => r.kind === 'insn' && r.row.slot === slot)
}

export interface Marks {
  readonly pc: number
  readonly rejected: number
  readonly lit: ReadonlySet<number>
  readonly breakpoints: ReadonlySet<number>
}

export interface RowFlags {
  readonly pc: boolean
  readonly rejected: boolean
  readonly lit: boolean
  readonly breakpoint: boolean
}

export const flagsOf = (slot: number, marks: Marks): RowFlags => ({
  pc: slot === marks.pc,
  rejected: slot === marks.rejected,
  lit: marks.lit.has(slot),
  breakpoint: marks.breakpoints.has(slot),
})

/** The bytes of an instruction in groups of eight digits. */
export const spacedBytes = (hex: string): string => hex.replace(/(..)(?=.)/g, '$1 ')

export type TokenKind = 'register' | 'number' | 'keyword' | 'plain'

/** An instruction's text in coloured pieces; joined they give the text back. */
export function tokens(text: string): readonly { readonly kind: TokenKind; readonly text: string }[] {
  const out: { kind: TokenKind; text: string }[] = []
  const pattern =
    /\b[rw](?:10|\d)\b|(?<![\w#])(?<!pc[+-])[+-]?(?:0x[0-9a-f]+|\d+)\b|\b(?:if|goto|call|exit|lock|may_goto|callx|gotol|ll)\b/g
  let at = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) out.push({ kind: 'plain', text: text.slice(at, match.index) })
    const [word] = match
    out.push({ kind: /^[rw]\d/.test(word) ? 'register' : /[0-9]/.test(word[0]) || /^[+-]/.test(word) ? 'number' : 'keyword', text: word })
    at = match.index + word.length
  }
  if (at < text.length) out.push({ kind: 'plain', text: text.slice(at) })
  return out
}
