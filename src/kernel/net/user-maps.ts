// User space of a scenario writes and reads maps: single elements, and many with batch operations. What came of it stands in the world's log.
import { fromHex } from '../../base/index.ts'
import { ENOENT } from '../errno.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log.ts'
import { mapBatch } from '../maps/batch.ts'
import type { KernelMap } from '../maps/map.ts'
import type { Stimulus } from '../world/scenario.ts'
import { type Net, note } from './net.ts'

/** The maps of a name: on a node's host, or on all hosts. */
function* mapsNamed(
  net: Net,
  node: string,
  name: string,
): Generator<{ readonly kernel: Kernel; readonly map: KernelMap; readonly host: string }> {
  const ns = net.namespaces.get(node)
  const kernels = ns ? [ns.kernel] : [...new Set([...net.namespaces.values()].map((n) => n.kernel))]
  for (const kernel of kernels) {
    const map = kernel.maps.find((m) => m.def.name === name)
    if (map) yield { kernel, map, host: ns?.host ?? '' }
  }
}

interface Write {
  readonly node: string
  readonly map: string
  readonly key: Uint8Array
  /** undefined = the key is deleted. */
  readonly value: Uint8Array | undefined
}

export function writeMap(net: Net, { node, map: name, key, value }: Write): void {
  const what = value ? 'update' : 'delete'
  for (const { kernel, map, host } of mapsNamed(net, node, name)) {
    const errno = value ? map.userUpdate(key, value, 0) : map.userDelete(key)
    if (errno >= 0) append(kernel.changes, { map: map.id, kind: what, key })
    else note(net, node, `${name}: ${what} fails with ${errno}`)
    net.world.tell({ kind: 'map', atNs: net.world.nowNs, node: host, map: name, what })
  }
}

const DEFAULT_COUNT = 64
const bytes = (hex: string | undefined): Uint8Array => fromHex(hex ?? '') ?? new Uint8Array(0)

export function batchMap(net: Net, s: Stimulus & { readonly kind: 'batch' }): void {
  const node = s.node ?? ''
  for (const { kernel, map, host } of mapsNamed(net, node, s.map)) {
    const isLookup = s.operation.startsWith('lookup')
    const { done, calls, errno } = isLookup ? readAll(kernel, map, s) : writeAll(kernel, map, s)
    const end = errno === 0 || (isLookup && errno === -ENOENT) ? '' : `, then fails with ${errno}`
    const times = isLookup ? ` in ${calls} ${calls === 1 ? 'call' : 'calls'}` : ''
    const where = node || ([...net.namespaces.values()].find((n) => n.kernel === kernel)?.host ?? '')
    note(net, where, `${s.map}: ${s.operation} of ${done} ${done === 1 ? 'element' : 'elements'}${times}${end}`)
    if (s.operation === 'lookup') continue
    net.world.tell({ kind: 'map', atNs: net.world.nowNs, node: host, map: s.map, what: s.operation === 'update' ? 'update' : 'delete' })
  }
}

interface Went {
  readonly done: number
  readonly calls: number
  readonly errno: number
}

/** One call after the other, each from where the last one stopped. */
function readAll(kernel: Kernel, map: KernelMap, s: Stimulus & { readonly kind: 'batch' }): Went {
  const operation = s.operation === 'lookup' ? 'lookup' : 'lookup-and-delete'
  let cursor: Uint8Array | undefined
  for (let calls = 1, done = 0; ; calls++) {
    const answer = mapBatch(map, operation, { count: s.count ?? DEFAULT_COUNT, ...(cursor ? { cursor } : {}) }, kernel.cpus)
    const found = answer.keys.length / Math.max(1, map.def.keySize)
    if (operation !== 'lookup') changed(kernel, map, 'delete', answer.keys, found)
    done += found
    if (answer.errno !== 0) return { done, calls, errno: answer.errno }
    cursor = answer.cursor
  }
}

function writeAll(kernel: Kernel, map: KernelMap, s: Stimulus & { readonly kind: 'batch' }): Went {
  const operation = s.operation === 'update' ? 'update' : 'delete'
  const keys = bytes(s.keys)
  const count = s.count ?? Math.floor(keys.length / Math.max(1, map.def.keySize))
  const answer = mapBatch(map, operation, { count, keys, values: bytes(s.values) }, kernel.cpus)
  // A call that did not even begin leaves the count as it was.
  const done = answer.errno !== 0 && answer.count === count ? 0 : answer.count
  changed(kernel, map, operation, keys, done)
  return { done, calls: 1, errno: answer.errno }
}

function changed({ changes }: Kernel, map: KernelMap, kind: 'update' | 'delete', keys: Uint8Array, count: number): void {
  const { keySize } = map.def
  for (let i = 0; i < count; i++) append(changes, { map: map.id, kind, key: keys.slice(i * keySize, (i + 1) * keySize) })
}
