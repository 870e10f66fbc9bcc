// Bytes to instructions, by kernel slot. Never fails: what the instruction set does not define is kind 'invalid'.
// Invariant: encode(decode(code)) equals code (its whole slots), because a field that an instruction does not use has to be 0
// for it to be decoded as that instruction.
import * as c from './constants.ts'
import type { Insn, Operand } from './insn.ts'
import { ALU_ROWS, type AluOp, ATOMIC_ROWS, CALL_ROWS, END_ROWS, IMM64_ROWS, JUMP_ROWS, SIZE_ROWS } from './opcodes.ts'
import { type InsnTable, insnTable } from './table.ts'

const SIZE = new Map(SIZE_ROWS.map((row) => [row.code as number, row.bytes]))
const END = new Map(END_ROWS.map((row) => [row.opcode as number, row.to]))
const ATOMIC = new Map(ATOMIC_ROWS.map((row) => [row.imm as number, row.op]))
const JUMP = new Map(JUMP_ROWS.map((row) => [row.code as number, row.op]))
const IMM64 = new Map<number, (typeof IMM64_ROWS)[number]>(IMM64_ROWS.map((row) => [row.src, row]))
const CALL = new Map(CALL_ROWS.map((row) => [row.src as number, row.target]))
const ALU = new Map<number, AluOp>(ALU_ROWS.map((row) => [row.code | row.off, row.op]))

/** One entry a slot; `undefined` is the second half of the ld_imm64 before it. */
export function decode(code: Uint8Array): (Insn | undefined)[] {
  const table = insnTable(code)
  const out: (Insn | undefined)[] = []
  for (let i = 0; i < table.length; i++) {
    const insn = decodeInsn(table, i)
    out.push(insn)
    if (insn.kind === 'ld_imm64') {
      out.push(undefined)
      i++
    }
  }
  return out
}

/** The instruction that begins at a slot. */
export function decodeInsn(t: InsnTable, i: number): Insn {
  const insn = known(t, i)
  return insn ?? { kind: 'invalid', opcode: t.opcode[i], dst: t.dst[i], src: t.src[i], off: t.off[i], imm: t.imm[i] }
}

function known(t: InsnTable, i: number): Insn | undefined {
  switch (c.bpfClass(t.opcode[i])) {
    case c.BPF_LD:
      return ld(t, i)
    case c.BPF_LDX:
      return ldx(t, i)
    case c.BPF_ST:
    case c.BPF_STX:
      return store(t, i)
    case c.BPF_ALU:
    case c.BPF_ALU64:
      return alu(t, i)
    default:
      return jump(t, i)
  }
}

function ld(t: InsnTable, i: number): Insn | undefined {
  const opcode = t.opcode[i]
  if (opcode === c.LD_IMM64) {
    const row = IMM64.get(t.src[i])
    const next = i + 1
    if (!row || t.off[i] !== 0 || next >= t.length) return undefined
    if (t.opcode[next] !== 0 || t.dst[next] !== 0 || t.src[next] !== 0 || t.off[next] !== 0) return undefined
    if (!row.second && t.imm[next] !== 0) return undefined
    return { kind: 'ld_imm64', load: row.load, dst: t.dst[i], imm: t.imm[i], imm2: t.imm[next] }
  }
  const size = SIZE.get(c.bpfSize(opcode))
  if (size === 8 || size === undefined || t.dst[i] !== 0 || t.off[i] !== 0) return undefined
  if (c.bpfMode(opcode) === c.BPF_ABS && t.src[i] === 0) return { kind: 'ld_abs', size, imm: t.imm[i] }
  if (c.bpfMode(opcode) === c.BPF_IND) return { kind: 'ld_ind', size, src: t.src[i], imm: t.imm[i] }
  return undefined
}

function ldx(t: InsnTable, i: number): Insn | undefined {
  const mode = c.bpfMode(t.opcode[i])
  const size = SIZE.get(c.bpfSize(t.opcode[i]))
  if (size === undefined || t.imm[i] !== 0) return undefined
  if (mode !== c.BPF_MEM && (mode !== c.BPF_MEMSX || size === 8)) return undefined
  return { kind: 'load', size, signed: mode === c.BPF_MEMSX, dst: t.dst[i], src: t.src[i], off: t.off[i] }
}

function store(t: InsnTable, i: number): Insn | undefined {
  const opcode = t.opcode[i]
  const size = SIZE.get(c.bpfSize(opcode))
  if (size === undefined) return undefined
  const dst = t.dst[i]
  const src = t.src[i]
  const off = t.off[i]
  const imm = t.imm[i]
  if (c.bpfClass(opcode) === c.BPF_ST) {
    if (c.bpfMode(opcode) !== c.BPF_MEM || src !== 0) return undefined
    return { kind: 'store', size, dst, off, src: { kind: 'imm', imm } }
  }
  if (c.bpfMode(opcode) === c.BPF_MEM) {
    return imm === 0 ? { kind: 'store', size, dst, off, src: { kind: 'reg', reg: src } } : undefined
  }
  if (c.bpfMode(opcode) !== c.BPF_ATOMIC) return undefined
  if (imm === c.BPF_LOAD_ACQ) return { kind: 'load_acquire', size, dst, src, off }
  if (imm === c.BPF_STORE_REL) return { kind: 'store_release', size, dst, src, off }
  const op = ATOMIC.get(imm)
  return op && (size === 4 || size === 8) ? { kind: 'atomic', op, size, dst, src, off } : undefined
}

function alu(t: InsnTable, i: number): Insn | undefined {
  const opcode = t.opcode[i]
  const width = c.bpfClass(opcode) === c.BPF_ALU64 ? 64 : 32
  const dst = t.dst[i]
  const off = t.off[i]
  const imm = t.imm[i]
  if (c.bpfOp(opcode) === c.BPF_END) {
    const to = END.get(opcode)
    if (!to || t.src[i] !== 0 || off !== 0 || (imm !== 16 && imm !== 32 && imm !== 64)) return undefined
    return { kind: 'end', to, bits: imm, dst }
  }
  const src = operand(t, i)
  if (!src) return undefined
  if (c.bpfOp(opcode) === c.BPF_NEG) return src.kind === 'imm' && imm === 0 && off === 0 ? { kind: 'neg', width, dst } : undefined
  if (c.bpfOp(opcode) === c.BPF_MOV && off !== 0) return special(t, i, width)
  if (src.kind === 'reg' && imm !== 0) return undefined
  const op = off === 0 || off === 1 ? ALU.get(c.bpfOp(opcode) | off) : undefined
  return op && { kind: 'alu', op, width, dst, src }
}

/** The forms of MOV that `off` tells apart. */
function special(t: InsnTable, i: number, width: 32 | 64): Insn | undefined {
  const off = t.off[i]
  const dst = t.dst[i]
  const src = t.src[i]
  if (c.bpfSrc(t.opcode[i]) !== c.BPF_X) return undefined
  if (off === c.BPF_ADDR_SPACE_CAST && width === 64) {
    return { kind: 'addr_space_cast', dst, src, dstSpace: t.imm[i] >>> 16, srcSpace: t.imm[i] & 0xffff }
  }
  const extends_ = off === 8 || off === 16 || (off === 32 && width === 64)
  return extends_ && t.imm[i] === 0 ? { kind: 'movsx', width, bits: off, dst, src } : undefined
}

function jump(t: InsnTable, i: number): Insn | undefined {
  const opcode = t.opcode[i]
  const wide = c.bpfClass(opcode) === c.BPF_JMP
  const off = t.off[i]
  const imm = t.imm[i]
  const bare = t.dst[i] === 0 && t.src[i] === 0
  switch (opcode) {
    case c.BPF_JMP | c.BPF_JA:
      return bare && imm === 0 ? { kind: 'goto', long: false, off } : undefined
    case c.BPF_JMP32 | c.BPF_JA:
      return bare && off === 0 ? { kind: 'goto', long: true, off: imm } : undefined
    case c.BPF_JMP | c.BPF_EXIT:
      return bare && off === 0 && imm === 0 ? { kind: 'exit' } : undefined
    case c.BPF_JMP | c.BPF_JCOND:
      return bare && imm === 0 ? { kind: 'may_goto', off } : undefined
    case c.BPF_JMP | c.BPF_CALL: {
      const target = CALL.get(t.src[i])
      if (!target || t.dst[i] !== 0 || (target !== 'kfunc' && off !== 0)) return undefined
      return { kind: 'call', target, imm, off }
    }
  }
  const op = JUMP.get(c.bpfOp(opcode))
  const src = operand(t, i)
  if (!op || !src || (src.kind === 'reg' && imm !== 0)) return undefined
  return { kind: 'jump', op, width: wide ? 64 : 32, dst: t.dst[i], src, off }
}

function operand(t: InsnTable, i: number): Operand | undefined {
  if (c.bpfSrc(t.opcode[i]) === c.BPF_X) return { kind: 'reg', reg: t.src[i] }
  return t.src[i] === 0 ? { kind: 'imm', imm: t.imm[i] } : undefined
}
