// A value of the kernel's configuration as the bytes of the variable that asks for it: `y` into a bool, char or tristate, a number into an
// integer that holds it, a string into an array of char (cut to fit).
// libbpf: find_kcfg_type(), set_kcfg_value_tri(), set_kcfg_value_str(), set_kcfg_value_num().
import { BTF_INT_BOOL, BTF_INT_SIGNED, type Btf, type BtfId, resolve } from '../btf/index.ts'

export type ConfigKind =
  | { readonly kind: 'bool' }
  | { readonly kind: 'tristate' }
  | { readonly kind: 'int'; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'string'; readonly size: number }

export type ConfigValue =
  | { readonly kind: 'tristate'; readonly value: 'y' | 'm' }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }

/** What a variable of a type may hold; undefined where no option fits. */
export function configKind(btf: Btf, id: BtfId): ConfigKind | undefined {
  const { type } = resolve(btf, id)
  switch (type.kind) {
    case 'int':
      if (type.encoding & BTF_INT_BOOL) return type.size === 1 ? { kind: 'bool' } : undefined
      if (![1, 2, 4, 8].includes(type.size)) return undefined
      return { kind: 'int', size: type.size, signed: (type.encoding & BTF_INT_SIGNED) !== 0 }
    case 'enum':
    case 'enum64':
      if (type.name !== 'libbpf_tristate' || (type.kind === 'enum' && type.size !== 4)) return undefined
      return { kind: 'tristate' }
    case 'array': {
      const element = resolve(btf, type.type).type
      const isChar = element.kind === 'int' && element.size === 1 && (element.encoding & BTF_INT_BOOL) === 0
      return isChar && type.count > 0 ? { kind: 'string', size: type.count } : undefined
    }
    default:
      return undefined
  }
}

/** The variable's bytes, or undefined where the value does not fit it. */
export function configBytes(kind: ConfigKind, value: ConfigValue): Uint8Array | undefined {
  switch (value.kind) {
    case 'tristate':
      if (kind.kind === 'bool') return value.value === 'y' ? new Uint8Array([1]) : undefined
      if (kind.kind === 'tristate') return little(value.value === 'y' ? 1n : 2n, 4)
      // A char gets the letter.
      return kind.kind === 'int' && kind.size === 1 ? new Uint8Array([value.value.charCodeAt(0)]) : undefined
    case 'number':
      if (kind.kind === 'bool') return value.value <= 1n ? new Uint8Array([Number(value.value)]) : undefined
      return kind.kind === 'int' && fits(kind, value.value) ? little(value.value, kind.size) : undefined
    case 'string': {
      if (kind.kind !== 'string') return undefined
      const out = new Uint8Array(kind.size)
      out.set(new TextEncoder().encode(value.value).subarray(0, kind.size - 1))
      return out
    }
  }
}

function fits({ size, signed }: { readonly size: number; readonly signed: boolean }, value: bigint): boolean {
  if (size === 8) return true
  return signed ? BigInt.asIntN(8 * size, value) === value : BigInt.asUintN(8 * size, value) === value
}

function little(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true)
  return bytes.slice(0, size)
}
