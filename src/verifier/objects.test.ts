// Programs made from the C files in fixtures/objects, with the log of the running kernel at level 2 (bench/kernel-logs.ts records both). Verdict,
// errno and log are the kernel's to the letter.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadKernelBtf } from '../abi/index.ts'
import { assert, fromHex } from '../base/index.ts'
import type { MapDef, Program } from '../isa/index.ts'
import { verify } from './index.ts'

type Bytes = readonly [string, string]
interface Row extends Omit<Program, 'code' | 'maps' | 'btf'> {
  readonly code: string
  readonly maps: readonly (Omit<MapDef, 'init'> & { readonly init: readonly Bytes[] })[]
  readonly btf?: string
  readonly errno: number
  readonly log: string
}

const kernel = await loadKernelBtf()
const dir = join(import.meta.dirname, 'fixtures/objects')

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex)
  assert(read, 'the fixture has hex')
  return read
}

const programOf = (row: Row): Program => ({
  ...row,
  code: bytes(row.code),
  maps: row.maps.map((m) => ({ ...m, init: m.init.map(([key, value]) => ({ key: bytes(key), value: bytes(value) })) })),
  btf: row.btf === undefined ? undefined : new Uint8Array(Buffer.from(row.btf, 'base64')),
  spans: [],
  vars: [],
})

const plain = (log: string): string =>
  log
    .replaceAll(/0xff[0-9a-f]{14}/g, '0xADDR')
    .replace(/^verification time .*\n/m, '')
    .trimEnd()

for (const file of readdirSync(dir).filter((f) => f.endsWith('.gz'))) {
  const rows = gunzipSync(readFileSync(join(dir, file)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  describe(file.replace('.jsonl.gz', '.c'), () => {
    test.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
      const result = verify(programOf(row), { logLevel: 2, kernel })
      expect({ errno: result.errno, feature: result.feature }).toEqual({ errno: row.errno, feature: undefined })
      expect(plain(result.log)).toBe(plain(row.log))
    })
  })
}
