// Tokens to a syntax tree.
export type * from './ast.ts'
export type { Parser } from './cursor.ts'
export { BUILTIN_TYPEDEFS, parse, parseDeclarations, startParser } from './parse.ts'
