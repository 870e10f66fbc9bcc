// Instruction selection: a legal function becomes machine code over virtual registers.
//
// Works backwards, blocks and instructions: a value gets a register when something that reads it is met, so what is folded into its
// users (addresses, comparisons, free casts, literals) is never computed, and nothing dead is made. `out` is therefore in reverse.
// Phis become copies at the ends of the predecessors, which have one successor each (critical edges are split before).
//
// Needs: legalize, lowerSelect, lowerSwitch, expandMem, splitCriticalEdges. The order of instructions stays that of the IR.
import { assert, never } from '../../base/index.ts'
import { type AluOp, type AsmFault, type Insn, imm, type JumpOp, loadImm64, type MemSize, type Operand, reg } from '../../isa/index.ts'
import {
  type Alloca,
  type Block,
  bitsOf,
  type Cmp,
  type Core,
  countUses,
  type Func,
  type Instr,
  invertPred,
  isInstr,
  makeCfg,
  naturalLoops,
  type Phi,
  type Pred,
  phisOf,
  signed,
  sizeOf,
  swapPred,
  type Term,
  type Value,
} from '../ir/index.ts'
import {
  ALLOCATABLE,
  asmDefs,
  asmUses,
  FIRST_VREG,
  type MAsm,
  type MAsmOperand,
  type MBlock,
  type MDbg,
  type MFunc,
  type MInsn,
  type MOp,
  type MTerm,
  newSlot,
  REG_FP,
  type Slot,
  type SymbolRef,
} from './mir.ts'
import { isZeroExtended } from './zero-extended.ts'

/** What the code is made for, and where faults of the source are told. */
export interface Target {
  readonly cpu: number
  readonly report: (code: TargetFault | AsmFault['code'], params: readonly string[], at: Instr['at']) => void
  /** The function or variable that assembly means by a name. */
  readonly symbolOf?: (name: string) => SymbolRef['target'] | undefined
}
export type TargetFault =
  | 'c.bpf.sdiv'
  | 'c.bpf.atomic'
  | 'c.bpf.indirect-call'
  | 'c.bpf.too-many-args'
  | 'c.bpf.asm-immediate'
  | 'c.bpf.asm-registers'
  | 'c.bpf.stack'
  | 'c.bpf.jump-too-far'
  | 'c.bpf.memory-size'
  | 'c.bpf.string-builtin'

interface State {
  readonly fn: Func
  readonly target: Target
  readonly mfunc: MFunc
  readonly regs: Map<Value, number>
  readonly slots: Map<Alloca, Slot>
  readonly counts: ReadonlyMap<Value, number>
  readonly blocks: ReadonlyMap<Block, MBlock>
  readonly zeroExtended: (v: Value) => boolean
  /** Loads that extend the sign themselves. */
  readonly signedLoads: Set<Instr>
  readonly debug: { readonly record: MDbg; readonly value: Value }[]
  /** The current block's instructions, last first. */
  out: MInsn[]
  /** Literals and addresses that instructions below wait for, by what they are. */
  readonly pending: Map<string, Pending>
  at: Instr['at']
}

/** A register that has to be set before out[mark]. */
interface Pending {
  readonly ops: (dst: number) => readonly Draft[]
  readonly reg: number
  mark: number
  touched: boolean
}
type Draft = Omit<MOp, 'kind' | 'at'>

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

const PRED_TO_JUMP = {
  eq: 'jeq',
  ne: 'jne',
  ugt: 'jgt',
  uge: 'jge',
  ult: 'jlt',
  ule: 'jle',
  sgt: 'jsgt',
  sge: 'jsge',
  slt: 'jslt',
  sle: 'jsle',
} as const satisfies Record<Pred, JumpOp>

export function select(fn: Func, target: Target): MFunc {
  const cfg = makeCfg(fn)
  const mfunc: MFunc = { func: fn, blocks: [], nextVreg: FIRST_VREG, slots: [] }
  const depth = new Map<Block, number>()
  for (const loop of naturalLoops(cfg)) for (const b of loop.blocks) depth.set(b, Math.max(depth.get(b) ?? 0, loop.depth))
  const blocks = new Map(
    cfg.order.map((b): [Block, MBlock] => [
      b,
      { id: b.id, insns: [], term: { kind: 'exit', value: false, to: [] }, depth: depth.get(b) ?? 0 },
    ]),
  )
  const s: State = {
    fn,
    target,
    mfunc,
    regs: new Map(),
    slots: new Map(),
    counts: countUses(fn),
    blocks,
    zeroExtended: isZeroExtended(fn),
    signedLoads: new Set(),
    debug: [],
    out: [],
    pending: new Map(),
    at: undefined,
  }
  for (const i of cfg.order[0].instrs) {
    if (i.kind === 'alloca' && s.counts.has(i)) s.slots.set(i, newSlot(mfunc, i.size, i.align, false, i.variable))
  }
  for (let k = cfg.order.length - 1; k >= 0; k--) selectBlock(s, cfg.order[k], k === 0)
  mfunc.blocks = cfg.order.map((b) => blocks.get(b)!)
  for (const { record, value } of s.debug) {
    const v = unaliased(s, value)
    const r = s.regs.get(v)
    const slot = isInstr(v) && v.kind === 'alloca' ? s.slots.get(v) : undefined
    record.place = slot ? { kind: 'slot', slot } : r === undefined ? { kind: 'none' } : { kind: 'reg', reg: r }
  }
  return mfunc
}

function selectBlock(s: State, block: Block, entry: boolean): void {
  s.out = []
  s.at = block.term.at
  const term = selectTerm(s, block)
  endInstr(s)
  for (let k = block.instrs.length - 1; k >= 0; k--) {
    const i = block.instrs[k]
    s.at = i.at
    if (i.kind !== 'phi') selectInstr(s, i)
    endInstr(s)
  }
  flush(s)
  if (entry) {
    s.at = undefined
    for (const p of [...s.fn.params].reverse()) {
      const r = s.regs.get(p)
      if (r !== undefined) emit(s, copy(r, p.index + 1))
    }
    if (s.fn.params.length > 5) s.target.report('c.bpf.too-many-args', [s.fn.name], s.fn.at)
  }
  const made = s.blocks.get(block)!
  made.insns = s.out.reverse()
  made.term = term
}

// ---- what instructions are put together from

const newReg = (s: State): number => s.mfunc.nextVreg++
const emit = (s: State, draft: Draft): void => void s.out.push({ kind: 'op', ...draft, ...(s.at && { at: s.at }) })
/** Emits a sequence so that it stands in this order in the end. */
const emitAll = (s: State, drafts: readonly Draft[]): void => {
  for (let k = drafts.length - 1; k >= 0; k--) emit(s, drafts[k])
}
const alu = (op: AluOp, width: 32 | 64, dst: number, src: Operand): Insn => ({ kind: 'alu', op, width, dst, src })
const copy = (dst: number, src: number): Draft => ({ insn: alu('mov', 64, dst, reg(src)) })
const fitsS32 = (x: bigint): boolean => x >= -0x8000_0000n && x <= 0x7fff_ffffn
const fitsS16 = (x: bigint | number): boolean => x >= -0x8000 && x <= 0x7fff
const widthOf = (v: Value): 32 | 64 => (bitsOf(v.type) === 64 ? 64 : 32)

/** Instructions that put a literal into a register. */
function literal(dst: number, value: bigint, width: 32 | 64): Draft[] {
  const asSigned = BigInt.asIntN(width, value)
  if (width === 32 || fitsS32(asSigned)) return [{ insn: alu('mov', width, dst, imm(Number(asSigned))) }]
  if (value >> 32n === 0n) return [{ insn: alu('mov', 32, dst, imm(Number(BigInt.asIntN(32, value)))) }]
  return [{ insn: loadImm64(dst, value) }]
}

function symbolLoad(dst: number, symbol: SymbolRef): Draft[] {
  return [{ insn: { kind: 'ld_imm64', load: 'imm', dst, imm: symbol.addend, imm2: 0 }, symbol }]
}

function frameAddress(dst: number, slot: Slot, off: number): Draft[] {
  return [copy(dst, REG_FP), { insn: alu('add', 64, dst, imm(off)), slot }]
}

/** The value whose register holds this one too: through casts that cost nothing. */
function unaliased(s: State, v: Value): Value {
  let at = v
  while (isInstr(at) && at.kind === 'cast') {
    if (at.op === 'sext' || (at.op === 'zext' && !s.zeroExtended(at.args[0]))) break
    at = at.args[0]
  }
  return at
}

/** Ways to make a value that is no register's, or undefined. */
function recipe(s: State, v: Value): { readonly key: string; readonly ops: (dst: number) => Draft[] } | undefined {
  switch (v.kind) {
    case 'const': {
      const width = s.target.cpu >= 3 ? widthOf(v) : 64
      return { key: `${width}:${v.value}`, ops: (dst) => literal(dst, v.value, width) }
    }
    case 'undef':
      return { key: '64:0', ops: (dst) => literal(dst, 0n, 64) }
    case 'global':
    case 'func':
      return { key: `@${v.name}`, ops: (dst) => symbolLoad(dst, { target: v, addend: 0 }) }
    case 'alloca': {
      const slot = s.slots.get(v)!
      return { key: `slot ${slot.id}`, ops: (dst) => frameAddress(dst, slot, 0) }
    }
    case 'ptradd': {
      const inner = constantSteps(s, v)
      if (!inner || !fitsS32(inner.offset)) return undefined
      const { base, offset } = inner
      if (base.kind === 'alloca') {
        const slot = s.slots.get(base)!
        return { key: `slot ${slot.id}+${offset}`, ops: (dst) => frameAddress(dst, slot, Number(offset)) }
      }
      if (base.kind === 'global' && offset >= 0n) {
        return { key: `@${base.name}+${offset}`, ops: (dst) => symbolLoad(dst, { target: base, addend: Number(offset) }) }
      }
      return undefined
    }
    default:
      return undefined
  }
}

/** The value that literal steps are made from, and their sum. */
function constantSteps(s: State, v: Value): { readonly base: Value; readonly offset: bigint } | undefined {
  let base = unaliased(s, v)
  let offset = 0n
  while (isInstr(base) && base.kind === 'ptradd' && base.args[1].kind === 'const') {
    offset += signed(base.args[1])
    base = unaliased(s, base.args[0])
  }
  return base === v ? undefined : { base, offset }
}

/** The register that holds the value where the instruction in hand reads it. */
function regOf(s: State, value: Value): number {
  const v = unaliased(s, value)
  const known = s.regs.get(v)
  if (known !== undefined) return known
  const made = recipe(s, v)
  if (!made) {
    const r = newReg(s)
    s.regs.set(v, r)
    return r
  }
  const waiting = s.pending.get(made.key)
  if (waiting) {
    waiting.touched = true
    return waiting.reg
  }
  const r = newReg(s)
  s.pending.set(made.key, { ops: made.ops, reg: r, mark: 0, touched: true })
  return r
}

/** Notes that literals asked for by the instruction just emitted are due before it. */
function endInstr(s: State): void {
  for (const p of s.pending.values()) {
    if (!p.touched) continue
    p.mark = s.out.length
    p.touched = false
  }
}

/** Makes all that is waited for: what stands above must not keep registers busy for it. */
function flush(s: State): void {
  const list = [...s.pending.values()].sort((a, b) => b.mark - a.mark)
  for (const p of list) {
    const below = s.out[p.mark - 1]
    const at = below?.kind === 'op' ? below.at : s.at
    const ops = p.ops(p.reg).map((d): MOp => ({ kind: 'op', ...d, ...(at && { at }) }))
    s.out.splice(p.mark, 0, ...ops.reverse())
  }
  s.pending.clear()
}

/** Puts a value into a given register; an i32 whose upper half may hold anything is cleared on the way. */
function moveTo(s: State, dst: number, value: Value): void {
  const v = unaliased(s, value)
  const made = s.regs.has(v) ? undefined : recipe(s, v)
  if (made) emitAll(s, made.ops(dst))
  else if (value.type === 'i32' && !s.zeroExtended(value)) emit(s, { insn: alu('mov', 32, dst, reg(regOf(s, v))) })
  else emit(s, copy(dst, regOf(s, v)))
}

/** A register or, where the value is a literal that fits the field, an immediate. */
function operandOf(s: State, v: Value): Operand {
  if (v.kind === 'const' && (bitsOf(v.type) <= 32 || fitsS32(signed(v)))) return imm(Number(BigInt.asIntN(32, v.value)))
  return reg(regOf(s, v))
}

interface Address {
  readonly base: number
  readonly off: number
  readonly slot?: Slot
  readonly core?: Core
}

/** Base register and offset of a memory access. */
function addressOf(s: State, v: Value): Address {
  let base = unaliased(s, v)
  let offset = 0n
  while (isInstr(base) && base.kind === 'ptradd' && base.args[1].kind === 'const' && fitsS16(offset + signed(base.args[1]))) {
    offset += signed(base.args[1])
    base = unaliased(s, base.args[0])
  }
  if (isInstr(base) && base.kind === 'alloca') return { base: REG_FP, off: Number(offset), slot: s.slots.get(base)! }
  if (isInstr(base) && base.kind === 'ptradd' && offset === 0n) {
    const step = base.args[1]
    if (isInstr(step) && step.kind === 'core' && fitsS16(step.value)) {
      return { base: regOf(s, base.args[0]), off: Number(step.value), core: step }
    }
  }
  return { base: regOf(s, base), off: Number(offset) }
}

/** Ids of types and values of enumerators, which another kernel may answer with 64 bits (Linux: enum bpf_core_relo_kind). */
const WIDE_ANSWERS: ReadonlySet<number> = new Set([6, 7, 10, 11])

const beside = (a: Address): Partial<Draft> => ({ ...(a.slot && { slot: a.slot }), ...(a.core && { core: a.core }) })
const sizeIn = (v: Value): MemSize => sizeOf(v.type) as MemSize

// ---- instructions

function selectInstr(s: State, i: Exclude<Instr, Phi>): void {
  const dst = s.regs.get(i)
  switch (i.kind) {
    case 'alloca':
    case 'cmp':
    case 'lifetime':
      return
    case 'load': {
      if (dst === undefined && !i.volatile) return
      const a = addressOf(s, i.args[0])
      const insn: Insn = { kind: 'load', size: sizeIn(i), signed: s.signedLoads.has(i), dst: dst ?? newReg(s), src: a.base, off: a.off }
      emit(s, { insn, ...beside(a) })
      return
    }
    case 'store':
      selectStore(s, i)
      return
    case 'ptradd':
      if (dst !== undefined) selectPtrAdd(s, i, dst)
      return
    case 'cast':
      if (dst !== undefined) selectCast(s, i, dst)
      return
    case 'bin':
      if (dst !== undefined) selectBin(s, i, dst)
      return
    case 'bswap': {
      if (dst === undefined) return
      const bits = i.type === 'i16' ? 16 : i.type === 'i32' ? 32 : 64
      const src = regOf(s, i.args[0])
      emitAll(s, [copy(dst, src), { insn: { kind: 'end', to: s.target.cpu >= 4 ? 'bswap' : 'be', bits, dst } }])
      return
    }
    case 'call':
      selectCall(s, i, dst)
      return
    case 'atomicrmw':
      selectAtomic(s, i, dst)
      return
    case 'cmpxchg':
      selectCmpXchg(s, i, dst)
      return
    case 'asm':
      if (i.template.trim() === '' && i.operands.length === 0) selectBarrier(s, i, dst)
      else selectAsm(s, i)
      return
    case 'asmout':
      return
    case 'core': {
      if (dst === undefined) return
      const low = Number(BigInt.asIntN(32, i.value))
      const high = Number(BigInt.asIntN(32, i.value >> 32n))
      if (WIDE_ANSWERS.has(i.relo)) emit(s, { insn: { kind: 'ld_imm64', load: 'imm', dst, imm: low, imm2: high }, core: i })
      else emit(s, { insn: alu('mov', i.type === 'i32' ? 32 : 64, dst, imm(low)), core: i })
      return
    }
    case 'dbg': {
      const record: MDbg = { kind: 'dbg', variable: i.variable, place: { kind: 'none' } }
      s.debug.push({ record, value: i.args[0] })
      s.out.push(record)
      return
    }
    case 'select':
    case 'memcpy':
    case 'memset':
      assert(false, `${i.kind} is lowered before selection`)
      return
    default:
      never(i)
  }
}

function selectStore(s: State, i: Extract<Instr, { kind: 'store' }>): void {
  const size = sizeIn(i.args[1])
  const a = addressOf(s, i.args[0])
  const v = unaliased(s, i.args[1])
  // Stores of literals are of cpu v4 (as clang has it), although every kernel knows them.
  const value = v.kind === 'const' ? BigInt.asIntN(8 * size, v.value) : undefined
  const src = s.target.cpu >= 4 && value !== undefined && fitsS32(value) ? imm(Number(value)) : reg(regOf(s, v))
  emit(s, { insn: { kind: 'store', size, dst: a.base, off: a.off, src }, ...beside(a) })
}

/** `dst = left op right` as the machine does it: a copy and an operation in place. */
function inPlace(s: State, op: AluOp, width: 32 | 64, dst: number, left: Value, right: Operand): void {
  emit(s, { insn: alu(op, width, dst, right) })
  const l = unaliased(s, left)
  const made = s.regs.has(l) ? undefined : recipe(s, l)
  if (made) emitAll(s, made.ops(dst))
  else emit(s, copy(dst, regOf(s, l)))
}

const isWanted = (s: State, v: Value): boolean => s.regs.has(unaliased(s, v))

function selectPtrAdd(s: State, i: Extract<Instr, { kind: 'ptradd' }>, dst: number): void {
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

function selectCast(s: State, i: Extract<Instr, { kind: 'cast' }>, dst: number): void {
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

function selectBin(s: State, i: Extract<Instr, { kind: 'bin' }>, dst: number): void {
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

function selectCall(s: State, i: Extract<Instr, { kind: 'call' }>, dst: number | undefined): void {
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

function selectAtomic(s: State, i: Extract<Instr, { kind: 'atomicrmw' }>, dst: number | undefined): void {
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

function selectCmpXchg(s: State, i: Extract<Instr, { kind: 'cmpxchg' }>, dst: number | undefined): void {
  if (s.target.cpu < 3 && i.type !== 'i64') s.target.report('c.bpf.atomic', [], i.at)
  if (dst !== undefined) emit(s, copy(dst, 0))
  const a = addressOf(s, i.args[0])
  const src = regOf(s, i.args[2])
  emit(s, { insn: { kind: 'atomic', op: 'cmpxchg', size: i.type === 'i64' ? 8 : 4, dst: a.base, src, off: a.off }, ...beside(a) })
  moveTo(s, 0, i.args[1])
}

/** Nothing, but the result is a value of its own. */
function selectBarrier(s: State, i: Extract<Instr, { kind: 'asm' }>, dst: number | undefined): void {
  if (dst === undefined) return
  if (i.tied >= 0) inPlaceCopy(s, dst, i.args[i.tied])
  else emitAll(s, literal(dst, 0n, 64))
}

function selectAsm(s: State, i: Extract<Instr, { kind: 'asm' }>): void {
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
function emitAsm(s: State, i: Extract<Instr, { kind: 'asm' }> | Extract<Term, { kind: 'asmgoto' }>, results: readonly number[]): void {
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

function inPlaceCopy(s: State, dst: number, value: Value): void {
  const v = unaliased(s, value)
  const made = s.regs.has(v) ? undefined : recipe(s, v)
  if (made) emitAll(s, made.ops(dst))
  else emit(s, copy(dst, regOf(s, v)))
}

// ---- terminators

function selectTerm(s: State, block: Block): MTerm {
  const { term } = block
  const at = term.at && { at: term.at }
  const to = (b: Block): MBlock => s.blocks.get(b)!
  switch (term.kind) {
    case 'br':
      phiCopies(s, block, term.to[0])
      return { kind: 'goto', to: [to(term.to[0])], ...at }
    case 'condbr':
      return selectCondBr(s, term, [to(term.to[0]), to(term.to[1])])
    case 'ret':
      if (term.args.length > 0) moveTo(s, 0, term.args[0])
      return { kind: 'exit', value: term.args.length > 0, to: [], ...at }
    case 'unreachable':
      return s.fn.naked ? { kind: 'end', to: [], ...at } : { kind: 'exit', value: false, to: [], ...at }
    case 'asmgoto':
      emitAsm(s, term, [])
      return { kind: 'asm', to: term.to.map(to), ...at }
    case 'switch':
      assert(false, 'switch is lowered before selection')
      return { kind: 'exit', value: false, to: [] }
    default:
      return never(term)
  }
}

function selectCondBr(s: State, term: Extract<Term, { kind: 'condbr' }>, targets: [MBlock, MBlock]): MTerm {
  const cond = term.args[0]
  const at = term.at && { at: term.at }
  if (!isInstr(cond)) return { kind: 'goto', to: [targets[cond.kind === 'const' && cond.value === 1n ? 0 : 1]], ...at }
  assert(cond.kind === 'cmp', 'conditions are comparisons')
  const j = comparison(s, cond)
  const to = j.inverted ? [targets[1], targets[0]] : targets
  const likely = term.likely === undefined ? {} : { likely: (j.inverted ? 1 - term.likely : term.likely) as 0 | 1 }
  return { kind: 'jump', op: j.op, width: j.width, dst: j.dst, src: j.src, to, ...likely, ...at }
}

interface Comparison {
  readonly op: JumpOp
  readonly width: 32 | 64
  readonly dst: number
  readonly src: Operand
  /** The jump is taken where the comparison does not hold. */
  readonly inverted: boolean
}

function comparison(s: State, cmp: Cmp): Comparison {
  let { pred } = cmp
  let [left, right] = cmp.args
  if (left.kind === 'const' && right.kind !== 'const') {
    ;[left, right] = [right, left]
    pred = swapPred(pred)
  }
  const width = widthOf(left)
  const mask = testedBits(s, pred, left, right)
  if (mask) {
    const src = operandOf(s, mask[1])
    return { op: 'jset', width, dst: regOf(s, mask[0]), src, inverted: pred === 'eq' }
  }
  let inverted = false
  if (s.target.cpu < 2 && (pred === 'ult' || pred === 'ule' || pred === 'slt' || pred === 'sle')) {
    if (right.kind === 'const') {
      pred = invertPred(pred)
      inverted = true
    } else {
      ;[left, right] = [right, left]
      pred = swapPred(pred)
    }
  }
  return { op: PRED_TO_JUMP[pred], width, dst: regOf(s, left), src: operandOf(s, right), inverted }
}

/** The operands of an `and` that is only compared with 0, where one jump can do both. */
function testedBits(s: State, pred: Pred, left: Value, right: Value): readonly [Value, Value] | undefined {
  if ((pred !== 'eq' && pred !== 'ne') || right.kind !== 'const' || right.value !== 0n) return undefined
  if (!isInstr(left) || left.kind !== 'bin' || left.op !== 'and' || s.counts.get(left) !== 1 || isWanted(s, left)) return undefined
  const [x, y] = left.args
  return y.kind === 'const' && bitsOf(y.type) === 64 && !fitsS32(signed(y)) ? undefined : [x, y]
}

/** The copies that phis of `to` need at the end of `block`, as if done all at once. */
function phiCopies(s: State, block: Block, to: Block): void {
  const moves: { readonly dst: number; src: number }[] = []
  const made: Draft[] = []
  for (const phi of phisOf(to)) {
    const dst = regOf(s, phi)
    const v = unaliased(s, phi.args[phi.from.indexOf(block)])
    const how = recipe(s, v)
    if (how) made.push(...how.ops(dst))
    else if (regOf(s, v) !== dst) moves.push({ dst, src: regOf(s, v) })
  }
  const ordered: Draft[] = []
  while (moves.length > 0) {
    const k = moves.findIndex((m) => !moves.some((o) => o !== m && o.src === m.dst))
    if (k >= 0) {
      const [m] = moves.splice(k, 1)
      ordered.push(copy(m.dst, m.src))
      continue
    }
    const spare = newReg(s)
    const { dst } = moves[0]
    ordered.push(copy(spare, dst))
    for (const m of moves) if (m.src === dst) m.src = spare
  }
  emitAll(s, [...ordered, ...made])
}
