// What a kptr points to: the kernel's structure of the name that the program's type has, or, where the kernel has none, the program's own.
// Linux: btf_parse_kptr(), register_btf_id_dtor_kfuncs().
import { type BtfId, btfType } from '../../btf/index.ts'
import type { Env } from '../env.ts'
import { KERNEL_BTF, nameText, PROGRAM_BTF } from './btf-types.ts'
import { type Field, type FieldRecord, KPTR_KINDS, NO_FIELDS } from './record.ts'

/** Structures of the kernel that a map can give back when it goes. */
const DESTRUCTIBLE: ReadonlySet<string> = new Set([
  'bpf_cpumask',
  'bpf_crypto_ctx',
  'cgroup',
  'prog_test_member',
  'prog_test_ref_kfunc',
  'task_struct',
])

const targetName = (env: Env, field: Field): string => (env.btf ? nameText(btfType(env.btf, field.typeId)) : '')
const inKernel = (env: Env, name: string): BtfId | undefined => env.kernel?.find(name, 'struct', 'fwd')

export function kptrTarget(env: Env, field: Field): { readonly which: number; readonly id: BtfId } {
  const id = inKernel(env, targetName(env, field))
  return id === undefined ? { which: PROGRAM_BTF, id: field.typeId } : { which: KERNEL_BTF, id }
}

/** Whether it cannot be said here if the kernel has a structure of that name. */
export function isKptrUnknown(env: Env, field: Field): boolean {
  if (!KPTR_KINDS.includes(field.kind)) return false
  const name = targetName(env, field)
  return !env.kernel || (inKernel(env, name) === undefined && env.kernel.mayHaveType(name))
}

/** A referenced kptr to what cannot be given back breaks a rule, and with it all fields are none. */
export const withGoodKptrs = (env: Env, record: FieldRecord): FieldRecord =>
  record.every((f) => f.kind !== 'kptr' || inKernel(env, targetName(env, f)) === undefined || DESTRUCTIBLE.has(targetName(env, f)))
    ? record
    : NO_FIELDS
