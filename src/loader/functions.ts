// The functions of an object's code sections. Those in a named section are programs; those in `.text` are subprograms, which take
// part in a program only where it calls them.
// libbpf: bpf_object__add_programs(), prog_is_subprog().
import { type Btf, btfType } from '../btf/index.ts'
import { INSN_BYTES } from '../isa/index.ts'
import { type ObjectFile, SHF_EXECINSTR, SHT_PROGBITS } from '../object/index.ts'
import { error, type Report } from './report.ts'

export interface CodeFunction {
  readonly name: string
  /** Index of the section in the object. */
  readonly section: number
  /** First slot within the section, and number of slots. */
  readonly start: number
  readonly count: number
  /** Verified by itself where it is a subprogram: neither static nor hidden. */
  readonly isGlobal: boolean
}

export interface CodeFunctions {
  readonly programs: readonly CodeFunction[]
  /** Ascending by start. */
  readonly subprogs: readonly CodeFunction[]
  /** Index of `.text`, -1 where there is none. */
  readonly text: number
}

export function codeFunctions(object: ObjectFile, report: Report): CodeFunctions {
  const text = object.sections.findIndex((s) => s.name === '.text')
  const programs: CodeFunction[] = []
  const subprogs: CodeFunction[] = []
  const isCode = object.sections.map((s) => s.type === SHT_PROGBITS && (s.flags & SHF_EXECINSTR) !== 0 && s.data.length > 0)
  for (const s of object.symbols) {
    if (s.kind !== 'func' || s.section === undefined || !isCode[s.section]) continue
    const section = object.sections[s.section]
    const broken = s.value % INSN_BYTES !== 0 || s.size % INSN_BYTES !== 0 || s.size === 0 || s.value + s.size > section.data.length
    if (broken) {
      error(report, 'loader.function', [s.name, section.name])
      continue
    }
    const isText = s.section === text
    if (!isText && s.binding === 'local') {
      error(report, 'loader.staticProgram', [s.name])
      continue
    }
    const one: CodeFunction = {
      name: s.name,
      section: s.section,
      start: s.value / INSN_BYTES,
      count: s.size / INSN_BYTES,
      isGlobal: s.binding !== 'local' && s.visibility === 'default',
    }
    if (isText) subprogs.push(one)
    else programs.push(one)
  }
  const byPlace = (a: CodeFunction, b: CodeFunction) => a.section - b.section || a.start - b.start
  return { programs: programs.sort(byPlace), subprogs: subprogs.sort(byPlace), text }
}

const EXCEPTION_TAG = 'exception_callback:'

/**
 * The function that a program names for its exceptions, by a tag on its type; undefined where it names none, or several, which the verifier says.
 * libbpf: bpf_object_prepare_exception_callbacks().
 */
export function exceptionCallback(
  btf: Btf,
  functions: CodeFunctions,
  main: CodeFunction,
  report: Report,
): CodeFunction | 'wrong' | undefined {
  const names = btf.types.flatMap((type) => {
    if (type.kind !== 'decl_tag' || type.component >= 0 || !type.name.startsWith(EXCEPTION_TAG)) return []
    const tagged = btfType(btf, type.type)
    return tagged.kind === 'func' && tagged.name === main.name ? [type.name.slice(EXCEPTION_TAG.length)] : []
  })
  if (names.length !== 1) return undefined
  const found = functions.subprogs.find((f) => f.name === names[0] && f.isGlobal)
  if (!found) error(report, 'loader.exceptionCallback', [main.name, names[0]])
  return found ?? 'wrong'
}

/** The subprogram that holds a slot of `.text`. */
export function subprogAt(functions: CodeFunctions, slot: number): CodeFunction | undefined {
  const list = functions.subprogs
  let low = 0
  let high = list.length
  while (low < high) {
    const mid = (low + high) >> 1
    if (list[mid].start <= slot) low = mid + 1
    else high = mid
  }
  const found = list[low - 1]
  return found && slot < found.start + found.count ? found : undefined
}
