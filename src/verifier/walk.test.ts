// The walk on small programs, one file a part of it: how paths are explored, pruned and compared, what is marked precise, what checks say.
// The logs are the kernel's; `node scripts/ts.mjs bench/walk-fixtures.ts` writes them anew.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { walkProgram } from '../testkit/recorded.ts'
import { readWalks, shortLog } from '../testkit/walks.ts'
import { verify } from './index.ts'

const dir = `${import.meta.dirname}/fixtures/walk`

describe.each(readdirSync(dir))('%s', (file) => {
  test.each(readWalks(readFileSync(`${dir}/${file}`, 'utf8')))('$title', (walk) => {
    expect(shortLog(verify(walkProgram(walk), { logLevel: 2 }).log)).toBe(walk.log)
  })
})
