// Linked code to a WebAssembly module: one function for each of the program's, and an entry that takes registers from their cells for the
// main one and for each that is called through a pointer. In: code and where the machine's cells and stack lie. Out: the module's bytes.
import type { Code, Lookup } from '../code.ts'
import { access, createBody, get, HOST, type HostFunction, i32, type Layout, parameters, typeOf } from './body.ts'
import { Bytes } from './bytes.ts'
import { compileFunction } from './function.ts'
import { type FunctionCode, functionsOf } from './functions.ts'
import { chainsFunction, lookupAt } from './lookup.ts'
import { encodeModule, type Func, type FuncType, type Import } from './module.ts'
import * as w from './opcodes.ts'

const i32s = (count: number): number[] => new Array<number>(count).fill(w.I32)
const i64s = (count: number): number[] => new Array<number>(count).fill(w.I64)

const HOST_TYPES: Readonly<Record<HostFunction, FuncType>> = {
  // pc, depth
  call: { params: i32s(2), results: [w.I32] },
  // address low and high, size
  load: { params: i32s(3), results: [w.I32] },
  store: { params: i32s(3), results: [w.I32] },
  // the same, rights, distance of the address from the value in the register, number of the place's cells (-1 = has none)
  check: { params: i32s(6), results: [w.I32] },
  // address low and high, size
  probe: { params: i32s(3), results: [w.I32] },
  // offset, size
  packet: { params: i32s(2), results: [w.I32] },
  // depth
  moreTurns: { params: i32s(1), results: [] },
  // depth, whether it opens
  frame: { params: i32s(2), results: [] },
  // pc, depth, left, r0 to r10
  leave: { params: [...i32s(3), ...i64s(11)], results: [] },
  // pc, depth, r6 to r10
  unwind: { params: [...i32s(2), ...i64s(5)], results: [] },
}

export interface Compiled {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly functions: readonly FunctionCode[]
  /** As they stand in the module, behind the host's. */
  readonly funcs: readonly Func[]
  /** Places that have cells. */
  readonly slots: number
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
  const slots = { count: 0 }
  const entries = functions.filter((f, i) => i === 0 || f.isCallback)
  const firstTable = HOST.length + functions.length + entries.length
  const lookups = new Map([...tables.keys()].map((mapLo, i) => [mapLo, firstTable + i]))
  const funcs: Func[] = []
  for (const [i, f] of functions.entries()) {
    const func = compileFunction(
      createBody(code, f, layout, (slot) => bySlot.get(slot), numberOf, lookups, slots),
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
  return { bytes, functions, funcs, slots: slots.count }
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
