// Which section a variable lies in, and the sections' bytes. Names, flags and order are those of clang's objects.
import { SHF_ALLOC, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS } from '../../object/index.ts'
import type { Generated } from '../codegen/index.ts'
import type { Global } from '../ir/index.ts'

export const SHF_MERGE = 0x10
export const SHF_STRINGS = 0x20

/** Code of the functions that share a section. */
export interface CodeSection {
  readonly name: string
  readonly funcs: readonly { readonly code: Generated; readonly start: number }[]
  /** In slots. */
  readonly length: number
}

/** A data section under construction. */
export interface DataSection {
  readonly name: string
  readonly variables: { readonly global: Global; readonly offset: number }[]
  readonly type: number
  readonly flags: number
  readonly align: number
  readonly size: number
}

/** Where SEC() says nothing: strings, constants, zeros and the rest. */
export function sectionOf(g: Global): string {
  if (g.section !== '') return g.section
  if (g.isString) return '.rodata.str1.1'
  if (g.constant) return '.rodata'
  return isZero(g) ? '.bss' : '.data'
}

const isZero = (g: Global): boolean => g.relocs.length === 0 && (g.init === undefined || g.init.every((b) => b === 0))

/** The data sections of the defined variables, each variable at its place. */
export function layoutData(globals: readonly Global[]): DataSection[] {
  const byName = new Map<string, Global[]>()
  for (const g of globals) {
    if (g.linkage === 'extern') continue
    const name = sectionOf(g)
    const list = byName.get(name)
    if (list) list.push(g)
    else byName.set(name, [g])
  }
  return [...byName].map(([name, list]) => {
    let size = 0
    let align = 1
    const variables = list.map((global) => {
      const offset = Math.ceil(size / global.align) * global.align
      size = offset + global.size
      align = Math.max(align, global.align)
      return { global, offset }
    })
    const noBits = name.startsWith('.bss') && list.every(isZero)
    const strings = name === '.rodata.str1.1'
    const readOnly = list.every((g) => g.constant || g.isString)
    const flags = SHF_ALLOC | (strings ? SHF_MERGE | SHF_STRINGS : readOnly ? 0 : SHF_WRITE)
    return { name, variables, type: noBits ? SHT_NOBITS : SHT_PROGBITS, flags, align, size }
  })
}

/** The section's bytes without relocations; empty for NOBITS. */
export function bytesOf(section: DataSection): Uint8Array {
  if (section.type === SHT_NOBITS) return new Uint8Array()
  const bytes = new Uint8Array(section.size)
  for (const { global, offset } of section.variables) if (global.init) bytes.set(global.init, offset)
  return bytes
}
