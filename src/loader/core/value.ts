// The number that a CO-RE record stands for, given a place in types: an offset, a size, whether something exists, a shift.
// Asked twice of each record: of the program's types it must be what the compiler wrote (where `exact`), of the kernel's it is what goes in.
// libbpf: bpf_core_calc_field_relo(), bpf_core_calc_type_relo(), bpf_core_calc_enumval_relo().
import { BTF_INT_SIGNED, type Btf, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../../btf/index.ts'
import { isEnum } from './compatible.ts'
import type { Spec } from './spec.ts'

/** enum bpf_core_relo_kind, in order of its numbers. */
const CORE_KINDS = [
  'byte_off',
  'byte_sz',
  'field_exists',
  'signed',
  'lshift_u64',
  'rshift_u64',
  'local_type_id',
  'target_type_id',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const

export type CoreKind = (typeof CORE_KINDS)[number]

export const coreKind = (code: number): CoreKind | undefined => CORE_KINDS[code]

export function coreSubject(kind: CoreKind): 'field' | 'type' | 'enumerator' {
  switch (kind) {
    case 'byte_off':
    case 'byte_sz':
    case 'field_exists':
    case 'signed':
    case 'lshift_u64':
    case 'rshift_u64':
      return 'field'
    case 'enumval_exists':
    case 'enumval_value':
      return 'enumerator'
    default:
      return 'type'
  }
}

export interface CoreValue {
  readonly value: bigint
  /** Whether the instruction must hold the program's own value: of a bit-field the compiler may have chosen another unit. */
  readonly exact: boolean
  /** Of an offset: the size and type of what is loaded there. */
  readonly access?: { readonly size: number; readonly type: BtfType }
}

/** 'poison' where there is no number, so that the instruction may not be reached; another word says what is wrong with the record. */
type CoreValueResult = CoreValue | 'poison' | 'size' | 'array access' | 'bit-field'

/** `spec` is undefined where the kernel has no such thing. */
export function coreValue(kind: CoreKind, spec: Spec | undefined): CoreValueResult {
  switch (kind) {
    case 'local_type_id':
    case 'target_type_id':
      return { value: BigInt(spec?.root ?? 0), exact: false }
    case 'type_exists':
    case 'type_matches':
    case 'field_exists':
    case 'enumval_exists':
      return { value: spec ? 1n : 0n, exact: true }
    case 'type_size': {
      const size = spec ? sizeOf(spec.btf, spec.root) : 0
      return size === undefined ? 'size' : { value: BigInt(size), exact: true }
    }
    case 'enumval_value':
      return spec ? enumeratorValue(spec) : 'poison'
    default:
      return spec ? fieldValue(kind, spec) : 'poison'
  }
}

function enumeratorValue({ btf, steps: [step] }: Spec): CoreValueResult {
  const type = btfType(btf, step.type)
  return isEnum(type) ? { value: BigInt.asUintN(64, type.values[step.index].value), exact: true } : 'poison'
}

type FieldKind = 'byte_off' | 'byte_sz' | 'signed' | 'lshift_u64' | 'rshift_u64'

function fieldValue(kind: FieldKind, spec: Spec): CoreValueResult {
  const { btf, offBits } = spec
  const step = spec.steps[spec.steps.length - 1]
  if (step.name === undefined) return elementValue(kind, spec, step.type)
  const owner = btfType(btf, step.type)
  if (owner.kind !== 'struct' && owner.kind !== 'union') return 'size'
  const member = owner.members[step.index]
  const { type } = resolve(btf, member.type)
  const unit =
    member.sizeBits > 0 ? bitfieldUnit(sizeOf(btf, member.type) ?? 0, offBits, member.sizeBits) : wholeUnit(btf, member.type, offBits)
  if (typeof unit === 'string') return unit
  const exact = member.sizeBits === 0
  const sizeBits = exact ? unit.size * 8 : member.sizeBits
  switch (kind) {
    case 'byte_off':
      return exact ? offsetOf(btf, member.type, unit.off) : { value: BigInt(unit.off), exact }
    case 'byte_sz':
      return { value: BigInt(unit.size), exact }
    case 'signed':
      return { value: isSigned(type) ? 1n : 0n, exact: true }
    case 'lshift_u64':
      return { value: BigInt(64 - (offBits + sizeBits - unit.off * 8)), exact }
    case 'rshift_u64':
      return { value: BigInt(64 - sizeBits), exact: true }
  }
}

function elementValue(kind: FieldKind, spec: Spec, type: BtfId): CoreValueResult {
  if (kind === 'byte_off') return offsetOf(spec.btf, type, Math.floor(spec.offBits / 8))
  if (kind !== 'byte_sz') return 'array access'
  const size = sizeOf(spec.btf, type)
  return size === undefined ? 'size' : { value: BigInt(size), exact: true }
}

/** An offset, with what a load there reads: of an array one element. */
function offsetOf(btf: Btf, id: BtfId, off: number): CoreValueResult {
  const type = btfType(btf, resolve(btf, id).id)
  let element = resolve(btf, id)
  for (let depth = 0; depth < 32 && element.type.kind === 'array'; depth++) element = resolve(btf, element.type.type)
  const size = sizeOf(btf, element.id)
  return size === undefined ? 'size' : { value: BigInt(off), exact: true, access: { size, type } }
}

interface Unit {
  readonly off: number
  readonly size: number
}

function wholeUnit(btf: Btf, type: BtfId, offBits: number): Unit | 'size' {
  const size = sizeOf(btf, type)
  return size === undefined ? 'size' : { off: Math.floor(offBits / 8), size }
}

/** The smallest naturally aligned unit, not below the declared type's, that holds all bits of a field. */
function bitfieldUnit(declared: number, offBits: number, sizeBits: number): Unit | 'bit-field' {
  for (let size = Math.max(1, declared); size <= 8; size *= 2) {
    const off = Math.floor(Math.floor(offBits / 8) / size) * size
    if (offBits + sizeBits - off * 8 <= size * 8) return { off, size }
  }
  return 'bit-field'
}

function isSigned(type: BtfType): boolean {
  if (isEnum(type)) return type.signed
  return type.kind === 'int' && (type.encoding & BTF_INT_SIGNED) !== 0
}
