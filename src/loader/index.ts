// ObjectFile to programs.
export type { LoadResult } from './types.ts'
