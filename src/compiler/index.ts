// C to ObjectFile.
export type { CompileInput, CompileResult, PassDump } from './types.ts'
