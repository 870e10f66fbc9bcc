// What Linux 6.18 (x86-64) says of its own types, as far as programs usually ask. Ids are that kernel's own, so that a call of a kfunc, an
// attach point and a relocated type id have the numbers that it would give them.
// Three answers to "is there such a type": it is here; it is there but cut (a forward declaration stands for it, or only its name is known);
// there is none. Whoever needs what was cut says `unsupported`.
// Invariant: every id inside `btf` is 0 or a type that is kept.
import type { Btf, BtfId, BtfType } from '../../btf/index.ts'
import { type Columns, decode } from './columns.ts'
import { inNameFilter } from './name-filter.ts'

export interface KernelBtf {
  /** Types by the kernel's id; what is left out reads as void. */
  readonly btf: Btf
  /** Forward declarations, and enums without values, that stand for whole types of the kernel. */
  readonly cut: ReadonlySet<BtfId>
  /** Ids of all types with a name, in order; the kernel may have several. */
  readonly named: (name: string) => readonly BtfId[]
  /** The first type with a name and one of the kinds. */
  readonly find: (name: string, ...kinds: readonly BtfType['kind'][]) => BtfId | undefined
  /** False: the kernel has no struct, union, enum or typedef of this name. True for all that it has, and for about 1 in 100 that it has not. */
  readonly mayHaveType: (name: string) => boolean
  /** The kfunc of a name: its id, its prototype and its flags as far as tags tell (`bpf_kfunc`, `bpf_fastcall`). */
  readonly kfunc: (name: string) => Kfunc | undefined
}

export interface Kfunc {
  readonly id: BtfId
  readonly name: string
  /** Parameters bear the kernel's names; suffixes such as `__sz` and `__nullable` tell the verifier how to read them. */
  readonly proto: BtfType & { readonly kind: 'func_proto' }
  readonly tags: readonly string[]
}

/** The generated table. */
export interface Subset {
  readonly columns: Columns
  readonly cut: string
  readonly typeNames: string
}

/** Nothing is decoded until somebody asks. */
export function readSubset({ columns, cut, typeNames }: Subset): KernelBtf {
  let known: Tables | undefined
  const tables = (): Tables => {
    known ??= makeTables(columns)
    return known
  }
  let cutIds: ReadonlySet<BtfId> | undefined
  const named = (name: string): readonly BtfId[] => tables().ids.get(name) ?? []
  const find = (name: string, ...kinds: readonly BtfType['kind'][]): BtfId | undefined =>
    named(name).find((id) => kinds.length === 0 || kinds.includes(tables().btf.types[id].kind))
  return {
    get btf() {
      return tables().btf
    },
    get cut() {
      cutIds ??= new Set(cut === '' ? [] : cut.split(' ').map(Number))
      return cutIds
    },
    named,
    find,
    mayHaveType: (name) => inNameFilter(typeNames, name),
    kfunc(name) {
      const { btf, tags } = tables()
      const id = find(name, 'func')
      const func = id === undefined ? undefined : btf.types[id]
      const marks = id === undefined ? undefined : tags.get(id)
      if (id === undefined || func?.kind !== 'func' || !marks?.includes('bpf_kfunc')) return undefined
      const proto = btf.types[func.type]
      return proto.kind === 'func_proto' ? { id, name, proto, tags: marks } : undefined
    },
  }
}

interface Tables {
  readonly btf: Btf
  readonly ids: ReadonlyMap<string, readonly BtfId[]>
  /** Declaration tags by what they mark. */
  readonly tags: ReadonlyMap<BtfId, readonly string[]>
}

function makeTables(columns: Columns): Tables {
  const types = decode(columns)
  const ids = new Map<string, BtfId[]>()
  const tags = new Map<BtfId, string[]>()
  for (const [id, t] of types.entries()) {
    if (t.kind === 'decl_tag') push(tags, t.type, t.name)
    else if ('name' in t && t.name !== '') push(ids, t.name, id)
  }
  return { btf: { types, strings: new Uint8Array(1) }, ids, tags }
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
