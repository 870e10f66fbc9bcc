// Making IR: modules, functions, and a builder that appends instructions to a current block.
//
// The builder folds nothing and checks nothing; `validate` does. Its `at` is put on every instruction that it makes.
import type { Span } from '../../diag/index.ts'
import type {
  Alloca,
  AtomicOp,
  BinOp,
  Block,
  CastOp,
  Const,
  DebugVar,
  Func,
  Global,
  Instr,
  LoopHint,
  Module,
  Phi,
  Pred,
  Term,
  Type,
  Undef,
  Value,
} from './types.ts'

/** Bits of a value of the type; 0 for void. */
export function bitsOf(type: Type): number {
  return BITS[type]
}
const BITS = { void: 0, i1: 1, i8: 8, i16: 16, i32: 32, i64: 64, ptr: 64 } as const satisfies Record<Type, number>

/** Bytes that a load or store of the type touches. */
export function sizeOf(type: Type): number {
  return BITS[type] >> 3
}

/** A literal, wrapped to the width of its type. */
export function constant(type: Type, value: bigint | number): Const {
  return { kind: 'const', type, value: BigInt.asUintN(bitsOf(type), BigInt(value)) }
}

/** A literal's value taken as signed. */
export function signed(c: Const): bigint {
  return BigInt.asIntN(bitsOf(c.type), c.value)
}

export function undef(type: Type): Undef {
  return { kind: 'undef', type }
}

/** An unnamed integer type of a width in bytes. */
export function intType(sizeBytes: number): 'i8' | 'i16' | 'i32' | 'i64' {
  return sizeBytes === 1 ? 'i8' : sizeBytes === 2 ? 'i16' : sizeBytes === 4 ? 'i32' : 'i64'
}

export function makeGlobal(fields: Pick<Global, 'name' | 'size'> & Partial<Omit<Global, 'kind' | 'type'>>): Global {
  return {
    kind: 'global',
    type: 'ptr',
    section: '',
    align: 1,
    relocs: [],
    linkage: 'internal',
    constant: false,
    isString: false,
    used: false,
    ...fields,
  }
}

/** A function without blocks; parameters are given as types and names. */
export function makeFunc(
  fields: Pick<Func, 'name' | 'ret'> & Partial<Omit<Func, 'kind' | 'type' | 'params'>>,
  params: readonly { readonly type: Type; readonly name: string }[],
): Func {
  return {
    kind: 'func',
    type: 'ptr',
    section: '',
    linkage: 'internal',
    inline: 'none',
    blocks: [],
    nextId: 0,
    used: false,
    ...fields,
    params: params.map((p, index) => ({ kind: 'param', type: p.type, index, name: p.name })),
  }
}

/** An empty block at the end of the function; it ends in `unreachable` until it is given a terminator. */
export function addBlock(fn: Func, hint: string, loop?: LoopHint): Block {
  const block: Block = { id: fn.nextId++, hint, instrs: [], term: { kind: 'unreachable', args: [], to: [] } }
  if (loop) block.loop = loop
  fn.blocks.push(block)
  return block
}

/** An instruction that has no id and no place in the source yet. */
export type Draft = Instr extends infer I ? (I extends Instr ? Omit<I, 'id' | 'at'> : never) : never

/** Appends to `block`. `at` is the place in the source of what is built next. The builder belongs to one lowering of one function. */
export interface Builder {
  readonly fn: Func
  block: Block
  at: Span | undefined
  /** Whether the current block has its terminator; what is built then goes nowhere useful, so begin a new block. */
  terminated(): boolean
  /** In the entry block, after the allocas that are there. */
  alloca(size: number, align: number, variable?: DebugVar): Alloca
  load(type: Type, addr: Value, align: number, volatile?: boolean): Value
  store(addr: Value, value: Value, align: number, volatile?: boolean): void
  ptradd(base: Value, bytes: Value | number): Value
  cast(op: CastOp, type: Type, value: Value): Value
  bin(op: BinOp, left: Value, right: Value, flags?: { readonly nsw?: boolean; readonly nuw?: boolean }): Value
  cmp(pred: Pred, left: Value, right: Value): Value
  select(cond: Value, ifTrue: Value, ifFalse: Value): Value
  phi(type: Type, incoming: readonly { readonly value: Value; readonly from: Block }[]): Phi
  call(type: Type, callee: Value, args: readonly Value[], noreturn?: boolean): Value
  atomicrmw(op: AtomicOp, addr: Value, operand: Value): Value
  cmpxchg(addr: Value, expected: Value, desired: Value): Value
  bswap(value: Value): Value
  memcpy(dst: Value, src: Value, size: number, align: number, options?: { readonly overlap?: boolean; readonly volatile?: boolean }): void
  memset(dst: Value, byte: Value, size: number, align: number, volatile?: boolean): void
  asm(fields: Omit<Extract<Instr, { kind: 'asm' }>, 'kind' | 'id' | 'at'>): Value
  asmout(asm: Value, index: number): Value
  core(fields: Omit<Extract<Instr, { kind: 'core' }>, 'kind' | 'id' | 'at' | 'args'>): Value
  dbg(variable: DebugVar, value: Value): void
  lifetime(slot: Alloca, start: boolean): void
  br(to: Block): void
  condbr(cond: Value, ifTrue: Block, ifFalse: Block, likely?: 0 | 1): void
  switch(value: Value, otherwise: Block, cases: readonly { readonly value: bigint; readonly to: Block }[]): void
  ret(value?: Value): void
  unreachable(): void
  asmgoto(fields: Omit<Extract<Term, { kind: 'asmgoto' }>, 'kind' | 'at'>): void
}

/** A builder that stands in `block` (the entry block, where none is given and there is one). */
export function makeBuilder(fn: Func, block: Block = fn.blocks[0] ?? addBlock(fn, 'entry')): Builder {
  const closed = new WeakSet<Block>()
  /** Makes the node with a fresh id and appends it. */
  const put = (fields: Draft): Instr => {
    const instr: Instr = { ...fields, id: fn.nextId++, ...(b.at && { at: b.at }) }
    b.block.instrs.push(instr)
    return instr
  }
  const end = (term: Term): void => {
    if (b.at) term.at = b.at
    b.block.term = term
    closed.add(b.block)
  }
  const b: Builder = {
    fn,
    block,
    at: undefined,
    terminated: () => closed.has(b.block),
    alloca(size, align, variable) {
      const instrs = fn.blocks[0].instrs
      const slot: Alloca = { kind: 'alloca', type: 'ptr', id: fn.nextId++, args: [], size, align, ...(variable && { variable }) }
      if (b.at) slot.at = b.at
      let i = 0
      while (i < instrs.length && instrs[i].kind === 'alloca') i++
      instrs.splice(i, 0, slot)
      return slot
    },
    load: (type, addr, align, volatile = false) => put({ kind: 'load', type, args: [addr], align, volatile }),
    store: (addr, value, align, volatile = false) => void put({ kind: 'store', type: 'void', args: [addr, value], align, volatile }),
    ptradd: (base, bytes) => put({ kind: 'ptradd', type: 'ptr', args: [base, typeof bytes === 'number' ? constant('i64', bytes) : bytes] }),
    cast: (op, type, value) => put({ kind: 'cast', type, op, args: [value] }),
    bin: (op, left, right, flags = {}) => put({ kind: 'bin', type: left.type, op, args: [left, right], ...flags }),
    cmp: (pred, left, right) => put({ kind: 'cmp', type: 'i1', pred, args: [left, right] }),
    select: (cond, yes, no) => put({ kind: 'select', type: yes.type, args: [cond, yes, no] }),
    phi(type, incoming) {
      const phi: Phi = { kind: 'phi', type, id: fn.nextId++, args: incoming.map((i) => i.value), from: incoming.map((i) => i.from) }
      if (b.at) phi.at = b.at
      const { instrs } = b.block
      let i = 0
      while (i < instrs.length && instrs[i].kind === 'phi') i++
      instrs.splice(i, 0, phi)
      return phi
    },
    call: (type, callee, args, noreturn = false) => put({ kind: 'call', type, args: [callee, ...args], ...(noreturn && { noreturn }) }),
    atomicrmw: (op, addr, operand) => put({ kind: 'atomicrmw', type: inMemory(operand.type), op, args: [addr, operand] }),
    cmpxchg: (addr, expected, desired) =>
      put({ kind: 'cmpxchg', type: expected.type === 'i32' ? 'i32' : 'i64', args: [addr, expected, desired] }),
    bswap: (value) => put({ kind: 'bswap', type: swapped(value.type), args: [value] }),
    memcpy: (dst, src, size, align, { overlap = false, volatile = false } = {}) =>
      void put({ kind: 'memcpy', type: 'void', args: [dst, src], size, align, overlap, volatile }),
    memset: (dst, byte, size, align, volatile = false) =>
      void put({ kind: 'memset', type: 'void', args: [dst, byte], size, align, volatile }),
    asm: (fields) => put({ kind: 'asm', ...fields }),
    asmout: (asm, index) => put({ kind: 'asmout', type: 'i64', args: [asm], index }),
    core: (fields) => put({ kind: 'core', args: [], ...fields }),
    dbg: (variable, value) => void put({ kind: 'dbg', type: 'void', args: [value], variable }),
    lifetime: (slot, start) => void put({ kind: 'lifetime', type: 'void', args: [slot], start }),
    br: (to) => end({ kind: 'br', args: [], to: [to] }),
    condbr: (cond, yes, no, likely) =>
      yes === no
        ? end({ kind: 'br', args: [], to: [yes] })
        : end({ kind: 'condbr', args: [cond], to: [yes, no], ...(likely !== undefined && { likely }) }),
    switch: (value, otherwise, cases) =>
      end({
        kind: 'switch',
        args: [value],
        to: [otherwise, ...cases.map((c) => c.to)],
        cases: cases.map((c) => BigInt.asUintN(bitsOf(value.type), c.value)),
      }),
    ret: (value) => end({ kind: 'ret', args: value ? [value] : [], to: [] }),
    unreachable: () => end({ kind: 'unreachable', args: [], to: [] }),
    asmgoto: (fields) => end({ kind: 'asmgoto', ...fields }),
  }
  return b
}

const inMemory = (t: Type): 'i8' | 'i16' | 'i32' | 'i64' => (t === 'i8' || t === 'i16' || t === 'i32' ? t : 'i64')
const swapped = (t: Type): 'i16' | 'i32' | 'i64' => (t === 'i16' || t === 'i32' ? t : 'i64')

/** A module of these parts. */
export function makeModule(parts: Partial<Module> = {}): Module {
  return { globals: [], funcs: [], sources: [], ...parts }
}
