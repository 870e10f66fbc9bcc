// The text of an instruction that the assembler turns back into the same bytes. As the kernel writes it where that is enough; what the
// kernel's words leave out (the kind of a 64-bit load, reserved fields that are set) is spelled so that nothing is lost.
// Invariant: assemble(assemblyText of every slot) gives the code.
import { decodeInsn } from '../decode.ts'
import { type DisasmNames, imm64Value, insnText } from '../disassemble.ts'
import { type InsnTable, insnTable } from '../table.ts'

/** Lines of assembly for `code`, one an instruction. */
export function assemblyText(code: Uint8Array, names: DisasmNames = {}): string {
  const t = insnTable(code)
  const out: string[] = []
  for (let i = 0; i < t.length; i++) {
    const insn = decodeInsn(t, i)
    if (insn.kind === 'invalid' || (insn.kind === 'call' && insn.target === 'kfunc' && insn.off !== 0)) out.push(raw(t, i))
    else if (insn.kind === 'ld_imm64') {
      const value = insn.load === 'imm' ? `0x${imm64Value(t, i).toString(16)}` : `${insn.load}[${insn.imm}, ${insn.imm2}]`
      out.push(`r${insn.dst} = ${value} ll`)
      i++
    } else out.push(insnText(t, i, names))
  }
  return `${out.join('\n')}\n`
}

function raw(t: InsnTable, i: number): string {
  const low = t.opcode[i] | (t.dst[i] << 8) | (t.src[i] << 12) | (t.off[i] << 16)
  const word = (BigInt(t.imm[i] >>> 0) << 32n) | BigInt(low >>> 0)
  return `.8byte 0x${word.toString(16)}`
}
