// The intermediate representation: functions in SSA form over untyped memory, between `lower` and `codegen`.
//
//   Module  ─ globals, functions
//   Func    ─ params, blocks (entry first; none = declared only)
//   Block   ─ instrs (phis first), one terminator
//   Value   = Const | Undef | Global | Func | Param | Instr
//
// Every operand of an instruction stands in `args`, every successor of a terminator in `to`, so that passes can walk them without
// knowing the kind. Memory has no types: addresses are `ptr`, steps through it are `ptradd` in bytes. Integers carry no sign; the
// operation does. The invariants are those of `validate`. Nodes are mutable and owned by the module; identity is the object.
import type { SourceFile, Span } from '../../diag/index.ts'
import type { CType, Linkage } from '../sema/types.ts'

/** `ptr` is 64 bits wide; `i1` is 0 or 1 and is never in memory (store it as i8). */
export type Type = 'void' | 'i1' | 'i8' | 'i16' | 'i32' | 'i64' | 'ptr'

/** A literal; `value` is taken modulo the width and stored unsigned (null is `ptr` 0). */
export interface Const {
  readonly kind: 'const'
  readonly type: Type
  readonly value: bigint
}

/** Any value at all; what uninitialised memory yields. */
export interface Undef {
  readonly kind: 'undef'
  readonly type: Type
}

export interface Param {
  readonly kind: 'param'
  readonly type: Type
  readonly index: number
  readonly name: string
}

/** A place in a global's bytes that holds the address of something. */
export interface GlobalReloc {
  readonly offset: number
  readonly target: Global | Func
  readonly addend: number
}

/** A variable with static storage. As a value it is its address. C type, tags and place in the source: `UnitSymbols`, by name. */
export interface Global {
  readonly kind: 'global'
  readonly type: 'ptr'
  readonly name: string
  /** As SEC() said; '' = to be chosen by content: .rodata, .rodata.str1.1, .data, .bss. */
  readonly section: string
  readonly size: number
  readonly align: number
  /** Absent: all zero (or extern). May be shorter than `size` (the rest is zero). */
  init?: Uint8Array
  readonly relocs: GlobalReloc[]
  readonly linkage: Linkage
  /** Of const-qualified type: goes to .rodata, and its bytes may be folded unless the load is volatile. */
  readonly constant: boolean
  /** A string literal: may be shared with an equal one. */
  readonly isString: boolean
  /** Stays even where nothing refers to it: external linkage, `__attribute__((used))`. */
  readonly used: boolean
}

export interface Func {
  readonly kind: 'func'
  readonly type: 'ptr'
  readonly name: string
  /** As SEC() said; '' = .text. */
  readonly section: string
  readonly linkage: Linkage
  readonly inline: 'always' | 'hint' | 'never' | 'none'
  /** The body is assembly and nothing else: nothing is put before or behind it. */
  readonly naked?: boolean
  params: Param[]
  ret: Type
  /** Empty for a declaration. */
  blocks: Block[]
  /** Above every id of an instruction or a block. */
  nextId: number
  /** The body's start, which opens the function's line information. */
  readonly at?: Span
  /** Stays even where nothing calls it. */
  readonly used: boolean
}

/** What `#pragma unroll` and its kin asked of a loop; stands on the block that the back edges jump to. */
export type LoopHint = { readonly unroll: 'full' | 'disable' } | { readonly unroll: 'count'; readonly count: number }

export interface Block {
  readonly id: number
  /** For people: 'then', 'for.cond', ... */
  readonly hint: string
  instrs: Instr[]
  term: Term
  loop?: LoopHint
}

/** A C variable that debug records speak about. */
export interface DebugVar {
  readonly name: string
  /** C spelling of the type. */
  readonly ctype: string
  readonly size: number
  /** Position among the parameters where it is one. */
  readonly param?: number
}

export type BinOp = 'add' | 'sub' | 'mul' | 'udiv' | 'sdiv' | 'urem' | 'srem' | 'and' | 'or' | 'xor' | 'shl' | 'lshr' | 'ashr'
export type CastOp = 'trunc' | 'zext' | 'sext' | 'ptrtoint' | 'inttoptr'
export type Pred = 'eq' | 'ne' | 'ult' | 'ule' | 'ugt' | 'uge' | 'slt' | 'sle' | 'sgt' | 'sge'
export type AtomicOp = 'add' | 'and' | 'or' | 'xor' | 'xchg'

/** BPF CO-RE relocation kinds by number (Linux: enum bpf_core_relo_kind). */
export type CoreKind = number

interface Node {
  readonly id: number
  /** Operands; what each is stands at the kind. */
  args: Value[]
  at?: Span
}

/** args[i] comes from block from[i]; exactly one entry for each distinct predecessor. */
export interface Phi extends Node {
  readonly kind: 'phi'
  readonly type: Type
  from: Block[]
}
/** Stack memory of the function; only in the entry block. */
export interface Alloca extends Node {
  readonly kind: 'alloca'
  readonly type: 'ptr'
  readonly size: number
  align: number
  readonly variable?: DebugVar
}
/** args: address. */
export interface Load extends Node {
  readonly kind: 'load'
  readonly type: Type
  align: number
  readonly volatile: boolean
}
/** args: address, value. */
export interface Store extends Node {
  readonly kind: 'store'
  readonly type: 'void'
  align: number
  readonly volatile: boolean
}
/** args: base (ptr), bytes (i64). */
export interface PtrAdd extends Node {
  readonly kind: 'ptradd'
  readonly type: 'ptr'
}
/** args: value. */
export interface Cast extends Node {
  readonly kind: 'cast'
  readonly type: Type
  readonly op: CastOp
}
/** args: left, right, of the result's type (shift amounts too). Division by zero yields 0, remainder by zero the dividend, as BPF does. */
export interface Bin extends Node {
  readonly kind: 'bin'
  readonly type: Type
  readonly op: BinOp
  /** Signed overflow does not happen (C says so). */
  nsw?: boolean
  /** Unsigned overflow does not happen. */
  nuw?: boolean
}
/** args: left, right, of one type. */
export interface Cmp extends Node {
  readonly kind: 'cmp'
  readonly type: 'i1'
  readonly pred: Pred
}
/** args: condition (i1), value if 1, value if 0. */
export interface Select extends Node {
  readonly kind: 'select'
  readonly type: Type
}
/** args: callee, arguments. The callee is a Func (bpf2bpf, kfunc), a const (helper id) or a pointer that must fold to one of them. */
export interface Call extends Node {
  readonly kind: 'call'
  readonly type: Type
  /** Nothing comes back from it. */
  readonly noreturn?: boolean
}
/** args: address, operand. Yields the old value. */
export interface AtomicRmw extends Node {
  readonly kind: 'atomicrmw'
  readonly type: 'i8' | 'i16' | 'i32' | 'i64'
  readonly op: AtomicOp
}
/** args: address, expected, desired. Yields the old value. */
export interface CmpXchg extends Node {
  readonly kind: 'cmpxchg'
  readonly type: 'i32' | 'i64'
}
/** args: value (i16, i32 or i64). Reverses the bytes. */
export interface Bswap extends Node {
  readonly kind: 'bswap'
  readonly type: 'i16' | 'i32' | 'i64'
}
/** args: destination, source. `size` bytes; `overlap` = memmove. */
export interface MemCpy extends Node {
  readonly kind: 'memcpy'
  readonly type: 'void'
  readonly size: number
  align: number
  readonly overlap: boolean
  readonly volatile: boolean
}
/** args: destination, byte (i8). */
export interface MemSet extends Node {
  readonly kind: 'memset'
  readonly type: 'void'
  readonly size: number
  align: number
  readonly volatile: boolean
}
/** What `%n` stands for in a template; `arg` is an index in `args`, `result` a number of a result. */
export type AsmOperand =
  /** A register that the text writes; one that it reads and writes. */
  | { readonly kind: 'out'; readonly result: number }
  | { readonly kind: 'inout'; readonly result: number; readonly arg: number }
  /** A register that it reads; a literal or symbol; a literal or symbol if the value is one, else a register; the place of an address. */
  | { readonly kind: 'in' | 'imm' | 'either' | 'mem'; readonly arg: number }
  /** Where it jumps to: an index in `to` of an asm goto. */
  | { readonly kind: 'label'; readonly to: number }

/** What an `asm` says: GNU's template, with operands by number. */
interface AsmText {
  readonly template: string
  readonly operands: readonly AsmOperand[]
  /** Numbers of registers written besides the results. */
  readonly clobbers: readonly number[]
}

/** args: inputs. Yields result 0 (i64); `asmout` yields the others. Always volatile. An empty template with one tied input is the
 * compiler barrier: the result is the input (of any type), but no pass may know. */
export interface Asm extends Node, AsmText {
  readonly kind: 'asm'
  readonly type: Type
  /** Of a barrier, the index in args of what is the result; -1 where there is none. */
  readonly tied: number
  readonly clobbersMemory: boolean
}
/** args: an asm. Its result number `index`, from 1 on. */
export interface AsmOut extends Node {
  readonly kind: 'asmout'
  readonly type: 'i64'
  readonly index: number
}
/** A number that CO-RE relocates at load; `value` is what it is by the types of the source. No args. */
export interface Core extends Node {
  readonly kind: 'core'
  readonly type: 'i32' | 'i64'
  readonly relo: CoreKind
  readonly root: CType
  /** "0:1:2" */
  readonly access: string
  readonly value: bigint
}
/** args: value. From here on the variable has this value. Never a reason to keep a value. */
export interface DbgValue extends Node {
  readonly kind: 'dbg'
  readonly type: 'void'
  readonly variable: DebugVar
}
/** args: alloca. Its contents begin or cease to matter (scope entered or left). */
export interface Lifetime extends Node {
  readonly kind: 'lifetime'
  readonly type: 'void'
  readonly start: boolean
}

export type Instr =
  | Phi
  | Alloca
  | Load
  | Store
  | PtrAdd
  | Cast
  | Bin
  | Cmp
  | Select
  | Call
  | AtomicRmw
  | CmpXchg
  | Bswap
  | MemCpy
  | MemSet
  | Asm
  | AsmOut
  | Core
  | DbgValue
  | Lifetime

export type Value = Const | Undef | Param | Global | Func | Instr

interface TermNode {
  args: Value[]
  to: Block[]
  at?: Span
}
/** to: the target. */
export interface Br extends TermNode {
  readonly kind: 'br'
}
/** args: condition (i1). to: if 1, if 0 (two different blocks). */
export interface CondBr extends TermNode {
  readonly kind: 'condbr'
  /** Index in `to` of what `__builtin_expect` expects. */
  likely?: 0 | 1
}
/** args: value. to: default, then one for each of `cases` (all different, of the value's width). */
export interface Switch extends TermNode {
  readonly kind: 'switch'
  cases: bigint[]
}
/** args: the value, or none. */
export interface Ret extends TermNode {
  readonly kind: 'ret'
}
export interface Unreachable extends TermNode {
  readonly kind: 'unreachable'
}
/** Assembly that may jump. args: inputs. to: where it goes on behind the text, then its labels; some may be the same. */
export interface AsmGoto extends TermNode, AsmText {
  readonly kind: 'asmgoto'
}
export type Term = Br | CondBr | Switch | Ret | Unreachable | AsmGoto

export interface Module {
  readonly globals: Global[]
  readonly funcs: Func[]
  /** Every file that a span may point into. */
  readonly sources: readonly SourceFile[]
}
