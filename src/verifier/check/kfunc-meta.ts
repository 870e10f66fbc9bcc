// What is known of a kfunc call: what the kernel's BTF says of the function, and what the arguments seen so far say about this call.
// Linux: struct bpf_kfunc_desc, struct bpf_kfunc_call_arg_meta.
import type { KfuncFlag, KfuncRow } from '../../abi/index.ts'
import type { BtfId, BtfParam, BtfType } from '../../btf/index.ts'
import type { Field } from './record.ts'

/** A function of the kernel that some instruction calls. */
export interface KfuncDesc {
  /** In the kernel's BTF; the call's imm. */
  readonly id: BtfId
  readonly name: string
  readonly proto: BtfType & { readonly kind: 'func_proto' }
  /** Undefined where programs of this type may not call it. */
  readonly row: KfuncRow | undefined
}

export interface KfuncMeta {
  readonly desc: KfuncDesc
  readonly flags: ReadonlySet<KfuncFlag>
  /** Id of the reference that an argument bears; 0 = none. */
  refObjId: number
  /** The argument that is given back; 0 = none. */
  releaseRegno: number
  /** Value of a __k or __szk argument. */
  constant: bigint | undefined
  /** Bytes that the result points to, where the type does not tell; 0 = not said. */
  r0Size: number
  r0Rdonly: boolean
  /** Index of a map argument, or of the map that an argument points into; -1 = none. */
  map: number
  mapUid: number
  /** Function of the program that is called back. */
  subprogno: number
  /** Type of the object that an argument points to: BTF (as in BTF of domain/layout.ts) and id. */
  argBtf: number
  argBtfId: BtfId
  /** The object given is owned by the program. */
  argOwningRef: boolean
  /** Kernel type of the result of bpf_cast_to_kern_ctx(). */
  retBtfId: BtfId
  /** The dynptr among the arguments that is initialised. */
  dynptrId: number
  dynptrType: number
  dynptrRefObjId: number
  /** The iterator argument: its frame and first slot. */
  iterFrame: number
  iterSpi: number
  /** The list or tree among the arguments. */
  root: Field | undefined
}

/** One argument under check. */
export interface KfuncArg {
  /** From 0. */
  readonly index: number
  readonly regno: number
  /** Offset of its register. */
  readonly r: number
  readonly param: BtfParam
  /** What its pointer points to, behind typedefs and qualifiers. */
  readonly pointeeId: BtfId
  readonly pointee: BtfType
}

export const newMeta = (desc: KfuncDesc, flags: ReadonlySet<KfuncFlag>): KfuncMeta => ({
  desc,
  flags,
  refObjId: 0,
  releaseRegno: 0,
  constant: undefined,
  r0Size: 0,
  r0Rdonly: false,
  map: -1,
  mapUid: 0,
  subprogno: 0,
  argBtf: 0,
  argBtfId: 0,
  argOwningRef: false,
  retBtfId: 0,
  dynptrId: 0,
  dynptrType: 0,
  dynptrRefObjId: 0,
  iterFrame: 0,
  iterSpi: 0,
  root: undefined,
})
