// C to ObjectFile.
export { type CompileOptions, compile } from './compile.ts'
export type { CompileInput, CompileResult, PassDump } from './types.ts'
