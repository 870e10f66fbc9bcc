// Sequences of batch operations on maps, generated from a seed, and the running kernel's answers to them (`oracle/batch.c`).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { mapTypes } from '../abi/index.ts'
import { toHex } from '../base/index.ts'
import type { MapDef } from '../isa/index.ts'
import { addMap, type BatchOperation, type BatchRequest, createKernel, mapBatch } from '../kernel/index.ts'
import { buildOracle, whyNoKernel } from './oracle.ts'

const root = join(import.meta.dirname, '../..')
const binary = join(root, 'build/batch')

/** Why the kernel cannot be asked about batches; undefined where it can. */
export const whyNoBatches = (): string | undefined => whyNoKernel() ?? buildOracle(join(root, 'oracle/batch.c'), binary, [])

export interface BatchStep extends BatchRequest {
  readonly operation: BatchOperation
  /** Goes on where the lookup before stopped, in place of `cursor`. */
  readonly goesOn?: boolean
}

export interface BatchStory {
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly flags: number
  readonly inner: number
  readonly steps: readonly BatchStep[]
}

const LETTER: Readonly<Record<BatchOperation, string>> = { lookup: 'l', 'lookup-and-delete': 'x', update: 'u', delete: 'd' }
const hex = (bytes: Uint8Array | undefined): string => (bytes && bytes.length > 0 ? toHex(bytes) : '-')

/** The kernel's answers to each story, a line a step; undefined where it does not make the map. */
export function askKernel(
  stories: readonly BatchStory[],
): readonly { readonly cpus: number; readonly lines: readonly string[] | undefined }[] {
  const commands = stories.flatMap(({ type, keySize, valueSize, maxEntries, flags, inner, steps }) => [
    `map ${mapTypes.find((m) => m.name === type)?.id ?? 0} ${keySize} ${valueSize} ${maxEntries} ${flags} ${inner}`,
    ...steps.map((s) => {
      const cursor = s.goesOn ? '=' : hex(s.cursor)
      return `${LETTER[s.operation]} ${s.elemFlags ?? 0} ${s.flags ?? 0} ${s.count} ${cursor} ${hex(s.keys)} ${hex(s.values)}`
    }),
  ])
  const { stdout, status } = spawnSync(binary, { input: `${commands.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`the oracle ended with ${status}`)
  const lines = stdout.trim().split('\n')
  let at = 0
  return stories.map(({ steps }) => {
    const [made, cpus] = lines[at].split(' ').map(Number)
    const own = lines.slice(at + 1, at + 1 + steps.length)
    at += 1 + steps.length
    return { cpus, lines: made < 0 ? undefined : own }
  })
}

/** Ours in the same form; undefined = the map is not made. */
export function askOurs(story: BatchStory, cpus: number): readonly string[] | undefined {
  const { type, keySize, valueSize, maxEntries, flags, inner, steps } = story
  const kernel = createKernel({ seed: 1, cpus })
  const plain = { name: '', keyTypeId: 0, valueTypeId: 0, init: [], frozen: false }
  const part: MapDef = { ...plain, name: 'inner', type: 'array', keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 }
  const ids = Array.from({ length: inner }, (_, i) => addMap(kernel, { ...part, name: `inner${i}` }).map?.id ?? 0)
  const { map } = addMap(kernel, {
    ...plain,
    name: 'm',
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    ...(inner > 0 ? { inner: part } : {}),
  })
  if (!map) return undefined
  let last: Uint8Array | undefined
  return steps.map((step) => {
    let { values } = step
    if (inner > 0 && values) {
      const words = new Uint32Array(values.slice().buffer)
      values = new Uint8Array(Uint32Array.from(words, (n) => ids[n] ?? 0xffffffff).buffer)
    }
    const request = { ...step, ...(values ? { values } : {}), ...(step.goesOn && last ? { cursor: last } : {}) }
    const a = mapBatch(map, step.operation, request, cpus)
    if (a.cursor) last = a.cursor
    return `${a.errno} ${a.count} ${hex(a.cursor)} ${hex(a.keys)} ${inner > 0 ? '-' : hex(a.values)}`
  })
}
