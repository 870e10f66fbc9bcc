// Which registers are still read, before each block: a backward data-flow analysis. Verified code that is left at a checkpoint writes only
// these back, so that the others need not be kept through a loop for the sake of leaving it.
// Sets are bit masks: bit r = register r.
import type { Code } from '../code.ts'
import { type FunctionCode, OP_CALL, OP_EXIT, OP_GOTOL, OP_JA, OP_LD_IMM64, OP_MAY_GOTO } from './functions.ts'
import { inOrder } from './graph.ts'

const ARGUMENTS = 0b111110
const CLOBBERED = 0b111111
const R0 = 1
const CONTEXT = 1 << 6
const FIRST_CONSTANT = 11
const CMPXCHG = 0xf1
const LOAD_ACQ = 0x100
const STORE_REL = 0x110
const FETCH = 0x01
const MOV = 0xb0

interface Effect {
  readonly uses: number
  readonly defines: number
}

const bit = (r: number): number => (r >= 0 && r < FIRST_CONSTANT ? 1 << r : 0)

function effectAt(code: Code, pc: number): Effect {
  const op = code.opcode[pc]
  const d = bit(code.dst[pc])
  const s = bit(code.src[pc])
  switch (op & 0x07) {
    case 0x04:
    case 0x07:
      return (op & 0xf0) === MOV ? { uses: s, defines: d } : { uses: d | s, defines: d }
    case 0x00:
      return op === OP_LD_IMM64 ? { uses: 0, defines: d } : { uses: CONTEXT | s, defines: CLOBBERED }
    case 0x01:
      return { uses: s, defines: d }
    case 0x02:
      return { uses: d, defines: 0 }
    case 0x03:
      return (op & 0xe0) === 0xc0 ? atomicEffect(code.imm[pc], d, s) : { uses: d | s, defines: 0 }
    default:
      if (op === OP_CALL) return { uses: ARGUMENTS, defines: CLOBBERED }
      if (op === OP_EXIT) return { uses: R0, defines: 0 }
      return op === OP_JA || op === OP_GOTOL || op === OP_MAY_GOTO ? { uses: 0, defines: 0 } : { uses: d | s, defines: 0 }
  }
}

function atomicEffect(imm: number, d: number, s: number): Effect {
  if (imm === LOAD_ACQ) return { uses: s, defines: d }
  if (imm === CMPXCHG) return { uses: d | s | R0, defines: 0 }
  return { uses: d | s, defines: imm !== STORE_REL && imm & FETCH ? s & ~d : 0 }
}

/** Registers that are read before they are written, from the start of each node of the graph on. */
export function liveness(code: Code, f: FunctionCode): Uint16Array {
  const { succ } = f.graph
  const effects = f.blocks.map((block): Effect => {
    let uses = 0
    let defines = 0
    for (let pc = block.start; pc < block.end; pc += code.opcode[pc] === OP_LD_IMM64 ? 2 : 1) {
      const e = effectAt(code, pc)
      uses |= e.uses & ~defines
      defines |= e.defines
    }
    return { uses, defines }
  })
  const live = new Uint16Array(succ.length)
  const backwards = inOrder(f.graph).reverse()
  for (let changed = true; changed; ) {
    changed = false
    for (const node of backwards) {
      let after = 0
      for (const { to } of succ[node]) after |= live[to]
      const e = effects[node] ?? { uses: 0, defines: 0 }
      const before = e.uses | (after & ~e.defines)
      if (before !== live[node]) {
        live[node] = before
        changed = true
      }
    }
  }
  return live
}
