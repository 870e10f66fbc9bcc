// ObjectFile to programs.
export { load } from './load.ts'
export type { LoadOptions, LoadResult } from './types.ts'
