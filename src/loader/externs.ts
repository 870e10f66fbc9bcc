// What a program asks the kernel for by name: values of its configuration (`__kconfig`), its functions and variables (`__ksym`).
// Configuration values lie in a map of their own, laid out by alignment; a function becomes a call of its BTF id, a typed variable a
// ld_imm64 of its BTF id. A weak one that the kernel lacks is 0 (or a call that must not be reached); a strong one is an error.
// libbpf: bpf_object__collect_externs(), bpf_object__resolve_externs(), bpf_object__resolve_ksym_func_btf_id().
import { KERNEL_VERSION, kernelConfig } from '../abi/index.ts'
import { alignOf, type Btf, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../btf/index.ts'
import type { MapDef } from '../isa/index.ts'
import type { ObjectFile } from '../object/index.ts'
import { typesAreCompatible } from './core/compatible.ts'
import type { KernelTypes } from './core/kernel-types.ts'
import { essentialName } from './core/names.ts'
import { dataMapName } from './data-maps.ts'
import { type ConfigValue, configBytes, configKind } from './kconfig.ts'
import { error, type Report } from './report.ts'

export type Extern =
  /** Byte offset in the map of configuration values. */
  | { readonly kind: 'config'; readonly offset: number }
  /** A function or typed variable of the kernel, by BTF id. */
  | { readonly kind: 'btf'; readonly id: BtfId }
  /** A function of the kernel as a number. */
  | { readonly kind: 'address'; readonly address: bigint }
  /** Weak, and the kernel has none; its number among the externs stands in the poisoned call. */
  | { readonly kind: 'absent'; readonly index: number }
  /** It cannot be told whether the kernel has it, or where. */
  | { readonly kind: 'unknown'; readonly what: string }
  /** Reported already. */
  | { readonly kind: 'wrong' }

export interface Externs {
  readonly byName: ReadonlyMap<string, Extern>
  /** The map of configuration values, where the object asks for any. */
  readonly config?: MapDef
  /** The object's BTF with the `.kconfig` section laid out. */
  readonly btf: Btf
}

interface Declared {
  readonly name: string
  readonly section: string
  /** The VAR's or FUNC's type. */
  readonly type: BtfId
  readonly isFunction: boolean
  readonly weak: boolean
}

const VIRTUAL: Readonly<Record<string, bigint>> = {
  LINUX_KERNEL_VERSION: BigInt(KERNEL_VERSION),
  LINUX_HAS_BPF_COOKIE: 1n,
  LINUX_HAS_SYSCALL_WRAPPER: 1n,
}

export function resolveExterns(object: ObjectFile, btf: Btf, kernel: KernelTypes | undefined, objectName: string, report: Report): Externs {
  const declared = declaredExterns(object, btf)
  const byName = new Map<string, Extern>()
  const config = declared.filter((d) => d.section === '.kconfig')
  const layout = layOut(btf, config)
  const bytes = new Uint8Array(layout.size)
  for (const [d, offset] of layout.offsets) byName.set(d.name, configExtern(btf, d, offset, bytes, report))
  declared.forEach((d, index) => {
    if (d.section !== '.kconfig') byName.set(d.name, kernelSymbol(btf, d, index, kernel, report))
  })
  if (config.length === 0) return { byName, btf }
  const fixed = withConfigSection(btf, layout)
  return { byName, btf: fixed.btf, config: configMap(objectName, bytes, fixed.section) }
}

/** Undefined symbols that BTF describes, in libbpf's order. */
function declaredExterns(object: ObjectFile, btf: Btf): Declared[] {
  const types = new Map<string, { section: string; type: BtfType & { kind: 'var' | 'func' } }>()
  for (const t of btf.types) {
    if (t.kind !== 'datasec' || (t.name !== '.kconfig' && t.name !== '.ksyms')) continue
    for (const v of t.vars) {
      const type = btfType(btf, v.type)
      if (type.kind === 'var' || type.kind === 'func') types.set(type.name, { section: t.name, type })
    }
  }
  const out: Declared[] = []
  for (const s of object.symbols) {
    const known = types.get(s.name)
    if (s.section !== undefined || s.binding === 'local' || !known) continue
    const { section, type } = known
    out.push({ name: s.name, section, type: type.type, isFunction: type.kind === 'func', weak: s.binding === 'weak' })
  }
  const align = (d: Declared): number => (d.section === '.kconfig' ? alignOf(btf, d.type) : 0)
  const size = (d: Declared): number => (d.section === '.kconfig' ? (sizeOf(btf, d.type) ?? 0) : 0)
  const sectionOrder = (d: Declared): number => (d.section === '.kconfig' ? 0 : 1)
  return out.sort(
    (a, b) =>
      sectionOrder(a) - sectionOrder(b) || align(b) - align(a) || size(a) - size(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

interface ConfigLayout {
  readonly offsets: ReadonlyMap<Declared, number>
  readonly size: number
}

function layOut(btf: Btf, config: readonly Declared[]): ConfigLayout {
  const offsets = new Map<Declared, number>()
  let size = 0
  for (const d of config) {
    const align = alignOf(btf, d.type)
    const offset = Math.ceil(size / align) * align
    offsets.set(d, offset)
    size = offset + Math.min(sizeOf(btf, d.type) ?? 0, MAX_CONFIG_BYTES)
  }
  return { offsets, size }
}

const MAX_CONFIG_BYTES = 1 << 20

function configExtern(btf: Btf, d: Declared, offset: number, bytes: Uint8Array, report: Report): Extern {
  const wrong = (): Extern => {
    error(report, 'loader.kconfig', [d.name])
    return { kind: 'wrong' }
  }
  const kind = d.isFunction ? undefined : configKind(btf, d.type)
  if (!kind) return wrong()
  const value = configValue(d)
  if (value === undefined) return { kind: 'unknown', what: `.kconfig ${d.name}` }
  if (value === 'absent') {
    if (d.weak) return { kind: 'config', offset }
    error(report, 'loader.externMissing', [d.name])
    return { kind: 'wrong' }
  }
  const written = configBytes(kind, value)
  if (!written) return wrong()
  bytes.set(written, offset)
  return { kind: 'config', offset }
}

/** undefined = not known here. */
function configValue(d: Declared): ConfigValue | 'absent' | undefined {
  if (Object.hasOwn(VIRTUAL, d.name)) return { kind: 'number', value: VIRTUAL[d.name] }
  if (!d.name.startsWith('CONFIG_')) return 'absent'
  const text = kernelConfig(d.name)
  if (text === undefined) return undefined
  if (text === 'n') return 'absent'
  if (text === 'y' || text === 'm') return { kind: 'tristate', value: text }
  if (text.startsWith('"')) return { kind: 'string', value: text.slice(1, -1) }
  return { kind: 'number', value: BigInt(text) }
}

function configMap(objectName: string, bytes: Uint8Array, section: BtfId): MapDef {
  return {
    name: dataMapName(objectName, '.kconfig'),
    type: 'array',
    keySize: 4,
    valueSize: bytes.length,
    maxEntries: 1,
    flags: BPF_F_RDONLY_PROG | BPF_F_MMAPABLE,
    keyTypeId: 0,
    valueTypeId: section,
    init: [{ key: new Uint8Array(4), value: bytes }],
    frozen: true,
    section: '.kconfig',
  }
}

const BPF_F_RDONLY_PROG = 1 << 7
const BPF_F_MMAPABLE = 1 << 10
const GLOBAL = 1

/** The section's type with its size and offsets, its variables global: the kernel takes no extern ones. */
function withConfigSection(btf: Btf, layout: ConfigLayout): { readonly btf: Btf; readonly section: BtfId } {
  const types = [...btf.types]
  const section = types.findIndex((t) => t.kind === 'datasec' && t.name === '.kconfig')
  const type = types[section]
  if (type?.kind !== 'datasec') return { btf, section: 0 }
  const offsets = new Map([...layout.offsets].map(([d, offset]) => [d.name, offset]))
  const vars = type.vars.map((v) => {
    const variable = btfType(btf, v.type)
    if (variable.kind !== 'var') return v
    types[v.type] = { ...variable, linkage: GLOBAL }
    return { type: v.type, offset: offsets.get(variable.name) ?? 0, size: sizeOf(btf, variable.type) ?? 0 }
  })
  types[section] = { ...type, size: layout.size, vars: vars.sort((a, b) => a.offset - b.offset) }
  return { btf: { types, strings: btf.strings }, section }
}

function kernelSymbol(btf: Btf, d: Declared, index: number, kernel: KernelTypes | undefined, report: Report): Extern {
  const what = `${d.isFunction ? 'kfunc' : '.ksyms'} ${d.name}`
  if (!kernel) return { kind: 'unknown', what }
  const name = d.isFunction ? essentialName(d.name) : d.name
  const isTyped = d.isFunction || resolve(btf, d.type).type.kind !== 'void'
  if (!isTyped) return untypedSymbol(d, index, kernel, what, report)
  const id = kernel.find(d.isFunction ? 'func' : 'var', name)
  if (id === undefined) return kernel.lacks(name, 'symbol') ? missing(d, index, report) : { kind: 'unknown', what }
  const target = btfType(kernel.types(), id)
  const targetType = 'type' in target ? target.type : 0
  const local = d.isFunction ? d.type : resolve(btf, d.type).id
  const wanted = d.isFunction ? targetType : resolve(kernel.types(), targetType).id
  if (typesAreCompatible(btf, local, kernel.types(), wanted)) return { kind: 'btf', id }
  if (d.isFunction && d.weak) return { kind: 'absent', index }
  error(report, 'loader.externType', [d.name])
  return { kind: 'wrong' }
}

/**
 * A symbol without a type is looked up in the kernel's table of symbols, which knows functions alone where the kernel is built without
 * CONFIG_KALLSYMS_ALL. Addresses are made up, as all are.
 */
function untypedSymbol(d: Declared, index: number, kernel: KernelTypes, what: string, report: Report): Extern {
  const id = kernel.find('func', d.name)
  if (id !== undefined) return { kind: 'address', address: KERNEL_TEXT + FUNCTION_BYTES * BigInt(id) }
  const isKnown = kernel.find('var', d.name) !== undefined || kernel.lacks(d.name, 'symbol')
  return isKnown ? missing(d, index, report) : { kind: 'unknown', what }
}

const KERNEL_TEXT = 0xffffffff_81000000n
/** Functions are aligned to this. */
const FUNCTION_BYTES = 16n

function missing(d: Declared, index: number, report: Report): Extern {
  if (d.weak) return { kind: 'absent', index }
  error(report, 'loader.externMissing', [d.name])
  return { kind: 'wrong' }
}
