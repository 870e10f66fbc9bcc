// ELF and .BTF.ext.
export type { ObjectDebug, ObjectFile, ObjectRelocation, ObjectSection, ObjectSymbol } from './types.ts'
