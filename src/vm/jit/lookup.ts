// Map lookups as compiled code: written in line, or, where a program looks into a hash at many places, as a function of the module. A hash's
// hashes the key and follows the chain of its bucket. What the tables look like is told by whoever owns them (`Lookup`); the hash is Jenkins' lookup3, as Linux has it.
// In: a description. Out: code that takes a key's Ram offset and answers that of the value, 0 = none.
// The key's bytes are read without a check; whoever asks for code sees to that.
import type { Code, Lookup, PerCpu } from '../code.ts'
import { DIRTY_AT, MAY_RUN_OVER, PAGE_SHIFT } from '../ram.ts'
import { access, type Body, branch, end, FIRST_CONSTANT, get, i32, low, newLocal, open, ops, set, tee } from './body.ts'
import { type Block, OP_CALL, OP_LD_IMM64 } from './functions.ts'
import type { Func } from './module.ts'
import * as w from './opcodes.ts'

type Array_ = Extract<Lookup, { kind: 'array' }>
type Chains = Extract<Lookup, { kind: 'chains' }>

/** Keys that are longer are hashed by the host. */
export const LONGEST_KEY = 64

export interface FoundLookup {
  readonly lookup: Lookup
  /** Lower half of the map's address. */
  readonly mapLo: number
}

/** The lookup that a block ends with and that needs no host. */
export const lookupIn = ({ code }: Body, block: Block): FoundLookup | undefined => lookupAt(code, block)

/** The lookup that a helper call is, where its map is known: loaded in the block that ends with the call. */
export function lookupAt(code: Code, block: Block): FoundLookup | undefined {
  const pc = block.last
  if (pc < 0 || code.opcode[pc] !== OP_CALL || code.src[pc] !== 0) return undefined
  const load = loadOfR1(code, block)
  if (load < 0) return undefined
  const mapLo = code.constLo[code.src[load] - FIRST_CONSTANT]
  const lookup = code.linker.lookup(code.imm[pc], mapLo)
  return lookup && lookup.keySize <= LONGEST_KEY ? { lookup, mapLo } : undefined
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

/** Where a key lies: a local with the lower half of an address, and a distance. */
export interface Key {
  readonly local: number
  readonly off: number
}

/** The key that a register points to. */
export function keyAt(b: Body, r: number): Key {
  const known = b.known.lows[r]
  if (known && known.off >= 0) return known
  const local = newLocal(b)
  low(b, r)
  set(b, local)
  return { local, off: 0 }
}

export function pushKey(b: Body, key: Key): void {
  get(b, key.local)
  if (key.off === 0) return
  i32(b, key.off)
  ops(b, w.I32_ADD)
}

/** Leaves the value's offset on the stack. */
export function arrayLookup(b: Body, l: Array_, key: Key, scratch: number): void {
  get(b, key.local)
  access(b, w.I32_LOAD, key.off)
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

interface Locals {
  readonly element: number
  readonly a: number
  readonly b: number
  readonly c: number
}

const KEY: Key = { local: 0, off: 0 }
const LOCALS: Locals = { element: 1, a: 2, b: 3, c: 4 }

/** A function (key) -> value. `b` is an empty body. */
export function chainsFunction(b: Body, l: Chains): Func {
  findInChains(b, l, KEY, LOCALS)
  return { type: { params: [w.I32], results: [w.I32] }, locals: [{ count: 4, type: w.I32 }], body: b.out, name: '' }
}

/** Leaves the value's offset on the stack. */
export function chainsLookup(b: Body, l: Chains, key: Key): void {
  findInChains(b, l, key, { element: newLocal(b), a: newLocal(b), b: newLocal(b), c: newLocal(b) })
}

function findInChains(b: Body, l: Chains, key: Key, v: Locals): void {
  jhash(b, key, v, l.keySize, l.seed)
  open(b, w.BLOCK, w.I32)
  const outermost = b.nesting
  get(b, v.c)
  i32(b, l.mask)
  ops(b, w.I32_AND)
  i32(b, 2)
  ops(b, w.I32_SHL)
  access(b, w.I32_LOAD, l.table)
  set(b, v.element)
  open(b, w.LOOP)
  get(b, v.element)
  ops(b, w.I32_EQZ)
  open(b, w.IF)
  i32(b, 0)
  branch(b, w.BR, b.nesting - outermost)
  end(b)
  get(b, v.element)
  access(b, w.I32_LOAD, l.hash)
  get(b, v.c)
  ops(b, w.I32_EQ)
  open(b, w.IF)
  sameKey(b, l, key, v)
  open(b, w.IF)
  if (l.used) markUsed(b, l.used, v)
  get(b, v.element)
  access(b, w.I32_LOAD, l.value)
  addCpu(b, l.cpu)
  branch(b, w.BR, b.nesting - outermost)
  end(b)
  end(b)
  get(b, v.element)
  access(b, w.I32_LOAD, l.next)
  set(b, v.element)
  branch(b, w.BR, 0)
  end(b)
  ops(b, w.UNREACHABLE)
  end(b)
}

/** Sets a bit of the element that says that it was looked up. */
function markUsed(b: Body, { at, bit }: NonNullable<Chains['used']>, { element }: Locals): void {
  get(b, element)
  get(b, element)
  access(b, w.I32_LOAD, at)
  i32(b, bit)
  ops(b, w.I32_OR)
  access(b, w.I32_STORE, at)
  get(b, element)
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
function sameKey(b: Body, l: Chains, key: Key, { element }: Locals): void {
  for (let at = 0; at < l.keySize; ) {
    const part = PARTS.find((p) => p.size <= l.keySize - at)!
    get(b, element)
    access(b, part.load, l.key + at)
    get(b, key.local)
    access(b, part.load, key.off + at)
    ops(b, part.equal)
    if (at > 0) ops(b, w.I32_AND)
    at += part.size
  }
}

const GOLDEN = 0xdeadbeef
/** Variables and rotations of the rounds between blocks of twelve bytes, and of the last ones. */
const MIX = [
  ['a', 'c', 4, 'c', 'b'],
  ['b', 'a', 6, 'a', 'c'],
  ['c', 'b', 8, 'b', 'a'],
  ['a', 'c', 16, 'c', 'b'],
  ['b', 'a', 19, 'a', 'c'],
  ['c', 'b', 4, 'b', 'a'],
] as const
const FINAL = [
  ['c', 'b', 14],
  ['a', 'c', 11],
  ['b', 'a', 25],
  ['c', 'b', 16],
  ['a', 'c', 4],
  ['b', 'a', 14],
  ['c', 'b', 24],
] as const

/** The hash of the key, into c. */
function jhash(b: Body, key: Key, v: Locals, length: number, seed: number): void {
  const variables = [v.a, v.b, v.c]
  for (const local of variables) {
    i32(b, GOLDEN + length + seed)
    set(b, local)
  }
  let at = 0
  for (; length - at > 12; at += 12) {
    for (const [i, local] of variables.entries()) addWord(b, key, local, at + 4 * i, 4)
    for (const [x, y, by, z, plus] of MIX) {
      get(b, v[x])
      get(b, v[y])
      ops(b, w.I32_SUB)
      rotated(b, v[y], by)
      ops(b, w.I32_XOR)
      set(b, v[x])
      get(b, v[z])
      get(b, v[plus])
      ops(b, w.I32_ADD)
      set(b, v[z])
    }
  }
  for (const [i, local] of variables.entries()) addWord(b, key, local, at + 4 * i, Math.min(4, length - at - 4 * i))
  for (const [x, y, by] of FINAL) {
    get(b, v[x])
    get(b, v[y])
    ops(b, w.I32_XOR)
    rotated(b, v[y], by)
    ops(b, w.I32_SUB)
    set(b, v[x])
  }
}

function rotated(b: Body, local: number, by: number): void {
  get(b, local)
  i32(b, by)
  ops(b, w.I32_ROTL)
}

/** Adds up to four bytes of the key, as a little-endian number. */
function addWord(b: Body, key: Key, v: number, at: number, size: number): void {
  if (size <= 0) return
  get(b, v)
  get(b, key.local)
  access(b, size === 4 ? w.I32_LOAD : size === 1 ? w.I32_LOAD8_U : w.I32_LOAD16_U, key.off + at)
  if (size === 3) {
    get(b, key.local)
    access(b, w.I32_LOAD8_U, key.off + at + 2)
    i32(b, 16)
    ops(b, w.I32_SHL, w.I32_OR)
  }
  ops(b, w.I32_ADD)
  set(b, v)
}
