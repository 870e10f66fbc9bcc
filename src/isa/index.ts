// The instruction set: opcode table, encode, decode, assemble, disassemble, control flow.
export { type AssembleNames, type AssembleResult, assemble } from './assembly/assemble.ts'
export { assemblyText } from './assembly/assembly-text.ts'
export { type AsmFault, type AsmItem, type DataExpr, evalData, parseAsmBlock } from './assembly/block.ts'
export type { Draft as AsmDraft } from './assembly/parse.ts'
export * from './constants.ts'
export { type Block, type ControlFlow, controlFlow, insnStarts } from './control-flow.ts'
export { decode, decodeInsn } from './decode.ts'
export { type DisasmNames, disassemble, disassembleInsn, imm64Value, insnText } from './disassemble.ts'
export { encode, encodeInsn } from './encode.ts'
export { type Insn, imm, insnSlots, loadImm64, type Operand, reg } from './insn.ts'
export {
  ALU_ROWS,
  type AluOp,
  ATOMIC_ROWS,
  type AtomicOp,
  CALL_ROWS,
  type CallTarget,
  END_ROWS,
  type EndTo,
  IMM64_ROWS,
  type Imm64Load,
  JUMP_ROWS,
  type JumpOp,
  KNOWN_OPCODES,
  type MemSize,
  SIZE_ROWS,
} from './opcodes.ts'
export type { InsnIdx, LineInfo, MapDef, MapSlot, Program, SubprogInfo, VarLocation } from './program.ts'
export { type InsnTable, insnTable, putSlot } from './table.ts'
