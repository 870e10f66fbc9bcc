// Machine code before it is bytes: the instruction set's own `Insn`, with register numbers from FIRST_VREG up standing for virtual
// registers, in blocks with explicit terminators. What an Insn cannot say yet stands beside it: a symbol to be relocated, a stack slot.
//
//   select    Func to MFunc, virtual registers
//   allocate  virtual to r0..r9, spill slots
//   layout    blocks in a row, jumps with distances
//
// r0..r9 may be allocated, r10 is the frame pointer. A call reads r1..r`args`, writes r0 and destroys r1..r5.
import { never } from '../../base/index.ts'
import type { Span } from '../../diag/index.ts'
import { type Insn, type JumpOp, type Operand, reg } from '../../isa/index.ts'
import type { Core, DebugVar, Func, Global } from '../ir/index.ts'

export const FIRST_VREG = 16
export const REG_FP = 10
/** Registers that may be allocated: r0..r9. */
export const ALLOCATABLE = 10
export const isVirtual = (r: number): boolean => r >= FIRST_VREG

/** Stack memory. `offset` (from r10, negative) is set by `layoutFrame`. */
export interface Slot {
  readonly id: number
  readonly size: number
  readonly align: number
  /** Made by the register allocator. */
  readonly spill: boolean
  readonly variable?: DebugVar
  offset: number
}

/** What the address or distance in an instruction stands for until the object is linked. */
export interface SymbolRef {
  readonly target: Global | Func
  readonly addend: number
}

export interface MOp {
  readonly kind: 'op'
  insn: Insn
  /** ld_imm64, call: what it loads or calls. */
  readonly symbol?: SymbolRef
  /** Load, store, atomic: `off` counts from the slot, whose base register is r10. alu add: `imm` does. */
  readonly slot?: Slot
  /** Registers r1.. that a call reads. */
  readonly args?: number
  /** CO-RE relocation of this instruction. */
  readonly core?: Core
  /** Put in by the allocator: a spill, a reload, a copy between the two, or the value made again. */
  readonly spill?: 'store' | 'load' | 'copy' | { readonly remade: number }
  /** What it was before allocation; for the allocation's checker. */
  readonly source?: Insn
  readonly at?: Span
}

/** From here on the variable is found there; 'none' = nowhere. */
export interface MDbg {
  readonly kind: 'dbg'
  readonly variable: DebugVar
  place: { readonly kind: 'reg'; readonly reg: number } | { readonly kind: 'slot'; readonly slot: Slot } | { readonly kind: 'none' }
}

/** What `%n` stands for in the text of an assembly block. */
export type MAsmOperand =
  | { readonly kind: 'reg'; readonly reg: number; readonly access: 'read' | 'write' | 'both' }
  /** The place of an address, as `(r1 + 8)`; `off` counts from the slot where there is one. */
  | { readonly kind: 'mem'; readonly reg: number; readonly off: number; readonly slot?: Slot }
  | { readonly kind: 'imm'; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly symbol: SymbolRef }
  /** Index in `to` of the block's terminator. */
  | { readonly kind: 'label'; readonly to: number }

/** Inline assembly: text until registers have their places, then the instructions that `expandAsm` makes of it. What it writes never
 * shares a register with what it reads, and nothing it reads lies in a register that it clobbers. */
export interface MAsm {
  readonly kind: 'asm'
  readonly template: string
  operands: readonly MAsmOperand[]
  readonly clobbers: readonly number[]
  /** Operands before allocation; for the allocation's checker. */
  readonly source?: readonly MAsmOperand[]
  readonly at?: Span
}

export type MInsn = MOp | MDbg | MAsm

/** Registers that assembly reads, and those that it writes (clobbers left out). */
export const asmUses = (i: { readonly operands: readonly MAsmOperand[] }): number[] =>
  i.operands.flatMap((o) => (o.kind === 'mem' || (o.kind === 'reg' && o.access !== 'write') ? [o.reg] : []))
export const asmDefs = (i: { readonly operands: readonly MAsmOperand[] }): number[] =>
  i.operands.flatMap((o) => (o.kind === 'reg' && o.access !== 'read' ? [o.reg] : []))

/** The operands with other registers. */
export const withAsmRegs = (operands: readonly MAsmOperand[], name: (r: number) => number): MAsmOperand[] =>
  operands.map((o) => (o.kind === 'reg' || o.kind === 'mem' ? { ...o, reg: name(o.reg) } : o))

export type MTerm =
  | { readonly kind: 'goto'; to: MBlock[]; at?: Span }
  /** to: if the comparison holds, if not. */
  | {
      readonly kind: 'jump'
      op: JumpOp
      readonly width: 32 | 64
      dst: number
      src: Operand
      to: MBlock[]
      readonly likely?: 0 | 1
      /** What it was before allocation. */
      readonly source?: { readonly dst: number; readonly src: Operand }
      at?: Span
    }
  /** `value`: r0 holds what is returned. */
  | { readonly kind: 'exit'; readonly value: boolean; to: MBlock[]; at?: Span }
  /** The assembly that ends the block may jump to all but the first of `to`. */
  | { readonly kind: 'asm'; to: MBlock[]; at?: Span }
  /** Nothing follows: the end of a naked function. */
  | { readonly kind: 'end'; to: MBlock[]; at?: Span }

export interface MBlock {
  readonly id: number
  insns: MInsn[]
  term: MTerm
  /** Loops around it. */
  depth: number
}

export interface MFunc {
  readonly func: Func
  /** The entry first; otherwise in reverse post-order. */
  blocks: MBlock[]
  nextVreg: number
  readonly slots: Slot[]
}

export const newSlot = (f: MFunc, size: number, align: number, spill: boolean, variable?: DebugVar): Slot => {
  const slot: Slot = { id: f.slots.length, size, align, spill, offset: 0, ...(variable && { variable }) }
  f.slots.push(slot)
  return slot
}

/** The register that an instruction writes, -1 where none; calls are told apart by kind. */
export function defOf(insn: Insn): number {
  switch (insn.kind) {
    case 'alu':
    case 'neg':
    case 'movsx':
    case 'end':
    case 'addr_space_cast':
    case 'load':
    case 'load_acquire':
    case 'ld_imm64':
      return insn.dst
    case 'atomic':
      return insn.op === 'cmpxchg' ? 0 : insn.op === 'xchg' || insn.op.startsWith('fetch') ? insn.src : -1
    case 'ld_abs':
    case 'ld_ind':
    case 'call':
      return 0
    case 'store':
    case 'store_release':
    case 'goto':
    case 'jump':
    case 'may_goto':
    case 'exit':
    case 'invalid':
      return -1
    default:
      return never(insn)
  }
}

/** Calls `visit` with each register that the instruction reads, r10 included. */
export function eachUse(op: MOp, visit: (r: number) => void): void {
  const { insn } = op
  switch (insn.kind) {
    case 'alu':
      if (insn.src.kind === 'reg') visit(insn.src.reg)
      if (insn.op !== 'mov') visit(insn.dst)
      return
    case 'neg':
    case 'end':
      visit(insn.dst)
      return
    case 'movsx':
    case 'addr_space_cast':
    case 'load':
    case 'load_acquire':
    case 'ld_ind':
      visit(insn.src)
      return
    case 'store':
      visit(insn.dst)
      if (insn.src.kind === 'reg') visit(insn.src.reg)
      return
    case 'store_release':
    case 'atomic':
      visit(insn.dst)
      visit(insn.src)
      if (insn.kind === 'atomic' && insn.op === 'cmpxchg') visit(0)
      return
    case 'jump':
      visit(insn.dst)
      if (insn.src.kind === 'reg') visit(insn.src.reg)
      return
    case 'call':
      for (let r = 1; r <= (op.args ?? 5); r++) visit(r)
      return
    case 'ld_imm64':
    case 'ld_abs':
    case 'goto':
    case 'may_goto':
    case 'exit':
    case 'invalid':
      return
    default:
      never(insn)
  }
}

/** Calls `visit` with each register that the terminator reads. */
export function eachTermUse(term: MTerm, visit: (r: number) => void): void {
  if (term.kind === 'exit' && term.value) visit(0)
  if (term.kind !== 'jump') return
  visit(term.dst)
  if (term.src.kind === 'reg') visit(term.src.reg)
}

/** The instruction with other registers: `use` for those only read, `def` for those written (and those both read and written). */
export function withRegs(insn: Insn, use: (r: number) => number, def: (r: number) => number): Insn {
  const operand = (o: Operand): Operand => (o.kind === 'reg' ? reg(use(o.reg)) : o)
  switch (insn.kind) {
    case 'alu':
      return { ...insn, dst: def(insn.dst), src: operand(insn.src) }
    case 'neg':
    case 'end':
    case 'ld_imm64':
      return { ...insn, dst: def(insn.dst) }
    case 'movsx':
    case 'addr_space_cast':
    case 'load':
    case 'load_acquire':
      return { ...insn, dst: def(insn.dst), src: use(insn.src) }
    case 'store':
      return { ...insn, dst: use(insn.dst), src: operand(insn.src) }
    case 'store_release':
      return { ...insn, dst: use(insn.dst), src: use(insn.src) }
    case 'atomic':
      return { ...insn, dst: use(insn.dst), src: defOf(insn) === insn.src ? def(insn.src) : use(insn.src) }
    case 'ld_ind':
      return { ...insn, src: use(insn.src) }
    case 'jump':
      return { ...insn, dst: use(insn.dst), src: operand(insn.src) }
    case 'ld_abs':
    case 'goto':
    case 'may_goto':
    case 'call':
    case 'exit':
    case 'invalid':
      return insn
    default:
      return never(insn)
  }
}

/** Source register of a copy of all 64 bits between registers, -1 for anything else. */
export function copySource(op: MOp): number {
  const { insn } = op
  return insn.kind === 'alu' && insn.op === 'mov' && insn.width === 64 && insn.src.kind === 'reg' ? insn.src.reg : -1
}
