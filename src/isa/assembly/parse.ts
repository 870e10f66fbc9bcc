// One statement to an instruction. Takes the kernel's spelling (`*(u32 *)(r1 +4)`, `goto pc+3`, `call bpf_map_lookup_elem#1`) and clang's
// (`*(u32 *)(r1 + 4)`, `goto +3`, `goto label`, `r1 = 5 ll`, `r0 = cmpxchg_64(r1 + 0, r0, r2)`); operators come from the opcode table.
// The first mistake of a statement is kept and ends its reading: from then on no token is left, and what is built is thrown away.
import type { DiagCode } from '../../diag/index.ts'
import type { Insn, Operand } from '../insn.ts'
import {
  ALU_ROWS,
  type AluOp,
  ATOMIC_ROWS,
  type AtomicOp,
  IMM64_ROWS,
  type Imm64Load,
  JUMP_ROWS,
  type JumpOp,
  type MemSize,
  SIZE_ROWS,
} from '../opcodes.ts'
import type { Statement, Token } from './lex.ts'

/** Where a jump or call goes: so many slots from the next instruction, or a label ('1f' and '1b' are the next and last `1:`). */
export type Target =
  | { readonly kind: 'distance'; readonly slots: number }
  | { readonly kind: 'label'; readonly name: string; readonly token: Token }

/** An instruction whose target or names are still to be looked up. */
export interface Draft {
  readonly insn: Insn
  readonly target?: Target
  /** A map by name (ld_imm64 map_idx, map_idx_value). */
  readonly map?: Token
  /** A function or label by name: `call name`, `r1 = name ll`. */
  readonly name?: Token
}

export interface ParseFault {
  readonly code: DiagCode
  readonly params: readonly string[]
  readonly start: number
  readonly end: number
}

export type Parsed = { readonly ok: true; readonly draft: Draft } | { readonly ok: false; readonly fault: ParseFault }

/** Reads an instruction from token `first` of a statement on. `lenient`: of a literal that is wider than its field the lower bits are
 * taken, as clang's assembler does. */
export function parseInsn(statement: Statement, first: number, lenient = false): Parsed {
  const p = new Parser(statement, first, lenient)
  const draft = p.insn()
  p.end()
  return p.fault ? { ok: false, fault: p.fault } : { ok: true, draft }
}

const ALU_BY_TEXT = new Map<string, AluOp>(ALU_ROWS.map((row) => [row.text, row.op]))
const JUMP_BY_TEXT = new Map<string, JumpOp>(JUMP_ROWS.map((row) => [row.text, row.op]))
const ATOMIC_BY_TEXT = new Map<string, AtomicOp>(ATOMIC_ROWS.filter((row) => row.text !== '').map((row) => [row.text, row.op]))
const ATOMIC_BY_NAME = new Map<string, AtomicOp>(ATOMIC_ROWS.filter((row) => row.fetch).map((row) => [row.op, row.op]))
const UNSIGNED = new Map<string, MemSize>(SIZE_ROWS.map((row) => [row.unsigned, row.bytes]))
const SIGNED = new Map<string, MemSize>(SIZE_ROWS.filter((row) => row.signed !== '').map((row) => [row.signed, row.bytes]))
const IMM64_BY_NAME = new Map<string, Imm64Load>(IMM64_ROWS.map((row) => [row.load, row.load]))

interface Reg {
  readonly width: 32 | 64
  readonly n: number
}

const S32_MIN = -(2n ** 31n)
const U32_MAX = 2n ** 32n - 1n
const S64_MIN = -(2n ** 63n)
const U64_MAX = 2n ** 64n - 1n
const MAX_DIGITS = 24

// Stands for what could not be read; never leaves this file.
const NO_INSN: Insn = { kind: 'exit' }
const NO_DRAFT: Draft = { insn: NO_INSN }

/** Owned by one call of `parseInsn`. */
class Parser {
  fault: ParseFault | undefined
  private readonly tokens: readonly Token[]
  private readonly statement: Statement
  private at: number
  private readonly lenient: boolean

  constructor(statement: Statement, first: number, lenient: boolean) {
    this.lenient = lenient
    this.statement = statement
    this.tokens = statement.tokens
    this.at = first
  }

  insn(): Draft {
    const word = this.peek()
    if (this.op('*')) return { insn: this.store() }
    if (word?.kind !== 'word') return this.fail(NO_DRAFT, 'asm.expectedInsn')
    switch (word.text) {
      case 'exit':
        this.at++
        return { insn: { kind: 'exit' } }
      case 'goto':
        return this.jumpTo({ kind: 'goto', long: false, off: 0 })
      case 'gotol':
        return this.jumpTo({ kind: 'goto', long: true, off: 0 })
      case 'may_goto':
        return this.jumpTo({ kind: 'may_goto', off: 0 })
      case 'if':
        return this.jump()
      case 'call':
        return this.call()
      case 'callx':
        return this.byRegister(0x8d)
      case 'gotox':
        return this.byRegister(0x0d)
      case 'lock':
        return { insn: this.lock() }
      case 'store_release':
        return { insn: this.storeRelease() }
    }
    const dst = this.register()
    if (this.op('=')) return this.assignment(dst)
    return { insn: this.alu(dst) }
  }

  /** Nothing may follow. */
  end(): void {
    if (this.peek()) this.fail(undefined, 'asm.expectedEnd')
  }

  private peek(ahead = 0): Token | undefined {
    return this.fault ? undefined : this.tokens[this.at + ahead]
  }

  /** Notes what is wrong with the token that stands here, and gives back what stands for the thing that was asked for. */
  private fail<T>(instead: T, code: DiagCode, ...params: string[]): T {
    return this.failAt(this.at, instead, code, ...params)
  }

  private failAt<T>(at: number, instead: T, code: DiagCode, ...params: string[]): T {
    const { end } = this.statement
    const last = this.tokens[Math.max(at, this.at - 1)]
    this.fault ??= { code, params, start: this.tokens[at]?.start ?? end, end: last?.end ?? end }
    return instead
  }

  /** Takes an operator if it stands here. */
  private op(text: string): boolean {
    const token = this.peek()
    if (token?.kind !== 'op' || token.text !== text) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    const token = this.peek()
    if (token?.text === text && token.kind !== 'string') this.at++
    else this.fail(undefined, 'asm.expected', `'${text}'`)
  }

  private isWord(text: string): boolean {
    const token = this.peek()
    return token?.kind === 'word' && token.text === text
  }

  private tryRegister(): Reg | undefined {
    const token = this.peek()
    const m = token?.kind === 'word' ? /^([rw])(\d{1,2})$/.exec(token.text) : null
    if (!m || Number(m[2]) > 15) return undefined
    this.at++
    return { width: m[1] === 'w' ? 32 : 64, n: Number(m[2]) }
  }

  private register(): Reg {
    return this.tryRegister() ?? this.fail({ width: 64, n: 0 }, 'asm.expectedRegister')
  }

  /** The number of a register that has to be spelled r. */
  private wide(): number {
    const start = this.at
    const r = this.register()
    return r.width === 64 ? r.n : this.failAt(start, 0, 'asm.width')
  }

  /** A register of the same width as another. */
  private alike(width: 32 | 64): number {
    const start = this.at
    const r = this.register()
    return r.width === width ? r.n : this.failAt(start, 0, 'asm.width')
  }

  /** A number with signs before it, or a sum of such: clang's operands are put into the text as they are (`r1 + -8`, `5 + 3`). */
  private tryNumber(): bigint | undefined {
    let sum = this.signedNumber()
    for (let more = sum; sum !== undefined && more !== undefined; ) {
      const token = this.peek()
      more = token?.kind === 'op' && (token.text === '+' || token.text === '-') ? this.signedNumber() : undefined
      if (more !== undefined) sum += more
    }
    return sum
  }

  private signedNumber(): bigint | undefined {
    let signs = 0
    let minus = false
    for (let t = this.peek(); t?.kind === 'op' && (t.text === '-' || t.text === '+'); t = this.peek(signs)) {
      if (t.text === '-') minus = !minus
      signs++
    }
    const token = this.peek(signs)
    if (token?.kind !== 'number') return undefined
    if (token.text.length > MAX_DIGITS) return this.fail(0n, 'asm.range', token.text.slice(0, MAX_DIGITS), String(S64_MIN), String(U64_MAX))
    this.at += signs + 1
    const n = BigInt(token.text)
    return minus ? -n : n
  }

  private number(min: bigint, max: bigint): number {
    const start = this.at
    const n = this.tryNumber() ?? this.fail(min, 'asm.expectedNumber')
    return n >= min && n <= max ? Number(n) : this.failAt(start, 0, 'asm.range', String(n), String(min), String(max))
  }

  /** 32 bits, signed or unsigned, as the signed number of the encoding. */
  private imm(): number {
    if (this.lenient) return Number(BigInt.asIntN(32, this.tryNumber() ?? this.fail(0n, 'asm.expectedNumber')))
    return this.number(S32_MIN, U32_MAX) | 0
  }

  private offset(): number {
    return this.number(-32768n, 32767n)
  }

  private operand(width: 32 | 64): Operand {
    const token = this.peek()
    if (token?.kind === 'word') return { kind: 'reg', reg: this.alike(width) }
    return { kind: 'imm', imm: this.imm() }
  }

  private alu(dst: Reg): Insn {
    const token = this.peek()
    const op = token?.kind === 'op' ? ALU_BY_TEXT.get(token.text) : undefined
    if (!op) return this.fail(NO_INSN, 'asm.expectedAssignment')
    this.at++
    return { kind: 'alu', op, width: dst.width, dst: dst.n, src: this.operand(dst.width) }
  }

  /** What follows `rN =`. */
  private assignment(dst: Reg): Draft {
    const token = this.peek()
    const next = this.peek(1)
    if (this.op('*')) return { insn: this.load(dst) }
    if (token?.kind === 'op' && token.text === '-' && next?.kind === 'word') {
      this.at++
      if (this.alike(dst.width) !== dst.n) this.failAt(this.at - 1, undefined, 'asm.expected', `'${next.text[0]}${dst.n}'`)
      return { insn: { kind: 'neg', width: dst.width, dst: dst.n } }
    }
    if (this.op('(')) return { insn: this.movsx(dst) }
    const n = this.immediate(dst)
    if (n) return { insn: n }
    if (token?.kind !== 'word') return this.fail(NO_DRAFT, 'asm.expectedValue')
    const src = this.tryRegister()
    if (src) {
      if (src.width !== dst.width) this.failAt(this.at - 1, undefined, 'asm.width')
      return { insn: { kind: 'alu', op: 'mov', width: dst.width, dst: dst.n, src: { kind: 'reg', reg: src.n } } }
    }
    return this.function(dst, token)
  }

  /** `5`, `5 ll`; in a listing the opcode says which of the two it is. */
  private immediate(dst: Reg): Insn | undefined {
    const start = this.at
    const n = this.tryNumber()
    if (n === undefined) return undefined
    if (this.isWord('ll')) this.at++
    else if (this.statement.listing?.opcode !== 0x18) {
      this.at = start
      return { kind: 'alu', op: 'mov', width: dst.width, dst: dst.n, src: { kind: 'imm', imm: this.imm() } }
    }
    if (n < S64_MIN || n > U64_MAX) this.failAt(start, undefined, 'asm.range', String(n), String(S64_MIN), String(U64_MAX))
    const imm = Number(BigInt.asIntN(32, n))
    return { kind: 'ld_imm64', load: 'imm', dst: this.wideOf(dst), imm, imm2: Number(BigInt.asIntN(32, n >> 32n)) }
  }

  private wideOf(r: Reg): number {
    return r.width === 64 ? r.n : this.failAt(0, 0, 'asm.width')
  }

  /** `rN = word...`: byte swaps, atomics, casts, loads of addresses. */
  private function(dst: Reg, token: Token): Draft {
    const swap = /^(be|le|bswap)(16|32|64)$/.exec(token.text)
    if (swap) return { insn: this.swap(dst, swap[1] as 'be' | 'le' | 'bswap', Number(swap[2]) as 16 | 32 | 64) }
    const next = this.peek(1)
    if (next?.kind === 'op' && next.text === '(') {
      this.at += 2
      return { insn: this.builtin(dst, token.text) }
    }
    const load = IMM64_BY_NAME.get(token.text)
    if (next?.kind === 'op' && next.text === '[') {
      this.at += 2
      if (token.text === 'map') return this.mapByName(dst)
      if (load) return { insn: this.imm64(dst, load) }
      return this.failAt(this.at - 2, NO_DRAFT, 'asm.expectedValue')
    }
    this.at++
    const off = this.tail('ll') ? 0 : this.imm()
    if (this.isWord('ll')) this.at++
    return { insn: { kind: 'ld_imm64', load: 'func', dst: this.wideOf(dst), imm: off, imm2: 0 }, name: token }
  }

  private swap(dst: Reg, to: 'be' | 'le' | 'bswap', bits: 16 | 32 | 64): Insn {
    this.at++
    const src = this.wide()
    if (src !== dst.n || dst.width !== 64) this.failAt(this.at - 1, undefined, 'asm.expected', `'r${dst.n}'`)
    return { kind: 'end', to, bits, dst: dst.n }
  }

  /** `map[NAME] ll`, `map[NAME][0]+8 ll` */
  private mapByName(dst: Reg): Draft {
    const name = this.peek()
    if (name?.kind !== 'word') return this.fail(NO_DRAFT, 'asm.expectedMapName')
    this.at++
    this.expect(']')
    let load: Imm64Load = 'map_idx'
    let imm2 = 0
    if (this.op('[')) {
      this.number(0n, 0n)
      this.expect(']')
      load = 'map_idx_value'
      imm2 = this.tail('ll') ? 0 : this.imm()
    }
    if (this.isWord('ll')) this.at++
    return { insn: { kind: 'ld_imm64', load, dst: this.wideOf(dst), imm: 0, imm2 }, map: name }
  }

  /** Whether the statement is over but for a word. */
  private tail(word: string): boolean {
    return this.peek() === undefined || this.isWord(word)
  }

  /** `map_fd[3] ll`, `map_value[3, 8] ll`: both imm fields as they are. */
  private imm64(dst: Reg, load: Imm64Load): Insn {
    const imm = this.imm()
    const imm2 = this.op(',') ? this.imm() : 0
    this.expect(']')
    if (this.isWord('ll')) this.at++
    return { kind: 'ld_imm64', load, dst: this.wideOf(dst), imm, imm2 }
  }

  /** `(s8)r2` behind the opening parenthesis. */
  private movsx(dst: Reg): Insn {
    const token = this.peek()
    const size = token?.kind === 'word' ? SIGNED.get(token.text) : undefined
    const bits = (size ?? 0) * 8
    if ((bits !== 8 && bits !== 16 && bits !== 32) || (bits === 32 && dst.width === 32))
      return this.fail(NO_INSN, 'asm.expectedOneOf', 's8, s16, s32')
    this.at++
    this.expect(')')
    return { kind: 'movsx', width: dst.width, bits, dst: dst.n, src: this.alike(dst.width) }
  }

  /** `u32 *` between parentheses; signed types only where a load may have them. */
  private type(signedToo: boolean): { size: MemSize; signed: boolean } {
    this.expect('(')
    const token = this.peek()
    const unsigned = token?.kind === 'word' ? UNSIGNED.get(token.text) : undefined
    const signed = token?.kind === 'word' && signedToo ? SIGNED.get(token.text) : undefined
    const size = unsigned ?? signed
    if (!size)
      return this.fail({ size: 8, signed: false }, 'asm.expectedOneOf', signedToo ? 'u8, u16, u32, u64, s8, s16, s32' : 'u8, u16, u32, u64')
    this.at++
    this.expect('*')
    this.expect(')')
    return { size, signed: unsigned === undefined }
  }

  /** `(r1 +4)` */
  private address(): { base: number; off: number } {
    this.expect('(')
    const place = this.baseOffset()
    this.expect(')')
    return place
  }

  private baseOffset(): { base: number; off: number } {
    const base = this.wide()
    const token = this.peek()
    const off = token?.kind === 'op' && (token.text === '+' || token.text === '-') ? this.offset() : 0
    return { base, off }
  }

  /** `*(u32 *)(r1 +4)` or `*(u16 *)skb[12]`, behind the star. */
  private load(dst: Reg): Insn {
    const { size, signed } = this.type(true)
    if (this.isWord('skb')) return this.loadSkb(dst, size)
    const { base, off } = this.address()
    return { kind: 'load', size, signed, dst: dst.n, src: base, off }
  }

  private loadSkb(dst: Reg, size: MemSize): Insn {
    if (size === 8 || dst.n !== 0) return this.fail(NO_INSN, 'asm.expected', "'('")
    this.at++
    this.expect('[')
    const src = this.tryRegister()
    if (!src) {
      const imm = this.imm()
      this.expect(']')
      return { kind: 'ld_abs', size, imm }
    }
    // The kernel writes `r6 + -2`.
    this.op('+')
    const imm = this.peek()?.text === ']' ? 0 : this.imm()
    this.expect(']')
    return { kind: 'ld_ind', size, src: src.n, imm }
  }

  private store(): Insn {
    const { size } = this.type(false)
    const { base, off } = this.address()
    this.expect('=')
    // Clang spells what is stored from a 32-bit register w.
    const src = this.tryRegister()
    return { kind: 'store', size, dst: base, off, src: src ? { kind: 'reg', reg: src.n } : { kind: 'imm', imm: this.imm() } }
  }

  private lock(): Insn {
    this.at++
    this.expect('*')
    const size = this.atomicSize()
    const { base, off } = this.address()
    const token = this.peek()
    const op = token?.kind === 'op' ? ATOMIC_BY_TEXT.get(token.text) : undefined
    if (!op) return this.fail(NO_INSN, 'asm.expectedOneOf', '+=, |=, &=, ^=')
    this.at++
    return { kind: 'atomic', op, size, dst: base, src: this.register().n, off }
  }

  private atomicSize(): 4 | 8 {
    const start = this.at
    const { size } = this.type(false)
    return size === 4 || size === 8 ? size : this.failAt(start + 1, 8, 'asm.expectedOneOf', 'u32, u64')
  }

  private storeRelease(): Insn {
    this.at++
    this.expect('(')
    const { size } = this.type(false)
    const { base, off } = this.address()
    this.expect(',')
    const src = this.register().n
    this.expect(')')
    return { kind: 'store_release', size, dst: base, src, off }
  }

  /** `rN = name(...)`, behind the opening parenthesis. */
  private builtin(dst: Reg, name: string): Insn {
    if (name === 'load_acquire') {
      const { size } = this.type(false)
      const { base, off } = this.address()
      this.expect(')')
      return { kind: 'load_acquire', size, dst: dst.n, src: base, off }
    }
    if (name === 'addr_space_cast') {
      const src = this.wide()
      this.expect(',')
      const dstSpace = this.number(0n, 0xffffn)
      this.expect(',')
      const srcSpace = this.number(0n, 0xffffn)
      this.expect(')')
      return { kind: 'addr_space_cast', dst: this.wideOf(dst), src, dstSpace, srcSpace }
    }
    // The kernel's atomic_xchg, atomic64_cmpxchg, atomic_fetch_add; clang's xchg_64, xchg32_32, cmpxchg_64, cmpxchg32_32.
    const llvm = /^(xchg|cmpxchg)(?:_64|(32_32))$/.exec(name)
    const op = ATOMIC_BY_NAME.get(llvm ? llvm[1] : (/^atomic(?:64)?_(\w+)$/.exec(name)?.[1] ?? ''))
    if (!op) return this.failAt(this.at - 2, NO_INSN, 'asm.function', name)
    const size = llvm ? (llvm[2] ? 4 : 8) : this.atomicSize()
    const { base, off } = llvm ? this.baseOffset() : this.address()
    this.expect(',')
    if (op === 'cmpxchg') {
      const old = this.register()
      if (old.n !== 0 || dst.n !== 0) this.failAt(this.at - 1, undefined, 'asm.expected', "'r0'")
      this.expect(',')
    }
    const src = this.register().n
    if (op !== 'cmpxchg' && src !== dst.n) this.failAt(this.at - 1, undefined, 'asm.expected', `'r${dst.n}'`)
    this.expect(')')
    return { kind: 'atomic', op, size, dst: base, src, off }
  }

  private byRegister(opcode: number): Draft {
    this.at++
    return { insn: { kind: 'invalid', opcode, dst: this.wide(), src: 0, off: 0, imm: 0 } }
  }

  private jumpTo(insn: Insn): Draft {
    this.at++
    return { insn, target: this.target() }
  }

  private jump(): Draft {
    this.at++
    const dst = this.register()
    const token = this.peek()
    const op = token?.kind === 'op' ? JUMP_BY_TEXT.get(token.text) : undefined
    if (!op) return this.fail(NO_DRAFT, 'asm.expectedComparison')
    this.at++
    const src = this.operand(dst.width)
    this.expect('goto')
    return { insn: { kind: 'jump', op, width: dst.width, dst: dst.n, src, off: 0 }, target: this.target() }
  }

  /** `pc+3`, `+3`, `label`, `1f` */
  private target(): Target {
    const token = this.peek()
    if (this.isWord('pc')) this.at++
    if (token?.kind === 'number') {
      const side = this.peek(1)
      if (side?.kind === 'word' && side.start === token.end && (side.text === 'f' || side.text === 'b')) {
        this.at += 2
        return { kind: 'label', name: token.text + side.text, token: { ...token, end: side.end } }
      }
    }
    const next = this.peek()
    if (token === next && token?.kind === 'word') {
      this.at++
      return { kind: 'label', name: token.text, token }
    }
    return { kind: 'distance', slots: this.number(S32_MIN, 2n ** 31n - 1n) }
  }

  private call(): Draft {
    this.at++
    const call = (target: 'helper' | 'subprog' | 'kfunc', imm: number): Insn => ({ kind: 'call', target, imm, off: 0 })
    const token = this.peek()
    if (token?.kind !== 'word') return { insn: call('helper', this.imm()) }
    const next = this.peek(1)
    if (token.text === 'pc' && next?.kind === 'op' && (next.text === '+' || next.text === '-')) {
      return { insn: call('subprog', 0), target: this.target() }
    }
    this.at++
    if (token.text === 'kernel' && this.op('-')) {
      this.expect('function')
      this.expect('#')
      return { insn: call('kfunc', this.imm()) }
    }
    if (this.op('#')) {
      if (token.text === 'unknown') return { insn: call('helper', this.imm()) }
      return { insn: call('kfunc', this.imm()), name: token }
    }
    return { insn: call('helper', 0), name: token }
  }
}
