// Loads by others than root: verdict, errno and log of level 2 are the running kernel's to the letter (bench/privilege-fixtures.ts records them).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { programOf } from '../testkit/differential.ts'
import type { GeneratedRecord } from '../testkit/index.ts'
import { recordedObjects } from '../testkit/recorded.ts'
import { capabilitiesOf, readCapabilities, verify } from './index.ts'

interface Row {
  readonly caps: string
  readonly record: GeneratedRecord
  readonly errno: number
  readonly log: string
}

const kernel = await loadKernelBtf()
const rows = gunzipSync(readFileSync(`${import.meta.dirname}/fixtures/privilege/answers.jsonl.gz`))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
const plain = (log: string): string => log.replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR').replace(/verification time \d+ usec/, '')

describe.each([...new Set(rows.map((row) => row.caps))])('with %s', (caps) => {
  const own = rows.filter((row) => row.caps === caps)
  test.each(own.map((row) => [`${row.record.id} as ${row.record.type}`, row] as const))('%s', (_, { record, errno, log }) => {
    const result = verify(programOf(record), { logLevel: 6, kernel, caps: readCapabilities(caps)! })
    expect({ errno: result.errno, feature: result.feature }).toEqual({ errno, feature: undefined })
    expect(plain(result.log)).toBe(plain(log))
  })
  test('something is accepted and something refused', () => {
    const errnos = new Set(own.map((row) => row.errno))
    expect(errnos.has(0)).toBe(true)
    expect(errnos.size).toBeGreaterThan(2)
  })
})

test('mispredicted paths are walked', () => {
  expect(rows.filter((row) => row.log.includes('(speculative execution)')).length).toBeGreaterThan(20)
})

test('privileges', () => {
  const { program } = recordedObjects('iterators')[0]!
  expect(verify(program, { logLevel: 0, kernel, caps: capabilitiesOf('none') }).errno).toBe(1)
  expect(verify(program, { logLevel: 0, kernel, caps: capabilitiesOf('root') })).toEqual(verify(program, { logLevel: 0, kernel }))
  expect(readCapabilities('bpf,perfmon')).toEqual({ bpf: true, perfmon: true, netAdmin: false })
  expect(readCapabilities('sys_admin')).toBeUndefined()
})
