// Code as flat columns by kernel slot: what hot loops (verifier, interpreter, control flow) read. Nothing is judged here;
// the second half of a ld_imm64 is a row like any other (its imm column holds the upper 32 bits).
import { INSN_BYTES } from './constants.ts'

export interface InsnTable {
  /** Number of 8-byte slots. */
  readonly length: number
  readonly opcode: Uint8Array
  readonly dst: Uint8Array
  readonly src: Uint8Array
  readonly off: Int16Array
  readonly imm: Int32Array
}

/** The columns of a piece of code; bytes after the last whole slot are left out. */
export function insnTable(code: Uint8Array): InsnTable {
  const length = Math.floor(code.length / INSN_BYTES)
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const table = {
    length,
    opcode: new Uint8Array(length),
    dst: new Uint8Array(length),
    src: new Uint8Array(length),
    off: new Int16Array(length),
    imm: new Int32Array(length),
  }
  for (let i = 0, at = 0; i < length; i++, at += INSN_BYTES) {
    table.opcode[i] = code[at]
    table.dst[i] = code[at + 1] & 0x0f
    table.src[i] = code[at + 1] >> 4
    table.off[i] = view.getInt16(at + 2, true)
    table.imm[i] = view.getInt32(at + 4, true)
  }
  return table
}

/** Writes one slot into code that is long enough. */
export function putSlot(code: Uint8Array, slot: number, opcode: number, dst: number, src: number, off: number, imm: number): void {
  const at = slot * INSN_BYTES
  code[at] = opcode
  code[at + 1] = (dst & 0x0f) | ((src & 0x0f) << 4)
  code[at + 2] = off
  code[at + 3] = off >> 8
  code[at + 4] = imm
  code[at + 5] = imm >> 8
  code[at + 6] = imm >> 16
  code[at + 7] = imm >> 24
}
