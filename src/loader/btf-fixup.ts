// Finishes an object's BTF the way libbpf does before the kernel sees it. Clang leaves the sizes of DATASECs and the offsets of
// global variables 0 (they are the linker's to know) and calls hidden functions and variables global.
// In: types as read, the object. Out: the same ids with sizes, offsets and linkage in place.
// libbpf: btf_fixup_datasec(), bpf_object_fixup_btf().
import type { Btf, BtfType } from '../btf/index.ts'
import type { ObjectFile, ObjectSymbol } from '../object/index.ts'

const STATIC = 0
const GLOBAL = 1

export function fixupBtf(btf: Btf, object: ObjectFile): Btf {
  const symbols = globalSymbols(object)
  const types = [...placeVariables(btf, object).types]
  const isHidden = (name: string) => symbols.get(name)?.visibility === 'hidden'
  types.forEach((type, id) => {
    if ((type.kind === 'var' || type.kind === 'func') && type.linkage === GLOBAL && isHidden(type.name)) {
      types[id] = { ...type, linkage: STATIC }
    }
  })
  return { types, strings: btf.strings }
}

/** The sizes of sections and the offsets of variables alone. */
export function placeVariables(btf: Btf, object: ObjectFile): Btf {
  const symbols = globalSymbols(object)
  const types = btf.types.map((t) => (t.kind === 'datasec' ? fixupDatasec(t, btf, object, symbols) : t))
  return { types, strings: btf.strings }
}

function globalSymbols(object: ObjectFile): Map<string, ObjectSymbol> {
  const symbols = new Map<string, ObjectSymbol>()
  for (const s of object.symbols) if (s.binding !== 'local' && s.section !== undefined) symbols.set(s.name, s)
  return symbols
}

function fixupDatasec(
  type: Extract<BtfType, { kind: 'datasec' }>,
  btf: Btf,
  object: ObjectFile,
  symbols: ReadonlyMap<string, ObjectSymbol>,
): BtfType {
  if (type.name === '.kconfig' || type.name === '.ksyms') return type
  const section = object.sections.find((s) => s.name === type.name)
  if (type.size !== 0 || !section) return type
  const vars = type.vars.map((v) => {
    const variable = btf.types[v.type]
    const symbol = variable.kind === 'var' && variable.linkage === GLOBAL ? symbols.get(variable.name) : undefined
    return symbol ? { ...v, offset: symbol.value } : v
  })
  return { ...type, size: section.size, vars: vars.sort((a, b) => a.offset - b.offset) }
}
