// Instruction selection: a legal function becomes machine code over virtual registers.
//
// Works backwards, blocks and instructions: a value gets a register when something that reads it is met, so what is folded into its
// users (addresses, comparisons, free casts, literals) is never computed, and nothing dead is made. `out` is therefore in reverse.
// Phis become copies at the ends of the predecessors, which have one successor each (critical edges are split before).
//
// Needs: legalize, lowerSelect, lowerSwitch, expandMem, splitCriticalEdges. The order of instructions stays that of the IR.
import { assert, never } from '../../base/index.ts'
import { type Insn, imm, type MemSize, reg } from '../../isa/index.ts'
import { type Block, countUses, type Func, type Instr, isInstr, makeCfg, naturalLoops, type Phi, sizeOf, type Value } from '../ir/index.ts'
import { FIRST_VREG, type MBlock, type MDbg, type MFunc, newSlot } from './mir.ts'
import { selectBin, selectCast, selectPtrAdd } from './select-arithmetic.ts'
import { selectAsm, selectBarrier } from './select-asm.ts'
import { selectTerm } from './select-branch.ts'
import { selectAtomic, selectCall, selectCmpXchg } from './select-call.ts'
import {
  addressOf,
  alu,
  beside,
  copy,
  emit,
  emitAll,
  endInstr,
  fitsS32,
  flush,
  newReg,
  regOf,
  type State,
  type Target,
  unaliased,
  WIDE_ANSWERS,
} from './selection.ts'
import { isZeroExtended } from './zero-extended.ts'

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

const sizeIn = (v: Value): MemSize => sizeOf(v.type) as MemSize
