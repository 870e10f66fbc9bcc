// Objects of the kernel that programs hold pointers to: task_struct, sock, cgroup, file, what bpf_obj_new() makes. They are bytes in Ram, laid out
// as Linux's BTF says; a pointer to one is its Ram offset with the upper half DIRECT_HI. Programs read them (loads, bpf_probe_read_kernel()); only
// those that belong to programs may be written by them.
import { READ, type Region, WRITE } from '../vm/index.ts'
import { DIRECT_HI } from './address.ts'
import type { Kernel } from './kernel.ts'

export interface ObjectSpec {
  /** 'task_struct', for people. */
  readonly name: string
  readonly sizeBytes: number
  /** Whether programs may write to it. */
  readonly writable?: boolean
}

/** A zeroed object; its Ram offset, which is the lower half of its address. 0 = memory ends. */
export function addObject(k: Kernel, spec: ObjectSpec): number {
  const { memory } = k
  const ram = memory.ram.allocBlock(spec.sizeBytes)
  if (ram === 0) return 0
  memory.map({
    kind: 'object',
    baseHi: DIRECT_HI,
    baseLo: ram,
    to: spec.sizeBytes,
    rights: spec.writable ? READ | WRITE : READ,
    label: (offset) => ({ name: spec.name, offset }),
  })
  return ram
}

/** Takes an object away; pointers to it lead nowhere from now on. False where none lies there. */
export function removeObject(k: Kernel, ram: number): boolean {
  const r = objectAt(k, ram)
  if (!r) return false
  const size = r.to
  k.memory.unmap(r)
  k.memory.ram.release(ram, size)
  return true
}

/** The region of the object that begins at a Ram offset. */
export function objectAt(k: Kernel, ram: number): Region | undefined {
  const r = k.memory.nearest(DIRECT_HI, ram)
  return r.kind === 'object' && r.baseLo === ram && r.to > 0 ? r : undefined
}
