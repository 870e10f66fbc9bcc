// ObjectFile to programs.

export { type KernelTypes, keptKernel, wholeKernel } from './core/kernel-types.ts'
export { type JoinResult, joinObjects, type NamedObject } from './join/join.ts'
export { load } from './load.ts'
export type { LoadOptions, LoadResult } from './types.ts'
