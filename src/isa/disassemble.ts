// One slot as text in the words of the kernel's log: `(61) r2 = *(u32 *)(r1 +4)`. Works on raw columns, not on Insn, because the
// kernel prints whatever fields it finds, also those of an instruction that it refuses a moment later.
// Names that the kernel looks up (helpers, kfuncs, map addresses) are handed in.
// Reference: Linux 6.18 print_bpf_insn(); formats are checked against a running kernel in fixtures/kernel-text.txt.
import * as c from './constants.ts'
import { ALU_ROWS, ATOMIC_ROWS, JUMP_ROWS, SIZE_ROWS } from './opcodes.ts'
import { type InsnTable, insnTable } from './table.ts'

export interface DisasmNames {
  /** Name of a helper by id: 1 is bpf_map_lookup_elem. */
  readonly helper?: (id: number) => string | undefined
  /** Name of a kfunc by BTF id and `off`. */
  readonly kfunc?: (id: number, off: number) => string | undefined
  /** What stands for the value that the ld_imm64 at `slot` loads; by default its 64 bits in hex. */
  readonly imm64?: (slot: number, value: bigint) => string | undefined
}

// What printf makes of a string that is not there: the kernel's own tables have holes for what it is about to refuse.
const NOTHING = '(null)'

const ALU_TEXT = byCode(ALU_ROWS.filter((row) => row.off === 0))
const SIGNED_ALU_TEXT = byCode(ALU_ROWS.filter((row) => row.off === 1))
const JUMP_TEXT = byCode(JUMP_ROWS)
const ATOMIC_BY_IMM = new Map<number, (typeof ATOMIC_ROWS)[number]>(ATOMIC_ROWS.map((row) => [row.imm, row]))
const UNSIGNED = new Map<number, string>(SIZE_ROWS.map((row) => [row.code, row.unsigned]))
const SIGNED = new Map<number, string>(SIZE_ROWS.map((row) => [row.code, row.signed || NOTHING]))

/** The text of each slot of `code`, empty for the second half of a ld_imm64. */
export function disassemble(code: Uint8Array, names: DisasmNames = {}): string[] {
  const t = insnTable(code)
  const out: string[] = []
  for (let i = 0; i < t.length; i++) {
    out.push(disassembleInsn(t, i, names))
    if (t.opcode[i] === c.LD_IMM64 && i + 1 < t.length) {
      out.push('')
      i++
    }
  }
  return out
}

/** The instruction at a slot as the kernel prints it, opcode first: `(b7) r0 = 0`. */
export function disassembleInsn(t: InsnTable, i: number, names: DisasmNames = {}): string {
  const text = insnText(t, i, names)
  return text.startsWith('BUG_') ? text : `(${hex2(t.opcode[i])}) ${text}`
}

/** The same without the opcode: `r0 = 0`. */
export function insnText(t: InsnTable, i: number, names: DisasmNames = {}): string {
  switch (c.bpfClass(t.opcode[i])) {
    case c.BPF_ALU:
    case c.BPF_ALU64:
      return aluText(t, i)
    case c.BPF_STX:
      return stxText(t, i)
    case c.BPF_ST:
      return c.bpfMode(t.opcode[i]) === c.BPF_MEM ? `${deref(t, i, t.dst[i])} = ${t.imm[i]}` : `BUG_st_${hex2(t.opcode[i])}`
    case c.BPF_LDX:
      return ldxText(t, i)
    case c.BPF_LD:
      return ldText(t, i, names)
    default:
      return jumpText(t, i, names)
  }
}

function aluText(t: InsnTable, i: number): string {
  const opcode = t.opcode[i]
  const op = c.bpfOp(opcode)
  const off = t.off[i]
  const dst = t.dst[i]
  const wide = c.bpfClass(opcode) === c.BPF_ALU64
  if (op === c.BPF_END) {
    const swap = wide ? 'bswap' : c.bpfSrc(opcode) === c.BPF_TO_BE ? 'be' : 'le'
    return `r${dst} = ${swap}${t.imm[i]} r${dst}`
  }
  const r = wide ? 'r' : 'w'
  if (op === c.BPF_NEG) return `${r}${dst} = -${r}${dst}`
  if (opcode === (c.BPF_ALU64 | c.BPF_MOV | c.BPF_X)) {
    if (off === c.BPF_ADDR_SPACE_CAST) return `r${dst} = addr_space_cast(r${t.src[i]}, ${t.imm[i] >>> 16}, ${t.imm[i] & 0xffff})`
    if (off === -1) return `r${dst} = &(void __percpu *)(r${t.src[i]})`
  }
  const signed = off === 1 ? SIGNED_ALU_TEXT[op >> 4] : undefined
  const assign = signed ?? ALU_TEXT[op >> 4] ?? NOTHING
  if (c.bpfSrc(opcode) === c.BPF_K) return `${r}${dst} ${assign} ${t.imm[i]}`
  const cast = op === c.BPF_MOV && (off === 8 || off === 16 || off === 32) ? `(s${off})` : ''
  return `${r}${dst} ${assign} ${cast}${r}${t.src[i]}`
}

function stxText(t: InsnTable, i: number): string {
  const opcode = t.opcode[i]
  const src = t.src[i]
  if (c.bpfMode(opcode) === c.BPF_MEM) return `${deref(t, i, t.dst[i])} = r${src}`
  if (c.bpfMode(opcode) === c.BPF_ATOMIC) {
    const at = (base: number) => `(${UNSIGNED.get(c.bpfSize(opcode))} *)(r${base} ${signedText(t.off[i])})`
    const wide = c.bpfSize(opcode) === c.BPF_DW ? '64' : ''
    if (t.imm[i] === c.BPF_LOAD_ACQ) return `r${t.dst[i]} = load_acquire(${at(src)})`
    if (t.imm[i] === c.BPF_STORE_REL) return `store_release(${at(t.dst[i])}, r${src})`
    const row = ATOMIC_BY_IMM.get(t.imm[i])
    if (row?.op === 'cmpxchg') return `r0 = atomic${wide}_cmpxchg(${at(t.dst[i])}, r0, r${src})`
    if (row?.fetch) return `r${src} = atomic${wide}_${row.op}(${at(t.dst[i])}, r${src})`
    if (row) return `lock *${at(t.dst[i])} ${row.text} r${src}`
  }
  return `BUG_${hex2(opcode)}`
}

function ldxText(t: InsnTable, i: number): string {
  const mode = c.bpfMode(t.opcode[i])
  if (mode !== c.BPF_MEM && mode !== c.BPF_MEMSX) return `BUG_ldx_${hex2(t.opcode[i])}`
  const type = (mode === c.BPF_MEM ? UNSIGNED : SIGNED).get(c.bpfSize(t.opcode[i]))
  return `r${t.dst[i]} = *(${type} *)(r${t.src[i]} ${signedText(t.off[i])})`
}

function ldText(t: InsnTable, i: number, names: DisasmNames): string {
  const opcode = t.opcode[i]
  const type = UNSIGNED.get(c.bpfSize(opcode))
  if (c.bpfMode(opcode) === c.BPF_ABS) return `r0 = *(${type} *)skb[${t.imm[i]}]`
  if (c.bpfMode(opcode) === c.BPF_IND) return `r0 = *(${type} *)skb[r${t.src[i]} + ${t.imm[i]}]`
  if (opcode !== c.LD_IMM64) return `BUG_ld_${hex2(opcode)}`
  const value = imm64Value(t, i)
  return `r${t.dst[i]} = ${names.imm64?.(i, value) ?? `0x${value.toString(16)}`}`
}

/** The unsigned 64 bits in both imm fields of the ld_imm64 at a slot (its second half may be missing: 0). */
export function imm64Value(t: InsnTable, i: number): bigint {
  const high = i + 1 < t.length ? t.imm[i + 1] : 0
  return (BigInt(high >>> 0) << 32n) | BigInt(t.imm[i] >>> 0)
}

function jumpText(t: InsnTable, i: number, names: DisasmNames): string {
  const opcode = t.opcode[i]
  const op = c.bpfOp(opcode)
  if (op === c.BPF_CALL) return callText(t, i, names)
  if (opcode === (c.BPF_JMP | c.BPF_JA)) return `goto pc${signedText(t.off[i])}`
  if (opcode === (c.BPF_JMP | c.BPF_JCOND) && t.src[i] === c.BPF_MAY_GOTO) return `may_goto pc${signedText(t.off[i])}`
  if (opcode === (c.BPF_JMP32 | c.BPF_JA)) return `gotol pc${signedText(t.imm[i])}`
  if (opcode === (c.BPF_JMP | c.BPF_EXIT)) return 'exit'
  const r = c.bpfClass(opcode) === c.BPF_JMP32 ? 'w' : 'r'
  const right = c.bpfSrc(opcode) === c.BPF_X ? `${r}${t.src[i]}` : `0x${(t.imm[i] >>> 0).toString(16)}`
  return `if ${r}${t.dst[i]} ${JUMP_TEXT[op >> 4] ?? JUMP_HOLES[op >> 4] ?? NOTHING} ${right} goto pc${signedText(t.off[i])}`
}

// Operations that are no condition but have a word in the kernel's table of conditions.
const JUMP_HOLES: Readonly<Record<number, string>> = { 0: 'jmp', 8: 'call', 9: 'exit' }

function callText(t: InsnTable, i: number, names: DisasmNames): string {
  const imm = t.imm[i]
  const helper = t.src[i] === 0 ? names.helper?.(imm) : undefined
  if (t.src[i] === c.BPF_PSEUDO_CALL) return `call pc${signedText(imm)}`
  if (t.src[i] === c.BPF_PSEUDO_KFUNC_CALL) return `call ${names.kfunc?.(imm, t.off[i]) ?? 'kernel-function'}#${imm}`
  return `call ${helper ?? 'unknown'}#${imm}`
}

const deref = (t: InsnTable, i: number, base: number): string =>
  `*(${UNSIGNED.get(c.bpfSize(t.opcode[i]))} *)(r${base} ${signedText(t.off[i])})`

const signedText = (n: number): string => (n < 0 ? String(n) : `+${n}`)
const hex2 = (n: number): string => n.toString(16).padStart(2, '0')

/** Texts by the operation's number (code >> 4). */
function byCode(rows: readonly { readonly code: number; readonly text: string }[]): (string | undefined)[] {
  const out = new Array<string | undefined>(16).fill(undefined)
  for (const row of rows) out[row.code >> 4] = row.text
  return out
}
