// Batch operations on maps: what they answer by themselves, and generated sequences of them beside the running kernel, where it can be asked.
import { describe, expect, test } from 'vitest'
import { askKernel, askOurs, type BatchStep, type BatchStory, whyNoBatches } from '../../testkit/batches.ts'
import { type Random, seeded } from '../../testkit/generate/random.ts'

const CPUS = 2
const STORIES = 20 * 12
const NO_PREALLOC = 1
const NO_COMMON_LRU = 2
const ZERO_SEED = 64
const RDONLY = 8
const WRONLY = 16

const KINDS: readonly (readonly [type: string, key: number, value: number, flags: readonly number[]])[] = [
  ['hash', 4, 4, [ZERO_SEED, ZERO_SEED | NO_PREALLOC]],
  ['hash', 7, 12, [ZERO_SEED]],
  ['percpu_hash', 4, 12, [ZERO_SEED, ZERO_SEED | NO_PREALLOC]],
  ['lru_hash', 4, 8, [ZERO_SEED, ZERO_SEED | NO_COMMON_LRU]],
  ['lru_percpu_hash', 4, 4, [ZERO_SEED, ZERO_SEED | NO_COMMON_LRU]],
  ['array', 4, 5, [0]],
  ['percpu_array', 4, 4, [0]],
  ['lpm_trie', 8, 4, [NO_PREALLOC]],
  ['array_of_maps', 4, 4, [0]],
  ['hash_of_maps', 4, 4, [ZERO_SEED]],
  ['queue', 0, 4, [0]],
  ['hash', 4, 4, [ZERO_SEED | RDONLY, ZERO_SEED | WRONLY]],
]

const INNER = 3

function story(r: Random, index: number, cpus: number): BatchStory {
  const [type, keySize, valueSize, flags] = KINDS[index % KINDS.length]
  const isMaps = type.endsWith('of_maps')
  const maxEntries = r.pick([1, 2, 3, 8, 13, 40])
  const bytesOfValue = type.includes('percpu') ? ((valueSize + 7) & ~7) * cpus : valueSize
  const key = (): number[] => {
    if (type === 'lpm_trie') return [r.pick([0, 1, 7, 8, 9, 24, 32, 33]), 0, 0, 0, r.below(3), r.below(2) * 128, 0, 0]
    const n = r.below(type.includes('array') ? maxEntries + 2 : 2 * maxEntries + 2)
    return Array.from({ length: keySize }, (_, i) => (i === 0 ? n : 0))
  }
  const value = (): number[] => (isMaps ? [r.below(INNER + 1), 0, 0, 0] : Array.from({ length: bytesOfValue }, () => r.below(256)))
  const many = (n: number, one: () => number[]): Uint8Array => Uint8Array.from(Array.from({ length: n }, one).flat())
  const odd = (): number => (r.below(12) === 0 ? r.pick([1, 2, 4, 8]) : 0)
  const step = (): BatchStep => {
    const operation = r.pick(['update', 'update', 'lookup', 'lookup', 'lookup-and-delete', 'delete'] as const)
    const count = r.pick([0, 1, 2, 3, 5, maxEntries, 2 * maxEntries])
    const base = { operation, count, elemFlags: odd(), flags: odd() }
    if (operation === 'update') return { ...base, keys: many(count, key), values: many(count, value) }
    if (operation === 'delete') return { ...base, keys: many(count, key) }
    return r.below(2) === 0 ? base : { ...base, goesOn: true }
  }
  return { type, keySize, valueSize, maxEntries, flags: r.pick(flags), inner: isMaps ? INNER : 0, steps: Array.from({ length: 12 }, step) }
}

const missing = whyNoBatches()
if (missing) console.log(`skipped: batches beside the kernel (${missing})`)

describe('beside the running kernel', () => {
  test.skipIf(missing !== undefined)('generated sequences answer alike', () => {
    const cpus = askKernel([story(seeded(0), 0, CPUS)])[0].cpus
    const stories = Array.from({ length: STORIES }, (_, i) => story(seeded(i + 1), i, cpus))
    const wanted: string[] = []
    const ours: string[] = []
    for (const [i, { lines }] of askKernel(stories).entries()) {
      const own = askOurs(stories[i], cpus)
      const at = (n: number): string => `${i} ${stories[i].type} ${stories[i].maxEntries} ${stories[i].steps[n]?.operation ?? ''} ${n}`
      wanted.push(...(lines ?? ['no map']).map((line, n) => `${at(n)}: ${line}`))
      ours.push(...(own ?? ['no map']).map((line, n) => `${at(n)}: ${line}`))
    }
    const first = wanted.findIndex((line, i) => line !== ours[i])
    expect(first < 0 ? '' : ours[first]).toEqual(first < 0 ? '' : wanted[first])
    expect(wanted.length).toBe(12 * stories.length)
  })
})

const run = (type: string, steps: readonly BatchStep[], more: Partial<BatchStory> = {}): readonly string[] | undefined =>
  askOurs({ type, keySize: 4, valueSize: 4, maxEntries: 8, flags: ZERO_SEED, inner: 0, steps, ...more }, CPUS)

const THREE = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0)

describe('what Linux 6.18 answered', () => {
  test('hashes are gone through by buckets, and the cursor is the next one', () => {
    expect(
      run('hash', [
        { operation: 'update', count: 3, keys: THREE, values: Uint8Array.of(10, 0, 0, 0, 11, 0, 0, 0, 12, 0, 0, 0) },
        { operation: 'lookup', count: 10 },
        { operation: 'lookup', count: 1 },
        { operation: 'lookup-and-delete', count: 10 },
        { operation: 'lookup', count: 10 },
      ]),
    ).toEqual([
      '0 3 - - -',
      '-2 3 08000000 020000000100000003000000 0b0000000a0000000c000000',
      '0 1 03000000 02000000 0b000000',
      '-2 3 08000000 020000000100000003000000 0b0000000a0000000c000000',
      '-2 0 08000000 - -',
    ])
  })

  test('arrays by keys, without deletion; kinds that have none say so', () => {
    const steps: readonly BatchStep[] = [
      { operation: 'lookup', count: 3 },
      { operation: 'lookup', count: 3, goesOn: true },
      { operation: 'delete', count: 1, keys: new Uint8Array(4) },
    ]
    expect(run('array', steps, { maxEntries: 4, flags: 0 })).toEqual([
      '0 3 02000000 000000000100000002000000 000000000000000000000000',
      '-2 1 03000000 03000000 00000000',
      '-524 1 - - -',
    ])
    expect(run('queue', [{ operation: 'lookup', count: 3 }], { keySize: 0, flags: 0 })).toEqual(['-524 3 - - -'])
  })
})
