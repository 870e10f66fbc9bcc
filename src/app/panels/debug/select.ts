// What the views of a run under the magnifying glass show, as texts and sets. Pure.
import type { CauseView, ListingRow, WasmView, WatchRow } from '../../../engine/index.ts'
import type { DebugTexts } from './texts.ts'

interface Rows {
  readonly tick: number
  readonly rows: readonly WatchRow[]
}

/** Expressions whose value is another one than at the place before. */
export function changedTexts(before: Rows | undefined, now: Rows): ReadonlySet<string> {
  if (!before || before.tick === now.tick) return new Set()
  const old = new Map(before.rows.map((r) => [r.text, `${r.kind} ${r.value}`]))
  return new Set(now.rows.flatMap((r) => (old.has(r.text) && old.get(r.text) !== `${r.kind} ${r.value}` ? [r.text] : [])))
}

export function rowText(row: WatchRow, t: DebugTexts['watch']): string {
  switch (row.kind) {
    case 'number':
    case 'text':
      return row.value
    case 'absent':
      return t.absent(row.value)
    case 'unknown':
      return t.unknown(row.value)
    case 'fault':
      return t.fault(row.at + 1)
  }
}

/** A row of the WebAssembly listing: a function's heading, an instruction's, or a line. `slot` is -1 where it belongs to none. */
export interface WasmRow {
  readonly kind: 'function' | 'insn' | 'line'
  readonly slot: number
  readonly depth: number
  readonly text: string
}

export function wasmRows(view: WasmView, listing: readonly ListingRow[], t: DebugTexts['wasm']): readonly WasmRow[] {
  const texts = new Map(listing.map((row) => [row.slot, `${row.slot}: ${row.text}`]))
  const out: WasmRow[] = []
  for (const { name, signature, lines } of view.functions) {
    out.push({ kind: 'function', slot: -1, depth: 0, text: `${t.function(name)}  ${signature}` })
    let before: number | undefined
    for (const { insn, depth, text } of lines) {
      if (insn !== before) out.push({ kind: 'insn', slot: insn, depth: 0, text: texts.get(insn) ?? t.entering })
      out.push({ kind: 'line', slot: insn, depth, text })
      before = insn
    }
  }
  return out
}

/** An arrow of the listing: from the instruction that had a part in a value to the one that uses it. */
export interface Arrow {
  readonly from: number
  readonly to: number
  readonly kind: Cause['kind']
  readonly register: string
}

interface Cause {
  readonly insn: number
  readonly kind: CauseView['kind']
  readonly register: string
}

const MAX_ARROWS = 6

/** The nearest parts first; each instruction has one arrow, and what was compared is worth more than how a value was carried about. */
export function arrowsTo(to: number, causes: readonly Cause[]): readonly Arrow[] {
  const best = new Map<number, Arrow>()
  for (const { insn, kind, register } of causes) {
    if (insn === to) continue
    const known = best.get(insn)
    if (!known || (known.kind !== 'narrowed' && kind === 'narrowed')) best.set(insn, { from: insn, to, kind, register })
  }
  const weight = (a: Arrow): number => (a.kind === 'narrowed' ? 0 : a.kind === 'made' || a.kind === 'filled' ? 1 : 2)
  return [...best.values()]
    .sort((a, b) => weight(a) - weight(b) || Math.abs(a.from - to) - Math.abs(b.from - to))
    .slice(0, MAX_ARROWS)
    .sort((a, b) => Math.abs(a.from - to) - Math.abs(b.from - to))
}

export interface Use {
  readonly kind: 'read' | 'write' | 'call' | 'compare' | 'other'
  readonly register: string
}

/** What an instruction does with a register that needs knowing: "r0 = *(u8 *)(r6 +12)" reads through r6. */
export function actOf(text: string): Use {
  const load = /= (?:\(s\d+\) ?)?\*\([us]\d+ \*\)\((r\d+)/.exec(text)
  if (load) return { kind: 'read', register: load[1] }
  const store = /^(?:lock )?\*\([us]\d+ \*\)\((r\d+)/.exec(text)
  if (store) return { kind: 'write', register: store[1] }
  if (/^call /.test(text)) return { kind: 'call', register: '' }
  const test = /^if ([rw]\d+)/.exec(text)
  if (test) return { kind: 'compare', register: test[1] }
  return { kind: 'other', register: /^([rw]\d+)/.exec(text)?.[1] ?? '' }
}

/** Numbers of the registers whose values matter to an instruction: all that it names but the one that it writes anew, and a call's arguments. */
export function usedRegisters(text: string): ReadonlySet<number> {
  if (/^call /.test(text)) return new Set([1, 2, 3, 4, 5])
  const read = /^[rw]\d+ = /.test(text) ? text.slice(text.indexOf('=')) : text
  return new Set([...read.matchAll(/\b[rw](10|\d)\b/g)].map((m) => Number(m[1])))
}
