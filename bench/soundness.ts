// What is believed contains what happens, over any number of generated programs; needs no kernel. The same check as src/verifier/soundness.test.ts.
// Usage: npm run -s soundness -- [--seed N] [--count N] [--lane NAME]
// Prints a row a lane: accepted programs followed, instructions executed, how many in full view of one step of the walk, escapes. Exit code 1
// where anything escapes or a run faults.
import { follow, generate, laneNames, laneShare, namedProgram } from '../src/testkit/index.ts'
import { statesOfWalk } from '../src/verifier/index.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
const seed = Number(option('--seed') ?? 1)
const count = Number(option('--count') ?? 2000)
const lanes = option('--lane') ? [option('--lane')!] : laneNames
const LONGEST_WALK = 5_000
const shares = lanes.reduce((sum, lane) => sum + laneShare(lane), 0)
let escaped = 0

console.log('lane       programs  followed  executed in view%  not run  escapes')
for (const lane of lanes) {
  const n = lanes.length === 1 ? count : Math.round((count * laneShare(lane)) / shares)
  const row = { runs: 0, executed: 0, followed: 0, unsupported: 0, escapes: 0 }
  const shown: string[] = []
  for (let i = 0; i < n; i++) {
    const record = generate(lane, seed, i)
    const { program, packet } = namedProgram(record)
    const beliefs = statesOfWalk(program, LONGEST_WALK)
    if (!beliefs || packet.length === 0) continue
    const run = follow(program, packet, beliefs)
    row.runs++
    row.executed += run.executed
    row.followed += run.followed
    if (run.unsupported) row.unsupported++
    if (run.escape) shown.push(`  ${record.id} ${record.gen} ${run.escape}`)
  }
  escaped += shown.length
  const share = row.executed ? ((100 * row.followed) / row.executed).toFixed(1) : '-'
  console.log(
    `${lane.padEnd(10)} ${String(n).padStart(8)} ${String(row.runs).padStart(9)} ${String(row.executed).padStart(9)} ${share.padStart(8)} ${String(row.unsupported).padStart(8)} ${String(shown.length).padStart(8)}`,
  )
  for (const line of shown.slice(0, 10)) console.log(line)
}
process.exitCode = escaped > 0 ? 1 : 0
