// Selection of calls and of atomic operations: what wants its operands in certain registers, and what an instruction set may lack.
// Part of instruction selection (select.ts), over its state (selection.ts); backwards like all of it.
import { type Instr, isInstr, signed, type Value } from '../ir/index.ts'
import { addressOf, beside, copy, emit, flush, moveTo, newReg, recipe, regOf, type State, unaliased } from './selection.ts'

export function selectCall(s: State, i: Extract<Instr, { kind: 'call' }>, dst: number | undefined): void {
  flush(s)
  const [callee, ...args] = i.args
  if (dst !== undefined) emit(s, copy(dst, 0))
  if (args.length > 5) s.target.report('c.bpf.too-many-args', [callee.kind === 'func' ? callee.name : 'helper'], i.at)
  const count = Math.min(args.length, 5)
  if (callee.kind === 'func') {
    emit(s, { insn: { kind: 'call', target: 'subprog', imm: -1, off: 0 }, symbol: { target: callee, addend: 0 }, args: count })
  } else if (callee.kind === 'const') {
    emit(s, { insn: { kind: 'call', target: 'helper', imm: Number(BigInt.asIntN(32, callee.value)), off: 0 }, args: count })
  } else {
    s.target.report('c.bpf.indirect-call', [], i.at)
  }
  const fixed: [number, Value][] = []
  const copied: [number, Value][] = []
  for (let k = 0; k < count; k++) {
    const v = unaliased(s, args[k])
    const made = !s.regs.has(v) && recipe(s, v) !== undefined
    ;(made ? fixed : copied).push([k + 1, args[k]])
  }
  // Literals last: their registers are busy for the shortest time.
  for (const [r, v] of [...copied, ...fixed].reverse()) moveTo(s, r, v)
}

const ATOMIC = { add: 'add', and: 'and', or: 'or', xor: 'xor', xchg: 'xchg' } as const

/** Whether C subtracted: the operand is the negative of something. */
const isNegation = (v: Value): boolean =>
  v.kind === 'const'
    ? signed(v) < 0n
    : isInstr(v) && v.kind === 'bin' && v.op === 'sub' && v.args[0].kind === 'const' && v.args[0].value === 0n

export function selectAtomic(s: State, i: Extract<Instr, { kind: 'atomicrmw' }>, dst: number | undefined): void {
  const size = i.type === 'i64' ? 8 : 4
  const old = s.target.cpu < 3
  const added = old && i.op === 'add' && dst === undefined
  // As clang has it: before v3 no 32-bit instruction but the first one, and that gives nothing back; a subtraction is another instruction.
  const refused = old && !added && (size === 4 || (i.op === 'add' && !isNegation(i.args[1])))
  if (i.type === 'i8' || i.type === 'i16' || refused) s.target.report('c.bpf.atomic', [], i.at)
  const a = addressOf(s, i.args[0])
  if (added) {
    emit(s, { insn: { kind: 'atomic', op: 'add', size, dst: a.base, src: regOf(s, i.args[1]), off: a.off }, ...beside(a) })
    return
  }
  const op = ATOMIC[i.op]
  const result = dst ?? newReg(s)
  emit(s, {
    insn: { kind: 'atomic', op: op === 'xchg' ? op : `fetch_${op}`, size, dst: a.base, src: result, off: a.off },
    ...beside(a),
  })
  moveTo(s, result, i.args[1])
}

export function selectCmpXchg(s: State, i: Extract<Instr, { kind: 'cmpxchg' }>, dst: number | undefined): void {
  if (s.target.cpu < 3 && i.type !== 'i64') s.target.report('c.bpf.atomic', [], i.at)
  if (dst !== undefined) emit(s, copy(dst, 0))
  const a = addressOf(s, i.args[0])
  const src = regOf(s, i.args[2])
  emit(s, { insn: { kind: 'atomic', op: 'cmpxchg', size: i.type === 'i64' ? 8 : 4, dst: a.base, src, off: a.off }, ...beside(a) })
  moveTo(s, 0, i.args[1])
}
