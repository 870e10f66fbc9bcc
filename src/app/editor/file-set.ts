// The files of a project as a set that is changed whole: add, rename, remove, choose which is compiled. Pure.
// Invariant: what comes out is what the reader of projects takes: sane unique names, a main file that is there, units that are C files beside it.
import type { BuildOptions, ProjectFile } from '../../engine/index.ts'

export interface FileSet {
  readonly files: readonly ProjectFile[]
  readonly build: BuildOptions
}

export const MAX_FILES = 32
const NAME = /^[\w.+-]+(\/[\w.+-]+)*$/

export type NameFault = 'empty' | 'bad' | 'taken'

/** What is wrong with a name for a new file (or for the one at `of`). */
export function nameFault(files: readonly ProjectFile[], name: string, of = ''): NameFault | undefined {
  if (name === '') return 'empty'
  if (name.length > 200 || !NAME.test(name) || name.split('/').includes('..')) return 'bad'
  return name !== of && files.some((f) => f.path === name) ? 'taken' : undefined
}

export const isC = (path: string): boolean => path.endsWith('.c')

/** A name like `path` that is free. */
export function freeName(files: readonly ProjectFile[], path: string): string {
  const dot = path.lastIndexOf('.')
  const [stem, end] = dot > 0 ? [path.slice(0, dot), path.slice(dot)] : [path, '']
  let name = path
  for (let i = 2; nameFault(files, name) === 'taken'; i++) name = `${stem}-${i}${end}`
  return name
}

export const addFile = ({ files, build }: FileSet, file: ProjectFile): FileSet => ({ files: [...files, file], build })

export function renameFile({ files, build }: FileSet, from: string, to: string): FileSet {
  const renamed = (path: string) => (path === from ? to : path)
  return {
    files: files.map((f) => ({ path: renamed(f.path), text: f.text })),
    build: withUnits({ ...build, main: renamed(build.main) }, (build.units ?? []).map(renamed).filter(isC)),
  }
}

/** The main file stays. */
export function removeFile(set: FileSet, path: string): FileSet {
  if (path === set.build.main) return set
  const units = (set.build.units ?? []).filter((u) => u !== path)
  return { files: set.files.filter((f) => f.path !== path), build: withUnits(set.build, units) }
}

/** Compiles another file; the one before is not compiled along. */
export function makeMain({ files, build }: FileSet, path: string): FileSet {
  const units = (build.units ?? []).filter((u) => u !== path)
  return { files, build: withUnits({ ...build, main: path }, units) }
}

/** Whether a further C file is compiled for itself and linked. */
export function setUnit({ files, build }: FileSet, path: string, on: boolean): FileSet {
  const others = (build.units ?? []).filter((u) => u !== path)
  return { files, build: withUnits(build, on ? [...others, path] : others) }
}

function withUnits({ main, cpu, defines }: BuildOptions, units: readonly string[]): BuildOptions {
  return units.length > 0 ? { main, cpu, defines, units } : { main, cpu, defines }
}
