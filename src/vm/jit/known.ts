// What is known of registers' values while code is written, along the one way that leads to it: where several ways meet, nothing is.
//
//   lower half   of an address as a local (i32) and a distance: of the frame, or of what a lookup found. An access then needs no arithmetic.
//   checked      offsets from the value that may be accessed (see checks)
//   marked       the page that a store went to is marked as written, and so are stores through the same value within a window.
import type { Code } from '../code.ts'
import { MAX_BPF_STACK } from '../machine.ts'
import type { Extent } from './checks.ts'
import { OP_CALL, OP_LD_IMM64 } from './functions.ts'

export interface Low {
  readonly local: number
  readonly off: number
  /** What a lookup found at the local, where that is not 0: bytes that may be accessed, and how. */
  readonly found?: { readonly size: number; readonly rights: number }
}

/** By register. Mutable; owned by the body that is being written. */
export interface Known {
  readonly lows: (Low | undefined)[]
  /** First offset of the window. */
  readonly marked: (number | undefined)[]
  readonly checked: (Extent | undefined)[]
  /** Locals that are not 0. */
  readonly notNull: Set<number>
}

const REGS = 11
const FP = 10
/** Distances that are followed. */
const FAR = 1 << 20

const LOAD_ACQ = 0x100
const FETCH = 0x01
const MOV64_REG = 0xbf
const ADD64_IMM = 0x07

/** `frame` is the local that holds the lower half of the frame's first byte; undefined where r10 may be something else. */
export function knownAtStart(frame: number | undefined): Known {
  const lows = new Array<Low | undefined>(REGS).fill(undefined)
  if (frame !== undefined) lows[FP] = { local: frame, off: MAX_BPF_STACK }
  const nothing = (): undefined[] => new Array<undefined>(REGS).fill(undefined)
  return { lows, marked: nothing(), checked: nothing(), notNull: new Set() }
}

/** Whether an instruction writes r10, which only code that was not verified does. */
export function writesFrame(code: Code): boolean {
  for (let pc = 0; pc < code.length; pc++) {
    const op = code.opcode[pc]
    const cls = op & 0x07
    if (cls === 0x03) {
      const fetches = (op & 0xe0) === 0xc0 && (code.imm[pc] & FETCH) !== 0
      if ((fetches && code.src[pc] === FP) || (code.imm[pc] === LOAD_ACQ && code.dst[pc] === FP)) return true
    } else if (code.dst[pc] === FP && (cls === 0x04 || cls === 0x07 || cls === 0x01 || op === OP_LD_IMM64)) return true
  }
  return false
}

export const copyOf = (k: Known): Known => ({
  lows: k.lows.slice(),
  marked: k.marked.slice(),
  checked: k.checked.slice(),
  notNull: new Set(k.notNull),
})

export function forget(k: Known, r: number): void {
  k.lows[r] = k.marked[r] = k.checked[r] = undefined
}

/** A call has been made: r0 to r5 are others', pages may have been marked as clean, and what was there may have moved. */
export function forgetForCall(k: Known): void {
  for (let r = 0; r <= 5; r++) k.lows[r] = undefined
  k.marked.fill(undefined)
  k.checked.fill(undefined)
}

/** Whether an instruction that is no call may change a register. */
export function mayWrite(code: Code, pc: number, r: number): boolean {
  const op = code.opcode[pc]
  const cls = op & 0x07
  if (cls === 0x03) return (op & 0xe0) === 0xc0 && (r === 0 || r === code.src[pc] || r === code.dst[pc])
  return (cls === 0x04 || cls === 0x07 || cls === 0x01 || cls === 0x00) && (r === code.dst[pc] || (cls === 0x00 && r <= 5))
}

/** Follows the instruction at `pc`, which is no call. */
export function follow(k: Known, code: Code, pc: number): void {
  const op = code.opcode[pc]
  const d = code.dst[pc]
  const s = code.src[pc]
  switch (op & 0x07) {
    case 0x07:
      if (op === MOV64_REG && code.off[pc] === 0) {
        k.lows[d] = k.lows[s]
        k.marked[d] = k.marked[s]
        k.checked[d] = k.checked[s]
      } else if (op === ADD64_IMM) moveBy(k, d, code.imm[pc])
      else forget(k, d)
      return
    case 0x04:
    case 0x01:
      forget(k, d)
      return
    case 0x00:
      if (op === OP_LD_IMM64) forget(k, d)
      else forgetForCall(k)
      return
    case 0x03:
      if ((op & 0xe0) !== 0xc0) return
      forget(k, 0)
      forget(k, s)
      if (d !== FP || code.imm[pc] === LOAD_ACQ) forget(k, d)
      return
    default:
      if (op === OP_CALL) throw new Error('calls say themselves what is known behind them')
  }
}

function moveBy(k: Known, r: number, by: number): void {
  const low = k.lows[r]
  const off = low ? low.off + by : FAR
  k.lows[r] = low && Math.abs(off) < FAR ? { ...low, off } : undefined
  const extent = k.checked[r]
  k.checked[r] =
    extent && Math.abs(extent.from - by) < FAR ? { from: extent.from - by, to: extent.to - by, writes: extent.writes } : undefined
  const mark = k.marked[r]
  k.marked[r] = mark === undefined || Math.abs(mark - by) > FAR ? undefined : mark - by
}
