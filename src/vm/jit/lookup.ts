// Map lookups as compiled code: an array's is written in line, a hash's is a function of the module that hashes the key and follows the
// chain of its bucket. What the tables look like is told by whoever owns them (`Lookup`); the hash is Jenkins' lookup3, as Linux has it.
// In: a description. Out: code that takes a key's Ram offset and answers that of the value, 0 = none.
// Only for verified code: the key's bytes are read without a check.
import type { Code, Lookup, PerCpu } from '../code.ts'
import { DIRTY_AT, MAY_RUN_OVER, PAGE_SHIFT } from '../ram.ts'
import { access, type Body, end, FIRST_CONSTANT, get, i32, open, ops, set, tee } from './body.ts'
import { type Block, OP_CALL, OP_LD_IMM64 } from './functions.ts'
import type { Func } from './module.ts'
import * as w from './opcodes.ts'

type Array_ = Extract<Lookup, { kind: 'array' }>
type Chains = Extract<Lookup, { kind: 'chains' }>

/** Keys that are longer are hashed by the host. */
export const LONGEST_KEY = 64

/** The lookup that a helper call is, where its map is known: loaded in the block that ends with the call. */
export function lookupAt(code: Code, block: Block): { readonly lookup: Lookup; readonly mapLo: number } | undefined {
  const pc = block.last
  if (pc < 0 || code.opcode[pc] !== OP_CALL || code.src[pc] !== 0) return undefined
  const load = loadOfR1(code, block)
  if (load < 0) return undefined
  const mapLo = code.constLo[code.src[load] - FIRST_CONSTANT]
  const lookup = code.linker.lookup(code.imm[pc], mapLo)
  return lookup && (lookup.kind === 'array' || lookup.keySize <= LONGEST_KEY) ? { lookup, mapLo } : undefined
}

const MOV64_REG = 0xbf

/** Slot of the ld_imm64 that r1 comes from at the end of a block; -1 = none that is in it. */
function loadOfR1(code: Code, block: Block): number {
  const loads = new Array<number>(FIRST_CONSTANT).fill(-1)
  for (let i = block.start; i < block.last; i++) {
    const op = code.opcode[i]
    const d = code.dst[i]
    if (op === OP_LD_IMM64) {
      loads[d] = code.src[i] >= FIRST_CONSTANT ? i : -1
      i++
    } else if (op === MOV64_REG && code.off[i] === 0) loads[d] = loads[code.src[i]]
    else if ((op & 0x07) === 0x03 && (op & 0xe0) === 0xc0) loads[0] = loads[d] = loads[code.src[i]] = -1
    else if ((op & 0x07) !== 0x02 && (op & 0x07) !== 0x03) loads[d] = -1
  }
  return loads[1]
}

/** Replaces the key's offset on the stack by the value's. */
export function arrayLookup(b: Body, l: Array_, scratch: number): void {
  access(b, w.I32_LOAD, 0)
  tee(b, scratch)
  i32(b, l.stride)
  ops(b, w.I32_MUL)
  i32(b, l.values)
  ops(b, w.I32_ADD)
  addCpu(b, l.cpu)
  i32(b, 0)
  get(b, scratch)
  i32(b, l.entries)
  ops(b, w.I32_LT_U, w.SELECT)
}

/** From the first CPU's value on the stack to that of the one that runs. */
function addCpu(b: Body, cpu: PerCpu | undefined): void {
  if (!cpu) return
  i32(b, 0)
  access(b, w.I32_LOAD, cpu.cell)
  i32(b, cpu.stride)
  ops(b, w.I32_MUL, w.I32_ADD)
}

const KEY = 0
const ELEMENT = 1
const V_A = 2
const V_B = 3
const V_C = 4
const LOCALS = 4

/** (key) -> value. `b` is an empty body. */
export function chainsFunction(b: Body, l: Chains): Func {
  jhash(b, l.keySize, l.seed)
  get(b, V_C)
  i32(b, l.mask)
  ops(b, w.I32_AND)
  i32(b, 2)
  ops(b, w.I32_SHL)
  access(b, w.I32_LOAD, l.table)
  set(b, ELEMENT)
  open(b, w.LOOP)
  get(b, ELEMENT)
  ops(b, w.I32_EQZ)
  open(b, w.IF)
  i32(b, 0)
  ops(b, w.RETURN)
  end(b)
  get(b, ELEMENT)
  access(b, w.I32_LOAD, l.hash)
  get(b, V_C)
  ops(b, w.I32_EQ)
  open(b, w.IF)
  sameKey(b, l)
  open(b, w.IF)
  if (l.used) markUsed(b, l.used)
  get(b, ELEMENT)
  access(b, w.I32_LOAD, l.value)
  addCpu(b, l.cpu)
  ops(b, w.RETURN)
  end(b)
  end(b)
  get(b, ELEMENT)
  access(b, w.I32_LOAD, l.next)
  set(b, ELEMENT)
  b.out.byte(w.BR)
  b.out.u32(0)
  end(b)
  ops(b, w.UNREACHABLE)
  return { type: { params: [w.I32], results: [w.I32] }, locals: [{ count: LOCALS, type: w.I32 }], body: b.out, name: '' }
}

/** Sets a bit of the element that says that it was looked up. */
function markUsed(b: Body, { at, bit }: NonNullable<Chains['used']>): void {
  get(b, ELEMENT)
  get(b, ELEMENT)
  access(b, w.I32_LOAD, at)
  i32(b, bit)
  ops(b, w.I32_OR)
  access(b, w.I32_STORE, at)
  get(b, ELEMENT)
  i32(b, PAGE_SHIFT)
  ops(b, w.I32_SHR_U)
  i32(b, MAY_RUN_OVER)
  access(b, w.I32_STORE8, DIRTY_AT)
}

const PARTS = [
  { size: 8, load: w.I64_LOAD, equal: w.I64_EQ },
  { size: 4, load: w.I32_LOAD, equal: w.I32_EQ },
  { size: 2, load: w.I32_LOAD16_U, equal: w.I32_EQ },
  { size: 1, load: w.I32_LOAD8_U, equal: w.I32_EQ },
] as const

/** Leaves an i32 on the stack: whether the element's key is the one asked for. */
function sameKey(b: Body, l: Chains): void {
  for (let at = 0; at < l.keySize; ) {
    const part = PARTS.find((p) => p.size <= l.keySize - at)!
    get(b, ELEMENT)
    access(b, part.load, l.key + at)
    get(b, KEY)
    access(b, part.load, at)
    ops(b, part.equal)
    if (at > 0) ops(b, w.I32_AND)
    at += part.size
  }
}

const GOLDEN = 0xdeadbeef
/** [target, other operand, rotation] of the rounds between blocks of twelve bytes, and of the last ones. */
const MIX = [
  [V_A, V_C, 4, V_C, V_B],
  [V_B, V_A, 6, V_A, V_C],
  [V_C, V_B, 8, V_B, V_A],
  [V_A, V_C, 16, V_C, V_B],
  [V_B, V_A, 19, V_A, V_C],
  [V_C, V_B, 4, V_B, V_A],
] as const
const FINAL = [
  [V_C, V_B, 14],
  [V_A, V_C, 11],
  [V_B, V_A, 25],
  [V_C, V_B, 16],
  [V_A, V_C, 4],
  [V_B, V_A, 14],
  [V_C, V_B, 24],
] as const

/** The hash of the key, into V_C. */
function jhash(b: Body, length: number, seed: number): void {
  for (const v of [V_A, V_B, V_C]) {
    i32(b, GOLDEN + length + seed)
    set(b, v)
  }
  let at = 0
  for (; length - at > 12; at += 12) {
    for (const [i, v] of [V_A, V_B, V_C].entries()) addWord(b, v, at + 4 * i, 4)
    for (const [x, y, by, z, plus] of MIX) {
      get(b, x)
      get(b, y)
      ops(b, w.I32_SUB)
      rotated(b, y, by)
      ops(b, w.I32_XOR)
      set(b, x)
      get(b, z)
      get(b, plus)
      ops(b, w.I32_ADD)
      set(b, z)
    }
  }
  for (const [i, v] of [V_A, V_B, V_C].entries()) addWord(b, v, at + 4 * i, Math.min(4, length - at - 4 * i))
  for (const [x, y, by] of FINAL) {
    get(b, x)
    get(b, y)
    ops(b, w.I32_XOR)
    rotated(b, y, by)
    ops(b, w.I32_SUB)
    set(b, x)
  }
}

function rotated(b: Body, local: number, by: number): void {
  get(b, local)
  i32(b, by)
  ops(b, w.I32_ROTL)
}

/** Adds up to four bytes of the key, as a little-endian number. */
function addWord(b: Body, v: number, at: number, size: number): void {
  if (size <= 0) return
  get(b, v)
  get(b, KEY)
  access(b, size === 4 ? w.I32_LOAD : size === 1 ? w.I32_LOAD8_U : w.I32_LOAD16_U, at)
  if (size === 3) {
    get(b, KEY)
    access(b, w.I32_LOAD8_U, at + 2)
    i32(b, 16)
    ops(b, w.I32_SHL, w.I32_OR)
  }
  ops(b, w.I32_ADD)
  set(b, v)
}
