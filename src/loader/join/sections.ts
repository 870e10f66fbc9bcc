// The sections of several objects put together: those of one name follow one another, each at its alignment. The licence is one for all.
// In: the objects. Out: the sections without relocations, and where each object's sections went.
// libbpf: linker_append_sec_data().
import { INSN_BYTES } from '../../isa/index.ts'
import { type ObjectFile, type ObjectSection, SHF_EXECINSTR, SHT_NOBITS } from '../../object/index.ts'
import { error, type Report } from '../report.ts'

/** Where a section of one object went. */
export interface Place {
  /** Index in the joined object. */
  readonly section: number
  /** Byte offset there. */
  readonly offset: number
}

export interface JoinedSections {
  readonly sections: readonly ObjectSection[]
  /** By object and index of section; undefined for what is made anew (BTF) or left away. */
  readonly places: readonly (readonly (Place | undefined)[])[]
}

interface Growing {
  readonly name: string
  readonly type: number
  readonly flags: number
  align: number
  size: number
  readonly parts: { readonly data: Uint8Array; readonly offset: number }[]
}

const MADE_ANEW: ReadonlySet<string> = new Set(['.BTF', '.BTF.ext'])
const ONCE: ReadonlySet<string> = new Set(['license', 'version'])

const isLeftAway = (s: ObjectSection): boolean =>
  MADE_ANEW.has(s.name) ||
  s.name === '.llvm_addrsig' ||
  /^\.(debug|eh_frame|comment|note)/.test(s.name) ||
  (s.name === '.text' && s.size === 0)

export function joinSections(objects: readonly ObjectFile[], report: Report): JoinedSections {
  const growing: Growing[] = []
  const places = objects.map((object) =>
    object.sections.map((s): Place | undefined => {
      if (isLeftAway(s)) return undefined
      let index = growing.findIndex((g) => g.name === s.name)
      if (index < 0) index = growing.push({ name: s.name, type: s.type, flags: s.flags, align: s.align, size: 0, parts: [] }) - 1
      return place(growing[index], index, s, report)
    }),
  )
  return { sections: growing.map(finish), places }
}

function place(g: Growing, index: number, s: ObjectSection, report: Report): Place | undefined {
  if (g.type !== s.type || g.flags !== s.flags) {
    error(report, 'link.section', [s.name])
    return undefined
  }
  if (ONCE.has(s.name) && g.parts.length > 0) {
    if (!sameBytes(g.parts[0].data, s.data)) error(report, 'link.section', [s.name])
    return undefined
  }
  const align = Math.max(1, s.align, (s.flags & SHF_EXECINSTR) !== 0 ? INSN_BYTES : 1)
  const offset = Math.ceil(g.size / align) * align
  g.align = Math.max(g.align, align)
  g.size = offset + s.size
  g.parts.push({ data: s.data, offset })
  return { section: index, offset }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i])

function finish({ name, type, flags, align, size, parts }: Growing): ObjectSection {
  const noBits = type === SHT_NOBITS
  const data = new Uint8Array(noBits ? 0 : size)
  if (!noBits) for (const p of parts) data.set(p.data, p.offset)
  return { name, type, flags, align, data, size, relocations: [] }
}
