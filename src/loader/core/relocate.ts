// One CO-RE record: its instruction made right for the kernel whose types are at hand. Candidates are the kernel's types of the same
// essential name and kind; those in which the field (enumerator, type) is found must agree, and where none is, the answer is
// "does not exist", or an instruction that must not be reached.
// libbpf: bpf_core_calc_relo_insn().
import { type Btf, type BtfId, btfType, typeName } from '../../btf/index.ts'
import type { CoreRecord } from '../../object/index.ts'
import { kindsAreCompatible, typesAreCompatible, typesMatch } from './compatible.ts'
import type { KernelTypes } from './kernel-types.ts'
import { essentialName } from './names.ts'
import { patchInsn } from './patch.ts'
import { enumeratorSpec, fieldSpec, matchEnumerator, matchField, type Spec } from './spec.ts'
import { type CoreKind, type CoreValue, coreKind, coreSubject, coreValue } from './value.ts'

export type CoreFault =
  /** What is wrong with the record, in libbpf's terms. */
  | { readonly kind: 'wrong'; readonly what: string }
  /** The types at hand are a part of the kernel's only, and this one is not among them. */
  | { readonly kind: 'unknown' }

/** Relocates the instruction at byte `at`; undefined where that went well (which includes an instruction that was poisoned). */
export function relocateCore(local: Btf, record: CoreRecord, kernel: KernelTypes, code: Uint8Array, at: number): CoreFault | undefined {
  const kind = coreKind(record.kind)
  if (!kind) return wrong('kind')
  const spec = localSpec(kind, local, record)
  if (!spec) return wrong('access')
  const before = coreValue(kind, spec)
  if (kind === 'local_type_id') return typeof before === 'string' ? wrong(before) : patched(code, at, before, before)
  const after = targetValue(kind, spec, kernel)
  if ('kind' in after) return after
  if (typeof before === 'string') return before === 'poison' ? patched(code, at, NOTHING, 'poison') : wrong(before)
  return patched(code, at, before, after.value)
}

/** A record's subject in words: `struct task_struct 0:1`. */
export function spellCore(local: Btf, record: CoreRecord): string {
  return `${coreKind(record.kind) ?? record.kind} ${typeName(local, record.typeId)} ${record.access}`
}

const NOTHING: CoreValue = { value: 0n, exact: false }

const wrong = (what: string): CoreFault => ({ kind: 'wrong', what })

function patched(code: Uint8Array, at: number, before: CoreValue, after: CoreValue | 'poison'): CoreFault | undefined {
  const fault = patchInsn(code, at, before, after)
  return fault ? wrong(fault) : undefined
}

function localSpec(kind: CoreKind, local: Btf, { typeId, access }: CoreRecord): Spec | undefined {
  switch (coreSubject(kind)) {
    case 'field':
      return fieldSpec(local, typeId, access)
    case 'enumerator':
      return enumeratorSpec(local, typeId, access)
    case 'type':
      return access === '0' ? { btf: local, root: typeId, steps: [], offBits: 0 } : undefined
  }
}

function targetValue(kind: CoreKind, local: Spec, kernel: KernelTypes): CoreFault | { readonly value: CoreValue | 'poison' } {
  const type = btfType(local.btf, local.root)
  const name = 'name' in type ? type.name : ''
  if (name === '') return wrong('anonymous type')
  const known = kernel.named(essentialName(name))
  if (known.some((id) => kernel.isCut(id)) || (known.length === 0 && !kernel.lacks(essentialName(name), 'type'))) return { kind: 'unknown' }
  const candidates = known.filter((id) => kindsAreCompatible(type, btfType(kernel.types(), id)))
  let chosen: { readonly spec: Spec; readonly value: CoreValue | 'poison' } | undefined
  for (const id of candidates) {
    const spec = matchCandidate(kind, local, kernel.types(), id)
    if (!spec) continue
    const value = coreValue(kind, spec)
    if (typeof value === 'string' && value !== 'poison') return wrong(value)
    if (!chosen) chosen = { spec, value }
    else if (chosen.spec.offBits !== spec.offBits || !sameValue(chosen.value, value)) return wrong('ambiguity')
  }
  if (chosen) return chosen
  const value = coreValue(kind, undefined)
  return typeof value === 'string' ? { value: 'poison' } : { value }
}

const sameValue = (a: CoreValue | 'poison', b: CoreValue | 'poison'): boolean =>
  a === 'poison' || b === 'poison' ? a === b : a.value === b.value

function matchCandidate(kind: CoreKind, local: Spec, btf: Btf, id: BtfId): Spec | undefined {
  switch (coreSubject(kind)) {
    case 'field':
      return matchField(local, btf, id)
    case 'enumerator':
      return matchEnumerator(local, btf, id)
    case 'type': {
      const same = kind === 'type_matches' ? typesMatch : typesAreCompatible
      return same(local.btf, local.root, btf, id) ? { btf, root: id, steps: [], offBits: 0 } : undefined
    }
  }
}
