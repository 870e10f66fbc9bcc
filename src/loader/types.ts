// What the loader is told and what it gives.
import type { Diagnostic } from '../diag/index.ts'
import type { MapDef, Program } from '../isa/index.ts'
import type { KernelTypes } from './core/kernel-types.ts'

export interface LoadOptions {
  /** Name of the object, as libbpf takes it from the file: base name up to its first dot. It begins the names of data maps. */
  readonly objectName?: string
  /** What CO-RE and kernel functions are looked up in; what it cannot tell is reported as not modelled. */
  readonly kernel?: KernelTypes
}

/** Every program of an object, relocated, each with the maps it uses; `maps` lists all of the object's maps. */
export interface LoadResult {
  readonly programs: readonly Program[]
  readonly maps: readonly MapDef[]
  readonly diagnostics: readonly Diagnostic[]
}
