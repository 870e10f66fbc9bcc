// What registers may point to, as far as it decides how a load or store is compiled: bytes in Ram or the context, which has none.
// A forward data-flow analysis over one function of code that the verifier has accepted; it leans on what that means: pointers are not
// added to each other, and what comes out of other arithmetic is no pointer.
//
//              any
//            /     \
//      maybe-ram   context        maybe-ram: a number, or a pointer to bytes
//       /     \
//   number    ram                 ram: a pointer to bytes for certain; stack: of the program's own frames
//               |
//             stack
import type { Code, ContextCell } from '../code.ts'
import { type FunctionCode, OP_CALL, OP_LD_IMM64 } from './functions.ts'
import { inOrder } from './graph.ts'

const UNSEEN = 0
export const NUMBER = 1
export const STACK = 2
export const RAM = 3
export const MAYBE_RAM = 4
export const CONTEXT = 5
export const ANY = 6

/** Not to the context, as far as one can say. */
export const isBytes = (kind: number): boolean => kind !== ANY && kind !== CONTEXT

/** Kind of a register before the instruction that is being written. Numbers may be pointers to an arena, where the program has one. */
export function kindAt({ code, kinds }: { readonly code: Code; readonly kinds: Uint8Array }, r: number): number {
  const kind = kinds[r]
  return code.linker.arenaHi !== 0 && (kind === NUMBER || kind === MAYBE_RAM) ? ANY : kind
}

const REGS = 11
const FP = 10
const isRam = (k: number): boolean => k === STACK || k === RAM

function join(a: number, b: number): number {
  if (a === b || b === UNSEEN) return a
  if (a === UNSEEN) return b
  if (isRam(a) && isRam(b)) return RAM
  return a === CONTEXT || b === CONTEXT || a === ANY || b === ANY ? ANY : MAYBE_RAM
}

function sum(a: number, b: number): number {
  if (a === NUMBER) return b === CONTEXT ? ANY : b
  if (b === NUMBER) return a === CONTEXT ? ANY : a
  if (isRam(a)) return a
  if (isRam(b)) return b
  return a === MAYBE_RAM && b === MAYBE_RAM ? MAYBE_RAM : ANY
}

function difference(a: number, b: number): number {
  if (b === NUMBER) return a === CONTEXT ? ANY : a
  if (a === NUMBER) return NUMBER
  if (a === CONTEXT || a === ANY) return ANY
  return isRam(a) && isRam(b) ? NUMBER : MAYBE_RAM
}

/** Kinds of r0 to r10 at the start of each block. `isMain`: r1 is the context. */
export function kindsOf(code: Code, f: FunctionCode, isMain: boolean): readonly Uint8Array[] {
  const before = f.blocks.map(() => new Uint8Array(REGS))
  before[0].fill(isMain ? NUMBER : ANY)
  before[0][FP] = STACK
  if (isMain) before[0][1] = code.linker.contextInRam ? RAM : CONTEXT
  const { succ } = f.graph
  const reached = inOrder(f.graph)
  // A dispatch node passes on what comes in.
  const state = succ.map((_, n) => before[n] ?? new Uint8Array(REGS))
  const kinds = new Uint8Array(REGS)
  for (let changed = true; changed; ) {
    changed = false
    for (const node of reached) {
      kinds.set(state[node])
      const block = f.blocks[node]
      if (block) for (let pc = block.start; pc < block.end; pc += code.opcode[pc] === OP_LD_IMM64 ? 2 : 1) step(code, pc, kinds)
      for (const { to } of succ[node]) {
        const into = state[to]
        for (let r = 0; r < REGS; r++) {
          const k = join(into[r], kinds[r])
          if (k !== into[r]) {
            into[r] = k
            changed = true
          }
        }
      }
    }
  }
  return before
}

const PSEUDO_MAP_VALUE = 2
const PSEUDO_MAP_IDX_VALUE = 6
const FETCH = 0x01
const CMPXCHG = 0xf1
const LOAD_ACQ = 0x100
const STORE_REL = 0x110

/** Changes the kinds as the instruction at `pc` does. */
export function step(code: Code, pc: number, kinds: Uint8Array): void {
  const op = code.opcode[pc]
  const d = code.dst[pc]
  const s = code.src[pc]
  const source = s >= REGS || s < 0 ? NUMBER : kinds[s]
  switch (op & 0x07) {
    case 0x07: {
      const what = op & 0xf0
      if (what === 0x00) kinds[d] = sum(kinds[d], source)
      else if (what === 0x10) kinds[d] = difference(kinds[d], source)
      else if (what === 0xb0) kinds[d] = code.off[pc] === 0 ? source : code.off[pc] === 1 ? ANY : NUMBER
      else kinds[d] = NUMBER
      return
    }
    case 0x04:
      kinds[d] = NUMBER
      return
    case 0x00:
      if (op === OP_LD_IMM64) {
        const pseudo = code.bytes[8 * pc + 1] >> 4
        kinds[d] = pseudo === 0 ? NUMBER : pseudo === PSEUDO_MAP_VALUE || pseudo === PSEUDO_MAP_IDX_VALUE ? RAM : ANY
      } else kinds[0] = NUMBER
      return
    case 0x01:
      kinds[d] = loaded(code, pc, kinds[s])
      return
    case 0x03:
      if ((op & 0xe0) === 0xc0) atomicStep(code.imm[pc], op, d, s, kinds)
      return
    case 0x05:
      if (op === OP_CALL) kinds[0] = s === 1 ? ANY : code.linker.returnsRam(s === 0 ? 'helper' : 'kfunc', code.imm[pc]) ? MAYBE_RAM : ANY
      return
  }
}

const is64 = (op: number): boolean => (op & 0x18) === 0x18

/** What a load gives: 64 bits may be a pointer that was stored; less is a number, but for the context's pointers. */
function loaded(code: Code, pc: number, base: number): number {
  const op = code.opcode[pc]
  if (base === CONTEXT) {
    const cell = contextCell(code, pc)
    if (cell) return cell.isPointer ? RAM : NUMBER
  }
  if (is64(op)) return ANY
  return base !== CONTEXT && base !== ANY ? NUMBER : ANY
}

const SIZES = [4, 2, 1, 8] as const

/** The cell that a load through a pointer to the context reads, where it has one. */
export function contextCell(code: Code, pc: number): ContextCell | undefined {
  const op = code.opcode[pc]
  return (op & 0xe0) === 0x60 ? code.linker.contextCell(code.off[pc], SIZES[(op >> 3) & 3]) : undefined
}

function atomicStep(imm: number, op: number, d: number, s: number, kinds: Uint8Array): void {
  const value = is64(op) ? ANY : NUMBER
  if (imm === LOAD_ACQ) kinds[d] = value
  else if (imm === CMPXCHG) kinds[0] = value
  else if (imm !== STORE_REL && (imm & FETCH) !== 0) kinds[s] = value
}
