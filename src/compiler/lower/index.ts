// Typed tree to IR.
export { type Lowered, lower } from './lower.ts'
