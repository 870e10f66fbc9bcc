// How far the verifier agrees with recorded answers of Linux 6.18: one table row a lane of the tape.
// Usage: node scripts/ts.mjs bench/tape-verify.ts DIR [LANE] [LIMIT] [--show WHAT]      DIR holds LANE.jsonl.gz files
// `lax` = accepted here, rejected by Linux; `strict` = the other way round. --show lists what differs: verdict, message, processed, log.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readRecord } from '../src/engine/record.ts'
import { startVerify, type VerifyResult } from '../src/verifier/index.ts'

interface Expect {
  readonly verdict: string
  readonly errno: number
  readonly message: string
  readonly log_tail: string
  readonly processed: number
  readonly total_states: number
  readonly peak_states: number
  readonly max_states_per_insn: number
  readonly stack_depth: string
}
interface TapeRecord {
  readonly id: string
  readonly gen: string
  readonly expect: Expect
}

const args = process.argv.slice(2)
const showAt = args.indexOf('--show')
const show = showAt >= 0 ? args.splice(showAt, 2)[1] : undefined
const [dir, lane, limit] = args
if (!dir) throw new Error('which directory holds the tape?')

const lanes = readdirSync(dir)
  .filter((name) => name.endsWith('.jsonl.gz'))
  .map((name) => name.slice(0, -'.jsonl.gz'.length))
  .filter((name) => !lane || lane === 'all' || name === lane)

const ADDRESS = /0xff[0-9a-f]{14}/g
const NUMBER = /-?0x[0-9a-f]+|-?\d+/g

for (const name of lanes) judgeLane(name)

function judgeLane(name: string): void {
  const lines = gunzipSync(readFileSync(join(dir!, `${name}.jsonl.gz`)))
    .toString()
    .trim()
    .split('\n')
    .slice(0, limit ? Number(limit) : undefined)
  const n = {
    all: 0,
    verdict: 0,
    lax: 0,
    strict: 0,
    errno: 0,
    message: 0,
    rejected: 0,
    processed: 0,
    states: 0,
    peak: 0,
    perInsn: 0,
    depth: 0,
    tail: 0,
    crash: 0,
  }
  const unsupported = new Map<string, number>()
  const differing = new Map<string, string[]>()
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
  const differs = (what: string, key: string, id: string) => {
    if (show !== what) return
    const ids = differing.get(key)
    if (ids) ids.push(id)
    else differing.set(key, [id])
  }
  const started = performance.now()
  let insns = 0
  for (const line of lines) {
    const tape = JSON.parse(line) as TapeRecord
    const read = readRecord(tape)
    if (!read.ok) throw new Error(`${tape.id}: ${read.error}`)
    const e = tape.expect
    n.all++
    let got: VerifyResult
    try {
      const verification = startVerify(read.record.program, { logLevel: name === 'loops' ? 4 : 5 })
      while (verification.run(1_000_000) === 'more') {}
      got = verification.result()
    } catch (error) {
      n.crash++
      differs('verdict', `crash ${error instanceof Error ? error.stack?.split('\n').slice(0, 3).join(' ') : error}`, tape.id)
      continue
    }
    insns += got.stats.processed
    if (got.verdict === 'unsupported') {
      count(unsupported, got.feature ?? '')
      differs('verdict', `unsupported ${got.feature}`, tape.id)
      continue
    }
    if (got.verdict === e.verdict) n.verdict++
    else {
      if (got.verdict === 'accepted') n.lax++
      else n.strict++
      const says = (v: string, m: string) => `${v} ${m.split('\n').at(-1)?.replace(NUMBER, '#')}`
      differs('verdict', `Linux ${says(e.verdict, e.message)}  |  here ${says(got.verdict, got.message)}`, tape.id)
      continue
    }
    if (e.verdict === 'rejected') n.rejected++
    if (got.errno === e.errno) n.errno++
    else differs('errno', `Linux ${e.errno} here ${got.errno} ${e.message.replace(NUMBER, '#')}`, tape.id)
    if (got.message === e.message) n.message++
    else differs('message', `Linux ${e.message.replace(NUMBER, '#')}  |  here ${got.message.replace(NUMBER, '#')}`, tape.id)
    if (got.stats.processed === e.processed) n.processed++
    else
      differs(
        'processed',
        `${tape.gen} ${e.processed > got.stats.processed ? 'fewer' : 'more'} here`,
        `${tape.id} ${e.processed}/${got.stats.processed}`,
      )
    if (got.stats.totalStates === e.total_states) n.states++
    else if (got.stats.processed === e.processed)
      differs('states', `${tape.gen} total`, `${tape.id} ${e.total_states}/${got.stats.totalStates}`)
    if (got.stats.peakStates === e.peak_states) n.peak++
    else if (got.stats.totalStates === e.total_states)
      differs('states', `${tape.gen} peak`, `${tape.id} ${e.peak_states}/${got.stats.peakStates}`)
    if (got.stats.maxStatesPerInsn === e.max_states_per_insn) n.perInsn++
    else if (got.stats.processed === e.processed)
      differs('states', `${tape.gen} per insn`, `${tape.id} ${e.max_states_per_insn}/${got.stats.maxStatesPerInsn}`)
    if (got.stats.stackDepth === e.stack_depth) n.depth++
    else differs('depth', 'stack depth', `${tape.id} ${e.stack_depth}/${got.stats.stackDepth}`)
    const tail = got.log
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('verification time'))
      .slice(-3)
      .join('\n')
      .replace(ADDRESS, '0xMAP')
    if (tail === e.log_tail) n.tail++
    else if (got.stats.processed === e.processed && got.message === e.message) differs('log', `${e.log_tail}\n--- here\n${tail}`, tape.id)
  }
  const seconds = (performance.now() - started) / 1000
  const percent = (x: number) => `${((100 * x) / n.verdict || 0).toFixed(2)}%`
  console.log(
    `${name.padEnd(9)} ${n.all} verdict ${((100 * n.verdict) / n.all).toFixed(2)}% lax ${n.lax} strict ${n.strict} crash ${n.crash} ` +
      `unsupported ${[...unsupported.values()].reduce((a, b) => a + b, 0)} | errno ${percent(n.errno)} message ${percent(n.message)} ` +
      `processed ${percent(n.processed)} states ${percent(n.states)} peak ${percent(n.peak)} perInsn ${percent(n.perInsn)} ` +
      `depth ${percent(n.depth)} tail ${percent(n.tail)} | ${seconds.toFixed(1)} s ${(insns / 1e6 / seconds).toFixed(2)} M/s`,
  )
  for (const [feature, times] of unsupported) console.log(`  unsupported ${times} ${feature}`)
  for (const [key, ids] of [...differing].sort((a, b) => b[1].length - a[1].length).slice(0, 40))
    console.log(`  ${ids.length} ${key}\n      ${ids.slice(0, 3).join('  ')}`)
}
