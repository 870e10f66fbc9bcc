// C to ObjectFile.
export { type CompileOptions, compile, diagnose } from './compile.ts'
export type { CompileInput, CompileResult, PassDump } from './types.ts'
