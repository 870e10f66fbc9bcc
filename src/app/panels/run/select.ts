// What the run panel shows of a machine: the packet as a grid of bytes with marks, the stack as bytes, times and tones. Pure.
import type { ByteMark, LayerView, PacketRow } from '../../../engine/index.ts'
import type { Tone } from '../../ui/Chip.tsx'

export const BYTES_PER_ROW = 16

/** Bytes side by side that look the same. */
export interface ByteRun {
  readonly offset: number
  /** "45 00 00 3c" */
  readonly text: string
  /** What the last instruction did to them. */
  readonly now: Access
  /** Touched at all in this run so far. */
  readonly touched: Access
  /** Index of the innermost layer that holds them, -1 outside of all. */
  readonly layer: number
  /** Pointed at, here or in another panel. */
  readonly lit: boolean
}

export interface ByteRow {
  readonly offset: number
  readonly size: number
  readonly runs: readonly ByteRun[]
  /** Printable ASCII, dots elsewhere. */
  readonly ascii: string
}

interface Bytes {
  readonly hex: string
  readonly marks: readonly ByteMark[]
  readonly touched: readonly ByteMark[]
  readonly layers: readonly LayerView[]
  readonly lit: { readonly offset: number; readonly size: number } | undefined
}

/** Rows of the grid; a write outweighs a read where both happened. */
export function byteRows({ hex, marks, touched, layers, lit }: Bytes): readonly ByteRow[] {
  const length = hex.length >> 1
  const now = accessColumn(length, marks)
  const ever = accessColumn(length, touched)
  const layer = layerColumn(length, layers)
  const isLit = (i: number): boolean => lit !== undefined && i >= lit.offset && i < lit.offset + lit.size
  const isSame = (i: number, j: number): boolean =>
    now[i] === now[j] && ever[i] === ever[j] && layer[i] === layer[j] && isLit(i) === isLit(j)
  const rows: ByteRow[] = []
  for (let offset = 0; offset < length; offset += BYTES_PER_ROW) {
    const end = Math.min(length, offset + BYTES_PER_ROW)
    const runs: ByteRun[] = []
    for (let from = offset, to = offset + 1; from < end; from = to++) {
      while (to < end && isSame(from, to)) to++
      const text = pairs(hex.slice(2 * from, 2 * to)).join(' ')
      runs.push({ offset: from, text, now: now[from], touched: ever[from], layer: layer[from], lit: isLit(from) })
    }
    rows.push({ offset, size: end - offset, runs, ascii: asciiOf(hex.slice(2 * offset, 2 * end)) })
  }
  return rows
}

type Access = 'read' | 'write' | undefined

function accessColumn(length: number, marks: readonly ByteMark[]): Access[] {
  const out: Access[] = new Array<Access>(length).fill(undefined)
  for (const { offset, size, access } of marks) {
    for (let i = Math.max(0, offset); i < Math.min(length, offset + size); i++) if (out[i] !== 'write') out[i] = access
  }
  return out
}

function layerColumn(length: number, layers: readonly LayerView[]): number[] {
  const out = new Array<number>(length).fill(-1)
  layers.forEach((layer, n) => {
    for (let i = Math.max(0, layer.offset); i < Math.min(length, layer.offset + layer.size); i++) out[i] = n
  })
  return out
}

const asciiOf = (hex: string): string =>
  pairs(hex)
    .map((pair) => {
      const code = Number.parseInt(pair, 16)
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '·'
    })
    .join('')

/** "14 bytes at +12" style ranges of marks, merged, for people who do not see the colours. */
export function markText(marks: readonly ByteMark[], access: 'read' | 'write'): string {
  return marks
    .filter((m) => m.access === access)
    .map((m) => (m.size === 1 ? `+${m.offset}` : `+${m.offset}…+${m.offset + m.size - 1}`))
    .join(', ')
}

export function packetTone(row: Pick<PacketRow, 'outcome' | 'verdict'>): Tone {
  if (row.verdict === 'fault') return 'warn'
  return row.outcome === 'passed' ? 'good' : row.outcome === 'dropped' ? 'bad' : 'plain'
}

/** A packet's one line with address and port together, as there is little room: "10.0.0.1:41000 > 10.0.0.2:80 [SYN]". */
export function shortSummary(summary: string): string {
  const m = /^IPv([46]) (\S+) > (\S+) (?:TCP|UDP) (\d+) > (\d+)(.*)$/.exec(summary)
  if (!m) return summary.replace(/^IPv4 /, '')
  const [, version, from, to, fromPort, toPort, rest] = m
  const at = (address: string, port: string) => (version === '6' ? `[${address}]:${port}` : `${address}:${port}`)
  return `${at(from, fromPort)} > ${at(to, toPort)}${rest}`
}

/** Time since the scenario began: "0", "1.25 ms", "3.000 s". */
export function timeText(ns: number): string {
  if (ns === 0) return '0'
  if (ns < 1e6) return `${trim(ns / 1e3)} µs`
  if (ns < 1e9) return `${trim(ns / 1e6)} ms`
  return `${(ns / 1e9).toFixed(3)} s`
}

const trim = (x: number): string => String(Number(x.toPrecision(4)))

/** The 16 digits of a slot in pairs, ".." for bytes never written. */
export const pairs = (digits: string): readonly string[] => digits.match(/../g) ?? []

/** Leading zeros of a 64-bit value apart from its digits, so that they can be set back. */
export function splitZeros(hex: string): readonly [zeros: string, digits: string] {
  const m = /^(0*)(.*)$/.exec(hex)
  const zeros = m?.[1] ?? ''
  const digits = m?.[2] ?? ''
  return digits === '' ? [zeros.slice(1), '0'] : [zeros, digits]
}
