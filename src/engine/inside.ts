// What lies inside a build, for people who look: the program after each pass of the compiler, the graph of its blocks, its types with their
// layouts and holes. In: a project's compilation or a program. Out: plain windows. Pure; the passes are compiled anew when they are asked for.
import { type Btf, type BtfId, btfType, printType, resolve, sizeOf, typeName } from '../btf/index.ts'
import type { PassDump } from '../compiler/index.ts'
import { controlFlow, insnTable, type Program } from '../isa/index.ts'
import type { FlowView, PassesView, PassWindow, TypeRow, TypesView } from './views.ts'

const MAX_LINES = 2000
const MAX_TYPES = 400
const MAX_MEMBERS = 1000
const MAX_NESTING = 8

const linesOf = (pass: PassDump): string[] => pass.text.trimEnd().split('\n')

export function passesView(revision: number, passes: readonly PassDump[]): PassesView {
  const rows = passes.map((pass, i) => ({
    name: pass.pass,
    lines: linesOf(pass).length,
    changed: i > 0 && pass.text !== passes[i - 1].text,
  }))
  return { revision, passes: rows }
}

/** Lines of one pass; those that the pass before has not are `fresh`. */
export function passWindow(revision: number, passes: readonly PassDump[], index: number, from: number, count: number): PassWindow {
  const pass = passes[index]
  if (!pass) return { revision, pass: index, total: 0, from: 0, lines: [] }
  const before = new Map<string, number>()
  for (const line of index > 0 ? linesOf(passes[index - 1]) : []) before.set(line, (before.get(line) ?? 0) + 1)
  const all = linesOf(pass).map((text) => {
    const left = before.get(text) ?? 0
    before.set(text, left - 1)
    return { text, fresh: index > 0 && left <= 0 }
  })
  const first = Math.max(0, Math.trunc(from))
  return { revision, pass: index, total: all.length, from: first, lines: all.slice(first, first + Math.min(count, MAX_LINES)) }
}

/** Basic blocks with their edges; an edge that leads to a block at or before its own is marked as one of a loop. */
export function flowView(revision: number, index: number, program: Program): FlowView {
  const flow = controlFlow(insnTable(program.code))
  const name = (subprog: number) => program.subprogs.find((s) => s.start === flow.subprogs[subprog])?.name ?? program.name
  const blocks = flow.blocks.map((block) => ({
    start: block.start,
    end: block.end,
    function: name(block.subprog),
    edges: block.succ.map((to) => ({
      to,
      kind: flow.blocks[to].start === block.end ? ('fallthrough' as const) : ('jump' as const),
      loop: flow.blocks[to].start <= block.start,
    })),
  }))
  return { revision, program: index, blocks }
}

/** Named structs, unions, enums and typedefs that the object brings, in order of their names. */
export function typesView(revision: number, index: number, btf: Btf | undefined): TypesView {
  if (!btf) return { revision, program: index, types: [] }
  const types: TypeRow[] = []
  for (let id = 1; id < btf.types.length && types.length < MAX_TYPES; id++) {
    const type = btfType(btf, id)
    switch (type.kind) {
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'typedef':
        if (type.name !== '')
          types.push({
            id,
            kind: type.kind,
            name: type.name,
            sizeBytes: sizeOf(btf, id) ?? 0,
            text: printType(btf, id),
            layout: layoutOf(btf, id),
          })
    }
  }
  types.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id))
  return { revision, program: index, types }
}

/** A type's name; one without a name of its own without its body. */
function shortName(btf: Btf, id: BtfId): string {
  const type = btfType(btf, id)
  return (type.kind === 'struct' || type.kind === 'union') && type.name === '' ? `${type.kind} { … }` : typeName(btf, id)
}

/** Members one below the other with their places, anonymous ones opened; holes and padding as rows of their own. */
export function layoutOf(btf: Btf, id: BtfId): TypeRow['layout'] {
  const out: TypeRow['layout'][number][] = []
  const add = (at: BtfId, baseBits: number, depth: number): void => {
    const { type } = resolve(btf, at)
    if (type.kind !== 'struct' && type.kind !== 'union') return
    let end = 0
    for (const member of type.members) {
      if (out.length >= MAX_MEMBERS) return
      const sizeBits = member.sizeBits || (sizeOf(btf, member.type) ?? 0) * 8
      if (type.kind === 'struct' && member.offBits > end)
        out.push({ kind: 'hole', name: '', type: '', offBits: baseBits + end, sizeBits: member.offBits - end, depth })
      const kind = member.sizeBits > 0 ? 'bits' : 'member'
      out.push({ kind, name: member.name, type: shortName(btf, member.type), offBits: baseBits + member.offBits, sizeBits, depth })
      if (member.name === '' && depth < MAX_NESTING) add(member.type, baseBits + member.offBits, depth + 1)
      end = Math.max(end, member.offBits + sizeBits)
    }
    const total = type.size * 8
    if (total > end) out.push({ kind: 'hole', name: '', type: '', offBits: baseBits + end, sizeBits: total - end, depth })
  }
  if (btfType(btf, id).kind !== 'typedef') add(id, 0, 0)
  return out
}
