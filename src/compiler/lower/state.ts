// What lowering's files share: the module being made, the function being made, and rules that would otherwise form an import circle.
// Owned by one call of `lower`.

import { type Alloca, type Block, type Builder, type Func, type Global, intType, type Module, type Type, type Value } from '../ir/index.ts'
import { type Place, type Sink, siteOf } from '../report.ts'
import {
  type CType,
  canonical,
  type FunctionSymbol,
  type GlobalSymbol,
  integerOf,
  type LocalVariable,
  type ScopeId,
  sizeOf,
  type TBlock,
  type TCase,
  type TExpr,
  type TFunction,
  type TInit,
  type TLabel,
} from '../sema/index.ts'

/** A place in memory: an address, bytes behind it, and the alignment that is known. */
export interface Address {
  readonly ptr: Value
  readonly off: number
  readonly align: number
}

/** A scope that is open; what must be done where it is left. */
export interface OpenScope {
  readonly id: ScopeId | undefined
  readonly cleanups: { readonly fn: FunctionSymbol; readonly slot: Alloca; readonly at: Place }[]
  readonly slots: Alloca[]
}

/** Where break and continue lead, and how many scopes stay open there. */
export interface JumpTarget {
  readonly to: Block
  readonly depth: number
}

/** The function being lowered. */
export interface FnState {
  readonly fn: Func
  readonly b: Builder
  readonly definition: TFunction
  readonly locals: Map<LocalVariable, Alloca>
  readonly scopes: OpenScope[]
  readonly breaks: JumpTarget[]
  readonly continues: JumpTarget[]
  readonly labels: Map<TLabel, Block>
  readonly cases: Map<TCase, Block>
  /** Default block of each open switch. */
  readonly defaults: (Block | undefined)[]
  /** Where a struct result goes. */
  readonly result: Value | undefined
  /** One exit that all returns lead to; undefined where there is just one return. */
  readonly exit: { readonly block: Block; readonly slot: Alloca | undefined } | undefined
  /** Labels make jumps into scopes possible: no lifetimes then. */
  readonly hasLabels: boolean
  /** Within __builtin_preserve_access_index. */
  preserve: number
}

export interface Lowering {
  readonly module: Module
  readonly sink: Sink
  readonly globals: Map<GlobalSymbol, Global>
  readonly globalByName: Map<string, GlobalSymbol>
  readonly functionByName: Map<string, FunctionSymbol>
  readonly funcs: Map<FunctionSymbol, Func>
  readonly definitions: Map<FunctionSymbol, TFunction>
  /** Functions that are referred to and not lowered yet. */
  readonly waiting: FunctionSymbol[]
  readonly rules: Rules
}

/** The lowering of one function: everything that its files hand around. */
export type L = Lowering & FnState

export interface Rules {
  readonly value: (l: L, e: TExpr) => Value
  readonly address: (l: L, e: TExpr) => Address
  readonly into: (l: L, e: TExpr, to: Address) => void
  readonly discard: (l: L, e: TExpr) => void
  readonly branch: (l: L, e: TExpr, yes: Block, no: Block) => void
  readonly blockItems: (l: L, b: TBlock, result?: () => void) => void
  readonly initialise: (l: L, to: Address, type: CType, init: TInit) => void
}

/** The IR type of a scalar in a register and in memory; _Bool is i8 holding 0 or 1. */
export function irType(t: CType): Type {
  const c = canonical(t)
  if (c.kind === 'void') return 'void'
  const int = integerOf(t)
  if (int && int.size !== 16) return intType(int.size)
  return 'ptr'
}

/** A 128-bit integer. */
export const isWide = (t: CType): boolean => integerOf(t)?.size === 16

/** What no register holds: it is made in memory and passed by its address. */
export const isRecord = (t: CType): boolean => {
  const c = canonical(t)
  return c.kind === 'record' || c.kind === 'array' || isWide(c)
}

export const bytesOf = (t: CType): number => sizeOf(t) ?? 0

/** What is built next belongs to this place. */
export function mark(l: L, at: Place): void {
  l.b.at = siteOf(at)
}

/** Goes on in a block; if the current one has no end yet, it leads there. */
export function enter(l: L, block: Block): void {
  if (!l.b.terminated()) l.b.br(block)
  l.b.block = block
}
