// Puts the number of a CO-RE record into its instruction: the immediate of an ALU operation or ld_imm64, or the offset of a load or store,
// whose size follows the field's where that keeps the value (pointers and unsigned integers). An instruction that has no answer becomes
// a call of a helper that does not exist: harmless where it is never reached, and refused by the verifier where it is.
// libbpf: bpf_core_patch_insn(), bpf_core_poison_insn().
import { BTF_INT_SIGNED, type BtfType } from '../../btf/index.ts'
import { BPF_CALL, BPF_JMP, INSN_BYTES, LD_IMM64 } from '../../isa/index.ts'
import type { CoreValue } from './value.ts'

/** Helper number of poisoned instructions: the verifier's log says `invalid func unknown#195896080`. */
const POISON = 195896080

const CLASS_LD = 0
const CLASS_LDX = 1
const CLASS_ST = 2
const CLASS_STX = 3
const CLASS_ALU = 4
const CLASS_ALU64 = 7
const SOURCE_X = 0x08
const SIZE_MASK = 0x18
/** BPF_W, BPF_H, BPF_B, BPF_DW by their bits. */
const SIZES = [4, 2, 1, 8]
const MAX_OFFSET = 0x7fff

/** Changes the instruction at byte `at`; a word says why it cannot be. */
export function patchInsn(
  code: Uint8Array,
  at: number,
  before: CoreValue,
  after: CoreValue | 'poison',
): 'form' | 'value' | 'range' | undefined {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  if (after === 'poison') {
    poisonInsn(code, at)
    return undefined
  }
  const opcode = code[at]
  switch (opcode & 7) {
    case CLASS_ALU:
    case CLASS_ALU64:
      if (opcode & SOURCE_X) return 'form'
      if (before.exact && BigInt(view.getInt32(at + 4, true)) !== BigInt.asIntN(64, before.value)) return 'value'
      view.setInt32(at + 4, Number(BigInt.asIntN(32, after.value)), true)
      return undefined
    case CLASS_LDX:
    case CLASS_ST:
    case CLASS_STX:
      return patchAccess(code, view, at, before, after)
    case CLASS_LD: {
      const next = at + INSN_BYTES
      if (opcode !== LD_IMM64 || next + INSN_BYTES > code.length) return 'form'
      if (code[at + 1] >> 4 !== 0 || view.getInt16(at + 2, true) !== 0 || view.getUint32(next, true) !== 0) return 'form'
      const held = (view.getBigUint64(next, true) & ~0xffffffffn) | BigInt(view.getUint32(at + 4, true))
      if (before.exact && held !== BigInt.asUintN(64, before.value)) return 'value'
      view.setUint32(at + 4, Number(BigInt.asUintN(32, after.value)), true)
      view.setUint32(next + 4, Number(BigInt.asUintN(32, after.value >> 32n)), true)
      return undefined
    }
    default:
      return 'form'
  }
}

function patchAccess(
  code: Uint8Array,
  view: DataView,
  at: number,
  before: CoreValue,
  after: CoreValue,
): 'form' | 'value' | 'range' | undefined {
  if (before.exact && BigInt(view.getInt16(at + 2, true)) !== before.value) return 'value'
  if (after.value > MAX_OFFSET) return 'range'
  const from = before.access
  const to = after.access
  if (from?.size !== to?.size && !(from && to && resizable(from.type, to.type))) {
    poisonInsn(code, at)
    return undefined
  }
  view.setInt16(at + 2, Number(after.value), true)
  if (!from || !to || from.size === to.size) return undefined
  const size = SIZES.indexOf(to.size)
  if (SIZES[(code[at] & SIZE_MASK) >> 3] !== from.size || size < 0) return 'form'
  code[at] = (code[at] & ~SIZE_MASK) | (size << 3)
  return undefined
}

/** A narrower or wider load reads the same number. */
function resizable(a: BtfType, b: BtfType): boolean {
  if (a.kind === 'ptr' && b.kind === 'ptr') return true
  return a.kind === 'int' && b.kind === 'int' && a.encoding !== BTF_INT_SIGNED && b.encoding !== BTF_INT_SIGNED
}

/** Both halves of a ld_imm64 are replaced, so that the log names the call and not an unknown opcode. */
function poisonInsn(code: Uint8Array, at: number): void {
  const slots = code[at] === LD_IMM64 ? 2 : 1
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  for (let byte = at; byte < Math.min(code.length, at + slots * INSN_BYTES); byte += INSN_BYTES) {
    view.setUint32(byte, BPF_JMP | BPF_CALL, true)
    view.setInt32(byte + 4, POISON, true)
  }
}
