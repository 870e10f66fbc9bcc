// Relocatable eBPF objects: ELF and .BTF.ext, both ways.
export {
  type BtfExt,
  type BtfExtResult,
  type CoreRecord,
  type ExtSection,
  type FuncRecord,
  type LineRecord,
  readBtfExt,
  writeBtfExt,
} from './btf-ext.ts'
export {
  R_BPF_64_32,
  R_BPF_64_64,
  R_BPF_64_ABS32,
  R_BPF_64_ABS64,
  R_BPF_64_NODYLD32,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_PROGBITS,
} from './elf-constants.ts'
export { type ReadElfResult, readElf } from './read-elf.ts'
export type { ObjectDebug, ObjectFile, ObjectRelocation, ObjectSection, ObjectSymbol } from './types.ts'
export { writeElf } from './write-elf.ts'
