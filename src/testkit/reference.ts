// What each instruction means, in BigInt and as plainly as RFC 9669 puts it: the yardstick for every engine (interpreter, JIT, constant
// folder). Slow and short on purpose; shares no code with any of them.
// A straight-line program: arithmetic, moves, byte swaps, loads, stores and atomics on the 512 bytes below r10.
import type { Insn, MemSize, Operand } from '../isa/index.ts'

export interface ReferenceState {
  /** r0 to r9, unsigned. r10 stands for itself: memory is addressed by r10 + off alone. */
  readonly regs: bigint[]
  readonly stack: Uint8Array
}

const wrap = (bits: number, x: bigint): bigint => BigInt.asUintN(bits, x)
const signed = (bits: number, x: bigint): bigint => BigInt.asIntN(bits, x)

/** dst `op` src on `width` bits, both unsigned 64-bit; the result zero-extended. */
export function aluResult(op: string, width: 32 | 64, dst: bigint, src: bigint): bigint {
  const a = wrap(width, dst)
  const b = wrap(width, src)
  const sa = signed(width, a)
  const sb = signed(width, b)
  const shift = b & BigInt(width - 1)
  switch (op) {
    case 'add':
      return wrap(width, a + b)
    case 'sub':
      return wrap(width, a - b)
    case 'mul':
      return wrap(width, a * b)
    case 'div':
      return b === 0n ? 0n : a / b
    case 'sdiv':
      return b === 0n ? 0n : wrap(width, sa / sb)
    case 'mod':
      return b === 0n ? a : a % b
    case 'smod':
      return b === 0n ? a : wrap(width, sa % sb)
    case 'or':
      return a | b
    case 'and':
      return a & b
    case 'xor':
      return a ^ b
    case 'lsh':
      return wrap(width, a << shift)
    case 'rsh':
      return a >> shift
    case 'arsh':
      return wrap(width, sa >> shift)
    case 'mov':
      return b
    default:
      throw new Error(`no such operation: ${op}`)
  }
}

/** Whether the condition holds. */
export function jumpTaken(op: string, width: 32 | 64, dst: bigint, src: bigint): boolean {
  const a = wrap(width, dst)
  const b = wrap(width, src)
  const sa = signed(width, a)
  const sb = signed(width, b)
  switch (op) {
    case 'jeq':
      return a === b
    case 'jne':
      return a !== b
    case 'jset':
      return (a & b) !== 0n
    case 'jgt':
      return a > b
    case 'jge':
      return a >= b
    case 'jlt':
      return a < b
    case 'jle':
      return a <= b
    case 'jsgt':
      return sa > sb
    case 'jsge':
      return sa >= sb
    case 'jslt':
      return sa < sb
    case 'jsle':
      return sa <= sb
    default:
      throw new Error(`no such condition: ${op}`)
  }
}

/** Executes one instruction. Memory operands use r10 as their base. */
export function referenceStep(s: ReferenceState, insn: Insn): void {
  const { regs } = s
  switch (insn.kind) {
    case 'alu':
      regs[insn.dst] = aluResult(insn.op, insn.width, regs[insn.dst], value(s, insn.src))
      return
    case 'neg':
      regs[insn.dst] = wrap(insn.width, -regs[insn.dst])
      return
    case 'movsx':
      regs[insn.dst] = wrap(insn.width, signed(insn.bits, regs[insn.src]))
      return
    case 'end':
      regs[insn.dst] = insn.to === 'le' ? wrap(insn.bits, regs[insn.dst]) : swapped(regs[insn.dst], insn.bits)
      return
    case 'ld_imm64':
      regs[insn.dst] = (wrap(32, BigInt(insn.imm2)) << 32n) | wrap(32, BigInt(insn.imm))
      return
    case 'load': {
      const loaded = read(s, insn.off, insn.size)
      regs[insn.dst] = insn.signed ? wrap(64, signed(8 * insn.size, loaded)) : loaded
      return
    }
    case 'load_acquire':
      regs[insn.dst] = read(s, insn.off, insn.size)
      return
    case 'store':
      write(s, insn.off, insn.size, value(s, insn.src))
      return
    case 'store_release':
      write(s, insn.off, insn.size, regs[insn.src])
      return
    case 'atomic': {
      const bits = 8 * insn.size
      const old = read(s, insn.off, insn.size)
      const src = wrap(bits, regs[insn.src])
      if (insn.op === 'cmpxchg') {
        if (old === wrap(bits, regs[0])) write(s, insn.off, insn.size, src)
        regs[0] = old
        return
      }
      const op = insn.op.replace('fetch_', '')
      write(s, insn.off, insn.size, op === 'xchg' ? src : aluResult(op, insn.size === 4 ? 32 : 64, old, src))
      if (insn.op !== op || op === 'xchg') regs[insn.src] = old
      return
    }
    default:
      throw new Error(`not straight-line: ${insn.kind}`)
  }
}

function value(s: ReferenceState, o: Operand): bigint {
  return o.kind === 'reg' ? s.regs[o.reg] : wrap(64, BigInt(o.imm))
}

function swapped(x: bigint, bits: number): bigint {
  let out = 0n
  for (let i = 0n; i < BigInt(bits); i += 8n) out = (out << 8n) | ((x >> i) & 0xffn)
  return out
}

function read(s: ReferenceState, off: number, size: MemSize): bigint {
  let out = 0n
  for (let i = size - 1; i >= 0; i--) out = (out << 8n) | BigInt(s.stack[512 + off + i])
  return out
}

function write(s: ReferenceState, off: number, size: MemSize, x: bigint): void {
  for (let i = 0; i < size; i++) s.stack[512 + off + i] = Number((x >> BigInt(8 * i)) & 0xffn)
}
