// C types and the program's symbols after semantic analysis: what lower/ makes IR of and what emit/ makes BTF, symbols and sections of.
//
// Types are trees that keep their sugar (typedef names, qualifiers, tags), since BTF tells it; `canonical()` looks through it.
// Records and enums are compared by identity and filled in when their body is met, so that types may be cyclic.
// Sizes are those of target bpf: pointers and long 8 bytes, int 4, char signed, little-endian.
import type { Span } from '../../diag/index.ts'

/** clang's spelling, which is also the name in BTF. */
export type IntName =
  | '_Bool'
  | 'char'
  | 'signed char'
  | 'unsigned char'
  | 'short'
  | 'unsigned short'
  | 'int'
  | 'unsigned int'
  | 'long'
  | 'unsigned long'
  | 'long long'
  | 'unsigned long long'
  | '__int128'
  | 'unsigned __int128'

export interface VoidType {
  readonly kind: 'void'
}

export interface IntType {
  readonly kind: 'int'
  readonly name: IntName
  readonly size: 1 | 2 | 4 | 8 | 16
  readonly signed: boolean
  /** Integer conversion rank (C11 6.3.1.1). */
  readonly rank: number
}

/** BPF has none at run time; declarations may still name them. */
export interface FloatType {
  readonly kind: 'float'
  readonly name: 'float' | 'double' | 'long double'
  readonly size: 4 | 8
}

export interface PointerType {
  readonly kind: 'pointer'
  readonly to: CType
}

export interface ArrayType {
  readonly kind: 'array'
  readonly element: CType
  /** Undefined: of unknown size (`[]`), a flexible array member where it ends a record. */
  readonly count: number | undefined
}

export interface Param {
  readonly name: string | undefined
  /** Arrays and functions already turned to pointers. */
  readonly type: CType
  readonly at: Span
  readonly declTags: readonly string[]
}

export interface FunctionType {
  readonly kind: 'function'
  readonly ret: CType
  readonly params: readonly Param[]
  readonly variadic: boolean
  /** False for `()`: nothing is known of the parameters. */
  readonly prototype: boolean
}

export interface Field {
  /** Undefined for an anonymous struct or union member. Unnamed bit-fields are not listed. */
  readonly name: string | undefined
  readonly type: CType
  /** From the start of the record; a bit-field may start within a byte. */
  readonly offBits: number
  /** Undefined unless it is a bit-field. */
  readonly widthBits: number | undefined
  readonly at: Span
  readonly declTags: readonly string[]
}

/** Owned by sema, which fills it in at the closing brace; complete before any later phase sees it used. */
export interface RecordType {
  readonly kind: 'record'
  readonly tag: 'struct' | 'union'
  readonly name: string | undefined
  readonly at: Span
  complete: boolean
  fields: readonly Field[]
  /** In bytes; 0 while incomplete. */
  size: number
  align: number
  packed: boolean
  /** __attribute__((preserve_access_index)): accesses are CO-RE relocated. */
  preserveAccessIndex: boolean
  declTags: readonly string[]
}

/** Owned by sema like `RecordType`. */
export interface EnumType {
  readonly kind: 'enum'
  readonly name: string | undefined
  readonly at: Span
  complete: boolean
  underlying: IntType
  members: readonly { readonly name: string; readonly value: bigint }[]
}

export interface TypedefType {
  readonly kind: 'typedef'
  readonly name: string
  readonly of: CType
  readonly at: Span
  readonly declTags: readonly string[]
}

/** At least one qualifier; never directly around another `qualified` of the same qualifier. */
export interface QualifiedType {
  readonly kind: 'qualified'
  readonly of: CType
  readonly const: boolean
  readonly volatile: boolean
  readonly restrict: boolean
  readonly atomic: boolean
}

/** __attribute__((btf_type_tag("..."))) on a pointee. */
export interface TaggedType {
  readonly kind: 'tagged'
  readonly tag: string
  readonly of: CType
}

export type CType =
  | VoidType
  | IntType
  | FloatType
  | PointerType
  | ArrayType
  | FunctionType
  | RecordType
  | EnumType
  | TypedefType
  | QualifiedType
  | TaggedType

/** A type without sugar. */
export type BareType = Exclude<CType, TypedefType | QualifiedType | TaggedType>

/** external: defined here, seen by all; internal: static; extern: declared only (a kconfig value, a ksym, a kfunc, another object's). */
export type Linkage = 'external' | 'internal' | 'extern'

/** An address within static data, put in by the linker: R_BPF_64_ABS64 at `offset`. */
export interface DataRelocation {
  readonly offset: number
  /** Name of a global or a function of the same unit. */
  readonly symbol: string
  readonly addend: number
}

export interface StaticData {
  readonly bytes: Uint8Array
  readonly relocations: readonly DataRelocation[]
}

/** A variable with static storage: a global, a static local (named `function.name` as clang does) or a string literal (`.str`, `.str.1`). */
export interface GlobalVariable {
  readonly kind: 'variable'
  readonly name: string
  readonly type: CType
  readonly linkage: Linkage
  readonly weak: boolean
  readonly hidden: boolean
  /** __attribute__((section)); without it the back end picks .rodata, .data or .bss. */
  readonly section: string | undefined
  /** Const-qualified: belongs to .rodata. */
  readonly constant: boolean
  /** An anonymous string literal: belongs to .rodata.str1.1 and has no BTF. */
  readonly isString: boolean
  readonly used: boolean
  readonly align: number
  /** Undefined for `extern`. Without initialiser: zeros. */
  readonly data: StaticData | undefined
  readonly declTags: readonly string[]
  readonly at: Span
}

/** A function as declared; its body, where it has one, is in the IR module under the same name. */
export interface FunctionInfo {
  readonly kind: 'function'
  readonly name: string
  /** Parameter names are those of the definition where there is one. */
  readonly type: FunctionType
  readonly linkage: Linkage
  readonly weak: boolean
  readonly hidden: boolean
  readonly section: string | undefined
  /** always: __attribute__((always_inline)); never: noinline; hint: `inline`; none: nothing said. */
  readonly inline: 'always' | 'never' | 'hint' | 'none'
  readonly noreturn: boolean
  readonly used: boolean
  readonly declTags: readonly string[]
  /** The name in its declarator. */
  readonly at: Span
  /** The body's opening brace; undefined for a declaration. */
  readonly bodyAt: Span | undefined
}

/** What C knows about the unit and the IR does not carry. Order is that of the source. */
export interface UnitSymbols {
  readonly globals: readonly GlobalVariable[]
  readonly functions: readonly FunctionInfo[]
}
