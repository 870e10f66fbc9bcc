// The walk on small programs, one file a part of it: how paths are explored, pruned and compared, what is marked precise, what checks say.
// The logs are the kernel's; `node scripts/ts.mjs bench/walk-fixtures.ts` writes them anew.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { MapDef, Program } from '../isa/index.ts'
import { readWalks, shortLog, WALK_MAPS, type WalkCase, walkCode } from '../testkit/walks.ts'
import { verify } from './index.ts'

const dir = `${import.meta.dirname}/fixtures/walk`
const maps: readonly MapDef[] = WALK_MAPS.map(({ type, key, value, max }) => ({
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

const programOf = (walk: WalkCase): Program => ({
  name: '',
  section: '',
  type: 'xdp',
  attachType: 0,
  license: 'GPL',
  flags: walk.flags,
  code: walkCode(walk),
  maps,
  lines: [],
  spans: [],
  subprogs: [],
  vars: [],
})

describe.each(readdirSync(dir))('%s', (file) => {
  test.each(readWalks(readFileSync(`${dir}/${file}`, 'utf8')))('$title', (walk) => {
    expect(shortLog(verify(programOf(walk), { logLevel: 2 }).log)).toBe(walk.log)
  })
})
