// Loads by others than root: verdict, errno and log of level 2 are the running kernel's to the letter (bench/privilege-fixtures.ts records them).
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { makeSource } from '../diag/index.ts'
import { assemble } from '../isa/index.ts'
import { normalLog, programOf } from '../testkit/differential.ts'
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

describe.each([...new Set(rows.map((row) => row.caps))])('with %s', (caps) => {
  const own = rows.filter((row) => row.caps === caps)
  test.each(own.map((row) => [`${row.record.id} as ${row.record.type}`, row] as const))('%s', (_, { record, errno, log }) => {
    const result = verify(programOf(record), { logLevel: 6, kernel, caps: readCapabilities(caps)! })
    expect({ errno: result.errno, feature: result.feature }).toEqual({ errno, feature: undefined })
    expect(normalLog(result.log)).toBe(normalLog(log))
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

test('a loop is named with the lines of both ends', () => {
  const { program } = assemble(makeSource('loop.s', 'r0 = 3\nagain:\nr0 -= 1\nif r0 != 0 goto again\nexit'))
  const lines = [0, 1, 2].map((insn) => ({ insn, file: 'd/loop.c', text: `  line ${insn};`, line: insn + 1, column: 1 }))
  // As Linux 6.18 writes of verifier_cfg's conditional_loop, loaded without capabilities.
  const { log, message } = verify({ ...program!, type: 'socket_filter', lines }, { logLevel: 4, kernel, caps: capabilitiesOf('none') })
  expect(log.split('\n').slice(0, 3)).toEqual(['2: line 2; @ loop.c:3', '1: line 1; @ loop.c:2', 'back-edge from insn 2 to 1'])
  expect(message).toBe('back-edge from insn 2 to 1')
})

test('privileges', () => {
  const { program } = recordedObjects('iterators')[0]!
  expect(verify(program, { logLevel: 0, kernel, caps: capabilitiesOf('none') }).errno).toBe(1)
  expect(verify(program, { logLevel: 0, kernel, caps: capabilitiesOf('root') })).toEqual(verify(program, { logLevel: 0, kernel }))
  expect(readCapabilities('bpf,perfmon')).toEqual({ bpf: true, perfmon: true, netAdmin: false })
  expect(readCapabilities('sys_admin')).toBeUndefined()
})
