// Objects that programs allocate (bpf_obj_new()), their reference counts, and dropping them with all that they hold. An object lies behind a header:
//
//   +0 type id   +4 index of the program whose BTF that is   +8 size   +12 references   | +16 the object
//
// What an object holds (other objects in its lists and trees, pointers that were exchanged into it) goes with it, as its BTF says.
// Linux: bpf_obj_new_impl(), bpf_obj_drop_impl(), bpf_obj_free_fields().
import { type Btf, readBtf, resolve, sizeOf } from '../../btf/index.ts'
import { type Machine, READ, WRITE } from '../../vm/index.ts'
import { DIRECT_HI } from '../address.ts'
import { EINVAL } from '../errno.ts'
import { type HelperBody, ret, ret64, u32 } from '../helpers/body.ts'
import type { Kernel } from '../kernel.ts'

const HEADER = 16
const TYPE = 16
const PROGRAM = 12
const SIZE = 8
const REFS = 4

const types = new WeakMap<Uint8Array, Btf>()

/** Types of a program, read once. */
function typesOf(bytes: Uint8Array | undefined): Btf | undefined {
  if (!bytes) return undefined
  let btf = types.get(bytes)
  if (!btf) {
    const read = readBtf(bytes)
    if (!read.ok) return undefined
    btf = read.btf
    types.set(bytes, btf)
  }
  return btf
}

const programIndex = (k: Kernel, m: Machine): number => k.programs.findIndex((p) => p.code === m.code)

/** (type id, meta): zeroed memory for the type; `cpus` copies side by side. */
const news =
  (percpu: boolean): HelperBody =>
  (k, m) => {
    const program = programIndex(k, m)
    const btf = typesOf(k.programs[program]?.program.btf)
    const size = btf ? sizeOf(btf, u32(m, 1)) : undefined
    if (size === undefined) return ret(m, 0)
    const stride = (size + 7) & ~7
    const { ram } = k.memory
    const bytes = percpu ? stride * k.cpus : size
    const block = ram.allocBlock(HEADER + bytes)
    if (block === 0) return ret(m, 0)
    const at = block + HEADER
    ram.setI32(at - TYPE, u32(m, 1))
    ram.setI32(at - PROGRAM, program)
    ram.setI32(at - SIZE, bytes)
    ram.setI32(at - REFS, 1)
    const { type } = resolve(btf!, u32(m, 1))
    const name = 'name' in type && type.name !== '' ? type.name : 'object'
    k.memory.map({
      kind: 'object',
      baseHi: DIRECT_HI,
      baseLo: at,
      to: bytes,
      rights: READ | WRITE,
      ...(percpu ? { stride, elem: size } : {}),
      label: (offset) => ({ name, offset }),
    })
    return ret64(m, at, DIRECT_HI)
  }

export const objNew: HelperBody = news(false)
export const percpuObjNew: HelperBody = news(true)

/** Gives a reference up; the last one takes the object away. */
export function dropObject(k: Kernel, at: number): void {
  const { ram } = k.memory
  if (at === 0) return
  const refs = ram.i32[(at - REFS) >> 2]
  ram.setI32(at - REFS, refs - 1)
  if (refs > 1) return
  dropFields(k, at)
  const region = k.memory.nearest(DIRECT_HI, at)
  if (region.kind !== 'object' || region.baseLo !== at) return
  k.memory.unmap(region)
  ram.release(at - HEADER, HEADER + ram.i32[(at - SIZE) >> 2])
}

/** (object, meta) */
export const objDrop: HelperBody = (k, m) => {
  dropObject(k, m.lo[1])
  return undefined
}

export const refcountAcquire: HelperBody = (k, m) => {
  const at = m.lo[1]
  k.memory.ram.setI32(at - REFS, k.memory.ram.i32[(at - REFS) >> 2] + 1)
  return ret64(m, at, m.hi[1])
}

/** Pointers that the object's fields hold: of lists (list heads), trees and exchanged pointers. */
function dropFields(k: Kernel, at: number): void {
  const { ram } = k.memory
  const btf = typesOf(k.programs[ram.i32[(at - PROGRAM) >> 2]]?.program.btf)
  if (!btf) return
  const { type } = resolve(btf, ram.i32[(at - TYPE) >> 2])
  if (type.kind !== 'struct') return
  for (const member of type.members) {
    const field = resolve(btf, member.type).type
    const place = at + member.offBits / 8
    if (field.kind === 'struct' && field.name === 'bpf_list_head') dropList(k, place)
    else if (field.kind === 'struct' && field.name === 'bpf_rb_root') dropTree(k, ram.view.getInt32(place, true))
  }
}

// Lists are rings: head and nodes begin with the next and the previous one. Nodes lie in objects, and a node's third word says whose it is.

const NEXT = 0
const PREV = 8
/** Owner of a list node; of a tree node it lies behind the three words that the tree needs. */
export const LIST_OWNER = 16
export const TREE_OWNER = 24

export const pointerAt = (k: Kernel, at: number): number => k.memory.ram.view.getInt32(at, true)
export function putPointer(k: Kernel, at: number, to: number): void {
  const { ram } = k.memory
  ram.view.setInt32(at, to, true)
  ram.view.setInt32(at + 4, to === 0 ? 0 : DIRECT_HI, true)
  ram.touch(at, 8)
}

/** The object that a node lies in: the one whose region holds it. */
const objectOf = (k: Kernel, node: number): number => k.memory.nearest(DIRECT_HI, node).baseLo

function initialise(k: Kernel, head: number): void {
  if (pointerAt(k, head) !== 0) return
  putPointer(k, head + NEXT, head)
  putPointer(k, head + PREV, head)
}

/** (head, node, meta, offset of the node in its object): -EINVAL where it is in a list already; then the reference is given up. */
const pushes =
  (front: boolean): HelperBody =>
  (k, m) => {
    const [head, node] = [m.lo[1], m.lo[2]]
    initialise(k, head)
    if (pointerAt(k, node + LIST_OWNER) !== 0) {
      dropObject(k, objectOf(k, node))
      return ret(m, -EINVAL)
    }
    const before = front ? head : pointerAt(k, head + PREV)
    const behind = pointerAt(k, before + NEXT)
    putPointer(k, node + NEXT, behind)
    putPointer(k, node + PREV, before)
    putPointer(k, behind + PREV, node)
    putPointer(k, before + NEXT, node)
    putPointer(k, node + LIST_OWNER, head)
    return ret(m, 0)
  }

export const listPushFront: HelperBody = pushes(true)
export const listPushBack: HelperBody = pushes(false)

function take(k: Kernel, head: number, front: boolean): number {
  initialise(k, head)
  const node = pointerAt(k, head + (front ? NEXT : PREV))
  if (node === head) return 0
  const [next, prev] = [pointerAt(k, node + NEXT), pointerAt(k, node + PREV)]
  putPointer(k, prev + NEXT, next)
  putPointer(k, next + PREV, prev)
  putPointer(k, node + NEXT, node)
  putPointer(k, node + PREV, node)
  putPointer(k, node + LIST_OWNER, 0)
  return node
}

const retPointer = (m: Machine, lo: number): undefined => ret64(m, lo, lo === 0 ? 0 : DIRECT_HI)

export const listPopFront: HelperBody = (k, m) => retPointer(m, take(k, m.lo[1], true))
export const listPopBack: HelperBody = (k, m) => retPointer(m, take(k, m.lo[1], false))

const peeks =
  (side: number): HelperBody =>
  (k, m) => {
    const head = m.lo[1]
    initialise(k, head)
    const node = pointerAt(k, head + side)
    return retPointer(m, node === head ? 0 : node)
  }

export const listFront: HelperBody = peeks(NEXT)
export const listBack: HelperBody = peeks(PREV)

function dropList(k: Kernel, head: number): void {
  for (let node = take(k, head, true); node !== 0; node = take(k, head, true)) dropObject(k, objectOf(k, node))
}

function dropTree(k: Kernel, node: number): void {
  if (node === 0) return
  const [right, left] = [pointerAt(k, node + 8), pointerAt(k, node + 16)]
  dropTree(k, left)
  dropTree(k, right)
  putPointer(k, node + TREE_OWNER, 0)
  dropObject(k, objectOf(k, node))
}
