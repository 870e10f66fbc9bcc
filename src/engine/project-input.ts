// A project as input of the compiler: its units, and the settings and files that they are compiled with.
import type { KernelBtf } from '../abi/index.ts'
import { makeSource, type SourceFile } from '../diag/index.ts'
import { keptKernel } from '../loader/index.ts'
import type { Project, ProjectFile } from './project.ts'
import { type CompileSettings, type Opened, openUnits } from './toolchain.ts'

export function compileProject(project: Project, kernel: KernelBtf | undefined, passes = false): Opened {
  const { units, settings } = compileInput(project, kernel)
  return openUnits(units, { ...settings, passes })
}

export function compileInput(
  project: Project,
  kernel: KernelBtf | undefined,
): { readonly units: readonly ProjectFile[]; readonly settings: CompileSettings } {
  const files = new Map<string, SourceFile>(project.files.map((f) => [f.path, makeSource(f.path, f.text)]))
  const { main, units = [], cpu, defines } = project.build
  const texts = [main, ...units].map((path) => ({ path, text: files.get(path)?.text ?? '' }))
  const include = (path: string): SourceFile | undefined => files.get(path)
  return { units: texts, settings: { include, includeDirs: [], cpu, defines, ...(kernel && { kernel: keptKernel(kernel) }) } }
}
