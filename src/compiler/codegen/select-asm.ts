// Selection of inline assembly: operands get registers like any value, what is written gets fresh ones, immediates have to be literals.
// Part of instruction selection (select.ts), over its state (selection.ts); backwards like all of it.
import { never } from '../../base/index.ts'
import { type Instr, signed, type Term, type Value } from '../ir/index.ts'
import { ALLOCATABLE, asmDefs, asmUses, type MAsm, type MAsmOperand, REG_FP } from './mir.ts'
import { addressOf, constantSteps, emitAll, fitsS32, inPlaceCopy, literal, newReg, regOf, type State, unaliased } from './selection.ts'

/** Nothing, but the result is a value of its own. */
export function selectBarrier(s: State, i: Extract<Instr, { kind: 'asm' }>, dst: number | undefined): void {
  if (dst === undefined) return
  if (i.tied >= 0) inPlaceCopy(s, dst, i.args[i.tied])
  else emitAll(s, literal(dst, 0n, 64))
}

export function selectAsm(s: State, i: Extract<Instr, { kind: 'asm' }>): void {
  const results: number[] = []
  for (const o of i.operands) if (o.kind === 'out' || o.kind === 'inout') results[o.result] = resultReg(s, i, o.result)
  emitAsm(s, i, results)
}

/** The register of an assembly's result. */
function resultReg(s: State, i: Extract<Instr, { kind: 'asm' }>, result: number): number {
  if (result === 0) return s.regs.get(i) ?? newReg(s)
  for (const block of s.fn.blocks) {
    for (const out of block.instrs) {
      if (out.kind === 'asmout' && out.args[0] === i && out.index === result) return s.regs.get(out) ?? newReg(s)
    }
  }
  return newReg(s)
}

/** Emits the text with its operands, and before it the copies for what it reads and writes. */
export function emitAsm(
  s: State,
  i: Extract<Instr, { kind: 'asm' }> | Extract<Term, { kind: 'asmgoto' }>,
  results: readonly number[],
): void {
  const operands = i.operands.map((o): MAsmOperand => {
    switch (o.kind) {
      case 'out':
        return { kind: 'reg', reg: results[o.result], access: 'write' }
      case 'inout':
        return { kind: 'reg', reg: results[o.result], access: 'both' }
      case 'in':
        return { kind: 'reg', reg: regOf(s, i.args[o.arg]), access: 'read' }
      case 'mem': {
        const { base, off, slot } = addressOf(s, i.args[o.arg])
        return { kind: 'mem', reg: base, off, ...(slot && { slot }) }
      }
      case 'label':
        return o
      case 'imm':
      case 'either':
        return asmImmediate(s, i.args[o.arg], o.kind === 'imm', i.at)
      default:
        return never(o)
    }
  })
  const asm: MAsm = { kind: 'asm', template: i.template, operands, clobbers: i.clobbers, ...(i.at && { at: i.at }) }
  const busy = new Set([...asmUses(asm), ...asmDefs(asm), ...i.clobbers].filter((r) => r !== REG_FP))
  if (busy.size > ALLOCATABLE) {
    s.target.report('c.bpf.asm-registers', [], i.at)
    return
  }
  s.out.push(asm)
  for (const o of i.operands) if (o.kind === 'inout') inPlaceCopy(s, results[o.result], i.args[o.arg])
}

/** A literal or symbol to stand in the text; where there may be one, any other value goes into a register. */
function asmImmediate(s: State, value: Value, only: boolean, at: Instr['at']): MAsmOperand {
  const v = unaliased(s, value)
  if (v.kind === 'const' && (only || fitsS32(signed(v)))) return { kind: 'imm', value: signed(v) }
  if (v.kind === 'global' || v.kind === 'func') return { kind: 'symbol', symbol: { target: v, addend: 0 } }
  const steps = constantSteps(s, v)
  if (steps?.base.kind === 'global') return { kind: 'symbol', symbol: { target: steps.base, addend: Number(steps.offset) } }
  if (!only) return { kind: 'reg', reg: regOf(s, value), access: 'read' }
  s.target.report('c.bpf.asm-immediate', [], at)
  return { kind: 'imm', value: 0n }
}
