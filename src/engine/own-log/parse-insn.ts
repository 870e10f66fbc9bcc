// An instruction as a log prints it, "(61) r2 = *(u32 *)(r1 +4)", back as the columns of a slot. The opcode byte is printed, so only the
// operands are read off the text. What cannot be read is 0; nothing is judged.
import {
  BPF_ALU,
  BPF_ALU64,
  BPF_CALL,
  BPF_JMP,
  BPF_JMP32,
  BPF_LD,
  BPF_LDX,
  BPF_ST,
  BPF_STX,
  BPF_X,
  bpfClass,
  bpfOp,
} from '../../isa/index.ts'

export interface ParsedInsn {
  readonly opcode: number
  readonly dst: number
  readonly src: number
  readonly off: number
  readonly imm: number
}

const PSEUDO_CALL = 1

export function parseInsn(opcode: number, text: string): ParsedInsn {
  const none = { opcode, dst: 0, src: 0, off: 0, imm: 0 }
  const registers = [...text.matchAll(/\b[rw](\d+)\b/g)].map((m) => Number(m[1]))
  const [first = 0, second = 0] = registers
  const last = registers.at(-1) ?? 0
  const isX = (opcode & BPF_X) !== 0
  switch (bpfClass(opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
      return { ...none, dst: first, src: isX ? second : 0, imm: isX ? 0 : trailing(text) }
    case BPF_LDX:
      return { ...none, dst: first, src: second, off: offset(text) }
    case BPF_STX:
      return { ...none, dst: first, src: last, off: offset(text) }
    case BPF_ST:
      return { ...none, dst: first, off: offset(text), imm: trailing(text) }
    case BPF_LD:
      return { ...none, dst: first, imm: trailing(text) }
    case BPF_JMP:
    case BPF_JMP32: {
      const jump = Number(/goto pc([+-]\d+)/.exec(text)?.[1] ?? 0)
      if (bpfOp(opcode) !== BPF_CALL) {
        const imm = isX ? 0 : number(/(?:[!=<>]=?|&)\s*(-?(?:0x[\da-f]+|\d+)) goto/i.exec(text)?.[1])
        return { ...none, dst: first, src: isX ? second : 0, off: jump, imm }
      }
      const to = /call pc([+-]\d+)/.exec(text)
      if (to) return { ...none, src: PSEUDO_CALL, imm: Number(to[1]) }
      return { ...none, imm: number(/#(-?\d+)/.exec(text)?.[1]) }
    }
    default:
      return none
  }
}

const offset = (text: string): number => Number(/[rw]\d+ ?([+-]\d+)\)/.exec(text)?.[1] ?? 0)
const trailing = (text: string): number => number(/(-?(?:0x[\da-f]+|\d+))\s*(?:ll)?$/i.exec(text)?.[1])
const number = (text: string | undefined): number => (text === undefined ? 0 : Number(BigInt.asIntN(32, parsed(text))))

function parsed(text: string): bigint {
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
}
