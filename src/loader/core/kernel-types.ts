// The kernel's types as the loader looks them up: by name without flavour for CO-RE, by kind and name for kernel functions and variables.
// They are a whole kernel's, or the part of one that abi keeps; of that, a type may be cut or left out, and then nothing can be said of it.
import { type KernelBtf, lacksFunction } from '../../abi/index.ts'
import { type Btf, type BtfId, type BtfKind, btfType } from '../../btf/index.ts'
import { essentialName } from './names.ts'

export interface KernelTypes {
  types(): Btf
  /** Ids of the types of a name, flavours left out. */
  named(essence: string): readonly BtfId[]
  find(kind: BtfKind, name: string): BtfId | undefined
  /** Whether a name that is not found is known to be none of the kernel's. */
  lacks(name: string, kind: 'type' | 'symbol'): boolean
  /** Whether the kernel's type has more to it than is kept here. */
  isCut(id: BtfId): boolean
}

/** The types of a whole kernel, such as /sys/kernel/btf/vmlinux. */
export function wholeKernel(btf: Btf): KernelTypes {
  return { ...lookUp(() => btf), lacks: () => true, isCut: () => false }
}

/** The types that abi keeps of Linux 6.18, untouched until asked. Of few functions and variables alone is it known that there are none. */
export function keptKernel(kernel: KernelBtf): KernelTypes {
  return {
    ...lookUp(() => kernel.btf),
    lacks: (name, kind) => (kind === 'type' ? !kernel.mayHaveType(name) : lacksFunction(name)),
    isCut: (id) => kernel.cut.has(id),
  }
}

function lookUp(read: () => Btf): Pick<KernelTypes, 'types' | 'named' | 'find'> {
  let byName: Map<string, BtfId[]> | undefined
  const named = (essence: string): readonly BtfId[] => {
    byName ??= indexNames(read())
    return byName.get(essence) ?? []
  }
  const find = (kind: BtfKind, name: string): BtfId | undefined =>
    named(essentialName(name)).find((id) => {
      const type = btfType(read(), id)
      return type.kind === kind && 'name' in type && type.name === name
    })
  return { types: read, named, find }
}

function indexNames(btf: Btf): Map<string, BtfId[]> {
  const byName = new Map<string, BtfId[]>()
  btf.types.forEach((type, id) => {
    if (!('name' in type) || type.name === '') return
    const essence = essentialName(type.name)
    const list = byName.get(essence)
    if (list) list.push(id)
    else byName.set(essence, [id])
  })
  return byName
}
