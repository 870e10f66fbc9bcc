// C to ObjectFile.
export { type CompileOptions, compile, diagnose } from './compile.ts'
export { HEADER_FOLDER } from './preprocess/index.ts'
export type { CompileInput, CompileResult, PassDump } from './types.ts'
