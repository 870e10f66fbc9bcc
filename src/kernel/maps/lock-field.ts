// Where a map's values have a spin lock, as the BTF of the program that the map came with says. Values are copied around it, and BPF_F_LOCK
// asks for it to be taken meanwhile, which costs nothing with one processor.
// Linux: btf_parse_fields(), copy_map_value().
import { readBtf, resolve } from '../../btf/index.ts'
import type { MapDef } from '../../isa/index.ts'
import type { Ram } from '../../vm/index.ts'

const LOCK = 'bpf_spin_lock'
export const LOCK_BYTES = 4
export const NO_LOCK = -1

/** Offset of the lock in a value; NO_LOCK = there is none. */
export function lockField(def: MapDef, btf: Uint8Array | undefined): number {
  const read = btf && def.valueTypeId !== 0 ? readBtf(btf) : undefined
  if (!read?.ok) return NO_LOCK
  const value = resolve(read.btf, def.valueTypeId).type
  if (value.kind !== 'struct') return NO_LOCK
  const member = value.members.find((m) => {
    const { type } = resolve(read.btf, m.type)
    return type.kind === 'struct' && type.name === LOCK
  })
  return member ? member.offBits / 8 : NO_LOCK
}

/** Copies a value, all but its lock. */
export function copyValue(ram: Ram, to: number, from: number, size: number, lock: number): void {
  if (lock === NO_LOCK) {
    ram.copy(to, from, size)
    return
  }
  const behind = lock + LOCK_BYTES
  ram.copy(to, from, lock)
  ram.copy(to + behind, from + behind, size - behind)
}
