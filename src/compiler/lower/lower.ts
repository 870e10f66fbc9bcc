// Typed tree to IR. Locals are stack slots and every use is a load or store; the passes behind make values of them.
// In: a unit without errors. Out: a module, and the symbols with their C types for BTF and the object's symbol table.
// Only what is needed is made: external and `used` symbols, and all that they refer to.
import type { SourceFile } from '../../diag/index.ts'
import { type Module, makeModule } from '../ir/index.ts'
import type { Sink } from '../report.ts'
import type { TUnit, UnitSymbols } from '../sema/index.ts'
import { branch } from './condition.ts'
import { lowerFunction } from './function.ts'
import { initialise } from './initialise.ts'
import { address } from './memory.ts'
import type { Lowering } from './state.ts'
import { blockItems } from './statements.ts'
import { functionInfo, functionValue, globalInfo, globalValue } from './symbols.ts'
import { discard, into, value } from './values.ts'

export interface Lowered {
  readonly module: Module
  readonly symbols: UnitSymbols
}

export function lower(unit: TUnit, sources: readonly SourceFile[], sink: Sink): Lowered {
  const l: Lowering = {
    module: makeModule({ sources }),
    sink,
    globals: new Map(),
    globalByName: new Map(unit.globals.map((g) => [g.name, g])),
    functionByName: new Map(unit.functions.map((f) => [f.name, f])),
    funcs: new Map(),
    definitions: new Map(unit.definitions.map((d) => [d.symbol, d])),
    waiting: [],
    rules: { value, address, into, discard, branch, blockItems, initialise },
  }
  for (const d of unit.definitions) if (d.symbol.linkage === 'external' || d.symbol.used) functionValue(l, d.symbol)
  for (const g of unit.globals) if (g.linkage === 'external' || (g.used && g.linkage !== 'extern')) globalValue(l, g)
  for (let symbol = l.waiting.shift(); symbol && !sink.stopped; symbol = l.waiting.shift()) {
    const definition = l.definitions.get(symbol)
    if (definition) lowerFunction(l, functionValue(l, symbol), definition)
  }
  sortBySource(l, unit)
  // Headers declare hundreds of names; only what the module holds is ever asked for.
  const globals = unit.globals.filter((g) => l.globals.has(g)).map(globalInfo)
  const functions = unit.functions.filter((f) => l.funcs.has(f)).map(functionInfo)
  return { module: l.module, symbols: { globals, functions } }
}

/** The order of the source, whatever was referred to first; string literals behind. */
function sortBySource(l: Lowering, unit: TUnit): void {
  const order = new Map<string, number>()
  for (const [i, d] of unit.definitions.entries()) order.set(d.symbol.name, i)
  const last = unit.definitions.length
  for (const [i, f] of unit.functions.entries()) if (!order.has(f.name)) order.set(f.name, last + i)
  l.module.funcs.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0))
  const globals = new Map(unit.globals.map((g, i) => [g.name, i]))
  l.module.globals.sort((a, b) => (globals.get(a.name) ?? 0) - (globals.get(b.name) ?? 0))
}
