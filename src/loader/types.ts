import type { Diagnostic } from '../diag/index.ts'
import type { MapDef, Program } from '../isa/index.ts'

/** Every program of an object, relocated, each with the maps it uses; `maps` lists all of the object's maps. */
export interface LoadResult {
  readonly programs: readonly Program[]
  readonly maps: readonly MapDef[]
  readonly diagnostics: readonly Diagnostic[]
}
