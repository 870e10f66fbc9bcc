// From a file of any kind (C, object, assembly) to programs: what the command line and the page's build have in common.
// In: a file and how to find others. Out: programs with maps, the object where there is one, all diagnostics and sources. Never throws on input.
import { helperByName, mapType, progType } from '../abi/index.ts'
import { type Btf, readBtf } from '../btf/index.ts'
import { type CompileInput, compile, type PassDump } from '../compiler/index.ts'
import type { Diagnostic, SourceFile } from '../diag/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble, type Program } from '../isa/index.ts'
import { type JoinResult, joinObjects, type KernelTypes, load } from '../loader/index.ts'
import { type ObjectFile, readElf } from '../object/index.ts'
import { withKernelHeader } from './kernel-header.ts'
import type { ProjectFile } from './project.ts'

export interface Opened {
  readonly programs: readonly Program[]
  /** Absent for assembly and where an error stands in `diagnostics`. */
  readonly object?: ObjectFile
  /** Of the compiler or the reader of objects; where none is an error, there is an object. */
  readonly diagnostics: readonly Diagnostic[]
  /** Of the loader: what of a good object is not taken. */
  readonly loading: readonly Diagnostic[]
  readonly sources: readonly SourceFile[]
  readonly passes: readonly PassDump[]
}

export interface CompileSettings extends Omit<CompileInput, 'main'> {
  /** The kernel whose types CO-RE and kernel functions are looked up in. */
  readonly kernel?: KernelTypes
}

/** Compiles and loads a C text. `objectName` names data maps as libbpf does ("prog.rodata"). */
export function openC(path: string, text: string, settings: CompileSettings, objectName = baseName(path)): Opened {
  return openUnits([{ path, text }], settings, objectName)
}

/** Compiles each C text for itself, links what came of them and loads that. */
export function openUnits(units: readonly ProjectFile[], settings: CompileSettings, objectName = baseName(units[0].path)): Opened {
  const { kernel, ...rest } = settings
  const input = { ...rest, include: withKernelHeader(rest.include, kernel) }
  const compiled = units.map(({ path, text }) => ({ path, ...compile({ ...input, main: makeSource(path, text) }) }))
  const diagnostics = compiled.flatMap((c) => c.diagnostics)
  const sources = [...new Map(compiled.flatMap((c) => c.sources).map((s) => [s.path, s])).values()]
  const passes = compiled.flatMap((c) => c.passes)
  const objects = compiled.flatMap(({ path, object }) => (object ? [{ name: path, object }] : []))
  if (objects.length < units.length) return { programs: [], diagnostics, loading: [], sources, passes }
  const linked: JoinResult = objects.length === 1 ? { object: objects[0].object, diagnostics: [] } : joinObjects(objects)
  const { object } = linked
  if (!object) return { programs: [], diagnostics: [...diagnostics, ...linked.diagnostics], loading: [], sources, passes }
  const loaded = load(object, { objectName, ...(kernel && { kernel }) })
  return { programs: loaded.programs, object, diagnostics, loading: loaded.diagnostics, sources, passes }
}

/** Reads and loads an ELF object. */
export function openObject(path: string, bytes: Uint8Array, kernel?: KernelTypes): Opened {
  const { object, diagnostics } = readElf(bytes)
  if (!object) return { programs: [], diagnostics, loading: [], sources: [], passes: [] }
  const loaded = load(object, { objectName: baseName(path), ...(kernel && { kernel }) })
  return { programs: loaded.programs, object, diagnostics, loading: loaded.diagnostics, sources: [], passes: [] }
}

/** The types of a file: raw BTF as in /sys/kernel/btf, or the .BTF section of an ELF file. */
export function readBtfFile(bytes: Uint8Array): Btf | undefined {
  const section = bytes[0] === 0x7f ? readElf(bytes).object?.sections.find((s) => s.name === '.BTF')?.data : bytes
  const read = section && readBtf(section)
  return read?.ok ? read.btf : undefined
}

/** Assembles a text in the kernel's notation. */
export function openAssembly(path: string, text: string): Opened {
  const source = makeSource(path, text)
  const { program, diagnostics } = assemble(source, {
    helper: (name) => helperByName(name)?.id,
    mapType: (name) => mapType(name) !== undefined,
    progType: (name) => progType(name) !== undefined,
  })
  return { programs: program ? [program] : [], diagnostics, loading: [], sources: [source], passes: [] }
}

/** "dir/prog.bpf.o" is the object "prog" (libbpf: the base name up to its first dot). */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).split('.')[0]
}

/** What the loader does not model, where that is why there is no program; undefined otherwise. */
export function unmodelledFeature({ loading }: Opened): string | undefined {
  return loading.find((d) => d.code === 'loader.unsupported')?.params[1]
}
