// Programs with an arena: verdict, errno and log of level 2 are the running kernel's to the letter (bench/arena-fixtures.ts records them).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { programOf } from '../testkit/differential.ts'
import type { GeneratedRecord } from '../testkit/index.ts'
import { capabilitiesOf, verify } from './index.ts'

interface Row {
  readonly record: GeneratedRecord
  readonly errno: number
  readonly log: string
}

const kernel = await loadKernelBtf()
const rows = gunzipSync(readFileSync(`${import.meta.dirname}/fixtures/arena/answers.jsonl.gz`))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
const plain = (log: string): string =>
  log
    .replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR')
    // Where it lies in user space.
    .replaceAll(/= 0x1000000000[0-9a-f]{2}\b/g, '= 0xADDR')
    .replace(/verification time \d+ usec/, '')

test.each(rows.map((row) => [`${row.record.id} as ${row.record.type}`, row] as const))('%s', (_, { record, errno, log }) => {
  const result = verify(programOf(record), { logLevel: 6, kernel })
  expect({ errno: result.errno, feature: result.feature }).toEqual({ errno, feature: undefined })
  expect(plain(result.log)).toBe(plain(log))
})

test('wants both capabilities', () => {
  const { record } = rows.find((row) => row.record.id === 'load' && row.record.type === 'socket_filter')!
  const { errno, message } = verify(programOf(record), { logLevel: 0, caps: capabilitiesOf('cap_bpf') })
  expect([errno, message]).toEqual([1, 'CAP_BPF and CAP_PERFMON are required to use arena'])
})
