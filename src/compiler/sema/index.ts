// Syntax tree to typed tree.
export { analyze } from './analyze.ts'
export { accessPath } from './core-queries.ts'
export * from './ctypes.ts'
export { printType } from './print-type.ts'
export { ladder } from './statements.ts'
export { putBits } from './static-data.ts'
export type * from './tree.ts'
export type * from './types.ts'
