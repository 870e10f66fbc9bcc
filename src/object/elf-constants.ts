// The numbers of ELF64 that eBPF objects use. Reference: System V ABI, ELF-64; LLVM's ELFRelocs/BPF.def.

export const ELF_HEADER_BYTES = 64
export const SECTION_HEADER_BYTES = 64
export const SYMBOL_BYTES = 24
export const REL_BYTES = 16
export const RELA_BYTES = 24

export const ET_REL = 1
export const EM_BPF = 247

export const SHT_PROGBITS = 1
export const SHT_SYMTAB = 2
export const SHT_STRTAB = 3
export const SHT_RELA = 4
export const SHT_NOBITS = 8
export const SHT_REL = 9

export const SHF_WRITE = 1
export const SHF_ALLOC = 2
export const SHF_EXECINSTR = 4
export const SHF_MERGE = 0x10
export const SHF_STRINGS = 0x20
export const SHF_INFO_LINK = 0x40

export const SHN_UNDEF = 0
export const SHN_ABS = 0xfff1
export const SHN_LORESERVE = 0xff00
export const SHN_XINDEX = 0xffff

export const R_BPF_64_64 = 1
export const R_BPF_64_ABS64 = 2
export const R_BPF_64_ABS32 = 3
export const R_BPF_64_NODYLD32 = 4
export const R_BPF_64_32 = 10

/** Symbol bindings and kinds by their number in st_info; undefined = one that we do not name. */
export const BINDINGS = ['local', 'global', 'weak'] as const
export const SYMBOL_KINDS = ['none', 'object', 'func', 'section', 'file'] as const
export const STV_HIDDEN = 2
