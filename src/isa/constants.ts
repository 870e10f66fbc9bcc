// The numbers of the instruction encoding under the names of RFC 9669 and the kernel's uapi/linux/bpf.h.
// An opcode byte is class (low 3 bits) plus, for arithmetic and jumps, source (bit 3) and operation (high 4 bits);
// for loads and stores, size (bits 3-4) and mode (high 3 bits). Everything else about the set is in opcodes.ts.
// Reference: RFC 9669 §3-5; Linux 6.18 include/uapi/linux/bpf.h.

// Classes.
export const BPF_LD = 0x00
export const BPF_LDX = 0x01
export const BPF_ST = 0x02
export const BPF_STX = 0x03
export const BPF_ALU = 0x04
export const BPF_JMP = 0x05
export const BPF_JMP32 = 0x06
export const BPF_ALU64 = 0x07

// Sources of arithmetic and jumps.
export const BPF_K = 0x00
export const BPF_X = 0x08

// Operations of arithmetic.
export const BPF_ADD = 0x00
export const BPF_SUB = 0x10
export const BPF_MUL = 0x20
export const BPF_DIV = 0x30
export const BPF_OR = 0x40
export const BPF_AND = 0x50
export const BPF_LSH = 0x60
export const BPF_RSH = 0x70
export const BPF_NEG = 0x80
export const BPF_MOD = 0x90
export const BPF_XOR = 0xa0
export const BPF_MOV = 0xb0
export const BPF_ARSH = 0xc0
export const BPF_END = 0xd0

// The source bit of BPF_END.
export const BPF_TO_LE = 0x00
export const BPF_TO_BE = 0x08

/** `off` of the MOV that casts between address spaces. */
export const BPF_ADDR_SPACE_CAST = 1

// Operations of jumps.
export const BPF_JA = 0x00
export const BPF_JEQ = 0x10
export const BPF_JGT = 0x20
export const BPF_JGE = 0x30
export const BPF_JSET = 0x40
export const BPF_JNE = 0x50
export const BPF_JSGT = 0x60
export const BPF_JSGE = 0x70
export const BPF_CALL = 0x80
export const BPF_EXIT = 0x90
export const BPF_JLT = 0xa0
export const BPF_JLE = 0xb0
export const BPF_JSLT = 0xc0
export const BPF_JSLE = 0xd0
export const BPF_JCOND = 0xe0

/** `src` of the BPF_JCOND that is may_goto. */
export const BPF_MAY_GOTO = 0

// Sizes of loads and stores.
export const BPF_W = 0x00
export const BPF_H = 0x08
export const BPF_B = 0x10
export const BPF_DW = 0x18

// Modes of loads and stores.
export const BPF_IMM = 0x00
export const BPF_ABS = 0x20
export const BPF_IND = 0x40
export const BPF_MEM = 0x60
export const BPF_MEMSX = 0x80
export const BPF_ATOMIC = 0xc0

// `imm` of atomic instructions.
export const BPF_FETCH = 0x01
export const BPF_XCHG = 0xe1
export const BPF_CMPXCHG = 0xf1
export const BPF_LOAD_ACQ = 0x100
export const BPF_STORE_REL = 0x110

// `src` of ld_imm64.
export const BPF_PSEUDO_MAP_FD = 1
export const BPF_PSEUDO_MAP_VALUE = 2
export const BPF_PSEUDO_BTF_ID = 3
export const BPF_PSEUDO_FUNC = 4
export const BPF_PSEUDO_MAP_IDX = 5
export const BPF_PSEUDO_MAP_IDX_VALUE = 6

// `src` of calls; 0 is a helper.
export const BPF_PSEUDO_CALL = 1
export const BPF_PSEUDO_KFUNC_CALL = 2

/** r0 to r9 and the frame pointer r10. */
export const MAX_BPF_REG = 11
export const BPF_REG_FP = 10

/** Bytes of one instruction slot. */
export const INSN_BYTES = 8
/** opcode byte of the two-slot load of a 64-bit immediate. */
export const LD_IMM64 = BPF_LD | BPF_DW | BPF_IMM

export const bpfClass = (opcode: number): number => opcode & 0x07
export const bpfOp = (opcode: number): number => opcode & 0xf0
export const bpfSrc = (opcode: number): number => opcode & 0x08
export const bpfSize = (opcode: number): number => opcode & 0x18
export const bpfMode = (opcode: number): number => opcode & 0xe0
