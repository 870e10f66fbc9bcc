// Code and variables to an object: sections, symbols and relocations as clang makes them, so that libbpf loads it unchanged; BTF with line
// and function information; and beside it what ELF cannot say (spans, places of variables).
//
//   .text        static functions that are called     license, .maps, .rodata, .data, .bss ...   variables
//   SEC() names  programs                              .BTF .BTF.ext
//
// A reference to a static symbol goes through its section's symbol, the distance in the instruction; to a global one by name.
import type { Span } from '../../diag/index.ts'
import { encode, insnSlots, type VarLocation } from '../../isa/index.ts'
import {
  type ObjectFile,
  type ObjectRelocation,
  type ObjectSection,
  type ObjectSymbol,
  R_BPF_64_32,
  R_BPF_64_64,
  R_BPF_64_ABS64,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_PROGBITS,
} from '../../object/index.ts'
import type { Generated, MOp } from '../codegen/index.ts'
import type { Func, Global, Module } from '../ir/index.ts'
import type { FunctionInfo, GlobalVariable, UnitSymbols } from '../sema/types.ts'
import { makeDebugInfo } from './debug-info.ts'
import { bytesOf, type CodeSection, type DataSection, layoutData } from './sections.ts'
import { variableLocations } from './variables.ts'

export interface Unit {
  readonly module: Module
  readonly symbols: UnitSymbols
  /** Path of the file that was compiled. */
  readonly path: string
  readonly codes: readonly Generated[]
}

export function emit(unit: Unit): ObjectFile {
  const { module, symbols } = unit
  const code = codeSections(unit.codes)
  const data = layoutData(module.globals)
  const table = makeSymbols(unit, code, data)
  const spans = new Map<string, readonly (Span | undefined)[]>()
  const vars = new Map<string, readonly VarLocation[]>()
  const sections: ObjectSection[] = []
  for (const section of code) {
    sections.push(codeSection(section, table))
    spans.set(section.name, spansOf(section))
    vars.set(
      section.name,
      section.funcs.flatMap((f) => variableLocations(f.code, f.start)),
    )
  }
  for (const section of data) sections.push(dataSection(section, table))
  const debug = makeDebugInfo(module, symbols, code, data)
  for (const [name, bytes] of [
    ['.BTF', debug.btf],
    ['.BTF.ext', debug.ext],
  ] as const) {
    if (!bytes) continue
    sections.push({ name, type: SHT_PROGBITS, flags: 0, align: 4, data: bytes, size: bytes.length, relocations: [] })
  }
  return { sections, symbols: table.symbols, debug: { spans, vars } }
}

/** .text first, whether it holds anything or not, then sections in order of their first function. */
function codeSections(codes: readonly Generated[]): CodeSection[] {
  const byName = new Map<string, { code: Generated; start: number }[]>([['.text', []]])
  const lengths = new Map<string, number>()
  for (const code of codes) {
    const name = code.func.section || '.text'
    const start = lengths.get(name) ?? 0
    const list = byName.get(name) ?? []
    list.push({ code, start })
    byName.set(name, list)
    lengths.set(name, start + code.length)
  }
  return [...byName].map(([name, funcs]) => ({ name, funcs, length: lengths.get(name) ?? 0 }))
}

interface SymbolTable {
  readonly symbols: ObjectSymbol[]
  /** How an instruction refers to a thing: the symbol's index and the byte distance from what the symbol stands for. */
  readonly reference: (target: Global | Func) => { readonly symbol: number; readonly offset: number; readonly bySection: boolean }
}

function makeSymbols(unit: Unit, code: readonly CodeSection[], data: readonly DataSection[]): SymbolTable {
  const infos = new Map<string, FunctionInfo | GlobalVariable>()
  for (const s of [...unit.symbols.functions, ...unit.symbols.globals]) infos.set(s.name, s)
  const symbols: ObjectSymbol[] = [
    { name: unit.path.split('/').at(-1) ?? unit.path, value: 0, size: 0, binding: 'local', kind: 'file', visibility: 'default' },
  ]
  const places = new Map<Global | Func, { section: number; value: number }>()
  const own = new Map<Global | Func, number>()
  const add = (target: Global | Func, value: number, size: number, section: number | undefined): void => {
    const info = infos.get(target.name)
    const local = target.linkage === 'internal'
    if (section !== undefined) places.set(target, { section, value })
    own.set(target, symbols.length)
    symbols.push({
      name: target.name,
      value,
      size,
      binding: local ? 'local' : info?.weak ? 'weak' : 'global',
      kind: section === undefined ? 'none' : target.kind === 'func' ? 'func' : 'object',
      visibility: info?.hidden ? 'hidden' : 'default',
      ...(section !== undefined && { section }),
    })
  }
  for (const [k, s] of code.entries()) for (const f of s.funcs) add(f.code.func, 8 * f.start, 8 * f.code.length, k)
  for (const [k, s] of data.entries()) {
    for (const v of s.variables) {
      // Strings have no symbol of their own.
      if (v.global.isString) places.set(v.global, { section: code.length + k, value: v.offset })
      else add(v.global, v.offset, v.global.size, code.length + k)
    }
  }
  const undefinedOnes = [...unit.module.globals, ...unit.module.funcs].filter((s) => s.linkage === 'extern')
  for (const s of undefinedOnes) add(s, 0, 0, undefined)
  const sectionSymbols = new Map<number, number>()
  const names = [...code.map((s) => s.name), ...data.map((s) => s.name)]
  return {
    symbols,
    reference: (target) => {
      const place = places.get(target)
      if (!place || target.linkage !== 'internal') return { symbol: own.get(target)!, offset: 0, bySection: false }
      let symbol = sectionSymbols.get(place.section)
      if (symbol === undefined) {
        symbol = symbols.length
        sectionSymbols.set(place.section, symbol)
        symbols.push({
          name: names[place.section],
          value: 0,
          size: 0,
          binding: 'local',
          kind: 'section',
          visibility: 'default',
          section: place.section,
        })
      }
      return { symbol, offset: place.value, bySection: true }
    },
  }
}

function codeSection(section: CodeSection, table: SymbolTable): ObjectSection {
  const relocations: ObjectRelocation[] = []
  const bytes = new Uint8Array(8 * section.length)
  for (const { code, start } of section.funcs) {
    const insns = code.items.map((i) => {
      if (i.kind !== 'op') return undefined
      if (!i.symbol) return i.insn
      const { symbol, offset, bySection } = table.reference(i.symbol.target)
      const call = i.insn.kind === 'call'
      relocations.push({ offset: 8 * (start + i.slotIndex), type: call ? R_BPF_64_32 : R_BPF_64_64, symbol })
      return withAddend(i, offset, bySection)
    })
    bytes.set(encode(insns), 8 * start)
  }
  const flags = SHF_ALLOC | SHF_EXECINSTR
  return { name: section.name, type: SHT_PROGBITS, flags, align: 8, data: bytes, size: bytes.length, relocations }
}

/** The distance from the symbol, in the instruction: bytes for an address; for a call, slots from the instruction after it, -1 by name. */
function withAddend(i: MOp, offset: number, bySection: boolean): MOp['insn'] {
  const { insn, symbol } = i
  if (insn.kind === 'call') return { ...insn, imm: bySection ? offset / 8 - 1 : -1 }
  if (insn.kind === 'ld_imm64') return { ...insn, imm: offset + (symbol?.addend ?? 0) }
  return insn
}

function dataSection(section: DataSection, table: SymbolTable): ObjectSection {
  const data = bytesOf(section)
  const relocations: ObjectRelocation[] = []
  const view = new DataView(data.buffer)
  for (const { global, offset } of section.variables) {
    for (const r of global.relocs) {
      const to = table.reference(r.target)
      relocations.push({ offset: offset + r.offset, type: R_BPF_64_ABS64, symbol: to.symbol })
      view.setBigUint64(offset + r.offset, BigInt.asUintN(64, BigInt(to.offset + r.addend)), true)
    }
  }
  relocations.sort((a, b) => a.offset - b.offset)
  const { name, type, flags, align, size } = section
  return { name, type, flags, align, data, size, relocations }
}

/** The span of each slot. */
function spansOf(section: CodeSection): (Span | undefined)[] {
  const spans: (Span | undefined)[] = new Array(section.length).fill(undefined)
  for (const { code, start } of section.funcs) {
    for (const i of code.items) {
      if (i.kind !== 'op') continue
      for (let k = 0; k < insnSlots(i.insn); k++) spans[start + i.slotIndex + k] = i.at
    }
  }
  return spans
}
