// Arithmetic and comparisons: each eBPF operation as WebAssembly ones. 32-bit operations wrap their operands and zero-extend the result,
// which costs a machine nothing. Division as BPF has it: x / 0 = 0, x % 0 = x, and the smallest number by -1 wraps.
// Semantics: RFC 9669 §4.1; see the interpreter.
import { type Body, constant, end, get, i32, i64, low, open, ops, put, put32, T, tee, value } from './body.ts'
import * as w from './opcodes.ts'

const ADD = 0x00
const SUB = 0x10
const MUL = 0x20
const DIV = 0x30
const OR = 0x40
const AND = 0x50
const LSH = 0x60
const RSH = 0x70
const NEG = 0x80
const MOD = 0x90
const XOR = 0xa0
const MOV = 0xb0
const ARSH = 0xc0
const END_OP = 0xd0

/** Operations that are one instruction in both widths: [64, 32]. */
const PLAIN: ReadonlyMap<number, readonly [number, number]> = new Map([
  [ADD, [w.I64_ADD, w.I32_ADD]],
  [SUB, [w.I64_SUB, w.I32_SUB]],
  [MUL, [w.I64_MUL, w.I32_MUL]],
  [OR, [w.I64_OR, w.I32_OR]],
  [AND, [w.I64_AND, w.I32_AND]],
  [LSH, [w.I64_SHL, w.I32_SHL]],
  [RSH, [w.I64_SHR_U, w.I32_SHR_U]],
  [XOR, [w.I64_XOR, w.I32_XOR]],
  [ARSH, [w.I64_SHR_S, w.I32_SHR_S]],
])

/** Immediate of an addr_space_cast to user space's form. */
const CAST_USER = 1 << 16

/** The ALU or ALU64 instruction at `pc`; false where it has no counterpart. */
export function arithmetic(b: Body, pc: number): boolean {
  const { opcode, dst, src, off, imm } = b.code
  const op = opcode[pc]
  const d = dst[pc]
  const s = src[pc]
  const wide = (op & 0x07) === 0x07
  const what = op & 0xf0
  const plain = PLAIN.get(what)
  if (plain) {
    if (wide) {
      value(b, d)
      value(b, s)
      ops(b, plain[0])
      put(b, d)
    } else {
      low(b, d)
      low(b, s)
      ops(b, plain[1])
      put32(b, d)
    }
    return true
  }
  switch (what) {
    case MOV:
      if (wide && off[pc] === 1) castAddressSpace(b, d, s, imm[pc] === CAST_USER)
      else move(b, wide, d, s, off[pc])
      return true
    case NEG:
      if (wide) {
        i64(b, 0)
        value(b, d)
        ops(b, w.I64_SUB)
        put(b, d)
      } else {
        i32(b, 0)
        low(b, d)
        ops(b, w.I32_SUB)
        put32(b, d)
      }
      return true
    case END_OP:
      if (op === 0xd4) truncate(b, d, imm[pc])
      else swap(b, d, imm[pc])
      return true
    case DIV:
    case MOD:
      divide(b, wide, what === DIV, off[pc] === 1, d, s)
      return true
  }
  return false
}

/** To the kernel's form of an arena's address, or to that of user space, whose null is null. */
function castAddressSpace(b: Body, d: number, s: number, toUser: boolean): void {
  low(b, s)
  ops(b, w.I64_EXTEND_I32_U)
  if (toUser) {
    i64(b, 0, b.code.linker.arenaHi)
    ops(b, w.I64_OR)
    i64(b, 0)
    low(b, s)
    ops(b, w.SELECT)
  }
  put(b, d)
}

function move(b: Body, wide: boolean, d: number, s: number, off: number): void {
  if (!wide) {
    low(b, s)
    if (off === 8) ops(b, w.I32_EXTEND8_S)
    if (off === 16) ops(b, w.I32_EXTEND16_S)
    put32(b, d)
    return
  }
  value(b, s)
  if (off === 8) ops(b, w.I64_EXTEND8_S)
  if (off === 16) ops(b, w.I64_EXTEND16_S)
  if (off === 32) ops(b, w.I64_EXTEND32_S)
  put(b, d)
}

interface Width {
  readonly type: number
  readonly eqz: number
  readonly eq: number
  readonly sub: number
  readonly signed: readonly [number, number]
  readonly unsigned: readonly [number, number]
}

const W64: Width = {
  type: w.I64,
  eqz: w.I64_EQZ,
  eq: w.I64_EQ,
  sub: w.I64_SUB,
  signed: [w.I64_DIV_S, w.I64_REM_S],
  unsigned: [w.I64_DIV_U, w.I64_REM_U],
}
const W32: Width = {
  type: w.I32,
  eqz: w.I32_EQZ,
  eq: w.I32_EQ,
  sub: w.I32_SUB,
  signed: [w.I32_DIV_S, w.I32_REM_S],
  unsigned: [w.I32_DIV_U, w.I32_REM_U],
}

function divide(b: Body, wide: boolean, isQuotient: boolean, signed: boolean, d: number, s: number): void {
  const width = wide ? W64 : W32
  const operand = wide ? value : low
  const number = (n: number): void => (wide ? i64(b, n) : i32(b, n))
  const op = (signed ? width.signed : width.unsigned)[isQuotient ? 0 : 1]
  const quotient = (): void => {
    operand(b, d)
    operand(b, s)
    ops(b, op)
  }
  const known = constant(b, s)
  if (known !== undefined && known !== 0 && known !== -1) quotient()
  else {
    operand(b, s)
    ops(b, width.eqz)
    open(b, w.IF, width.type)
    if (isQuotient) number(0)
    else operand(b, d)
    ops(b, w.ELSE)
    // The remainder by -1 is 0 without ado; the quotient of the smallest number would trap.
    if (signed && isQuotient) {
      operand(b, s)
      number(-1)
      ops(b, width.eq)
      open(b, w.IF, width.type)
      number(0)
      operand(b, d)
      ops(b, width.sub, w.ELSE)
      quotient()
      end(b)
    } else quotient()
    end(b)
  }
  if (wide) put(b, d)
  else put32(b, d)
}

/** To little-endian: a truncation. */
function truncate(b: Body, d: number, bits: number): void {
  if (bits === 64) return
  value(b, d)
  i64(b, bits === 16 ? 0xffff : -1, 0)
  ops(b, w.I64_AND)
  put(b, d)
}

/** Reverses bytes by halves: bytes within pairs, pairs within words, words. */
function swap(b: Body, d: number, bits: number): void {
  if (bits !== 64) {
    low(b, d)
    if (bits === 32) swapWord(b)
    else {
      // (x >> 8 & 0xff) | (x & 0xff) << 8: the swapped word's upper half.
      swapWord(b)
      i32(b, 16)
      ops(b, w.I32_SHR_U)
    }
    put32(b, d)
    return
  }
  value(b, d)
  exchange(b, 8, 0x00ff00ff)
  exchange(b, 16, 0x0000ffff)
  i64(b, 32)
  ops(b, w.I64_ROTL)
  put(b, d)
}

/** Exchanges neighbours of `bits` bits: (x & mask) << bits | (x >> bits) & mask. */
function exchange(b: Body, bits: number, mask: number): void {
  tee(b, T)
  i64(b, mask, mask)
  ops(b, w.I64_AND)
  i64(b, bits)
  ops(b, w.I64_SHL)
  get(b, T)
  i64(b, bits)
  ops(b, w.I64_SHR_U)
  i64(b, mask, mask)
  ops(b, w.I64_AND, w.I64_OR)
}

/** Reverses the 4 bytes of the i32 on the stack: (rotl(x, 8) & 0x00ff00ff) | (rotl(x, 24) & 0xff00ff00). */
function swapWord(b: Body): void {
  ops(b, w.I64_EXTEND_I32_U)
  tee(b, T)
  ops(b, w.I32_WRAP_I64)
  i32(b, 8)
  ops(b, w.I32_ROTL)
  i32(b, 0x00ff00ff)
  ops(b, w.I32_AND)
  get(b, T)
  ops(b, w.I32_WRAP_I64)
  i32(b, 24)
  ops(b, w.I32_ROTL)
  i32(b, 0xff00ff00)
  ops(b, w.I32_AND, w.I32_OR)
}

/** Comparison of a jump by the upper four bits of its opcode: [64, 32]. */
const COMPARISONS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0x10, [w.I64_EQ, w.I32_EQ]],
  [0x20, [w.I64_GT_U, w.I32_GT_U]],
  [0x30, [w.I64_GE_U, w.I32_GE_U]],
  [0x60, [w.I64_GT_S, w.I32_GT_S]],
  [0x70, [w.I64_GE_S, w.I32_GE_S]],
  [0xa0, [w.I64_LT_U, w.I32_LT_U]],
  [0xb0, [w.I64_LE_U, w.I32_LE_U]],
  [0xc0, [w.I64_LT_S, w.I32_LT_S]],
  [0xd0, [w.I64_LE_S, w.I32_LE_S]],
])
const JEQ = 0x10
const JNE = 0x50
const JSET = 0x40

/**
 * Leaves an i32 on the stack: whether the jump at `pc` is taken. Programs jump away from what is usual (errors, other protocols), and engines
 * put the code of a condition that holds behind that of one that does not; but V8 turns one that is said as a negation around. So inequality is
 * said as a difference, and being zero as being less than one.
 */
export function condition(b: Body, pc: number): void {
  const op = b.code.opcode[pc]
  const d = b.code.dst[pc]
  const s = b.code.src[pc]
  const wide = (op & 0x07) === 0x05
  const what = op & 0xf0
  const isZero = constant(b, s) === 0
  const operand = wide ? value : low
  const result = nullTest(b, pc)
  if (result) {
    get(b, result.local)
    if (what === JEQ) {
      i32(b, 1)
      ops(b, w.I32_LT_U)
    }
    return
  }
  operand(b, d)
  if (what === JEQ && isZero) {
    if (wide) ops(b, w.I64_EQZ)
    else {
      i32(b, 1)
      ops(b, w.I32_LT_U)
    }
    return
  }
  if (!wide || what !== JNE || !isZero) operand(b, s)
  if (what === JNE || what === JSET) difference(b, wide, what === JSET ? w.I64_AND : isZero ? undefined : w.I64_XOR)
  else ops(b, COMPARISONS.get(what)![wide ? 0 : 1])
}

/** Where a jump tests whether a lookup found something: the local that is not 0 if so, and whether it jumps then. */
export function nullTest(b: Body, pc: number): { readonly local: number; readonly jumpsIfFound: boolean } | undefined {
  const op = b.code.opcode[pc]
  const known = b.known.lows[b.code.dst[pc]]
  const what = op & 0xf0
  if ((op & 0x07) !== 0x05 || !known?.found || known.off !== 0 || (what !== JEQ && what !== JNE) || constant(b, b.code.src[pc]) !== 0)
    return undefined
  return { local: known.local, jumpsIfFound: what === JNE }
}

/** Whether the operands on the stack differ, or have bits in common. */
function difference(b: Body, wide: boolean, op: number | undefined): void {
  if (!wide) ops(b, op === w.I64_AND ? w.I32_AND : w.I32_SUB)
  else {
    if (op !== undefined) ops(b, op)
    i64(b, 0)
    ops(b, w.I64_GT_U)
  }
}
