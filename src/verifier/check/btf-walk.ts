// Which member of a struct an access meets: walks through nested structs and unions, arrays and bit fields down to a number, a pointer or
// a whole struct. Walking through a union with a choice makes what is found untrusted.
// Linux: btf_struct_walk(), btf_struct_access(), btf_struct_ids_match() in kernel/bpf/btf.c.
import { type Btf, type BtfComposite, type BtfId, type BtfType, btfType, resolve, sizeOf } from '../../btf/index.ts'
import {
  MEM_ALLOC,
  MEM_PERCPU,
  MEM_RCU,
  MEM_RDONLY,
  MEM_USER,
  PTR_TO_BTF_ID,
  PTR_TO_MEM,
  PTR_UNTRUSTED,
  SCALAR_VALUE,
} from '../domain/layout.ts'
import type { Env } from '../env.ts'
import { EACCES, EFAULT, EINVAL } from '../errno.ts'
import { verbose } from '../verbose.ts'
import { anonName, btfOf, cutType, isCut, isStruct } from './btf-types.ts'

/** What a walk came to; else a negative errno. */
const WALK_SCALAR = 0
const WALK_PTR = 1
const WALK_PTR_UNTRUSTED = 2
const WALK_STRUCT = 3

interface Walk {
  readonly env: Env
  readonly which: number
  readonly btf: Btf
  /** Found: type behind the pointer, or the nested struct. */
  id: BtfId
  flags: number
  field: string
}

const TAG_FLAGS: Readonly<Record<string, number>> = { user: MEM_USER, percpu: MEM_PERCPU, rcu: MEM_RCU }

function say(walk: Walk, text: string, err: number): number {
  verbose(walk.env.log, `${text}\n`)
  return -err
}

function step(walk: Walk, id: BtfId, off: number, size: number): number {
  const { env, which, btf } = walk
  for (;;) {
    const at = resolve(btf, id)
    if (isCut(env, which, at.id)) return cutType(env, which, at.id)
    const type = at.type
    const name = anonName(type)
    if (!isStruct(type)) return say(walk, `Type '${name}' is not a struct`, EINVAL)
    if (type.kind === 'union' && type.members.length !== 1) walk.flags |= PTR_UNTRUSTED
    if (off + size > type.size) {
      const tail = flexTail(btf, type, off)
      if (tail === undefined) return say(walk, `access beyond struct ${name} at off ${off >>> 0} size ${size}`, EACCES)
      if (tail.type.kind === 'int') return WALK_SCALAR
      if (!isStruct(tail.type) || tail.type.size === 0) {
        return say(walk, `access beyond struct ${name} at off ${off >>> 0} size ${size}`, EACCES)
      }
      off = (off - tail.off) % tail.type.size
      id = tail.id
      continue
    }
    const found = member(walk, type, name, off, size)
    if (typeof found === 'number') return found
    id = found.id
    off = found.off
  }
}

/** The element type of an array of unknown length at the end of a struct. */
function flexTail(btf: Btf, type: BtfComposite, off: number): { id: BtfId; type: BtfType; off: number } | undefined {
  const last = type.members[type.members.length - 1]
  if (!last) return undefined
  const array = resolve(btf, last.type).type
  const start = last.offBits >> 3
  if (array.kind !== 'array' || array.count !== 0 || off < start) return undefined
  return { ...resolve(btf, array.type), off: start }
}

/** The end of the walk at one of the members, or the nested struct in which it goes on. */
function member(walk: Walk, type: BtfComposite, name: string, off: number, size: number): number | { id: BtfId; off: number } {
  const { btf } = walk
  for (const m of type.members) {
    let start = m.offBits >> 3
    if (off + size <= start) break
    if (m.sizeBits !== 0) {
      // Only an access that covers the whole bit field counts as one to it.
      if (off <= start && (m.offBits + m.sizeBits + 7) >> 3 <= off + size) return WALK_SCALAR
      continue
    }
    if (off < start) break
    const bytes = sizeOf(btf, m.type)
    if (bytes === undefined) {
      const pointee = resolve(btf, m.type)
      if (isCut(walk.env, walk.which, pointee.id)) return cutType(walk.env, walk.which, pointee.id)
      return say(walk, `field ${m.name || '(anon)'} doesn't have size`, EFAULT)
    }
    const end = start + bytes
    if (off >= end) continue
    let at = resolve(btf, m.type)
    let id = at.id
    let msize = bytes
    if (at.type.kind === 'array') {
      if (end === start) continue
      // All dimensions at once; an int array may be read across its elements.
      while (at.type.kind === 'array') {
        id = at.type.type
        at = resolve(btf, id)
      }
      msize = sizeOf(btf, at.id) ?? 1
      start += Math.floor((off - start) / msize) * msize
    }
    if (isStruct(at.type)) {
      if (off === start) {
        walk.id = id
        return WALK_STRUCT
      }
      return { id: at.id, off: off - start }
    }
    if (at.type.kind === 'ptr') {
      if (msize !== size || off !== start) {
        return say(
          walk,
          `cannot access ptr member ${m.name || '(anon)'} with moff ${start} in struct ${name} with off ${off} size ${size}`,
          EACCES,
        )
      }
      const direct = btfType(btf, at.type.type)
      const tag = direct.kind === 'type_tag' ? (TAG_FLAGS[direct.name] ?? 0) : 0
      const pointee = resolve(btf, at.type.type)
      if (!isStruct(pointee.type) && !isCut(walk.env, walk.which, pointee.id)) return WALK_PTR_UNTRUSTED
      walk.id = pointee.id
      walk.flags |= tag
      walk.field = m.name
      return WALK_PTR
    }
    if (off + size > end && !(walk.flags & PTR_UNTRUSTED)) {
      return say(
        walk,
        `access beyond the end of member ${m.name || '(anon)'} (mend:${end}) in struct ${name} with off ${off} size ${size}`,
        EACCES,
      )
    }
    return WALK_SCALAR
  }
  return say(walk, `struct ${name} doesn't have field at offset ${off}`, EINVAL)
}

/** What a read yields. */
export interface StructAccess {
  /** SCALAR_VALUE, PTR_TO_BTF_ID or PTR_TO_MEM; else a negative errno. */
  readonly kind: number
  readonly id: BtfId
  readonly flags: number
  /** Member that holds the pointer. */
  readonly field: string
}

/** `regType` tells objects that the program has allocated from those of the kernel. */
export function structAccess(env: Env, which: number, id: BtfId, regType: number, off: number, size: number): StructAccess {
  const local = (regType & MEM_ALLOC) !== 0
  const walk: Walk = { env, which, btf: btfOf(env, which), id, flags: 0, field: '' }
  const answer = (kind: number, flags = 0): StructAccess => ({ kind, id: walk.id, flags, field: walk.field })
  for (;;) {
    const came = step(walk, id, off, size)
    switch (came) {
      case WALK_PTR:
        return local ? answer(SCALAR_VALUE) : answer(PTR_TO_BTF_ID, walk.flags)
      case WALK_PTR_UNTRUSTED:
        return answer(PTR_TO_MEM, MEM_RDONLY | PTR_UNTRUSTED)
      case WALK_SCALAR:
        return answer(SCALAR_VALUE)
      case WALK_STRUCT:
        id = walk.id
        off = 0
        break
      default:
        return answer(came)
    }
  }
}

/** Whether a pointer to `id` + off may stand for one to `wantId`: the same type, or (unless strict) a struct that begins there. Says where it failed. */
export function structIdsMatch(
  env: Env,
  which: number,
  id: BtfId,
  off: number,
  wantWhich: number,
  wantId: BtfId,
  strict: boolean,
): boolean {
  const same = (a: BtfId): boolean => which === wantWhich && a === wantId
  if (off === 0 && same(id)) return true
  if (strict) return false
  const walk: Walk = { env, which, btf: btfOf(env, which), id, flags: 0, field: '' }
  for (let at = id; step(walk, at, off, 1) === WALK_STRUCT; at = walk.id, off = 0) if (same(walk.id)) return true
  return false
}
