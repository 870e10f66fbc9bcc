// Linked code to a WebAssembly module: one function for each of the program's, and an entry that takes registers from their cells for the
// main one and for each that is called through a pointer. In: code and where the machine's cells and stack lie. Out: the module's bytes.
import type { Code, Lookup } from '../code.ts'
import {
  access,
  createBody,
  get,
  HOST,
  type HostFunction,
  i32,
  type Layout,
  type Places,
  parameters,
  type Question,
  typeOf,
} from './body.ts'
import { Bytes } from './bytes.ts'
import { compileFunction } from './function.ts'
import { type FunctionCode, functionsOf } from './functions.ts'
import { chainsFunction, lookupAt } from './lookup.ts'
import { encodeModule, type Func, type FuncType, type Import } from './module.ts'
import * as w from './opcodes.ts'

// Two types for all: an engine compiles a bridge to the host for each type that a module's imports have, which takes longer than a short program.
const PAIR: FuncType = { params: [w.I32, w.I32], results: [w.I32] }
const TRIPLE: FuncType = { params: [w.I32, w.I32, w.I32], results: [w.I32] }

const HOST_TYPES: Readonly<Record<HostFunction, FuncType>> = {
  // pc, depth
  call: PAIR,
  // address low and high, size
  load: TRIPLE,
  store: TRIPLE,
  // address low and high, number of the question
  check: TRIPLE,
  // address low and high, size
  probe: TRIPLE,
  // offset, size
  packet: PAIR,
  // depth, nothing; answers nothing
  moreTurns: PAIR,
  // depth, whether it opens; answers nothing
  frame: PAIR,
  // pc, depth; registers and what is left in their cells; answers STOPPED
  leave: PAIR,
  // pc, depth; r6 to r10 in their cells; answers STOPPED
  unwind: PAIR,
}

export interface Compiled {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly functions: readonly FunctionCode[]
  /** As they stand in the module, behind the host's. */
  readonly funcs: readonly Func[]
  /** Places that have cells. */
  readonly slots: number
  /** What the host is asked about accesses, by number. */
  readonly questions: readonly Question[]
}

/** Name of the entry of the function that begins at a slot. */
export const entryName = (slot: number): string => `f${slot}`

/** `pages` bounds the memory. Undefined = not compiled: nested too deeply. */
export function compile(code: Code, layout: Layout, pages: number): Compiled | undefined {
  const functions = functionsOf(code)
  const bySlot = new Map(functions.map((f) => [f.start, f]))
  const numbers = new Map(functions.map((f, i) => [f, HOST.length + i]))
  const numberOf = (f: FunctionCode): number => numbers.get(f)!
  const tables = tablesOf(code, functions)
  const places: Places = { slots: 0, questions: [] }
  const entries = functions.filter((f, i) => i === 0 || f.isCallback)
  const firstTable = HOST.length + functions.length + entries.length
  const lookups = new Map([...tables.keys()].map((mapLo, i) => [mapLo, firstTable + i]))
  const funcs: Func[] = []
  for (const [i, f] of functions.entries()) {
    const func = compileFunction(
      createBody(code, f, layout, (slot) => bySlot.get(slot), numberOf, lookups, places),
      i === 0,
    )
    if (!func) return undefined
    funcs.push(func)
  }
  for (const f of entries) funcs.push(entry(code, f, layout, numberOf))
  for (const l of tables.values()) {
    if (l.kind === 'chains')
      funcs.push(
        chainsFunction(
          createBody(code, functions[0], layout, () => undefined, numberOf),
          l,
        ),
      )
  }
  const imports = HOST.map((name): Import => ({ name, type: HOST_TYPES[name] }))
  const bytes = encodeModule(imports, funcs, pages)
  return { bytes, functions, funcs, ...places }
}

/** Places that look into a hash before it gets a function. */
const IN_LINE = 3

/** Hashes that are looked into at many places, by the lower half of their map's address. */
function tablesOf(code: Code, functions: readonly FunctionCode[]): Map<number, Lookup> {
  const places = new Map<number, number>()
  const tables = new Map<number, Lookup>()
  for (const f of functions) {
    for (const block of f.blocks) {
      const found = lookupAt(code, block)
      if (found?.lookup.kind !== 'chains') continue
      const count = (places.get(found.mapLo) ?? 0) + 1
      places.set(found.mapLo, count)
      if (count > IN_LINE) tables.set(found.mapLo, found.lookup)
    }
  }
  return tables
}

/** (depth) -> what the function answers, with registers from their cells. */
function entry(code: Code, f: FunctionCode, layout: Layout, numberOf: (f: FunctionCode) => number): Func {
  const body = new Bytes()
  const b = { ...createBody(code, f, layout, () => undefined, numberOf), out: body }
  for (const r of parameters(layout.checked)) {
    i32(b, 0)
    access(b, w.I64_LOAD, layout.cells + 8 * r)
  }
  get(b, 0)
  body.byte(w.CALL)
  body.u32(numberOf(f))
  return { type: { params: [w.I32], results: typeOf(layout.checked).results }, locals: [], body, name: entryName(f.start) }
}
