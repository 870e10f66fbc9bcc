// The symbols of several objects as one list. Local ones stay apart, each section has one symbol of its own, and global ones of a name are one:
// a definition fills what others only declare, a strong one replaces a weak one, two strong ones are a conflict. Hidden stays hidden.
// libbpf: linker_append_elf_sym().
import type { Btf, BtfId } from '../../btf/index.ts'
import type { ObjectFile, ObjectSymbol } from '../../object/index.ts'
import { error, type Report } from '../report.ts'
import { sameDeclaration, sameMap } from './declarations.ts'
import type { Place } from './sections.ts'

export interface JoinInput {
  /** As diagnostics call it. */
  readonly name: string
  readonly object: ObjectFile
  readonly btf?: Btf
}

/** A global name, and which object's declaration counts. */
export interface GlobalSymbol {
  readonly symbol: number
  /** Object that gave what counts: a definition, or the first declaration where there is none. */
  readonly owner: number
  readonly isDefined: boolean
}

export interface JoinedSymbols {
  readonly symbols: readonly ObjectSymbol[]
  /** New index by object and old index; undefined where the symbol's section is left away. */
  readonly indices: readonly (readonly (number | undefined)[])[]
  readonly globals: ReadonlyMap<string, GlobalSymbol>
}

export function joinSymbols(
  inputs: readonly JoinInput[],
  places: readonly (readonly (Place | undefined)[])[],
  report: Report,
): JoinedSymbols {
  const symbols: ObjectSymbol[] = []
  const globals = new Map<string, GlobalSymbol>()
  const ofSection = new Map<number, number>()

  const add = (s: ObjectSymbol): number => symbols.push(s) - 1

  const addGlobal = (s: ObjectSymbol, owner: number): number => {
    const known = globals.get(s.name)
    const isDefined = s.section !== undefined
    if (!known) {
      const symbol = add(s)
      globals.set(s.name, { symbol, owner, isDefined })
      return symbol
    }
    const old = symbols[known.symbol]
    if (isDefined && known.isDefined && s.binding !== 'weak' && old.binding !== 'weak') {
      error(report, 'link.conflict', [s.name, inputs[known.owner].name, inputs[owner].name])
    } else if (!isSame(inputs[known.owner], inputs[owner], s.name)) {
      error(report, 'link.type', [s.name, inputs[known.owner].name, inputs[owner].name])
    }
    const binding = s.binding === 'global' ? 'global' : old.binding
    const visibility = s.visibility === 'hidden' ? 'hidden' : old.visibility
    const isBetter = isDefined && !(known.isDefined && s.binding === 'weak')
    symbols[known.symbol] = { ...(isBetter ? s : old), binding, visibility }
    if (isBetter) globals.set(s.name, { symbol: known.symbol, owner, isDefined })
    return known.symbol
  }

  const indices = inputs.map(({ object }, owner) =>
    object.symbols.map((s) => {
      const place = s.section === undefined ? undefined : places[owner][s.section]
      if (s.section !== undefined && !place) return undefined
      const moved: ObjectSymbol = place ? { ...s, section: place.section, value: s.kind === 'section' ? 0 : s.value + place.offset } : s
      if (moved.kind === 'section' && moved.section !== undefined) {
        const known = ofSection.get(moved.section) ?? add(moved)
        ofSection.set(moved.section, known)
        return known
      }
      return s.binding === 'local' ? add(moved) : addGlobal(moved, owner)
    }),
  )
  return { symbols, indices, globals }
}

/** Whether two objects mean the same by a name, as far as both tell its type. */
function isSame(a: JoinInput, b: JoinInput, name: string): boolean {
  const x = a.btf && declarationOf(a.btf, name)
  const y = b.btf && declarationOf(b.btf, name)
  if (x === undefined || y === undefined || !a.btf || !b.btf) return true
  if (isMap(a.btf, x) && isMap(b.btf, y)) return sameMap(a.btf, x, b.btf, y)
  return sameDeclaration(a.btf, x, b.btf, y)
}

/** The FUNC or VAR of a name that is not static. */
export function declarationOf(btf: Btf, name: string): BtfId | undefined {
  const id = btf.types.findIndex((t) => (t.kind === 'func' || t.kind === 'var') && t.name === name && t.linkage !== 0)
  return id < 0 ? undefined : id
}

const isMap = (btf: Btf, id: BtfId): boolean =>
  btf.types.some((t) => t.kind === 'datasec' && t.name === '.maps' && t.vars.some((v) => v.type === id))
