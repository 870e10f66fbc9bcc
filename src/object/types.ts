// A relocatable eBPF object in memory: what the compiler emits and the loader takes. `writeElf` and `readElf` turn it to bytes and back.
import type { Span } from '../diag/index.ts'
import type { VarLocation } from '../isa/index.ts'

export interface ObjectSection {
  readonly name: string
  /** ELF sh_type: 1 PROGBITS, 8 NOBITS, ... */
  readonly type: number
  /** ELF sh_flags: 1 WRITE, 2 ALLOC, 4 EXECINSTR. */
  readonly flags: number
  readonly align: number
  readonly data: Uint8Array
  /** Bytes in memory; differs from data.length for NOBITS. */
  readonly size: number
  readonly relocations: readonly ObjectRelocation[]
}

/** R_BPF_64_64 = 1 (ld_imm64), R_BPF_64_ABS64 = 2, R_BPF_64_ABS32 = 3, R_BPF_64_NODYLD32 = 4, R_BPF_64_32 = 10 (calls). REL, no addend. */
export interface ObjectRelocation {
  readonly offset: number
  readonly type: number
  /** Index in ObjectFile.symbols. */
  readonly symbol: number
}

export interface ObjectSymbol {
  readonly name: string
  readonly value: number
  readonly size: number
  readonly binding: 'local' | 'global' | 'weak'
  readonly kind: 'none' | 'object' | 'func' | 'section' | 'file'
  readonly visibility: 'default' | 'hidden'
  /** Index in ObjectFile.sections; undefined = undefined symbol (an extern). */
  readonly section?: number
}

/** Facts about code that ELF does not carry; lost when written and read back. */
export interface ObjectDebug {
  /** By section name: span of each slot. */
  readonly spans: ReadonlyMap<string, readonly (Span | undefined)[]>
  /** By section name; instruction indices count from the section's start. */
  readonly vars: ReadonlyMap<string, readonly VarLocation[]>
}

export interface ObjectFile {
  readonly sections: readonly ObjectSection[]
  readonly symbols: readonly ObjectSymbol[]
  readonly debug?: ObjectDebug
}
