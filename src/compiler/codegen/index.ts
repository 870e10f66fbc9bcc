// Code generation: a legal function of the IR becomes instructions in slots, with places of variables and symbols to be relocated.
export { type Generated, generate } from './generate.ts'
export type { Placed } from './layout.ts'
export type { MOp, SymbolRef } from './mir.ts'
export type { Target, TargetFault } from './selection.ts'
