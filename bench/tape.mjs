// Agreement with recorded kernel answers: feeds every record of DIR/*.jsonl(.gz) to `batch` and prints one table row a lane.
// Usage: npm run -s tape -- DIR [--lane NAME] [--limit N] [--show N]     (--show prints the first N differences of each kind)
// Columns: equal = same verdict; lax = accepted although Linux rejects; strict = rejected although Linux accepts; unsup = not modelled;
// message, processed, states: equal among equal verdicts; result, packet, maps: equal among the runs that both made.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gunzipSync } from 'node:zlib'
import { ensureCli } from '../scripts/cli-bundle.mjs'

const words = process.argv.slice(2)
const option = (name) => (words.includes(name) ? words.splice(words.indexOf(name), 2)[1] : undefined)
const onlyLane = option('--lane')
const limit = Number(option('--limit') ?? Number.POSITIVE_INFINITY)
const show = Number(option('--show') ?? 0)
const dir = words[0]
if (!dir) {
  console.error('usage: npm run -s tape -- DIR [--lane NAME] [--limit N] [--show N]')
  process.exit(2)
}

const cli = await ensureCli()
const total = newRow()
let laneCount = 0
console.log('lane          n   equal    lax strict  unsup | message processed states |  runs result packet  maps')
for (const file of readdirSync(dir)
  .filter((f) => /\.jsonl(\.gz)?$/.test(f))
  .sort()) {
  const lane = file.replace(/\.jsonl(\.gz)?$/, '')
  if (onlyLane && lane !== onlyLane) continue
  const bytes = readFileSync(join(dir, file))
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n').slice(0, limit)
  const row = await judge(lines)
  print(lane, row)
  for (const key of Object.keys(total)) total[key] = key === 'features' ? mergeCounts(total.features, row.features) : total[key] + row[key]
  laneCount++
}
if (laneCount > 1) print('all', total)
const features = [...total.features].sort((a, b) => b[1] - a[1])
if (features.length) console.log(`not modelled: ${features.map(([name, n]) => `${name} ${n}`).join(', ')}`)
process.exit(total.lax + total.errors > 0 ? 1 : 0)

function newRow() {
  return {
    n: 0,
    equal: 0,
    lax: 0,
    strict: 0,
    unsupported: 0,
    errors: 0,
    messages: 0,
    rejected: 0,
    processed: 0,
    states: 0,
    runs: 0,
    retval: 0,
    data: 0,
    maps: 0,
    features: new Map(),
  }
}

async function judge(lines) {
  const row = newRow()
  const shown = new Map()
  const tell = (kind, text) => {
    const n = shown.get(kind) ?? 0
    shown.set(kind, n + 1)
    if (n < show) console.log(`  ${kind}: ${text}`)
  }
  const child = spawn(process.execPath, [cli, 'batch'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(`${lines.join('\n')}\n`)
  let i = 0
  for await (const text of createInterface({ input: child.stdout })) {
    compare(row, JSON.parse(lines[i++]), JSON.parse(text), tell)
  }
  if (i !== lines.length) tell('missing', `${lines.length - i} answers`)
  row.errors += lines.length - i
  return row
}

function compare(row, record, answer, tell) {
  row.n++
  if (answer.error !== undefined) {
    row.errors++
    tell('error', `${record.id} ${answer.error}`)
    return
  }
  const { expect } = record
  if (answer.verdict === 'unsupported') {
    row.unsupported++
    row.features.set(answer.feature, (row.features.get(answer.feature) ?? 0) + 1)
    return
  }
  if (answer.verdict !== expect.verdict) {
    const kind = answer.verdict === 'accepted' ? 'lax' : 'strict'
    row[kind]++
    tell(kind, `${record.id} ${record.gen} Linux: ${expect.message.split('\n')[0]} | here: ${answer.message.split('\n')[0]}`)
    return
  }
  row.equal++
  if (expect.verdict === 'rejected') {
    row.rejected++
    if (answer.message === expect.message) row.messages++
    else tell('message', `${record.id} Linux: ${expect.message} | here: ${answer.message}`)
  }
  if (answer.processed === expect.processed) row.processed++
  else tell('processed', `${record.id} Linux: ${expect.processed} | here: ${answer.processed}`)
  if (answer.total_states === expect.total_states && answer.peak_states === expect.peak_states) row.states++
  if (!record.run || record.run.errno !== undefined || !answer.run) return
  row.runs++
  const same = {
    retval: answer.run.retval === record.run.retval,
    data: answer.run.data_out === record.run.data_out,
    maps: sameMaps(answer.run.maps, record.run.maps),
  }
  for (const [key, ok] of Object.entries(same)) {
    if (ok) row[key]++
    else
      tell(
        key,
        `${record.id} Linux: ${JSON.stringify(record.run[key === 'data' ? 'data_out' : key]).slice(0, 200)} | here: ${JSON.stringify(answer.run[key === 'data' ? 'data_out' : key]).slice(0, 200)}`,
      )
  }
}

function sameMaps(ours, theirs) {
  const byIndex = new Map((ours ?? []).map((m) => [m.index, m.entries]))
  return (theirs ?? []).every((m) => JSON.stringify(byIndex.get(m.index)) === JSON.stringify(m.entries))
}

function mergeCounts(a, b) {
  for (const [name, n] of b) a.set(name, (a.get(name) ?? 0) + n)
  return a
}

function print(lane, r) {
  const share = (part, of) => (of ? `${((100 * part) / of).toFixed(1)}%` : '-').padStart(7)
  const cells = [
    lane.padEnd(9),
    String(r.n).padStart(5),
    share(r.equal, r.n),
    String(r.lax).padStart(6),
    String(r.strict).padStart(6),
    String(r.unsupported).padStart(6),
  ]
  console.log(
    `${cells.join(' ')} | ${share(r.messages, r.rejected)} ${share(r.processed, r.equal)} ${share(r.states, r.equal)} | ${String(r.runs).padStart(5)} ${share(r.retval, r.runs)} ${share(r.data, r.runs)} ${share(r.maps, r.runs)}${r.errors ? `  errors ${r.errors}` : ''}`,
  )
}
