// Recorded runs of Linux 6.18 (x86-64, root) replayed: own generated programs, one family a file. Each line is a program with its maps, the
// packet, and what BPF_PROG_TEST_RUN gave; the order of hash maps' entries was recorded for maps without a random seed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../base/index.ts'
import type { MapDef } from '../isa/index.ts'
import { type RunRecord, replayRecord } from '../testkit/replay.ts'
import { addMap, createKernel } from './index.ts'

const dir = join(import.meta.dirname, 'fixtures')

function readRecords(file: string): RunRecord[] {
  const lines = gunzipSync(readFileSync(join(dir, file)))
    .toString()
    .trimEnd()
    .split('\n')
  return lines.map((l) => JSON.parse(l) as RunRecord)
}

describe('recorded runs', () => {
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.jsonl.gz'))) {
    it(file.replace('.jsonl.gz', ''), () => {
      const records = readRecords(file)
      expect(records.length).toBeGreaterThan(5)
      for (const engine of ['interp', 'jit'] as const) {
        const wrong = records.map((r) => `${r.id}: ${replayRecord(r, engine)}`).filter((line) => !line.endsWith(': '))
        expect(wrong.slice(0, 3), engine).toEqual([])
      }
    })
  }

  it('sees a record that does not fit', () => {
    const record = readRecords('callbacks.jsonl.gz').find((r) => r.run?.retval === 2)!
    expect(replayRecord({ ...record, run: { ...record.run!, retval: 3 } })).toBe('retval 2, Linux 3')
  })
})

type CreateCase = readonly [type: string, keySize: number, valueSize: number, maxEntries: number, flags: number, errno: number]

it('creates and refuses maps as Linux does', () => {
  const cases = JSON.parse(readFileSync(join(dir, 'map-create.json'), 'utf8')) as CreateCase[]
  const wrong: unknown[] = []
  for (const [type, keySize, valueSize, maxEntries, flags, errno] of cases) {
    const def: MapDef = { name: '', type, keySize, valueSize, maxEntries, flags, keyTypeId: 0, valueTypeId: 0, init: [], frozen: false }
    const made = addMap(createKernel(), def)
    // What is too large for the simulated memory says so.
    if (made.unsupported ? !made.unsupported.startsWith('a map as large as') : made.errno !== errno) wrong.push([def, errno, made.errno])
  }
  expect(cases.length).toBeGreaterThan(1000)
  expect(wrong).toEqual([])
})

interface Order {
  readonly type: string
  readonly keySize: number
  readonly maxEntries: number
  readonly flags: number
  readonly keys: readonly string[]
  readonly order: readonly string[]
}

describe('hash maps without a random seed', () => {
  const cases = JSON.parse(readFileSync(join(dir, 'hash-order.json'), 'utf8')) as Order[]
  it.each(cases.map((c) => [c.type, c.keySize, c.maxEntries, c] as const))(
    '%s of keys of %d bytes, %d entries',
    (_type, _size, _max, c) => {
      const init = c.keys.map((k) => ({ key: fromHex(k)!, value: new Uint8Array(16) }))
      const { type, keySize, maxEntries, flags } = c
      const def: MapDef = { name: '', type, keySize, valueSize: 4, maxEntries, flags, keyTypeId: 0, valueTypeId: 0, init, frozen: false }
      const { map } = addMap(createKernel(), def)
      expect(map!.entries().map((e) => toHex(e.key))).toEqual(c.order)
      const walked: string[] = []
      for (let key = map!.nextKey(undefined); key; key = map!.nextKey(key)) walked.push(toHex(key))
      expect(walked).toEqual(c.order)
    },
  )
})
