// BPF_MAP_TYPE_CGROUP_STORAGE and PERCPU_CGROUP_STORAGE: one value for each place that a program is attached at, which the program reaches
// without a key. There is one such place here; a test run begins with zeros, as in Linux, where it has a storage of its own that
// user space does not see.
// Linux: kernel/bpf/local_storage.c, bpf_test_run() in net/bpf/test_run.c.
import type { MapDef } from '../../isa/index.ts'
import { EINVAL } from '../errno.ts'
import { currentCpu, type KernelMap, type MapHost, round8 } from './map.ts'
import { mapValues } from './values.ts'

export interface CgroupStorage extends KernelMap {
  /** Ram offset of the value for the CPU that runs. */
  readonly storage: () => number
  /** Back to zeros. */
  readonly clear: () => void
}

export function createCgroupStorage(host: MapHost, def: MapDef, id: number): CgroupStorage | undefined {
  const ram = host.memory.ram
  const percpu = def.type === 'percpu_cgroup_storage'
  const stride = round8(def.valueSize)
  const cpus = percpu ? host.cpus : 1
  const size = cpus * stride
  const storage = ram.alloc(size)
  if (storage === 0) return undefined
  mapValues(host.memory, def, storage, cpus, stride, (slot) => `${def.name || 'storage'}${percpu ? ` cpu ${slot}` : ''}`)
  return {
    def,
    id,
    percpu,
    storage: () => storage + (percpu ? currentCpu(host) * stride : 0),
    clear: () => ram.fill(storage, size, 0),
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    userLookup: () => undefined,
    userUpdate: () => -EINVAL,
    userDelete: () => -EINVAL,
    nextKey: () => undefined,
    count: () => 0,
    entries: () => [],
    locate: (at) =>
      at >= storage && at < storage + size
        ? { key: new Uint8Array(0), cpu: Math.floor((at - storage) / stride), offset: (at - storage) % stride }
        : undefined,
  }
}
