// Small programs that use the kernel's own types, with the log of the running kernel at level 2: fields of structures at all sorts of offsets,
// kfuncs and helpers with all sorts of arguments, arguments of tracepoints. Verdict, errno and log are the kernel's to the letter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { assert, fromHex } from '../base/index.ts'
import type { MapDef, Program } from '../isa/index.ts'
import { verify } from './index.ts'

interface Row {
  readonly type: string
  readonly attach_type: number
  readonly attach_to?: string
  readonly flags: number
  readonly insns: string
  /** An array of 16-byte values is at hand. */
  readonly map?: boolean
  readonly errno: number
  readonly log: string
}

const ARRAY: MapDef = {
  name: '',
  type: 'array',
  keySize: 4,
  valueSize: 16,
  maxEntries: 4,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  init: [],
  frozen: false,
}

function programOf(row: Row): Program {
  const code = fromHex(row.insns)
  assert(code, 'the fixture has hex')
  return {
    name: '',
    section: '',
    type: row.type,
    attachType: row.attach_type,
    ...(row.attach_to === undefined ? {} : { attachTo: row.attach_to }),
    license: 'GPL',
    flags: row.flags,
    code,
    maps: row.map ? [ARRAY] : [],
    lines: [],
    spans: [],
    subprogs: [],
    vars: [],
  }
}

const plain = (log: string): string => log.replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR').trimEnd()

const rows = gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures/kernel-types/answers.jsonl.gz')))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
const kernel = await loadKernelBtf()

describe('programs that use the types of the kernel', () => {
  test.each(rows.map((row, i) => [i, row] as const))('%d', (_, row) => {
    const result = verify(programOf(row), { logLevel: 2, kernel })
    expect({ errno: result.errno, feature: result.feature }).toEqual({ errno: row.errno, feature: undefined })
    expect(plain(result.log)).toBe(row.log)
  })

  test('are unsupported where the types are not at hand', () => {
    const row = rows.find((r) => r.type === 'tp_btf')
    assert(row, 'the fixture has tracepoints')
    expect(verify(programOf(row), { logLevel: 0 })).toMatchObject({ verdict: 'unsupported', feature: 'program type tp_btf' })
  })
})
