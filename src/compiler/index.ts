// C to ObjectFile.
export { type CompileOptions, compile, diagnose } from './compile.ts'
export { PASS_NAMES } from './opt/index.ts'
export { HEADER_FOLDER } from './preprocess/index.ts'
export type { CompileInput, CompileResult, PassChoice, PassDump } from './types.ts'
