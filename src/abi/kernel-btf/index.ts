// The kernel's own types. The table is large and few programs need it, so it is a chunk of its own: `loadKernelBtf` fetches it once, and
// whoever works with it is handed the result.
import { type KernelBtf, readSubset } from './kernel-btf.ts'

export type { KernelBtf, Kfunc } from './kernel-btf.ts'

let loaded: Promise<KernelBtf> | undefined

/** The types of Linux 6.18 (x86-64) as that kernel tells them. The same object every time. */
export function loadKernelBtf(): Promise<KernelBtf> {
  loaded ??= import('./subset.generated.ts').then(({ SUBSET }) => readSubset(SUBSET))
  return loaded
}
