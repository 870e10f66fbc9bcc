// Types for what user space shows. A compiler keeps in BTF what programs and maps mention; the struct of a ring buffer's records often is not among
// that, since only user space's half of a tool names it. Here the same C is compiled once more with a variable for each type that is missing, as a
// tool's user space would include the header.
// In: what was compiled, and the scenario's views. Out: types that have all that can be had.
import { type Btf, readBtf } from '../btf/index.ts'
import type { ScenarioView } from '../kernel/index.ts'
import { recordType } from './field-value.ts'
import type { ProjectFile } from './project.ts'
import { type CompileSettings, type Opened, openUnits } from './toolchain.ts'

export function viewTypes(
  opened: Opened,
  units: readonly ProjectFile[],
  settings: CompileSettings,
  views: readonly ScenarioView[],
): Btf | undefined {
  const own = typesOf(opened)
  const names = new Set(views.flatMap((v) => ('type' in v && v.type && !(own && recordType(own, v.type, 0)) ? [plain(v.type)] : [])))
  const [main, ...rest] = units
  if (names.size === 0 || !main) return own
  const wanted = [...names].filter((name) => /^[A-Za-z_]\w*$/.test(name))
  const shown = wanted.map((name, i) => `struct ${name} *__shown_${i};`).join('\n')
  return typesOf(openUnits([{ ...main, text: `${main.text}\n${shown}\n` }, ...rest], settings)) ?? own
}

const plain = (type: string): string => type.replace(/^struct /, '')

function typesOf({ programs }: Opened): Btf | undefined {
  const bytes = programs.find((p) => p.btf)?.btf
  const read = bytes && readBtf(bytes)
  return read?.ok ? read.btf : undefined
}
