// Programs of the verifier's fixtures: those recorded in objects/ (bench/kernel-logs.ts) and those of walk/.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { assert, fromHex } from '../base/index.ts'
import type { MapDef, Program } from '../isa/index.ts'
import { WALK_MAPS, type WalkCase, walkCode } from './walks.ts'

type Bytes = readonly [string, string]
interface Row extends Omit<Program, 'code' | 'maps' | 'btf'> {
  readonly code: string
  readonly maps: readonly (Omit<MapDef, 'init'> & { readonly init: readonly Bytes[] })[]
  readonly btf?: string
  readonly errno: number
  readonly log: string
}

/** A program with what the running kernel said of it at level 2. */
export interface RecordedProgram {
  readonly program: Program
  readonly errno: number
  readonly log: string
}

const OBJECTS = join(import.meta.dirname, '../verifier/fixtures/objects')
export const objectFiles: readonly string[] = readdirSync(OBJECTS)
  .filter((f) => f.endsWith('.jsonl.gz'))
  .map((f) => f.replace('.jsonl.gz', ''))

export const recordedObjects = (name: string): RecordedProgram[] =>
  gunzipSync(readFileSync(join(OBJECTS, `${name}.jsonl.gz`)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .map((row) => ({ program: objectProgram(row), errno: row.errno, log: row.log }))

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex)
  assert(read, 'the fixture has hex')
  return read
}

const objectProgram = (row: Row): Program => ({
  ...row,
  code: bytes(row.code),
  maps: row.maps.map((m) => ({ ...m, init: m.init.map(([key, value]) => ({ key: bytes(key), value: bytes(value) })) })),
  btf: row.btf === undefined ? undefined : new Uint8Array(Buffer.from(row.btf, 'base64')),
  spans: [],
  vars: [],
})

const walkMaps: readonly MapDef[] = WALK_MAPS.map(({ type, key, value, max }) => ({
  name: '',
  type,
  keySize: key,
  valueSize: value,
  maxEntries: max,
  flags: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  init: [],
  frozen: false,
}))

export const walkProgram = (walk: WalkCase): Program => ({
  name: '',
  section: '',
  type: walk.type,
  attachType: 0,
  license: 'GPL',
  flags: walk.flags,
  code: walkCode(walk),
  maps: walkMaps,
  lines: [],
  spans: [],
  subprogs: [],
  vars: [],
})
