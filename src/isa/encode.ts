// Instructions to bytes. Total over Insn: fields that do not fit are cut to their width, so a caller that computes jump
// distances checks them itself. `undefined` (the second half of a ld_imm64 in decode's answer) takes no room.
import { never } from '../base/index.ts'
import * as c from './constants.ts'
import { type Insn, insnSlots, type Operand } from './insn.ts'
import { ALU_ROWS, ATOMIC_ROWS, CALL_ROWS, END_ROWS, IMM64_ROWS, JUMP_ROWS, SIZE_ROWS } from './opcodes.ts'
import { putSlot } from './table.ts'

const ALU = new Map<string, (typeof ALU_ROWS)[number]>(ALU_ROWS.map((row) => [row.op, row]))
const JUMP = new Map<string, number>(JUMP_ROWS.map((row) => [row.op, row.code]))
const ATOMIC = new Map<string, number>(ATOMIC_ROWS.map((row) => [row.op, row.imm]))
const SIZE = new Map<number, number>(SIZE_ROWS.map((row) => [row.bytes, row.code]))
const END = new Map<string, number>(END_ROWS.map((row) => [row.to, row.opcode]))
const IMM64 = new Map<string, number>(IMM64_ROWS.map((row) => [row.load, row.src]))
const CALL = new Map<string, number>(CALL_ROWS.map((row) => [row.target, row.src]))

/** The bytes of a list of instructions, 8 a slot. */
export function encode(insns: readonly (Insn | undefined)[]): Uint8Array {
  let slots = 0
  for (const insn of insns) if (insn) slots += insnSlots(insn)
  const code = new Uint8Array(slots * c.INSN_BYTES)
  let slot = 0
  for (const insn of insns) {
    if (!insn) continue
    encodeInsn(code, slot, insn)
    slot += insnSlots(insn)
  }
  return code
}

/** Writes one instruction at a slot of code that is long enough. */
export function encodeInsn(code: Uint8Array, slot: number, insn: Insn): void {
  const [opcode, dst, src, off, imm] = fields(insn)
  putSlot(code, slot, opcode, dst, src, off, imm)
  if (insn.kind === 'ld_imm64') putSlot(code, slot + 1, 0, 0, 0, 0, insn.imm2)
}

type Fields = readonly [opcode: number, dst: number, src: number, off: number, imm: number]

/** The fields of an instruction's first slot. */
function fields(insn: Insn): Fields {
  switch (insn.kind) {
    case 'alu': {
      const row = ALU.get(insn.op)!
      return [aluClass(insn.width) | row.code | operandBit(insn.src), insn.dst, operandReg(insn.src), row.off, operandImm(insn.src)]
    }
    case 'neg':
      return [aluClass(insn.width) | c.BPF_NEG, insn.dst, 0, 0, 0]
    case 'movsx':
      return [aluClass(insn.width) | c.BPF_MOV | c.BPF_X, insn.dst, insn.src, insn.bits, 0]
    case 'end':
      return [END.get(insn.to)!, insn.dst, 0, 0, insn.bits]
    case 'addr_space_cast':
      return [
        c.BPF_ALU64 | c.BPF_MOV | c.BPF_X,
        insn.dst,
        insn.src,
        c.BPF_ADDR_SPACE_CAST,
        (insn.dstSpace << 16) | (insn.srcSpace & 0xffff),
      ]
    case 'load':
      return [c.BPF_LDX | (insn.signed ? c.BPF_MEMSX : c.BPF_MEM) | SIZE.get(insn.size)!, insn.dst, insn.src, insn.off, 0]
    case 'store': {
      const cls = insn.src.kind === 'reg' ? c.BPF_STX : c.BPF_ST
      return [cls | c.BPF_MEM | SIZE.get(insn.size)!, insn.dst, operandReg(insn.src), insn.off, operandImm(insn.src)]
    }
    case 'atomic':
      return [c.BPF_STX | c.BPF_ATOMIC | SIZE.get(insn.size)!, insn.dst, insn.src, insn.off, ATOMIC.get(insn.op)!]
    case 'load_acquire':
      return [c.BPF_STX | c.BPF_ATOMIC | SIZE.get(insn.size)!, insn.dst, insn.src, insn.off, c.BPF_LOAD_ACQ]
    case 'store_release':
      return [c.BPF_STX | c.BPF_ATOMIC | SIZE.get(insn.size)!, insn.dst, insn.src, insn.off, c.BPF_STORE_REL]
    case 'ld_abs':
      return [c.BPF_LD | c.BPF_ABS | SIZE.get(insn.size)!, 0, 0, 0, insn.imm]
    case 'ld_ind':
      return [c.BPF_LD | c.BPF_IND | SIZE.get(insn.size)!, 0, insn.src, 0, insn.imm]
    case 'ld_imm64':
      return [c.LD_IMM64, insn.dst, IMM64.get(insn.load)!, 0, insn.imm]
    case 'goto':
      return insn.long ? [c.BPF_JMP32 | c.BPF_JA, 0, 0, 0, insn.off] : [c.BPF_JMP | c.BPF_JA, 0, 0, insn.off, 0]
    case 'jump': {
      const cls = insn.width === 64 ? c.BPF_JMP : c.BPF_JMP32
      return [cls | JUMP.get(insn.op)! | operandBit(insn.src), insn.dst, operandReg(insn.src), insn.off, operandImm(insn.src)]
    }
    case 'may_goto':
      return [c.BPF_JMP | c.BPF_JCOND, 0, c.BPF_MAY_GOTO, insn.off, 0]
    case 'call':
      return [c.BPF_JMP | c.BPF_CALL, 0, CALL.get(insn.target)!, insn.off, insn.imm]
    case 'exit':
      return [c.BPF_JMP | c.BPF_EXIT, 0, 0, 0, 0]
    case 'invalid':
      return [insn.opcode, insn.dst, insn.src, insn.off, insn.imm]
    default:
      return never(insn)
  }
}

const aluClass = (width: 32 | 64): number => (width === 64 ? c.BPF_ALU64 : c.BPF_ALU)
const operandBit = (o: Operand): number => (o.kind === 'reg' ? c.BPF_X : c.BPF_K)
const operandReg = (o: Operand): number => (o.kind === 'reg' ? o.reg : 0)
const operandImm = (o: Operand): number => (o.kind === 'imm' ? o.imm : 0)
