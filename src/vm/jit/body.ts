// The body of one function while it is written: its code, the numbers of its locals, and the small words that everything else is said in.
//
//   parameters   r1 to r5, depth                 (checked: r0 to r9, depth: callees may read what their caller left)
//   locals       the other registers, t (i64), left, pc, a, label, frame, missed (i32), more (i32) as they are needed
//   result       0 = returned, r0 in its cell; 1 = stopped, the machine says how
//
// `left` counts down the instructions that may still be executed, as late as possible (countPending). A function that stops writes its
// registers back, and so does each of its callers: then the interpreter goes on, or tells what is wrong.
import type { Code } from '../code.ts'
import { SLOT_CELLS } from '../machine.ts'
import { Bytes } from './bytes.ts'
import type { Extent } from './checks.ts'
import type { FunctionCode } from './functions.ts'
import { type Known, knownAtStart, writesFrame } from './known.ts'
import type { LoopCheck } from './loop-checks.ts'
import type { FuncType, Mark } from './module.ts'
import * as w from './opcodes.ts'

/** Cells of the machine by their distance from its `cells`: r0 to r9, then these. */
export const CELL_LEFT = 80
export const CELL_VALUE = 88
/** With checks: address of the context that the run began with. */
export const CELL_CONTEXT = 96
/** r10, where a function is left. */
export const CELL_R10 = 104
/** With checks, by place: the values that it may access memory through, as the first one and how many (two i64 each). */
export const CELL_SLOTS = SLOT_CELLS
export const MAX_SLOTS = 128
export const SLOT_BYTES = 16

/** Functions that the host gives, in the order of their numbers. */
export const HOST = ['call', 'load', 'store', 'check', 'probe', 'packet', 'moreTurns', 'frame', 'leave', 'unwind'] as const
export type HostFunction = (typeof HOST)[number]

export const FIRST_CONSTANT = 11

export interface Layout {
  /** Ram offset of the machine's cells. */
  readonly cells: number
  /** Address behind the outermost stack frame. */
  readonly stackHi: number
  readonly stackLo: number
  /** Ram offset of the turns of may_goto loops. */
  readonly turns: number
  /** Every access is checked, and callees see all registers: for code that was not verified. */
  readonly checked: boolean
}

/** What the host is asked about one access: as many bytes, with rights, so far from the value in the register; number of the place's cells, -1 = none. */
export interface Question {
  readonly size: number
  readonly rights: number
  readonly by: number
  readonly slot: number
}

/** Places with checks, of the whole module. Mutable. */
export interface Places {
  /** How many have cells. */
  slots: number
  readonly questions: Question[]
}

/** Mutable; one per function under way. */
export interface Body {
  readonly code: Code
  readonly f: FunctionCode
  readonly layout: Layout
  readonly out: Bytes
  /** Local of each register. */
  readonly regs: readonly number[]
  readonly depth: number
  /** Number of the function that begins at a slot; undefined = none does. */
  readonly functionAt: (slot: number) => FunctionCode | undefined
  readonly numberOf: (f: FunctionCode) => number
  /** Numbers of the functions that look keys up, by the lower half of their map's address; others are looked up in line. */
  readonly lookups: ReadonlyMap<number, number>
  /** First slot of the block that is being written, and one past the last. */
  blockStart: number
  blockEnd: number
  /** Kinds of registers before the instruction that is being written. */
  kinds: Uint8Array
  known: Known
  /** With checks: what accesses lie ahead, by slot less the block's first. */
  extents: readonly (Extent | undefined)[]
  /** With checks: those of the node that stand in a loop, by slot of the instruction. */
  places: ReadonlyMap<number, LoopCheck> | undefined
  readonly module: Places
  /** What is known where several ways meet. */
  readonly knownAtMerge: () => Known
  /** Locals (i32) beyond those that every function has. */
  more: number
  /** Structured blocks that are open. */
  nesting: number
  /** Instructions that were executed since `left` was last brought up to date, on the way that is being written. */
  pending: number
  /** Where in `out` the code of each instruction begins. */
  readonly marks: Mark[]
}

export const T = 12
export const LEFT = 13
export const PC = 14
export const A = 15
export const LABEL = 16
/** Lower half of the address of the frame's first byte. */
export const FRAME = 17
/** With checks: what the host said last. */
export const MISSED = 18
export const I64_LOCALS = 7
export const I32_LOCALS = 6

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

export const typeOf = (checked: boolean): FuncType => ({
  params: [...new Array<number>(checked ? 10 : 5).fill(w.I64), w.I32],
  results: [w.I32],
})

/** Registers that a function is given, as numbers. */
export const parameters = (checked: boolean): readonly number[] => (checked ? range(0, 10) : range(1, 6))

export function createBody(
  code: Code,
  f: FunctionCode,
  layout: Layout,
  functionAt: Body['functionAt'],
  numberOf: Body['numberOf'],
  lookups: Body['lookups'] = new Map(),
  module: Places = { slots: 0, questions: [] },
): Body {
  const frame = layout.checked && writesFrame(code) ? undefined : FRAME
  const regs = layout.checked ? range(0, 10) : [6, 0, 1, 2, 3, 4, 7, 8, 9, 10]
  return {
    code,
    f,
    layout,
    out: new Bytes(),
    regs: [...regs, 11],
    depth: layout.checked ? 10 : 5,
    functionAt,
    numberOf,
    lookups,
    blockStart: 0,
    blockEnd: 0,
    kinds: new Uint8Array(11),
    known: knownAtStart(frame),
    knownAtMerge: () => knownAtStart(frame),
    extents: [],
    places: undefined,
    module,
    more: 0,
    nesting: 0,
    pending: 0,
    marks: [],
  }
}

export function get(b: Body, local: number): void {
  b.out.byte(w.LOCAL_GET)
  b.out.u32(local)
}

export function set(b: Body, local: number): void {
  b.out.byte(w.LOCAL_SET)
  b.out.u32(local)
}

export function tee(b: Body, local: number): void {
  b.out.byte(w.LOCAL_TEE)
  b.out.u32(local)
}

/** A new local for 32 bits. */
export function newLocal(b: Body): number {
  return MISSED + 1 + b.more++
}

export function i32(b: Body, n: number): void {
  b.out.byte(w.I32_CONST)
  b.out.s32(n | 0)
}

export function i64(b: Body, lo: number, hi = lo >> 31): void {
  b.out.byte(w.I64_CONST)
  b.out.s64(lo | 0, hi | 0)
}

/** Opcodes without immediates. */
export function ops(b: Body, ...list: readonly number[]): void {
  for (const op of list) b.out.byte(op)
}

/** A load or store; natural alignment is a hint alone, and 1 is always allowed. */
export function access(b: Body, op: number, offset: number): void {
  b.out.byte(op)
  b.out.u32(0)
  b.out.u32(offset)
}

export function open(b: Body, op: number, type: number = w.VOID): void {
  b.out.byte(op)
  b.out.byte(type)
  b.nesting++
}

export function end(b: Body): void {
  b.out.byte(w.END)
  b.nesting--
}

export function branch(b: Body, op: number, depth: number): void {
  b.out.byte(op)
  b.out.u32(depth)
}

export function host(b: Body, name: HostFunction): void {
  b.out.byte(w.CALL)
  b.out.u32(HOST.indexOf(name))
}

/** Puts a register or constant on the stack, all 64 bits. */
export function value(b: Body, r: number): void {
  if (r < FIRST_CONSTANT) get(b, b.regs[r])
  else i64(b, b.code.constLo[r - FIRST_CONSTANT], b.code.constHi[r - FIRST_CONSTANT])
}

/** The lower 32 bits. */
export function low(b: Body, r: number): void {
  if (r < FIRST_CONSTANT) {
    get(b, b.regs[r])
    ops(b, w.I32_WRAP_I64)
  } else i32(b, b.code.constLo[r - FIRST_CONSTANT])
}

/** Puts the upper half of an address on the stack. */
export function high(b: Body, base: number, off: number): void {
  value(b, base)
  if (off !== 0) {
    i64(b, off)
    ops(b, w.I64_ADD)
  }
  i64(b, 32)
  ops(b, w.I64_SHR_U, w.I32_WRAP_I64)
}

export const put = (b: Body, r: number): void => set(b, b.regs[r])

/** Puts a 32-bit result into a register, zero-extended. */
export function put32(b: Body, r: number): void {
  ops(b, w.I64_EXTEND_I32_U)
  put(b, r)
}

/** Value of a constant operand as an int32 with sign, or undefined where it is a register or wider. */
export function constant(b: Body, r: number): number | undefined {
  if (r < FIRST_CONSTANT) return undefined
  const lo = b.code.constLo[r - FIRST_CONSTANT]
  return b.code.constHi[r - FIRST_CONSTANT] === lo >> 31 ? lo : undefined
}

// Every function has two blocks around everything: leave the function with all registers written back, and unwind it for a callee that
// stopped. They are the outermost, so their distance is the nesting.
//
//   block $leave block $unwind ... end [unwind] end [leave]
export const LEAVE_LEVEL = 1
export const UNWIND_LEVEL = 2

/**
 * Takes what is pending off `left`, but for what whoever comes next takes off: for a way that ends here, which leaves, returns, or branches to
 * where others arrive. So a loop takes off once a turn what all its blocks executed, and a way out of it what was executed until then.
 */
export function countPending(b: Body, rest = 0): void {
  if (b.pending === rest) return
  get(b, LEFT)
  i32(b, b.pending - rest)
  ops(b, w.I32_SUB)
  set(b, LEFT)
}

/** The same where the way goes on. */
export function settle(b: Body): void {
  countPending(b)
  b.pending = 0
}

/** Hands over to the interpreter at a slot, whose block has been counted. */
export function leaveAt(b: Body, pc: number): void {
  countPending(b)
  i32(b, pc)
  set(b, PC)
  branch(b, w.BR, b.nesting - LEAVE_LEVEL)
}

/** The same if the i32 on the stack is not zero. */
export function leaveIf(b: Body, pc: number): void {
  open(b, w.IF)
  leaveAt(b, pc)
  end(b)
}

/** Stops if the i32 on the stack is not zero: the machine has stopped in what was called at `pc`. */
export function unwindIf(b: Body, pc: number): void {
  open(b, w.IF)
  i32(b, pc)
  set(b, PC)
  branch(b, w.BR, b.nesting - UNWIND_LEVEL)
  end(b)
}

/** Writes registers to their cells. */
export function storeRegisters(b: Body, from: number, to: number): void {
  for (let r = from; r <= to; r++) {
    i32(b, 0)
    get(b, b.regs[r])
    access(b, w.I64_STORE, b.layout.cells + 8 * r)
  }
}

export function loadRegisters(b: Body, from: number, to: number): void {
  for (let r = from; r <= to; r++) {
    i32(b, 0)
    access(b, w.I64_LOAD, b.layout.cells + 8 * r)
    put(b, r)
  }
}

export function storeLeft(b: Body): void {
  i32(b, 0)
  get(b, LEFT)
  access(b, w.I32_STORE, b.layout.cells + CELL_LEFT)
}

export function loadLeft(b: Body): void {
  i32(b, 0)
  access(b, w.I32_LOAD, b.layout.cells + CELL_LEFT)
  set(b, LEFT)
}
