// What instruction selection is put together from: the state of one function's selection, which register holds a value, how literals and
// addresses are made, where a memory access points.
//
// Selection works backwards (select.ts): a value gets a register when something that reads it is met. Literals and addresses that
// instructions below wait for are `pending` and made once, before the first of them.
import { type AluOp, type AsmFault, type Insn, imm, loadImm64, type Operand, reg } from '../../isa/index.ts'
import { type Alloca, type Block, bitsOf, type Core, type Func, type Instr, isInstr, signed, type Value } from '../ir/index.ts'
import { type MBlock, type MDbg, type MFunc, type MInsn, type MOp, REG_FP, type Slot, type SymbolRef } from './mir.ts'

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

export interface State {
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

export type Draft = Omit<MOp, 'kind' | 'at'>

export const newReg = (s: State): number => s.mfunc.nextVreg++

export const emit = (s: State, draft: Draft): void => void s.out.push({ kind: 'op', ...draft, ...(s.at && { at: s.at }) })

/** Emits a sequence so that it stands in this order in the end. */
export const emitAll = (s: State, drafts: readonly Draft[]): void => {
  for (let k = drafts.length - 1; k >= 0; k--) emit(s, drafts[k])
}

export const alu = (op: AluOp, width: 32 | 64, dst: number, src: Operand): Insn => ({ kind: 'alu', op, width, dst, src })

export const copy = (dst: number, src: number): Draft => ({ insn: alu('mov', 64, dst, reg(src)) })

export const fitsS32 = (x: bigint): boolean => x >= -0x8000_0000n && x <= 0x7fff_ffffn

const fitsS16 = (x: bigint | number): boolean => x >= -0x8000 && x <= 0x7fff

export const widthOf = (v: Value): 32 | 64 => (bitsOf(v.type) === 64 ? 64 : 32)

/** Instructions that put a literal into a register. */
export function literal(dst: number, value: bigint, width: 32 | 64): Draft[] {
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
export function unaliased(s: State, v: Value): Value {
  let at = v
  while (isInstr(at) && at.kind === 'cast') {
    if (at.op === 'sext' || (at.op === 'zext' && !s.zeroExtended(at.args[0]))) break
    at = at.args[0]
  }
  return at
}

/** Ways to make a value that is no register's, or undefined. */
export function recipe(s: State, v: Value): { readonly key: string; readonly ops: (dst: number) => Draft[] } | undefined {
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
export function constantSteps(s: State, v: Value): { readonly base: Value; readonly offset: bigint } | undefined {
  let base = unaliased(s, v)
  let offset = 0n
  while (isInstr(base) && base.kind === 'ptradd' && base.args[1].kind === 'const') {
    offset += signed(base.args[1])
    base = unaliased(s, base.args[0])
  }
  return base === v ? undefined : { base, offset }
}

export const isWanted = (s: State, v: Value): boolean => s.regs.has(unaliased(s, v))

/** The register that holds the value where the instruction in hand reads it. */
export function regOf(s: State, value: Value): number {
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
export function endInstr(s: State): void {
  for (const p of s.pending.values()) {
    if (!p.touched) continue
    p.mark = s.out.length
    p.touched = false
  }
}

/** Makes all that is waited for: what stands above must not keep registers busy for it. */
export function flush(s: State): void {
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
export function moveTo(s: State, dst: number, value: Value): void {
  const v = unaliased(s, value)
  const made = s.regs.has(v) ? undefined : recipe(s, v)
  if (made) emitAll(s, made.ops(dst))
  else if (value.type === 'i32' && !s.zeroExtended(value)) emit(s, { insn: alu('mov', 32, dst, reg(regOf(s, v))) })
  else emit(s, copy(dst, regOf(s, v)))
}

export function inPlaceCopy(s: State, dst: number, value: Value): void {
  const v = unaliased(s, value)
  const made = s.regs.has(v) ? undefined : recipe(s, v)
  if (made) emitAll(s, made.ops(dst))
  else emit(s, copy(dst, regOf(s, v)))
}

/** A register or, where the value is a literal that fits the field, an immediate. */
export function operandOf(s: State, v: Value): Operand {
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
export function addressOf(s: State, v: Value): Address {
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
export const WIDE_ANSWERS: ReadonlySet<number> = new Set([6, 7, 10, 11])

export const beside = (a: Address): Partial<Draft> => ({ ...(a.slot && { slot: a.slot }), ...(a.core && { core: a.core }) })
