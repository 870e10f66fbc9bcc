// Variants of a program that stay as long as it is, so that its types and lines still fit: one to three instructions changed in one part each, as people
// and compilers get them wrong (a register, a number, an offset, a width, a check left out, another function called), or in ways that nobody would.
// In and out: bytes. Calls go to functions of a list, since the number of any other says nothing.
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_EXIT,
  BPF_JMP,
  BPF_JMP32,
  BPF_LDX,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_ST,
  BPF_STX,
  bpfClass,
  bpfOp,
  INSN_BYTES,
  LD_IMM64,
} from '../../isa/index.ts'
import { EDGES, immediate, type Random } from './random.ts'

export interface Callable {
  readonly helpers: readonly number[]
  readonly kfuncs: readonly number[]
}

const CALL = BPF_JMP | BPF_CALL
const EXIT = BPF_JMP | BPF_EXIT
const BPF_JA = BPF_JMP
const JCOND_MAY_GOTO = 0xe5
const ATOMIC_DW = 0xdb
const ATOMIC_W = 0xc3
const ATOMIC_OPS = [0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1, 0x100, 0x110]
/** ldx and stx of each size, with and without sign. */
const LOADS = [0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91]
const STORES = [0x63, 0x6b, 0x73, 0x7b]
const CONST_STORES = [0x62, 0x6a, 0x72, 0x7a]

/** One instruction slot at a time; a load of 64 bits has two. */
class Slots {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Slots that begin an instruction. */
  readonly starts: readonly number[]

  constructor(code: Uint8Array) {
    this.bytes = code.slice()
    this.view = new DataView(this.bytes.buffer)
    const starts: number[] = []
    for (let i = 0; i < code.length / INSN_BYTES; i += this.opcode(i) === LD_IMM64 ? 2 : 1) starts.push(i)
    this.starts = starts
  }
  opcode(i: number): number {
    return this.bytes[i * INSN_BYTES]!
  }
  setOpcode(i: number, op: number): void {
    this.bytes[i * INSN_BYTES] = op
  }
  dst(i: number): number {
    return this.bytes[i * INSN_BYTES + 1]! & 15
  }
  src(i: number): number {
    return this.bytes[i * INSN_BYTES + 1]! >> 4
  }
  setRegs(i: number, dst: number, src: number): void {
    this.bytes[i * INSN_BYTES + 1] = dst | (src << 4)
  }
  off(i: number): number {
    return this.view.getInt16(i * INSN_BYTES + 2, true)
  }
  setOff(i: number, off: number): void {
    this.view.setInt16(i * INSN_BYTES + 2, off, true)
  }
  imm(i: number): number {
    return this.view.getInt32(i * INSN_BYTES + 4, true)
  }
  setImm(i: number, imm: number): void {
    this.view.setInt32(i * INSN_BYTES + 4, imm, true)
  }
  set(i: number, opcode: number, dst: number, src: number, off: number, imm: number): void {
    this.setOpcode(i, opcode)
    this.setRegs(i, dst, src)
    this.setOff(i, off)
    this.setImm(i, imm)
  }
  /** A place to jump to: an instruction, mostly near. */
  target(r: Random, i: number): number {
    const at = this.starts.indexOf(i)
    const to = r.chance(80) ? at + r.between(-6, 8) : r.below(this.starts.length)
    return this.starts[Math.max(0, Math.min(this.starts.length - 1, to))]! - i - 1
  }
}

/** False where it does not apply to the instruction. */
type Change = (r: Random, s: Slots, i: number, can: Callable) => boolean

const isCall = (s: Slots, i: number): boolean => s.opcode(i) === CALL
const isMemory = (op: number): boolean => [BPF_LDX, BPF_ST, BPF_STX].includes(bpfClass(op))
const isAlu = (op: number): boolean => bpfClass(op) === BPF_ALU || bpfClass(op) === BPF_ALU64
const isJump = (op: number): boolean =>
  (bpfClass(op) === BPF_JMP || bpfClass(op) === BPF_JMP32) && bpfOp(op) !== BPF_CALL && bpfOp(op) !== BPF_EXIT
const usesSrc = (op: number): boolean => bpfClass(op) === BPF_LDX || bpfClass(op) === BPF_STX || (op & 8) !== 0

const otherRegister: Change = (r, s, i) => {
  const op = s.opcode(i)
  if (isCall(s, i) || op === EXIT || (op === LD_IMM64 && r.chance(50))) return false
  const n = r.below(r.chance(90) ? 10 : 11)
  if (op !== LD_IMM64 && usesSrc(op) && r.chance(50)) s.setRegs(i, s.dst(i), n)
  else s.setRegs(i, n, s.src(i))
  return true
}

const otherNumber: Change = (r, s, i) => {
  const op = s.opcode(i)
  if (
    op === LD_IMM64 ||
    isCall(s, i) ||
    ((isAlu(op) || isJump(op)) && (op & 8) !== 0) ||
    (!isAlu(op) && !isJump(op) && bpfClass(op) !== BPF_ST)
  )
    return false
  s.setImm(i, r.chance(60) ? (s.imm(i) + r.pick([1, -1, 8, -8, 2, 4, -4])) | 0 : r.chance(50) ? r.pick(EDGES) : immediate(r))
  return true
}

const otherPlace: Change = (r, s, i) => {
  if (!isMemory(s.opcode(i))) return false
  s.setOff(i, s.off(i) + r.pick([1, -1, 2, 4, -4, 8, -8, 16, -16, 64, -512, 4096]))
  return true
}

const otherSize: Change = (r, s, i) => {
  const op = s.opcode(i)
  if (bpfClass(op) === BPF_LDX) s.setOpcode(i, r.pick(LOADS))
  else if (bpfClass(op) === BPF_STX && op !== ATOMIC_DW && op !== ATOMIC_W) s.setOpcode(i, r.pick(STORES))
  else if (bpfClass(op) === BPF_ST) s.setOpcode(i, r.pick(CONST_STORES))
  else if (isAlu(op)) s.setOpcode(i, op ^ BPF_ALU ^ BPF_ALU64)
  else if (isJump(op) && bpfOp(op) !== 0) s.setOpcode(i, op ^ BPF_JMP ^ BPF_JMP32)
  else if (op === ATOMIC_DW || op === ATOMIC_W) s.setOpcode(i, op === ATOMIC_DW ? ATOMIC_W : ATOMIC_DW)
  else return false
  return true
}

const otherOperation: Change = (r, s, i) => {
  const op = s.opcode(i)
  if (isAlu(op)) {
    s.setOpcode(i, (op & 0x0f) | (r.below(14) << 4))
    if (r.chance(10)) s.setOff(i, r.pick([1, 8, 16, 32]))
  } else if (isJump(op) && bpfOp(op) !== 0) s.setOpcode(i, (op & 0x0f) | (r.between(1, 13) << 4))
  else if (op === ATOMIC_DW || op === ATOMIC_W) s.setImm(i, r.pick(ATOMIC_OPS))
  else if (STORES.includes(op) && r.chance(30)) {
    s.setOpcode(i, r.pick([ATOMIC_DW, ATOMIC_W]))
    s.setImm(i, r.pick(ATOMIC_OPS))
  } else if (CONST_STORES.includes(op) && r.chance(50)) {
    s.setOpcode(i, r.pick(STORES))
    s.setRegs(i, s.dst(i), r.below(10))
    s.setImm(i, 0)
  } else return false
  return true
}

const operandKind: Change = (r, s, i) => {
  const op = s.opcode(i)
  if ((!isAlu(op) && !isJump(op)) || op === BPF_JA) return false
  if (op & 8) s.set(i, op & ~8, s.dst(i), 0, s.off(i), immediate(r))
  else s.set(i, op | 8, s.dst(i), r.below(10), s.off(i), 0)
  return true
}

const leftOut: Change = (_r, s, i) => {
  const op = s.opcode(i)
  s.set(i, BPF_JA, 0, 0, op === LD_IMM64 ? 1 : 0, 0)
  return true
}

const otherTarget: Change = (r, s, i) => {
  if (!isJump(s.opcode(i))) return false
  s.setOff(i, s.target(r, i))
  return true
}

const otherFunction: Change = (r, s, i, can) => {
  if (!isCall(s, i)) return false
  const kfunc = s.src(i) === BPF_PSEUDO_KFUNC_CALL
  if (s.src(i) === 1 || r.chance(15)) {
    // A number instead of the call.
    s.set(i, 0xb7, 0, 0, 0, r.pick([0, 1]))
    return true
  }
  if (s.off(i) !== 0) return false
  const toKfunc = r.chance(15) ? !kfunc : kfunc
  const list = toKfunc ? can.kfuncs : can.helpers
  if (list.length === 0) return false
  s.set(i, CALL, 0, toKfunc ? BPF_PSEUDO_KFUNC_CALL : 0, 0, r.pick(list))
  return true
}

const swapped: Change = (_r, s, i) => {
  const next = s.starts[s.starts.indexOf(i) + 1]
  if (next !== i + 1) return false
  const [a, b] = [s.opcode(i), s.opcode(next)]
  if (a === LD_IMM64 || b === LD_IMM64 || isJump(a) || isJump(b) || isFunctionCall(s, i) || isFunctionCall(s, next)) return false
  const first = s.bytes.slice(i * INSN_BYTES, (i + 1) * INSN_BYTES)
  s.bytes.copyWithin(i * INSN_BYTES, next * INSN_BYTES, (next + 1) * INSN_BYTES)
  s.bytes.set(first, next * INSN_BYTES)
  return true
}

const isFunctionCall = (s: Slots, i: number): boolean => isCall(s, i) && s.src(i) === 1

/** Another instruction of the program in its place. */
const copied: Change = (r, s, i) => {
  const from = r.pick(s.starts)
  const op = s.opcode(from)
  if (op === LD_IMM64 || s.opcode(i) === LD_IMM64 || isFunctionCall(s, from) || isJump(op)) return false
  s.bytes.copyWithin(i * INSN_BYTES, from * INSN_BYTES, (from + 1) * INSN_BYTES)
  return true
}

const strange: Change = (r, s, i) => {
  if (s.opcode(i) === LD_IMM64) return false
  const reg = r.below(10)
  const choices: (() => void)[] = [
    () => s.set(i, EXIT, 0, 0, 0, 0),
    () => s.set(i, 0xb7, reg, 0, 0, r.pick(EDGES)),
    () => s.set(i, 0xbf, reg, r.below(11), 0, 0),
    () => s.set(i, 0xbf, reg, r.below(11), r.pick([8, 16, 32]), 0),
    () => s.set(i, 0xbc, reg, r.below(10), 0, 0),
    () => s.set(i, 0x57, reg, 0, 0, r.pick([7, 15, 63, 255])),
    () => s.set(i, 0x15, reg, 0, s.target(r, i), 0),
    () => s.set(i, 0x25, reg, 0, s.target(r, i), r.pick([3, 7, 16])),
    () => s.set(i, 0xad, reg, r.below(10), s.target(r, i), 0),
    () => s.set(i, BPF_JA, 0, 0, s.target(r, i), 0),
    () => s.set(i, JCOND_MAY_GOTO, 0, 0, s.target(r, i), 0),
    () => s.set(i, 0x7b, 10, reg, -8 * r.between(1, 10), 0),
    () => s.set(i, 0x79, reg, 10, -8 * r.between(1, 10), 0),
    () => s.set(i, 0x7a, 10, 0, -8 * r.between(1, 10), r.pick([0, 1])),
    () => s.set(i, r.pick([0x07, 0x17]), reg, 0, 0, r.pick([1, 4, 8])),
    () => s.set(i, r.pick([0x0f, 0x1f]), reg, r.below(10), 0, 0),
    () => s.set(i, 0x87, reg, 0, 0, 0),
    () => s.set(i, r.pick([0xd7, 0xd4, 0xdc]), reg, 0, 0, r.pick([16, 32, 64])),
  ]
  r.pick(choices)()
  return true
}

const CHANGES: Readonly<Record<string, Change>> = {
  register: otherRegister,
  register2: otherRegister,
  number: otherNumber,
  number2: otherNumber,
  place: otherPlace,
  size: otherSize,
  operation: otherOperation,
  operand: operandKind,
  leftOut,
  leftOut2: leftOut,
  target: otherTarget,
  call: otherFunction,
  call2: otherFunction,
  swapped,
  copied,
  strange,
}
const NAMES = Object.keys(CHANGES)
const TRIES = 20

export interface Variant {
  readonly code: Uint8Array
  /** What was changed, and at which slots. */
  readonly changes: string
}

export function variantOf(r: Random, code: Uint8Array, can: Callable): Variant {
  const s = new Slots(code)
  const wanted = r.pick([1, 1, 1, 2, 2, 3])
  const done: string[] = []
  for (let n = 0; n < TRIES && done.length < wanted; n++) {
    const name = r.pick(NAMES)
    const i = r.pick(s.starts)
    // The second half of a load that an earlier change left alone stays as it is.
    if (CHANGES[name]!(r, s, i, can)) done.push(`${name.replace(/\d$/, '')}@${i}`)
  }
  return { code: s.bytes, changes: done.join(' ') }
}
