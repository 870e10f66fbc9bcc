// The middle end: passes from IR to IR.
export { type OptimizeOptions, optimize, PASSES, type Pass } from './passes.ts'
