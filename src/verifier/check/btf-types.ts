// Types by BTF as the verifier asks about them: the kernel's own and those of the program, in one numbering of registers (BTF word of
// domain/layout.ts). A subset of the kernel's BTF may lack a type: what is asked of such a one ends as `unsupported`.
// Linux: btf_type_is_*(), btf_type_str(), btf_type_skip_modifiers(), btf_types_are_same().
import { type Btf, type BtfComposite, type BtfId, type BtfType, btfType, resolve } from '../../btf/index.ts'
import { BTF, BTF_ID } from '../domain/layout.ts'
import { type Env, unsupported } from '../env.ts'

/** Values of the word BTF. */
export const KERNEL_BTF = 0
export const PROGRAM_BTF = 1

const NO_TYPES: Btf = { types: [{ kind: 'void' }], strings: new Uint8Array(1) }

export const btfOf = (env: Env, which: number): Btf => (which === KERNEL_BTF ? env.kernel?.btf : env.btf) ?? NO_TYPES

export const isStruct = (type: BtfType): type is BtfComposite => type.kind === 'struct' || type.kind === 'union'
export const isScalarType = (type: BtfType): boolean => type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64'

/** "STRUCT", "FUNC_PROTO", ...; void is "UNKNOWN". */
export const kindText = (type: BtfType): string => (type.kind === 'void' ? 'UNKNOWN' : type.kind.toUpperCase())
export const nameText = (type: BtfType): string => ('name' in type ? type.name : '')
/** The same as BTF's own messages say it. Linux: __btf_name_by_offset(). */
export const anonName = (type: BtfType): string => nameText(type) || '(anon)'

export const typeNameOf = (env: Env, which: number, id: BtfId): string => nameText(btfType(btfOf(env, which), id))

/** The type that a register points to. */
export const regTypeBehind = (env: Env, r: number): { readonly id: BtfId; readonly type: BtfType } =>
  resolve(btfOf(env, env.words[r + BTF]!), env.words[r + BTF_ID]!)

/** The kernel has this type, but not its contents here. */
export const isCut = (env: Env, which: number, id: BtfId): boolean => which === KERNEL_BTF && (env.kernel?.cut.has(id) ?? false)

export const cutType = (env: Env, which: number, id: BtfId): number =>
  unsupported(env, `struct ${typeNameOf(env, which, id) || id} of the kernel`)

/** A struct of the kernel by name; undefined where there is none, or none here. */
export const kernelStruct = (env: Env, name: string): BtfId | undefined => env.kernel?.find(name, 'struct', 'union')
