// The WebAssembly text of compiled code, instruction by instruction of the program that it came from, for people. Reads the very bytes that were written,
// so that what is shown is what runs; the writer left marks where each instruction's code begins.
// In: functions with marks. Out: lines in the text format, one instruction each.
// Reference: WebAssembly core specification 6.5.
import { HOST } from './body.ts'
import type { Func } from './module.ts'
import * as w from './opcodes.ts'

export interface WasmLine {
  /** Slot of the program's instruction that this belongs to; -1 = of none (entering, leaving, handing over). */
  readonly insn: number
  /** Blocks that it stands in. */
  readonly depth: number
  readonly text: string
}

export interface WasmFunction {
  /** Number in the module. */
  readonly index: number
  readonly name: string
  readonly params: readonly string[]
  readonly results: readonly string[]
  readonly locals: readonly string[]
  readonly lines: readonly WasmLine[]
}

const TYPES: Readonly<Record<number, string>> = { [w.I32]: 'i32', [w.I64]: 'i64' }

/** 'I64_LOAD8_U' is i64.load8_u, 'BR_IF' br_if. */
function nameOf(constant: string): string {
  const lower = constant.toLowerCase()
  const typed = /^(i32|i64|local|memory)_(.*)$/.exec(lower)
  return typed ? `${typed[1]}.${typed[2]}` : lower
}

const NOT_OPCODES = new Set(['VOID', 'I32', 'I64', 'PREFIX', 'MEMORY_FILL'])
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(w)
    .filter(([name]) => !NOT_OPCODES.has(name))
    .map(([name, op]) => [op, nameOf(name)] as const),
)

export function functionText(f: Func, index: number, functionNames: (index: number) => string): WasmFunction {
  const bytes = f.body.view()
  const lines: WasmLine[] = []
  const marks = f.marks ?? []
  let mark = 0
  let at = 0
  let depth = 0
  let insn = -1

  const u32 = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }
  const signed = (bits: number): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return byte & 0x40 ? BigInt.asIntN(bits, value | (-1n << (shift + 7n))) : value
    }
  }
  const operand = (op: number): string => {
    switch (op) {
      case w.BLOCK:
      case w.LOOP:
      case w.IF: {
        const type = bytes[at++]
        return type === w.VOID ? '' : ` (result ${TYPES[type]})`
      }
      case w.BR:
      case w.BR_IF:
      case w.LOCAL_GET:
      case w.LOCAL_SET:
      case w.LOCAL_TEE:
        return ` ${u32()}`
      case w.BR_TABLE: {
        const count = u32() + 1
        return Array.from({ length: count }, () => ` ${u32()}`).join('')
      }
      case w.CALL:
        return ` $${functionNames(u32())}`
      case w.I32_CONST:
        return ` ${signed(32)}`
      case w.I64_CONST:
        return ` ${signed(64)}`
      default: {
        if (op < w.I32_LOAD || op > w.I64_STORE32) return ''
        u32()
        const offset = u32()
        return offset === 0 ? '' : ` offset=${offset}`
      }
    }
  }

  while (at < bytes.length) {
    while (mark < marks.length && marks[mark].at <= at) insn = marks[mark++].insn
    const op = bytes[at++]
    if (op === w.PREFIX) {
      // memory.fill is the one of its kind that is written; a byte for the memory follows.
      at += 2
      lines.push({ insn, depth, text: 'memory.fill' })
      continue
    }
    if (op === w.END || op === w.ELSE) depth--
    lines.push({ insn, depth, text: `${NAMES.get(op) ?? `0x${op.toString(16)}`}${operand(op)}` })
    if (op === w.BLOCK || op === w.LOOP || op === w.IF || op === w.ELSE) depth++
  }
  return {
    index,
    name: functionNames(index),
    params: f.type.params.map((t) => TYPES[t]),
    results: f.type.results.map((t) => TYPES[t]),
    locals: f.locals.flatMap(({ count, type }) => new Array<string>(count).fill(TYPES[type])),
    lines,
  }
}

/** What functions are called: the host's by what they do, the program's by the slot that they begin at. */
export const functionName =
  (names: readonly string[]) =>
  (index: number): string =>
    index < HOST.length ? HOST[index] : (names[index - HOST.length] ?? `f${index}`)
