// The instruction set: opcode table, encode, decode, assemble, disassemble, control flow.
export type { InsnIdx, LineInfo, MapDef, Program, SubprogInfo, VarLocation } from './program.ts'
