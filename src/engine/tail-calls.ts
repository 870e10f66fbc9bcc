// Programs behind tail calls: what the declarations of prog arrays put into them (`.values = { [0] = &next }`), as a loader does it before
// anything runs. In: the programs of an object. Invariant: each program is loaded once, in whatever arrays it stands.
import type { MapDef, Program } from '../isa/index.ts'
import { type Kernel, loadProgram } from '../kernel/index.ts'

/** Names of the programs that stand in the program's prog arrays, and in theirs. */
export function tailCallTargets(program: Program, all: readonly Program[]): readonly Program[] {
  const found = new Set<Program>()
  const look = (from: Program): void => {
    for (const { name } of from.maps.flatMap(programSlots)) {
      const next = all.find((p) => p.name === name)
      if (!next || next === program || found.has(next)) continue
      found.add(next)
      look(next)
    }
  }
  look(program)
  return [...found]
}

/** Loads the programs and puts them where the declarations say. Answers what is not modelled, or ''. */
export function fillProgArrays(kernel: Kernel, program: Program, targets: readonly Program[]): string {
  for (const target of targets) {
    const loaded = loadProgram(kernel, target)
    if (!loaded.ok) return loaded.unsupported ?? `a program that cannot be loaded (${target.name})`
  }
  putPrograms(kernel, [program, ...targets])
  return ''
}

/** Puts programs that are loaded where the declarations say. */
export function putPrograms(kernel: Kernel, programs: readonly Program[]): void {
  const number = new Map(kernel.programs.map((p, i) => [p.program.name, i]))
  for (const def of new Set(programs.flatMap((p) => p.maps))) {
    const map = kernel.maps.find((m) => m.def === def)
    for (const { index, name } of programSlots(def)) {
      const value = number.get(name)
      if (map && value !== undefined) map.userUpdate(u32Bytes(index), u32Bytes(value), 0)
    }
  }
}

const programSlots = (def: MapDef): readonly { readonly index: number; readonly name: string }[] =>
  (def.slots ?? []).flatMap((slot) => (slot.kind === 'program' ? [{ index: slot.index, name: slot.program }] : []))

function u32Bytes(n: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, n, true)
  return out
}
