// Records what the running kernel says of generated programs that somebody loads who is not root: src/verifier/fixtures/privilege/answers.jsonl.gz, which
// privilege.test.ts reads. Usage: node scripts/ts.mjs bench/privilege-fixtures.ts
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { generate } from '../src/testkit/index.ts'
import { askRecords, whyNoRecords } from '../src/testkit/records.ts'

const root = process.cwd()
const missing = whyNoRecords(root)
if (missing) throw new Error(`the running kernel cannot be asked (${missing})`)

const SEED = 77
const MOST_LOG = 12_000
const PLANS = [
  { caps: 'none', type: 'socket_filter' },
  { caps: 'none', type: 'cgroup_skb' },
  { caps: 'none', type: undefined },
  { caps: 'bpf', type: undefined },
  { caps: 'bpf,net_admin', type: undefined },
  { caps: 'bpf,perfmon', type: undefined },
] as const
const LANES = [
  ['typed', 12],
  ['nearmiss', 12],
  ['frontier', 40],
  ['helpers', 16],
  ['ctx', 8],
  ['leaks', 40],
] as const

const lines: string[] = []
for (const { caps, type } of PLANS) {
  // What the rest of this machine refuses (programs on functions) tells nothing of capabilities.
  const oracle = askRecords(2 | 4, false, root, caps)
  for (const [lane, count] of LANES) {
    for (let i = 0; i < count; i++) {
      const made = generate(lane, SEED, i)
      const record = type ? { ...made, type, attach_type: 0 } : made
      const { errno, log, error } = await oracle.ask(record)
      if (error !== undefined || log === undefined || (errno === 1 && caps.includes('perfmon')) || log.length > MOST_LOG) continue
      lines.push(JSON.stringify({ caps, record: { ...record, run: undefined }, errno, log }))
    }
  }
  oracle.close()
  // It gives back what it changed before the next one asks.
  await new Promise((done) => setTimeout(done, 300))
}
const folder = join(root, 'src/verifier/fixtures/privilege')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'answers.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`, { level: 9 }))
console.log(`${lines.length} answers`)
