// Tokens to a syntax tree.
export type * from './ast.ts'
export { BUILTIN_TYPEDEFS, parse } from './parse.ts'
