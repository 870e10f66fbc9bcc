// The one table of the instruction set: which operations there are, their code, and how the kernel writes them.
// Encoder, decoder, assembler and disassembler read these rows and nothing else, so a new operation is a new row.
//
//   ALU_ROWS     arithmetic with a register or immediate; `off` tells the signed division from the unsigned one
//   JUMP_ROWS    conditions
//   ATOMIC_ROWS  `imm` of STX|ATOMIC; `fetch` = the old value comes back in src (in r0 for cmpxchg)
//   SIZE_ROWS    widths of memory accesses
//   END_ROWS     byte swaps
//   IMM64_ROWS   what the two-slot load loads, by src
//   CALL_ROWS    what a call calls, by src
//
// Reference: RFC 9669 §4-5; Linux 6.18 bpf_opcode_in_insntable().
import * as c from './constants.ts'

export interface AluRow {
  readonly op: string
  readonly code: number
  readonly off: number
  /** The assignment operator: `r1 += r2`. */
  readonly text: string
}

export const ALU_ROWS = [
  { op: 'add', code: c.BPF_ADD, off: 0, text: '+=' },
  { op: 'sub', code: c.BPF_SUB, off: 0, text: '-=' },
  { op: 'mul', code: c.BPF_MUL, off: 0, text: '*=' },
  { op: 'div', code: c.BPF_DIV, off: 0, text: '/=' },
  { op: 'sdiv', code: c.BPF_DIV, off: 1, text: 's/=' },
  { op: 'or', code: c.BPF_OR, off: 0, text: '|=' },
  { op: 'and', code: c.BPF_AND, off: 0, text: '&=' },
  { op: 'lsh', code: c.BPF_LSH, off: 0, text: '<<=' },
  { op: 'rsh', code: c.BPF_RSH, off: 0, text: '>>=' },
  { op: 'mod', code: c.BPF_MOD, off: 0, text: '%=' },
  { op: 'smod', code: c.BPF_MOD, off: 1, text: 's%=' },
  { op: 'xor', code: c.BPF_XOR, off: 0, text: '^=' },
  { op: 'mov', code: c.BPF_MOV, off: 0, text: '=' },
  { op: 'arsh', code: c.BPF_ARSH, off: 0, text: 's>>=' },
] as const satisfies readonly AluRow[]

export interface JumpRow {
  readonly op: string
  readonly code: number
  /** The comparison: `if r1 s> r2`. */
  readonly text: string
}

export const JUMP_ROWS = [
  { op: 'jeq', code: c.BPF_JEQ, text: '==' },
  { op: 'jgt', code: c.BPF_JGT, text: '>' },
  { op: 'jge', code: c.BPF_JGE, text: '>=' },
  { op: 'jset', code: c.BPF_JSET, text: '&' },
  { op: 'jne', code: c.BPF_JNE, text: '!=' },
  { op: 'jsgt', code: c.BPF_JSGT, text: 's>' },
  { op: 'jsge', code: c.BPF_JSGE, text: 's>=' },
  { op: 'jlt', code: c.BPF_JLT, text: '<' },
  { op: 'jle', code: c.BPF_JLE, text: '<=' },
  { op: 'jslt', code: c.BPF_JSLT, text: 's<' },
  { op: 'jsle', code: c.BPF_JSLE, text: 's<=' },
] as const satisfies readonly JumpRow[]

export interface AtomicRow {
  readonly op: string
  /** `imm` of the instruction. */
  readonly imm: number
  readonly fetch: boolean
  /** The operator of `lock *(..) += r1`; empty for what only exists as a function. */
  readonly text: string
}

export const ATOMIC_ROWS = [
  { op: 'add', imm: c.BPF_ADD, fetch: false, text: '+=' },
  { op: 'or', imm: c.BPF_OR, fetch: false, text: '|=' },
  { op: 'and', imm: c.BPF_AND, fetch: false, text: '&=' },
  { op: 'xor', imm: c.BPF_XOR, fetch: false, text: '^=' },
  { op: 'fetch_add', imm: c.BPF_ADD | c.BPF_FETCH, fetch: true, text: '' },
  { op: 'fetch_or', imm: c.BPF_OR | c.BPF_FETCH, fetch: true, text: '' },
  { op: 'fetch_and', imm: c.BPF_AND | c.BPF_FETCH, fetch: true, text: '' },
  { op: 'fetch_xor', imm: c.BPF_XOR | c.BPF_FETCH, fetch: true, text: '' },
  { op: 'xchg', imm: c.BPF_XCHG, fetch: true, text: '' },
  { op: 'cmpxchg', imm: c.BPF_CMPXCHG, fetch: true, text: '' },
] as const satisfies readonly AtomicRow[]

export interface SizeRow {
  readonly bytes: number
  readonly code: number
  /** C type of the access; `signed` is empty where there is no sign-extending load. */
  readonly unsigned: string
  readonly signed: string
}

export const SIZE_ROWS = [
  { bytes: 1, code: c.BPF_B, unsigned: 'u8', signed: 's8' },
  { bytes: 2, code: c.BPF_H, unsigned: 'u16', signed: 's16' },
  { bytes: 4, code: c.BPF_W, unsigned: 'u32', signed: 's32' },
  { bytes: 8, code: c.BPF_DW, unsigned: 'u64', signed: '' },
] as const satisfies readonly SizeRow[]

export interface EndRow {
  readonly to: string
  readonly opcode: number
}

export const END_ROWS = [
  { to: 'le', opcode: c.BPF_ALU | c.BPF_END | c.BPF_TO_LE },
  { to: 'be', opcode: c.BPF_ALU | c.BPF_END | c.BPF_TO_BE },
  { to: 'bswap', opcode: c.BPF_ALU64 | c.BPF_END | c.BPF_TO_LE },
] as const satisfies readonly EndRow[]

export interface Imm64Row {
  readonly load: string
  readonly src: number
  /** Whether the second half's imm is a number of its own, or has to be 0. */
  readonly second: boolean
}

export const IMM64_ROWS = [
  { load: 'imm', src: 0, second: true },
  { load: 'map_fd', src: c.BPF_PSEUDO_MAP_FD, second: false },
  { load: 'map_value', src: c.BPF_PSEUDO_MAP_VALUE, second: true },
  { load: 'btf_id', src: c.BPF_PSEUDO_BTF_ID, second: true },
  { load: 'func', src: c.BPF_PSEUDO_FUNC, second: false },
  { load: 'map_idx', src: c.BPF_PSEUDO_MAP_IDX, second: false },
  { load: 'map_idx_value', src: c.BPF_PSEUDO_MAP_IDX_VALUE, second: true },
] as const satisfies readonly Imm64Row[]

export interface CallRow {
  readonly target: string
  readonly src: number
}

export const CALL_ROWS = [
  { target: 'helper', src: 0 },
  { target: 'subprog', src: c.BPF_PSEUDO_CALL },
  { target: 'kfunc', src: c.BPF_PSEUDO_KFUNC_CALL },
] as const satisfies readonly CallRow[]

export type AluOp = (typeof ALU_ROWS)[number]['op']
export type JumpOp = (typeof JUMP_ROWS)[number]['op']
export type AtomicOp = (typeof ATOMIC_ROWS)[number]['op']
export type MemSize = (typeof SIZE_ROWS)[number]['bytes']
export type EndTo = (typeof END_ROWS)[number]['to']
export type Imm64Load = (typeof IMM64_ROWS)[number]['load']
export type CallTarget = (typeof CALL_ROWS)[number]['target']

/** Linux: bpf_opcode_in_insntable(): what is not in here is refused as `unknown opcode`. 1 = known, by opcode byte. */
export const KNOWN_OPCODES: Uint8Array = knownOpcodes()

function knownOpcodes(): Uint8Array {
  const known = new Uint8Array(256)
  for (const cls of [c.BPF_ALU, c.BPF_ALU64]) {
    for (const row of ALU_ROWS) for (const src of [c.BPF_K, c.BPF_X]) known[cls | row.code | src] = 1
    known[cls | c.BPF_NEG] = 1
  }
  for (const row of END_ROWS) known[row.opcode] = 1
  for (const cls of [c.BPF_JMP, c.BPF_JMP32]) {
    for (const row of JUMP_ROWS) for (const src of [c.BPF_K, c.BPF_X]) known[cls | row.code | src] = 1
    known[cls | c.BPF_JA] = 1
  }
  for (const op of [c.BPF_CALL, c.BPF_EXIT, c.BPF_JCOND]) known[c.BPF_JMP | op] = 1
  for (const { code, bytes } of SIZE_ROWS) {
    known[c.BPF_LDX | c.BPF_MEM | code] = 1
    known[c.BPF_ST | c.BPF_MEM | code] = 1
    known[c.BPF_STX | c.BPF_MEM | code] = 1
    known[c.BPF_STX | c.BPF_ATOMIC | code] = 1
    if (bytes === 8) continue
    known[c.BPF_LDX | c.BPF_MEMSX | code] = 1
    known[c.BPF_LD | c.BPF_ABS | code] = 1
    known[c.BPF_LD | c.BPF_IND | code] = 1
  }
  known[c.LD_IMM64] = 1
  return known
}
