// BPF_MAP_TYPE_STRUCT_OPS: a table of functions that the kernel calls. User space writes the one value, which registers it, and deletes it, which
// takes it back. The programs in it are started by whoever plays the kernel's part (startProgram() with their arguments).
// Linux: kernel/bpf/bpf_struct_ops.c.
import type { MapDef } from '../../isa/index.ts'
import { EBUSY, EINVAL, ENOENT } from '../errno.ts'
import type { KernelMap, MapHost } from './map.ts'

const INIT = 0
const INUSE = 1

export interface StructOpsMap extends KernelMap {
  readonly isRegistered: () => boolean
}

export function createStructOps(host: MapHost, def: MapDef, id: number): StructOpsMap | undefined {
  const { ram } = host.memory
  const value = ram.alloc(def.valueSize)
  const state = ram.alloc(8)
  if (value === 0 || state === 0) return undefined
  const isZero = (key: Uint8Array): boolean => key.every((b) => b === 0)
  const isRegistered = (): boolean => ram.i32[state >> 2] === INUSE
  const key = new Uint8Array(def.keySize)
  return {
    def,
    id,
    percpu: false,
    isRegistered,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: (k) => (isZero(k) ? ram.read(value, def.valueSize) : undefined),
    userUpdate: (k, bytes, flags) => {
      if (flags !== 0 || !isZero(k)) return flags !== 0 ? -EINVAL : -7
      if (isRegistered()) return -EBUSY
      ram.write(value, bytes.subarray(0, def.valueSize))
      ram.setI32(state, INUSE)
      return 0
    },
    userDelete: () => {
      if (!isRegistered()) return -ENOENT
      ram.setI32(state, INIT)
      return 0
    },
    nextKey: (k) => (k ? undefined : key),
    count: () => 1,
    entries: () => [{ key, value: ram.read(value, def.valueSize) }],
    locate: () => undefined,
  }
}
