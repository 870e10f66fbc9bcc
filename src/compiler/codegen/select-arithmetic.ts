// Selection of arithmetic: operations in two-address form, masks, and sign extensions that a load or one instruction does.
// Part of instruction selection (select.ts), over its state (selection.ts); backwards like all of it.
import { assert } from '../../base/index.ts'
import { type AluOp, imm, type Operand, reg } from '../../isa/index.ts'
import { type Instr, isInstr, signed, sizeOf, type Value } from '../ir/index.ts'
import { alu, copy, emit, emitAll, fitsS32, isWanted, operandOf, recipe, regOf, type State, unaliased, widthOf } from './selection.ts'

const BIN_TO_ALU = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  udiv: 'div',
  sdiv: 'sdiv',
  urem: 'mod',
  srem: 'smod',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'lsh',
  lshr: 'rsh',
  ashr: 'arsh',
} as const satisfies Record<Extract<Instr, { kind: 'bin' }>['op'], AluOp>

export function selectPtrAdd(s: State, i: Extract<Instr, { kind: 'ptradd' }>, dst: number): void {
  const [base, step] = i.args
  if (isInstr(step) && step.kind === 'core' && fitsS32(step.value)) {
    emit(s, { insn: alu('add', 64, dst, imm(Number(step.value))), core: step })
    emit(s, copy(dst, regOf(s, base)))
    return
  }
  if (step.kind !== 'const' && isWanted(s, base) && !isWanted(s, step)) {
    inPlace(s, 'add', 64, dst, step, reg(regOf(s, base)))
    return
  }
  inPlace(s, 'add', 64, dst, base, operandOf(s, step))
}

export function selectCast(s: State, i: Extract<Instr, { kind: 'cast' }>, dst: number): void {
  const from = i.args[0]
  if (i.op === 'zext') {
    emit(s, { insn: alu('mov', 32, dst, reg(regOf(s, from))) })
    return
  }
  assert(i.op === 'sext' && from.type === 'i32', 'other casts are free or legalised')
  if (s.target.cpu >= 4) {
    if (signedLoad(s, from, dst, 4)) return
    emit(s, { insn: { kind: 'movsx', width: 64, bits: 32, dst, src: regOf(s, from) } })
    return
  }
  emitAll(s, [copy(dst, regOf(s, from)), { insn: alu('lsh', 64, dst, imm(32)) }, { insn: alu('arsh', 64, dst, imm(32)) }])
}

/** Lets a load that nothing else wants extend the sign itself, into the register of the extended value. */
function signedLoad(s: State, v: Value, dst: number, size: 1 | 2 | 4): boolean {
  let at = v
  while (isInstr(at) && at.kind === 'cast' && at.op === 'zext' && s.counts.get(at) === 1) at = at.args[0]
  if (!isInstr(at) || at.kind !== 'load' || s.counts.get(at) !== 1 || sizeOf(at.type) !== size || s.regs.has(at)) return false
  s.regs.set(at, dst)
  s.signedLoads.add(at)
  return true
}

export function selectBin(s: State, i: Extract<Instr, { kind: 'bin' }>, dst: number): void {
  const [left, right] = i.args
  const width = widthOf(i)
  if ((i.op === 'sdiv' || i.op === 'srem') && s.target.cpu < 4) s.target.report('c.bpf.sdiv', [], i.at)
  if (i.op === 'and' && width === 64 && right.kind === 'const' && !fitsS32(signed(right)) && right.value >> 32n === 0n) {
    selectLowMask(s, dst, left, right.value)
    return
  }
  if (i.op === 'ashr' && s.target.cpu >= 4 && selectMovsx(s, i, dst)) return
  if (i.op === 'sub' && left.kind === 'const' && left.value === 0n) {
    emitAll(s, [copy(dst, regOf(s, right)), { insn: { kind: 'neg', width, dst } }])
    return
  }
  if (i.op === 'sub' && right.kind === 'const' && fitsS32(-signed(right))) {
    inPlace(s, 'add', width, dst, left, imm(Number(BigInt.asIntN(32, -right.value))))
    return
  }
  const commutes = i.op === 'add' || i.op === 'mul' || i.op === 'and' || i.op === 'or' || i.op === 'xor'
  const op = BIN_TO_ALU[i.op]
  if (commutes && right.kind !== 'const' && isWanted(s, left) && !isWanted(s, right)) {
    inPlace(s, op, width, dst, right, reg(regOf(s, left)))
    return
  }
  inPlace(s, op, width, dst, left, operandOf(s, right))
}

/** `dst = left op right` as the machine does it: a copy and an operation in place. */
function inPlace(s: State, op: AluOp, width: 32 | 64, dst: number, left: Value, right: Operand): void {
  emit(s, { insn: alu(op, width, dst, right) })
  const l = unaliased(s, left)
  const made = s.regs.has(l) ? undefined : recipe(s, l)
  if (made) emitAll(s, made.ops(dst))
  else emit(s, copy(dst, regOf(s, l)))
}

/** `x & mask` for masks of up to 32 bits that do not fit a sign-extended immediate. */
function selectLowMask(s: State, dst: number, left: Value, mask: bigint): void {
  const src = regOf(s, left)
  if (s.target.cpu < 3 && mask === 0xffff_ffffn) {
    emitAll(s, [copy(dst, src), { insn: alu('lsh', 64, dst, imm(32)) }, { insn: alu('rsh', 64, dst, imm(32)) }])
    return
  }
  if (mask === 0xffff_ffffn) {
    emit(s, { insn: alu('mov', 32, dst, reg(src)) })
    return
  }
  emitAll(s, [copy(dst, src), { insn: alu('and', 32, dst, imm(Number(BigInt.asIntN(32, mask)))) }])
}

/** The pair of shifts that extends a sign, as one instruction. */
function selectMovsx(s: State, i: Extract<Instr, { kind: 'bin' }>, dst: number): boolean {
  const [up, by] = i.args
  if (by.kind !== 'const' || !isInstr(up) || up.kind !== 'bin' || up.op !== 'shl' || up.args[1].kind !== 'const') return false
  const width = widthOf(i)
  const bits = width - Number(by.value)
  if (up.args[1].value !== by.value || isWanted(s, up) || (bits !== 8 && bits !== 16 && bits !== 32)) return false
  const from = up.args[0]
  // A signed load fills all 64 bits; a 32-bit result has to leave zeros above.
  if (width === 64 && s.counts.get(up) === 1 && signedLoad(s, from, dst, bits === 8 ? 1 : bits === 16 ? 2 : 4)) return true
  emit(s, { insn: { kind: 'movsx', width, bits, dst, src: regOf(s, from) } })
  return true
}
