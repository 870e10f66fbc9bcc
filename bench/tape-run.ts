// Runs recorded programs on the simulated kernel and compares with what Linux's BPF_PROG_TEST_RUN gave: return value, packet, maps.
// Usage: node scripts/ts.mjs bench/tape-run.ts DIR [LANE] [LIMIT]     DIR holds LANE.jsonl.gz; see docs on the record format there.
// Prints per lane how many are equal, different, unsupported, and undetermined (different, but the program reads stack bytes that nobody
// wrote, so that no answer is the right one), and the first differences. Exit code 1 where any differs.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { type RunRecord, replayRecord } from '../src/testkit/replay.ts'

async function main(): Promise<void> {
  const [dir, lane, limit] = process.argv.slice(2)
  if (!dir) throw new Error('usage: tape-run.ts DIR [LANE] [LIMIT]')
  let failed = false
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.jsonl.gz'))) {
    const name = file.replace('.jsonl.gz', '')
    if (lane && lane !== 'all' && lane !== name) continue
    const count = { equal: 0, different: 0, unsupported: 0, undetermined: 0 }
    const samples: string[] = []
    const start = performance.now()
    for await (const line of createInterface({ input: createReadStream(join(dir, file)).pipe(createGunzip()) })) {
      const json = JSON.parse(line) as RunRecord
      if (!json.run) continue
      const d = replayRecord(json)
      if (d === '') count.equal++
      else {
        if (d.startsWith('unsupported')) count.unsupported++
        else if (d.startsWith('unwritten')) count.undetermined++
        else count.different++
        if (samples.length < 8 && !d.startsWith('unwritten')) samples.push(`  ${json.id}: ${d}`)
      }
      if (limit && count.equal + count.different + count.unsupported + count.undetermined >= Number(limit)) break
    }
    const ms = Math.round(performance.now() - start)
    console.log(
      `${name}: ${count.equal} equal, ${count.different} different, ${count.unsupported} unsupported, ${count.undetermined} undetermined (${ms} ms)`,
    )
    for (const s of samples) console.log(s)
    failed ||= count.different > 0
  }
  if (failed) process.exitCode = 1
}

await main()
