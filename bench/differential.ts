// Generated programs before the running kernel and before ours, lane by lane: how often verdicts, messages, work done and results are equal,
// the first differences of each class, and for each class the smallest program that shows it.
// Usage: npm run -s differential -- [--seed N] [--count N] [--lane NAME] [--level 4|1|2] [--show N] [--shrink N] [--only KIND] [--from I]
//   --count programs over all lanes by their share (of the one lane with --lane); --show differences a class (2); --shrink classes (10).
//   --caps none, or some of bpf,perfmon,net_admin: loads with these capabilities alone. --type NAME: all as programs of this type.
//   --level 1 or 2 compares whole logs as well. --out FILE writes the records that differ, with both answers.
// Exit code 1 where we accept what Linux rejects, a run faults or we throw; "skipped" and 0 where the kernel cannot be asked.
import { writeFileSync } from 'node:fs'
import { loadKernelBtf } from '../src/abi/index.ts'
import { fromHex } from '../src/base/index.ts'
import { disassemble } from '../src/isa/index.ts'
import { type Comparison, compare, type Difference, KINDS, type Kind, type OwnAnswer, ownAnswer } from '../src/testkit/differential.ts'
import { type GeneratedRecord, generate, laneNames, laneShare } from '../src/testkit/index.ts'
import { askRecords, type KernelAnswer, type RecordOracle, whyNoRecords } from '../src/testkit/records.ts'
import { shrink } from '../src/testkit/shrink.ts'
import { LINUX_CRASHES, readCapabilities } from '../src/verifier/index.ts'

const words = process.argv.slice(2)
const option = (name: string): string | undefined => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined)
const number = (name: string, otherwise: number): number => Number(option(name) ?? otherwise)
const root = process.cwd()
const kernel = await loadKernelBtf()
const capsText = option('--caps')
const caps = capsText === undefined ? undefined : readCapabilities(capsText)

interface Row {
  n: number
  equal: number
  readonly kinds: Record<Kind, number>
  rejected: number
  runs: number
  undetermined: number
  runUnsupported: number
  errors: number
  readonly features: Map<string, number>
}
interface Finding {
  readonly difference: Difference
  readonly record: GeneratedRecord
  count: number
}

const newRow = (): Row => ({
  n: 0,
  equal: 0,
  kinds: Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>,
  rejected: 0,
  runs: 0,
  undetermined: 0,
  runUnsupported: 0,
  errors: 0,
  features: new Map(),
})

/** Questions that are under way at once: while the kernel works, so do we. */
const AHEAD = 64

async function main(): Promise<void> {
  const missing = whyNoRecords(root)
  if (missing) {
    console.log(`skipped: the running kernel cannot be asked (${missing}).`)
    return
  }
  const seed = number('--seed', 1)
  const count = number('--count', 2000)
  // Statistics are asked for in any case: they end the log.
  const level = number('--level', 4) | 4
  const only = option('--lane')
  const lanes = only ? [only] : laneNames
  const shares = lanes.reduce((sum, lane) => sum + laneShare(lane), 0)
  const findings = new Map<string, Finding>()
  const written: string[] = []
  const prover = askRecords(4, true, root)
  const oracle = askRecords(level, false, root, capsText)
  const total = newRow()
  console.log('lane          n  equal%   lax strict unsup |  message%   proc% states%    log% |  runs retval packet  maps undet unsup')
  for (const lane of lanes) {
    const row = newRow()
    const n = only ? count : Math.round((count * laneShare(lane)) / shares)
    await walkLane(oracle, prover, lane, seed, number('--from', 0), n, level, (record, comparison) => {
      addTo(row, comparison)
      addTo(total, comparison)
      for (const difference of comparison.differences) {
        const found = findings.get(difference.class)
        if (found) found.count++
        else findings.set(difference.class, { difference, record, count: 1 })
        if (!option('--only') || option('--only') === difference.kind) written.push(JSON.stringify({ difference, record }))
      }
    })
    print(lane, row, level)
  }
  if (lanes.length > 1) print('all', total, level)
  const features = [...total.features].sort((a, b) => b[1] - a[1])
  if (features.length) console.log(`not modelled: ${features.map(([name, n]) => `${name} ${n}`).join(', ')}`)
  await tell(oracle, prover, findings, level)
  oracle.close()
  prover.close()
  const out = option('--out')
  if (out) writeFileSync(out, `${written.join('\n')}\n`)
  const { lax, fault, exception } = total.kinds
  process.exitCode = lax + fault + exception > 0 ? 1 : 0
}

async function walkLane(
  oracle: RecordOracle,
  prover: RecordOracle,
  lane: string,
  seed: number,
  from: number,
  count: number,
  level: number,
  seen: (record: GeneratedRecord, comparison: Comparison) => void,
): Promise<void> {
  for (let at = 0; at < count; at += AHEAD) {
    const records = Array.from({ length: Math.min(AHEAD, count - at) }, (_, i) => ofType(generate(lane, seed, from + at + i)))
    // Ours answers first: a program on which the kernel would crash is not handed to it.
    const own: (OwnAnswer | string)[] = []
    const asked: Promise<KernelAnswer>[] = []
    for (const record of records) {
      const answer = ownAnswer(record, level, caps, kernel)
      own.push(answer)
      asked.push(ask(oracle, record, answer))
    }
    const answers = await Promise.all(asked)
    for (const [i, record] of records.entries()) {
      const first = compare(record, answers[i]!, own[i]!, level)
      if (first.run !== 'undetermined') seen(record, first)
      else seen(record, compare(record, { ...answers[i]!, proved: (await prover.ask(record)).proved === true }, own[i]!, level))
    }
  }
}

function addTo(row: Row, c: Comparison): void {
  row.n++
  if (c.skipped === 'error') row.errors++
  if (c.skipped === 'unsupported') row.features.set(c.feature ?? '', (row.features.get(c.feature ?? '') ?? 0) + 1)
  if (c.skipped) return
  for (const { kind } of c.differences) row.kinds[kind]++
  if (c.differences.some((d) => d.kind === 'lax' || d.kind === 'strict' || d.kind === 'exception')) return
  row.equal++
  if (!c.accepted) row.rejected++
  if (c.run === 'compared') row.runs++
  if (c.run === 'undetermined') row.undetermined++
  if (c.run === 'unsupported') row.runUnsupported++
}

function print(lane: string, r: Row, level: number): void {
  const unsupported = [...r.features.values()].reduce((a, b) => a + b, 0)
  const share = (wrong: number, of: number, width: number) => (of ? ((100 * (of - wrong)) / of).toFixed(2) : '-').padStart(width)
  const k = r.kinds
  const judged = r.n - r.errors - unsupported
  console.log(
    `${lane.padEnd(9)} ${String(r.n).padStart(5)} ${share(judged - r.equal, judged, 7)} ${String(k.lax).padStart(5)} ${String(k.strict).padStart(6)} ${String(unsupported).padStart(5)} | ` +
      `${share(k.message, level & 3 ? 0 : r.rejected, 9)} ${share(k.processed, r.equal, 7)} ${share(k.states, r.equal, 7)} ${share(k.log, level & 3 ? r.equal : 0, 7)} | ` +
      `${String(r.runs).padStart(5)} ${share(k.retval, r.runs, 6)} ${share(k.packet, r.runs, 6)} ${share(k.maps, r.runs, 5)} ${String(r.undetermined).padStart(5)} ${String(r.runUnsupported).padStart(5)}` +
      `${k.fault ? `  faults ${k.fault}` : ''}${k.exception ? `  exceptions ${k.exception}` : ''}${k.errno ? `  errno ${k.errno}` : ''}${r.errors ? `  not asked ${r.errors}` : ''}`,
  )
}

async function tell(oracle: RecordOracle, prover: RecordOracle, findings: ReadonlyMap<string, Finding>, level: number): Promise<void> {
  const only = option('--only')
  const order = [...findings.values()]
    .filter(({ difference }) => !only || difference.kind === only)
    .sort((a, b) => KINDS.indexOf(a.difference.kind) - KINDS.indexOf(b.difference.kind) || b.count - a.count)
  let left = number('--shrink', 10)
  let shown = number('--show', 40)
  for (const { difference, record, count } of order) {
    if (shown-- <= 0) break
    console.log(`\n${count} x ${difference.class}`)
    const judge = ['retval', 'packet', 'maps'].includes(difference.kind) ? prover : oracle
    const smallest = left-- > 0 ? await smallestOf(judge, record, difference, level) : record
    const again = await differencesOf(judge, smallest, level)
    const d = again.find((x) => x.class === difference.class) ?? difference
    console.log(
      `  ${record.id} ${record.gen} ${smallest.type} flags ${smallest.flags} maps ${JSON.stringify(smallest.maps.map((m) => [m.type, m.key, m.value, m.max, m.flags ?? 0]))}`,
    )
    for (const [i, line] of disassemble(fromHex(smallest.insns)!).entries()) if (line) console.log(`    ${i}: ${line}`)
    console.log(`  Linux: ${d.linux.slice(0, 600).replaceAll('\n', '\n         ')}`)
    console.log(`  ours:  ${d.ours.slice(0, 600).replaceAll('\n', '\n         ')}`)
    if (words.includes('--json')) console.log(`  ${JSON.stringify(smallest)}`)
  }
}

const typeName = option('--type')
const ofType = (record: GeneratedRecord): GeneratedRecord => (typeName ? { ...record, type: typeName, attach_type: 0 } : record)

async function differencesOf(oracle: RecordOracle, record: GeneratedRecord, level: number): Promise<readonly Difference[]> {
  const own = ownAnswer(record, level, caps, kernel)
  return compare(record, await ask(oracle, record, own), own, level).differences
}

function ask(oracle: RecordOracle, record: GeneratedRecord, own: OwnAnswer | string): Promise<KernelAnswer> {
  const crashes = typeof own !== 'string' && own.result.feature === LINUX_CRASHES
  return crashes ? Promise.resolve({ id: record.id, error: LINUX_CRASHES }) : oracle.ask(record)
}

const smallestOf = (oracle: RecordOracle, record: GeneratedRecord, difference: Difference, level: number): Promise<GeneratedRecord> =>
  shrink(record, async (candidate) => (await differencesOf(oracle, candidate, level)).some((d) => d.class === difference.class))

await main()
