// Equal types made one. Types may be circular, so equality is found by refinement: at first all types that look alike (kind, name, size, names
// and offsets of members) are one class; then a class is split where what its types refer to is in different classes, until nothing
// splits. A forward declaration stands for the one struct or union of its name, where there is one only.
// In: a list of types. Out: the list without repetitions, in the order of first ones, and the new id of every old one.
// Variables and sections are never merged: each is a place in memory. libbpf: btf__dedup() gives the same for what compilers write.
import { referredIds } from './read.ts'
import type { BtfId, BtfType } from './types.ts'

export interface Deduplicated {
  readonly types: readonly BtfType[]
  /** New id by old id. */
  readonly ids: Int32Array
}

export function dedupTypes(types: readonly BtfType[]): Deduplicated {
  const target = forwardTargets(types)
  const resolved = types.map((t) => withIds(t, target))
  const classes = classesOf(resolved)
  const numbers = new Map<number, BtfId>()
  const kept: BtfType[] = []
  resolved.forEach((type, id) => {
    if (target(id) !== id || numbers.has(classes[id])) return
    numbers.set(classes[id], kept.length)
    kept.push(type)
  })
  const ids = Int32Array.from(types, (_, id) => numbers.get(classes[target(id)]) ?? 0)
  return { types: kept.map((t) => withIds(t, (id) => ids[id])), ids }
}

/** The class of each type; equal numbers are equal types. */
function classesOf(types: readonly BtfType[]): Int32Array {
  let classes = numbered(types.map((t, id) => shape(t, id)))
  const refs = types.map(referredIds)
  for (let count = 0; ; ) {
    const before: Int32Array = classes
    classes = numbered(types.map((_, id) => `${before[id]}:${refs[id].map((r) => before[r]).join()}`))
    const now = classes.reduce((most, c) => Math.max(most, c), -1) + 1
    if (now === count) return classes
    count = now
  }
}

function numbered(keys: readonly string[]): Int32Array {
  const numbers = new Map<string, number>()
  return Int32Array.from(keys, (key) => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
}

/** All of a type but what it refers to. */
function shape(t: BtfType, id: BtfId): string {
  if (t.kind === 'var' || t.kind === 'datasec') return `${t.kind} ${id}`
  return JSON.stringify(
    withIds(t, () => 0),
    (_, v) => (typeof v === 'bigint' ? `${v}n` : v),
  )
}

/** What an id stands for: of a forward declaration the struct or union that alone has its name, else itself. */
function forwardTargets(types: readonly BtfType[]): (id: BtfId) => BtfId {
  const whole = new Map<string, BtfId | 'several'>()
  types.forEach((t, id) => {
    if ((t.kind !== 'struct' && t.kind !== 'union') || t.name === '') return
    const key = `${t.kind} ${t.name}`
    const known = whole.get(key)
    if (known === undefined) whole.set(key, id)
    // Two that differ in what they refer to alone may be one, seen whole here and declared there.
    else if (known !== 'several' && shape(types[known], 0) !== shape(t, 0)) whole.set(key, 'several')
  })
  return (id) => {
    const t = types[id]
    const found = t?.kind === 'fwd' ? whole.get(`${t.isUnion ? 'union' : 'struct'} ${t.name}`) : undefined
    return found === undefined || found === 'several' ? id : found
  }
}

/** The type with every id that it mentions replaced. */
export function withIds(t: BtfType, id: (old: BtfId) => BtfId): BtfType {
  switch (t.kind) {
    case 'array':
      return { ...t, type: id(t.type), indexType: id(t.indexType) }
    case 'struct':
    case 'union':
      return { ...t, members: t.members.map((m) => ({ ...m, type: id(m.type) })) }
    case 'func_proto':
      return { ...t, ret: id(t.ret), params: t.params.map((p) => ({ ...p, type: id(p.type) })) }
    case 'datasec':
      return { ...t, vars: t.vars.map((v) => ({ ...v, type: id(v.type) })) }
    default:
      return 'type' in t ? { ...t, type: id(t.type) } : t
  }
}
