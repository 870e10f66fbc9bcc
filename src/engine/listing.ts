// A program as the rows of a listing: kernel notation, bytes, source line and span, jump targets, labels.
import { helperById } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import {
  BPF_CALL,
  BPF_EXIT,
  BPF_JMP,
  BPF_JMP32,
  bpfClass,
  bpfOp,
  disassembleInsn,
  type InsnTable,
  insnTable,
  LD_IMM64,
  type Program,
} from '../isa/index.ts'
import type { ListingRow } from './views.ts'

/** Names for the disassembler: helpers by abi's rows, map loads by the map's name. */
export function disasmNames(program: Program, t: InsnTable) {
  return {
    helper: (id: number) => helperById(id)?.name,
    imm64: (slot: number) => {
      const map = t.src[slot] === 5 || t.src[slot] === 6 ? program.maps[t.imm[slot]] : undefined
      if (!map) return undefined
      const name = map.name || `map${t.imm[slot]}`
      return t.src[slot] === 5 ? `map[${name}]` : `map[${name}][0]+${t.imm[slot + 1]}`
    },
  }
}

/** One row for each instruction; the second half of ld_imm64 belongs to the first's row. `mainFile` is the file whose lines are shown. */
export function listing(program: Program, mainFile: string): ListingRow[] {
  const t = insnTable(program.code)
  const names = disasmNames(program, t)
  const labels = new Map(program.subprogs.map((s) => [s.start, s.name]))
  const lineOf = linesBySlot(program, mainFile)
  const rows: ListingRow[] = []
  for (let slot = 0; slot < t.length; slot++) {
    const isWide = t.opcode[slot] === LD_IMM64 && slot + 1 < t.length
    const span = program.spans[slot]
    rows.push({
      slot,
      text: disassembleInsn(t, slot, names).replace(/^\([0-9a-f]{2}\) /, ''),
      opcode: t.opcode[slot],
      bytes: toHex(program.code.subarray(slot * 8, slot * 8 + (isWide ? 16 : 8))),
      line: lineOf[slot],
      ...(span && span.file === mainFile ? { span: { start: span.start, end: span.end } } : {}),
      target: targetOf(t, slot),
      label: labels.get(slot) ?? '',
    })
    if (isWide) slot++
  }
  return rows
}

/** Source line (1-based) in `mainFile` of each slot; 0 where it comes from elsewhere. */
export function linesBySlot(program: Program, mainFile: string): Int32Array {
  const out = new Int32Array(program.code.length / 8)
  const lines = [...program.lines].sort((a, b) => a.insn - b.insn)
  let at = 0
  for (let slot = 0; slot < out.length; slot++) {
    while (at + 1 < lines.length && lines[at + 1].insn <= slot) at++
    const line = lines[at]
    if (line && line.insn <= slot && sameFile(line.file, mainFile)) out[slot] = line.line
  }
  return out
}

const sameFile = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)

function targetOf(t: InsnTable, slot: number): number {
  const cls = bpfClass(t.opcode[slot])
  if (cls !== BPF_JMP && cls !== BPF_JMP32) return -1
  const op = bpfOp(t.opcode[slot])
  if (op === BPF_EXIT) return -1
  if (op === BPF_CALL) return t.src[slot] === 1 ? slot + 1 + t.imm[slot] : -1
  const isLong = cls === BPF_JMP32 && op === 0
  return slot + 1 + (isLong ? t.imm[slot] : t.off[slot])
}

/** The program as lines for a terminal: slot, opcode, kernel notation; function names and source lines between. */
export function disassembleProgram(program: Program): string[] {
  const t = insnTable(program.code)
  const names = disasmNames(program, t)
  const labels = new Map(program.subprogs.map((s) => [s.start, s.name]))
  const lines = new Map(program.lines.map((l) => [l.insn, l]))
  const out: string[] = []
  for (let slot = 0; slot < t.length; slot++) {
    const label = labels.get(slot)
    if (label) out.push(`${label}:`)
    const line = lines.get(slot)
    if (line) out.push(`; ${line.text.trimStart()} @ ${line.file.slice(line.file.lastIndexOf('/') + 1)}:${line.line}`)
    out.push(`${String(slot).padStart(4)}: ${disassembleInsn(t, slot, names)}`)
    if (t.opcode[slot] === LD_IMM64) slot++
  }
  return out
}
