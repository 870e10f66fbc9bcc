// Structures of the kernel as its BTF lays them out, and writing into objects of theirs. A path is written as in C: "f_path.dentry",
// "numbers[0].nr"; members of anonymous structs and unions are found by their own names.
// Invariant: every path that is written here exists in the kernel's types; a typo is a defect of ours and stops the world.
import type { KernelBtf } from '../../abi/index.ts'
import { assert } from '../../base/index.ts'
import { findMember, resolve, sizeOf } from '../../btf/index.ts'
import { DIRECT_HI } from '../address.ts'
import type { Kernel } from '../kernel.ts'
import { addObject } from '../objects.ts'
import { textBytes } from './user-memory.ts'

interface StructField {
  readonly at: number
  readonly sizeBytes: number
  /** Of a bit field, counted from `at`; 0 bits = not one. */
  readonly bitAt: number
  readonly bits: number
}

export type Value = number | bigint | string | Uint8Array
export type Values = Readonly<Record<string, Value>>

export interface Structs {
  readonly sizeOf: (struct: string) => number
  readonly field: (struct: string, path: string) => StructField
}

export function structsOf(types: KernelBtf): Structs {
  const sizes = new Map<string, number>()
  const fields = new Map<string, StructField>()
  const idOf = (struct: string): number => {
    const id = types.find(struct, 'struct', 'union')
    assert(id !== undefined, `the kernel has struct ${struct}`)
    return id
  }
  const find = (struct: string, path: string): StructField => {
    let id = idOf(struct)
    let offBits = 0
    let bits = 0
    for (const [, name, index] of path.matchAll(/(\w+)|\[(\d+)\]/g)) {
      if (index !== undefined) {
        const { type } = resolve(types.btf, id)
        assert(type.kind === 'array', `${path} of ${struct} is an array`)
        id = type.type
        offBits += 8 * Number(index) * (sizeOf(types.btf, id) ?? 0)
        continue
      }
      const member = findMember(types.btf, resolve(types.btf, id).id, name)
      assert(member, `struct ${struct} has ${path}`)
      offBits += member.offBits
      bits = member.sizeBits
      id = member.type
    }
    const sizeBytes = bits > 0 ? 4 : (sizeOf(types.btf, id) ?? 0)
    const at = bits > 0 ? (offBits >> 5) << 2 : offBits >> 3
    return { at, sizeBytes, bitAt: offBits - 8 * at, bits }
  }
  return {
    sizeOf(struct) {
      let size = sizes.get(struct)
      if (size === undefined) sizes.set(struct, (size = sizeOf(types.btf, idOf(struct)) ?? 0))
      return size
    },
    field(struct, path) {
      const key = `${struct}.${path}`
      let field = fields.get(key)
      if (!field) fields.set(key, (field = find(struct, path)))
      return field
    },
  }
}

const WORD = 8

/** The pointer to an object at a Ram offset; 0 stays NULL. */
export const pointer = (ram: number): bigint => (ram === 0 ? 0n : (BigInt(DIRECT_HI >>> 0) << 32n) | BigInt(ram))
/** A new object with values; further bytes may follow the structure (flexible arrays). Its Ram offset. */
export function make(k: Kernel, s: Structs, struct: string, values: Values, extraBytes = 0): number {
  const ram = addObject(k, { name: struct, sizeBytes: s.sizeOf(struct) + extraBytes })
  assert(ram !== 0, 'memory for objects of the kernel')
  put(k, s, ram, struct, values)
  return ram
}

/** A text that ends in NUL, as an object of its own. */
export function textObject({ kernel }: { readonly kernel: Kernel }, text: string): number {
  const bytes = textBytes(text)
  const ram = addObject(kernel, { name: 'text', sizeBytes: bytes.length + 1 })
  kernel.memory.ram.write(ram, bytes)
  return ram
}

/** Writes fields of an object. Texts end in NUL and are cut to their arrays. */
export function put(k: Kernel, s: Structs, ram: number, struct: string, values: Values): void {
  for (const [path, value] of Object.entries(values)) putField(k, ram, s.field(struct, path), value)
}

function putField(k: Kernel, ram: number, f: StructField, value: Value): void {
  const { ram: memory } = k.memory
  const at = ram + f.at
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const bytes =
      typeof value === 'string' ? Uint8Array.from(value, (c) => c.charCodeAt(0)).subarray(0, Math.max(0, f.sizeBytes - 1)) : value
    memory.fill(at, f.sizeBytes, 0)
    memory.write(at, bytes.subarray(0, f.sizeBytes))
    return
  }
  let bits = BigInt.asUintN(64, BigInt(value))
  if (f.bits > 0) {
    const mask = ((1n << BigInt(f.bits)) - 1n) << BigInt(f.bitAt)
    bits = (BigInt(memory.view.getUint32(at, true)) & ~mask) | ((bits << BigInt(f.bitAt)) & mask)
  }
  const size = Math.min(f.sizeBytes, WORD)
  const out = new Uint8Array(size)
  for (let i = 0; i < size; i++, bits >>= 8n) out[i] = Number(bits & 0xffn)
  memory.write(at, out)
}

/** Makes objects members of a circular list (struct list_head) in order: a head, and where in each object the link lies. */
export function link(
  k: Kernel,
  s: Structs,
  head: readonly [ram: number, struct: string, path: string],
  links: readonly number[],
  struct: string,
  path: string,
): void {
  const at = [head[0] + s.field(head[1], head[2]).at, ...links.map((ram) => ram + s.field(struct, path).at)]
  for (const [i, ram] of at.entries()) {
    const { view } = k.memory.ram
    view.setBigUint64(ram, pointer(at[(i + 1) % at.length]), true)
    view.setBigUint64(ram + WORD, pointer(at[(i + at.length - 1) % at.length]), true)
    k.memory.ram.touch(ram, 2 * WORD)
  }
}
