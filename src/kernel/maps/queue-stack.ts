// BPF_MAP_TYPE_QUEUE and STACK: a ring of max_entries + 1 slots, of which one stays empty. Values have no key.
// Linux: kernel/bpf/queue_stack_maps.c.
import type { MapDef } from '../../isa/index.ts'
import { E2BIG, EINVAL, ENOENT } from '../errno.ts'
import { BPF_EXIST, BPF_NOEXIST, type KernelMap, type MapHost } from './map.ts'

const NO_KEY = new Uint8Array(0)

export function createQueueStack(host: MapHost, def: MapDef, id: number): KernelMap | undefined {
  const ram = host.memory.ram
  const slots = def.maxEntries + 1
  const size = def.valueSize
  const values = ram.alloc(slots * size)
  const state = ram.alloc(8)
  const scratch = ram.alloc(size)
  if (values === 0 || scratch === 0) return undefined
  const TAIL = state + 4
  const get = (at: number): number => ram.i32[at >> 2]
  const next = (slot: number): number => (slot + 1 >= slots ? 0 : slot + 1)
  const before = (slot: number): number => (slot === 0 ? slots - 1 : slot - 1)
  const isEmpty = (): boolean => get(state) === get(TAIL)

  const push = (value: number, flags: number): number => {
    if (flags > BPF_EXIST || flags & BPF_NOEXIST) return -EINVAL
    if (next(get(state)) === get(TAIL)) {
      if (!(flags & BPF_EXIST)) return -E2BIG
      ram.setI32(TAIL, next(get(TAIL)))
    }
    ram.copy(values + get(state) * size, value, size)
    ram.setI32(state, next(get(state)))
    return 0
  }
  const take = (into: number, remove: boolean): number => {
    if (isEmpty()) {
      ram.fill(into, size, 0)
      return -ENOENT
    }
    const stack = def.type === 'stack'
    const slot = stack ? before(get(state)) : get(TAIL)
    ram.copy(into, values + slot * size, size)
    if (remove && stack) ram.setI32(state, slot)
    else if (remove) ram.setI32(TAIL, next(slot))
    return 0
  }

  return {
    def,
    id,
    percpu: false,
    lookup: () => 0,
    update: () => -EINVAL,
    delete: () => -EINVAL,
    push,
    pop: (into) => take(into, true),
    peek: (into) => take(into, false),
    userLookup: () => (take(scratch, false) === 0 ? ram.read(scratch, size) : undefined),
    userUpdate: (_key, value, flags) => {
      ram.write(scratch, value.subarray(0, size))
      return push(scratch, flags)
    },
    // BPF_MAP_LOOKUP_AND_DELETE_ELEM is the only way to take one out.
    userDelete: () => take(scratch, true),
    nextKey: () => undefined,
    count: () => (get(state) - get(TAIL) + slots) % slots,
    entries: () => {
      const order: number[] = []
      for (let slot = get(TAIL); slot !== get(state); slot = next(slot)) order.push(slot)
      if (def.type === 'stack') order.reverse()
      return order.map((slot) => ({ key: NO_KEY, value: ram.read(values + slot * size, size) }))
    },
    locate: () => undefined,
  }
}
