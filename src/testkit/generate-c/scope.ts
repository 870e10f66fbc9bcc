// What a generator knows while it writes: the unit with its types, globals and functions, and the function with what is visible in it.
import type { Random } from '../generate/random.ts'
import type { CType, StructType, Variable } from './data.ts'
import type { IntType } from './numbers.ts'
import type { Expr } from './tree.ts'

export interface GenerateOptions {
  /** In front of every name of file scope, so that many programs fit into one native file. */
  readonly prefix: string
  /** Statements, roughly. */
  readonly size: number
  /** What the instruction set has: signed division from v4 on, atomics with a result from v3 on. */
  readonly cpu: 1 | 2 | 3 | 4
}

/** Each program has about two thirds of these, so that rare mixes come up (swarm testing). */
export const FEATURES = [
  'structs',
  'bitfields',
  'unions',
  'packed',
  'arrays',
  'nested',
  'pointers',
  'functions',
  'struct-values',
  'switch',
  'loops',
  'goto',
  'division',
  'multiply',
  'shift',
  'compare',
  'logic',
  'ternary',
  'enums',
  'bool',
  'volatile',
  'const',
  'static-locals',
  'memory',
  'atomics',
  'builtins',
  'effects',
  'statement-expressions',
  'packet-writes',
  'barriers',
] as const
export type Feature = (typeof FEATURES)[number]

export interface Enumeration {
  readonly name: string
  readonly constants: readonly { readonly name: string; readonly value: bigint }[]
}

export interface Func {
  readonly name: string
  readonly params: readonly Variable[]
  /** Absent: void. */
  readonly returns: IntType | StructType | undefined
  /** Changes nothing, so it may be called anywhere in an expression. */
  readonly pure: boolean
  /** Statements that a call carries out, at most. */
  readonly cost: number
}

/** Where the input lies: in the packet itself, or copied to a global or local array of bytes. */
export type InputPlace = 'packet' | 'global' | 'local'

export const INPUT_SIZE = 64

/** Owned by one run of the generator. */
export interface Unit {
  readonly random: Random
  readonly options: GenerateOptions
  readonly features: ReadonlySet<Feature>
  readonly ints: readonly IntType[]
  readonly structs: StructType[]
  readonly enums: Enumeration[]
  readonly globals: Variable[]
  readonly functions: Func[]
  /** An index of an array of so many elements; expressions and places need each other. */
  readonly index: (scope: Scope, count: number) => Expr
  input: InputPlace
  names: number
  /** Indices within indices. */
  indices: number
}

/** Owned by one function's generation. */
export interface Scope {
  readonly unit: Unit
  /** The entry function sees the packet as `in`. */
  readonly isEntry: boolean
  readonly pure: boolean
  readonly returns: CType | undefined
  /** Own names: parameters, locals, loop counters. */
  readonly locals: Variable[]
  readonly labels: string[]
  /** How often the statement being written is carried out. */
  multiplier: number
  statements: number
  cost: number
  loopDepth: number
  switchDepth: number
}

export const has = (unit: Unit, feature: Feature): boolean => unit.features.has(feature)

export function fresh(unit: Unit, stem: string): string {
  return `${stem}${unit.names++}`
}

export const visible = (scope: Scope): readonly Variable[] => [...scope.unit.globals, ...scope.locals]

/** How deep an expression goes. */
export const some = (scope: Scope): number => scope.unit.random.between(0, 3)
