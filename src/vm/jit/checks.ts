// Checks of accesses, for code that was not verified, and for pointers to arenas. What is certain needs none: the frame's own bytes, the value that a lookup found once
// it is known to be one, and what was checked before through the same value. Any other access compares its register with the region that the place
// found last, which it keeps in two cells:
//
//     value - cell[0] >= cell[1], unsigned      the host is asked, and fills the cells; what it refuses is the interpreter's matter
//
// One check covers all accesses through a value that lie ahead, as far as no test between two registers comes first: that is how
// programs test the bounds of a packet, and what lies behind is not theirs yet. What the host refuses is left to the interpreter, which
// goes on one access at a time.

import type { Code } from '../code.ts'
import { MAX_BPF_STACK } from '../machine.ts'
import { READ, WRITE } from '../memory.ts'
import {
  A,
  access,
  type Body,
  CELL_CONTEXT,
  CELL_SLOTS,
  end,
  FRAME,
  get,
  high,
  host,
  i32,
  leaveIf,
  low,
  MAX_SLOTS,
  MISSED,
  open,
  ops,
  SLOT_BYTES,
  set,
  value,
} from './body.ts'
import { type FunctionCode, isBranch, OP_CALL, OP_LD_IMM64 } from './functions.ts'
import { inOrder } from './graph.ts'
import { isBytes, kindAt } from './kinds.ts'
import { type Low, mayWrite } from './known.ts'
import type { LoopCheck } from './loop-checks.ts'
import * as w from './opcodes.ts'

/** Offsets from a value that accesses go to: from, up to but not including to. */
export interface Extent {
  readonly from: number
  readonly to: number
  readonly writes: boolean
}

type Extents = (Extent | undefined)[]

const REGS = 11
const SIZES = [4, 2, 1, 8] as const
const LOAD_ACQ = 0x100

export const hull = (a: Extent | undefined, b: Extent): Extent =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to), writes: a.writes || b.writes } : b

export const covers = (a: Extent | undefined, b: Extent): boolean =>
  a !== undefined && a.from <= b.from && b.to <= a.to && (a.writes || !b.writes)

/** The register that an instruction accesses memory through, and what it accesses there. */
export function accessAt(code: Code, pc: number): { readonly base: number; readonly extent: Extent } | undefined {
  const op = code.opcode[pc]
  const cls = op & 0x07
  if (cls < 1 || cls > 3) return undefined
  const loads = cls === 1 || (cls === 3 && (op & 0xe0) === 0xc0 && code.imm[pc] === LOAD_ACQ)
  const from = code.off[pc]
  return { base: loads ? code.src[pc] : code.dst[pc], extent: { from, to: from + SIZES[(op >> 3) & 3], writes: !loads } }
}

/** From what is accessed behind an instruction to what is from it on. Changes `ahead`. */
function before(code: Code, pc: number, ahead: Extents): void {
  const op = code.opcode[pc]
  // A call may move what there is; a test between two registers may be one of bounds.
  if (op === OP_CALL || ((op & 0x07) === 0x05 && isBranch(op) && (op & 0x08) !== 0)) {
    ahead.fill(undefined)
    return
  }
  for (let r = 0; r < REGS; r++) if (ahead[r] && mayWrite(code, pc, r)) ahead[r] = undefined
  const found = accessAt(code, pc)
  if (found && found.base < REGS) ahead[found.base] = hull(ahead[found.base], found.extent)
}

/** Slots of a block's instructions, last first. */
function backwards(code: Code, start: number, end: number): number[] {
  const slots: number[] = []
  for (let pc = start; pc < end; pc += code.opcode[pc] === OP_LD_IMM64 ? 2 : 1) slots.push(pc)
  return slots.reverse()
}

/** Accesses that may come behind each node through the values that registers have at its end. */
export function extentsAhead(code: Code, f: FunctionCode): Extents[] {
  const { succ } = f.graph
  const atStart: Extents[] = succ.map(() => new Array<undefined>(REGS).fill(undefined))
  const atEnd = (node: number): Extents => {
    const ahead: Extents = new Array<undefined>(REGS).fill(undefined)
    for (const { to } of succ[node]) for (const [r, e] of atStart[to].entries()) if (e) ahead[r] = hull(ahead[r], e)
    return ahead
  }
  const nodes = inOrder(f.graph).reverse()
  for (let changed = true; changed; ) {
    changed = false
    for (const node of nodes) {
      const ahead = atEnd(node)
      const block = f.blocks[node]
      if (block) for (const pc of backwards(code, block.start, block.end)) before(code, pc, ahead)
      for (const [r, e] of ahead.entries()) {
        if (!e || covers(atStart[node][r], e)) continue
        atStart[node][r] = hull(atStart[node][r], e)
        changed = true
      }
    }
  }
  return succ.map((_, node) => atEnd(node))
}

/** For the instructions of a block, what is accessed from each on through the register that it accesses; by slot less the block's first. */
export function extentsIn(code: Code, start: number, end: number, behind: readonly (Extent | undefined)[]): Extents {
  const ahead = behind.slice()
  const out: Extents = new Array<undefined>(end - start).fill(undefined)
  for (const pc of backwards(code, start, end)) {
    before(code, pc, ahead)
    const found = accessAt(code, pc)
    if (found && found.base < REGS) out[pc - start] = ahead[found.base]
  }
  return out
}

/** Whether an access needs no check. */
function isCertain(b: Body, base: number, wanted: Extent): boolean {
  const { lows, checked } = b.known
  return covers(checked[base], wanted) || isInFrame(lows[base], wanted.from, wanted.to)
}

/** Whether offsets from what a register holds are of the frame. */
export const isInFrame = (known: Low | undefined, from: number, to: number): boolean =>
  known?.local === FRAME && known.off + from >= 0 && known.off + to <= MAX_BPF_STACK

/** Sees to it that an access of bytes may be made, or the interpreter makes it. */
export function ensure(b: Body, pc: number, base: number, wanted: Extent, ahead: Extent = wanted): void {
  if (isCertain(b, base, wanted)) return
  const known = b.known.lows[base]
  const found = known?.found
  if (known && found && known.off + wanted.from >= 0 && known.off + wanted.to <= found.size && (found.rights & WRITE || !wanted.writes)) {
    if (b.known.notNull.has(known.local)) return
    get(b, known.local)
    ops(b, w.I32_EQZ)
    leaveIf(b, pc)
    b.known.notNull.add(known.local)
    return
  }
  const inLoop = b.places?.get(pc)
  const extent = inLoop?.extent ?? (isBytes(kindAt(b, base)) ? hull(ahead, wanted) : wanted)
  if (inLoop) {
    isElsewhere(b, base, inLoop.slot)
    leaveIf(b, pc)
  } else {
    ask(b, base, extent, () => leaveIf(b, pc))
  }
  if (isBytes(kindAt(b, base))) b.known.checked[base] = extent
}

/** Fills the cells of a loop's places. */
export function prepare(b: Body, checks: readonly LoopCheck[]): void {
  for (const { root, extent, slot } of checks) {
    isElsewhere(b, root, slot)
    open(b, w.IF)
    askHost(b, root, extent, slot)
    set(b, A)
    end(b)
  }
}

/** Whether `ensure` settles an access: what may be to the context is the host's matter. */
export function isForBytes(b: Body, base: number, wanted: Extent): boolean {
  return isBytes(kindAt(b, base)) || isCertain(b, base, wanted) || b.known.lows[base]?.found !== undefined
}

/** Leaves an i32 on the stack: 0 where all bytes of an extent are accessible. */
export function missed(b: Body, base: number, extent: Extent): void {
  i32(b, 0)
  set(b, MISSED)
  ask(b, base, extent, () => set(b, MISSED))
  get(b, MISSED)
}

/** Asks the host where the place does not know; `then` takes the answer from the stack. */
function ask(b: Body, base: number, extent: Extent, then: () => void): void {
  const slot = b.module.slots < MAX_SLOTS ? b.module.slots++ : -1
  if (slot >= 0) {
    isElsewhere(b, base, slot)
    open(b, w.IF)
  }
  askHost(b, base, extent, slot)
  then()
  if (slot >= 0) end(b)
}

/** Leaves an i32 on the stack: whether a value is not among those that a place's cells tell. */
function isElsewhere(b: Body, base: number, slot: number): void {
  const at = b.layout.cells + CELL_SLOTS + SLOT_BYTES * slot
  value(b, base)
  i32(b, 0)
  access(b, w.I64_LOAD, at)
  ops(b, w.I64_SUB)
  i32(b, 0)
  access(b, w.I64_LOAD, at + 8)
  ops(b, w.I64_GE_U)
}

function askHost(b: Body, base: number, { from, to, writes }: Extent, slot: number): void {
  low(b, base)
  if (from !== 0) {
    i32(b, from)
    ops(b, w.I32_ADD)
  }
  high(b, base, from)
  i32(b, b.module.questions.push({ size: to - from, rights: writes ? READ | WRITE : READ, by: from, slot }) - 1)
  host(b, 'check')
}

/** Leaves an i32 on the stack: whether a register holds the address of the context that the run began with. */
export function isContext(b: Body, base: number): void {
  value(b, base)
  i32(b, 0)
  access(b, w.I64_LOAD, b.layout.cells + CELL_CONTEXT)
  ops(b, w.I64_EQ)
}
