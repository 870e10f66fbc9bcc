// The middle end: passes from IR to IR.
export { tooMuchInlined } from './inline-size.ts'
export { type OptimizeOptions, optimize, PASS_NAMES, PASSES, type Pass } from './passes.ts'
