// The place that a CO-RE record names, in the program's types and in the kernel's. A record says `0:2:1`: element 0 of what the pointer
// points to, member 2 of it, then member 1 (or element 1) of that. Members without a name do not count as steps, since the kernel may
// have put a field into an anonymous union meanwhile:
//
//   struct sample { int a; struct { int b; int c[7]; }; }    s->c[3] is 0:1:1:3, its steps are [0] .c [3]
//
// libbpf: bpf_core_parse_spec(), bpf_core_spec_match().
import { type Btf, type BtfArray, type BtfId, btfType, resolve, sizeOf } from '../../btf/index.ts'
import { fieldsAreCompatible, isEnum } from './compatible.ts'
import { essentialName } from './names.ts'

/** One step of an access: a named member (or enumerator), or an element of an array where there is no name. */
export interface Step {
  /** The struct or enum that has the member; of an element its own type. */
  readonly type: BtfId
  readonly index: number
  readonly name?: string
}

export interface Spec {
  readonly btf: Btf
  readonly root: BtfId
  readonly steps: readonly Step[]
  readonly offBits: number
}

const MAX_STEPS = 64
const MAX_DEPTH = 32

/** Indices of an access string, or undefined where it is malformed. */
export function accessIndices(access: string): number[] | undefined {
  if (!/^\d{1,9}(:\d{1,9})*$/.test(access)) return undefined
  const indices = access.split(':').map(Number)
  return indices.length > MAX_STEPS ? undefined : indices
}

/** Where a record of a field points in the program's own types. */
export function fieldSpec(btf: Btf, root: BtfId, access: string): Spec | undefined {
  const indices = accessIndices(access)
  const start = resolve(btf, root).id
  const size = sizeOf(btf, start)
  if (!indices || size === undefined) return undefined
  const steps: Step[] = [{ type: start, index: indices[0] }]
  let offBits = indices[0] * size * 8
  let id = start
  for (const index of indices.slice(1)) {
    const at = resolve(btf, id)
    const { type } = at
    if (type.kind === 'struct' || type.kind === 'union') {
      const member = type.members[index]
      if (!member) return undefined
      offBits += member.offBits
      if (member.name !== '') steps.push({ type: at.id, index, name: member.name })
      id = member.type
    } else if (type.kind === 'array') {
      id = resolve(btf, type.type).id
      const elementSize = sizeOf(btf, id)
      if (elementSize === undefined || !isWithin(btf, steps, type, index)) return undefined
      steps.push({ type: id, index })
      offBits += index * elementSize * 8
    } else return undefined
  }
  return { btf, root, steps, offBits }
}

/** The enumerator that a record names in the program's own types. */
export function enumeratorSpec(btf: Btf, root: BtfId, access: string): Spec | undefined {
  const indices = accessIndices(access)
  const { id, type } = resolve(btf, root)
  const value = isEnum(type) && indices?.length === 1 ? type.values[indices[0]] : undefined
  return value && indices ? { btf, root, steps: [{ type: id, index: indices[0], name: value.name }], offBits: 0 } : undefined
}

/** The same enumerator in a type of the kernel. */
export function matchEnumerator(local: Spec, btf: Btf, root: BtfId): Spec | undefined {
  const { id, type } = resolve(btf, root)
  if (!isEnum(type)) return undefined
  const wanted = essentialName(local.steps[0].name ?? '')
  const index = type.values.findIndex((v) => essentialName(v.name) === wanted)
  return index < 0 ? undefined : { btf, root, steps: [{ type: id, index, name: type.values[index].name }], offBits: 0 }
}

/** The same field in a type of the kernel. */
export function matchField(local: Spec, btf: Btf, root: BtfId): Spec | undefined {
  const steps: Step[] = []
  let offBits = 0
  let id = root
  for (const [k, step] of local.steps.entries()) {
    const at = resolve(btf, id)
    if (step.name !== undefined) {
      const found = findMatching(local.btf, step, btf, at.id, 0)
      if (!found) return undefined
      steps.push({ type: found.owner, index: found.index, name: step.name })
      offBits += found.offBits
      id = found.type
      continue
    }
    // The first step is through the pointer: it counts whole objects of the root's type.
    if (k > 0) {
      const { type } = at
      if (type.kind !== 'array' || !isWithin(btf, steps, type, step.index)) return undefined
      id = resolve(btf, type.type).id
    } else id = at.id
    const size = sizeOf(btf, id)
    if (size === undefined) return undefined
    steps.push({ type: id, index: step.index })
    offBits += step.index * size * 8
  }
  return { btf, root, steps, offBits }
}

interface Found {
  readonly owner: BtfId
  readonly index: number
  readonly offBits: number
  readonly type: BtfId
}

/** A member by name, also inside anonymous ones. The first of its name decides: where its type does not fit, there is none. */
function findMatching(local: Btf, step: Step, target: Btf, id: BtfId, depth: number): Found | undefined {
  const owner = resolve(target, id)
  const { type } = owner
  const own = btfType(local, step.type)
  if (depth > MAX_DEPTH || (type.kind !== 'struct' && type.kind !== 'union')) return undefined
  if (own.kind !== 'struct' && own.kind !== 'union') return undefined
  for (const [index, m] of type.members.entries()) {
    if (m.name === '') {
      const inner = findMatching(local, step, target, m.type, depth + 1)
      if (inner) return { ...inner, offBits: m.offBits + inner.offBits }
    } else if (m.name === step.name) {
      const fits = fieldsAreCompatible(local, own.members[step.index].type, target, m.type)
      return fits ? { owner: owner.id, index, offBits: m.offBits, type: m.type } : undefined
    }
  }
  return undefined
}

/** Whether an array has the element; an array of no length at a struct's end has any. */
function isWithin(btf: Btf, steps: readonly Step[], array: BtfArray, index: number): boolean {
  if (index < array.count) return true
  const owner = steps[steps.length - 1]
  if (array.count > 0 || owner.name === undefined) return false
  const type = btfType(btf, owner.type)
  return (type.kind === 'struct' || type.kind === 'union') && owner.index === type.members.length - 1
}
