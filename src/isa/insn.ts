// An instruction as people and compilers think of it: a kind union. The bytes are the truth; an Insn is a view of one or
// two slots. `off` and `imm` are signed as in the encoding; jump and call distances count slots from the next instruction.
// What has no meaning in the instruction set (unknown opcode, a reserved field that is not 0) is kind 'invalid' and keeps all
// its fields, so that decode and encode lose nothing.
import type { AluOp, AtomicOp, CallTarget, EndTo, Imm64Load, JumpOp, MemSize } from './opcodes.ts'

export type Operand = { readonly kind: 'reg'; readonly reg: number } | { readonly kind: 'imm'; readonly imm: number }

export type Insn =
  /** `r1 += r2`, `w1 = 5`; width 32 clears the upper half of dst. */
  | { readonly kind: 'alu'; readonly op: AluOp; readonly width: 32 | 64; readonly dst: number; readonly src: Operand }
  | { readonly kind: 'neg'; readonly width: 32 | 64; readonly dst: number }
  /** `r1 = (s8)r2` */
  | { readonly kind: 'movsx'; readonly width: 32 | 64; readonly bits: 8 | 16 | 32; readonly dst: number; readonly src: number }
  /** `r0 = be16 r0`, `r0 = bswap32 r0` */
  | { readonly kind: 'end'; readonly to: EndTo; readonly bits: 16 | 32 | 64; readonly dst: number }
  /** `r1 = addr_space_cast(r2, dstSpace, srcSpace)` */
  | {
      readonly kind: 'addr_space_cast'
      readonly dst: number
      readonly src: number
      readonly dstSpace: number
      readonly srcSpace: number
    }
  /** `r1 = *(u32 *)(r2 +4)`; signed = MEMSX. */
  | {
      readonly kind: 'load'
      readonly size: MemSize
      readonly signed: boolean
      readonly dst: number
      readonly src: number
      readonly off: number
    }
  /** `*(u32 *)(r1 +4) = r2` */
  | { readonly kind: 'store'; readonly size: MemSize; readonly dst: number; readonly off: number; readonly src: Operand }
  /** `lock *(u64 *)(r1 +0) += r2`, `r2 = atomic64_fetch_add(..)` */
  | {
      readonly kind: 'atomic'
      readonly op: AtomicOp
      readonly size: 4 | 8
      readonly dst: number
      readonly src: number
      readonly off: number
    }
  | { readonly kind: 'load_acquire'; readonly size: MemSize; readonly dst: number; readonly src: number; readonly off: number }
  | { readonly kind: 'store_release'; readonly size: MemSize; readonly dst: number; readonly src: number; readonly off: number }
  /** `r0 = *(u16 *)skb[12]` */
  | { readonly kind: 'ld_abs'; readonly size: 1 | 2 | 4; readonly imm: number }
  /** `r0 = *(u16 *)skb[r6 + 12]` */
  | { readonly kind: 'ld_ind'; readonly size: 1 | 2 | 4; readonly src: number; readonly imm: number }
  /** Two slots; imm is the first one's, imm2 the second's (the upper half where load is 'imm'). */
  | { readonly kind: 'ld_imm64'; readonly load: Imm64Load; readonly dst: number; readonly imm: number; readonly imm2: number }
  /** `goto pc+5`; long = `gotol`, whose distance has 32 bits. */
  | { readonly kind: 'goto'; readonly long: boolean; readonly off: number }
  | {
      readonly kind: 'jump'
      readonly op: JumpOp
      readonly width: 32 | 64
      readonly dst: number
      readonly src: Operand
      readonly off: number
    }
  | { readonly kind: 'may_goto'; readonly off: number }
  /** imm = helper id, distance to the subprogram, or BTF id of the kfunc (`off` = its BTF's place in fd_array). */
  | { readonly kind: 'call'; readonly target: CallTarget; readonly imm: number; readonly off: number }
  | { readonly kind: 'exit' }
  | {
      readonly kind: 'invalid'
      readonly opcode: number
      readonly dst: number
      readonly src: number
      readonly off: number
      readonly imm: number
    }

/** Slots that an instruction takes. */
export const insnSlots = (insn: Insn): 1 | 2 => (insn.kind === 'ld_imm64' ? 2 : 1)

export const reg = (n: number): Operand => ({ kind: 'reg', reg: n })
export const imm = (n: number): Operand => ({ kind: 'imm', imm: n })

/** A ld_imm64 of a plain 64-bit number. */
export const loadImm64 = (dst: number, value: bigint): Insn => ({
  kind: 'ld_imm64',
  load: 'imm',
  dst,
  imm: Number(BigInt.asIntN(32, value)),
  imm2: Number(BigInt.asIntN(32, value >> 32n)),
})
