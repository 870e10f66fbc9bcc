// User space that watches a world: what it takes out of ring buffers and perf buffers, and values of maps over simulated time. It stands between a world
// and who drives it, looks whenever a program has run, and keeps what it saw; going back in time goes back here too.
// In: a world, and which maps are looked at. Out: the same world to be driven, records and samples up to the point where it stands.
import type { Kernel, KernelMap, RingbufMap, World, WorldSnapshot } from '../kernel/index.ts'

export interface UserRecord {
  readonly atNs: number
  /** Host, and the name of the map. */
  readonly node: string
  readonly map: string
  readonly cpu: number
  readonly data: Uint8Array
}

/** The value of a key that had changed. */
export interface Sample {
  readonly atNs: number
  readonly node: string
  readonly map: string
  readonly key: Uint8Array
  readonly value: Uint8Array
}

export interface Observer {
  readonly world: World
  /** Up to where the world stands, the oldest first. */
  readonly records: () => readonly UserRecord[]
  readonly samples: () => readonly Sample[]
}

/** Records and samples that are kept; what comes behind them is left out. */
const MAX_KEPT = 100_000
const RING = 'ringbuf'

interface Snapshot extends WorldSnapshot {
  readonly inner: WorldSnapshot
  readonly records: number
  readonly samples: number
  readonly taken: readonly number[]
  readonly last: ReadonlyMap<string, Uint8Array>
}

/** `read`: names of maps whose records user space takes; `sampled`: maps whose values are followed. */
export function observe(world: World, read: ReadonlySet<string>, sampled: ReadonlySet<string>): Observer {
  const kernels = [...world.kernels]
  const rings = kernels.flatMap(([node, k]) =>
    k.maps.filter((m) => m.def.type === RING && read.has(m.def.name)).map((map) => ({ node, map: map as RingbufMap })),
  )
  const followed = kernels.flatMap(([node, k]) => k.maps.filter((m) => sampled.has(m.def.name)).map((map) => ({ node, map })))
  const records: UserRecord[] = []
  const samples: Sample[] = []
  let recorded = 0
  let sampledCount = 0
  let taken = kernels.map(() => 0)
  let last = new Map<string, Uint8Array>()

  const keep = (r: UserRecord): void => {
    if (recorded < MAX_KEPT) records[recorded++] = r
  }

  function look(atNs: number): void {
    for (const { node, map } of rings) for (const data of map.ring.consume()) keep({ atNs, node, map: map.def.name, cpu: 0, data })
    for (const [i, [node, k]] of kernels.entries()) takePerf(i, node, k, atNs)
    for (const { node, map } of followed) follow(node, map, atNs)
  }

  function takePerf(i: number, node: string, k: Kernel, atNs: number): void {
    for (; taken[i] < k.perfRecords.count; taken[i]++) {
      const { map, cpu, data } = k.perfRecords.items[taken[i]]
      const { name } = k.maps[map].def
      if (read.has(name)) keep({ atNs, node, map: name, cpu, data })
    }
  }

  function follow(node: string, map: KernelMap, atNs: number): void {
    for (const { key, value } of map.entries()) {
      const place = `${node} ${map.id} ${key.join()}`
      const before = last.get(place)
      if (before && same(before, value)) continue
      last.set(place, value)
      if (sampledCount < MAX_KEPT) samples[sampledCount++] = { atNs, node, map: map.def.name, key, value }
    }
  }

  let atNs = 0
  const watched: World = {
    get plan() {
      return world.plan
    },
    get stopped() {
      return world.stopped
    },
    kernels: world.kernels,
    events: world.events,
    next() {
      const step = world.next()
      if (step.kind === 'activation') ({ atNs } = step.activation)
      return step
    },
    finish(result) {
      look(atNs)
      world.finish(result)
    },
    save(): WorldSnapshot {
      const inner = world.save()
      const snapshot: Snapshot = {
        atNs: inner.atNs,
        inner,
        records: recorded,
        samples: sampledCount,
        taken: taken.slice(),
        last: new Map(last),
      }
      return snapshot
    },
    restore(snapshot) {
      const s = snapshot as Snapshot
      world.restore(s.inner)
      recorded = s.records
      sampledCount = s.samples
      taken = s.taken.slice()
      last = new Map(s.last)
    },
  }
  /** What the run under way has submitted: user space need not wait for its end. */
  function pending(): UserRecord[] {
    const out: UserRecord[] = []
    for (const { node, map } of rings)
      for (const { state, data } of map.ring.records()) {
        if (state === 'busy') break
        if (state === 'submitted') out.push({ atNs, node, map: map.def.name, cpu: 0, data })
      }
    for (const [i, [node, k]] of kernels.entries())
      for (const { map, cpu, data } of k.perfRecords.items.slice(taken[i], k.perfRecords.count)) {
        const { name } = k.maps[map].def
        if (read.has(name)) out.push({ atNs, node, map: name, cpu, data })
      }
    return out
  }

  return {
    world: watched,
    records: () => [...records.slice(0, recorded), ...pending()].slice(0, MAX_KEPT),
    samples: () => samples.slice(0, sampledCount),
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
