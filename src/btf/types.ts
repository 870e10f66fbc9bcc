// BTF, the BPF type format, as a kind union. A type's id is its index in `Btf.types`; id 0 is void.
// Sizes are in bytes, offsets and sizes of struct members in bits. Names are plain text, empty where there is none.
// Reference: Linux 6.18 Documentation/bpf/btf.rst, include/uapi/linux/btf.h.

export type BtfId = number

export interface BtfMember {
  readonly name: string
  readonly type: BtfId
  readonly offBits: number
  /** 0 unless the member is a bit field. */
  readonly sizeBits: number
}

export interface BtfParam {
  readonly name: string
  readonly type: BtfId
}

export interface BtfEnumerator {
  readonly name: string
  readonly value: bigint
}

export interface BtfVarSecinfo {
  readonly type: BtfId
  readonly offset: number
  readonly size: number
}

/** BTF_VAR_* and BTF_FUNC_* share these: static, global, extern. */
export type BtfLinkage = 0 | 1 | 2

export type BtfType =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'int'
      readonly name: string
      readonly size: number
      /** BTF_INT_SIGNED 1, BTF_INT_CHAR 2, BTF_INT_BOOL 4. */
      readonly encoding: number
      readonly bits: number
      readonly offBits: number
    }
  | { readonly kind: 'ptr'; readonly type: BtfId }
  | BtfArray
  | BtfComposite
  | BtfEnum
  | { readonly kind: 'fwd'; readonly name: string; readonly isUnion: boolean }
  | { readonly kind: 'typedef'; readonly name: string; readonly type: BtfId }
  | { readonly kind: 'volatile'; readonly type: BtfId }
  | { readonly kind: 'const'; readonly type: BtfId }
  | { readonly kind: 'restrict'; readonly type: BtfId }
  | { readonly kind: 'func'; readonly name: string; readonly type: BtfId; readonly linkage: BtfLinkage }
  /** A last parameter without name and type is the `...` of a variadic function. */
  | { readonly kind: 'func_proto'; readonly ret: BtfId; readonly params: readonly BtfParam[] }
  | { readonly kind: 'var'; readonly name: string; readonly type: BtfId; readonly linkage: BtfLinkage }
  | { readonly kind: 'datasec'; readonly name: string; readonly size: number; readonly vars: readonly BtfVarSecinfo[] }
  | { readonly kind: 'float'; readonly name: string; readonly size: number }
  /** component -1 = the type or variable itself, else the member or parameter of that index. */
  | { readonly kind: 'decl_tag'; readonly name: string; readonly type: BtfId; readonly component: number }
  | { readonly kind: 'type_tag'; readonly name: string; readonly type: BtfId }

export interface BtfArray {
  readonly kind: 'array'
  readonly type: BtfId
  readonly indexType: BtfId
  readonly count: number
}

export interface BtfComposite {
  readonly kind: 'struct' | 'union'
  readonly name: string
  readonly size: number
  readonly members: readonly BtfMember[]
}

/** 'enum' has values of 32 bits, 'enum64' of 64. */
export interface BtfEnum {
  readonly kind: 'enum' | 'enum64'
  readonly name: string
  readonly size: number
  readonly signed: boolean
  readonly values: readonly BtfEnumerator[]
}

export type BtfKind = BtfType['kind']

export interface Btf {
  /** By id; types[0] is void. Every id inside a type is an index of this list. */
  readonly types: readonly BtfType[]
  /** The string section; other sections (.BTF.ext) refer to it by offset. */
  readonly strings: Uint8Array
}

/** Codes of the kinds in the file, in order of their number. */
export const BTF_KINDS = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const satisfies readonly BtfKind[]

export const BTF_MAGIC = 0xeb9f
export const BTF_HEADER_BYTES = 24

export const BTF_INT_SIGNED = 1
export const BTF_INT_CHAR = 2
export const BTF_INT_BOOL = 4
