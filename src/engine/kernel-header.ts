// vmlinux.h for programs that include it and bring none: the kernel's own types, printed as C when a program first asks.
// In: the types that the loader relocates to, so that header and kernel agree. Out: a file among our own headers.
import type { Btf } from '../btf/index.ts'
import { printHeader } from '../btf/index.ts'
import { HEADER_FOLDER } from '../compiler/index.ts'
import { makeSource, type SourceFile } from '../diag/index.ts'
import type { KernelTypes } from '../loader/index.ts'
import type { Opened } from './toolchain.ts'

const NAME = 'vmlinux.h'
const TITLE = "The kernel's own types, as its BTF tells them. Programs find more of them only by bringing a vmlinux.h of their own."

type Include = (path: string) => SourceFile | undefined

/** What finds an included file, and vmlinux.h too where there is a kernel and the project has no such file. */
export function withKernelHeader(include: Include, kernel: KernelTypes | undefined): Include {
  if (!kernel) return include
  return (path) => include(path) ?? (path === HEADER_FOLDER + NAME ? kernelHeader(kernel) : undefined)
}

/** Whether the program asked for the header and there was none: with a kernel the answer would be another. */
export const lacksKernelHeader = ({ diagnostics }: Pick<Opened, 'diagnostics'>): boolean =>
  diagnostics.some((d) => d.code === 'c.file-not-found' && d.params[0].endsWith(NAME))

const printed = new WeakMap<Btf, SourceFile>()

function kernelHeader(kernel: KernelTypes): SourceFile {
  const btf = kernel.types()
  let header = printed.get(btf)
  if (!header) {
    header = makeSource(HEADER_FOLDER + NAME, printHeader(btf, { title: TITLE, isCut: kernel.isCut }))
    printed.set(btf, header)
  }
  return header
}
