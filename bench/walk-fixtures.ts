// Writes the logs of src/verifier/fixtures/walk/*.txt anew from the running kernel. Usage: node scripts/ts.mjs bench/walk-fixtures.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../src/base/index.ts'
import { askRecords, whyNoRecords } from '../src/testkit/records.ts'
import { readWalks, shortLog, WALK_MAPS, type WalkCase, walkCode, writeWalks } from '../src/testkit/walks.ts'

const root = process.cwd()
const dir = join(root, 'src/verifier/fixtures/walk')
const missing = whyNoRecords(root)
if (missing) throw new Error(missing)
const oracle = askRecords(2, false, root)
for (const name of readdirSync(dir)) {
  const walks: WalkCase[] = []
  for (const walk of readWalks(readFileSync(join(dir, name), 'utf8'))) {
    const record = {
      id: walk.title.replaceAll(/[^a-z0-9 ]/gi, ''),
      lane: '',
      gen: '',
      type: walk.type,
      attach_type: 0,
      insns: toHex(walkCode(walk)),
      maps: WALK_MAPS,
      license: 'GPL',
      flags: walk.flags,
    }
    const answer = await oracle.ask(record)
    if (answer.error) throw new Error(`${walk.title}: ${answer.error}`)
    walks.push({ ...walk, log: shortLog(answer.log ?? '') })
  }
  writeFileSync(join(dir, name), writeWalks(walks))
}
oracle.close()
