// Which registers may still be read from an instruction on, found once before the program is walked. What is not in the set is cleared in
// checkpoints, so more paths are seen to be equal. A bit a register; r10 is in the sets too but never shown.
//
//   out(i) = union of in(s) over the successors s of i         in(i) = (out(i) minus def(i)) plus use(i)
//
// Linux 6.18: compute_insn_live_regs(), compute_live_registers().
import * as c from '../../isa/index.ts'
import type { Flow } from './flow.ts'

/** r0 to r5: what a call leaves undefined. */
const CALLER_SAVED = 0x3f
const EVERY_REGISTER = 0xffff

/**
 * Registers that may be read from each instruction on. `argCount` answers how many arguments the helper or kfunc called at an instruction takes;
 * -1 where that is not known, as for subprograms.
 */
export function computeLiveRegisters(insns: c.InsnTable, flow: Flow, argCount: (insn: number) => number): Uint16Array {
  const n = insns.length
  const use = new Uint16Array(n)
  const def = new Uint16Array(n)
  for (let i = 0; i < n; i++) {
    const rw = readsAndWrites(insns, i, argCount)
    use[i] = rw & 0xffff
    def[i] = rw >>> 16
  }
  const live = new Uint16Array(n)
  const { next, target, postorder } = flow
  let changed = true
  while (changed) {
    changed = false
    for (const i of postorder) {
      const fall = next[i]!
      const jump = target[i]!
      const out = (fall >= 0 ? live[fall]! : 0) | (jump >= 0 ? live[jump]! : 0)
      const before = (out & ~def[i]!) | use[i]!
      if (before !== live[i]) {
        live[i] = before
        changed = true
      }
    }
  }
  return live
}

/** Registers that an instruction reads, and those it writes << 16. */
function readsAndWrites(insns: c.InsnTable, i: number, argCount: (insn: number) => number): number {
  const opcode = insns.opcode[i]!
  const dst = 1 << insns.dst[i]!
  const src = 1 << insns.src[i]!
  const pair = (use: number, def: number): number => use | (def << 16)
  const operand = c.bpfSrc(opcode) === c.BPF_K ? 0 : src
  switch (c.bpfClass(opcode)) {
    case c.BPF_LD:
      return opcode === c.LD_IMM64 ? pair(0, dst) : EVERY_REGISTER
    case c.BPF_LDX:
      return c.bpfMode(opcode) === c.BPF_MEM || c.bpfMode(opcode) === c.BPF_MEMSX ? pair(src, dst) : EVERY_REGISTER
    case c.BPF_ST:
      return c.bpfMode(opcode) === c.BPF_MEM ? dst : EVERY_REGISTER
    case c.BPF_STX:
      if (c.bpfMode(opcode) === c.BPF_MEM) return dst | src
      return c.bpfMode(opcode) === c.BPF_ATOMIC ? atomic(insns.imm[i]!, dst, src) : EVERY_REGISTER
    case c.BPF_ALU:
    case c.BPF_ALU64:
      switch (c.bpfOp(opcode)) {
        case c.BPF_END:
          return pair(dst, dst)
        case c.BPF_MOV:
          return pair(operand, dst)
        default:
          return pair(dst | operand, dst)
      }
    default:
      switch (c.bpfOp(opcode)) {
        case c.BPF_JA:
        case c.BPF_JCOND:
          return 0
        case c.BPF_EXIT:
          return 1
        case c.BPF_CALL: {
          const args = argCount(i)
          return pair(args < 0 ? CALLER_SAVED & ~1 : (1 << (args + 1)) - 2, CALLER_SAVED)
        }
        default:
          return dst | operand
      }
  }
}

function atomic(imm: number, dst: number, src: number): number {
  switch (imm) {
    case c.BPF_CMPXCHG:
      return 1 | dst | src | (1 << 16)
    case c.BPF_LOAD_ACQ:
      return src | (dst << 16)
    case c.BPF_STORE_REL:
      return dst | src
    default:
      return dst | src | (imm & c.BPF_FETCH ? src << 16 : 0)
  }
}

/** The table of level 2: component, instruction, live registers, text. `insnText` gives "(b7) r0 = 0". */
export function liveRegistersText(insns: c.InsnTable, live: Uint16Array, scc: Int32Array, insnText: (insn: number) => string): string {
  let text = 'Live regs before insn:\n'
  for (let i = 0; i < insns.length; i++) {
    text += `${scc[i] === 0 ? '    ' : `${String(scc[i]).padStart(3)} `}${String(i).padStart(3)}: `
    for (let r = 0; r < 10; r++) text += live[i]! & (1 << r) ? String(r) : '.'
    text += ` ${insnText(i)}\n`
    if (insns.opcode[i] === c.LD_IMM64) i++
  }
  return text
}
