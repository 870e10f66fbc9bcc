// Joins a program with the subprograms it calls and fills in addresses: the bytes that the kernel is given.
// Subprograms are appended in the order in which a walk from the program's first instruction meets the first call to each,
// going into a callee as soon as it is appended. Calls and function pointers become distances, references to maps
// ld_imm64 with the map's index in the program's own list.
//
//   [ program | callee of its first call | that one's callees ... | callee of its second call | ... ]
//
// libbpf: bpf_object__reloc_code(), bpf_object__relocate_data(), bpf_program__record_reloc().
import { never } from '../base/index.ts'
import {
  BPF_CALL,
  BPF_JMP,
  BPF_PSEUDO_BTF_ID,
  BPF_PSEUDO_CALL,
  BPF_PSEUDO_FUNC,
  BPF_PSEUDO_KFUNC_CALL,
  BPF_PSEUDO_MAP_IDX,
  BPF_PSEUDO_MAP_IDX_VALUE,
  INSN_BYTES,
  LD_IMM64,
  type MapDef,
} from '../isa/index.ts'
import type { ObjectFile, ObjectRelocation, ObjectSymbol } from '../object/index.ts'
import type { Externs } from './externs.ts'
import { type CodeFunction, type CodeFunctions, subprogAt } from './functions.ts'
import type { PlacedMap } from './maps.ts'
import { error, type Report } from './report.ts'

/** A function's place in the linked program. */
export interface Piece {
  readonly func: CodeFunction
  /** First slot in the program. */
  readonly at: number
}

export interface Linked {
  readonly code: Uint8Array
  readonly pieces: readonly Piece[]
  readonly maps: readonly MapDef[]
}

export interface LinkInput {
  readonly object: ObjectFile
  readonly functions: CodeFunctions
  readonly maps: readonly PlacedMap[]
  /** Relocation by section and slot. */
  readonly relocations: readonly ReadonlyMap<number, ObjectRelocation>[]
  readonly externs: Externs | undefined
  readonly report: Report
}

const CALL = BPF_JMP | BPF_CALL
/** Sections of variables in an arena, and of the targets of indirect jumps. */
const UNMODELLED_SECTIONS: Readonly<Record<string, string | undefined>> = {
  '.addr_space.1': 'arena',
  '.jumptables': 'indirect jump (gotox)',
}
/** Helper number that stands for a weak function that the kernel lacks; libbpf adds the extern's number. */
const POISONED_KFUNC = 2002000000

/** Relocations of each section by the slot that they patch. */
export function relocationsBySlot(object: ObjectFile): ReadonlyMap<number, ObjectRelocation>[] {
  return object.sections.map((s) => new Map(s.relocations.map((r) => [r.offset / INSN_BYTES, r])))
}

/** The linked program, or undefined where a diagnostic says why there is none. `thrownTo`: a function that takes part without being called. */
export function linkProgram(input: LinkInput, main: CodeFunction, thrownTo?: CodeFunction): Linked | undefined {
  const pieces = layOut(input, main, thrownTo)
  if (!pieces) return undefined
  const last = pieces[pieces.length - 1]
  const code = new Uint8Array((last.at + last.func.count) * INSN_BYTES)
  for (const { func, at } of pieces) code.set(functionBytes(input.object, func), at * INSN_BYTES)
  const linker = new Linker(input, main, pieces, code)
  return linker.run() ? { code, pieces, maps: linker.maps } : undefined
}

const functionBytes = (object: ObjectFile, f: CodeFunction): Uint8Array =>
  object.sections[f.section].data.subarray(f.start * INSN_BYTES, (f.start + f.count) * INSN_BYTES)

/** Where each function goes. The walk keeps its own stack: chains of calls may be as long as the object. */
function layOut(input: LinkInput, main: CodeFunction, thrownTo?: CodeFunction): Piece[] | undefined {
  const pieces: Piece[] = []
  const placed = new Set<CodeFunction>()
  const stack: { func: CodeFunction; slot: number }[] = []
  let end = 0
  const place = (func: CodeFunction): void => {
    if (placed.has(func)) return
    placed.add(func)
    pieces.push({ func, at: end })
    end += func.count
    stack.push({ func, slot: 0 })
  }
  place(main)
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (top.slot >= top.func.count) {
      stack.pop()
      if (stack.length === 0 && thrownTo) place(thrownTo)
      continue
    }
    const slot = top.slot
    top.slot += functionBytes(input.object, top.func)[slot * INSN_BYTES] === LD_IMM64 ? 2 : 1
    const callee = calleeOf(input, main, top.func, slot)
    if (callee === 'wrong') return undefined
    if (callee) place(callee)
  }
  return pieces
}

/** The subprogram that an instruction of a function calls or points to; undefined where it does neither. */
function calleeOf(input: LinkInput, main: CodeFunction, func: CodeFunction, slot: number): CodeFunction | 'wrong' | undefined {
  const { object, functions, report } = input
  const bytes = functionBytes(object, func)
  const at = slot * INSN_BYTES
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const relocation = input.relocations[func.section].get(func.start + slot)
  const symbol = relocation && object.symbols[relocation.symbol]
  const place = [main.name, String(func.start + slot), object.sections[func.section].name] as const
  if (bytes[at] === CALL && bytes[at + 1] >> 4 === BPF_PSEUDO_CALL) {
    const imm = view.getInt32(at + 4, true)
    // A function of the kernel.
    if (symbol && symbol.section === undefined) return undefined
    if (symbol && symbol.section !== functions.text) {
      error(report, 'loader.callSection', [main.name, symbol.name, object.sections[symbol.section ?? 0].name])
      return 'wrong'
    }
    const target = symbol ? symbol.value / INSN_BYTES + imm + 1 : func.start + slot + imm + 1
    const callee = symbol || func.section === functions.text ? subprogAt(functions, target) : undefined
    if (!callee) error(report, 'loader.call', place)
    return callee ?? 'wrong'
  }
  if (bytes[at] === LD_IMM64 && symbol && isSubprogAddress(input, symbol)) {
    const offset = symbol.value + view.getInt32(at + 4, true)
    const callee = offset % INSN_BYTES === 0 ? subprogAt(functions, offset / INSN_BYTES) : undefined
    if (!callee) error(report, 'loader.call', place)
    return callee ?? 'wrong'
  }
  return undefined
}

const isSubprogAddress = (input: LinkInput, symbol: ObjectSymbol): boolean =>
  symbol.section !== undefined && symbol.section === input.functions.text && (symbol.kind === 'func' || symbol.kind === 'section')

/** Patches one program's code. `maps` grows in the order of first use. */
class Linker {
  readonly maps: MapDef[] = []
  private readonly input: LinkInput
  private readonly main: CodeFunction
  private readonly pieces: readonly Piece[]
  private readonly code: Uint8Array
  private readonly view: DataView
  private readonly at: ReadonlyMap<CodeFunction, number>

  constructor(input: LinkInput, main: CodeFunction, pieces: readonly Piece[], code: Uint8Array) {
    this.input = input
    this.main = main
    this.pieces = pieces
    this.code = code
    this.view = new DataView(code.buffer)
    this.at = new Map(pieces.map((p) => [p.func, p.at]))
  }

  /** Whether all went well. */
  run(): boolean {
    let ok = true
    for (const { func, at } of this.pieces) {
      for (let slot = 0; slot < func.count; slot++) {
        ok = this.patch(func, slot, at + slot) && ok
        if (this.code[(at + slot) * INSN_BYTES] === LD_IMM64) slot++
      }
    }
    return ok
  }

  private patch(func: CodeFunction, slot: number, at: number): boolean {
    const callee = calleeOf(this.input, this.main, func, slot)
    if (callee === 'wrong') return false
    const byte = at * INSN_BYTES
    if (callee) {
      this.view.setInt32(byte + 4, (this.at.get(callee) ?? 0) - at - 1, true)
      if (this.code[byte] === LD_IMM64) this.setSource(byte, BPF_PSEUDO_FUNC)
      return true
    }
    const relocation = this.input.relocations[func.section].get(func.start + slot)
    return !relocation || this.relocate(relocation, func, slot, at)
  }

  /** A reference to a map or to data. */
  private relocate(relocation: ObjectRelocation, func: CodeFunction, slot: number, at: number): boolean {
    const { object, maps, report } = this.input
    const symbol = object.symbols[relocation.symbol]
    const byte = at * INSN_BYTES
    const place = [this.main.name, symbol.name, String(func.start + slot)]
    const isCall = this.code[byte] === CALL && symbol.section === undefined
    if (!isCall && (this.code[byte] !== LD_IMM64 || slot + 1 >= func.count)) return this.fail('loader.relocation', place)
    if (symbol.section === undefined) return this.relocateExtern(symbol, byte, isCall, place)
    const map = maps.find((m) => m.section === symbol.section && (m.offset === undefined || m.offset === symbol.value))
    const unmodelled = UNMODELLED_SECTIONS[object.sections[symbol.section].name]
    if (!map && unmodelled) return this.fail('loader.unsupported', [this.main.name, unmodelled])
    if (!map) return this.fail('loader.relocation', place)
    // What is wrong with the map was said when it was read.
    if (!map.def) {
      error(report, 'loader.needsMap', [this.main.name, map.name])
      return false
    }
    if (map.offset === undefined) this.setImm64(byte, BPF_PSEUDO_MAP_IDX_VALUE, this.mapIndex(map.def), this.imm(byte) + symbol.value)
    else this.setImm64(byte, BPF_PSEUDO_MAP_IDX, this.mapIndex(map.def), this.imm(byte + INSN_BYTES))
    return true
  }

  /** A reference to what the kernel is to provide. */
  private relocateExtern(symbol: ObjectSymbol, byte: number, isCall: boolean, place: readonly string[]): boolean {
    const { externs } = this.input
    const extern = externs?.byName.get(symbol.name)
    if (!extern) return this.fail('loader.extern', [this.main.name, symbol.name])
    switch (extern.kind) {
      case 'wrong':
        return false
      case 'unknown':
        return this.fail('loader.unsupported', [this.main.name, extern.what])
      case 'config':
        if (isCall || !externs?.config) return this.fail('loader.relocation', place)
        this.setImm64(byte, BPF_PSEUDO_MAP_IDX_VALUE, this.mapIndex(externs.config), extern.offset)
        return true
      case 'btf':
        if (isCall) this.setCall(byte, BPF_PSEUDO_KFUNC_CALL, extern.id)
        else this.setImm64(byte, BPF_PSEUDO_BTF_ID, extern.id, 0)
        return true
      case 'address':
        if (isCall) return this.fail('loader.relocation', place)
        this.setImm64(byte, 0, Number(BigInt.asIntN(32, extern.address)), Number(BigInt.asIntN(32, extern.address >> 32n)))
        return true
      case 'absent':
        if (isCall) this.setCall(byte, 0, POISONED_KFUNC + extern.index)
        else this.setImm64(byte, 0, 0, 0)
        return true
      default:
        return never(extern)
    }
  }

  private mapIndex(def: MapDef): number {
    const index = this.maps.indexOf(def)
    return index >= 0 ? index : this.maps.push(def) - 1
  }

  private imm(byte: number): number {
    return this.view.getInt32(byte + 4, true)
  }

  private setImm64(byte: number, src: number, low: number, high: number): void {
    this.setSource(byte, src)
    this.view.setInt32(byte + 4, low, true)
    this.view.setInt32(byte + INSN_BYTES + 4, high, true)
  }

  private setCall(byte: number, src: number, imm: number): void {
    this.view.setUint32(byte, CALL | (src << 12), true)
    this.view.setInt32(byte + 4, imm, true)
  }

  private setSource(byte: number, src: number): void {
    this.code[byte + 1] = (this.code[byte + 1] & 0x0f) | (src << 4)
  }

  private fail(code: 'loader.relocation' | 'loader.extern' | 'loader.unsupported', params: readonly string[]): false {
    error(this.input.report, code, params)
    return false
  }
}
